//! The memory that a hostile peer costs, whatever it sends, with a reader and without.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;
use sayso_board::{Board, Heard};
use sayso_core::link::{
    Block, Capture, Codec, Condition, Description, Flow, Message, Rate, SatelliteHello,
    SatelliteLink, SatelliteStatus, Stats, VERSION, encode,
};
use sayso_satellite_board::{Satellite as Host, SatelliteConfig, Security};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The most memory for one satellite, in bytes: 4 s of sound for the reader, the buffers of the
/// link and the resamplers, and some reserve.
const MOST: usize = 3_000_000;

/// What a peer sends the `n`th time.
type Attack = fn(n: u32, session: u32) -> Vec<u8>;

fn frame(session: u32, n: u32, message: &Message<'_>) -> Vec<u8> {
    encode(session as u8, n as u16, message).unwrap().as_bytes().to_vec()
}

fn capture(session: u32, n: u32, number: u32, at: u32, samples: usize) -> Vec<u8> {
    let data = vec![3; 2 * samples];
    let block = Block::new(Codec::Pcm, &data).unwrap();
    let capture = Capture { number: number as u16, at, played: at, block };
    frame(session, n, &Message::Capture(capture))
}

fn hello(session: u32) -> Vec<u8> {
    let hello = SatelliteHello {
        version: VERSION,
        session,
        credit: u16::MAX,
        codec: Codec::Adpcm,
        rate: Rate::Hz24000,
        name: "\u{1f525}\u{1f525}\u{1f525}\u{1f525}\u{1f525}\u{1f525}\u{1f525}\u{1f525}",
    };
    frame(session, 0, &Message::SatelliteHello(hello))
}

const ATTACKS: [(&str, Attack); 8] = [
    ("one sample at places that jump", |n, s| capture(s, n, n, n.wrapping_mul(31_999), 1)),
    ("whole blocks at places that jump", |n, s| capture(s, n, n, n.wrapping_mul(0x8000_1234), 320)),
    ("numbers that jump", |n, s| capture(s, n, n * 3, n * 320, 320)),
    ("all the sound in the world", |n, s| capture(s, n, n, n * 320, 320)),
    ("status", |n, s| {
        let flow = Flow { sent: n as u16, until: (n * 30_000) as u16 };
        let status = SatelliteStatus {
            flow,
            clock: n.wrapping_mul(77_777_777),
            played: n.wrapping_mul(99_999_999),
            muted: n.is_multiple_of(2),
            open: n.is_multiple_of(3),
            presses: (n * 101) as u8,
            held: true,
        };
        let stats = Stats { underruns: n.wrapping_mul(1 << 20), ..Stats::default() };
        [
            frame(s, 2 * n, &Message::SatelliteStatus(status)),
            frame(s, 2 * n + 1, &Message::Stats(stats)),
        ]
        .concat()
    }),
    ("hellos", |n, s| hello(if n.is_multiple_of(2) { 0 } else { s })),
    ("a frame without an end", |_, _| vec![0x41; 4_000]),
    ("noise", |n, _| (0..4_000).map(|k: u32| (k.wrapping_mul(n | 1) >> 7) as u8).collect()),
];

/// Acts as a satellite until there is a session. Returns its number.
fn meet(stream: &mut TcpStream) -> u32 {
    let mut link: SatelliteLink<4_096> = SatelliteLink::new(Description::default());
    let began = Instant::now();
    let mut buffer = [0; 1_024];
    let mut session = 0;
    while !(link.is_connected() && began.elapsed() > Duration::from_millis(500)) {
        let now = began.elapsed().as_millis() as u64;
        link.poll(now, &Condition::default());
        let sent = stream.write(link.outgoing()).unwrap();
        link.written(sent);
        let came = stream.read(&mut buffer).unwrap_or(0);
        let mut decoder = sayso_core::link::Decoder::new();
        for &byte in &buffer[..came] {
            if let Some(Ok(frame)) = decoder.push(byte)
                && let Some(Message::HostHello(hello)) = frame.message()
            {
                session = hello.session;
            }
            let _ = link.push(byte, now);
        }
    }
    session
}

#[test]
fn a_hostile_peer_costs_no_more_than_three_megabytes() {
    for (what, attack) in ATTACKS {
        for reads in [false, true] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = format!("tcp:{}", listener.local_addr().unwrap()).parse().unwrap();
            let mut host = Host::new(SatelliteConfig {
                address,
                security: Security::LoopbackOnly,
                volume: 100,
                name: None,
            });
            let before = MEMORY.current_usage();
            let started = std::thread::scope(|scope| {
                let starting = scope.spawn(|| host.start(24_000).unwrap());
                let (mut stream, _) = listener.accept().unwrap();
                stream.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
                let session = meet(&mut stream);
                (starting.join().unwrap(), stream, session)
            });
            let ((mut microphone, mut loudspeaker), mut stream, session) = started;
            stream.set_write_timeout(Some(Duration::from_millis(50))).unwrap();
            let queued = loudspeaker.write(&vec![0.1; 24_000]);
            MEMORY.reset_peak_usage();
            let since = Instant::now();
            let (mut n, mut heard, mut reads_done) = (0, 0_u64, 0_u32);
            let mut buffer = [0.0; 512];
            while since.elapsed() < Duration::from_millis(1_500) {
                for _ in 0..20 {
                    // It is not read as fast as it is written.
                    if stream.write_all(&attack(n, session)).is_err() {
                        break;
                    }
                    n += 1;
                }
                let mut away = [0; 4_096];
                let _ = stream.read(&mut away);
                while reads && let Heard::Samples(n) = microphone.read(&mut buffer, Duration::ZERO)
                {
                    heard += n as u64;
                    reads_done += 1;
                }
            }
            let took = MEMORY.peak_usage().saturating_sub(before);
            println!("{what}, {reads}: {took} bytes, {n} sent, {heard} samples in {reads_done}");
            assert!(took < MOST, "{what}: {took} bytes");
            assert!(queued > 0);
            // At most 3 s ahead of the time, and what waited for others.
            let passed = since.elapsed() + Duration::from_secs(3);
            let most = (passed.as_secs_f64() * 16_000.0) as u64 + 3 * 16_000 + 17 * 320;
            assert!(heard <= most, "{what}: {heard} of {most}");
        }
    }
}
