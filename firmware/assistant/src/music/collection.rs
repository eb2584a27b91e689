//! The folder of music.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use sayso_audio_io::{SoundFile, Tags};
use sayso_skills::{Library, Track};

use super::guarded;
use crate::config::Config;
use crate::error::{Error, Result};

/// How often the folder is looked at for changes.
const LOOK: Duration = Duration::from_secs(60);
/// The most files.
const MOST_FILES: usize = 20_000;
/// The deepest folder in the folder.
const DEEPEST: usize = 8;
/// The most files that are named among those that cannot be played.
const MOST_NAMED: usize = 5;
/// After so many new files, those that are known can be played already.
const PART: usize = 200;

/// The endings of files that are looked at.
const ENDINGS: [&str; 11] =
    ["aac", "aif", "aiff", "caf", "flac", "m4a", "mp3", "mp4", "oga", "ogg", "wav"];

/// A file as it was when it was read: its size, and when it was changed.
type Stamp = (u64, Option<SystemTime>);

/// The music in a folder and in those in it.
#[derive(Debug)]
pub struct Collection {
    folder: PathBuf,
    library: Library,
    read: Mutex<Read>,
}

/// What was read.
#[derive(Debug, Default)]
struct Read {
    /// Each file, and its track or why it cannot be played.
    files: BTreeMap<PathBuf, (Stamp, std::result::Result<Track, String>)>,
    /// The highest number of a track so far.
    last_id: u32,
    /// What is wrong with the folders.
    faults: Vec<String>,
}

/// The music of the settings, if there is any and its skill is switched on. It is read in a thread
/// of its own, as long as the collection exists.
///
/// # Errors
/// [`Busy`](crate::ErrorKind::Busy) when no thread can be started.
pub fn open(config: &Config) -> Result<Option<Arc<Collection>>> {
    if !config.has_music() {
        return Ok(None);
    }
    let collection = Arc::new(Collection::new(&config.skills.music));
    let shared = Arc::downgrade(&collection);
    let watch = move || {
        while let Some(collection) = shared.upgrade() {
            let gone = || Arc::strong_count(&collection) == 1;
            if collection.refresh(&gone) {
                collection.tell();
            }
            drop(collection);
            std::thread::sleep(LOOK);
        }
    };
    let thread = std::thread::Builder::new().name("music folder".into());
    thread.spawn(watch).map_err(Error::no_thread)?;
    Ok(Some(collection))
}

impl Collection {
    /// The music in a folder, of which nothing is read yet.
    pub fn new(folder: &Path) -> Self {
        let (library, read) = (Library::default(), Mutex::default());
        Self { folder: folder.to_owned(), library, read }
    }

    /// The tracks.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// Reads the titles of files that are new or have changed, unless `stop` says that nobody
    /// needs them any more. Returns whether anything has changed.
    pub fn refresh(&self, stop: &dyn Fn() -> bool) -> bool {
        let read = &mut *self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let mut faults = Vec::new();
        let found = found(&self.folder, &mut faults);
        let before = read.files.len();
        read.files.retain(|path, (stamp, _)| found.get(path) == Some(stamp));
        let mut changed = before != read.files.len() || read.faults != faults;
        read.faults = faults;
        let mut new = 0;
        for (path, stamp) in found {
            if stop() {
                return false;
            }
            if read.files.contains_key(&path) {
                continue;
            }
            read.last_id += 1;
            let track = self.track(read.last_id, &path);
            read.files.insert(path, (stamp, track));
            (changed, new) = (true, new + 1);
            if new % PART == 0 {
                self.library.set(tracks(read), false);
            }
        }
        if changed || !self.library.is_whole() {
            self.library.set(tracks(read), true);
        }
        changed
    }

    fn track(&self, id: u32, path: &Path) -> std::result::Result<Track, String> {
        let Tags { title, artist, album } =
            guarded(path, || Ok(SoundFile::open_music(path, None)?.tags()))?;
        let within = path.strip_prefix(&self.folder).unwrap_or(path);
        Ok(Track::new(id, path.to_owned(), within, [title, artist, album]))
    }

