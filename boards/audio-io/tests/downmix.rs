//! Many channels to one: what one channel hears is not lost because of another.

#![allow(clippy::unwrap_used, clippy::panic)] // Helpers of tests count as tests.

use proptest::prelude::*;
use sayso_audio_io::{Downmixer, read_all};
use sayso_board::CAPTURE_RATE;
use sayso_test_support::channels::{KINDS, interleaved, noise, rms, scaled, sum};
use sayso_test_support::recordings;
use std::time::Duration;

/// A person's voice, 16 kHz mono, with half a second of its own quiet before and after it.
fn voice() -> Vec<f32> {
    let path = recordings::folder().join("commands-misc-en/rh3_what_time_is_it.flac");
    read_all(path, Duration::from_secs(60)).unwrap().samples
}

/// How much louder the voice is in `mixed` than everything else, in dB, and its gain.
fn snr(mixed: &[f32], voice: &[f32]) -> (f32, f32) {
    let product: f32 = mixed.iter().zip(voice).map(|(a, b)| a * b).sum();
    let gain = product / voice.iter().map(|x| x * x).sum::<f32>();
    let rest: Vec<f32> = mixed.iter().zip(voice).map(|(a, b)| a - gain * b).collect();
    (20.0 * (gain.abs() * rms(voice) / rms(&rest).max(1e-9)).log10(), gain)
}

fn mix(mut mixer: Downmixer, interleaved: &[f32]) -> Vec<f32> {
    let mut mono = Vec::new();
    for chunk in interleaved.chunks(mixer.channels() * 777) {
        mixer.process(chunk, &mut mono);
    }
    while mixer.rest(1_000, &mut mono) {}
    mono
}

/// The smallest ratio of the voice to everything else in the mix of such channels, in dB, and the
/// smallest gain.
fn least(kind: &str) -> (f32, f32) {
    match kind {
        "a dead one that hisses" => (50.0, 0.99),
        "noise louder than the voice" | "the voice in much noise" => (40.0, 0.99),
        "four: one voice, one noise" | "six: one voice, one noise" => (40.0, 0.99),
        "six: a voice that cancels, two of noise" => (40.0, 0.99),
        "20 dB softer" => (60.0, 0.54),
        // Two channels with independent hiss are better than one, by 3 dB.
        "hiss" => (22.5, 0.99),
        "hiss in opposite phase" => (19.5, 0.99),
        _ => (60.0, 0.99),
    }
}

/// The voice twice, in channels of every kind. A recording is judged from its first word on, a
/// live stream from the second time on.
#[test]
fn the_voice_stays_whatever_the_channels_are() {
    let once = voice();
    let voice = [once.clone(), once.clone()].concat();
    for (seed, kind) in (1..).zip(KINDS) {
        let (name, channels) = (kind.name, (kind.make)(&voice, seed));
        let (due, gain) = least(name);
        let all = interleaved(&channels);
        let new = || Downmixer::new(channels.len(), CAPTURE_RATE);
        let whole = mix(new().looking_ahead(), &all);
        assert_eq!(whole.len(), voice.len(), "{name}");
        let (ratio, level) = snr(&whole, &voice);
        println!("{name}: {ratio:.1} dB, gain {level:.2}");
        assert!(ratio >= due && level.abs() >= gain, "{name}: {ratio} dB, gain {level}");
        let live = mix(new(), &all);
        assert_eq!(live.len(), voice.len(), "{name}");
        let (ratio, level) = snr(&live[once.len()..], &once);
        println!("    live {ratio:.1} dB, gain {level:.2}");
        assert!(ratio >= due && level.abs() >= gain, "{name}, live: {ratio}, gain {level}");
    }
}

/// As in a telephone recording, where each person has a channel.
#[test]
fn two_people_who_speak_in_turn_are_both_heard() {
    let voice = voice();
    let (length, hiss) = (voice.len(), 0.03 * rms(&voice));
    let quiet = vec![0.0; length];
    // The second speaks 10 dB softer, and later than the levels are remembered.
    let long = vec![0.0; 4 * length];
    let one = [&voice[..], &voice, &voice, &voice, &quiet, &quiet].concat();
    let other = [&long[..], &scaled(&voice, 0.3), &scaled(&voice, 0.3)].concat();
    assert!(long.len() > 4 * CAPTURE_RATE as usize);
    for (name, floor) in [("digital silence", 0.0), ("hiss", hiss)] {
        let channels =
            [sum(&one, &noise(floor, one.len(), 1)), sum(&other, &noise(floor, one.len(), 2))];
        let all = interleaved(&channels);
        for mixer in
            [Downmixer::new(2, CAPTURE_RATE), Downmixer::new(2, CAPTURE_RATE).looking_ahead()]
        {
            let mixed = mix(mixer, &all);
            // At first, and when the second person speaks, the gain rises within a word: as soon
            // as the other channel is judged to be dead or noise.
            for (from, gain, least) in
                [(0, 0.4, 8.0), (3, 0.4, 12.0), (4, 0.12, 8.0), (5, 0.12, 8.0)]
            {
                let part = &mixed[from * length..(from + 1) * length];
                let (ratio, level) = snr(part, &voice);
                assert!(level >= gain && ratio > least, "{name}, {from}: {ratio} dB, {level}");
            }
        }
    }
}

