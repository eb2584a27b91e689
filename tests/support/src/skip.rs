//! How a test reports that it is skipped.
//!
//! Rust's test runner knows only tests that pass and tests that fail. A test that returns early
//! because something it needs is missing counts as passed, and its output is hidden. Such a test
//! calls [`skip`]:
//!
//! ```no_run
//! # fn usb_sound_card() -> Option<()> { None }
//! let Some(card) = usb_sound_card() else {
//!     return sayso_test_support::skip("no USB sound card");
//! };
//! ```
//!
//! Two environment variables control it:
//!
//! - `SAYSO_SKIPS` names a file to which a line `test: reason` is appended; `cargo xtask test`
//!   sets it, and counts the lines.
//! - `SAYSO_NO_SKIP=1` makes a skipped test fail.

use std::fmt::Display;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

/// Reports on stderr, past the runner's capture, that the calling test is skipped, and why. The
/// test must then return.
///
/// # Panics
/// With `SAYSO_NO_SKIP=1`, or if the file that `SAYSO_SKIPS` names cannot be written.
pub fn skip(why: impl Display) {
    let name = format!("{}::{}", program(), std::thread::current().name().unwrap_or("?"));
    assert!(
        std::env::var_os("SAYSO_NO_SKIP").is_none_or(|value| value != "1"),
        "{name} would be skipped, which SAYSO_NO_SKIP=1 forbids: {why}"
    );
    // `eprintln!` would be captured; a write to the stream itself is not.
    let _ = writeln!(io::stderr().lock(), "SKIPPED {name}: {why}");
    if let Some(file) = std::env::var_os("SAYSO_SKIPS").filter(|file| !file.is_empty()) {
        let noted = note(Path::new(&file), &format!("{name}: {why}\n"));
        assert!(noted.is_ok(), "SAYSO_SKIPS: {}: {noted:?}", file.display());
    }
}

/// Appends with a single write, because several test programs may share the file.
fn note(file: &Path, line: &str) -> io::Result<()> {
    OpenOptions::new().create(true).append(true).open(file)?.write_all(line.as_bytes())
}

/// The test program's name, without the hash that cargo appends.
fn program() -> String {
    let path = std::env::current_exe().unwrap_or_default();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    stem.rsplit_once('-').map_or(&*stem, |(name, _)| name).to_owned()
}
