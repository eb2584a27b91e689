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
    read: Mutex<Read>,
}

/// What was read.
#[derive(Debug, Default)]
struct Read {
    files: BTreeMap<PathBuf, (Stamp, Vec<Passage>)>,
    /// What could not be.
    faults: Vec<Error>,
}

impl Documents {
    /// The documents in a folder, in the language of an ISO 639-1 code. They are empty until they
    /// are [read](Self::refresh).
    ///
    /// # Errors
    /// If there are no data files for the language.
    pub fn new(folder: &Path, language: &str) -> Result<Self, Error> {
        let words = language::knowledge(language)?;
        let index = RwLock::new(Arc::new(Index::new(Vec::new(), &words)));
        let shared = Shared { folder: folder.to_owned(), words, index, read: Mutex::default() };
        Ok(Self(Arc::new(shared)))
    }

    /// The same documents, without keeping them.
    pub fn downgrade(&self) -> WeakDocuments {
        WeakDocuments(Arc::downgrade(&self.0))
    }

    /// Reads the files that are new or have changed. A file that cannot be read is left out. If
    /// the folder cannot be read, what was read remains.
    ///
    /// Returns what is wrong, or `None` if nothing has changed since this was called last.
    pub fn refresh(&self) -> Option<Vec<Error>> {
        let Shared { folder, words, index, read } = &*self.0;
        let read = &mut *read.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut files, mut faults) = (BTreeMap::new(), Vec::new());
        let found = match found(folder, &mut faults) {
            Ok(found) => found,
            Err(error) => {
                let known = read.faults == [error.clone()];
                read.faults = vec![error];
                return (!known).then(|| read.faults.clone());
            }
        };
        let mut changed = false;
        for (path, stamp) in found {
            if let Some((path, known)) = read.files.remove_entry(&path) {
                if known.0 == stamp {
                    files.insert(path, known);
                    continue;
                }
                changed = true;
            }
            match fs::read_to_string(&path) {
                Ok(text) => {
                    changed = true;
                    files.insert(path, (stamp, passages(&text, words)));
                }
                Err(error) => faults.push(Error::document(&path, error)),
            }
        }
        // Those that remain are gone.
        changed |= !read.files.is_empty();
        let as_before = !changed && read.faults == faults;
        *read = Read { files, faults };
        if changed {
            let new = Arc::new(Index::new(all(read), words));
            *index.write().unwrap_or_else(PoisonError::into_inner) = new;
        }
        (!as_before).then(|| read.faults.clone())
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

/// The passages of all files. Each paragraph has a number of its own.
fn all(read: &Read) -> Vec<Passage> {
    let mut all: Vec<Passage> = Vec::new();
    for (_, passages) in read.files.values() {
        let before = all.last().map_or(0, |last| last.paragraph);
        all.extend(passages.iter().cloned().map(|mut passage| {
            passage.paragraph += before;
            passage
        }));
    }
    all
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

/// The files to read, in their order, and their stamps. What is left out is added to `faults`.
///
/// # Errors
/// If the folder cannot be read.
fn found(folder: &Path, faults: &mut Vec<Error>) -> Result<BTreeMap<PathBuf, Stamp>, Error> {
    let mut files = BTreeMap::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    let mut bytes = 0;
    while let Some((folder, depth)) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if depth == 0 => return Err(Error::document(&folder, error)),
            Err(error) => {
                faults.push(Error::document(&folder, error));
                continue;
            }
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort_unstable();
        for path in paths.into_iter().filter(|path| !is_hidden(path)) {
            let about = match fs::metadata(&path) {
                Ok(about) => about,
                Err(error) => {
                    faults.push(Error::document(&path, error));
                    continue;
                }
            };
            if about.is_dir() && depth >= DEEPEST {
                let why = Error::document(&path, format!("more than {DEEPEST} folders deep"));
                faults.push(why);
            } else if about.is_dir() {
                folders.push((path, depth + 1));
            } else if is_text(&path) {
                match check(&path, &about, bytes + about.len(), files.len()) {
                    Err(why) => faults.push(why),
                    Ok(()) => {
                        bytes += about.len();
                        files.insert(path, (about.len(), about.modified().ok()));
                    }
                }
            }
        }
    }
    Ok(files)
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

fn is_text(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ENDINGS.iter().any(|text| ending.eq_ignore_ascii_case(text)))
}

/// Whether one more file may be read. `bytes` are those of all with it, `files` those before it.
fn check(path: &Path, about: &Metadata, bytes: u64, files: usize) -> Result<(), Error> {
    let million = |bytes: u64| bytes / 1_000_000;
    if about.len() > LARGEST {
        return Err(Error::document(path, format!("larger than {} MB", million(LARGEST))));
    }
    if files >= MOST_FILES {
        return Err(Error::document(path, format!("more than {MOST_FILES} files")));
    }
    if bytes > MOST_BYTES {
        let most = million(MOST_BYTES);
        return Err(Error::document(path, format!("more than {most} MB in all files")));
    }
    Ok(())
}
