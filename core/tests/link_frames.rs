//! Frames and messages of the link: none is lost, and none is invented.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use sayso_core::link::{
    Block, Capture, Codec, Decoder, Flow, FrameError, HostHello, HostStatus, MAX_DATA, MAX_FRAME,
    Message, Playback, Rate, SatelliteHello, SatelliteStatus, Stats, Stop, encode,
};
use sayso_core::turn::Shown;

/// A message without its sound.
fn small() -> impl Strategy<Value = Message<'static>> {
    let shown = prop_oneof![Just(Shown::Asleep), Just(Shown::Thinking), Just(Shown::Error)];
    let flow = || (any::<u16>(), any::<u16>()).prop_map(|(sent, until)| Flow { sent, until });
    prop_oneof![
        (any::<u8>(), any::<u32>(), any::<u16>(), any::<bool>()).prop_map(
            |(version, session, credit, muted)| {
                Message::HostHello(HostHello { version, session, credit, muted })
            }
        ),
        (any::<u32>(), any::<u16>()).prop_map(|(session, credit)| {
            Message::SatelliteHello(SatelliteHello {
                version: 1,
                session,
                credit,
                codec: Codec::Adpcm,
                rate: Rate::Hz24000,
                name: "kitchen",
            })
        }),
        (flow(), shown, any::<u8>()).prop_map(|(flow, shown, volume)| {
            Message::HostStatus(HostStatus { flow, shown, volume })
        }),
        (flow(), any::<u32>(), any::<u32>(), any::<bool>(), any::<u8>()).prop_map(
            |(flow, clock, played, muted, presses)| {
                Message::SatelliteStatus(SatelliteStatus {
                    flow,
                    clock,
                    played,
                    muted,
                    open: !muted,
                    presses,
                    held: muted,
                })
            }
        ),
        (any::<u32>(), any::<u16>()).prop_map(|(at, fade)| Message::Stop(Stop { at, fade })),
        any::<u32>().prop_map(|dropped| Message::Stats(Stats { dropped, ..Stats::default() })),
    ]
}

fn feed(decoder: &mut Decoder, bytes: &[u8], mut each: impl FnMut(Result<u16, FrameError>)) {
    for &byte in bytes {
        if let Some(found) = decoder.push(byte) {
            each(found.map(|frame| frame.seq));
        }
    }
}

/// Runs without a zero are split every 254 bytes; some of these lengths end exactly there.
#[test]
fn sound_of_any_length_without_a_zero_arrives() {
    for pairs in 1..=480 {
        let data = vec![0x55; 2 * pairs];
        let block = Block::new(Codec::Pcm, &data).unwrap();
        for number in [0x0101, 0x0100, 0x0001] {
            let message = Message::Playback(Playback { number, at: 0x0101_0101, block });
            let frame = encode(1, 0x0101, &message).unwrap();
            let mut decoder = Decoder::new();
            let mut found = 0;
            for &byte in frame.as_bytes() {
                if let Some(result) = decoder.push(byte) {
                    assert_eq!(result.unwrap().message(), Some(message));
                    found += 1;
                }
            }
            assert_eq!(found, 1, "{pairs} samples");
        }
    }
}

proptest! {
    #[test]
    fn what_is_sent_arrives(message in small(), tag: u8, seq: u16) {
        let frame = encode(tag, seq, &message).unwrap();
        prop_assert!(frame.as_bytes().len() <= MAX_FRAME);
        let mut decoder = Decoder::new();
        let mut found = 0;
        for &byte in frame.as_bytes() {
            if let Some(result) = decoder.push(byte) {
                let raw = result.unwrap();
                prop_assert_eq!((raw.tag, raw.seq), (tag, seq));
                prop_assert_eq!(raw.message(), Some(message));
                found += 1;
            }
        }
        prop_assert_eq!(found, 1);
    }

    #[test]
    fn sound_arrives(
        data in proptest::collection::vec(any::<[u8; 2]>(), 1..=480),
        at: u32,
        played: u32,
        number: u16,
    ) {
        let data = data.concat();
        let block = Block::new(Codec::Pcm, &data).unwrap();
        let short = Block::new(Codec::Pcm, &data[..data.len().min(640)]).unwrap();
        for message in [
            Message::Capture(Capture { number, at, played, block: short }),
            Message::Playback(Playback { number, at, block }),
        ] {
            let frame = encode(1, 2, &message).unwrap();
            let mut decoder = Decoder::new();
            let mut found = 0;
            for &byte in frame.as_bytes() {
                if let Some(result) = decoder.push(byte) {
                    prop_assert_eq!(result.unwrap().message(), Some(message));
                    found += 1;
                }
            }
            prop_assert_eq!(found, 1);
        }
    }

    /// A byte that is changed, removed or inserted spoils at most the frame that it is in; all
    /// others arrive, in order, and nothing arrives that was not sent.
    #[test]
    fn damage_spoils_only_what_it_hits(
        messages in proptest::collection::vec(small(), 6),
        hit in 2..4usize,
        place in any::<proptest::sample::Index>(),
        how in 0..3u8,
        by in 1..=255u8,
    ) {
        let frames: Vec<Vec<u8>> = (0..).zip(&messages)
            .map(|(seq, message)| encode(5, seq, message).unwrap().as_bytes().to_vec())
            .collect();
        let mut decoder = Decoder::new();
        let mut arrived = Vec::new();
        for (n, frame) in frames.iter().enumerate() {
            let mut bytes = frame.clone();
            if n == hit {
                let place = place.index(bytes.len());
                match how {
                    0 => bytes[place] ^= by,
                    1 => drop(bytes.remove(place)),
                    _ => bytes.insert(place, by),
                }
            }
            for &byte in &bytes {
                if let Some(Ok(frame)) = decoder.push(byte) {
                    prop_assert_eq!(frame.message(), Some(messages[usize::from(frame.seq)]));
                    arrived.push(usize::from(frame.seq));
                }
            }
        }
        for n in 0..6 {
            prop_assert!(arrived.contains(&n) || n == hit, "{n} is missing: {arrived:?}");
        }
        prop_assert!(arrived.is_sorted());
    }
}

