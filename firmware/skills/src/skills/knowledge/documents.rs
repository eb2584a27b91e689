//! A folder of documents.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::SystemTime;

use super::index::Index;
use super::passages::{Passage, passages};
use super::words::Words;
use crate::error::Error;
use crate::language;

/// The largest file, in bytes.
const LARGEST: u64 = 1_000_000;
/// The most files.
const MOST_FILES: usize = 1_000;
/// The most bytes in all files.
const MOST_BYTES: u64 = 20_000_000;
/// The deepest folder in the folder.
const DEEPEST: usize = 8;

/// The endings of files that are read.
const ENDINGS: [&str; 3] = ["md", "markdown", "txt"];

/// A file as it was when it was read: its size, and when it was changed.
type Stamp = (u64, Option<SystemTime>);

/// The text and Markdown files in a folder and in those in it. Clones share what was read.
#[derive(Clone, Debug)]
pub struct Documents(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    folder: PathBuf,
    words: Words,
    index: RwLock<Arc<Index>>,
    read: Mutex<BTreeMap<PathBuf, (Stamp, Vec<Passage>)>>,
}

impl Documents {
    /// Reads the documents in a folder, in the language of an ISO 639-1 code.
    ///
    /// # Errors
    /// [`Error::Documents`] when the folder or a file cannot be read, is not text, or is too
    /// large; the others if there are no data files for the language.
    pub fn read(folder: &Path, language: &str) -> Result<Self, Error> {
        let words = language::knowledge(language)?;
        let index = RwLock::new(Arc::new(Index::new(Vec::new(), &words)));
        let shared = Shared { folder: folder.to_owned(), words, index, read: Mutex::default() };
        let documents = Self(Arc::new(shared));
        documents.refresh()?;
        Ok(documents)
    }

    /// The same documents, without keeping them.
    pub fn downgrade(&self) -> WeakDocuments {
        WeakDocuments(Arc::downgrade(&self.0))
    }

    /// Reads what has changed since. Returns whether anything had. What is wrong changes nothing.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn refresh(&self) -> Result<bool, Error> {
        let Shared { folder, words, index, read } = &*self.0;
        let found = files(folder)?;
        let mut read = read.lock().unwrap_or_else(PoisonError::into_inner);
        let stamps = read.iter().map(|(path, (stamp, _))| (path, stamp));
        if found.iter().eq(stamps) {
            return Ok(false);
        }
        let mut now = BTreeMap::new();
        for (path, stamp) in found {
            let passages = match read.get(&path) {
                Some((known, passages)) if *known == stamp => passages.clone(),
                _ => {
                    let text = fs::read_to_string(&path).map_err(|error| faulty(&path, &error))?;
                    passages(&text, words)
                }
            };
            now.insert(path, (stamp, passages));
        }
        let all = now.values().flat_map(|(_, passages)| passages.iter().cloned());
        let new = Arc::new(Index::new(all.collect(), words));
        *index.write().unwrap_or_else(PoisonError::into_inner) = new;
        *read = now;
        Ok(true)
    }

    /// How many passages there are.
    pub fn passages(&self) -> usize {
        self.index().len()
    }

    pub(super) fn index(&self) -> Arc<Index> {
        Arc::clone(&self.0.index.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn words(&self) -> &Words {
        &self.0.words
    }
}

/// Documents that somebody else keeps.
#[derive(Clone, Debug)]
pub struct WeakDocuments(Weak<Shared>);

impl WeakDocuments {
    /// The documents, if they still exist.
    pub fn upgrade(&self) -> Option<Documents> {
        self.0.upgrade().map(Documents)
    }
}

fn faulty(path: &Path, why: &dyn std::fmt::Display) -> Error {
    Error::Documents(format!("{}: {why}", path.display()))
}

/// The files to read, in their order, and their stamps.
fn files(folder: &Path) -> Result<BTreeMap<PathBuf, Stamp>, Error> {
    let mut files = BTreeMap::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    let mut bytes = 0;
    while let Some((folder, depth)) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| faulty(&folder, &error))?;
        for entry in entries {
            let path = entry.map_err(|error| faulty(&folder, &error))?.path();
            let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
            if hidden {
                continue;
            }
            let about = fs::metadata(&path).map_err(|error| faulty(&path, &error))?;
            if about.is_dir() {
                if depth >= DEEPEST {
                    return Err(faulty(&path, &format!("more than {DEEPEST} folders deep")));
                }
                folders.push((path, depth + 1));
            } else if is_text(&path) {
                bytes += about.len();
                check(&about, bytes, files.len()).map_err(|why| faulty(&path, &why))?;
                files.insert(path, (about.len(), about.modified().ok()));
            }
        }
    }
    Ok(files)
}

fn is_text(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ENDINGS.iter().any(|text| ending.eq_ignore_ascii_case(text)))
}

/// Whether one more file may be read. `bytes` are those of all with it, `files` those before it.
fn check(about: &Metadata, bytes: u64, files: usize) -> Result<(), String> {
    let million = |bytes: u64| bytes / 1_000_000;
    if about.len() > LARGEST {
        return Err(format!("larger than {} MB", million(LARGEST)));
    }
    if files >= MOST_FILES {
        return Err(format!("more than {MOST_FILES} files"));
    }
    if bytes > MOST_BYTES {
        return Err(format!("more than {} MB in all files", million(MOST_BYTES)));
    }
    Ok(())
}
