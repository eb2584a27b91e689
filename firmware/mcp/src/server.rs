//! A server, and what is wanted of it.

use std::path::PathBuf;

use sayso_skills::{Call, CallError};

use crate::inputs::Inputs;

/// A server.
pub struct Server {
    /// Its name in the settings.
    pub name: String,
    /// How it is connected.
    pub access: Access,
}

/// How a server is connected.
pub enum Access {
    /// It is started, and reads and writes a stream.
    #[cfg(unix)]
    Program(Opener),
    /// It has an address.
    Address {
        /// The address, with `http` or `https`.
        url: String,
        /// A file with its key; "" is none.
        key_file: PathBuf,
        /// A file with certificates that are trusted too; "" is none.
        ca_file: PathBuf,
    },
}

/// Starts a server. It must not wait for it.
#[cfg(unix)]
pub type Opener = Box<dyn Fn() -> Result<Stream, String> + Send + Sync>;

/// The standard input and output of a server.
#[cfg(unix)]
pub struct Stream {
    /// Both.
    pub socket: std::os::unix::net::UnixStream,
    /// The server ends when this is dropped.
    pub keeper: Box<dyn Send + Sync>,
}

/// A tool that a server has.
#[derive(Clone, Debug)]
pub struct Offered {
    /// What the server calls it.
    pub name: String,
    /// Its arguments.
    pub inputs: Inputs,
}

/// Work for the worker.
pub(crate) enum Order {
    Call(Box<Call>),
    List,
}

/// What has come of it.
pub(crate) enum Done {
    Called(String),
    Listed(Vec<Offered>),
}

pub(crate) type Outcome = Result<Done, CallError>;
