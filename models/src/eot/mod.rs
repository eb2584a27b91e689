//! The end of a turn: how complete an utterance sounds.

use crate::{Cancel, Result};

/// Tells from its sound whether an utterance is complete.
pub trait EndOfTurn: Send {
    /// The probability (0…1) that the speaker of `audio` (16 kHz mono, the end
    /// of the utterance, any length) has finished.
    ///
    /// # Errors
    /// [`Cancelled`](crate::ErrorKind::Cancelled) after `cancel`;
    /// [`Engine`](crate::ErrorKind::Engine) when inference fails.
    fn completeness(&mut self, audio: &[f32], cancel: &Cancel) -> Result<f32>;
}