#[test]
fn gains_change_without_a_click() {
    // A low tone whose second channel dies, returns in opposite phase, and then turns into noise.
    let tone = |n: usize| 0.4 * (n as f32 * 100.0 * std::f32::consts::TAU / 16_000.0).sin();
    let second = |n: usize| match n / 16_000 {
        0 => tone(n),
        1 | 2 => 0.0,
        _ => -tone(n),
    };
    let all: Vec<f32> = (0..96_000).flat_map(|n| [tone(n), second(n)]).collect();
    let mixed = mix(Downmixer::new(2, 16_000), &all);
    // The channel itself jumps only where the tone crosses zero.
    let steepest = mixed.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
    assert!(steepest < 0.4 * 100.0 * std::f32::consts::TAU / 16_000.0 * 1.3, "{steepest}");
}

#[test]
fn nan_is_silence_and_half_a_frame_is_ignored() {
    let mut mono = Vec::new();
    let mut mixer = Downmixer::new(2, 16_000);
    mixer.process(&[0.2, 0.4, -1.0, 1.0, f32::NAN, 0.5, f32::INFINITY, 0.0, 0.9], &mut mono);
    assert_eq!(mono, [0.3, 0.0, 0.25, 0.0]);
    mono.clear();
    Downmixer::new(0, 16_000).process(&[0.1, f32::NAN], &mut mono);
    assert_eq!(mono, [0.1, 0.0]);
    assert!(!mixer.rest(10, &mut mono));
}

/// Cheap sound cards add a constant, a different one to each channel.
#[test]
fn a_constant_does_not_count_as_a_voice() {
    let voice = voice();
    let level = rms(&voice);
    let all = interleaved(&[
        voice.iter().map(|x| x + 5.0 * level).collect(),
        voice.iter().map(|x| x - 5.0 * level).collect(),
    ]);
    let mixed = mix(Downmixer::new(2, CAPTURE_RATE).looking_ahead(), &all);
    let (ratio, _) = snr(&mixed, &voice);
    assert!(ratio > 40.0, "{ratio}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_chunking_gives_the_same_sound(
        cuts in proptest::collection::vec(1_usize..4_000, 1..40),
        ahead in any::<bool>(),
        frames in 0_usize..70_000,
    ) {
        let voice = noise(0.1, frames, 1);
        let envelope = |n: usize| if (n / 3_000).is_multiple_of(2) { 1.0 } else { 0.01 };
        let one: Vec<f32> = voice.iter().enumerate().map(|(n, x)| x * envelope(n)).collect();
        let all = interleaved(&[one.clone(), scaled(&one, -1.0), noise(0.2, frames, 2)]);
        let mixer = Downmixer::new(3, 16_000);
        let mut mixer = if ahead { mixer.looking_ahead() } else { mixer };
        let whole = mix(mixer.clone(), &all);
        prop_assert_eq!(whole.len(), frames);
        // The output is appended to what is there, which is NaN. After each piece come two very
        // loud samples, which are ignored, because they are not a whole frame. (NaN in their place
        // would count as silence.)
        let (mut mono, mut rest) = (vec![f32::NAN; 5], &all[..]);
        let mut push = |piece: &[f32], mono: &mut Vec<f32>| {
            mixer.process(&[piece, &[1e9; 2]].concat(), mono);
        };
        for cut in cuts {
            let (now, later) = rest.split_at((3 * cut).min(rest.len()));
            push(now, &mut mono);
            rest = later;
        }
        push(rest, &mut mono);
        while mixer.rest(313, &mut mono) {}
        prop_assert!(mono[..5].iter().all(|x| x.is_nan()));
        prop_assert_eq!(&mono[5..], whole);
    }
}
