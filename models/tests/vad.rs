//! Silero compared with the reference implementation, and with bad input.
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![cfg(feature = "silero")]

mod common;

use common::{audio, model, speech};
use sayso_models::ErrorKind;
use sayso_models::vad::{Silero, SileroWeights, Vad};
use sayso_test_support::Recording;
use sayso_test_support::recordings::{further, shipped};

fn silero() -> Silero {
    Silero::load(&model("silero-v6", "silero_vad.onnx")).unwrap()
}

fn probabilities(vad: &mut Silero, samples: &[f32]) -> Vec<f32> {
    samples.chunks_exact(vad.frame_len()).map(|frame| vad.process(frame).unwrap()).collect()
}

#[derive(serde::Deserialize)]
struct Golden {
    clip: String,
    probabilities: Vec<f32>,
}

/// In the first 13 s of speech, babble, noise and crying, every frame has the probability that
/// ONNX Runtime gives (`golden/vad.py`).
#[test]
fn agrees_with_the_reference() {
    let golden: Vec<Golden> = serde_json::from_str(include_str!("golden/vad.json")).unwrap();
    assert!(golden.len() >= 6);
    let mut vad = silero();
    for Golden { clip, probabilities: expected } in golden {
        vad.reset();
        let got = probabilities(&mut vad, &audio::read(&speech(&clip)));
        assert!(!expected.is_empty() && got.len() >= expected.len(), "{clip}");
        let worst = expected.iter().zip(&got).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        println!("{clip}: {} frames, largest difference {worst:.1e}", expected.len());
        assert!(worst <= 1e-3, "{clip}: {worst}");
    }
}

#[test]
fn reset_forgets_everything() {
    let samples = audio::read(&speech("commands-misc-en/gdo_audio.flac"));
    let mut vad = silero();
    let first = probabilities(&mut vad, &samples);
    assert_ne!(first, probabilities(&mut vad, &samples), "the state must matter");
    vad.reset();
    assert_eq!(first, probabilities(&mut vad, &samples));
}

#[test]
fn streams_do_not_affect_each_other() {
    let voice = audio::read(&speech("commands-misc-en/gdo_audio.flac"));
    let noise = audio::read(&speech("noise-music-silence/doing_the_dishes.flac"));
    let weights = SileroWeights::load(&model("silero-v6", "silero_vad.onnx")).unwrap();
    let mut one = weights.session().unwrap();
    let alone = (probabilities(&mut one, &voice), {
        one.reset();
        probabilities(&mut one, &noise[..voice.len()])
    });
    one.reset();
    let mut two = weights.session().unwrap();
    let together: (Vec<f32>, Vec<f32>) = voice
        .chunks_exact(512)
        .zip(noise.chunks_exact(512))
        .map(|(a, b)| (one.process(a).unwrap(), two.process(b).unwrap()))
        .unzip();
    assert_eq!(alone, together);
}

#[test]
fn other_frame_lengths_are_refused() {
    let mut vad = silero();
    for length in [0, 1, 511, 513, 1024] {
        assert_eq!(vad.process(&vec![0.0; length]).unwrap_err().kind(), ErrorKind::Input);
    }
    assert!(vad.process(&[0.0; 512]).is_ok());
}

/// Broken samples give a probability, and a second after them speech is found about as before.
#[test]
fn recovers_from_broken_samples() {
    let samples = audio::read(&speech("commands-misc-en/gdo_audio.flac"));
    let mut vad = silero();
    let healthy = probabilities(&mut vad, &samples);
    for broken in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN_POSITIVE] {
        for _ in 0..3 {
            let p = vad.process(&[broken; 512]).unwrap();
            assert!((0.0..=1.0).contains(&p), "{broken}: {p}");
        }
        probabilities(&mut vad, &[0.0; 512 * 30]);
        let after = probabilities(&mut vad, &samples);
        let speech = |p: &[f32]| p.iter().filter(|p| **p > 0.5).count() as i32;
        assert!((speech(&healthy) - speech(&after)).abs() <= 3, "{broken}");
    }
}

#[test]
fn damaged_files_are_named_in_the_error() {
    let dir = tempfile::tempdir().unwrap();
    let good = std::fs::read(model("silero-v6", "silero_vad.onnx")).unwrap();
    let check = |name: &str, bytes: &[u8]| {
        let path = dir.path().join("silero_vad.onnx");
        std::fs::write(&path, bytes).unwrap();
        let error = Silero::load(&path).err().unwrap_or_else(|| panic!("{name} was accepted"));
        assert_eq!(error.kind(), ErrorKind::Damaged, "{name}: {error}");
        assert_eq!(error.path(), Some(path.as_path()), "{name}");
    };
    check("empty", &[]);
    for part in [1, 2, 10, 50, 90, 99] {
        check(&format!("{part} %"), &good[..good.len() * part / 100]);
    }
    check("text", b"<html>not found</html>");
    check("zeros", &[0; 4096]);
    check(
        "noise",
        &(0..10_000u32).map(|i| (i.wrapping_mul(2654435761) >> 13) as u8).collect::<Vec<_>>(),
    );
    let missing = Silero::load(&dir.path().join("nowhere.onnx")).err().unwrap();
    assert_eq!(missing.kind(), ErrorKind::Missing);
}

/// A changed byte may leave a loadable network (a weight), but must never cause a panic.
#[test]
fn flipped_bytes_do_not_panic() {
    let dir = tempfile::tempdir().unwrap();
    let good = std::fs::read(model("silero-v6", "silero_vad.onnx")).unwrap();
    let path = dir.path().join("silero_vad.onnx");
    for i in 0..40 {
        let mut bytes = good.clone();
        let at = if i % 2 == 0 { i * 37 } else { good.len() - 1 - i * 331 };
        bytes[at] ^= 0x55;
        std::fs::write(&path, &bytes).unwrap();
        if let Err(error) = Silero::load(&path) {
            assert_eq!(error.kind(), ErrorKind::Damaged, "byte {at}: {error}");
        }
    }
}

/// Utterances that a plain endpointer (0.5 for at least 250 ms, 500 ms of pause between) would
/// begin on sound without speech, per hour. This is a report; the bound only detects a broken
/// detector.
#[test]
fn false_alarms_per_hour() {
    let mut vad = silero();
    let (mut alarms, mut seconds) = (0, 0.0);
    for clip in shipped().into_iter().chain(further()).filter(Recording::is_noise) {
        let samples = audio::read(&clip.path);
        vad.reset();
        let here = utterances(&probabilities(&mut vad, &samples));
        if here > 0 {
            println!("{here} in {}", clip.name);
        }
        alarms += here;
        seconds += samples.len() as f64 / 16_000.0;
    }
    println!(
        "{alarms} false alarms in {seconds:.0} s: {:.0} an hour",
        f64::from(alarms) * 3600.0 / seconds
    );
    assert!(seconds > 120.0);
    assert!(alarms <= 4, "{alarms} false alarms");
}

fn utterances(probabilities: &[f32]) -> u32 {
    let (mut count, mut speech, mut pause, mut open) = (0, 0, 0, false);
    for p in probabilities {
        if *p >= 0.5 {
            (speech, pause) = (speech + 1, 0);
        } else {
            pause += 1;
            if !open || pause >= 16 {
                (speech, open) = (0, false);
            }
        }
        if speech >= 8 && !open {
            (count, open) = (count + 1, true);
        }
    }
    count
}
