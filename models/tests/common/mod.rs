//! What the tests of this crate share: real models and real speech.
#![allow(dead_code, clippy::panic, clippy::unwrap_used, clippy::expect_used)]

pub mod audio;
pub mod moments;
#[path = "../../../tests/src/wer.rs"]
pub mod wer;

use std::path::PathBuf;

/// A file of an installed model. Without it the test fails and says what to run.
pub fn model(name: &str, file: &str) -> PathBuf {
    let path = sayso_models::store::default_dir().join(name).join(file);
    assert!(path.is_file(), "{} is missing: run `cargo xtask setup`", path.display());
    path
}

/// A recording of `tests/data`, 16 kHz mono.
pub fn speech(path: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data")).join(path)
}
