#![forbid(unsafe_code)]
//! A satellite under QEMU, for tests: the firmware of `boards/mps2` with a
//! microphone to speak into, a loudspeaker to listen to, a button to press and LEDs
//! to look at ([`Emulator`], [`with_satellite`], [`with_sealed_satellite`]); and a wire to it that loses bytes or is cut ([`Wire`]).

mod emulator;
mod wire;

pub use emulator::{Emulator, with_satellite, with_sealed_satellite};
pub use wire::Wire;
