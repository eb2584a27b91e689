//! Why skills cannot be used.

use std::path::Path;

/// Why skills cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// There are no data files for the language. Choose another one.
    Language(String),
    /// The data files have faults. Correct them.
    Files(String),
    /// A document, or their folder, cannot be read. The message begins with its path. The others
    /// are used.
    Document(String),
    /// What was saved cannot be used. Go on without it.
    Snapshot(String),
}

impl Error {
    /// A document, or their folder, cannot be read.
    pub(crate) fn document(path: &Path, why: impl std::fmt::Display) -> Self {
        Self::Document(format!("{}: {why}", path.display()))
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Language(code) => write!(f, "there are no skills in the language {code:?}"),
            Self::Files(why) => write!(f, "the skills' files have faults: {why}"),
            Self::Document(why) => write!(f, "documents: {why}"),
            Self::Snapshot(why) => write!(f, "what the skills saved cannot be used: {why}"),
        }
    }
}

impl std::error::Error for Error {}
