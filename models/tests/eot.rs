//! Smart Turn compared with the reference implementation, and with bad input.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(feature = "smart-turn")]

mod common;

use common::moments::{self, Kind};
use common::{audio, model, speech};
use sayso_models::eot::{EndOfTurn, SmartTurn};
use sayso_models::{Cancel, ErrorKind};
use sayso_test_support::recordings::find;

const FILE: &str = "smart-turn-v3.2-cpu.onnx";

fn smart_turn() -> SmartTurn {
    SmartTurn::load(&model("smart-turn-v3", FILE)).unwrap()
}

/// The network as the reference computes it: 8 s, position by position.
fn exact() -> SmartTurn {
    smart_turn().hearing(8.0).grouped(1)
}

fn score(eot: &mut SmartTurn, audio: &[f32]) -> f32 {
    eot.completeness(audio, 1, &Cancel::new()).unwrap()
}

/// The scores by ONNX Runtime (`golden/eot.py`): of the network as it is shipped (`int8`) and
/// without its quantisation (`f32`).
#[derive(serde::Deserialize)]
struct Golden {
    clip: String,
    cut_ms: Option<usize>,
    int8: f32,
    f32: f32,
    frames: Vec<usize>,
    features: Vec<Vec<f32>>,
}

impl Golden {
    fn all() -> Vec<Self> {
        let all: Vec<Self> = serde_json::from_str(include_str!("golden/eot.json")).unwrap();
        assert!(all.len() >= 20);
        all
    }

    /// The clip, or its beginning and 200 ms of digital silence.
    fn audio(&self) -> Vec<f32> {
        let mut samples = audio::read(&speech(&self.clip));
        if let Some(cut) = self.cut_ms {
            samples.truncate(cut * 16);
            samples.resize(samples.len() + 200 * 16, 0.0);
        }
        samples
    }
}

#[test]
fn features_agree_with_the_reference() {
    let mut eot = exact();
    for golden in Golden::all() {
        let features = eot.features(&golden.audio());
        assert_eq!(features.len(), SmartTurn::FRAMES * SmartTurn::MELS);
        for (frame, expected) in golden.frames.iter().zip(&golden.features) {
            let got = &features[frame * SmartTurn::MELS..][..SmartTurn::MELS];
            assert_eq!(expected.len(), got.len());
            for (a, b) in expected.iter().zip(got) {
                assert!((a - b).abs() < 1e-3, "{} frame {frame}: {a} {b}", golden.clip);
            }
        }
    }
}

/// Computed position by position, the network equals the reference without its quantisation.
#[test]
fn agrees_with_the_reference() {
    let mut eot = exact();
    let mut quantised = 0.0f32;
    for golden in Golden::all() {
        let got = score(&mut eot, &golden.audio());
        let off = (got - golden.f32).abs();
        println!("{} {:?}: {got:.4}, off {off:.1e}", golden.clip, golden.cut_ms);
        assert!(off < 2e-3, "{} {:?}: {got} {}", golden.clip, golden.cut_ms, golden.f32);
        quantised = quantised.max((golden.int8 - golden.f32).abs());
    }
    assert!(quantised > 0.5, "what the quantisation of the activations costs is recorded too");
}

/// The optimisations change little: silence taken in groups, and a shorter part of long
/// utterances.
#[test]
fn shortcuts_cost_little() {
    let (mut exact, mut quick) = (exact(), smart_turn());
    let mut off = Vec::new();
    for golden in Golden::all() {
        let audio = golden.audio();
        let (a, b) = (score(&mut exact, &audio), score(&mut quick, &audio));
        println!("{} {:?}: {a:.3} {b:.3}", golden.clip, golden.cut_ms);
        off.push((a - b).abs());
    }
    let mean = off.iter().sum::<f32>() / off.len() as f32;
    println!("mean difference {mean:.3}");
    assert!(mean < 0.12, "{mean}");
    // Without silence before the audio there is nothing to group.
    let long = audio::read(&speech("smoke/jfk.flac"));
    assert_eq!(score(&mut exact, &long), score(&mut quick.hearing(8.0), &long));
}

/// Asked 96 ms after speech ended, on the recordings of `tests/data` and those of the table that
/// `SAYSO_TEST_DATA` has: most are judged correctly (`tests/examples/eot.rs` prints all). The bounds are
/// a few points below what was measured.
#[test]
fn finished_and_unfinished_utterances_are_distinguished() {
    let mut eot = smart_turn();
    let (mut right, mut all) = ([0; 3], [0; 3]);
    for moment in moments::table() {
        // The longest recordings are left to the example.
        let Some(file) = find(moment.clip).filter(|_| moment.end_ms <= 8000) else { continue };
        let p = score(&mut eot, &moments::heard(&audio::read(&file), &moment, 96));
        let complete = moment.kind == Kind::Complete;
        all[moment.kind as usize] += 1;
        right[moment.kind as usize] += i32::from((p >= 0.7) == complete);
    }
    let share = |kind: Kind| right[kind as usize] as f32 / all[kind as usize] as f32;
    let shares = [Kind::Complete, Kind::Pause, Kind::Word].map(share);
    println!("complete, pause, cut: {right:?} of {all:?}, {shares:.2?}");
    assert!(all.iter().all(|n| *n >= 20), "too few recordings: {all:?}");
    assert!(shares[0] > 0.62 && shares[1] > 0.55 && shares[2] > 0.85, "{shares:.2?}");
}

