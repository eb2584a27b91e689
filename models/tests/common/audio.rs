//! Recordings for the tests: FLAC files of `tests/data`, 16 kHz mono.

#![allow(clippy::expect_used, clippy::panic)]

use std::fs::File;
use std::path::Path;

use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::formats::TrackType;
use symphonia::core::formats::probe::Hint;
use symphonia::core::io::MediaSourceStream;

/// The samples of a 16 kHz mono recording, −1…1.
pub fn read(path: &Path) -> Vec<f32> {
    let file = File::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let stream = MediaSourceStream::new(Box::new(file), Default::default());
    let mut format = symphonia::default::get_probe()
        .probe(&Hint::new(), stream, Default::default(), Default::default())
        .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let track = format.default_track(TrackType::Audio).expect("an audio track");
    let params = track.codec_params.as_ref().and_then(|p| p.audio()).expect("audio parameters");
    assert_eq!(params.sample_rate, Some(16_000), "{}", path.display());
    assert_eq!(params.channels.as_ref().map(|c| c.count()), Some(1), "{}", path.display());
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(params, &AudioDecoderOptions::default())
        .expect("a decoder");
    let (mut samples, mut block) = (Vec::new(), Vec::new());
    while let Some(packet) = format.next_packet().expect("a packet") {
        decoder.decode(&packet).expect("sound").copy_to_vec_interleaved::<f32>(&mut block);
        samples.extend_from_slice(&block);
    }
    samples
}

/// A row of `manifest.tsv`: the path below the data folder and its category,
/// language and transcript.
pub struct Clip {
    pub path: String,
    pub category: String,
    pub language: String,
    pub transcript: String,
}

/// The rows of the `manifest.tsv` in `folder`.
pub fn manifest(folder: &Path) -> Vec<Clip> {
    let path = folder.join("manifest.tsv");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut rows = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let head = rows.next().expect("a head line");
    let column =
        |name| head.iter().position(|c| *c == name).unwrap_or_else(|| panic!("no column {name}"));
    let (path, category, language, transcript) =
        (column("path"), column("category"), column("lang"), column("transcript"));
    rows.map(|row| Clip {
        path: row[path].to_owned(),
        category: row[category].to_owned(),
        language: row[language].to_owned(),
        transcript: row[transcript].to_owned(),
    })
    .collect()
}
