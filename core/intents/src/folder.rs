//! A folder with the user's own files of sentences, which are read again when they change.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::grammar::Grammar;
use crate::source::{Error, Source};

/// The sentences of one language: given ones, and those of a folder with the user's own files,
/// which take precedence.
#[derive(Clone, Debug)]
pub struct Folder {
    language: String,
    base: Vec<Source>,
    path: PathBuf,
    files: Vec<File>,
    grammar: Arc<Grammar>,
}

/// A file of the folder.
#[derive(Clone, Debug)]
struct File {
    /// As it was last seen.
    seen: Seen,
    /// What is used of it: the newest version without errors; `None` if there was none.
    used: Option<Source>,
}

impl Folder {
    /// Compiles the sentences of `base` and of the `.yaml`, `.yml` and `.json` files in a folder.
    /// The folder may be missing.
    ///
    /// # Errors
    /// With all errors in the files.
    pub fn open(language: &str, base: Vec<Source>, path: &Path) -> Result<Self, Vec<Error>> {
        let (folder, errors) = Self::open_good(language, base, path)?;
        if errors.is_empty() { Ok(folder) } else { Err(errors) }
    }

    /// As [`open`](Self::open), without the files that have errors. The errors come with it.
    ///
    /// # Errors
    /// With the errors in the sentences of `base`.
    pub fn open_good(
        language: &str,
        base: Vec<Source>,
        path: &Path,
    ) -> Result<(Self, Vec<Error>), Vec<Error>> {
        let (files, grammar, errors) = settle(language, &base, seen(path), &[])?;
        let (language, path) = (language.to_owned(), path.to_owned());
        Ok((Self { language, base, path, files, grammar: Arc::new(grammar) }, errors))
    }

    /// The same sentences with those of another folder, as [`open_good`](Self::open_good).
    ///
    /// # Errors
    /// With the errors in the given sentences.
    pub fn at(&self, path: &Path) -> Result<(Self, Vec<Error>), Vec<Error>> {
        Self::open_good(&self.language, self.base.clone(), path)
    }

    /// The sentences, as they were when the files were last read.
    pub fn grammar(&self) -> &Arc<Grammar> {
        &self.grammar
    }

    /// Reads the files again if one was changed, added or removed; `None` if none was. If one has
    /// errors, its last version without errors remains in use. Returns all errors in the files, once
    /// for each change.
    pub fn refresh(&mut self) -> Option<Vec<Error>> {
        let seen = seen(&self.path);
        if self.files.iter().map(|file| &file.seen).eq(&seen) {
            return None;
        }
        match settle(&self.language, &self.base, seen, &self.files) {
            Ok((files, grammar, errors)) => {
                (self.files, self.grammar) = (files, Arc::new(grammar));
                Some(errors)
            }
            Err(errors) => Some(errors),
        }
    }
}

/// A file while it is decided which version of it is used.
struct Choice {
    seen: Seen,
    /// What may be used of it, the best at the end.
    versions: Vec<Source>,
    /// Whether the last of them is the newest.
    is_new: bool,
}

/// Compiles the newest versions of files, or, of those with errors, the versions that were used
/// before.
fn settle(
    language: &str,
    base: &[Source],
    seen: Vec<Seen>,
    before: &[File],
) -> Result<(Vec<File>, Grammar, Vec<Error>), Vec<Error>> {
    let mut errors = Vec::new();
    let choice = |seen: Seen| {
        let old = before.iter().find(|file| file.seen.0 == seen.0);
        let mut versions: Vec<Source> =
            old.and_then(|file| file.used.clone()).into_iter().collect();
        let newest = Source::open(&seen.0, true).map_err(|error| errors.push(error));
        let is_new = newest.is_ok();
        versions.extend(newest);
        Choice { seen, versions, is_new }
    };
    let mut choices: Vec<Choice> = seen.into_iter().map(choice).collect();
    loop {
        let own = choices.iter().filter_map(|choice| choice.versions.last().cloned());
        let all: Vec<Source> = base.iter().cloned().chain(own).collect();
        let more = match Grammar::compile(language, &all) {
            Ok(grammar) => {
                let file = |choice: Choice| {
                    let Choice { seen, mut versions, .. } = choice;
                    File { seen, used: versions.pop() }
                };
                return Ok((choices.into_iter().map(file).collect(), grammar, errors));
            }
            Err(more) => more,
        };
        let mut is_better = false;
        for choice in &mut choices {
            let name = choice.seen.0.display().to_string();
            let mine: Vec<&Error> = more.iter().filter(|error| error.file == name).collect();
            if !mine.is_empty() && choice.versions.pop().is_some() {
                is_better = true;
                // Those of an older version are known.
                if std::mem::take(&mut choice.is_new) {
                    errors.extend(mine.into_iter().cloned());
                }
            }
        }
        if !is_better {
            return Err(more);
        }
    }
}

/// A file, when it was changed, and its length in bytes.
type Seen = (PathBuf, Option<SystemTime>, u64);

/// The files of a folder.
fn seen(path: &Path) -> Vec<Seen> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        let path = entry.path();
        let kind = path.extension().and_then(|extension| extension.to_str());
        if !matches!(kind, Some("yaml" | "yml" | "json")) {
            continue;
        }
        let Ok(metadata) = std::fs::metadata(&path) else { continue };
        if metadata.is_file() {
            files.push((path, metadata.modified().ok(), metadata.len()));
        }
    }
    files.sort();
    files
}
