//! Music: formats with loss, and what files say about themselves. `music/tone.py` made the files: a
//! tone of 440 Hz for a second.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use sayso_audio_io::{ErrorKind, SoundFile, Tags, WavWriter};
use sayso_test_support::tone::amplitude;

const FILES: [&str; 4] = ["tone.flac", "tone.m4a", "tone.mp3", "tone.ogg"];
const RATE: u32 = 24_000;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/music").join(name)
}

fn read(path: &Path, rate: Option<u32>) -> sayso_audio_io::Result<Vec<f32>> {
    let mut file = SoundFile::open_music(path, rate)?;
    let mut samples = Vec::new();
    while let Some(block) = file.next_block()? {
        samples.extend_from_slice(block);
    }
    Ok(samples)
}

#[test]
fn music_of_all_formats_is_decoded() {
    for name in FILES {
        let samples = read(&file(name), Some(RATE)).unwrap();
        // Encoders add up to two frames.
        let more = samples.len() as i64 - i64::from(RATE);
        assert!((0..=2_600).contains(&more), "{name}: {} samples", samples.len());
        let middle = &samples[6_000..18_000];
        let tone = amplitude(middle, RATE, 440.0);
        assert!((tone - 0.5).abs() < 0.03, "{name}: {tone}");
        assert!(amplitude(middle, RATE, 1_000.0) < 0.01, "{name}");
        let plain = read(&file(name), None).unwrap();
        assert!(
            (44_100..=48_900).contains(&plain.len()),
            "{name} at its own rate: {}",
            plain.len()
        );
    }
}

#[test]
fn tags_are_read() {
    for name in FILES {
        let tags = SoundFile::open_music(file(name), None).unwrap().tags();
        let [title, artist, album] =
            ["Blue Morning", "The Larks", "Dawn"].map(|tag| Some(tag.to_owned()));
        assert_eq!(tags, Tags { title, artist, album }, "{name}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plain.wav");
    let mut writer = WavWriter::create(&path, RATE, 1).unwrap();
    writer.write(&[0.1; 1_000]).unwrap();
    writer.finish().unwrap();
    assert_eq!(SoundFile::open_music(&path, None).unwrap().tags(), Tags::default());
}

#[test]
fn all_channels_are_mixed_evenly() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("opposite.wav");
    let mut writer = WavWriter::create(&path, RATE, 2).unwrap();
    let frames = (0..RATE).flat_map(|n| {
        let sample = (n as f32 * 0.1).sin() * 0.5;
        // The right channel is opposed to the left one, and softer.
        [sample, -0.5 * sample]
    });
    writer.write(&frames.collect::<Vec<_>>()).unwrap();
    writer.finish().unwrap();
    let samples = read(&path, Some(RATE)).unwrap();
    assert_eq!(samples.len(), RATE as usize);
    for (n, sample) in samples.iter().enumerate() {
        let due = (n as f32 * 0.1).sin() * 0.125;
        assert!((sample - due).abs() < 1e-3, "{n}: {sample} instead of {due}");
    }
}

#[test]
fn recordings_have_no_loss() {
    for name in ["tone.m4a", "tone.mp3", "tone.ogg"] {
        let error = SoundFile::open(file(name)).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{name}: {error}");
    }
    assert!(SoundFile::open(file("tone.flac")).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    /// Damage does not make a decoder run for ever or give endless sound.
    #[test]
    fn damaged_music_ends(
        which in 0..FILES.len(),
        cut in 0.0..1.0_f64,
        damage in prop::collection::vec((0.0..1.0_f64, any::<u8>()), 0..20),
    ) {
        let name = FILES[which];
        let mut bytes = std::fs::read(file(name)).unwrap();
        let length = bytes.len();
        for (at, byte) in damage {
            bytes[(at * length as f64) as usize] = byte;
        }
        bytes.truncate((cut * 1.5 * length as f64) as usize);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        if let Ok(samples) = read(&path, None) {
            prop_assert!(samples.len() < 10_000_000, "{} samples", samples.len());
            prop_assert!(samples.iter().all(|sample| sample.is_finite()));
        }
    }
}
