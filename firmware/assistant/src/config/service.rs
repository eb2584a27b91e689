//! Settings of the program around the conversations: boards, state, control, privacy.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::lossy;

/// A board with a name: a section `[boards.NAME]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NamedBoard {
    /// Where it is, as `sayso run --board` takes it; `listen:NAME` for a satellite that dials
    /// in (`--listen`) and calls itself so.
    pub address: String,
    /// The room or the part of the home that it is in; empty if that is of no matter.
    pub area: String,
}

/// What must outlive a restart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StateDir {
    /// Its folder; empty for the user's own.
    #[serde(serialize_with = "lossy")]
    pub dir: PathBuf,
}

/// How a running program is asked for things.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Control {
    /// The Unix socket; empty for the user's own, `none` for none.
    #[serde(serialize_with = "lossy")]
    pub socket: PathBuf,
}

/// What is kept of what was said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Privacy {
    /// Whether what is said and answered is printed where no terminal shows it, such as
    /// in the log of a service. A terminal and `--json` show it in any case.
    pub log_words: bool,
}
