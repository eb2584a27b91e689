//! Cuts a stream of any chunks into frames.

/// Cuts a stream that comes in chunks of any length into frames of `N` samples.
#[derive(Clone, Debug)]
pub struct Framer<const N: usize> {
    frame: [f32; N],
    filled: usize,
}

impl<const N: usize> Framer<N> {
    /// An empty framer. `N` must not be 0.
    pub const fn new() -> Self {
        assert!(N > 0, "a frame holds at least one sample");
        Self { frame: [0.0; N], filled: 0 }
    }

    /// Adds `samples` and calls `each` with every frame that is now full, in order. Never
    /// allocates.
    pub fn push(&mut self, mut samples: &[f32], mut each: impl FnMut(&[f32; N])) {
        while !samples.is_empty() {
            let n = (N - self.filled).min(samples.len());
            self.frame[self.filled..self.filled + n].copy_from_slice(&samples[..n]);
            self.filled += n;
            samples = &samples[n..];
            if self.filled == N {
                self.filled = 0;
                each(&self.frame);
            }
        }
    }

    /// The samples of the frame that is not yet full.
    pub fn rest(&self) -> &[f32] {
        &self.frame[..self.filled]
    }

    /// Forgets the samples of the frame that is not yet full.
    pub fn clear(&mut self) {
        self.filled = 0;
    }
}

impl<const N: usize> Default for Framer<N> {
    fn default() -> Self {
        Self::new()
    }
}
