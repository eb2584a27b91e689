//! Files: hashing, locking, writing so that a crash leaves the old or the new content, clear
//! errors.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::Path;
use std::thread;
use std::time::Duration;

use sayso_models::Cancel;
use sha2::{Digest, Sha256 as Hasher};

use crate::catalog::{Fingerprint, Sha256};
use crate::error::{Error, ErrorKind, Result, check_cancel};

/// The file name of the record in a model's folder.
pub(super) const RECORD: &str = ".sayso.json";

/// A limit above the size of every record and bundle list that this program writes, in bytes.
pub(super) const MAX_RECORD: u64 = 1 << 20;

/// What a folder is for, which decides the advice on choosing another.
#[derive(Clone, Copy)]
pub(super) enum Folder {
    Store,
    Bundle,
}

/// An [`Io`](ErrorKind::Io) error about `path`, with advice if the cause is known.
pub(crate) fn failed(what: &str, path: &Path, error: io::Error) -> Error {
    failed_in(Folder::Store, what, path, error)
}

/// As [`failed`], about a path in a folder of the given kind.
pub(super) fn failed_in(folder: Folder, what: &str, path: &Path, error: io::Error) -> Error {
    let another = match folder {
        Folder::Store => "choose another folder with SAYSO_MODELS",
        Folder::Bundle => "export to another folder",
    };
    let advice = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            format!(": the disk is full; free some space and try again, or {another}")
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            format!(": this folder cannot be written; {another}, or ask the owner for access")
        }
        _ => String::new(),
    };
    Error::new(ErrorKind::Io, format!("{what}{advice}")).with_path(path).because(error)
}

/// Creates a folder and those above it.
pub(crate) fn create_dir(dir: &Path) -> Result<()> {
    fs::create_dir_all(dir).map_err(|error| failed("could not make the folder", dir, error))
}

/// Creates a folder of ours: one that is not a link to another.
pub(crate) fn create_own_dir(dir: &Path) -> Result<()> {
    if fs::symlink_metadata(dir).is_ok_and(|meta| meta.is_symlink()) {
        let message = "it is a link to another folder: delete it and run this again";
        return Err(Error::new(ErrorKind::Io, message).with_path(dir));
    }
    create_dir(dir)
}

/// Length and hash of a file. `progress` gets the bytes of each step.
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
        check_cancel(cancel)?;
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

/// Writes a small file so that after a crash it is complete or does not exist.
pub(super) fn write_synced(folder: Folder, path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || -> io::Result<()> {
        let mut fresh = tempfile::Builder::new();
        // Readable by all if the process's mask allows it, because a store may be shared.
        #[cfg(unix)]
        fresh.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let beside = path.parent().filter(|dir| !dir.as_os_str().is_empty());
        let mut fresh = fresh.tempfile_in(beside.unwrap_or(Path::new(".")))?;
        fresh.write_all(bytes)?;
        fresh.as_file().sync_all()?;
        fresh.persist(path)?;
        Ok(())
    };
    write().map_err(|error| failed_in(folder, "could not write the file", path, error))
}

/// A new file that replaces whatever has this name. A link is replaced, not followed.
pub(crate) fn create_file(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => OpenOptions::new().write(true).create_new(true).open(path),
    }
}

/// Opens a file of ours: one that is not a link.
pub(crate) fn open_own(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, libc::O_NOFOLLOW);
    options.open(path)
}

/// The length of a file of ours, which is not a link; 0 if there is none.
pub(crate) fn own_length(path: &Path) -> u64 {
    fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file).map_or(0, |meta| meta.len())
}

/// Asks the disk to save a folder's entries. Best effort: some file systems cannot.
pub(crate) fn sync_dir(dir: &Path) {
    if let Ok(dir) = File::open(dir) {
        let _ = dir.sync_all();
    }
}

/// Deletes a file if it exists.
pub(crate) fn remove_file(path: &Path) -> Result<()> {
    gone(fs::remove_file(path), path)
}

/// Deletes a folder with its contents, if it exists.
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

/// Moves everything in a model's replaced folder except the model's own `files` to the new one.
pub(super) fn rescue(old: &Path, new: &Path, files: &[&str]) -> Result<()> {
    let cannot = |error| failed("could not keep the files beside the model", old, error);
    for entry in fs::read_dir(old).map_err(cannot)? {
        let name = entry.map_err(cannot)?.file_name();
        let own = name == RECORD || files.iter().any(|file| name == *file);
        if !own {
            fs::rename(old.join(&name), new.join(&name)).map_err(cannot)?;
        }
    }
    Ok(())
}

/// The right to change a store. Released when dropped, and by the system when the process ends.
pub(crate) struct Lock(#[allow(dead_code)] File);

impl Lock {
    /// Waits for the right to change the store in `dir`. Calls `waiting` once if it must wait.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io) when the store cannot be written,
    /// [`Cancelled`](ErrorKind::Cancelled).
    pub fn take(dir: &Path, cancel: &Cancel, waiting: &mut dyn FnMut()) -> Result<Self> {
        create_dir(dir)?;
        let path = dir.join(".lock");
        let cannot = |error| failed("could not lock the model store", &path, error);
        let file = open_own(OpenOptions::new().create(true).truncate(false).write(true), &path)
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
            check_cancel(cancel)?;
            thread::sleep(Duration::from_millis(50));
        }
    }
}
