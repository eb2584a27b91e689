//! The voice: clause by clause to sound.

use sayso_core::turn::TurnId;
use sayso_models::Cancel;
use sayso_models::tts::{Delivery, Tts, WordTiming};

use crate::cores::Cores;

/// A clause to speak.
#[derive(Clone, Debug)]
pub struct Utter {
    /// The turn it belongs to.
    pub turn: TurnId,
    /// The words.
    pub text: String,
    /// Stops the work.
    pub cancel: Cancel,
}

/// What becomes of it.
#[derive(Debug)]
pub enum Voiced {
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
        /// Where its words lie in its sound.
        words: Vec<WordTiming>,
    },
    /// The work broke off, cancelled or failed.
    Broken {
        /// The turn it belongs to.
        turn: TurnId,
        /// Why.
        error: sayso_models::Error,
    },
}

/// A voice and how it speaks.
pub struct Voice<'a> {
    tts: &'a mut dyn Tts,
    cores: Cores,
    delivery: Delivery,
}

impl<'a> Voice<'a> {
    /// A voice that speaks by `tts`, on one of the `cores`.
    pub fn new(tts: &'a mut dyn Tts, cores: Cores, delivery: Delivery) -> Self {
        Self { tts, cores, delivery }
    }

    /// Speaks one clause, emitting its sound as it is made.
    pub fn utter(&mut self, order: Utter, emit: &mut dyn FnMut(Voiced)) {
        let Utter { turn, text, cancel } = order;
        let _taken = self.cores.take(1, 1);
        let spoken = self.tts.speak(&text, &self.delivery, &cancel, &mut |samples| {
            emit(Voiced::Sound { turn, samples: samples.to_vec() });
        });
        emit(match spoken {
            Ok(spoken) => Voiced::Spoken { turn, words: spoken.words },
            Err(error) => Voiced::Broken { turn, error },
        });
    }
}
