//! End of turn: does an utterance sound as if the speaker has finished?
//!
//! A pause shows only that somebody is silent. How the words before it were said (pitch, pace, the
//! length of the last syllable) shows more: whether more is to come.

use crate::{Cancel, Result};

#[cfg(feature = "smart-turn")]
mod smart_turn;
#[cfg(feature = "smart-turn")]
pub use smart_turn::{SmartTurn, SmartTurnWeights};

/// A judge of whether utterances are complete.
///
/// It keeps nothing between calls, so one judge can serve any number of streams.
pub trait EndOfTurn: Send {
    /// The probability (0 to 1) that the speaker has finished. `audio` is the end of what was said
    /// so far: 16 kHz mono, −1 to 1, any length, up to the moment of the question, including the
    /// pause that caused it. It may compute on `threads` threads; the result does not depend on
    /// their number.
    ///
    /// # Errors
    /// [`Cancelled`](crate::ErrorKind::Cancelled) when `cancel` was set during the call,
    /// [`Engine`](crate::ErrorKind::Engine) when inference fails.
    fn completeness(&mut self, audio: &[f32], threads: usize, cancel: &Cancel) -> Result<f32>;

    /// Clears the sound that is left in buffers, for the next user. A judge that keeps none has
    /// nothing to do.
    ///
    /// # Errors
    /// [`Engine`](crate::ErrorKind::Engine) when this fails; the judge must then not be used for
    /// another user.
    fn wipe(&mut self) -> Result<()> {
        Ok(())
    }
}
