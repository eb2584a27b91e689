//! The end-of-turn detector: does the utterance sound complete?

use sayso_core::audio::SampleTime;
use sayso_models::Cancel;
use sayso_models::eot::EndOfTurn;

use crate::cores::Seat;
use crate::engines::Engines;
use crate::worker::{Tools, Worker};

/// An utterance for the end-of-turn detector.
#[derive(Clone, Debug)]
pub struct EndQuery {
    /// The first sample of the utterance, which identifies it.
    pub utterance: SampleTime,
    /// Where the quiet after it was noticed: the end of the sound.
    pub quiet: SampleTime,
    /// Its end: 16 kHz mono.
    pub audio: Vec<f32>,
    /// Stops the work.
    pub cancel: Cancel,
}

/// The end-of-turn detector's result.
#[derive(Debug)]
pub struct EndScore {
    /// Which utterance: [`EndQuery::utterance`].
    pub utterance: SampleTime,
    /// Up to where it was heard: [`EndQuery::quiet`].
    pub quiet: SampleTime,
    /// How complete the utterance sounds (0 to 1), or why that is not known.
    pub score: sayso_models::Result<f32>,
}

/// The question to the end-of-turn detector; there is at most one at a time.
#[derive(Default)]
pub struct Asking(Option<Cancel>);

impl Asking {
    /// Asks, unless a question is open. Returns the flag that stops the work on it.
    pub fn ask(&mut self) -> Option<Cancel> {
        if self.0.is_some() {
            return None;
        }
        let cancel = Cancel::new();
        self.0 = Some(cancel.clone());
        Some(cancel)
    }

    /// Closes the question.
    pub fn forget(&mut self) {
        if let Some(cancel) = self.0.take() {
            cancel.cancel();
        }
    }
}

/// More threads hardly make it faster. With two it has usually finished when the transcriber needs
/// all cores.
const THREADS: usize = 2;

/// The end-of-turn model, if there is one.
pub struct EndOfTurnDetector {
    model: Option<Box<dyn EndOfTurn>>,
    seat: Seat,
}

impl EndOfTurnDetector {
    /// A detector that uses `model`, on up to two of the cores that `seat` shares. Without a model
    /// it never answers.
    pub fn new(model: Option<Box<dyn EndOfTurn>>, seat: Seat) -> Self {
        Self { model, seat }
    }
}

impl Worker for EndOfTurnDetector {
    type Order = EndQuery;
    type Report = EndScore;
    const NAME: &'static str = "end-of-turn detector";

    fn hire(engines: &mut Engines, tools: &Tools) -> Self {
        Self::new(engines.eot.take(), tools.seat(0))
    }

    fn give_back(self, engines: &mut Engines) {
        engines.eot = self.model;
    }

    fn cancel(question: &EndQuery) -> Cancel {
        question.cancel.clone()
    }

    fn seat(&self) -> &Seat {
        &self.seat
    }

    fn run(&mut self, question: EndQuery, cancel: &Cancel, emit: &mut dyn FnMut(EndScore)) {
        let Some(model) = &mut self.model else { return };
        let EndQuery { utterance, quiet, audio, .. } = question;
        let taken = cancel.check().and_then(|()| self.seat.take(1, THREADS, cancel));
        let score = taken.and_then(|taken| model.completeness(&audio, taken.count(), cancel));
        emit(EndScore { utterance, quiet, score });
    }
}
