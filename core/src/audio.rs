//! The sample clock: time is counted in samples, so that no other clock is needed.
//!
//! [`SampleTime`] is a point in time, [`Samples`] a length of time. The difference of two points
//! is a length, a point and a length make another point, and there is no sum of two points:
//!
//! ```
//! use sayso_core::audio::{SampleTime, Samples};
//!
//! let (speech_end, now) = (SampleTime::from_ms(1_000), SampleTime::from_ms(1_600));
//! let quiet: Samples = now - speech_end;
//! assert_eq!(quiet.as_ms(), 600);
//! assert_eq!(speech_end + quiet, now);
//! ```
//!
//! ```compile_fail,E0277
//! # use sayso_core::audio::SampleTime;
//! let sum = SampleTime::from_ms(1_000) + SampleTime::from_ms(1_600);
//! ```
//!
//! There is nothing before the first sample, and no length is negative. A `-` whose result would
//! be negative is a mistake in the code: it panics with debug assertions; without them the result
//! is zero and the mistake is [counted](wrong_order). Use `saturating_sub` and
//! [`saturating_since`](SampleTime::saturating_since) where it may happen.

use core::ops::{Add, AddAssign, Sub};
use core::sync::atomic::{AtomicU32, Ordering};

/// Samples per second on the microphone's clock (16 kHz mono).
pub const SAMPLE_RATE: u32 = 16_000;

/// Samples in one frame of the voice activity detector: 32 ms.
pub const FRAME: usize = 512;

/// A length of time, in samples at [`SAMPLE_RATE`].
///
/// A sum saturates. A difference below zero is a mistake (see the [module](self)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Samples(pub u64);

/// A point in time, in samples at [`SAMPLE_RATE`] since the clock began. A conversation's clock
/// begins with the first sample of the microphone stream.
///
/// A sum saturates. A difference below zero is a mistake (see the [module](self)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct SampleTime(pub u64);

impl Samples {
    /// A length of zero.
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

    /// How much longer it is than `other`; zero if it is not longer.
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl SampleTime {
    /// The first sample.
    pub const ZERO: Self = Self(0);

    /// This many milliseconds after the first sample.
    pub const fn from_ms(ms: u64) -> Self {
        Self(Samples::from_ms(ms).0)
    }

    /// In whole milliseconds after the first sample, rounded down.
    pub const fn as_ms(self) -> u64 {
        Samples(self.0).as_ms()
    }

    /// The point `length` before this one; the first sample if there is no such point.
    pub const fn saturating_sub(self, length: Samples) -> Self {
        Self(self.0.saturating_sub(length.0))
    }

    /// The length from `earlier` to this; zero if `earlier` is later.
    pub const fn saturating_since(self, earlier: Self) -> Samples {
        Samples(self.0.saturating_sub(earlier.0))
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
    #[track_caller]
    fn sub(self, other: Self) -> Self {
        Self(difference(self.0, other.0))
    }
}

impl Add<Samples> for SampleTime {
    type Output = Self;
    fn add(self, length: Samples) -> Self {
        Self(self.0.saturating_add(length.0))
    }
}

impl AddAssign<Samples> for SampleTime {
    fn add_assign(&mut self, length: Samples) {
        *self = *self + length;
    }
}

impl Sub<Samples> for SampleTime {
    type Output = Self;
    #[track_caller]
    fn sub(self, length: Samples) -> Self {
        Self(difference(self.0, length.0))
    }
}

impl Sub for SampleTime {
    type Output = Samples;
    #[track_caller]
    fn sub(self, earlier: Self) -> Samples {
        Samples(difference(self.0, earlier.0))
    }
}

static WRONG_ORDER: AtomicU32 = AtomicU32::new(0);

/// How many differences below zero were asked for since the program began. Each is a mistake in
/// the code. With debug assertions there is none, because the first one panics.
pub fn wrong_order() -> u32 {
    WRONG_ORDER.load(Ordering::Relaxed)
}

#[track_caller]
fn difference(from: u64, less: u64) -> u64 {
    debug_assert!(less <= from, "{from} - {less} samples: the wrong way round");
    from.checked_sub(less).unwrap_or_else(|| {
        // Not an atomic addition, because a Cortex-M0+ can only load and store. Two threads at the
        // same moment may count once instead of twice, which still shows that there was a mistake.
        WRONG_ORDER.store(wrong_order().saturating_add(1), Ordering::Relaxed);
        0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EARLY: SampleTime = SampleTime(1_000);
    const LATE: SampleTime = SampleTime(1_600);
    const LENGTH: Samples = Samples(600);

    #[test]
    fn points_and_lengths_add_up() {
        assert_eq!(LATE - EARLY, LENGTH);
        assert_eq!(EARLY + LENGTH, LATE);
        assert_eq!(LATE - LENGTH, EARLY);
        assert_eq!(LENGTH + LENGTH - LENGTH, LENGTH);
        assert_eq!((EARLY - EARLY, LENGTH - LENGTH), (Samples::ZERO, Samples::ZERO));
        let (mut at, mut length) = (EARLY, LENGTH);
        at += LENGTH;
        length += LENGTH;
        assert_eq!((at, length), (LATE, Samples(1_200)));
    }

    #[test]
    fn the_end_of_the_clock_is_never_passed() {
        let end = SampleTime(u64::MAX);
        assert_eq!(end + LENGTH, end);
        assert_eq!(Samples(u64::MAX) + LENGTH, Samples(u64::MAX));
        assert_eq!(SampleTime::from_ms(u64::MAX), end);
    }

    #[test]
    fn milliseconds_are_rounded_down() {
        assert_eq!((Samples::from_ms(2), SampleTime::from_ms(2)), (Samples(32), SampleTime(32)));
        assert_eq!((Samples(47).as_ms(), SampleTime(47).as_ms()), (2, 2));
    }

    #[test]
    fn saturating_on_purpose_stops_at_zero_and_is_no_mistake() {
        assert_eq!(LATE.saturating_since(EARLY), LENGTH);
        assert_eq!(EARLY.saturating_since(LATE), Samples::ZERO);
        assert_eq!(LATE.saturating_sub(LENGTH), EARLY);
        assert_eq!(SampleTime(100).saturating_sub(LENGTH), SampleTime::ZERO);
        assert_eq!(Samples(700).saturating_sub(LENGTH), Samples(100));
        assert_eq!(LENGTH.saturating_sub(Samples(700)), Samples::ZERO);
    }

    #[cfg(debug_assertions)]
    mod with_debug_assertions {
        use super::*;

        #[test]
        #[should_panic(expected = "1000 - 1600 samples: the wrong way round")]
        fn two_points_the_wrong_way_round_panic() {
            let _ = EARLY - LATE;
        }

        #[test]
        #[should_panic(expected = "the wrong way round")]
        fn a_point_before_the_first_sample_panics() {
            let _ = SampleTime(599) - LENGTH;
        }

        #[test]
        #[should_panic(expected = "the wrong way round")]
        fn a_negative_length_panics() {
            let _ = LENGTH - Samples(601);
        }
    }

    /// The only test of this crate that makes the mistake: the count belongs to the whole process.
    #[cfg(not(debug_assertions))]
    #[test]
    fn the_wrong_way_round_is_zero_and_counted() {
        assert_eq!(wrong_order(), 0);
        assert_eq!(EARLY - LATE, Samples::ZERO);
        assert_eq!(wrong_order(), 1);
        assert_eq!(SampleTime(599) - LENGTH, SampleTime::ZERO);
        assert_eq!(LENGTH - Samples(601), Samples::ZERO);
        assert_eq!(wrong_order(), 3);
    }
}
