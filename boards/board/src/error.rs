use std::fmt;

/// What went wrong with a board or a sound file.
#[derive(Debug)]
pub struct BoardError {
    kind: BoardErrorKind,
    message: String,
}

/// What a caller can do about a [`BoardError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BoardErrorKind {
    /// There is no such device or file. Name another; the message lists those that exist.
    NotFound,
    /// The device exists but cannot be used now (busy, no permission). Retry later.
    Unavailable,
    /// The device or file has a format that cannot be used. Permanent for this device or file.
    Format,
    /// Reading or writing failed (truncated file, disk full).
    Io,
}

impl BoardError {
    /// An error of `kind`; `message` says what happened and what to do next.
    pub fn new(kind: BoardErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// What the caller can do about it.
    pub fn kind(&self) -> BoardErrorKind {
        self.kind
    }
}

impl fmt::Display for BoardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for BoardError {}
