//! What has been said at one board, as far as the next sentence may refer to it.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::plan::{Claim, Command, Plan};

/// How long a question waits for its answer.
const WAIT: SignedDuration = SignedDuration::from_secs(30);

/// How long one may refer to the last turn.
const MEMORY: SignedDuration = SignedDuration::from_mins(5);

/// A conversation with the skills at one board.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dialogue {
    last: Option<Last>,
}

/// The last turn.
#[derive(Clone, Debug, PartialEq)]
struct Last {
    at: Timestamp,
    plan: Plan,
    /// The action that takes it back.
    undo: Option<Value>,
}

impl Dialogue {
    /// The question that waits for an answer: the skill, its command, and the claim.
    pub fn pending(&self, now: Timestamp) -> Option<&Plan> {
        let last = self.last.as_ref()?;
        let waits = last.plan.asks() && within(last.at, now, WAIT);
        waits.then_some(&last.plan)
    }

    /// What the templates of answers require of the context: the slot that was asked for, or the
    /// kind of question.
    pub fn asked(&self, now: Timestamp) -> Option<&str> {
        Some(match &self.pending(now)?.claim {
            Claim::Confirm { .. } => "confirm",
            Claim::Which { .. } => "which",
            Claim::Missing { slot, .. } => slot,
            Claim::Say(_) | Claim::Do { .. } => return None,
        })
    }

    /// The skill and the command of the last turn.
    pub fn last(&self, now: Timestamp) -> Option<(&'static str, &Command)> {
        let last = self.last.as_ref().filter(|last| within(last.at, now, MEMORY))?;
        Some((last.plan.skill, &last.plan.command))
    }

    /// What takes the last turn's action back.
    pub fn undo(&self, now: Timestamp) -> Option<(&'static str, Value)> {
        let last = self.last.as_ref().filter(|last| within(last.at, now, MEMORY))?;
        Some((last.plan.skill, last.undo.clone()?))
    }

    /// A plan was carried out.
    pub fn done(&mut self, plan: Plan, undo: Option<Value>, now: Timestamp) {
        self.last = Some(Last { at: now, plan, undo });
    }

    /// Something else was said: a question does not wait any longer.
    pub fn passed(&mut self) {
        if self.last.as_ref().is_some_and(|last| last.plan.asks()) {
            self.last = None;
        }
    }

    /// The time that a question waits begins now, because only now has it been said.
    pub fn asked_now(&mut self, now: Timestamp) {
        if let Some(last) = &mut self.last {
            last.at = now;
        }
    }

    /// The clock was set forward by this, or back.
    pub fn clock_was_set(&mut self, by: SignedDuration) {
        if let Some(last) = &mut self.last {
            last.at = last.at.checked_add(by).unwrap_or(last.at);
        }
    }

    /// Whether nothing in it is of use any more.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.last.as_ref().is_none_or(|last| !within(last.at, now, MEMORY))
    }
}

fn within(at: Timestamp, now: Timestamp, length: SignedDuration) -> bool {
    now.duration_since(at) <= length
}
