//! The last sound heard, from which utterances are taken.

use sayso_core::audio::{SampleTime, Samples};

/// The last sound heard, from which utterances are taken.
#[derive(Debug)]
pub struct Recorder {
    samples: std::collections::VecDeque<f32>,
    capacity: usize,
    end: SampleTime,
}

impl Recorder {
    /// Remembers at least the last `length` of sound.
    pub fn new(length: Samples) -> Self {
        let capacity = usize::try_from(length.0).unwrap_or(usize::MAX);
        Self { samples: std::collections::VecDeque::new(), capacity, end: SampleTime::ZERO }
    }

    /// Takes the next samples; they end at `end`.
    pub fn push(&mut self, samples: &[f32], end: SampleTime) {
        self.samples.extend(samples);
        let excess = self.samples.len().saturating_sub(self.capacity);
        self.samples.drain(..excess);
        self.end = end;
    }

    /// The sound from `from` to `to`, or the part of it that is remembered.
    pub fn range(&self, from: SampleTime, to: SampleTime) -> Vec<f32> {
        let start = self.end.saturating_sub(Samples(self.samples.len() as u64));
        let place = |at: SampleTime| {
            usize::try_from(at.saturating_since(start).0)
                .unwrap_or(usize::MAX)
                .min(self.samples.len())
        };
        let (from, to) = (place(from), place(to));
        self.samples.range(from..to.max(from)).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorder_returns_what_it_remembers() {
        let mut recorder = Recorder::new(Samples(1000));
        for block in 0..30u64 {
            let samples: Vec<f32> = (block * 100..(block + 1) * 100).map(|n| n as f32).collect();
            recorder.push(&samples, SampleTime((block + 1) * 100));
        }
        let part = recorder.range(SampleTime(2500), SampleTime(2503));
        assert_eq!(part, [2500.0, 2501.0, 2502.0]);
        assert_eq!(recorder.range(SampleTime(0), SampleTime(2002)), [2000.0, 2001.0]);
        assert_eq!(recorder.range(SampleTime(2990), SampleTime(9000)).len(), 10);
        assert!(recorder.range(SampleTime(2600), SampleTime(2500)).is_empty());
    }
}
