use std::fmt;
use std::path::PathBuf;

/// A result whose error is this crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// An error of an engine or a model: a message for the user, which includes the cause, and a
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
    /// The work was cancelled. Nothing is wrong; continue with the next turn.
    Cancelled,
    /// A model file is missing. Download or name it, then load again.
    Missing,
    /// A model file is truncated, of another kind, or does not match its hash. Download it again.
    Damaged,
    /// The input cannot be used (wrong length or rate, text too long). Give it up and go on with
    /// another input: the engine still works.
    Input,
    /// The engine failed on valid input, or memory did not suffice. Retry once, then rebuild the
    /// engine: make another session.
    Engine,
    /// A file could not be read (permissions). Correct that or choose another file, then load
    /// again.
    Io,
    /// This CPU, or this build, cannot do it. Give up.
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

    /// Adds the error that caused this one: to the message, in parentheses, and as the source.
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let source = source.into();
        self.message.push_str(&format!(" ({source})"));
        self.source = Some(source);
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
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::io;

    use super::*;

    #[test]
    fn the_cause_is_said_and_kept() {
        let denied = io::Error::new(io::ErrorKind::PermissionDenied, "not yours");
        let error = Error::new(ErrorKind::Io, "it cannot be read").because(denied).with_path("a/b");
        assert_eq!(error.to_string(), "a/b: it cannot be read (not yours)");
        assert_eq!((error.kind(), error.path()), (ErrorKind::Io, Some("a/b".as_ref())));
        let cause = error.source().unwrap().downcast_ref::<io::Error>().unwrap();
        assert_eq!(cause.kind(), io::ErrorKind::PermissionDenied);
        assert!(Error::new(ErrorKind::Input, "too long").source().is_none());
    }
}
