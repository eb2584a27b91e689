//! What the clients of a network share: secrets from files, trusted certificates, whether an
//! address is that of this machine, and why a connection was not made.

#![forbid(unsafe_code)]

mod address;
mod failure;
pub mod secret;
#[cfg(feature = "tls")]
pub mod tls;

pub use address::{Place, is_this_machine};
pub use failure::Failure;
