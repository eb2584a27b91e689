//! Sayso's front end: turns captured samples into "speech began", "may have ended", "ended".
//!
//! ```text
//! samples ─► echo canceller ─► noise suppression, ─► voice activity ─► endpointer ─► frames
//!                              gain control    │     detector
//!                                              └──► wake detector
//! ```
//!
//! First the assistant's own voice is removed ([`echo`]), then noise if that is enabled
//! ([`noise`]); everything after that uses the cleaned sound. While the assistant speaks, speech
//! must also be near ([level gate](FrontEnd)) and must not resemble the reply. Wake phrases, if
//! any are listened for, are found in the same cleaned sound ([`WakeDetector`]); typed ones only
//! where somebody may be speaking.

#![forbid(unsafe_code)]

mod cleaner;
pub mod echo;
mod front_end;
mod headphones;
mod level_gate;
pub mod noise;
mod recorder;
mod segments;
mod similarity;
mod wake;

pub use cleaner::{Cleaner, Cleaning};
pub use front_end::{Attention, BargeIn, FrontEnd, HeardFrame};
pub use recorder::Recorder;
pub use segments::segments;
pub use wake::{MAYBE_SPEECH, WakeDetector, WakePhrase, Woken};
