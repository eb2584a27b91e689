//! Something that has begun to ring, and rings again until somebody ends it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How often, and how long in all, something rings.
#[derive(Clone, Copy, Debug)]
pub struct Pattern {
    /// The time from one ring to the next.
    pub every: SignedDuration,
    /// The time after which it gives up.
    pub most: SignedDuration,
}

/// Something that rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ringing {
    since: Timestamp,
    next: Timestamp,
}

/// What to do with something that rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It rings now.
    Ring,
    /// It rings later.
    Wait,
    /// Nobody came.
    GiveUp,
}

impl Ringing {
    /// It begins to ring, now for the first time.
    pub fn new(now: Timestamp) -> Self {
        Self { since: now, next: now }
    }

    /// What to do now. It is told to ring once for each time.
    pub fn step(&mut self, now: Timestamp, pattern: Pattern) -> Step {
        if now.duration_since(self.since) > pattern.most {
            return Step::GiveUp;
        }
        if now < self.next {
            return Step::Wait;
        }
        self.next = now.checked_add(pattern.every).unwrap_or(Timestamp::MAX);
        Step::Ring
    }

    /// When it rings next.
    pub fn next(&self) -> Timestamp {
        self.next
    }

    /// The clock was set forward by this, or back.
    pub fn clock_was_set(&mut self, by: SignedDuration) {
        self.since = shifted(self.since, by);
        self.next = shifted(self.next, by);
    }
}

/// A moment on a clock that was set.
pub fn shifted(moment: Timestamp, by: SignedDuration) -> Timestamp {
    moment.checked_add(by).unwrap_or(moment)
}
