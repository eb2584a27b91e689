//! The present turn.

use std::collections::VecDeque;
use std::time::Instant;

use sayso_core::audio::SampleTime;
use sayso_core::turn::{Outcome, TurnId};
use sayso_models::Cancel;

use crate::announcements::{Waiting, What};
use crate::event::TurnRecord;
use crate::ms;
use sayso_language::Clause;
use sayso_skills::Plan;

/// The present turn.
pub struct Current {
    pub id: TurnId,
    pub cancel: Cancel,
    pub record: TurnRecord,
    pub begun: Instant,
    pub speech_ended: Instant,
    /// Clauses not yet given to the voice.
    pub clauses: VecDeque<Clause>,
    /// Whether the voice is busy with a clause.
    pub voicing: bool,
    /// Whether the reply is complete.
    pub written: bool,
    pub first_clause: bool,
    pub first_sound: bool,
    /// The first sample of the utterance, which identifies it.
    pub utterance: SampleTime,
    /// The end of the sound that is being answered, quiet included.
    pub heard_until: SampleTime,
    /// What the words mean for the turn, once they are known.
    pub outcome: Option<Outcome>,
    /// The words of the urgent announcement that was spoken over what is being answered; usually
    /// empty.
    pub over: String,
    /// What a skill will do when the turn is released.
    pub plan: Option<Box<Plan>>,
    /// What is being said, in a turn that the assistant has begun itself.
    pub said: Option<Waiting>,
}

impl Current {
    /// Work on it begins now.
    pub fn new(
        record: TurnRecord,
        (utterance, heard_until): (SampleTime, SampleTime),
        speech_ended: Instant,
        cancel: Cancel,
    ) -> Self {
        Self {
            id: record.turn,
            cancel,
            record,
            begun: Instant::now(),
            speech_ended,
            clauses: VecDeque::new(),
            voicing: false,
            written: false,
            first_clause: false,
            first_sound: false,
            utterance,
            heard_until,
            outcome: None,
            over: String::new(),
            plan: None,
            said: None,
        }
    }

    /// Whether it answers a recording.
    pub fn is_recorded(&self) -> bool {
        self.said.as_ref().is_some_and(|said| matches!(said.what, What::Recording(_)))
    }

    /// Time since the transcript was ready, in ms.
    pub fn since_understood(&self) -> f64 {
        ms(self.begun) - self.record.timings_ms.stt
    }
}
