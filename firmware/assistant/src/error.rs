use std::fmt;

use crate::supervisor::{Failure, Fault};

/// A result whose error is this crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// An error: a message for the user (what failed, why, and what to do), and a [kind](ErrorKind)
/// for the program.
///
/// The message is a whole sentence and includes the cause. `source` is the cause itself, such as
/// the error of an engine, a board or the system.
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
    /// A setting is unknown, malformed or out of range. Give up until it is corrected.
    Config,
    /// The input cannot be used (an address, a text, a recording). Give it up, or give something
    /// else. Everything else goes on.
    Input,
    /// A model is missing or damaged. Fetch it, then load again.
    Model,
    /// An engine failed on good input, or memory did not suffice. Retry once, then rebuild: make
    /// another session.
    Engine,
    /// A device, or the source of a model, is not available now. Retry later.
    Unavailable,
    /// This machine, this build or this device cannot do it. Give up.
    Unsupported,
    /// This board has ended and cannot be started again. Rebuild: make another.
    Spent,
    /// A turn was heard but could not be answered. The conversation is as it was before: ask
    /// again, or something else.
    Turn,
    /// The user stopped the work before it was done. Nothing is wrong.
    Stopped,
    /// A file could not be read or written. Make room or choose another, then retry.
    Io,
    /// The limit of conversations or threads is reached. Retry when one of them has ended.
    Busy,
    /// A thread ended unexpectedly, or hung, or its engine failed twice in a row. Rebuild: make
    /// another session and begin again.
    Worker,
    /// A worker failed again and again, or could not be replaced. Give this conversation up.
    Failing,
}

impl Error {
    /// An error of `kind`; `message` says what failed, why, and what to do.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
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

    /// An error of `kind` with the message of its cause.
    pub fn of(
        kind: ErrorKind,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        let source = source.into();
        Self::new(kind, source.to_string()).with_source(source)
    }

