//! A file that is being written: hashed, counted and limited in length on its way to the disk.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sayso_models::Cancel;
use sha2::{Digest, Sha256 as Hasher};

use super::Progress;
use crate::catalog::{Fingerprint, Sha256};
use crate::error::{Error, ErrorKind, Result, check_cancel};
use crate::store::disk::{create_file, failed, open_own};

pub(super) struct Output<'a> {
    file: File,
    path: PathBuf,
    hasher: Hasher,
    size: u64,
    limit: u64,
    progress: &'a mut dyn Progress,
    cancel: &'a Cancel,
}

impl<'a> Output<'a> {
    /// A new file at `path`, replacing any other, of at most `limit` bytes.
    pub fn create(
        path: &Path,
        limit: u64,
        progress: &'a mut dyn Progress,
        cancel: &'a Cancel,
    ) -> Result<Self> {
        let file =
            create_file(path).map_err(|error| failed("could not write the file", path, error))?;
        Ok(Self::over(file, path, limit, progress, cancel))
    }

    /// Opens the file at `path` to append to it.
    pub fn append(
        path: &Path,
        limit: u64,
        progress: &'a mut dyn Progress,
        cancel: &'a Cancel,
    ) -> Result<Self> {
        let cannot = |error| failed("could not continue the file", path, error);
        let file = open_own(OpenOptions::new().read(true).append(true), path).map_err(cannot)?;
        let mut output = Self::over(file, path, limit, progress, cancel);
        let mut buffer = vec![0; 1 << 20];
        loop {
            check_cancel(cancel)?;
            let n = output.file.read(&mut buffer).map_err(cannot)?;
            if n == 0 {
                break;
            }
            output.hasher.update(&buffer[..n]);
            output.size += n as u64;
        }
        output.progress.bytes(output.size);
        Ok(output)
    }

    fn over(
        file: File,
        path: &Path,
        limit: u64,
        progress: &'a mut dyn Progress,
        cancel: &'a Cancel,
    ) -> Self {
        Self { file, path: path.into(), hasher: Hasher::new(), size: 0, limit, progress, cancel }
    }

    /// Bytes in the file.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Writes all of `bytes`.
    ///
    /// # Errors
    /// [`Cancelled`](ErrorKind::Cancelled), [`Source`](ErrorKind::Source) above the limit,
    /// [`Io`](ErrorKind::Io).
    pub fn put(&mut self, bytes: &[u8]) -> Result<()> {
        check_cancel(self.cancel)?;
        if self.size + bytes.len() as u64 > self.limit {
            let message = format!("it is longer than the {} bytes it should have", self.limit);
            return Err(Error::new(ErrorKind::Source, message));
        }
        self.file
            .write_all(bytes)
            .map_err(|error| failed("could not write the file", &self.path, error))?;
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        self.progress.bytes(self.size);
        Ok(())
    }

    /// Writes everything that `from` gives.
    pub fn put_all(&mut self, from: &mut dyn Read, what: &str) -> Result<()> {
        let mut buffer = vec![0; 1 << 18];
        loop {
            match from.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(n) => self.put(&buffer[..n])?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let message = format!("{what} cannot be read");
                    return Err(Error::new(ErrorKind::Damaged, message).because(error));
                }
            }
        }
    }

    /// Makes sure that it is on the disk. Returns the length and hash of what was written.
    pub fn finish(self) -> Result<Fingerprint> {
        let cannot = |error| failed("could not write the file", &self.path, error);
        self.file.sync_all().map_err(cannot)?;
        Ok(Fingerprint { size: self.size, sha256: Sha256(self.hasher.finalize().into()) })
    }
}

/// For the conversions, which write to any `Write`. Their errors contain ours as the text of their
/// source.
impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.put(bytes).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
