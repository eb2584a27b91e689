//! Features, against those of the reference.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;
use sayso_wake::{CHANNELS, FeatureExtractor, Frame, STEP};

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn recording(path: &str) -> Vec<i16> {
    let sound = sayso_audio_io::read_all(folder().join(path), Duration::from_secs(60)).unwrap();
    sound.samples.iter().map(|sample| (sample * 32768.0) as i16).collect()
}

/// Two seconds of what no microphone gives, as `goldens/goldens.py` computes it.
fn extremes() -> Vec<i16> {
    let mut state = 1u64;
    let sample = |i: i32| {
        state = (state * 1_103_515_245 + 12345) % (1 << 31);
        let noise = (state >> 15) as i32 - 32768;
        let sample = match i / 4000 {
            0 => noise,
            1 => 0,
            2 => noise >> 14,
            3 if i / 20 % 2 == 1 => 32767,
            3 | 5 => -32768,
            4 => noise >> 8,
            6 if i % 1000 == 0 => noise,
            6 => 0,
            _ => noise >> 3,
        };
        sample as i16
    };
    (0..32000).map(sample).collect()
}

fn frames(extractor: &mut FeatureExtractor, mut samples: &[i16]) -> Vec<Frame> {
    std::iter::from_fn(|| extractor.push(&mut samples)).collect()
}

fn check(clip: &str, samples: &[i16]) {
    let golden = fs::read(folder().join(format!("goldens/features-{clip}.bin"))).unwrap();
    let golden: Vec<u16> = golden.as_chunks().0.iter().copied().map(u16::from_le_bytes).collect();
    let found = frames(&mut FeatureExtractor::new(), samples);
    assert!(found.len() > 50, "{clip}");
    assert_eq!(found.len() * CHANNELS, golden.len(), "{clip}");
    for (i, (found, golden)) in found.iter().zip(golden.chunks(CHANNELS)).enumerate() {
        assert_eq!(found, golden, "{clip}, frame {i}");
    }
}

#[test]
fn recordings_give_the_features_of_the_reference() {
    check("alexa_131", &recording("goldens/alexa_131.flac"));
    check("alexa_267", &recording("goldens/alexa_267.flac"));
    let data = "../../tests/data";
    check("hey_mycroft", &recording(&format!("{data}/commands-misc-en/v2j_hey_mycroft.flac")));
    check("sentence", &recording(&format!("{data}/librispeech/1688-142285-0002.flac")));
}

#[test]
fn extremes_give_the_features_of_the_reference() {
    check("extremes", &extremes());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn blocks_of_any_size_give_the_same(cuts in prop::collection::vec(0usize..2000, 1..40)) {
        let samples = extremes();
        let whole = frames(&mut FeatureExtractor::new(), &samples);
        let (mut extractor, mut found, mut rest) = (FeatureExtractor::new(), Vec::new(), &*samples);
        for cut in cuts {
            let (block, after) = rest.split_at(cut.min(rest.len()));
            found.extend(frames(&mut extractor, block));
            rest = after;
        }
        found.extend(frames(&mut extractor, rest));
        prop_assert_eq!(found, whole);
    }

    #[test]
    fn no_sound_is_too_odd(samples in prop::collection::vec(any::<i16>(), 0..3000)) {
        let found = frames(&mut FeatureExtractor::new(), &samples);
        prop_assert_eq!(found.len(), samples.len().saturating_sub(2 * STEP) / STEP);
    }
}
