//! A server, and what is wanted of it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use sayso_skills::{Call, CallError, Obstacle, Slots};
use serde_json::{Map, Value};

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
pub type Opener = Box<dyn Fn() -> Result<Stream, Obstacle> + Send + Sync>;

/// The standard input and output of a server.
#[cfg(unix)]
pub struct Stream {
    /// Both.
    pub socket: std::os::unix::net::UnixStream,
    /// The server ends when this is dropped.
    pub keeper: Box<dyn Send + Sync>,
}

/// What is wrong with a tool whose arguments are not known.
const UNDESCRIBED: &str = "the server does not describe its arguments as the protocol wants";

/// A tool that a server has.
#[derive(Clone, Debug)]
pub struct Offered {
    /// What the server calls it.
    pub name: String,
    /// Its arguments; `None` if the server does not describe them as the protocol wants.
    inputs: Option<Inputs>,
}

impl Offered {
    /// A tool with the schema of its arguments, if it has one.
    pub(crate) fn new(name: String, schema: Option<Arc<Map<String, Value>>>) -> Self {
        Self { name, inputs: schema.map(Inputs::new) }
    }

    /// The slots of a sentence as its arguments.
    ///
    /// # Errors
    /// As [`Inputs::arguments`]; [`CallError::Changed`] if its arguments are not known.
    pub fn arguments(&self, slots: &Slots) -> Result<Map<String, Value>, CallError> {
        match &self.inputs {
            Some(inputs) => inputs.arguments(slots),
            None => Err(CallError::Changed(UNDESCRIBED.into())),
        }
    }

    /// What is wrong if sentences fill these slots.
    pub fn faults(&self, slots: &BTreeSet<&str>) -> Vec<String> {
        match &self.inputs {
            Some(inputs) => inputs.faults(slots),
            None => vec![UNDESCRIBED.into()],
        }
    }
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
