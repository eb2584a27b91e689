//! The user's own sentences: a folder of files, read again when they change.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::grammar::Grammar;
use crate::source::{Error, Source};

/// Sentences of one language: those that come with the program, and a folder of the user's
/// own, which go before them.
#[derive(Debug)]
pub struct Folder {
    language: String,
    base: Vec<Source>,
    path: PathBuf,
    seen: Vec<(PathBuf, Option<SystemTime>, u64)>,
    grammar: Grammar,
}

impl Folder {
    /// Compiles the sentences of `base` and of the `.yaml`, `.yml` and `.json` files in a
    /// folder, which need not be there.
    ///
    /// # Errors
    /// With all that is wrong in the files.
    pub fn open(language: &str, base: Vec<Source>, path: &Path) -> Result<Self, Vec<Error>> {
        let seen = seen(path);
        let grammar = compile(language, &base, &seen)?;
        Ok(Self { language: language.to_owned(), base, path: path.to_owned(), seen, grammar })
    }

    /// The sentences as they were when the files were last right.
    pub fn grammar(&self) -> &Grammar {
        &self.grammar
    }

    /// Compiles the sentences again if a file has changed, come or gone; says whether.
    ///
    /// # Errors
    /// With all that is wrong in the files, once for each change. The sentences stay as they
    /// were.
    pub fn refresh(&mut self) -> Result<bool, Vec<Error>> {
        let seen = seen(&self.path);
        if seen == self.seen {
            return Ok(false);
        }
        self.seen = seen;
        self.grammar = compile(&self.language, &self.base, &self.seen)?;
        Ok(true)
    }
}

/// The files, when they last changed and how long they are.
fn seen(path: &Path) -> Vec<(PathBuf, Option<SystemTime>, u64)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        let path = entry.path();
        let kind = path.extension().and_then(|extension| extension.to_str());
        if !matches!(kind, Some("yaml" | "yml" | "json")) {
            continue;
        }
        let Ok(about) = std::fs::metadata(&path) else { continue };
        if about.is_file() {
            files.push((path, about.modified().ok(), about.len()));
        }
    }
    files.sort();
    files
}

fn compile(
    language: &str,
    base: &[Source],
    files: &[(PathBuf, Option<SystemTime>, u64)],
) -> Result<Grammar, Vec<Error>> {
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
