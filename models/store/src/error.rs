use std::fmt;
use std::path::{Path, PathBuf};

use sayso_models::Cancel;

/// A result whose error is this crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// An error of the store: a message for the user, which includes the cause, and a
/// [kind](ErrorKind) for the program.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    path: Option<PathBuf>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What a caller can do about an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The work was cancelled. Nothing is wrong, and the work done so far is kept: the same call
    /// continues from there.
    Cancelled,
    /// A model, or a file of one, is not installed. Fetch it, then retry.
    Missing,
    /// A file is truncated, of another kind, or has the wrong hash. Fetch or export it again, then
    /// retry.
    Damaged,
    /// There is no model of that name, or the catalogue is wrong. Give up, or ask for another.
    Input,
    /// No source of a model could be reached, or none gave the right bytes. Retry later, or
    /// import a bundle.
    Source,
    /// A program needed for the work is not installed. Install it, then retry.
    Client,
    /// A file could not be read or written (permissions, disk full). Make room or choose another
    /// folder, then retry.
    Io,
}

impl Error {
    /// An error of `kind`; `message` says what happened and, if known, what to do next.
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), path: None, source: None }
    }

    /// Names the file that the error is about.
    pub(crate) fn with_path(mut self, path: impl Into<PathBuf>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Sets the cause. The message includes its text already.
    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Adds the cause: to the message, in parentheses, and as the source.
    pub(crate) fn because(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        let source = source.into();
        self.message.push_str(&format!(" ({source})"));
        self.with_source(source)
    }

    /// What the caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The file that the error is about, if any.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Whether this is only the result of a [`Cancel`].
    pub fn is_cancelled(&self) -> bool {
        self.kind == ErrorKind::Cancelled
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}: ", path.display())?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// `Err` with [`Cancelled`](ErrorKind::Cancelled) once cancelled: for use with `?`.
pub(crate) fn check_cancel(cancel: &Cancel) -> Result<()> {
    cancel
        .check()
        .map_err(|error| Error::new(ErrorKind::Cancelled, error.to_string()).with_source(error))
}