#[test]
fn the_longest_frame_fits() {
    // No zero in it: COBS adds the most bytes then.
    let data = [0xa5; 960];
    let block = Block::new(Codec::Pcm, &data).unwrap();
    let (number, at, played) = (u16::MAX, u32::MAX, u32::MAX);
    let message = Message::Capture(Capture { number, at, played, block });
    let frame = encode(255, u16::MAX, &message).unwrap();
    assert_eq!(frame.as_bytes().len(), MAX_FRAME);
}

#[test]
fn a_block_has_at_least_one_sample_and_at_most_20_ms() {
    assert!(Block::new(Codec::Pcm, &[]).is_none());
    assert!(Block::new(Codec::Pcm, &[1]).is_none());
    assert!(Block::new(Codec::Pcm, &[0; 962]).is_none());
    assert!(Block::new(Codec::Adpcm, &[0, 0, 0]).is_none());
    assert!(Block::new(Codec::Adpcm, &[0, 0, 89, 0]).is_none());
    assert!(Block::new(Codec::Adpcm, &[0; 244]).is_none());
    assert_eq!(Block::new(Codec::Adpcm, &[0; 243]).unwrap().len(), 480);
}

#[test]
fn a_capture_of_more_than_20_ms_is_malformed() {
    let block = Block::new(Codec::Pcm, &[1; 642]).unwrap();
    let message = Message::Capture(Capture { number: 0, at: 0, played: 0, block });
    let mut decoder = Decoder::new();
    let frame = encode(1, 0, &message).unwrap();
    let messages: Vec<_> = frame
        .as_bytes()
        .iter()
        .filter_map(|&byte| decoder.push(byte).map(|frame| frame.unwrap().message().is_some()))
        .collect();
    assert_eq!(messages, [false]);
}

#[test]
fn a_frame_that_is_too_long_is_one_error() {
    let mut decoder = Decoder::new();
    let mut found = Vec::new();
    feed(&mut decoder, &vec![7; 100_000], |result| found.push(result));
    assert!(found.is_empty());
    let frame = encode(1, 4, &Message::Stop(Stop { at: 1, fade: 2 })).unwrap();
    feed(&mut decoder, frame.as_bytes(), |result| found.push(result));
    assert_eq!(found, [Err(FrameError::TooLong), Ok(4)]);
}

/// The error shows what happened on the wire, and the next frame is read in any case.
#[test]
fn what_is_no_frame_says_why_and_the_next_one_is_read() {
    let frame = encode(1, 4, &Message::Stop(Stop { at: 1, fade: 2 })).unwrap();
    let whole = frame.as_bytes().to_vec();
    let mut changed = whole.clone();
    let last = changed.len() - 2;
    changed[last] = if changed[last] == 1 { 2 } else { 1 };
    // The first byte after the 00 says how many follow it.
    let lost = [0, whole[1], 0];
    for (bytes, why) in
        [(changed.as_slice(), FrameError::Checksum), (lost.as_slice(), FrameError::Framing)]
    {
        let (mut decoder, mut found) = (Decoder::new(), Vec::new());
        for bytes in [bytes, &whole] {
            feed(&mut decoder, bytes, |result| found.push(result));
        }
        assert_eq!(found, [Err(why), Ok(4)]);
        let error: Box<dyn std::error::Error> = why.into();
        assert!(!error.to_string().is_empty());
    }
}

/// Speech-like sound in ADPCM, each block decoded alone: the noise is well below it.
#[test]
fn adpcm_is_close_to_the_original() {
    let sound: Vec<i16> = (0..16_000)
        .map(|n| {
            let t = f64::from(n) / 16_000.0;
            let swell = (t * 9.0).sin().abs();
            let wave = (t * 1_100.0).sin() + 0.4 * (t * 4_700.0).sin() + 0.1 * (t * 15_000.0).sin();
            (swell * wave * 9_000.0) as i16
        })
        .collect();
    let (mut signal, mut noise, mut index) = (0.0, 0.0, 0);
    for block in sound.chunks_exact(320) {
        let mut data = [0; MAX_DATA];
        let encoded = Block::encode(Codec::Adpcm, block, &mut index, &mut data).unwrap();
        assert_eq!((encoded.data().len(), encoded.len()), (163, 320));
        for (said, heard) in block.iter().zip(encoded.samples()) {
            signal += f64::from(*said).powi(2);
            noise += (f64::from(*said) - f64::from(heard)).powi(2);
        }
    }
    let ratio = 10.0 * (signal / noise).log10();
    assert!(ratio > 25.0, "{ratio:.1} dB");
}

#[test]
fn a_block_that_cannot_be_encoded_is_refused() {
    let mut data = [0; MAX_DATA];
    for (codec, samples) in
        [(Codec::Pcm, &[][..]), (Codec::Pcm, &[1; 481]), (Codec::Adpcm, &[1; 3])]
    {
        assert!(Block::encode(codec, samples, &mut 0, &mut data).is_none());
    }
}
