//! The firmware of a satellite: a microphone, a loudspeaker, a button and an LED
//! on a microcontroller, which carry sound to and from the assistant over a
//! serial link and show its state.
//!
//! Generic over its board (the traits in [`board`], and those of `embedded-hal`);
//! `no_std`, no allocation, no unsafe code, no floating point.
//!
//! ```text
//!            interrupt                  │ main loop: Satellite::poll
//!                                       │
//! microphone ─DMA─► DC removal, gain ─queue─► gate ──────► link ──► serial
//!                   (silence if muted)  │      pre-roll     ▲│
//! loudspeaker ◄─DMA─────────────────◄─queue─ volume ◄─ buffer│
//!                                       │                    ▼
//!                                       │   LED, mute LED, button
//! ```
//!
//! The interrupt ([`AudioInterrupt`]) and the loop ([`Satellite`]) exchange sound through two
//! lock-free queues ([`Exchange`]). Neither waits for the other. If the loop stalls for any reason,
//! the interrupt drops the microphone's sound, plays silence, and counts both.
//!
//! `docs/satellite.md` describes what a board must do; `firmware/pico` and `firmware/mps2` are two
//! boards.

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

mod audio;
pub mod board;
mod filter;
mod gate;
mod panel;
mod player;
mod satellite;
#[cfg(feature = "secure")]
mod sealed;

pub use audio::{AudioInterrupt, Exchange, Heard, Sound};
pub use filter::{Filter, Gain};
pub use gate::{Gate, GateConfig};
pub use panel::Panel;
pub use player::Player;
pub use satellite::{Buffers, Config, Satellite};
#[cfg(feature = "secure")]
pub use sealed::Sealed;

/// Samples in a block from the microphone: 20 ms at 16 kHz, which is also a block
/// on the link.
pub const HEARD_BLOCK: usize = 320;

/// Samples in a block for the loudspeaker: 10 ms at 24 kHz. Shorter than the microphone's blocks,
/// because two of them wait in the queue before they are heard.
pub const PLAYED_BLOCK: usize = 240;
