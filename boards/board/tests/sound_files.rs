//! Sound files of every kind a user may hand over, whole and broken.

#![allow(clippy::unwrap_used, clippy::panic)] // Helpers of tests are tests.

use proptest::prelude::*;
use sayso_board::{BoardErrorKind, EAR_RATE, SoundFile, WavWriter, read_all};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// A person's voice, 16 kHz mono FLAC.
fn speech_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/data/commands-misc-en/rh3_what_time_is_it.flac")
}

fn speech() -> Vec<f32> {
    let sound = read_all(speech_path(), MINUTE).unwrap();
    assert!(!sound.truncated);
    sound.samples
}

/// The format chunk's codes of sample formats (RIFF's WAVE_FORMAT_*).
const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xFFFE;

/// A WAV file byte by byte, so that headers can be what no sane writer makes.
fn wav(tag: u16, bits: u16, channels: u16, rate: u32, data: &[u8]) -> Vec<u8> {
    let align = channels * bits / 8;
    let mut fmt = Vec::new();
    fmt.extend(tag.to_le_bytes());
    fmt.extend(channels.to_le_bytes());
    fmt.extend(rate.to_le_bytes());
    fmt.extend((rate * u32::from(align)).to_le_bytes());
    fmt.extend(align.to_le_bytes());
    fmt.extend(bits.to_le_bytes());
    if tag == EXTENSIBLE {
        fmt.extend(22_u16.to_le_bytes());
        fmt.extend(bits.to_le_bytes());
        fmt.extend(((1_u32 << channels) - 1).to_le_bytes());
        fmt.extend(PCM.to_le_bytes());
        fmt.extend([0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113]);
    }
    let mut file = b"RIFF".to_vec();
    file.extend((4 + 8 + fmt.len() as u32 + 8 + data.len() as u32).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend((fmt.len() as u32).to_le_bytes());
    file.extend(&fmt);
    file.extend(b"data");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    file
}

fn bytes(samples: &[f32], convert: impl Fn(f32) -> Vec<u8>) -> Vec<u8> {
    samples.iter().flat_map(|x| convert(*x)).collect()
}

fn pcm16(x: f32) -> Vec<u8> {
    ((x * 32_768.0).round() as i16).to_le_bytes().to_vec()
}

fn pcm24(x: f32) -> Vec<u8> {
    ((x * 8_388_608.0).round().clamp(-8_388_608.0, 8_388_607.0) as i32).to_le_bytes()[..3].to_vec()
}

fn save(dir: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn assert_close(actual: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    assert_eq!(actual.len(), expected.len(), "{what}");
    let worst = actual.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst <= tolerance, "{what}: differs by {worst}");
}

#[test]
fn every_sample_format_holds_the_same_speech() {
    let dir = tempfile::tempdir().unwrap();
    let speech = speech();
    assert!(speech.iter().any(|x| x.abs() > 0.05));
    type Case = (&'static str, u16, u16, fn(f32) -> Vec<u8>, f32);
    let cases: [Case; 7] = [
        (
            "8-bit",
            PCM,
            8,
            |x| vec![(x * 128.0 + 128.0).round().clamp(0.0, 255.0) as u8],
            0.5 / 128.0,
        ),
        ("16-bit", PCM, 16, pcm16, 0.0),
        ("24-bit", PCM, 24, pcm24, 0.0),
        (
            "32-bit",
            PCM,
            32,
            |x| ((f64::from(x) * 2_147_483_648.0) as i32).to_le_bytes().to_vec(),
            0.0,
        ),
        ("float", FLOAT, 32, |x| x.to_le_bytes().to_vec(), 0.0),
        ("double", FLOAT, 64, |x| f64::from(x).to_le_bytes().to_vec(), 0.0),
        ("extensible", EXTENSIBLE, 16, pcm16, 0.0),
    ];
    for (name, tag, bits, convert, tolerance) in cases {
        let path = save(&dir, name, &wav(tag, bits, 1, EAR_RATE, &bytes(&speech, convert)));
        let sound = read_all(&path, MINUTE).unwrap();
        assert!(!sound.truncated, "{name}");
        assert_close(&sound.samples, &speech, tolerance + 1e-7, name);
    }
}

#[test]
fn ninety_six_kilohertz_is_brought_down() {
    let dir = tempfile::tempdir().unwrap();
    let tone = |rate: u32| -> Vec<f32> {
        (0..rate)
            .map(|n| 0.5 * (n as f32 * 700.0 * std::f32::consts::TAU / rate as f32).sin())
            .collect()
    };
    for rate in [96_000, 44_100, 8_000] {
        let path = save(&dir, "tone.wav", &wav(PCM, 24, 1, rate, &bytes(&tone(rate), pcm24)));
        let file = SoundFile::open(&path).unwrap();
        assert_eq!((file.source_rate(), file.source_channels()), (rate, 1));
        assert_eq!(file.duration(), Some(Duration::from_secs(1)));
        let sound = read_all(&path, MINUTE).unwrap().samples;
        assert_eq!(sound.len(), 16_000);
        assert_close(&sound[200..15_800], &tone(16_000)[200..15_800], 1e-3, "tone");
    }
}

#[test]
fn six_channels_become_one() {
    let dir = tempfile::tempdir().unwrap();
    let speech = speech();
    // The voice on two of six channels, silence on the others.
    let six: Vec<f32> = speech.iter().flat_map(|x| [*x, *x, 0.0, 0.0, 0.0, 0.0]).collect();
    let third: Vec<f32> = speech.iter().map(|x| x / 3.0).collect();
    for tag in [PCM, EXTENSIBLE] {
        let path = save(&dir, "six.wav", &wav(tag, 16, 6, EAR_RATE, &bytes(&six, pcm16)));
        assert_eq!(SoundFile::open(&path).unwrap().source_channels(), 6);
        assert_close(&read_all(&path, MINUTE).unwrap().samples, &third, 1e-6, "six channels");
    }
}

#[test]
fn a_silent_file_is_silence_and_one_without_samples_is_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = save(&dir, "silent.wav", &wav(PCM, 16, 2, 44_100, &vec![0; 4 * 44_100]));
    let sound = read_all(&path, MINUTE).unwrap();
    assert_eq!(sound.samples, vec![0.0; 16_000]);
    let path = save(&dir, "none.wav", &wav(PCM, 16, 1, 16_000, &[]));
    let sound = read_all(&path, MINUTE).unwrap();
    assert!(sound.samples.is_empty() && !sound.truncated);
}

#[test]
fn a_truncated_wav_gives_what_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let speech = speech();
    let whole = wav(PCM, 16, 1, EAR_RATE, &bytes(&speech, pcm16));
    for left in [1, 100, 1_152, 10_000, speech.len() - 1] {
        // One byte of the next sample too.
        let path = save(&dir, "cut.wav", &whole[..44 + 2 * left + 1]);
        let sound = read_all(&path, MINUTE).unwrap();
        assert!(sound.truncated);
        assert_close(&sound.samples, &speech[..left], 1e-7, "what is left");
    }
    // Cut within the header or right behind it.
    for left in 1..=44 {
        let error = read_all(save(&dir, "cut.wav", &whole[..left]), MINUTE).unwrap_err();
        assert!(matches!(error.kind(), BoardErrorKind::Format | BoardErrorKind::Io), "{left}");
        assert!(error.to_string().contains("cut.wav"), "{error}");
    }
}

