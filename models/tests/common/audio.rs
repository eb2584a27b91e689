//! Recordings for the tests: FLAC files of `tests/data`, 16 kHz mono.

#![allow(clippy::panic)]

use std::path::Path;
use std::time::Duration;

/// The samples of a recording as 16 kHz mono, −1…1.
pub fn read(path: &Path) -> Vec<f32> {
    match sayso_board::read_all(path, Duration::from_secs(600)) {
        Ok(sound) => sound.samples,
        Err(error) => panic!("{error}"),
    }
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
    let head = rows.next().unwrap_or_else(|| panic!("no head line"));
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
