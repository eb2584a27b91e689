//! The judge: does the utterance sound complete?

use sayso_core::audio::Samples;
use sayso_models::Cancel;
use sayso_models::eot::EndOfTurn;

use crate::cores::Cores;

/// An utterance to be judged.
#[derive(Clone, Debug)]
pub struct Question {
    /// Where the quiet behind it was noticed, which tells it from others.
    pub quiet: Samples,
    /// Its end: 16 kHz mono.
    pub audio: Vec<f32>,
    /// Stops the work.
    pub cancel: Cancel,
}

/// What the judge found.
#[derive(Debug)]
pub struct Judged {
    /// Which utterance: [`Question::quiet`].
    pub quiet: Samples,
    /// How complete the utterance sounds (0…1), or why that is not known.
    pub score: sayso_models::Result<f32>,
}

/// The end-of-turn model, if there is one.
pub struct Judge<'a> {
    model: Option<&'a mut dyn EndOfTurn>,
    cores: Cores,
}

impl<'a> Judge<'a> {
    /// A judge that asks `model`, on one of the `cores`; without one it says nothing.
    pub fn new(model: Option<&'a mut dyn EndOfTurn>, cores: Cores) -> Self {
        Self { model, cores }
    }

    /// Judges one utterance.
    pub fn judge(&mut self, question: Question, emit: &mut dyn FnMut(Judged)) {
        let Some(model) = &mut self.model else { return };
        let Question { quiet, audio, cancel } = question;
        let _taken = self.cores.take(1, 1);
        let score = cancel.check().and_then(|()| model.completeness(&audio, &cancel));
        emit(Judged { quiet, score });
    }
}
