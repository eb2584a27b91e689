//! What the clients of a network share: secrets from files, trusted certificates, and whether an
//! address is that of this machine.

#![forbid(unsafe_code)]

mod address;
pub mod secret;
#[cfg(feature = "tls")]
pub mod tls;

pub use address::{Place, is_this_machine};
pub use secret::expanded;