    /// A wrong setting.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, message)
    }

    /// An input that cannot be used.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Input, message)
    }

    /// A file, or anything else that `what` names, that cannot be read or written.
    pub fn io(what: impl fmt::Display, error: std::io::Error) -> Self {
        Self::new(ErrorKind::Io, format!("{what}: {error}")).with_source(error)
    }

    /// The system cannot start a thread.
    pub fn no_thread(error: std::io::Error) -> Self {
        let message = format!("cannot start a thread: {error}");
        Self::new(ErrorKind::Busy, message).with_source(error)
    }

    /// The user stopped the work.
    pub fn stopped() -> Self {
        Self::new(ErrorKind::Stopped, "stopped before it was done")
    }

    /// The thread that people call `name` ended unexpectedly.
    pub fn died(name: &'static str) -> Self {
        Failure::new(name, Fault::Died).into()
    }

    /// A worker failed once too often.
    pub(crate) fn failing(failure: Failure) -> Self {
        let message = format!(
            "{failure}, and starting it again did not help: see what was logged before, and \
             whether `sayso doctor` finds something"
        );
        Self::new(ErrorKind::Failing, message).with_source(failure)
    }

    /// A worker failed, and none can take its place.
    pub(crate) fn irreplaceable(failure: &Failure, error: Self) -> Self {
        let message = format!("{failure}, and no other can take its place: {error}");
        Self::new(ErrorKind::Failing, message).with_source(error)
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

impl From<sayso_models::Error> for Error {
    fn from(error: sayso_models::Error) -> Self {
        use sayso_models::ErrorKind as Theirs;
        let kind = match error.kind() {
            Theirs::Cancelled => ErrorKind::Stopped,
            Theirs::Missing | Theirs::Damaged => ErrorKind::Model,
            Theirs::Input => ErrorKind::Input,
            Theirs::Io => ErrorKind::Io,
            Theirs::Unsupported => ErrorKind::Unsupported,
            // `Engine`, and kinds that are added later.
            _ => ErrorKind::Engine,
        };
        Self::of(kind, error)
    }
}

impl From<sayso_store::Error> for Error {
    fn from(error: sayso_store::Error) -> Self {
        use sayso_store::ErrorKind as Theirs;
        let kind = match error.kind() {
            Theirs::Cancelled => ErrorKind::Stopped,
            Theirs::Missing | Theirs::Damaged => ErrorKind::Model,
            Theirs::Input => ErrorKind::Input,
            Theirs::Source => ErrorKind::Unavailable,
            Theirs::Client => ErrorKind::Unsupported,
            // `Io`, and kinds that are added later.
            _ => ErrorKind::Io,
        };
        Self::of(kind, error)
    }
}

impl From<sayso_phonemes::Error> for Error {
    fn from(error: sayso_phonemes::Error) -> Self {
        use sayso_phonemes::ErrorKind as Theirs;
        let kind = match error.kind() {
            Theirs::Missing | Theirs::Damaged => ErrorKind::Model,
            Theirs::Input => ErrorKind::Input,
            // `Io`, and kinds that are added later.
            _ => ErrorKind::Io,
        };
        Self::of(kind, error)
    }
}

impl From<sayso_board::BoardError> for Error {
    fn from(error: sayso_board::BoardError) -> Self {
        use sayso_board::BoardErrorKind as Theirs;
        let kind = match error.kind() {
            kind if kind.is_transient() => ErrorKind::Unavailable,
            Theirs::Config => ErrorKind::Config,
            Theirs::Spent => ErrorKind::Spent,
            Theirs::Io => ErrorKind::Io,
            // `Unsupported`, and kinds that are added later.
            _ => ErrorKind::Unsupported,
        };
        Self::of(kind, error)
    }
}

impl From<sayso_audio_io::Error> for Error {
    fn from(error: sayso_audio_io::Error) -> Self {
        use sayso_audio_io::ErrorKind as Theirs;
        let kind = match error.kind() {
            Theirs::Io => ErrorKind::Io,
            // Another file may work, whatever is wrong with this one.
            _ => ErrorKind::Input,
        };
        Self::of(kind, error)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::new(ErrorKind::Worker, format!("{failure}; start again")).with_source(failure)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::io;

    use super::*;

    /// The kind of the system's error at the end of the chain of causes.
    fn cause(error: &Error) -> Option<io::ErrorKind> {
        let mut next = error.source();
        while let Some(error) = next {
            if let Some(error) = error.downcast_ref::<io::Error>() {
                return Some(error.kind());
            }
            next = error.source();
        }
        None
    }

    #[test]
    fn an_engines_error_keeps_its_words_and_its_cause() {
        use sayso_models::ErrorKind as Theirs;
        for (theirs, ours) in [
            (Theirs::Cancelled, ErrorKind::Stopped),
            (Theirs::Missing, ErrorKind::Model),
            (Theirs::Damaged, ErrorKind::Model),
            (Theirs::Input, ErrorKind::Input),
            (Theirs::Engine, ErrorKind::Engine),
            (Theirs::Io, ErrorKind::Io),
            (Theirs::Unsupported, ErrorKind::Unsupported),
        ] {
            let absent = io::Error::new(io::ErrorKind::NotFound, "absent");
            let error = sayso_models::Error::new(theirs, "it failed").because(absent);
            let error = Error::from(error.with_path("a/b"));
            assert_eq!(error.kind(), ours, "{theirs:?}");
            assert_eq!(error.to_string(), "a/b: it failed (absent)");
            assert_eq!(cause(&error), Some(io::ErrorKind::NotFound));
        }
    }

    #[test]
    fn only_a_board_that_may_come_back_is_unavailable() {
        use sayso_board::{BoardError, BoardErrorKind as Theirs};
        for (theirs, ours) in [
            (Theirs::NotFound, ErrorKind::Unavailable),
            (Theirs::Unavailable, ErrorKind::Unavailable),
            (Theirs::Config, ErrorKind::Config),
            (Theirs::Unsupported, ErrorKind::Unsupported),
            (Theirs::Spent, ErrorKind::Spent),
            (Theirs::Io, ErrorKind::Io),
        ] {
            let denied = io::Error::from(io::ErrorKind::PermissionDenied);
            let error = Error::from(BoardError::new(theirs, "it is closed").with_source(denied));
            assert_eq!((error.kind(), error.to_string().as_str()), (ours, "it is closed"));
            assert_eq!(cause(&error), Some(io::ErrorKind::PermissionDenied));
        }
    }

    #[test]
    fn a_sound_file_that_is_not_there_is_wrong_input() {
        let missing = sayso_audio_io::SoundFile::open("/no/such/file.wav").err();
        let error = Error::from(missing.expect("there is none"));
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(error.to_string().contains("/no/such/file.wav"), "{error}");
        assert_eq!(cause(&error), Some(io::ErrorKind::NotFound));
    }

    #[test]
    fn a_store_that_knows_no_such_model_says_so() {
        let store = sayso_store::Store::open("/no/such/store");
        let unknown = store.path("whisper-gigantic", "x").expect_err("there is none");
        assert_eq!(Error::from(unknown).kind(), ErrorKind::Input);
        let model = &store.catalog().models()[0];
        let file = model.files()[0].to_owned();
        let missing = Error::from(store.path(&model.name, &file).expect_err("not installed"));
        assert_eq!(missing.kind(), ErrorKind::Model, "{missing}");
        assert!(missing.source().is_some_and(|cause| cause.is::<sayso_store::Error>()));
    }

    #[test]
    fn a_worker_that_failed_is_the_cause() {
        let engine = sayso_models::Error::new(sayso_models::ErrorKind::Engine, "no scores");
        let error = Error::failing(Failure::broken("responder", engine));
        assert_eq!(error.kind(), ErrorKind::Failing);
        assert!(error.to_string().starts_with("the responder failed: no scores, and starting"));
        let failure = error.source().and_then(|cause| cause.downcast_ref::<Failure>());
        let failure = failure.expect("the failure");
        assert_eq!(failure.worker, "responder");
        assert!(failure.source().is_some_and(|cause| cause.is::<sayso_models::Error>()));
        let died = Error::died("conversation");
        assert_eq!(died.kind(), ErrorKind::Worker);
        assert_eq!(died.to_string(), "the conversation ended unexpectedly; start again");
    }
}
