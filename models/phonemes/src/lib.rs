//! x
#![forbid(unsafe_code)]
mod acoustic;
mod error;
mod layers;
mod mel;
mod weights;
pub use acoustic::Acoustic;
pub use error::{Error, ErrorKind, Result};
