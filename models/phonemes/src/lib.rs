//! x
#![forbid(unsafe_code)]
mod acoustic;
mod error;
mod layers;
mod mel;
mod reader;
mod symbols;
mod weights;
pub use acoustic::Acoustic;
pub use reader::Reader;
pub use symbols::Phoneme;
pub use error::{Error, ErrorKind, Result};
