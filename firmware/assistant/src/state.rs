//! The state folder: what must survive a restart.
//!
//! Each entry is one small JSON file. It is written completely to a temporary file, synced, and
//! renamed over the old one, so after a power cut either the old value or the new one is there.
//! The user's settings are elsewhere, in `sayso.toml`, which the program never writes.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::error::{Error, ErrorKind, Result};

/// The longest entry that is read, in bytes. A longer file is damaged.
const LONGEST: u64 = 1 << 20;

/// The longest file name that all usual file systems allow, in bytes.
const LONGEST_NAME: usize = 255;

/// The folder for what must survive a restart.
#[derive(Clone, Debug)]
pub struct StateFolder {
    dir: PathBuf,
}

impl StateFolder {
    /// The folder `dir`, which is created when something is saved in it.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// The folder that the settings name, otherwise `SAYSO_STATE`, otherwise `sayso` in the user's
    /// folder of states (`$XDG_STATE_HOME`).
    pub fn of(config: &Config) -> Self {
        let set = Some(config.state.dir.clone()).filter(|dir| !dir.as_os_str().is_empty());
        let from_environment = || std::env::var_os("SAYSO_STATE").filter(|dir| !dir.is_empty());
        Self::new(set.or_else(|| from_environment().map(PathBuf::from)).unwrap_or_else(|| {
            dirs::state_dir()
                .or_else(dirs::data_local_dir)
                .map_or_else(|| PathBuf::from("sayso-state"), |dir| dir.join("sayso"))
        }))
    }

    /// Its path.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The file of the entry `name`. Characters that a file name cannot hold are written as `%41`.
    fn file(&self, name: &str) -> Result<PathBuf> {
        let mut file = String::with_capacity(name.len() + 5);
        for byte in name.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                    file.push(char::from(byte));
                }
                _ => file.push_str(&format!("%{byte:02x}")),
            }
        }
        file.push_str(".json");
        if file.starts_with('.') || file.len() > LONGEST_NAME {
            let why = "this cannot be the name of a file: choose a shorter one";
            return Err(Error::input(format!("{name}: {why}")));
        }
        Ok(self.dir.join(file))
    }

    /// The entry `name`; `None` if it was never saved.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io) when it is there and cannot be read, or is damaged;
    /// [`Input`](ErrorKind::Input) when its name cannot be that of a file.
    pub fn load<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let path = self.file(name)?;
        let mut text = Vec::new();
        let read = fs::File::open(&path).and_then(|file| file.take(LONGEST).read_to_end(&mut text));
        match read {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io(path.display(), error)),
            Ok(_) => {}
        }
        serde_json::from_slice(&text).map(Some).map_err(|error| {
            let message = format!("{} is damaged: {error}", path.display());
            Error::new(ErrorKind::Io, message).with_source(error)
        })
    }

    /// Saves the entry `name`. When this returns, it survives a power cut.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io) when the folder cannot be created or written; the old entry is then
    /// unchanged. [`Input`](ErrorKind::Input) when its name cannot be that of a file.
    pub fn save<T: Serialize>(&self, name: &str, value: &T) -> Result<()> {
        let path = self.file(name)?;
        let text = serde_json::to_vec(value).map_err(|error| Error::of(ErrorKind::Io, error))?;
        self.replace(&path, &text).map_err(|error| Error::io(path.display(), error))
    }

    /// Deletes the entry `name`. Returns whether it was there.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io) when it cannot be deleted; [`Input`](ErrorKind::Input) when its name
    /// cannot be that of a file.
    pub fn remove(&self, name: &str) -> Result<bool> {
        let path = self.file(name)?;
        match fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(Error::io(path.display(), error)),
        }
        self.sync().map_err(|error| Error::io(self.dir.display(), error))?;
        Ok(true)
    }

    fn replace(&self, path: &Path, text: &[u8]) -> io::Result<()> {
        make_private(&self.dir)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.dir)?;
        file.write_all(text)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        // The new name is an entry of the folder, which must reach the disk as well.
        self.sync()
    }

    /// Makes changes of the folder reach the disk.
    fn sync(&self) -> io::Result<()> {
        #[cfg(unix)]
        fs::File::open(&self.dir)?.sync_all()?;
        Ok(())
    }
}

/// Creates a folder that only its owner can read, and those above it, if it does not exist.
pub(crate) fn make_private(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// What is remembered of a board: whether it is muted, and how loud it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sound {
    /// Whether it is muted.
    pub muted: bool,
    /// The volume of everything that is played: a factor, 0 to 2.
    pub volume: f32,
}

impl Default for Sound {
    fn default() -> Self {
        Self { muted: false, volume: 1.0 }
    }
}

impl Sound {
    /// Whether a volume can be used.
    pub fn is_volume(volume: f32) -> bool {
        (0.0..=2.0).contains(&volume)
    }

