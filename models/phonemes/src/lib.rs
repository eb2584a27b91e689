//! Wake phrases by typing them.
//!
//! ```text
//! text ─► Reader ─► Phrase: phonemes, threshold ─┐
//! samples ─► features ─► Acoustic ─ phonemes/20 ms ─► Spotter ─► Detection
//! ```
//!
//! [`Reader`] turns letters into phonemes, and [`Acoustic`] says which phonemes are heard when.
//! Both are nets of the package hama, computed here without unsafe code. A [`Spotter`] compares
//! what is heard with a [`Phrase`]; recordings make a phrase surer ([`Phrase::enrol`]), and
//! [`Phrase::warnings`] says what speaks against it.
//!
//! ```no_run
//! use std::sync::Arc;
//! use sayso_phonemes::{Acoustic, Phrase, Reader, Spotter};
//!
//! let reader = Reader::load("hama")?;
//! let phrase = Phrase::typed("okay computer", &reader)?;
//! let net = Arc::new(Acoustic::load("hama")?);
//! let mut spotter = Spotter::new(net, vec![phrase]);
//! // 16 kHz, in blocks of less than 160 ms, each with whether the VAD hears speech.
//! if let Some(detection) = spotter.push(&[0.0; 512], true) {
//!     println!("{} {}", detection.at, detection.score);
//! }
//! # Ok::<(), sayso_phonemes::Error>(())
//! ```

#![forbid(unsafe_code)]

mod acoustic;
mod confusion;
mod enrol;
mod error;
mod layers;
mod mel;
mod phrase;
mod reader;
mod score;
mod spotter;
mod symbols;
mod warning;
mod weights;

pub use acoustic::Acoustic;
pub use error::{Error, ErrorKind, Result};
pub use phrase::Phrase;
pub use reader::Reader;
pub use spotter::{Detection, SAMPLE_RATE, Spotter};
pub use symbols::Phoneme;
pub use warning::Warning;
