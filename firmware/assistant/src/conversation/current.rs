//! The turn under way.

use std::collections::VecDeque;
use std::time::Instant;

use sayso_core::turn::TurnId;
use sayso_models::Cancel;

use crate::clause::Clause;
use crate::event::TurnRecord;
use crate::ms;
use crate::patience::Reading;

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
    /// How complete the utterance reads.
    pub reading: Option<Reading>,
    /// Whether "stop" is what was said.
    pub stop: bool,
}

impl Current {
    /// Work on it begins now.
    pub fn new(record: TurnRecord, speech_ended: Instant, cancel: Cancel) -> Self {
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
            reading: None,
            stop: false,
        }
    }

    /// Time since the transcript was there, in ms.
    pub fn since_understood(&self) -> f64 {
        ms(self.begun) - self.record.timings_ms.stt
    }
}
