//! A folder with the user's own files of sentences, which are read again when they change.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::grammar::Grammar;
use crate::source::{Error, Source};

/// The sentences of one language: given ones, and those of a folder with the user's own files,
/// which take precedence.
#[derive(Debug)]
pub struct Folder {
    language: String,
    base: Vec<Source>,
    path: PathBuf,
    /// The files as they were last seen.
    seen: Vec<Seen>,
    grammar: Arc<Grammar>,
}

impl Folder {
    /// Compiles the sentences of `base` and of the `.yaml`, `.yml` and `.json` files in a folder.
    /// The folder may be missing.
    ///
    /// # Errors
    /// With all errors in the files.
    pub fn open(language: &str, base: Vec<Source>, path: &Path) -> Result<Self, Vec<Error>> {
        let seen = seen(path);
        let grammar = Arc::new(compile(language, &base, &seen)?);
        Ok(Self { language: language.to_owned(), base, path: path.to_owned(), seen, grammar })
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
        let seen = seen(path);
        let mut good = seen.clone();
        let mut errors = Vec::new();
        loop {
            let more = match compile(language, &base, &good) {
                Ok(grammar) => {
                    let (language, path) = (language.to_owned(), path.to_owned());
                    let grammar = Arc::new(grammar);
                    return Ok((Self { language, base, path, seen, grammar }, errors));
                }
                Err(more) => more,
            };
            let before = good.len();
            let is_bad = |file: &Seen| more.iter().any(|e| e.file == file.0.display().to_string());
            good.retain(|file| !is_bad(file));
            if good.len() == before {
                return Err(more);
            }
            errors.extend(more);
        }
    }

    /// The same sentences with those of another folder, as [`open_good`](Self::open_good).
    ///
    /// # Errors
    /// With the errors in the given sentences.
    pub fn at(&self, path: &Path) -> Result<(Self, Vec<Error>), Vec<Error>> {
        Self::open_good(&self.language, self.base.clone(), path)
    }

    /// The sentences, as they were when the files last had no errors.
    pub fn grammar(&self) -> &Arc<Grammar> {
        &self.grammar
    }

    /// Compiles the sentences again if a file was changed, added or removed. Returns whether.
    ///
    /// # Errors
    /// With all errors in the files, once for each change. The sentences stay as they were.
    pub fn refresh(&mut self) -> Result<bool, Vec<Error>> {
        let seen = seen(&self.path);
        if seen == self.seen {
            return Ok(false);
        }
        self.seen = seen;
        self.grammar = Arc::new(compile(&self.language, &self.base, &self.seen)?);
        Ok(true)
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

fn compile(language: &str, base: &[Source], files: &[Seen]) -> Result<Grammar, Vec<Error>> {
    let mut sources = base.to_vec();
    let mut errors = Vec::new();
    for (path, _, _) in files {
        match Source::open(path, true) {
            Ok(source) => sources.push(source),
            Err(error) => errors.push(error),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Grammar::compile(language, &sources)
}
