//! The loudspeaker's queue, which the clock empties.

use std::collections::VecDeque;

/// What was written and not yet played, and how much was played.
#[derive(Default)]
pub struct Speaker {
    queue: VecDeque<f32>,
    played: u64,
}

impl Speaker {
    pub fn write(&mut self, samples: &[f32]) {
        self.queue.extend(samples);
    }

    pub fn played(&self) -> u64 {
        self.played
    }

    pub fn queued(&self) -> usize {
        self.queue.len()
    }

    /// The sound for the next `count` samples of time; silence where nothing is queued.
    pub fn play(&mut self, count: usize) -> impl Iterator<Item = f32> + '_ {
        let sound = count.min(self.queue.len());
        self.played += sound as u64;
        self.queue.drain(..sound).chain(std::iter::repeat_n(0.0, count - sound))
    }

    /// Fades out over the next `fade` samples, drops those after them, and returns how many were
    /// dropped. Sound that is written from now on is played after the fade.
    pub fn stop(&mut self, fade: usize) -> usize {
        let kept = fade.min(self.queue.len());
        let dropped = self.queue.len() - kept;
        self.queue.truncate(kept);
        for (n, sample) in self.queue.iter_mut().enumerate() {
            *sample *= 1.0 - (n + 1) as f32 / (fade + 1) as f32;
        }
        dropped
    }
}
