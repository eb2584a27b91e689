#![forbid(unsafe_code)]
//! A satellite under QEMU, for tests: the firmware of `firmware/mps2` with a microphone, a
//! loudspeaker, a button and LEDs that a test can reach ([`Emulator`], [`with_satellite`],
//! [`with_sealed_satellite`]); and a wire to it that can lose bytes or be cut ([`Wire`]).

mod emulator;
mod wire;

pub use emulator::{Emulator, with_satellite, with_sealed_satellite};
pub use wire::Wire;
