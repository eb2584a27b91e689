//! Tools of others for the skill `tools`, by the Model Context Protocol.
//!
//! [`Servers`] has a worker: a thread with a Tokio runtime, which nothing outside of this crate sees.
//! A server is connected when a tool of it is used for the first time. A program is kept after that,
//! and started again if it has ended; a server at an address is left after each use. Whatever a server
//! does, a use takes a limited time and a limited number of bytes.

#![forbid(unsafe_code)]

#[cfg(unix)]
mod bounded;
mod connection;
mod http;
mod inputs;
mod link;
mod meter;
mod reasons;
mod server;
mod servers;

pub use inputs::Inputs;
pub use server::{Access, Offered, Server};
#[cfg(unix)]
pub use server::{Opener, Stream};
pub use servers::Servers;
