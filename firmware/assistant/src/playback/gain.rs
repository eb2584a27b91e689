//! Gains that change without a click, and a limiter that does not clip.

/// A gain that changes to another one linearly, sample by sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ramp {
    from: f32,
    to: f32,
    /// How many of its samples have passed, and how many there are.
    passed: usize,
    samples: usize,
}

impl Ramp {
    /// A gain that does not change.
    pub(super) fn steady(gain: f32) -> Self {
        Self { from: gain, to: gain, passed: 0, samples: 0 }
    }

    /// The gain of the sample number `n` from here.
    pub(super) fn at(&self, n: usize) -> f32 {
        let place = self.passed + n + 1;
        if place >= self.samples {
            return self.to;
        }
        self.from + (self.to - self.from) * (place as f32 / self.samples as f32)
    }

    /// Whether it is 1 and stays so.
    pub(super) fn is_one(&self) -> bool {
        self.passed >= self.samples && self.to == 1.0
    }

    /// The maximum from here on.
    pub(super) fn most(&self) -> f32 {
        self.at(0).max(self.to)
    }

    /// This many samples have passed.
    pub(super) fn pass(&mut self, samples: usize) {
        self.passed = (self.passed + samples).min(self.samples);
    }

    /// Changes to `gain` within this many samples. Returns whether this is another target than
    /// before.
    pub(super) fn go(&mut self, gain: f32, samples: usize) -> bool {
        let changes = gain != self.to;
        if self.passed == 0 && self.samples > 0 {
            // It has not begun yet, so a rise remains a rise.
            self.to = gain;
        } else if changes {
            let last = Self { passed: self.passed.saturating_sub(1), ..*self }.at(0);
            *self = Self { from: last, to: gain, passed: 0, samples };
        }
        changes
    }

    /// Rises from silence within this many samples.
    pub(super) fn rise(&mut self, samples: usize) {
        *self = Self { from: 0.0, to: self.to, passed: 0, samples };
    }

    /// Ends at once, for a source that makes no sound at present.
    pub(super) fn finish(&mut self) {
        self.passed = self.samples;
    }
}

/// Louder sound than this is limited.
const KNEE: f32 = 0.9;

/// Leaves sound below [`KNEE`] unchanged and keeps louder sound within ±1.
pub(super) fn limited(sample: f32) -> f32 {
    let over = sample.abs() - KNEE;
    if over <= 0.0 {
        return sample;
    }
    (KNEE + (1.0 - KNEE) * (over / (1.0 - KNEE)).tanh()).copysign(sample)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(ramp: &mut Ramp, samples: usize) -> Vec<f32> {
        let gains = (0..samples).map(|n| ramp.at(n)).collect();
        ramp.pass(samples);
        gains
    }

    #[test]
    fn a_ramp_ends_exactly_and_can_turn_round_without_a_step() {
        let mut ramp = Ramp::steady(1.0);
        assert!(ramp.is_one());
        ramp.go(0.5, 4);
        assert_eq!(take(&mut ramp, 6), [0.875, 0.75, 0.625, 0.5, 0.5, 0.5]);
        ramp.go(1.0, 4);
        assert_eq!(take(&mut ramp, 2), [0.625, 0.75]);
        ramp.go(0.25, 2);
        assert_eq!(take(&mut ramp, 3), [0.5, 0.25, 0.25]);
        ramp.go(1.0, 2);
        ramp.go(0.75, 2);
        assert_eq!(take(&mut ramp, 2), [0.5, 0.75], "from 0.25, where it still was");
        ramp.rise(4);
        assert!(!ramp.is_one());
        assert!(!ramp.go(0.75, 9) && ramp.go(0.5, 0));
        assert_eq!(take(&mut ramp, 2), [0.125, 0.25], "still out of silence");
        ramp.go(0.75, 2);
        ramp.finish();
        assert_eq!(take(&mut ramp, 1), [0.75]);
    }

    #[test]
    fn the_limit_is_smooth_and_never_beyond_one() {
        let mut last = -1.0;
        for n in -12_000..=12_000 {
            let x = n as f32 / 1000.0;
            let y = limited(x);
            assert!(y.abs() <= 1.0 && y >= last && y - last <= 0.0011, "{x} becomes {y}");
            assert!(x.abs() > KNEE || y == x);
            last = y;
        }
    }
}
