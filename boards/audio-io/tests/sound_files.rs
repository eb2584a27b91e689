//! Sound files of every kind that a user may have, whole and broken.

#![allow(clippy::unwrap_used, clippy::panic)] // Helpers of tests count as tests.

use proptest::prelude::*;
use sayso_audio_io::{ErrorKind, SoundFile, WavWriter, read_all};
use sayso_board::CAPTURE_RATE;
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

/// A WAV file byte by byte, so that headers can be as no correct writer makes them.
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
        let path = save(&dir, name, &wav(tag, bits, 1, CAPTURE_RATE, &bytes(&speech, convert)));
        let sound = read_all(&path, MINUTE).unwrap();
        assert!(!sound.truncated, "{name}");
        assert_close(&sound.samples, &speech, tolerance + 1e-7, name);
    }
}

#[test]
fn other_sample_rates_are_resampled_to_16_khz() {
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
fn six_channels_are_mixed_to_one() {
    let dir = tempfile::tempdir().unwrap();
    let speech = speech();
    // The voice on two of six channels. The other four are silent, and must not make it softer.
    let six: Vec<f32> = speech.iter().flat_map(|x| [*x, *x, 0.0, 0.0, 0.0, 0.0]).collect();
    for tag in [PCM, EXTENSIBLE] {
        let path = save(&dir, "six.wav", &wav(tag, 16, 6, CAPTURE_RATE, &bytes(&six, pcm16)));
        assert_eq!(SoundFile::open(&path).unwrap().source_channels(), 6);
        assert_close(&read_all(&path, MINUTE).unwrap().samples, &speech, 1e-6, "six channels");
    }
}

#[test]
fn a_silent_file_is_silence_and_one_without_samples_is_empty() {
    let dir = tempfile::tempdir().unwrap();
    let path = save(&dir, "silent.wav", &wav(PCM, 16, 2, 44_100, &vec![0; 4 * 44_100]));
    let sound = read_all(&path, MINUTE).unwrap();
    assert_eq!(sound.samples, vec![0.0; 16_000]);
    let path = save(&dir, "none.wav", &wav(PCM, 16, 1, 16_000, &[]));
    let sound = read_all(&path, MINUTE).unwrap();
    assert!(sound.samples.is_empty() && !sound.truncated);
}

#[test]
fn a_truncated_wav_gives_its_beginning() {
    let dir = tempfile::tempdir().unwrap();
    let speech = speech();
    let whole = wav(PCM, 16, 1, CAPTURE_RATE, &bytes(&speech, pcm16));
    for left in [1, 100, 1_152, 10_000, speech.len() - 1] {
        // Cut after one byte of the next sample.
        let path = save(&dir, "cut.wav", &whole[..44 + 2 * left + 1]);
        let sound = read_all(&path, MINUTE).unwrap();
        assert!(sound.truncated);
        assert_close(&sound.samples, &speech[..left], 1e-7, "what is left");
    }
    // Cut within the header or right after it.
    for left in 1..=44 {
        let error = read_all(save(&dir, "cut.wav", &whole[..left]), MINUTE).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::Damaged), "{left}");
        assert!(error.to_string().contains("cut.wav"), "{error}");
    }
}

#[test]
fn a_wav_whose_length_was_never_written_is_read_whole() {
    let dir = tempfile::tempdir().unwrap();
    let speech = speech();
    // In bytes: what killed recorders leave, and what ffmpeg and SoX write into pipes.
    for length in [0_u32, 0x7FFF_F000, 0x7FFF_FFFF, u32::MAX] {
        let mut content = wav(PCM, 16, 1, CAPTURE_RATE, &bytes(&speech, pcm16));
        content[40..44].copy_from_slice(&length.to_le_bytes());
        for riff in [length, length.saturating_add(36)] {
            content[4..8].copy_from_slice(&riff.to_le_bytes());
            let sound = read_all(save(&dir, "endless.wav", &content), MINUTE).unwrap();
            assert!(!sound.truncated, "{length:#x}");
            assert_close(&sound.samples, &speech, 1e-7, "what is there");
        }
    }
    // The header says that the whole is shorter than its part.
    for riff in [0_u32, 4, 36] {
        let mut content = wav(PCM, 16, 1, CAPTURE_RATE, &bytes(&speech, pcm16));
        content[4..8].copy_from_slice(&riff.to_le_bytes());
        let sound = read_all(save(&dir, "short.wav", &content), MINUTE).unwrap();
        assert_close(&sound.samples, &speech, 1e-7, "what is there");
    }
    // No sound, but metadata.
    let mut content = wav(PCM, 16, 1, CAPTURE_RATE, &[]);
    content.extend(b"LIST\x04\0\0\0INFO");
    content[4..8].copy_from_slice(&(36_u32 + 12).to_le_bytes());
    assert!(read_all(save(&dir, "none.wav", &content), MINUTE).unwrap().samples.is_empty());
}