#[test]
fn one_question_does_not_affect_another() {
    let question = audio::read(&speech("commands-misc-en/gdo_audio.flac"));
    let long = audio::read(&speech("smoke/jfk.flac"));
    let mut eot = smart_turn();
    let first = score(&mut eot, &question);
    assert_ne!(first, score(&mut eot, &long));
    assert_eq!(first, score(&mut eot, &question));
    // Only the last 5 s count.
    assert_eq!(score(&mut eot, &long), score(&mut eot, &long[long.len() - 5 * 16_000..]));
    assert_ne!(score(&mut eot, &long), score(&mut eot, &long[long.len() - 4 * 16_000..]));
}

#[test]
fn any_length_and_any_sample_is_answered() {
    let mut eot = smart_turn();
    for length in [0, 1, 2, 159, 160, 161, 399, 400, 401, 127_599, 127_600, 127_999, 128_000] {
        for value in [0.0, 0.1, 1e-30, 5.0, f32::MAX, f32::NAN, f32::INFINITY] {
            if length > 1000 && value != 0.1 {
                continue;
            }
            let p = score(&mut eot, &vec![value; length]);
            assert!((0.0..=1.0).contains(&p), "{length} × {value}: {p}");
        }
    }
    // A broken sample counts as silence.
    let mut audio = audio::read(&speech("commands-misc-en/gdo_audio.flac"));
    let healthy = score(&mut eot, &audio);
    audio[1000] = f32::NAN;
    assert!((score(&mut eot, &audio) - healthy).abs() < 0.05);
}

#[test]
fn a_cancel_is_obeyed() {
    let audio = audio::read(&speech("smoke/jfk.flac"));
    let mut eot = smart_turn();
    let before = score(&mut eot, &audio);
    let cancel = Cancel::new();
    cancel.cancel();
    assert!(eot.completeness(&audio, 1, &cancel).unwrap_err().is_cancelled());
    assert!(eot.completeness(&[], 1, &cancel).unwrap_err().is_cancelled());
    // Also in the middle of the work: repeated until a call meets the flag.
    let cancel = Cancel::new();
    let setter = std::thread::spawn({
        let cancel = cancel.clone();
        move || {
            std::thread::sleep(std::time::Duration::from_millis(20));
            cancel.cancel();
        }
    });
    let error = loop {
        if let Err(error) = eot.completeness(&audio, 1, &cancel) {
            break error;
        }
    };
    assert!(error.is_cancelled());
    setter.join().unwrap();
    assert_eq!(before, score(&mut eot, &audio), "the engine is as good as before");
}

#[test]
fn damaged_files_are_named_in_the_error() {
    let dir = tempfile::tempdir().unwrap();
    let good = std::fs::read(model("smart-turn-v3", FILE)).unwrap();
    let path = dir.path().join(FILE);
    let check = |name: &str, bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let error = SmartTurn::load(&path).err().unwrap_or_else(|| panic!("{name} was accepted"));
        assert_eq!(error.kind(), ErrorKind::Damaged, "{name}: {error}");
        assert_eq!(error.path(), Some(path.as_path()), "{name}");
        assert!(error.to_string().contains("Smart Turn v3.2"), "{name}: {error}");
    };
    check("empty", &[]);
    for part in [1, 10, 50, 99] {
        check(&format!("{part} %"), &good[..good.len() * part / 100]);
    }
    check("text", b"<html>not found</html>");
    check("zeros", &[0; 4096]);
    check("a foreign network", &std::fs::read(model("silero-v6", "silero_vad.onnx")).unwrap());
    let missing = SmartTurn::load(&dir.path().join("nowhere.onnx")).err().unwrap();
    assert_eq!(missing.kind(), ErrorKind::Missing);
}

/// A changed byte may leave a loadable network (a weight), but must never cause a panic.
#[test]
fn flipped_bytes_do_not_panic() {
    let dir = tempfile::tempdir().unwrap();
    let good = std::fs::read(model("smart-turn-v3", FILE)).unwrap();
    let path = dir.path().join(FILE);
    let mut refused = 0;
    for i in 0..60 {
        let mut bytes = good.clone();
        let at = if i % 2 == 0 { i * 1303 } else { good.len() - 1 - i * 1009 };
        bytes[at] ^= 0x55;
        std::fs::write(&path, &bytes).unwrap();
        if let Err(error) = SmartTurn::load(&path) {
            assert_eq!(error.kind(), ErrorKind::Damaged, "byte {at}: {error}");
            refused += 1;
        }
    }
    println!("{refused} of 60 refused");
}

#[test]
fn two_threads_give_the_same_result() {
    let mut eot = smart_turn();
    for golden in Golden::all() {
        let audio = golden.audio();
        let alone = score(&mut eot, &audio);
        assert_eq!(eot.completeness(&audio, 2, &Cancel::new()).unwrap(), alone, "{}", golden.clip);
    }
}
