//! Shared by the tests of this crate: real models and real speech.
#![allow(dead_code, clippy::panic, clippy::unwrap_used, clippy::expect_used)]

pub mod audio;
pub mod moments;

use std::path::PathBuf;

use sayso_test_support::recordings;

/// A file of an installed model. If it is missing, the test fails and says what to run.
pub fn model(name: &str, file: &str) -> PathBuf {
    let path = sayso_store::default_dir().join(name).join(file);
    assert!(path.is_file(), "{} is missing: run `cargo xtask setup`", path.display());
    path
}

/// A recording of `tests/data`, 16 kHz mono.
pub fn speech(path: &str) -> PathBuf {
    recordings::folder().join(path)
}
