//! What was sent recently, at the capture rate: the echo canceller's reference.

use std::collections::VecDeque;

use sayso_audio_io::{Resampler, rescale_floor};
use sayso_board::{BoardError, CAPTURE_RATE};

/// How much is kept, in samples: more than a peer's buffer and the delays in both directions.
const KEPT: usize = 3 * CAPTURE_RATE as usize;

/// The sound sent to the loudspeaker, found by its place.
pub struct Said {
    rate: u32,
    resampler: Resampler,
    samples: VecDeque<f32>,
    /// The number of the first sample kept, from the session's start.
    first: u64,
    scratch: Vec<f32>,
}

impl Said {
    /// # Errors
    /// For a rate that cannot be resampled.
    pub fn new(rate: u32) -> Result<Self, BoardError> {
        Ok(Self {
            rate,
            resampler: Resampler::new(rate, CAPTURE_RATE)?,
            samples: VecDeque::new(),
            first: 0,
            scratch: Vec::new(),
        })
    }

    /// Adds sound that was sent.
    pub fn push(&mut self, samples: &[f32]) {
        self.scratch.clear();
        self.resampler.process(samples, &mut self.scratch);
        self.keep();
    }

    fn keep(&mut self) {
        self.samples.extend(&self.scratch);
        let surplus = self.samples.len().saturating_sub(KEPT);
        self.samples.drain(..surplus);
        self.first += surplus as u64;
    }

    /// A run of sound ends at `place`: what is after it will not be played, and the next run
    /// begins there.
    pub fn cut(&mut self, place: u64) {
        self.scratch.clear();
        self.resampler.finish(&mut self.scratch);
        self.keep();
        let kept = self.index(place).saturating_sub(self.first) as usize;
        self.samples.resize(kept.min(KEPT), 0.0);
    }

    /// What was played from `place` on.
    pub fn played(&self, place: u64, out: &mut [f32]) {
        let from = self.index(place);
        for (sample, n) in out.iter_mut().zip(from..) {
            let kept = n.checked_sub(self.first).and_then(|n| self.samples.get(n as usize));
            *sample = kept.copied().unwrap_or_default();
        }
    }

    fn index(&self, place: u64) -> u64 {
        rescale_floor(place, self.rate, CAPTURE_RATE)
    }
}
