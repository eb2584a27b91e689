//! Files: hashing, locking, writing so that a crash leaves old or new, clear errors.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::Path;
use std::thread;
use std::time::Duration;

use sha2::{Digest, Sha256 as Hasher};

use crate::catalog::{Fingerprint, Sha256};
use crate::{Cancel, Error, ErrorKind, Result};

/// Above every record and bundle list that this program writes, in bytes.
pub(super) const MAX_RECORD: u64 = 1 << 20;

/// What a folder is for, which decides how another one is chosen.
#[derive(Clone, Copy)]
pub(super) enum Folder {
    Store,
    Bundle,
}

/// An [`Io`](ErrorKind::Io) error about `path`, with advice where the cause has a known cure.
pub(crate) fn failed(what: &str, path: &Path, error: io::Error) -> Error {
    failed_in(Folder::Store, what, path, error)
}

/// As [`failed`], about a path in such a folder.
pub(super) fn failed_in(folder: Folder, what: &str, path: &Path, error: io::Error) -> Error {
    let another = match folder {
        Folder::Store => "choose another folder with SAYSO_MODELS",
        Folder::Bundle => "export to another folder",
    };
    let advice = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            format!(": the disk is full; make room and run it again, or {another}")
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            format!(": this folder cannot be written; {another}, or ask whoever owns it")
        }
        _ => String::new(),
    };
    Error::new(ErrorKind::Io, format!("{what}{advice}")).with_path(path).with_source(error)
}

/// Creates a folder and those above it.
pub(crate) fn create_dir(dir: &Path) -> Result<()> {
    fs::create_dir_all(dir).map_err(|error| failed("could not make the folder", dir, error))
}

/// Length and hash of a file; `progress` gets the bytes of each step.
pub(crate) fn hash_file(
    path: &Path,
    cancel: &Cancel,
    progress: &mut dyn FnMut(u64),
) -> Result<Fingerprint> {
    let cannot = |error| failed("could not read the file", path, error);
    let mut file = File::open(path).map_err(cannot)?;
    let mut buffer = vec![0; 1 << 20];
    let (mut size, mut hasher) = (0, Hasher::new());
    loop {
        cancel.check()?;
        let n = match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(cannot(error)),
        };
        hasher.update(&buffer[..n]);
        size += n as u64;
        progress(n as u64);
    }
    Ok(Fingerprint { size, sha256: Sha256(hasher.finalize().into()) })
}

/// Writes a small file so that after a crash it is there whole or not at all.
pub(super) fn write_synced(folder: Folder, path: &Path, bytes: &[u8]) -> Result<()> {
    let fresh = path.with_extension("new");
    let written = File::create(&fresh)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&fresh, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&fresh);
        failed_in(folder, "could not write the file", path, error)
    })
}

/// Asks the disk to keep a folder's entries. Best effort: some file systems cannot.
pub(crate) fn sync_dir(dir: &Path) {
    if let Ok(dir) = File::open(dir) {
        let _ = dir.sync_all();
    }
}

/// Deletes a file if it is there.
pub(crate) fn remove_file(path: &Path) -> Result<()> {
    gone(fs::remove_file(path), path)
}

/// Deletes a folder with all in it, if it is there.
pub(crate) fn remove_dir(path: &Path) -> Result<()> {
    gone(fs::remove_dir_all(path), path)
}

fn gone(result: io::Result<()>, path: &Path) -> Result<()> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(failed("could not delete it", path, error))
        }
        _ => Ok(()),
    }
}

/// Moves what a model's replaced folder held besides the model's own `files` to the new one.
pub(super) fn rescue(old: &Path, new: &Path, files: &[&str]) -> Result<()> {
    let cannot = |error| failed("could not keep the files beside the model", old, error);
    for entry in fs::read_dir(old).map_err(cannot)? {
        let name = entry.map_err(cannot)?.file_name();
        let own = name == super::record::NAME || files.iter().any(|file| name == *file);
        if !own {
            fs::rename(old.join(&name), new.join(&name)).map_err(cannot)?;
        }
    }
    Ok(())
}

/// The right to change a store. Freed when dropped, and by the system when the process ends.
pub(crate) struct Lock(#[allow(dead_code)] File);

impl Lock {
    /// Waits for the right to change the store in `dir`; `waiting` is told once when it must.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io) where the store cannot be written, [`Cancelled`](ErrorKind::Cancelled).
    pub fn take(dir: &Path, cancel: &Cancel, waiting: &mut dyn FnMut()) -> Result<Self> {
        create_dir(dir)?;
        let path = dir.join(".lock");
        let cannot = |error| failed("could not lock the model store", &path, error);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(cannot)?;
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::Error(error)) => return Err(cannot(error)),
                Err(TryLockError::WouldBlock) => {}
            }
            if !told {
                waiting();
                told = true;
            }
            cancel.check()?;
            thread::sleep(Duration::from_millis(50));
        }
    }
}
