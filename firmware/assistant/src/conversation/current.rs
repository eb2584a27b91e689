//! The turn under way.

use std::collections::VecDeque;
use std::time::Instant;

use sayso_core::audio::SampleTime;
use sayso_core::turn::{Outcome, TurnId};
use sayso_models::Cancel;

use crate::announcements::Waiting;
use crate::event::TurnRecord;
use crate::ms;
use sayso_language::Clause;

/// The turn under way.
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
    /// Whether the reply is written to its end.
    pub written: bool,
    pub first_clause: bool,
    pub first_sound: bool,
    /// The first sample of the utterance, which tells it from others.
    pub utterance: SampleTime,
    /// The end of the sound that is being answered, quiet included.
    pub heard_until: SampleTime,
    /// What the words come to, once they are known.
    pub outcome: Option<Outcome>,
    /// The words of the urgent announcement that was spoken over what is being answered;
    /// empty mostly.
    pub over: String,
    /// What is being said, of a turn that the assistant began by itself.
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
            said: None,
        }
    }

    /// Time since the transcript was there, in ms.
    pub fn since_understood(&self) -> f64 {
        ms(self.begun) - self.record.timings_ms.stt
    }
}
