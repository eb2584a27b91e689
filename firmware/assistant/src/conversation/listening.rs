//! Determines two things about an utterance while it goes on: whether it has ended, and its first
//! words.

use sayso_core::audio::{SampleTime, Samples};
use sayso_core::turn::State;

use super::Conversation;
use crate::end_of_turn::EndQuery;
use crate::transcriber::{Dictation, Purpose};

/// The sound that the end-of-turn detector is given, up to the end of the speech.
const LISTENED_TO: Samples = Samples::from_ms(8_000);

impl Conversation {
    /// Chooses the hangover from what is known of the utterance now.
    pub(super) fn reconsider(&mut self) {
        self.attention.set_hangover(self.policy.hangover(&self.known));
    }

    /// Asks the end-of-turn detector at the first frame of quiet, before there is even a guess, so
    /// that it has finished when the transcriber needs all cores.
    pub(super) fn ask_early(&mut self, probability: f32) {
        // The result for the present turn is still needed.
        if self.current.is_some() {
            return;
        }
        match self.machine.utterance().filter(|_| self.machine.state() == State::Hearing) {
            Some(utterance) if probability < self.policy.quiet => self.ask(utterance, self.now),
            _ => self.forget_the_end(),
        }
    }

    /// Forgets what is known of the end of the utterance.
    pub(super) fn forget_the_end(&mut self) {
        self.asking.forget();
        self.known.forget();
    }

    /// Asks the end-of-turn detector about the sound up to `to`, unless it was asked already.
    pub(super) fn ask(&mut self, utterance: SampleTime, to: SampleTime) {
        let quiet = self.now;
        if let Some(cancel) = self.asking.ask() {
            self.known.quiet(utterance, quiet);
            let audio = self.recorder.range(to.saturating_sub(LISTENED_TO), quiet);
            self.orders.push_back(EndQuery { utterance, quiet, audio, cancel }.into());
        }
    }

    /// Gives the transcriber the beginning of a long utterance that goes on.
    pub(super) fn transcribe_beginning(&mut self, probability: f32) {
        let Some(utterance) = self.machine.utterance() else {
            return self.partial.forget();
        };
        // The utterance stays the same between may-have-ended and resumed.
        if self.machine.state() != State::Hearing {
            return;
        }
        let Some((from, to)) = self.partial.heard(utterance, self.now, probability) else { return };
        let audio = self.recorder.range(from, to);
        let (purpose, cancel) = (Purpose::Partial, self.partial.cancel());
        self.orders.push_back(Dictation { purpose, utterance, from, audio, cancel }.into());
    }
}
