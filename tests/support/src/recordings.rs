//! The recordings that tests use.
//!
//! Those in `tests/data` are always there, and bounds that tests assert were measured on them.
//! Further recordings come from the folder in the environment variable `SAYSO_TEST_DATA`;
//! `tests/data/README.md` describes how such a folder is laid out.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// One recording: a row of its folder's `manifest.tsv`.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The file.
    pub path: PathBuf,
    /// The file as the manifest lists it, relative to its folder.
    pub name: String,
    /// What kind of recording it is; in `tests/data`, the name of its folder.
    pub category: String,
    /// What is said, in lower case without punctuation; empty if that is unknown, or if nothing is
    /// said.
    pub transcript: String,
    /// ISO 639-1 code of the language spoken.
    pub language: String,
    /// What else is known, in a form that depends on the category.
    pub extra: String,
}

impl Recording {
    /// Whether nobody speaks: the kinds that are there to test for false alarms. Of these only
    /// babble contains voices.
    pub fn is_noise(&self) -> bool {
        ["noise-music-silence", "env-esc10"].contains(&self.category.as_str())
            && !self.name.contains("babble")
    }

    /// Whether English is spoken and the words are known.
    pub fn is_english(&self) -> bool {
        self.language == "en" && !self.transcript.is_empty()
    }
}

/// The folder `tests/data`.
pub fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../data"))
}

/// The recordings of `tests/data`.
///
/// # Panics
/// If its list cannot be read.
pub fn shipped() -> Vec<Recording> {
    list(folder())
}

/// The recordings in the folder that `SAYSO_TEST_DATA` names, without those that `tests/data`
/// lists under the same name. Empty if the variable is not set.
///
/// # Panics
/// If the folder has no list, or one without the required columns.
pub fn further() -> Vec<Recording> {
    let Some(folder) = further_folder() else { return Vec::new() };
    let known: HashSet<String> = shipped().into_iter().map(|recording| recording.name).collect();
    let mut all = list(&folder);
    all.retain(|recording| !known.contains(&recording.name));
    all
}

/// The path of the recording of this name: in `tests/data`, or in the folder that
/// `SAYSO_TEST_DATA` names.
pub fn find(name: &str) -> Option<PathBuf> {
    let folders = [Some(folder().to_owned()), further_folder()];
    folders.into_iter().flatten().map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn further_folder() -> Option<PathBuf> {
    std::env::var_os("SAYSO_TEST_DATA").filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// Reads `manifest.tsv`, whose first line names the columns.
fn list(folder: &Path) -> Vec<Recording> {
    let file = folder.join("manifest.tsv");
    let text = std::fs::read_to_string(&file);
    assert!(text.is_ok(), "{}: {text:?}", file.display());
    let text = text.unwrap_or_default();
    let mut rows = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let head = rows.next().unwrap_or_default();
    let column = |name| {
        let found = head.iter().position(|column| *column == name);
        assert!(found.is_some(), "{}: no column {name}", file.display());
        found.unwrap_or_default()
    };
    let [path, category, language, transcript] =
        ["path", "category", "lang", "transcript"].map(column);
    let extra = head.iter().position(|column| *column == "extra");
    let recording = |row: Vec<&str>| {
        let cell = |n: usize| row.get(n).copied().unwrap_or_default().to_owned();
        Recording {
            path: folder.join(cell(path)),
            name: cell(path),
            category: cell(category),
            transcript: cell(transcript),
            language: cell(language),
            extra: extra.map(cell).unwrap_or_default(),
        }
    };
    rows.map(recording).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_recordings_exist() {
        let all = shipped();
        assert!(all.len() > 100, "{}", all.len());
        for recording in &all {
            assert!(recording.path.is_file(), "{recording:?}");
            assert_eq!(find(&recording.name), Some(recording.path.clone()));
        }
        assert!(all.iter().filter(|recording| recording.is_english()).count() > 60);
        assert!(all.iter().filter(|recording| recording.is_noise()).count() > 30);
        assert_eq!(find("no/such.flac"), None);
    }

    #[test]
    fn columns_are_found_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let list_of = |text: &str| {
            std::fs::write(folder.path().join("manifest.tsv"), text).expect("written");
            list(folder.path())
        };
        let all = list_of("lang\tpath\ttranscript\tcategory\nen\ta/b.wav\tyes\tmine\n");
        let [recording] = all.as_slice() else { panic!("one: {all:?}") };
        assert_eq!(recording.path, folder.path().join("a/b.wav"));
        assert_eq!((&*recording.name, &*recording.category), ("a/b.wav", "mine"));
        assert!(recording.is_english() && !recording.is_noise());
        assert!(std::panic::catch_unwind(|| list_of("path\tlang\n")).is_err());
    }
}