    /// How many tracks there are, and what is wrong with the folder and the other files.
    pub fn state(&self) -> (usize, Vec<String>) {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let broken = read.files.values().filter_map(|(_, track)| track.as_ref().err());
        let mut faults: Vec<String> = read.faults.clone();
        faults.extend(broken.take(MOST_NAMED).cloned());
        let tracks = read.files.values().filter(|(_, track)| track.is_ok()).count();
        let left_out = read.files.len() - tracks;
        if left_out > MOST_NAMED {
            faults.push(format!("{left_out} files in all cannot be played"));
        }
        (tracks, faults)
    }

    /// Logs what was read.
    fn tell(&self) {
        let (tracks, faults) = self.state();
        log::info!("{tracks} pieces of music");
        for fault in faults {
            log::warn!("music: {fault}");
        }
    }
}

/// The tracks that can be played, in the order of their files.
fn tracks(read: &Read) -> Vec<Track> {
    read.files.values().filter_map(|(_, track)| track.as_ref().ok()).cloned().collect()
}

/// The files to read. A file or a folder that links lead to is used once, under its own name if it
/// has one in the folder. What is wrong with folders is added to `faults`.
fn found(folder: &Path, faults: &mut Vec<String>) -> BTreeMap<PathBuf, Stamp> {
    let mut files = BTreeMap::new();
    let mut seen = BTreeSet::new();
    // What links lead to comes last.
    let (mut paths, mut links) = (vec![(folder.to_owned(), 0)], Vec::new());
    while let Some((path, depth)) = paths.pop().or_else(|| links.pop()) {
        let about = match fs::metadata(&path) {
            Ok(about) => about,
            // A link that leads nowhere.
            Err(_) if depth > 0 => continue,
            Err(error) => {
                faults.push(format!("{}: {error}", path.display()));
                continue;
            }
        };
        if depth == 0 && !about.is_dir() {
            faults.push(format!("{} is no folder", path.display()));
            continue;
        }
        let is_wanted = about.is_dir() || about.is_file() && is_sound(&path);
        if !is_wanted || !seen.insert(identity(&path, &about)) {
            continue;
        }
        if about.is_file() {
            if files.len() >= MOST_FILES {
                faults.push(format!("{}: more than {MOST_FILES} files", folder.display()));
                return files;
            }
            files.insert(path, (about.len(), about.modified().ok()));
            continue;
        }
        if depth > DEEPEST {
            faults.push(format!("{}: more than {DEEPEST} folders deep", path.display()));
            continue;
        }
        match fs::read_dir(&path) {
            Ok(entries) => {
                let shown = entries.flatten().filter(|entry| !is_hidden(&entry.path()));
                let mut shown: Vec<_> = shown.collect();
                // The last of a list is taken first.
                shown.sort_by_key(|entry| Reverse(entry.file_name()));
                for entry in shown {
                    let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
                    let list = if is_link { &mut links } else { &mut paths };
                    list.push((entry.path(), depth + 1));
                }
            }
            Err(error) => faults.push(format!("{}: {error}", path.display())),
        }
    }
    files
}

/// What tells a file from every other one, whatever path leads to it.
#[cfg(unix)]
fn identity(_: &Path, about: &fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;

    (about.dev(), about.ino())
}

/// What tells a file from every other one, whatever path leads to it.
#[cfg(not(unix))]
fn identity(path: &Path, _: &fs::Metadata) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

fn is_sound(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ENDINGS.iter().any(|sound| ending.eq_ignore_ascii_case(sound)))
}

#[cfg(test)]
mod tests {
    use sayso_audio_io::WavWriter;

    use super::*;

    const NEVER: &dyn Fn() -> bool = &|| false;

