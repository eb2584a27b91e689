//! The judge: does the utterance sound complete?

use sayso_core::audio::Samples;
use sayso_models::Cancel;
use sayso_models::eot::EndOfTurn;

use crate::cores::Seat;
use crate::engines::Engines;
use crate::workers::{Tools, Worker};

/// An utterance to be judged.
#[derive(Clone, Debug)]
pub struct Question {
    /// The first sample of the utterance, which tells it from others.
    pub utterance: Samples,
    /// Where the quiet after it was noticed: the end of the sound.
    pub quiet: Samples,
    /// Its end: 16 kHz mono.
    pub audio: Vec<f32>,
    /// Stops the work.
    pub cancel: Cancel,
}

/// What the judge found.
#[derive(Debug)]
pub struct Judged {
    /// Which utterance: [`Question::utterance`].
    pub utterance: Samples,
    /// Up to where it was heard: [`Question::quiet`].
    pub quiet: Samples,
    /// How complete the utterance sounds (0…1), or why that is not known.
    pub score: sayso_models::Result<f32>,
}

/// The one question that the judge is asked at a time.
#[derive(Default)]
pub struct Asking(Option<Cancel>);

impl Asking {
    /// Asks, unless a question stands. Returns what stops the work on it.
    pub fn ask(&mut self) -> Option<Cancel> {
        if self.0.is_some() {
            return None;
        }
        let cancel = Cancel::new();
        self.0 = Some(cancel.clone());
        Some(cancel)
    }

    /// The question no longer stands.
    pub fn forget(&mut self) {
        if let Some(cancel) = self.0.take() {
            cancel.cancel();
        }
    }
}

/// More threads hardly make it quicker; with two it is done, mostly, when the scribe
/// wants all cores.
const THREADS: usize = 2;

/// The end-of-turn model, if there is one.
pub struct Judge {
    model: Option<Box<dyn EndOfTurn>>,
    seat: Seat,
}

impl Judge {
    /// A judge that asks `model`, on up to two of the cores that `seat` shares; without one it says nothing.
    pub fn new(model: Option<Box<dyn EndOfTurn>>, seat: Seat) -> Self {
        Self { model, seat }
    }
}

impl Worker for Judge {
    type Order = Question;
    type Report = Judged;
    const NAME: &'static str = "end-of-turn detector";

    fn hire(engines: &mut Engines, tools: &Tools) -> Self {
        Self::new(engines.eot.take(), tools.seat(0))
    }

    fn give_back(self, engines: &mut Engines) {
        engines.eot = self.model;
    }

    fn cancel(question: &Question) -> Cancel {
        question.cancel.clone()
    }

    fn seat(&self) -> &Seat {
        &self.seat
    }

    fn run(&mut self, question: Question, cancel: &Cancel, emit: &mut dyn FnMut(Judged)) {
        let Some(model) = &mut self.model else { return };
        let Question { utterance, quiet, audio, .. } = question;
        let taken = cancel.check().and_then(|()| self.seat.take(1, THREADS, cancel));
        let score = taken.and_then(|taken| model.completeness(&audio, taken.count(), cancel));
        emit(Judged { utterance, quiet, score });
    }
}