#[test]
fn a_wav_whose_length_was_never_written_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let speech = speech();
    // In bytes: what broken-off recorders leave, and what ffmpeg and SoX write into pipes.
    for length in [0_u32, 0x7FFF_F000, 0x7FFF_FFFF, u32::MAX] {
        let mut content = wav(PCM, 16, 1, EAR_RATE, &bytes(&speech, pcm16));
        content[40..44].copy_from_slice(&length.to_le_bytes());
        for riff in [length, length.saturating_add(36)] {
            content[4..8].copy_from_slice(&riff.to_le_bytes());
            let sound = read_all(save(&dir, "endless.wav", &content), MINUTE).unwrap();
            assert!(!sound.truncated, "{length:#x}");
            assert_close(&sound.samples, &speech, 1e-7, "what is there");
        }
    }
    // The whole is told to be shorter than its part.
    for riff in [0_u32, 4, 36] {
        let mut content = wav(PCM, 16, 1, EAR_RATE, &bytes(&speech, pcm16));
        content[4..8].copy_from_slice(&riff.to_le_bytes());
        let sound = read_all(save(&dir, "short.wav", &content), MINUTE).unwrap();
        assert_close(&sound.samples, &speech, 1e-7, "what is there");
    }
    // No sound, but what is said about it.
    let mut content = wav(PCM, 16, 1, EAR_RATE, &[]);
    content.extend(b"LIST\x04\0\0\0INFO");
    content[4..8].copy_from_slice(&(36_u32 + 12).to_le_bytes());
    assert!(read_all(save(&dir, "none.wav", &content), MINUTE).unwrap().samples.is_empty());
}

#[test]
fn a_truncated_flac_gives_what_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let speech = speech();
    let whole = std::fs::read(speech_path()).unwrap();
    let path = save(&dir, "cut.flac", &whole[..whole.len() / 2]);
    let sound = read_all(&path, MINUTE).unwrap();
    assert!(sound.truncated);
    assert!(sound.samples.len() > speech.len() / 5 && sound.samples.len() < speech.len());
    assert_eq!(sound.samples, speech[..sound.samples.len()]);
}

