use std::fmt;

use sayso_board::{BoardError, BoardErrorKind};

/// A result whose error is this crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// An error about a sound file or a conversion: a message for the user, which includes the cause,
/// and a [kind](ErrorKind) for the program.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What a caller can do about an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is no such file. Give it up, or name another.
    NotFound,
    /// A format, codec, sample rate, length or number of channels is not supported. Give it up:
    /// convert the file, or ask for something else.
    Unsupported,
    /// The file is empty or cut off before its first sample. Give it up: record or copy it again.
    Damaged,
    /// Reading or writing failed (no permission, disk full). Correct that, then retry from the
    /// start, because only a part was written.
    Io,
}

impl Error {
    /// An error of `kind`; `message` says what happened and what to do next.
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// Sets the cause. The message should include its text already.
    pub(crate) fn with_source(
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
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// For boards that play or record files.
impl From<Error> for BoardError {
    fn from(error: Error) -> Self {
        let kind = match error.kind {
            ErrorKind::NotFound => BoardErrorKind::NotFound,
            ErrorKind::Unsupported | ErrorKind::Damaged => BoardErrorKind::Unsupported,
            ErrorKind::Io => BoardErrorKind::Io,
        };
        Self::new(kind, error.to_string()).with_source(error)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::io;

    use super::*;

    #[test]
    fn as_a_boards_error_it_keeps_its_words_and_its_cause() {
        for (kind, expected) in [
            (ErrorKind::NotFound, BoardErrorKind::NotFound),
            (ErrorKind::Unsupported, BoardErrorKind::Unsupported),
            (ErrorKind::Damaged, BoardErrorKind::Unsupported),
            (ErrorKind::Io, BoardErrorKind::Io),
        ] {
            let full = io::Error::from(io::ErrorKind::StorageFull);
            let error = Error::new(kind, "it is full").with_source(full);
            let error = BoardError::from(error);
            assert_eq!((error.kind(), error.to_string().as_str()), (expected, "it is full"));
            let own = error.source().unwrap();
            assert_eq!(own.downcast_ref::<Error>().unwrap().kind(), kind);
            let full = own.source().unwrap().downcast_ref::<io::Error>().unwrap();
            assert_eq!(full.kind(), io::ErrorKind::StorageFull);
        }
    }
}
