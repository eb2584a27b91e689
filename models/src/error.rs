use std::fmt;
use std::path::PathBuf;

/// A result whose error is this crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, in words for the user, and [what kind](ErrorKind) it is, for the program.
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
    /// The work was cancelled. Nothing is wrong; continue with the next turn.
    Cancelled,
    /// A model file is missing. Download or name it, then load again.
    Missing,
    /// A model file is truncated, of another kind, or does not match its hash. Download it again.
    Damaged,
    /// The input cannot be used (wrong length, rate, text too long). Change it; the engine still
    /// works.
    Input,
    /// The engine failed on valid input. Retry once, then rebuild the engine.
    Engine,
    /// A file could not be read or written (permissions, disk full). Make room or choose another
    /// place.
    Io,
    /// No source of a model could be reached, or none delivered the right bytes. Retry later, or
    /// import a bundle.
    Source,
    /// A program needed for the work is not installed. Install it, then retry.
    Client,
    /// This CPU, or this build, cannot do it. Permanent.
    Unsupported,
}

impl Error {
    /// An error of `kind`; `message` says what happened and, if known, what to do next.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), path: None, source: None }
    }

    /// Names the file that the error is about.
    pub fn with_path(mut self, path: impl Into<PathBuf>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Adds the error that caused this one.
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What the caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The file that the error is about, if any.
    pub fn path(&self) -> Option<&std::path::Path> {
        self.path.as_deref()
    }

    /// Whether this is only the result of a [`Cancel`](crate::Cancel).
    pub fn is_cancelled(&self) -> bool {
        self.kind == ErrorKind::Cancelled
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}: ", path.display())?;
        }
        f.write_str(&self.message)?;
        if let Some(source) = &self.source {
            write!(f, " ({source})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
