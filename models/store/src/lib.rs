//! The model store: a [catalogue](catalog) of models, and a [folder](Store) in which they are
//! installed, verified, exported and imported. With the feature `fetch` they can also be
//! [downloaded](fetch) and [converted](convert).

mod error;
mod quant;
mod store;

pub mod catalog;
#[cfg(feature = "fetch")]
pub mod convert;
#[cfg(feature = "fetch")]
pub mod fetch;

pub use error::{Error, ErrorKind, Result};
pub use store::{Listed, ModelState, Store, Verified, default_dir};