#[test]
fn files_that_are_no_sound_are_refused_with_a_reason() {
    let dir = tempfile::tempdir().unwrap();
    let cases: [(&str, &[u8], BoardErrorKind, &str); 4] = [
        ("empty.wav", b"", BoardErrorKind::Format, "empty (0 bytes)"),
        ("text.wav", &[b'x'; 70_000], BoardErrorKind::Format, "convert it to WAV or FLAC"),
        ("adpcm.wav", &wav(0x11, 4, 1, 16_000, &[0; 2_048]), BoardErrorKind::Format, "convert it"),
        ("rate.wav", &wav(PCM, 16, 1, 1, &[0; 64]), BoardErrorKind::Format, "sample rate of 1 Hz"),
    ];
    for (name, content, kind, words) in cases {
        let error = read_all(save(&dir, name, content), MINUTE).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(name), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    let error = read_all(dir.path().join("missing.wav"), MINUTE).unwrap_err();
    assert_eq!(error.kind(), BoardErrorKind::NotFound);
    let error = read_all(dir.path(), MINUTE).unwrap_err();
    assert!(error.to_string().contains("folder"), "{error}");
}

#[test]
fn an_hour_streams_in_bounded_blocks() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("hour.wav");
    let seconds = 3_600_u32;
    // A sparse file: an hour of silence at 48 kHz stereo with one click in its last second.
    let header = wav(PCM, 16, 2, 48_000, &[]);
    let mut file = std::fs::File::create(&path).unwrap();
    let data = seconds * 48_000 * 4;
    file.write_all(&header).unwrap();
    file.seek(SeekFrom::Start(4)).unwrap();
    file.write_all(&(36 + data).to_le_bytes()).unwrap();
    file.seek(SeekFrom::Start(40)).unwrap();
    file.write_all(&data.to_le_bytes()).unwrap();
    file.set_len(44 + u64::from(data)).unwrap();
    file.seek(SeekFrom::Start(44 + u64::from(data) - 48_000 * 2)).unwrap();
    file.write_all(&[0xFF, 0x7F, 0xFF, 0x7F]).unwrap();
    drop(file);

    let mut sound = SoundFile::open(&path).unwrap();
    assert_eq!(sound.duration(), Some(Duration::from_secs(3_600)));
    let (mut total, mut loudest, mut at) = (0_usize, 0.0_f32, 0);
    while let Some(block) = sound.next_block().unwrap() {
        assert!(block.len() <= 4_096, "a block of {}", block.len());
        for (n, x) in block.iter().enumerate() {
            if x.abs() > loudest {
                (loudest, at) = (x.abs(), total + n);
            }
        }
        total += block.len();
    }
    assert_eq!(total, 3_600 * 16_000);
    assert!(loudest > 0.1);
    assert_eq!(at, 3_600 * 16_000 - 8_000, "the click kept its place over an hour");
    assert!(!sound.truncated());

    let error = read_all(&path, MINUTE).unwrap_err();
    assert!(error.to_string().contains("longer than 60 s"), "{error}");
}

#[test]
fn a_written_file_reads_back_exactly() {
    let dir = tempfile::tempdir().unwrap();
    let speech = speech();
    let path = dir.path().join("out.wav");
    let mut writer = WavWriter::create(&path, EAR_RATE, 1).unwrap();
    for chunk in speech.chunks(777) {
        writer.write(chunk).unwrap();
    }
    writer.finish().unwrap();
    assert_eq!(read_all(&path, MINUTE).unwrap().samples, speech);

    let mut writer = WavWriter::create(&path, EAR_RATE, 2).unwrap();
    writer.write(&[2.0, 2.0, -2.0, -2.0, f32::NAN, f32::NAN]).unwrap();
    drop(writer);
    let sound = read_all(&path, MINUTE).unwrap().samples;
    assert_eq!(sound, [32_767.0 / 32_768.0, -1.0, 0.0]);
}

#[test]
fn an_interrupted_file_is_readable_up_to_its_last_second() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("killed.wav");
    let mut writer = WavWriter::create(&path, EAR_RATE, 1).unwrap();
    writer.write(&vec![0.25; 40_000]).unwrap();
    // As if the process were killed: neither finished nor dropped.
    std::mem::forget(writer);
    let sound = read_all(&path, MINUTE).unwrap();
    assert_eq!(sound.samples.len(), 32_000);
    assert!(sound.samples.iter().all(|x| *x == 0.25));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    // The kernel's own full disk.
    let result = WavWriter::create("/dev/full", EAR_RATE, 1).and_then(|mut writer| {
        writer.write(&vec![0.1; 100_000])?;
        writer.finish()
    });
    let error = result.unwrap_err();
    assert_eq!(error.kind(), BoardErrorKind::Io);
    assert!(error.to_string().contains("/dev/full"), "{error}");
    let Err(error) = WavWriter::create("/nowhere/at/all.wav", EAR_RATE, 1) else {
        panic!("there is no such folder");
    };
    assert!(error.to_string().contains("/nowhere/at/all.wav"), "{error}");
    assert!(error.to_string().ends_with("Make its folder, or name another file"), "{error}");
    assert!(WavWriter::create("/dev/null", EAR_RATE, 3).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Files are untrusted: any damage ends in sound or an error.
    #[test]
    fn damaged_files_never_panic(
        hits in proptest::collection::vec((0_usize..400, any::<u8>()), 1..12),
        flac in any::<bool>(),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut content = if flac {
            std::fs::read(speech_path()).unwrap()
        } else {
            wav(EXTENSIBLE, 16, 2, 44_100, &[7; 8_000])
        };
        for (at, value) in hits {
            content[at] = value;
        }
        let _ = read_all(save(&dir, "damaged", &content), MINUTE);
    }
}