/// Either of the 64-bit kinds of WAV, with 16-bit sound. `length` is the length of the sound
/// according to its header, in bytes.
fn long_wav(marker: &[u8; 4], rate: u32, data: &[u8], length: u64) -> Vec<u8> {
    let plain = wav(PCM, 16, 1, rate, &[]);
    let format = &plain[20..36];
    let mut file = marker.to_vec();
    if marker == b"riff" {
        const RIFF: [u8; 12] = *b"\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\x00\x00";
        const CHUNK: [u8; 12] = *b"\xF3\xAC\xD3\x11\x8C\xD1\x00\xC0\x4F\x8E\xDB\x8A";
        file.extend(RIFF);
        file.extend((40 + 40 + 32 + 24 + length).to_le_bytes());
        file.extend(b"wave");
        file.extend(CHUNK);
        for (kind, size, body) in [
            (b"fmt ", 24 + 16, format),
            (b"junk", 24 + 5, &b"12345\0\0\0"[..]),
            (b"data", 24 + length, data),
        ] {
            file.extend(kind);
            file.extend(CHUNK);
            file.extend(size.to_le_bytes());
            file.extend(body);
        }
        return file;
    }
    file.extend(u32::MAX.to_le_bytes());
    file.extend(b"WAVEds64");
    file.extend(28_u32.to_le_bytes());
    file.extend((4 + 36 + 24 + 8 + length).to_le_bytes());
    file.extend(length.to_le_bytes());
    file.extend((length / 2).to_le_bytes());
    file.extend(0_u32.to_le_bytes());
    file.extend(&plain[12..36]);
    file.extend(b"data");
    file.extend(u32::MAX.to_le_bytes());
    file.extend(data);
    file
}

#[test]
fn wav_files_of_64_bits_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let speech = speech();
    let data = bytes(&speech, pcm16);
    for (name, marker) in [("rf64.wav", b"RF64"), ("bw64.wav", b"BW64"), ("long.w64", b"riff")] {
        let length = data.len() as u64;
        let mut content = long_wav(marker, CAPTURE_RATE, &data, length);
        content.extend(b"LIST\x04\0\0\0INFO");
        let path = save(&dir, name, &content);
        let duration = SoundFile::open(&path).unwrap().duration().unwrap();
        assert_eq!(duration, Duration::from_secs_f64(speech.len() as f64 / 16_000.0), "{name}");
        let sound = read_all(&path, MINUTE).unwrap();
        assert!(!sound.truncated, "{name}");
        assert_close(&sound.samples, &speech, 1e-7, name);
        // Cut short, and from a recorder that was killed.
        let content = long_wav(marker, CAPTURE_RATE, &data[..data.len() / 2], length);
        let sound = read_all(save(&dir, name, &content), MINUTE).unwrap();
        assert!(sound.truncated, "{name}");
        assert_close(&sound.samples, &speech[..speech.len() / 2], 1e-7, name);
        let content = long_wav(marker, CAPTURE_RATE, &data, 0);
        let sound = read_all(save(&dir, name, &content), MINUTE).unwrap();
        assert!(!sound.truncated, "{name}");
        assert_close(&sound.samples, &speech, 1e-7, name);
    }
}

