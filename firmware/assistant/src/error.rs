use std::fmt;

/// A result whose error is this crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, in words for the user: what failed, why, and what to do.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A setting is unknown, malformed or out of range. Correct it.
    Config(String),
    /// The command cannot work with these arguments. Correct the command line.
    Usage(String),
    /// A model is missing, damaged or failed; see the error's kind.
    Model(sayso_models::Error),
    /// A device or sound file failed; see the error's kind.
    Board(sayso_board::BoardError),
    /// The recording contains no speech.
    NothingSaid(String),
    /// A turn was heard but could not be answered. The message says why.
    Turn(String),
    /// The user stopped the work before it was finished.
    Stopped,
    /// A file could not be read or written.
    Io(String),
    /// The highest allowed number of conversations is reached. Wait, or allow more.
    Busy(String),
    /// A worker thread ended unexpectedly. Start again; the log has the reason.
    Worker(&'static str),
    /// A worker failed repeatedly, or could not be replaced. Start again; if that does not help,
    /// its model or the machine is at fault.
    Failing(crate::supervisor::Failure),
}

impl Error {
    /// An error about a wrong setting.
    pub fn config(message: impl Into<String>) -> Self {
        Self::Config(message.into())
    }

    /// An error about a file that cannot be read or written.
    pub fn io(path: &std::path::Path, error: std::io::Error) -> Self {
        Self::Io(format!("{}: {error}", path.display()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(message)
            | Self::Usage(message)
            | Self::NothingSaid(message)
            | Self::Turn(message)
            | Self::Busy(message)
            | Self::Io(message) => f.write_str(message),
            Self::Model(error) => error.fmt(f),
            Self::Board(error) => error.fmt(f),
            Self::Stopped => f.write_str("stopped before it was finished"),
            Self::Worker(name) => write!(f, "the {name} ended unexpectedly; start Sayso again"),
            Self::Failing(failure) => write!(
                f,
                "{failure}, and restarting it did not help: the log and `sayso doctor` may show \
                 the cause"
            ),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Model(error) => Some(error),
            Self::Board(error) => Some(error),
            _ => None,
        }
    }
}

impl From<sayso_models::Error> for Error {
    fn from(error: sayso_models::Error) -> Self {
        Self::Model(error)
    }
}

impl From<sayso_board::BoardError> for Error {
    fn from(error: sayso_board::BoardError) -> Self {
        Self::Board(error)
    }
}