    /// What is remembered about `board`. If that cannot be read, the board is muted, and the
    /// message says why: a person who has muted it must not be heard.
    pub fn recall(state: &StateFolder, board: &str) -> (Self, Option<String>) {
        let doubt = |why: String| {
            let message = format!(
                "it is not known whether {board} was muted, so it is muted now: {why}. To unmute \
                 it: `sayso ctl unmute`"
            );
            (Self { muted: true, ..Self::default() }, Some(message))
        };
        match state.load::<Self>(&Self::entry(board)) {
            Ok(None) => (Self::default(), None),
            Ok(Some(sound)) if Self::is_volume(sound.volume) => (sound, None),
            Ok(Some(sound)) => doubt(format!("its volume was saved as {}", sound.volume)),
            Err(error) => doubt(error.to_string()),
        }
    }

    /// Saves this for `board`.
    ///
    /// # Errors
    /// As [`StateFolder::save`].
    pub fn remember(&self, state: &StateFolder, board: &str) -> Result<()> {
        state.save(&Self::entry(board), self)
    }

    fn entry(board: &str) -> String {
        format!("board-{board}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, StateFolder) {
        let dir = tempfile::tempdir().expect("folder");
        let state = StateFolder::new(dir.path().join("deep").join("state"));
        (dir, state)
    }

    #[test]
    fn what_was_saved_is_loaded() {
        let (_dir, state) = folder();
        assert_eq!(state.load::<u32>("timers").expect("nothing"), None);
        state.save("timers", &7).expect("saved");
        state.save("timers", &8).expect("saved again");
        assert_eq!(state.load::<u32>("timers").expect("there"), Some(8));
        let files: Vec<_> = fs::read_dir(state.dir()).expect("folder").collect();
        assert_eq!(files.len(), 1, "nothing is left beside it: {files:?}");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let (_dir, state) = folder();
        state.save("timers", &7).expect("saved");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(state.dir()), 0o700);
        assert_eq!(mode(&state.dir().join("timers.json")), 0o600);
    }

    #[test]
    fn every_board_has_a_file_of_its_own_in_the_folder() {
        let (_dir, state) = folder();
        let boards =
            ["kitchen", "tcp:a.lan:7", "tcp%3aa.lan%3a7", "/dev/tty0", "../up", "Küche", ""];
        for (n, board) in boards.iter().enumerate() {
            let sound = Sound { muted: n % 2 == 0, volume: n as f32 / 10.0 };
            sound.remember(&state, board).expect("saved");
        }
        for (n, board) in boards.iter().enumerate() {
            let sound = Sound { muted: n % 2 == 0, volume: n as f32 / 10.0 };
            assert_eq!(Sound::recall(&state, board), (sound, None), "{board}");
        }
        let files = fs::read_dir(state.dir()).expect("folder").count();
        assert_eq!(files, boards.len());
    }

    #[test]
    fn in_doubt_it_is_muted_and_the_message_says_so() {
        let (_dir, state) = folder();
        assert_eq!(Sound::recall(&state, "kitchen"), (Sound::default(), None));
        make_private(state.dir()).expect("folder");
        let file = state.file("board-kitchen").expect("name");
        let whole = serde_json::to_vec(&Sound::default()).expect("JSON");
        // A file cut at any byte, one of zeros, one of something else.
        let mut damaged: Vec<Vec<u8>> = (0..whole.len()).map(|n| whole[..n].to_vec()).collect();
        damaged.push(vec![0; whole.len()]);
        damaged.push(br#"{"muted":false,"volume":9}"#.to_vec());
        damaged.push(br#"{"muted":"no","volume":1}"#.to_vec());
        for text in damaged {
            fs::write(&file, &text).expect("written");
            let (sound, why) = Sound::recall(&state, "kitchen");
            assert!(sound.muted, "{}", String::from_utf8_lossy(&text));
            assert!(why.expect("said").contains("kitchen"));
        }
        // Something that cannot be read at all: a folder in its place.
        fs::remove_file(&file).expect("removed");
        fs::create_dir(&file).expect("folder");
        assert!(Sound::recall(&state, "kitchen").0.muted);
        // A name that no file can have.
        assert!(Sound::recall(&state, &"x".repeat(300)).0.muted);
    }

    #[test]
    fn a_save_that_fails_leaves_the_old_entry() {
        let (_dir, state) = folder();
        let muted = Sound { muted: true, volume: 0.5 };
        muted.remember(&state, "hall").expect("saved");
        let broken = StateFolder::new(state.dir().join("board-hall.json"));
        assert!(Sound::default().remember(&broken, "hall").is_err());
        assert_eq!(Sound::recall(&state, "hall").0, muted);
    }
}