/// More than 4 GiB, the reason for these formats.
#[test]
fn a_very_long_file_is_opened_with_its_whole_length() {
    let dir = tempfile::tempdir().unwrap();
    for (name, marker) in [("long.rf64", b"RF64"), ("long.w64", b"riff")] {
        let path = dir.path().join(name);
        let length = (5_u64 << 30) + 3_000;
        let header = long_wav(marker, 768_000, &[], length);
        let mut file = std::fs::File::create(&path).unwrap();
        file.write_all(&header).unwrap();
        // A sparse file.
        file.set_len(header.len() as u64 + length).unwrap();
        drop(file);
        let mut sound = SoundFile::open(&path).unwrap();
        let seconds = length as f64 / 2.0 / 768_000.0;
        assert_eq!(sound.duration(), Some(Duration::from_secs_f64(seconds)));
        assert!(sound.next_block().unwrap().is_some());
    }
}

/// FLAC's frames in pages of Ogg, as `flac --ogg` writes them (RFC 9639, section 10.1).
fn ogg_flac(flac: &Path) -> Vec<u8> {
    use symphonia::core::formats::{FormatOptions, FormatReader};
    use symphonia::core::io::MediaSourceStream;

    let whole = std::fs::read(flac).unwrap();
    let file = std::fs::File::open(flac).unwrap();
    let stream = MediaSourceStream::new(Box::new(file), Default::default());
    let mut reader =
        symphonia::default::formats::FlacReader::try_new(stream, FormatOptions::default()).unwrap();
    let mut first = b"\x7FFLAC\x01\x00\x00\x01fLaC".to_vec();
    first.extend(&whole[4..42]);
    let comment = b"\x84\0\0\x08\0\0\0\0\0\0\0\0".to_vec();
    let mut packets = vec![(first, 0), (comment, 0)];
    let mut samples = 0;
    while let Some(packet) = reader.next_packet().unwrap() {
        samples += packet.dur.get();
        packets.push((packet.data.to_vec(), samples));
    }
    let (mut file, last) = (Vec::new(), packets.len() - 1);
    for (number, (packet, place)) in packets.iter().enumerate() {
        // One page for each packet. No packet here is longer than a page may be.
        let flags = u8::from(number == 0) * 2 + u8::from(number == last) * 4;
        let segments = packet.len() / 255 + 1;
        let mut page = b"OggS\0".to_vec();
        page.push(flags);
        page.extend(place.to_le_bytes());
        page.extend(7_u32.to_le_bytes());
        page.extend((number as u32).to_le_bytes());
        page.extend([0; 4]);
        page.push(u8::try_from(segments).unwrap());
        page.resize(27 + segments - 1, 255);
        page.push((packet.len() % 255) as u8);
        page.extend(packet);
        let crc = page.iter().fold(0_u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| {
                (crc << 1) ^ if crc >> 31 == 1 { 0x04C1_1DB7 } else { 0 }
            })
        });
        page[22..26].copy_from_slice(&crc.to_le_bytes());
        file.extend(page);
    }
    file
}

#[test]
fn flac_in_ogg_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let (content, speech) = (ogg_flac(&speech_path()), speech());
    // The content decides, not the name.
    for name in ["speech.oga", "speech.ogg", "speech.flac"] {
        let sound = read_all(save(&dir, name, &content), MINUTE).unwrap();
        assert!(!sound.truncated, "{name}");
        assert_eq!(sound.samples, speech, "{name}");
    }
    let sound = read_all(save(&dir, "cut.oga", &content[..content.len() / 2]), MINUTE).unwrap();
    assert!(sound.samples.len() > speech.len() / 5 && sound.samples.len() < speech.len());
    assert_eq!(sound.samples, speech[..sound.samples.len()]);
}

