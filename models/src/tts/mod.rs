//! Text to speech.

#[cfg(feature = "hibari")]
mod hibari;

#[cfg(feature = "hibari")]
pub use hibari::{Hibari, HibariWeights};

use crate::{Cancel, Result};

/// How to speak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delivery {
    /// 1 is the voice's own pace; 2 twice as fast. 0.5…2.
    pub speed: f32,
    /// Amplitude factor; 1 leaves the voice as it is. 0…2; the result is clipped softly.
    pub volume: f32,
}

impl Default for Delivery {
    fn default() -> Self {
        Self { speed: 1.0, volume: 1.0 }
    }
}

/// The result of speaking.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Spoken {
    /// Samples passed on, at the voice's sample rate.
    pub samples: usize,
    /// Where each word of the original text is in them.
    pub words: Vec<WordTiming>,
}

/// Where one word of the original text is in the sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordTiming {
    /// Byte range of the word in the original text (before normalisation).
    pub text: std::ops::Range<usize>,
    /// Sample range of its sound, at the voice's sample rate.
    pub samples: std::ops::Range<usize>,
}

/// A voice.
pub trait Tts: Send {
    /// The sample rate of its sound, in Hz.
    fn sample_rate(&self) -> u32;

    /// Speaks one clause: plain text as a person would write it, including numbers, times and
    /// units. Sound (mono) is passed to `on_sound` block by block as it is made. Text without
    /// anything to say gives no sound.
    ///
    /// # Errors
    /// [`Cancelled`](crate::ErrorKind::Cancelled) within one block after `cancel` was set;
    /// [`Input`](crate::ErrorKind::Input) for a clause that is far too long;
    /// [`Engine`](crate::ErrorKind::Engine) when inference fails.
    fn speak(
        &mut self,
        clause: &str,
        delivery: &Delivery,
        cancel: &Cancel,
        on_sound: &mut dyn FnMut(&[f32]),
    ) -> Result<Spoken>;

    /// Clears the sound and text that is left in buffers, for the next user. A voice that keeps
    /// none has nothing to do.
    ///
    /// # Errors
    /// [`Engine`](crate::ErrorKind::Engine) when this fails; the voice must then not be used for
    /// another user.
    fn wipe(&mut self) -> Result<()> {
        Ok(())
    }
}
