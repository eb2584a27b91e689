//! The sample clock: time is counted in samples, so that no other clock is needed.

use core::ops::{Add, AddAssign, Sub};

/// Samples per second on the microphone's clock (16 kHz mono).
pub const SAMPLE_RATE: u32 = 16_000;

/// Samples in one frame of the voice activity detector: 32 ms.
pub const FRAME: usize = 512;

/// A point in time, or a length of time, in samples at [`SAMPLE_RATE`].
///
/// As a point in time it counts from the first sample of the microphone's stream. Arithmetic
/// saturates: it never wraps and never panics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Samples(pub u64);

impl Samples {
    /// The first sample, or a length of zero.
    pub const ZERO: Self = Self(0);
    /// The length of one [`FRAME`].
    pub const FRAME: Self = Self(FRAME as u64);

    /// This many milliseconds.
    pub const fn from_ms(ms: u64) -> Self {
        Self(ms.saturating_mul(SAMPLE_RATE as u64 / 1000))
    }

    /// In whole milliseconds, rounded down.
    pub const fn as_ms(self) -> u64 {
        self.0 / (SAMPLE_RATE as u64 / 1000)
    }
}

impl Add for Samples {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Samples {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Samples {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}
