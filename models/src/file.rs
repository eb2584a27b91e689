//! Reads a model file whole, up to a limit of its size.

use std::path::Path;

use crate::{Error, ErrorKind, Result};

/// The bytes of the file at `path`, at most `largest`. `what` is its name for people.
///
/// # Errors
/// [`Missing`](ErrorKind::Missing) when there is none, [`Io`](ErrorKind::Io) when it cannot be
/// read, [`Damaged`](ErrorKind::Damaged) when it is larger.
#[cfg_attr(not(any(feature = "silero", feature = "smart-turn")), allow(dead_code))]
pub(crate) fn read(path: &Path, what: &str, largest: u64) -> Result<Vec<u8>> {
    let failed = |error: std::io::Error| {
        let (kind, message) = match error.kind() {
            std::io::ErrorKind::NotFound => {
                (ErrorKind::Missing, "is missing: check the path, or run `sayso models fetch`")
            }
            _ => (ErrorKind::Io, "cannot be read"),
        };
        Error::new(kind, format!("{what} {message}")).with_path(path).because(error)
    };
    if std::fs::metadata(path).map_err(failed)?.len() > largest {
        return Err(Error::new(
            ErrorKind::Damaged,
            format!("this is not {what}, it is too large: fetch it again"),
        )
        .with_path(path));
    }
    std::fs::read(path).map_err(failed)
}