#[test]
fn what_apple_writes_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let speech = speech();
    let big = |x: f32| ((x * 32_768.0).round() as i16).to_be_bytes().to_vec();
    let data = bytes(&speech, big);
    let mut aiff = b"FORM".to_vec();
    aiff.extend((4 + 26 + 16 + data.len() as u32).to_be_bytes());
    aiff.extend(b"AIFFCOMM\0\0\0\x12\0\x01");
    aiff.extend((speech.len() as u32).to_be_bytes());
    // 16 bits, and 16,000 as an 80-bit float.
    aiff.extend(b"\0\x10\x40\x0C\xFA\0\0\0\0\0\0\0SSND");
    aiff.extend((8 + data.len() as u32).to_be_bytes());
    aiff.extend([0; 8]);
    aiff.extend(&data);
    let mut caf = b"caff\0\x01\0\0desc".to_vec();
    caf.extend(32_u64.to_be_bytes());
    caf.extend(16_000_f64.to_be_bytes());
    caf.extend(b"lpcm");
    for number in [0_u32, 2, 1, 1, 16] {
        caf.extend(number.to_be_bytes());
    }
    caf.extend(b"data");
    caf.extend((4 + data.len() as u64).to_be_bytes());
    caf.extend([0; 4]);
    caf.extend(&data);
    for (name, content) in [("speech.aiff", aiff), ("speech.caf", caf)] {
        let sound = read_all(save(&dir, name, &content), MINUTE).unwrap();
        assert!(!sound.truncated, "{name}");
        assert_close(&sound.samples, &speech, 1e-7, name);
    }
}

