//! Compares the examples and figures of `docs/link.md` with the code.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use sayso_core::link::{
    Block, Capture, Codec, Decoder, Flow, GONE_MS, HEARTBEAT_MS, HELLO_AGAIN_MS, HELLO_MS,
    HostHello, HostStatus, MAX_DATA, MAX_FRAME, MAX_NAME, Message, Mute, Playback, Rate, STATS_MS,
    SatelliteHello, SatelliteStatus, Stats, Stop, VERSION, encode,
};
use sayso_core::turn::Shown;

const PAGE: &str = include_str!("../../docs/link.md");
const SESSION: u32 = 0x1234_5678;

/// The page's examples, by name.
fn examples() -> BTreeMap<&'static str, String> {
    let parts = PAGE.split("```hex ").skip(1);
    parts
        .map(|part| {
            let (name, rest) = part.split_once('\n').unwrap();
            let (bytes, _) = rest.split_once("```").unwrap();
            (name, bytes.split_whitespace().collect::<Vec<_>>().join(" "))
        })
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

/// The ADPCM of the example: predictor 0, index 20, then the nibbles.
fn adpcm() -> Vec<u8> {
    let samples = [0, 100, 300, 500, 400, 0, -500, -900];
    let mut data = [0; MAX_DATA];
    Block::encode(Codec::Adpcm, &samples, &mut 20, &mut data).unwrap().data().to_vec()
}

#[test]
fn the_examples_are_what_the_code_sends() {
    let pcm: Vec<u8> = [1, -1, 256, -32_768_i16].iter().flat_map(|s| s.to_le_bytes()).collect();
    let adpcm = adpcm();
    let hello = SatelliteHello {
        version: VERSION,
        session: SESSION,
        credit: 10,
        codec: Codec::Pcm,
        rate: Rate::Hz24000,
        name: "kitchen",
    };
    let status = SatelliteStatus {
        flow: Flow { sent: 3, until: 12 },
        clock: 16_320,
        played: 960,
        muted: false,
        open: true,
        presses: 1,
        held: true,
    };
    let block = Block::new(Codec::Pcm, &pcm).unwrap();
    let sound = Block::new(Codec::Adpcm, &adpcm).unwrap();
    let stats =
        Stats { dropped: 2, overruns: 0, underruns: 1, low_water: 1_440, resyncs: 3, lost: 300 };
    let host = HostHello { version: VERSION, session: SESSION, credit: 50, muted: true };
    let shown = Shown::Listening;
    let flow = Flow { sent: 0, until: 50 };
    let messages = [
        ("host-hello", 0, Message::HostHello(host)),
        ("satellite-hello", 0, Message::SatelliteHello(hello)),
        ("host-status", 0, Message::HostStatus(HostStatus { flow, shown, volume: 70 })),
        ("satellite-status", 4, Message::SatelliteStatus(status)),
        ("capture-pcm", 5, Message::Capture(Capture { number: 3, at: 16_000, played: 960, block })),
        ("playback-adpcm", 6, Message::Playback(Playback { number: 2, at: 960, block: sound })),
        ("stop", 7, Message::Stop(Stop { at: 1_200, fade: 480 })),
        ("mute", 8, Message::Mute(Mute { order: 1, muted: true })),
        ("stats", 300, Message::Stats(stats)),
    ];
    let examples = examples();
    assert_eq!(examples.len(), messages.len(), "each kind has its example");
    for (name, seq, message) in messages {
        let frame = encode(SESSION as u8, seq, &message).unwrap();
        assert_eq!(examples[name], hex(frame.as_bytes()), "{name}");
        // And back, from the page's bytes alone.
        let mut decoder = Decoder::new();
        let bytes = examples[name].split(' ').map(|byte| u8::from_str_radix(byte, 16).unwrap());
        let mut found = false;
        for byte in bytes {
            if let Some(frame) = decoder.push(byte) {
                assert_eq!(frame.unwrap().message(), Some(message));
                found = true;
            }
        }
        assert!(found);
    }
}

#[test]
fn the_example_of_adpcm_decodes_as_the_page_says() {
    let data = adpcm();
    let samples: Vec<String> =
        Block::new(Codec::Adpcm, &data).unwrap().samples().map(|s| s.to_string()).collect();
    let said = samples.join(", ").replace('-', "−");
    let page = PAGE.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(page.contains(&format!("It decodes to {said}:")), "{said}");
}

#[test]
fn the_figures_are_those_of_the_code() {
    let page = PAGE.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        format!("The version described here is **{VERSION}**"),
        format!("A frame is at most {MAX_FRAME} bytes on the wire"),
        format!("at most {MAX_NAME} bytes of UTF-8"),
        format!("| hello, without a session | {HELLO_MS} |"),
        format!("| hello, asked for | {HELLO_AGAIN_MS} |"),
        format!("| status, at the latest | {HEARTBEAT_MS} |"),
        format!("| the other side is gone | {},000 |", GONE_MS / 1_000),
        format!("| stats | {},000 |", STATS_MS / 1_000),
    ] {
        assert!(page.contains(&said), "{said}");
    }
}
