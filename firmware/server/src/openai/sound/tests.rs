//! What is encoded is decoded again by others' decoders.

use sayso_audio_io::SoundFile;

use super::*;

/// A second of a rising tone.
fn tone(rate: u32) -> Vec<f32> {
    (0..rate)
        .map(|n| n as f32 / rate as f32)
        .map(|time| 0.4 * (std::f32::consts::TAU * (200.0 + 300.0 * time) * time).sin())
        .collect()
}

fn encoded(format: Format, sound: &[f32], rate: u32, block: usize) -> Vec<u8> {
    let mut encoder = Encoder::new(format, rate).expect("an encoder");
    let mut bytes = Vec::new();
    for block in sound.chunks(block) {
        bytes.extend(encoder.push(block).expect("encoded"));
    }
    bytes.extend(encoder.finish().expect("the rest"));
    bytes
}

/// The sound in a file, at [`RATE`].
fn read(bytes: &[u8], extension: &str) -> Vec<f32> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(format!("sound.{extension}"));
    std::fs::write(&file, bytes).expect("written");
    let mut sound = SoundFile::open_at(&file, RATE).expect("a sound file");
    let mut samples = Vec::new();
    while let Some(block) = sound.next_block().expect("read") {
        samples.extend_from_slice(block);
    }
    samples
}

/// The strength of the difference, in dB relative to the sound.
fn difference(a: &[f32], b: &[f32]) -> f32 {
    let power = |samples: &mut dyn Iterator<Item = f32>| samples.map(|s| s * s).sum::<f32>();
    let noise = power(&mut a.iter().zip(b).map(|(a, b)| a - b));
    10.0 * (noise / power(&mut a.iter().copied())).log10()
}

#[test]
fn lossless_formats_hold_the_sound_whatever_the_blocks() {
    let sound = tone(RATE);
    for block in [1, 777, 2_048, 24_000] {
        for (format, extension) in [(Format::Wav, "wav"), (Format::Flac, "flac")] {
            let read = read(&encoded(format, &sound, RATE, block), extension);
            assert!(read.len() >= sound.len() && read.len() < sound.len() + 32, "{extension}");
            let loss = difference(&sound, &read);
            assert!(loss < -80.0, "{extension}, blocks of {block}: {loss:.0} dB");
        }
        let pcm = encoded(Format::Pcm, &sound, RATE, block);
        assert_eq!(pcm.len(), 2 * sound.len());
        assert_eq!(encoded(Format::Wav, &sound, RATE, block)[44..], pcm);
    }
}

#[test]
fn another_rate_is_converted() {
    let pcm = encoded(Format::Pcm, &tone(16_000), 16_000, 320);
    assert_eq!(pcm.len() / 2, RATE as usize);
}

#[test]
fn opus_is_decoded_with_its_length() {
    let sound = tone(RATE);
    let bytes = encoded(Format::Opus, &sound, RATE, 500);
    let mut reader = ogg::PacketReader::new(std::io::Cursor::new(bytes));
    let head = reader.read_packet_expected().expect("a header");
    assert!(head.data.starts_with(b"OpusHead\x01\x01") && head.first_in_stream());
    let skip = usize::from(u16::from_le_bytes([head.data[10], head.data[11]])) / 2;
    let tags = reader.read_packet_expected().expect("tags");
    assert!(tags.data.starts_with(b"OpusTags"));
    let mut decoder = ::opus::Decoder::new(RATE, ::opus::Channels::Mono).expect("a decoder");
    let (mut decoded, mut end) = (Vec::new(), 0);
    while let Some(packet) = reader.read_packet().expect("a packet") {
        let mut samples = [0.0; 2_880];
        let count = decoder.decode_float(&packet.data, &mut samples, false).expect("decoded");
        decoded.extend_from_slice(&samples[..count]);
        if packet.last_in_stream() {
            end = packet.absgp_page();
        }
    }
    assert_eq!(end, 2 * (sound.len() + skip) as u64);
    assert!(decoded.len() >= sound.len() + skip);
    let loss = difference(&sound, &decoded[skip..]);
    assert!(loss < -10.0, "{loss:.0} dB");
}

#[test]
fn no_sound_is_still_a_file() {
    for (name, format) in Format::NAMES {
        let bytes = encoded(format, &[], RATE, 1);
        assert_eq!(bytes.is_empty(), format == Format::Pcm, "{name}");
        assert_eq!(Format::named(name), Some(format));
    }
    assert_eq!(Format::named("mp3"), None);
}

#[test]
fn samples_are_limited() {
    assert_eq!([pcm(2.0), pcm(-2.0), pcm(0.0), pcm(f32::NAN)], [32_767, -32_768, 0, 0]);
}
