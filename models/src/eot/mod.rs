//! End of turn: does an utterance sound as if the speaker has finished?
//!
//! A pause shows only that somebody is silent. How the words before it were
//! said (pitch, pace, the last syllable's length) shows more: whether more is
//! to come.

use crate::{Cancel, Result};

#[cfg(feature = "smart-turn")]
mod smart_turn;
#[cfg(feature = "smart-turn")]
pub use smart_turn::{SmartTurn, SmartTurnWeights};

/// A judge of whether utterances are complete.
///
/// It keeps nothing from call to call; one judge serves any number of streams.
pub trait EndOfTurn: Send {
    /// The probability (0…1) that the speaker has finished, given the end of
    /// what was said so far: 16 kHz mono, −1…1, any length, up to the moment
    /// of the question, the pause that raised it included. It may compute on so many
    /// `threads`; the result does not depend on their number.
    ///
    /// # Errors
    /// [`Cancelled`](crate::ErrorKind::Cancelled) when `cancel` was set meanwhile,
    /// [`Engine`](crate::ErrorKind::Engine) when inference fails.
    fn completeness(&mut self, audio: &[f32], threads: usize, cancel: &Cancel) -> Result<f32>;

    /// Clears what sound is left in buffers, for the next user. One that keeps none has
    /// nothing to do.
    ///
    /// # Errors
    /// [`Engine`](crate::ErrorKind::Engine) when it cannot be done; the judge is then not
    /// fit for another user.
    fn wipe(&mut self) -> Result<()> {
        Ok(())
    }
}
