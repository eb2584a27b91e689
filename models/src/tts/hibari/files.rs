//! Reads the voice's files, which are untrusted.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::{Error, ErrorKind, Result};

/// The largest file of the voice has 8 MB; the largest table unpacks to 7 MB.
const LARGEST: u64 = 64 << 20;

/// What to do about a bad file of the voice.
pub(super) const REMEDY: &str =
    "fetch the voice with `sayso models fetch hibari`, or name a folder in models.voice";

/// An error about a file that is truncated or foreign.
pub(super) fn damaged(path: &Path, what: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Damaged, format!("{what}; {REMEDY}")).with_path(path)
}

/// The bytes of a file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    let file = File::open(path).map_err(|e| {
        let error = match e.kind() {
            std::io::ErrorKind::NotFound => {
                Error::new(ErrorKind::Missing, format!("a file of the voice is missing; {REMEDY}"))
            }
            _ => Error::new(ErrorKind::Io, "cannot open this file of the voice"),
        };
        error.with_path(path).because(e)
    })?;
    bounded(file, path, |e| {
        Error::new(ErrorKind::Io, "cannot read this file of the voice").with_path(path).because(e)
    })
}

/// The bytes of a file, unzipped if its name ends in `.gz`.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>> {
    let bytes = read(path)?;
    if path.extension().is_none_or(|e| e != "gz") {
        return Ok(bytes);
    }
    bounded(flate2::read::GzDecoder::new(bytes.as_slice()), path, |e| {
        damaged(path, "not a gzip file, or cut short").because(e)
    })
}

/// The value of a JSON file, gzipped if its name ends in `.gz`.
pub(super) fn json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    serde_json::from_slice(&bytes(path)?)
        .map_err(|e| damaged(path, "it is not the expected table").because(e))
}

fn bounded(
    source: impl Read,
    path: &Path,
    failed: impl FnOnce(std::io::Error) -> Error,
) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LARGEST {
        return Err(damaged(path, "it is much larger than any file of the voice"));
    }
    Ok(bytes)
}
