//! Where the recordings are that benchmarks play.
//!
//! None of them is built into the program. They are in the folder `tests/data` of Sayso's source,
//! or in another folder with the same layout.

use std::env;
use std::path::{Path, PathBuf};

use sayso::{Error, Result};

use crate::term;

/// The environment variable with a folder of further recordings; `tests/data/README.md` describes
/// how it is laid out.
pub const VARIABLE: &str = "SAYSO_TEST_DATA";

/// The list of questions and their labels in a folder of recordings.
pub const LIST: &str = "turns.tsv";

/// The option that names folders.
const OPTION: &str = "--data";

/// The folders in which recordings are looked for, in this order.
pub struct Data {
    /// The folders given with `--data`.
    named: Vec<PathBuf>,
    /// `tests/data` of the source tree that the program is run from or was built in.
    checkout: Option<PathBuf>,
    /// The folder in the environment variable.
    variable: Option<PathBuf>,
}

impl Data {
    /// Looks in the folders given with `--data`, too.
    pub fn new(named: &[PathBuf]) -> Self {
        let places = [env::current_dir().ok(), env::current_exe().ok()];
        Self {
            named: named.to_vec(),
            checkout: places.iter().flatten().find_map(|place| checkout(place)),
            variable: variable(),
        }
    }

    /// The first folder that has all of `files`. If folders are given with `--data` but it is none
    /// of them, a message on stderr says so.
    ///
    /// # Errors
    /// If `--data` names something that is not a folder, or no folder has all of `files`.
    pub fn folder(&self, files: &[&str]) -> Result<&Path> {
        if let Some(named) = self.named.iter().find(|folder| !folder.is_dir()) {
            let message = format!("{OPTION} {}: there is no such folder", named.display());
            return Err(Error::input(message));
        }
        let named = self.named.iter().map(|folder| (folder, OPTION));
        let checkout = self.checkout.iter().map(|folder| (folder, "the checkout's"));
        let variable = self.variable.iter().map(|folder| (folder, VARIABLE));
        let mut lacking = Vec::new();
        for (folder, origin) in named.chain(checkout).chain(variable) {
            let Some(file) = files.iter().find(|file| !folder.join(file).is_file()) else {
                if let Some(first) = lacking.first().filter(|_| !self.named.is_empty())
                    && origin != OPTION
                {
                    term::note(format!("{first}: {} is used for that", folder.display()));
                }
                return Ok(folder);
            };
            lacking.push(format!("{} ({origin}) has no {file}", folder.display()));
        }
        if self.checkout.is_none() {
            lacking.push(
                "there is no checkout of Sayso's source in or above the working folder or the \
                 program's"
                    .into(),
            );
        }
        Err(Error::input(format!(
            "no recordings to measure with: {}. They come with the source, in its folder \
             tests/data, and not with the program: run this in a checkout of the source, or name \
             such a folder with {OPTION} DIR",
            lacking.join("; ")
        )))
    }
}

/// The folder in the environment variable.
pub fn variable() -> Option<PathBuf> {
    env::var_os(VARIABLE).filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// `tests/data` of the checkout that contains `place`.
fn checkout(place: &Path) -> Option<PathBuf> {
    let folders = place.ancestors().map(|folder| folder.join("tests").join("data"));
    folders.into_iter().find(|data| data.join(LIST).is_file())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    /// A folder with these files.
    fn folder(files: &[&str]) -> TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for file in files {
            let file = folder.path().join(file);
            fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            fs::write(file, "").expect("written");
        }
        folder
    }

    fn path(folder: &TempDir) -> PathBuf {
        folder.path().to_owned()
    }

    #[test]
    fn the_first_folder_that_has_all_files_is_used() {
        let (some, all) = (folder(&["a.flac"]), folder(&["a.flac", "rir/b.flac"]));
        let found = |data: &Data, files: &[&str]| data.folder(files).expect("found").to_owned();
        let both = ["a.flac", "rir/b.flac"];

        let named = |checkout| Data { named: vec![path(&some)], checkout, variable: None };
        assert_eq!(found(&named(None), &["a.flac"]), some.path());
        assert_eq!(found(&named(Some(path(&all))), &["a.flac"]), some.path());
        assert_eq!(found(&named(Some(path(&all))), &both), all.path());
        let two = Data { named: vec![path(&some), path(&all)], checkout: None, variable: None };
        assert_eq!(found(&two, &both), all.path());

        let usual = |checkout, variable| Data { named: Vec::new(), checkout, variable };
        assert_eq!(found(&usual(Some(path(&some)), Some(path(&all))), &["a.flac"]), some.path());
        assert_eq!(found(&usual(Some(path(&some)), Some(path(&all))), &both), all.path());
        assert_eq!(found(&usual(None, Some(path(&all))), &both), all.path());
    }

    #[test]
    fn if_recordings_are_missing_the_message_says_where_they_are_expected() {
        let error = |data: &Data, files: &[&str]| {
            data.folder(files).expect_err("there are none").to_string()
        };
        let nowhere = Data { named: Vec::new(), checkout: None, variable: None };
        let message = error(&nowhere, &["a.flac"]);
        for part in ["no checkout of Sayso's source in or above", "tests/data", "--data DIR"] {
            assert!(message.contains(part), "{part}: {message}");
        }

        let some = folder(&["a.flac"]);
        let (named, variable) = (vec![path(&some)], Some(path(&some)));
        let message = error(&Data { named, checkout: None, variable }, &["a.flac", "b.flac"]);
        for origin in [OPTION, VARIABLE] {
            let due = format!("{} ({origin}) has no b.flac", some.path().display());
            assert!(message.contains(&due), "{due}: {message}");
        }

        let gone = Data { named: vec![some.path().join("gone")], ..nowhere };
        let message = error(&gone, &["a.flac"]);
        assert!(message.contains("gone: there is no such folder"), "{message}");
    }

    #[test]
    fn the_checkout_is_found_from_within() {
        let source = folder(&["tests/data/turns.tsv", "target/release/sayso"]);
        let data = source.path().join("tests").join("data");
        for place in ["", "target", "target/release/sayso", "tests/data"] {
            assert_eq!(checkout(&source.path().join(place)), Some(data.clone()), "{place}");
        }
        assert_eq!(checkout(folder(&["tests/data/other.tsv"]).path()), None);
        // The tests run in this crate's folder.
        assert!(Data::new(&[]).checkout.is_some_and(|data| data.join("manifest.tsv").is_file()));
    }
}
