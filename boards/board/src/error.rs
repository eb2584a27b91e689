use std::fmt;

/// An error of a board: a message for the user, which includes the cause, and a
/// [kind](BoardErrorKind) for the program.
#[derive(Debug)]
pub struct BoardError {
    kind: BoardErrorKind,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What a caller can do about a [`BoardError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BoardErrorKind {
    /// There is no such device now. Retry later, when it may be plugged in or switched on, or name
    /// another; the message lists those that exist.
    NotFound,
    /// The device exists but cannot be used now (busy, no permission, no answer). Retry later.
    Unavailable,
    /// The request can never succeed (a malformed address, a pin that the chip does not have, a
    /// connection that the settings forbid). Give up until the settings are corrected.
    Config,
    /// The device cannot do what is needed (its format, its version, its key). Give it up: use
    /// another, or change it.
    Unsupported,
    /// This board has ended: its recording was played, or the satellite that had connected by
    /// itself has closed the connection. Make another board.
    Spent,
    /// Reading or writing failed (disk full, no permission). Correct that, then make another
    /// board.
    Io,
}

impl BoardErrorKind {
    /// Whether the same board may work later, although nobody changes a setting.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::NotFound | Self::Unavailable)
    }
}

impl BoardError {
    /// An error of `kind`; `message` says what happened and what to do next.
    pub fn new(kind: BoardErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// Sets the cause. The message should include its text already.
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The system cannot start a thread for `what`.
    pub fn no_thread(what: &str, error: std::io::Error) -> Self {
        let message = format!("cannot start a thread for {what}: {error}");
        Self::new(BoardErrorKind::Unavailable, message).with_source(error)
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

impl std::error::Error for BoardError {
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
    fn without_a_thread_a_board_may_do_later_and_the_cause_is_kept() {
        let error = BoardError::no_thread("the lamp", io::ErrorKind::WouldBlock.into());
        assert!(error.kind().is_transient(), "{error}");
        assert!(error.to_string().starts_with("cannot start a thread for the lamp: "), "{error}");
        let cause = error.source().unwrap().downcast_ref::<io::Error>().unwrap();
        assert_eq!(cause.kind(), io::ErrorKind::WouldBlock);
    }

    #[test]
    fn only_what_may_come_back_by_itself_is_transient() {
        use BoardErrorKind::{Config, Io, NotFound, Spent, Unavailable, Unsupported};
        for kind in [NotFound, Unavailable] {
            assert!(kind.is_transient(), "{kind:?}");
        }
        for kind in [Config, Unsupported, Spent, Io] {
            assert!(!kind.is_transient(), "{kind:?}");
        }
    }
}
