//! Hears a wake phrase: a few words by which a device is addressed.
//!
//! ```text
//! samples ─► FeatureExtractor ─ frame/10 ms ─► Net ─ probability/30 ms ─► Spotter ─► Detection
//! ```
//!
//! A [`WakeDetector`] is all of that for one phrase. Where several phrases are listened for,
//! one [`FeatureExtractor`] serves a [`Spotter`] of each.
//!
//! The nets are microWakeWord's, version 2: streaming, separable convolutions of 8-bit
//! numbers, in the format of TensorFlow Lite. `docs/wake.md` says how well they hear, what they
//! cost and how to make one.
//!
//! The crate runs on microcontrollers: it needs neither a standard library nor an allocator nor
//! floating point. The net is read in place, from flash for example, and works in an arena
//! that the caller gives:
//!
//! ```
//! use sayso_wake::{ReadyMade, WakeDetector};
//!
//! let alexa = ReadyMade::ALEXA;
//! let mut arena = [0; 16 * 1024];
//! let mut detector = WakeDetector::new(alexa.net, &mut arena, alexa.phrase)?;
//! // 16 kHz, in blocks of any size.
//! if let Some(detection) = detector.push(&[0; 320]) {
//!     println!("{} {}", detection.phrase, detection.at);
//! }
//! # Ok::<(), sayso_wake::Error>(())
//! ```

#![no_std]
#![forbid(unsafe_code)]

mod detector;
mod features;
mod fixed;
mod flatbuffer;
mod math;
mod net;

use core::fmt;

pub use detector::{
    Decision, Detection, LAG, Phrase, READY_MADE, ReadyMade, Spotter, WakeDetector,
};
pub use features::{CHANNELS, FeatureExtractor, Frame, STEP};
pub use net::Net;

/// Samples per second of what is listened to.
pub const SAMPLE_RATE: u32 = 16_000;

/// Why a net is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// It is no TensorFlow Lite file, or contradicts itself.
    Damaged,
    /// It uses something that this interpreter does not have.
    Unsupported,
    /// The arena has fewer bytes than it needs.
    Arena {
        /// How many it needs.
        needed: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged => f.write_str("the net is damaged"),
            Self::Unsupported => f.write_str("the net is none of microWakeWord, version 2"),
            Self::Arena { needed } => write!(f, "the net needs an arena of {needed} bytes"),
        }
    }
}

impl core::error::Error for Error {}
