//! When a quiet is the end of the turn.

use sayso::Result;
use sayso_core::audio::Samples;

/// A quiet that may be a pause or the end.
#[cfg_attr(not(test), expect(dead_code, reason = "a fixed hangover looks at nothing"))]
pub struct Quiet<'a> {
    /// How long it has lasted.
    pub silence: Samples,
    /// What was said up to it: 16 kHz mono. A policy that looks at the sound
    /// or transcribes it does so once for each quiet; its start tells them apart.
    pub utterance: &'a [f32],
    /// Where it began.
    pub start: Samples,
}

/// Decides how much quiet ends the turn.
pub trait Policy {
    /// The quiet that ends the turn, as far as is known now. Asked once a frame.
    ///
    /// # Errors
    /// When a model that it asks fails.
    fn hangover(&mut self, quiet: &Quiet<'_>) -> Result<Samples>;
}

/// The same for every quiet.
pub struct Fixed(pub Samples);

impl Policy for Fixed {
    fn hangover(&mut self, _: &Quiet<'_>) -> Result<Samples> {
        Ok(self.0)
    }
}
