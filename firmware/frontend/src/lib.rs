//! Sayso's front end: from captured samples to "speech began", "may have ended", "ended".
//!
//! ```text
//! samples ─► echo canceller ─► noise suppression, ─► voice activity ─► endpointer ─► frames
//!                              gain control          detector
//! ```
//!
//! The assistant's own voice is taken out first ([`echo`]), then noise if that is asked
//! for ([`noise`]); whatever follows gets the cleaned sound. While the assistant speaks,
//! speech must also be near ([level gate](FrontEnd)) and must not resemble the reply.

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

pub use cleaner::{Cleaner, Cleaning};
pub use front_end::{Attention, BargeIn, FrontEnd, HeardFrame};
pub use recorder::Recorder;
pub use segments::segments;
