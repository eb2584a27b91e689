//! Voice activity detection: is somebody speaking in this frame?

use crate::Result;

#[cfg(feature = "silero")]
mod silero;
#[cfg(feature = "silero")]
pub use silero::{Silero, SileroWeights};

/// A voice activity detector for one stream of 16 kHz mono sound.
///
/// It holds the state between frames, so one detector serves one stream.
pub trait Vad: Send {
    /// Samples per frame at 16 kHz (512 for Silero, 32 ms).
    fn frame_len(&self) -> usize;

    /// The probability (0…1) that `frame`, the next [`frame_len`](Self::frame_len)
    /// samples of the stream, holds speech.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) for a frame of another length,
    /// [`Engine`](crate::ErrorKind::Engine) when inference fails.
    fn process(&mut self, frame: &[f32]) -> Result<f32>;

    /// Forgets the stream: the next frame is the first of a new one.
    fn reset(&mut self);
}

impl<V: Vad + ?Sized> Vad for &mut V {
    fn frame_len(&self) -> usize {
        (**self).frame_len()
    }

    fn process(&mut self, frame: &[f32]) -> Result<f32> {
        (**self).process(frame)
    }

    fn reset(&mut self) {
        (**self).reset();
    }
}
