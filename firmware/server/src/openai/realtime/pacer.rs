//! Lets sound through as fast as it was spoken: a client may send a whole recording at once. Pure.

use std::collections::VecDeque;
use std::time::Duration;

/// How much may be let through ahead of time, so that sound that arrives in time does not wait.
const AHEAD: Duration = Duration::from_millis(200);
/// After this long without sound, the microphone counts as off.
const OFF: Duration = Duration::from_millis(400);

/// Sound on its way to the conversation.
#[derive(Debug)]
pub struct Pacer {
    rate: u32,
    most: usize,
    queue: VecDeque<f32>,
    /// When the first sample of the present stretch was let through, and how many since.
    begun: Option<(Duration, u64)>,
    /// When sound was last let through.
    last: Duration,
}

impl Pacer {
    /// For sound at `rate` Hz. At most `most` samples wait.
    pub fn new(rate: u32, most: usize) -> Self {
        Self { rate, most, queue: VecDeque::new(), begun: None, last: Duration::ZERO }
    }

    /// Takes sound. Returns whether there was room for it.
    pub fn push(&mut self, samples: &[f32]) -> bool {
        let fits = self.queue.len() + samples.len() <= self.most;
        if fits {
            self.queue.extend(samples);
        }
        fits
    }

    /// Forgets what waits.
    pub fn clear(&mut self) {
        self.queue.clear();
    }

    /// What may be let through now.
    pub fn take(&mut self, now: Duration) -> Vec<f32> {
        if self.queue.is_empty() {
            return Vec::new();
        }
        let time = |samples: u64| Duration::from_secs_f64(samples as f64 / f64::from(self.rate));
        // After a pause the count begins again, so that the pause is not made up for.
        let (begun, count) = match self.begun {
            Some((begun, count)) if begun + time(count) + AHEAD >= now => (begun, count),
            _ => (now, 0),
        };
        let due = (now + AHEAD).saturating_sub(begun).as_micros() as u64;
        let due = due * u64::from(self.rate) / 1_000_000;
        let n = due.saturating_sub(count).min(self.queue.len() as u64);
        self.begun = Some((begun, count + n));
        if n > 0 {
            self.last = now;
        }
        self.queue.drain(..n as usize).collect()
    }

    /// Whether no sound has come for so long that the microphone counts as off.
    pub fn is_off(&self, now: Duration) -> bool {
        self.queue.is_empty() && now.saturating_sub(self.last) > OFF
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn sound_in_time_does_not_wait() {
        let mut pacer = Pacer::new(1_000, 10_000);
        for n in 0..200 {
            assert!(pacer.push(&[0.0; 20]));
            assert_eq!(pacer.take(20 * n * MS).len(), 20);
        }
        assert!(!pacer.is_off(20 * 200 * MS) && pacer.is_off(20 * 200 * MS + 500 * MS));
    }

    #[test]
    fn a_recording_takes_its_time() {
        let mut pacer = Pacer::new(1_000, 10_000);
        assert!(pacer.push(&[0.0; 5_000]));
        let mut let_through = Vec::new();
        for n in 0..500 {
            let_through.push(pacer.take(20 * n * MS).len());
        }
        assert_eq!(let_through.iter().sum::<usize>(), 5_000);
        assert_eq!(let_through[0], 200);
        assert!(let_through[1..].iter().all(|n| *n <= 20));
    }

    #[test]
    fn a_pause_is_not_made_up_for() {
        let mut pacer = Pacer::new(1_000, 10_000);
        assert!(pacer.push(&[0.0; 100]) && pacer.take(Duration::ZERO).len() == 100);
        assert!(pacer.push(&[0.0; 5_000]));
        assert_eq!(pacer.take(10_000 * MS).len(), 200);
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut pacer = Pacer::new(1_000, 100);
        assert!(pacer.push(&[0.0; 100]) && !pacer.push(&[0.0]));
        pacer.clear();
        assert!(pacer.take(Duration::ZERO).is_empty() && pacer.push(&[0.0]));
    }
}
