//! Removes the assistant's own voice and noise from what is heard, before anything else uses it.

use crate::echo::EchoCanceller;
use crate::noise::NoiseSuppressor;
use crate::similarity::EchoSimilarity;

/// How the microphone's sound is cleaned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleaning {
    /// Remove the assistant's own voice from what the microphone hears.
    pub echo_cancellation: bool,
    /// Remove steady noise.
    pub noise_suppression: bool,
    /// Bring speech to an even level.
    pub gain_control: bool,
}

impl Default for Cleaning {
    fn default() -> Self {
        Self { echo_cancellation: true, noise_suppression: false, gain_control: false }
    }
}

/// From this [EchoSimilarity] on, what is heard counts as the assistant's own voice: before and
/// after the room is learnt. A voice in a dry room has a similarity to itself of 0.96 and more;
/// people reach 0.7 by chance. With these values no more people are missed (`sayso bench echo`).
const OWN_UNLEARNT: f32 = 0.8;
const OWN_LEARNT: f32 = 0.9;

/// Cleans what is heard, for the voice activity detector.
#[derive(Default)]
pub struct Cleaner {
    /// Removes the assistant's own voice.
    pub echo: Option<EchoCanceller>,
    /// Removes noise and evens the level.
    pub noise: Option<NoiseSuppressor>,
    similarity: EchoSimilarity,
}

impl Cleaner {
    /// A cleaner with the parts that `config` enables.
    pub fn new(config: &Cleaning) -> Self {
        Self {
            echo: config.echo_cancellation.then(EchoCanceller::new),
            noise: NoiseSuppressor::new(config.noise_suppression, config.gain_control),
            similarity: EchoSimilarity::new(),
        }
    }

    /// Whether what was just heard is the assistant's own voice, whatever the canceller has left
    /// of it.
    pub(crate) fn hears_itself(&self) -> bool {
        self.echo.as_ref().filter(|echo| echo.expects_echo()).is_some_and(|echo| {
            let enough = if echo.has_learnt() { OWN_LEARNT } else { OWN_UNLEARNT };
            self.similarity.of_the_last() >= enough
        })
    }

    /// Cleans a sound. `filtered` gets the same without the suppression of what is left of an echo:
    /// see [`EchoCanceller::process_twice`].
    pub(crate) fn process(&mut self, heard: &mut [f32], played: &[f32], filtered: &mut [f32]) {
        filtered.copy_from_slice(heard);
        if let Some(echo) = &mut self.echo {
            self.similarity.push(heard, played);
            echo.process_twice(heard, played, filtered);
        }
        if let Some(noise) = &mut self.noise {
            noise.process(heard);
        }
    }
}
