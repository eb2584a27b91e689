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

/// The one question that the judge is asked at a time, and its answer.
#[derive(Default)]
pub struct Asking(Option<Asked>);

struct Asked {
    quiet: Samples,
    cancel: Cancel,
    score: Option<f32>,
}

impl Asking {
    /// Asks about the quiet noticed there, unless a question stands. Returns what
    /// stops the work on it.
    pub fn ask(&mut self, quiet: Samples) -> Option<Cancel> {
        if self.0.is_some() {
            return None;
        }
        let cancel = Cancel::new();
        self.0 = Some(Asked { quiet, cancel: cancel.clone(), score: None });
        Some(cancel)
    }

    /// Takes an answer. Returns whether it is to the question that stands.
    pub fn answered(&mut self, quiet: Samples, score: f32) -> bool {
        match &mut self.0 {
            Some(asked) if asked.quiet == quiet => {
                asked.score = Some(score);
                true
            }
            _ => false,
        }
    }

    /// How complete the utterance sounds (0…1), if that is known.
    pub fn score(&self) -> Option<f32> {
        self.0.as_ref()?.score
    }

    /// The question no longer stands.
    pub fn forget(&mut self) {
        if let Some(asked) = self.0.take() {
            asked.cancel.cancel();
        }
    }
}

/// More threads hardly make it quicker; with two it is done, mostly, when the scribe
/// wants all cores.
const THREADS: usize = 2;

/// The end-of-turn model, if there is one.
pub struct Judge<'a> {
    model: Option<&'a mut dyn EndOfTurn>,
    cores: Cores,
}

impl<'a> Judge<'a> {
    /// A judge that asks `model`, on up to two of the `cores`; without one it says nothing.
    pub fn new(model: Option<&'a mut dyn EndOfTurn>, cores: Cores) -> Self {
        Self { model, cores }
    }

    /// Judges one utterance.
    pub fn judge(&mut self, question: Question, emit: &mut dyn FnMut(Judged)) {
        let Some(model) = &mut self.model else { return };
        let Question { quiet, audio, cancel } = question;
        let taken = self.cores.take(1, THREADS);
        let judged = cancel.check();
        let score = judged.and_then(|()| model.completeness(&audio, taken.count(), &cancel));
        emit(Judged { quiet, score });
    }
}
