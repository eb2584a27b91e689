//! Recordings in the form that the engines need.

#![allow(clippy::panic)]

use std::path::Path;
use std::time::Duration;

/// The samples of a recording as 16 kHz mono, −1…1.
pub fn read(path: &Path) -> Vec<f32> {
    match sayso_audio_io::read_all(path, Duration::from_secs(600)) {
        Ok(sound) => sound.samples,
        Err(error) => panic!("{error}"),
    }
}