#[test]
fn a_format_that_cannot_be_read_is_named_with_a_command_that_converts_it() {
    let dir = tempfile::tempdir().unwrap();
    let page = |packet: &[u8]| {
        let mut page = b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01".to_vec();
        page.push(packet.len() as u8);
        page.extend(packet);
        page
    };
    let cases: [(&str, Vec<u8>, &str); 10] = [
        ("memo.m4a", b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42".to_vec(), "MPEG-4 sound (M4A, AAC)"),
        ("memo.mp3", b"ID3\x04\0\0\0\0\0\x0A".to_vec(), "MP3"),
        ("bare.mp3", b"\xFF\xFB\x90\x44".to_vec(), "MP3"),
        ("bare.aac", b"\xFF\xF1\x50\x80".to_vec(), "AAC"),
        ("a note.ogg", page(b"OpusHead\x01\x01"), "Ogg Opus"),
        ("song.ogg", page(b"\x01vorbis\0\0\0\0"), "Ogg Vorbis"),
        ("talk.webm", b"\x1A\x45\xDF\xA3\x01".to_vec(), "Matroska or WebM"),
        ("call.amr", b"#!AMR\n".to_vec(), "AMR"),
        ("adpcm.wav", wav(0x11, 4, 1, 16_000, &[0; 2_048]), "WAV with compressed sound"),
        ("film.avi", b"RIFF\0\x10\0\0AVI LIST".to_vec(), "an AVI video"),
    ];
    for (name, mut content, format) in cases {
        content.resize(content.len() + 20_000, 0x55);
        let path = save(&dir, name, &content);
        let error = read_all(&path, MINUTE).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        let text = error.to_string();
        assert!(text.contains(&format!("{name} is {format}, which Sayso cannot read")), "{text}");
        let to = path.with_extension(if name == "adpcm.wav" { "flac" } else { "wav" });
        let quote = if name.contains(' ') { "'" } else { "" };
        let command =
            format!("`ffmpeg -i {quote}{}{quote} {quote}{}{quote}`", path.display(), to.display());
        assert!(text.ends_with(&command), "{text}");
    }
}

#[test]
fn a_truncated_flac_gives_its_beginning() {
    let dir = tempfile::tempdir().unwrap();
    let speech = speech();
    let whole = std::fs::read(speech_path()).unwrap();
    let path = save(&dir, "cut.flac", &whole[..whole.len() / 2]);
    let sound = read_all(&path, MINUTE).unwrap();
    assert!(sound.truncated);
    assert!(sound.samples.len() > speech.len() / 5 && sound.samples.len() < speech.len());
    assert_eq!(sound.samples, speech[..sound.samples.len()]);
}

/// What the system said, if it is the cause.
fn cause(error: &sayso_audio_io::Error) -> Option<std::io::ErrorKind> {
    let source = std::error::Error::source(error)?;
    source.downcast_ref::<std::io::Error>().map(std::io::Error::kind)
}

#[test]
fn files_that_are_not_sound_are_refused_with_a_reason() {
    let dir = tempfile::tempdir().unwrap();
    let cases: [(&str, &[u8], ErrorKind, &str); 4] = [
        ("empty.wav", b"", ErrorKind::Damaged, "empty (0 bytes)"),
        ("text.wav", &[b'x'; 70_000], ErrorKind::Unsupported, "convert it to WAV or FLAC"),
        ("adpcm.wav", &wav(0x11, 4, 1, 16_000, &[0; 2_048]), ErrorKind::Unsupported, "convert it"),
        ("rate.wav", &wav(PCM, 16, 1, 1, &[0; 64]), ErrorKind::Unsupported, "sample rate of 1 Hz"),
    ];
    for (name, content, kind, words) in cases {
        let error = read_all(save(&dir, name, content), MINUTE).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(name), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    let error = read_all(dir.path().join("missing.wav"), MINUTE).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(cause(&error), Some(std::io::ErrorKind::NotFound));
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
    let mut writer = WavWriter::create(&path, CAPTURE_RATE, 1).unwrap();
    for chunk in speech.chunks(777) {
        writer.write(chunk).unwrap();
    }
    writer.finish().unwrap();
    assert_eq!(read_all(&path, MINUTE).unwrap().samples, speech);

    let mut writer = WavWriter::create(&path, CAPTURE_RATE, 2).unwrap();
    writer.write(&[2.0, 2.0, -2.0, -2.0, f32::NAN, f32::NAN]).unwrap();
    drop(writer);
    let sound = read_all(&path, MINUTE).unwrap().samples;
    assert_eq!(sound, [32_767.0 / 32_768.0, -1.0, 0.0]);
}

#[test]
fn an_interrupted_file_is_readable_up_to_its_last_second() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("killed.wav");
    let mut writer = WavWriter::create(&path, CAPTURE_RATE, 1).unwrap();
    writer.write(&vec![0.25; 40_000]).unwrap();
    // As if the process were killed: neither finished nor dropped.
    std::mem::forget(writer);
    let sound = read_all(&path, MINUTE).unwrap();
    assert_eq!(sound.samples.len(), 32_000);
    assert!(sound.samples.iter().all(|x| *x == 0.25));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_reported() {
    // `/dev/full`, which the kernel provides, is always full.
    let result = WavWriter::create("/dev/full", CAPTURE_RATE, 1).and_then(|mut writer| {
        writer.write(&vec![0.1; 100_000])?;
        writer.finish()
    });
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_eq!(cause(&error), Some(std::io::ErrorKind::StorageFull));
    assert!(error.to_string().contains("/dev/full"), "{error}");
    let Err(error) = WavWriter::create("/nowhere/at/all.wav", CAPTURE_RATE, 1) else {
        panic!("there is no such folder");
    };
    assert!(error.to_string().contains("/nowhere/at/all.wav"), "{error}");
    assert!(error.to_string().ends_with("Create its folder, or name another file"), "{error}");
    let three = WavWriter::create("/dev/null", CAPTURE_RATE, 3).err().unwrap();
    assert_eq!(three.kind(), ErrorKind::Unsupported);
}

/// Its byte rate would overflow 32 bits.
#[test]
fn a_sample_rate_out_of_range_does_not_panic() {
    let dir = tempfile::tempdir().unwrap();
    let mut content = long_wav(b"RF64", 44_100, &[7; 8_000], 8_000);
    content[59] = 0x80;
    let _ = read_all(save(&dir, "absurd", &content), MINUTE);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Files are untrusted: any damage leads to sound or an error.
    #[test]
    fn damaged_files_never_panic(
        hits in proptest::collection::vec((0_usize..400, any::<u8>()), 1..12),
        kind in 0..5,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut content = match kind {
            0 => std::fs::read(speech_path()).unwrap(),
            1 => wav(EXTENSIBLE, 16, 2, 44_100, &[7; 8_000]),
            2 => long_wav(b"RF64", 44_100, &[7; 8_000], 8_000),
            3 => long_wav(b"riff", 44_100, &[7; 8_000], 8_000),
            _ => ogg_flac(&speech_path()),
        };
        for (at, value) in hits {
            content[at] = value;
        }
        let _ = read_all(save(&dir, "damaged", &content), MINUTE);
    }
}
