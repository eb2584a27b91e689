//! Music: the folder that it comes from, and the worker that reads it.

mod collection;
mod reader;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use collection::{Collection, open};
pub use reader::{MusicReader, Piece, Rest, Wanted};

/// The name of the skill that plays it.
pub const SKILL: &str = "music";

/// Reads a file that may be damaged, or made to do harm. A decoder that panics has failed.
fn guarded<T>(
    path: &std::path::Path,
    read: impl FnOnce() -> sayso_audio_io::Result<T>,
) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(_) => Err(format!("{} cannot be decoded: its decoder failed", path.display())),
    }
}
