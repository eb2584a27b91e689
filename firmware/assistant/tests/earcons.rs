//! The earcons and the real voice activity detector.

#![cfg(feature = "models")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use sayso::internals::earcon::Earcon;
use sayso::{Config, Engines};

/// The detector must not take an earcon in the microphone for a person.
#[test]
fn no_earcon_counts_as_speech() {
    let mut vad = match Engines::load_vad(&Config::default()) {
        Ok(vad) => vad,
        Err(error) => return sayso_test_support::skip(error),
    };
    // The detector does find speech.
    let speech = sayso_test_support::recordings::folder().join("smoke/jfk.flac");
    let speech = sayso_audio_io::read_all(speech, Duration::from_secs(60)).unwrap().samples;
    let mut likeliest = |sound: &[f32]| {
        vad.reset();
        let silence = vec![0.0; 16_000];
        let sound = [&silence, sound, &silence].concat();
        let frames = sound.chunks_exact(vad.frame_len());
        frames.map(|frame| vad.process(frame).unwrap()).fold(0.0, f32::max)
    };
    assert!(likeliest(&speech) > 0.9);
    for earcon in Earcon::ALL {
        // At the default volume, near the microphone and far from it, at any offset to a frame.
        for volume in [0.5, 2.0, 0.05] {
            for late in [0, 128, 256, 384] {
                let sound = [vec![0.0; late], earcon.sound(16_000, volume)].concat();
                let probability = likeliest(&sound);
                println!("{earcon:?} at {volume}, {late} samples late: {probability:.3}");
                assert!(probability <= 0.3, "{earcon:?} at {volume}: {probability}");
            }
        }
    }
}
