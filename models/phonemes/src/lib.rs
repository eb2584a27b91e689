//! x
#![forbid(unsafe_code)]
mod acoustic;
mod confusion;
mod error;
mod layers;
mod mel;
mod phrase;
mod reader;
mod score;
mod spotter;
mod symbols;
mod weights;
pub use acoustic::Acoustic;
pub use error::{Error, ErrorKind, Result};
pub use phrase::Phrase;
pub use reader::Reader;
pub use spotter::{Detection, SAMPLE_RATE, Spotter};
pub use symbols::Phoneme;