    fn wav(path: &Path) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut writer = WavWriter::create(path, 16_000, 1).unwrap();
        writer.write(&[0.1; 1_600]).unwrap();
        writer.finish().unwrap();
    }

    fn titles(collection: &Collection) -> Vec<String> {
        let tracks = collection.library().tracks();
        tracks.iter().map(|track| format!("{} by {}", track.title, track.artist)).collect()
    }

    #[test]
    fn a_folder_is_read_and_what_changes_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        wav(&at("The Larks/Dawn/01 Blue Morning.wav"));
        wav(&at("Ada Stone - Rain.wav"));
        wav(&at(".hidden.wav"));
        fs::write(at("cover.jpg"), b"\xff\xd8").unwrap();
        let collection = Collection::new(folder.path());
        assert!(!collection.library().is_whole());
        assert!(collection.refresh(NEVER));
        assert_eq!(titles(&collection), ["Rain by Ada Stone", "Blue Morning by The Larks"]);
        assert_eq!(collection.state(), (2, Vec::new()));
        assert!(collection.library().is_whole());
        assert!(!collection.refresh(NEVER), "nothing has changed");

        let ids = |collection: &Collection| -> Vec<u32> {
            collection.library().tracks().iter().map(|track| track.id).collect()
        };
        let before = ids(&collection);
        fs::remove_file(at("Ada Stone - Rain.wav")).unwrap();
        wav(&at("Zoe - Snow.wav"));
        assert!(collection.refresh(NEVER));
        assert_eq!(titles(&collection), ["Blue Morning by The Larks", "Snow by Zoe"]);
        let after = ids(&collection);
        assert_eq!(after[0], before[1], "a file that stays keeps its number");
        assert!(!before.contains(&after[1]), "no number is used again");
    }

    #[test]
    fn broken_files_are_counted_and_the_others_are_used() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        wav(&at("good.wav"));
        for n in 0..8 {
            fs::write(at(&format!("bad {n}.mp3")), b"ID3\x04\0\0\xff\xff\xff\xff").unwrap();
        }
        fs::write(at("empty.ogg"), b"").unwrap();
        let collection = Collection::new(folder.path());
        collection.refresh(NEVER);
        let (tracks, faults) = collection.state();
        assert_eq!(tracks, 1);
        assert_eq!(faults.len(), MOST_NAMED + 1, "{faults:#?}");
        assert!(faults[0].contains("bad 0.mp3"), "{faults:#?}");
        assert_eq!(faults.last().unwrap(), "9 files in all cannot be played");
    }

    #[test]
    fn a_folder_that_is_missing_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let collection = Collection::new(&folder.path().join("none"));
        collection.refresh(NEVER);
        let (tracks, faults) = collection.state();
        assert!(tracks == 0 && faults.len() == 1 && faults[0].contains("none"), "{faults:?}");
        assert!(collection.library().is_whole());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_once() {
        use std::os::unix::fs::symlink;

        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let at = |name: &str| folder.path().join(name);
        wav(&at("Larks/Rain.wav"));
        wav(&other.path().join("Ada - Snow.wav"));
        symlink(folder.path(), at("Larks/again")).unwrap();
        symlink("..", at("Larks/up")).unwrap();
        symlink(at("Larks"), at("A link")).unwrap();
        symlink(at("Larks/Rain.wav"), at("A - Another.wav")).unwrap();
        symlink(other.path(), at("other")).unwrap();
        symlink(other.path(), at("other again")).unwrap();
        symlink(at("nowhere"), at("broken.wav")).unwrap();
        symlink("loop.wav", at("loop.wav")).unwrap();
        fs::hard_link(at("Larks/Rain.wav"), at("Larks/Rain again.wav")).unwrap();
        let collection = Collection::new(folder.path());
        collection.refresh(NEVER);
        assert_eq!(collection.state(), (2, Vec::new()));
        let all = titles(&collection);
        assert!(all.iter().any(|title| title.starts_with("Rain")), "{all:?}");
        assert!(all.contains(&"Snow by Ada".to_owned()), "{all:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_cannot_be_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.wav");
        wav(&file);
        // Root may read everything, but a file is no folder for anybody.
        let collection = Collection::new(&file.join("deeper"));
        collection.refresh(NEVER);
        let (tracks, faults) = collection.state();
        assert!(tracks == 0 && faults.len() == 1 && faults[0].contains("deeper"), "{faults:?}");
    }

    #[test]
    fn reading_stops_when_nobody_needs_it() {
        let folder = tempfile::tempdir().unwrap();
        wav(&folder.path().join("a.wav"));
        let collection = Collection::new(folder.path());
        assert!(!collection.refresh(&|| true));
        assert!(!collection.library().is_whole() && collection.library().tracks().is_empty());
    }
}
