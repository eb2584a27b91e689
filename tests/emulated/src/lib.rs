#![forbid(unsafe_code)]
//! A satellite under QEMU, for tests. It runs the firmware of `firmware/mps2`, and a test can reach
//! its microphone, its loudspeaker, its button and its LEDs ([`Emulator`], [`with_satellite`],
//! [`with_sealed_satellite`]). The [`Wire`] to it can lose bytes or be cut.

mod emulator;
mod wire;

pub use emulator::{
    Emulator, Firmware, with_satellite, with_sealed_satellite, with_sleeping_satellite,
};
pub use wire::Wire;
