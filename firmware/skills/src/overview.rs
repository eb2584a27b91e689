//! What a screen shows of the skills, and the few things that it changes.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::house::State;

/// What there is: timers, lists, devices.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Overview {
    /// What will ring, the next first.
    pub coming: Vec<Coming>,
    /// The lists that have items.
    pub lists: Vec<List>,
    /// The devices of the home.
    pub devices: Vec<DeviceStatus>,
}

/// A timer, an alarm or a reminder.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coming {
    /// The skill that it belongs to: "timers", "alarms" or "reminders".
    pub skill: &'static str,
    /// Its number, unique within its skill.
    pub id: u64,
    /// What it is called, in the language of the skills: "timer for 10 minutes", "call the doctor".
    pub label: String,
    /// The board where it was set.
    pub board: String,
    /// When it rings; `None` if it is paused.
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>))]
    pub at: Option<Timestamp>,
    /// The seconds until then, rounded up; for a timer that is paused, what it has left.
    pub left_s: i64,
    /// What it does now.
    pub phase: ComingPhase,
}

/// What a timer, an alarm or a reminder does.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComingPhase {
    /// It waits for its time.
    Waits,
    /// It is stopped for a while.
    Paused,
    /// It rings.
    Rings,
}

/// A list and its items.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// Its name; "shopping" for the one that is meant without a name.
    pub name: String,
    /// Its items, in the order in which they were added.
    pub items: Vec<String>,
}

/// A device and its state.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeviceStatus {
    /// Its name.
    pub name: String,
    /// Its kind, as in Home Assistant: "light", "cover".
    pub kind: Option<String>,
    /// The area where it is.
    pub area: Option<String>,
    /// Its state in words, in the language of the skills: "on", "50 percent".
    pub shown: String,
    /// Its state; `None` if it cannot be reached.
    #[cfg_attr(feature = "schema", schema(value_type = Option<Object>))]
    pub state: Option<State>,
}

/// A change that a screen makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
pub enum Edit {
    /// Removes a timer, an alarm or a reminder.
    Cancel {
        /// Its skill.
        skill: String,
        /// Its number.
        id: u64,
    },
    /// Replaces the items of a list; without items, the list is removed.
    List(List),
}

impl Overview {
    /// Adds what another skill shows.
    pub fn add(&mut self, other: Self) {
        self.coming.extend(other.coming);
        self.lists.extend(other.lists);
        self.devices.extend(other.devices);
    }
}

impl Coming {
    /// What rings at a moment, or rings already.
    pub(crate) fn at(at: Option<Timestamp>, rings: bool, now: Timestamp) -> (i64, ComingPhase) {
        let left = at.map_or(SignedDuration::ZERO, |at| at.duration_since(now));
        let phase = if rings { ComingPhase::Rings } else { ComingPhase::Waits };
        (if rings { 0 } else { seconds_up(left) }, phase)
    }
}

/// The seconds of a length, rounded up, and never negative.
pub(crate) fn seconds_up(length: SignedDuration) -> i64 {
    let whole = length.as_secs() + i64::from(length.subsec_nanos() > 0);
    whole.max(0)
}
