//! The time of day: a wall clock, or one that advances with the sound.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use jiff::{SignedDuration, Zoned};
use sayso_core::audio::SampleTime;

/// A source of the time.
pub trait Clock: Send + Sync {
    /// The time now, in the user's time zone.
    fn now(&self) -> Zoned;

    /// The time since some moment, by a clock that nobody sets and that runs while the machine is
    /// suspended.
    fn steady(&self) -> Duration;
}

/// The clock of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Zoned {
        Zoned::now()
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn steady(&self) -> Duration {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
    }

    // Elsewhere the standard library's clock may stop while the machine is suspended.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn steady(&self) -> Duration {
        static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        START.get_or_init(std::time::Instant::now).elapsed()
    }
}

/// A clock that advances only with the sound that is heard: with it, a recording gives the same
/// answers whenever it is played.
#[derive(Debug)]
pub struct SampleClock {
    start: Zoned,
    heard: Mutex<SampleTime>,
}

impl SampleClock {
    /// A clock that shows `start` at the first sample.
    pub fn new(start: Zoned) -> Self {
        Self { start, heard: Mutex::new(SampleTime::ZERO) }
    }

    /// Sets how much has been heard since the start.
    pub fn set(&self, heard: SampleTime) {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = heard;
    }

    fn heard(&self) -> SampleTime {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for SampleClock {
    fn now(&self) -> Zoned {
        let passed = i64::try_from(self.heard().as_ms()).unwrap_or(i64::MAX);
        let passed = SignedDuration::from_millis(passed);
        // At the calendar's end it stops.
        self.start.checked_add(passed).unwrap_or_else(|_| self.start.clone())
    }

    fn steady(&self) -> Duration {
        Duration::from_millis(self.heard().as_ms())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_advances_with_the_sound() {
        let start: Zoned = "2026-11-29T23:59:50+00:00[UTC]".parse().expect("a time");
        let clock = SampleClock::new(start.clone());
        assert_eq!(clock.now(), start);
        clock.set(SampleTime::from_ms(15_000));
        assert_eq!(clock.now().datetime().to_string(), "2026-11-30T00:00:05");
        assert_eq!(clock.steady(), Duration::from_secs(15));
        clock.set(SampleTime(u64::MAX));
        assert_eq!(clock.now(), start);
    }
}
