//! The simulated room: the echo is exact to the sample.

#![allow(clippy::unwrap_used, clippy::panic)] // Helpers of tests count as tests.

use std::time::Duration;

use sayso_audio_io::Resampler;
use sayso_board::{Board, BoardErrorKind, Heard, Microphone};
use sayso_replay::{Pace, Replay, Room};

const MS: Duration = Duration::from_millis(1);

fn room(impulse_response: &[f32], delay: Duration, gain_db: f32) -> Room {
    Room { impulse_response: impulse_response.to_vec(), delay, gain_db }
}

/// Reads `n` samples in pieces of at most `piece`. Returns what was heard, and the reference.
fn read(microphone: &mut dyn Microphone, n: usize, piece: usize) -> (Vec<f32>, Vec<f32>) {
    let (mut heard, mut played) = (vec![f32::NAN; n], vec![f32::NAN; n]);
    let mut at = 0;
    while at < n {
        let end = n.min(at + piece);
        match microphone.read(&mut heard[at..end], Duration::from_secs(1)) {
            Heard::Samples(got) => {
                microphone.reference(&mut played[at..at + got]);
                at += got;
            }
            other => panic!("{other:?} after {at} of {n} samples"),
        }
    }
    (heard, played)
}

/// A sound that fades in and out, within the band of 16 kHz.
fn chirp(length: usize) -> Vec<f32> {
    (0..length)
        .map(|n| {
            let t = n as f32 / length as f32;
            (t * std::f32::consts::PI).sin() * (n as f32 * (0.05 + 0.3 * t)).sin() * 0.5
        })
        .collect()
}

#[test]
fn an_impulse_returns_as_the_response_at_the_exact_sample() {
    let response: Vec<f32> = (0..3_000).map(|n| 0.999_f32.powi(n) * (n as f32).cos()).collect();
    let near: Vec<f32> = (0..16_000).map(|n| n as f32 / 1e6).collect();
    let mut board = Replay::from_samples(near.clone()).room(room(&response, 20 * MS, -6.0));
    let (mut microphone, mut loudspeaker) = board.start(16_000).unwrap();
    let (before, silence) = read(&mut *microphone, 1_000, 1_000);
    assert_eq!(before, near[..1_000]);
    assert_eq!(silence, [0.0; 1_000]);
    loudspeaker.write(&[1.0]);
    let (heard, played) = read(&mut *microphone, 4_000, 170);
    assert_eq!(played[0], 1.0, "it leaves when it is written");
    assert!(played[1..].iter().all(|x| *x == 0.0));
    let gain = 10.0_f32.powf(-6.0 / 20.0);
    for (n, heard) in heard.iter().enumerate() {
        let echo = n.checked_sub(320).and_then(|n| response.get(n)).map_or(0.0, |h| h * gain);
        assert!((heard - near[1_000 + n] - echo).abs() < 1e-4, "{heard} for {echo} at {n}");
    }
}

#[test]
fn the_voice_returns_at_the_microphones_rate_and_at_its_time() {
    let voice = chirp(24_000);
    let mut expected = Vec::new();
    let mut resampler = Resampler::new(24_000, 16_000).unwrap();
    resampler.process(&voice, &mut expected);
    resampler.finish(&mut expected);

    let mut board = Replay::from_samples(vec![0.0; 32_000]).room(room(&[0.5], 50 * MS, 0.0));
    let (mut microphone, mut loudspeaker) = board.start(24_000).unwrap();
    read(&mut *microphone, 2_048, 512);
    loudspeaker.write(&voice);
    let (heard, played) = read(&mut *microphone, 20_000, 512);
    for (n, expected) in expected.iter().enumerate() {
        assert!((heard[800 + n] - 0.5 * expected).abs() < 1e-3, "the echo at {n}");
    }
    // The reference is late by a constant of at most 6 ms, and otherwise the same.
    let lag = (0..=96)
        .find(|lag| expected.iter().enumerate().all(|(n, x)| (played[lag + n] - x).abs() < 1e-3));
    assert!(lag.is_some(), "the reference is not what was played");
}

#[test]
fn the_echo_does_not_depend_on_the_size_of_the_reads() {
    let response = chirp(5_000);
    let run = |piece: usize| {
        let mut board = Replay::from_samples(chirp(16_000)).room(room(&response, 33 * MS, -12.0));
        let (mut microphone, mut loudspeaker) = board.start(24_000).unwrap();
        let mut both = read(&mut *microphone, 1_024, piece);
        loudspeaker.write(&chirp(20_000));
        let rest = read(&mut *microphone, 20_480, piece);
        both.0.extend(rest.0);
        both.1.extend(rest.1);
        both
    };
    let whole = run(20_480);
    for piece in [1, 63, 160, 512] {
        assert!(run(piece) == whole, "in pieces of {piece}");
    }
}

#[test]
fn in_real_time_too_the_echo_is_aligned_with_the_reference() {
    let mut board =
        Replay::from_samples(Vec::new()).pace(Pace::RealTime).room(room(&[0.25], 15 * MS, 0.0));
    let (mut microphone, mut loudspeaker) = board.start(16_000).unwrap();
    read(&mut *microphone, 800, 512);
    loudspeaker.write(&chirp(3_200));
    let (heard, played) = read(&mut *microphone, 6_400, 512);
    assert!(played.iter().any(|x| *x > 0.3), "nothing was played");
    for n in 240..heard.len() {
        assert!((heard[n] - 0.25 * played[n - 240]).abs() < 1e-5, "at {n}");
    }
}

#[test]
fn without_a_room_there_is_no_echo_but_the_reference_is_known() {
    let mut board = Replay::from_samples(vec![0.0; 8_000]);
    let (mut microphone, mut loudspeaker) = board.start(16_000).unwrap();
    loudspeaker.write(&chirp(1_000));
    let (heard, played) = read(&mut *microphone, 2_000, 512);
    assert!(heard.iter().all(|x| *x == 0.0));
    assert_eq!(played[..1_000], chirp(1_000));
    // After the end of the last read nothing is known.
    let mut longer = [f32::NAN; 600];
    microphone.read(&mut [f32::NAN; 500], Duration::ZERO);
    microphone.reference(&mut longer);
    assert!(longer.iter().all(|x| *x == 0.0));
}

#[test]
fn a_delay_that_is_too_short_to_simulate_is_refused() {
    let mut board = Replay::from_samples(Vec::new()).room(room(&[1.0], 5 * MS, 0.0));
    let error = board.start(24_000).err().unwrap();
    assert_eq!(error.kind(), BoardErrorKind::Config);
    assert!(error.to_string().contains("10 ms"), "{error}");
}
