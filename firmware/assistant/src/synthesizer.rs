//! The synthesizer speaks a reply, clause by clause.

use sayso_core::turn::TurnId;
use sayso_models::Cancel;
use sayso_models::tts::{Delivery, Tts, WordTiming};

use crate::config::Config;
use crate::cores::Seat;
use crate::engines::Engines;
use crate::lost::Lost;
use crate::worker::{Tools, Worker};

/// A clause to speak.
#[derive(Clone, Debug)]
pub struct Speak {
    /// The turn it belongs to.
    pub turn: TurnId,
    /// The words.
    pub text: String,
    /// Whether it is the first clause of the reply, whose silent beginning is then left out.
    pub first: bool,
    /// How fast: a factor of the usual pace.
    pub pace: f32,
    /// Stops the work.
    pub cancel: Cancel,
}

/// A report of the synthesizer.
#[derive(Debug)]
pub enum Synthesized {
    /// The next sound of the clause, mono at the voice's rate.
    Sound {
        /// The turn it belongs to.
        turn: TurnId,
        /// The samples.
        samples: Vec<f32>,
    },
    /// The clause has been spoken.
    Spoken {
        /// The turn it belongs to.
        turn: TurnId,
        /// Where its words are in its sound.
        words: Vec<WordTiming>,
    },
    /// The work ended early: cancelled or failed.
    Broken {
        /// The turn it belongs to.
        turn: TurnId,
        /// Why.
        error: sayso_models::Error,
    },
}

/// The level from which a sound is audible, at full volume: −50 dBFS.
const AUDIBLE: f32 = 0.003_162;

/// The longest beginning that is left out, and how much of it is kept, in ms.
const LEAD_IN_MS: usize = 40;
const KEPT_MS: usize = 4;

/// The inaudible beginning of a sound.
struct LeadIn {
    audible: f32,
    kept: usize,
    /// How many samples may still be left out.
    left: usize,
    cut: usize,
}

impl LeadIn {
    /// For a voice of `rate` Hz at this volume.
    fn new(rate: u32, volume: f32) -> Self {
        let samples = |ms| rate as usize * ms / 1000;
        let audible = AUDIBLE * volume.min(1.0);
        Self { audible, kept: samples(KEPT_MS), left: samples(LEAD_IN_MS), cut: 0 }
    }

    /// For a clause of which nothing is left out.
    fn heard() -> Self {
        Self { audible: 0.0, kept: 0, left: 0, cut: 0 }
    }

    /// The part of the next samples that should be heard.
    fn of<'s>(&mut self, samples: &'s [f32]) -> &'s [f32] {
        let most = self.left.min(samples.len());
        let quiet = samples.iter().take(most).position(|sample| sample.abs() >= self.audible);
        let cut = quiet.map_or(most, |quiet| quiet.saturating_sub(self.kept));
        self.left = if quiet.is_some() { 0 } else { self.left - most };
        self.cut += cut;
        samples.get(cut..).unwrap_or_default()
    }
}

/// How the voice is to speak.
pub fn delivery(config: &Config) -> Delivery {
    Delivery { speed: config.tts.speed, volume: config.tts.volume }
}

/// A voice and how it speaks.
pub struct Synthesizer {
    tts: Box<dyn Tts>,
    seat: Seat,
    delivery: Delivery,
}

impl Synthesizer {
    /// A voice that speaks with `tts`, on one of the cores that `seat` shares.
    pub fn new(tts: Box<dyn Tts>, seat: Seat, delivery: Delivery) -> Self {
        Self { tts, seat, delivery }
    }
}

impl Worker for Synthesizer {
    type Order = Speak;
    type Report = Synthesized;
    const NAME: &'static str = "synthesizer";

    fn hire(engines: &mut Engines, tools: &Tools) -> Self {
        let tts = std::mem::replace(&mut engines.tts, Box::new(Lost));
        Self::new(tts, tools.seat(0), delivery(&tools.config))
    }

    fn give_back(self, engines: &mut Engines) {
        engines.tts = self.tts;
    }

    fn cancel(order: &Speak) -> Cancel {
        order.cancel.clone()
    }

    fn seat(&self) -> &Seat {
        &self.seat
    }

    fn run(&mut self, order: Speak, cancel: &Cancel, emit: &mut dyn FnMut(Synthesized)) {
        let Speak { turn, text, first, pace, .. } = order;
        let speed = (self.delivery.speed * pace).clamp(0.5, 2.0);
        let delivery = Delivery { speed, ..self.delivery };
        let mut lead_in = match first {
            true => LeadIn::new(self.tts.sample_rate(), self.delivery.volume),
            false => LeadIn::heard(),
        };
        let taken = self.seat.take(1, 1, cancel);
        let spoken = taken.and_then(|_taken| {
            self.tts.speak(&text, &delivery, cancel, &mut |samples| {
                let samples = lead_in.of(samples).to_vec();
                if !samples.is_empty() {
                    emit(Synthesized::Sound { turn, samples });
                }
            })
        });
        let earlier = |word: WordTiming| {
            let at = |sample: usize| sample.saturating_sub(lead_in.cut);
            WordTiming { samples: at(word.samples.start)..at(word.samples.end), ..word }
        };
        emit(match spoken {
            Ok(spoken) => {
                let words = spoken.words.into_iter().map(earlier).collect();
                Synthesized::Spoken { turn, words }
            }
            Err(error) => Synthesized::Broken { turn, error },
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inaudible_beginning_is_left_out() {
        let quiet = vec![0.001; 1_000];
        let loud = vec![0.1; 10];
        // At 24 kHz, 96 samples before the first audible one are kept.
        let mut lead_in = LeadIn::new(24_000, 1.0);
        let sound = [&quiet[..500], &loud].concat();
        assert_eq!(lead_in.of(&sound).len(), 96 + 10);
        assert_eq!(lead_in.of(&quiet).len(), 1_000);
        assert_eq!(lead_in.cut, 404);

        // Block by block, and at most 40 ms.
        let mut lead_in = LeadIn::new(24_000, 1.0);
        assert!(lead_in.of(&quiet[..900]).is_empty());
        assert_eq!(lead_in.of(&quiet).len(), 940);
        assert_eq!(lead_in.cut, 960);

        // No more of a soft voice is cut.
        assert_eq!(LeadIn::new(24_000, 0.1).of(&quiet).len(), 1_000);
        assert_eq!(LeadIn::heard().of(&quiet).len(), 1_000);
    }
}
