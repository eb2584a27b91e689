//! The reading end of a link, converted to the capture rate.

use std::sync::atomic::Ordering;

use ringbuf::traits::{Consumer, Observer};
use sayso_audio_io::{Downmixer, Resampler, rescale_rounded};
use sayso_board::{BoardError, CAPTURE_RATE};

use crate::callback::{CaptureTap, Gap};

/// The longest piece that is processed at once, in seconds.
pub const PIECE: f64 = 0.1;

/// The sound of a running device as 16 kHz mono that keeps time: lost sound is replaced by
/// silence.
pub struct Live {
    pub tap: CaptureTap,
    mixer: Downmixer,
    resampler: Resampler,
    interleaved: Vec<f32>,
    mono: Vec<f32>,
    /// Frames taken from the ring.
    popped: u64,
    /// Frames lost, and how many of them are still to be replaced by silence.
    lost: u64,
    silence: u64,
}

impl Live {
    /// # Errors
    /// For a rate that cannot be resampled.
    pub fn new(tap: CaptureTap) -> Result<Self, BoardError> {
        let resampler = Resampler::new(tap.rate, CAPTURE_RATE)?;
        let mixer = Downmixer::new(tap.channels, tap.rate);
        let (interleaved, mono) = (Vec::new(), Vec::new());
        Ok(Self { tap, mixer, resampler, interleaved, mono, popped: 0, lost: 0, silence: 0 })
    }

    /// Appends the next piece to `ready`; it may have no samples yet. Returns false if there is
    /// nothing to process.
    pub fn next(&mut self, ready: &mut Vec<f32>) -> bool {
        let more = self.piece();
        if more {
            self.resampler.process(&self.mono, ready);
        }
        more
    }

    /// Appends what the resampler holds back, after the device was lost.
    pub fn finish(&mut self, ready: &mut Vec<f32>) {
        self.resampler.finish(ready);
    }

    /// Puts the next piece, at the device's rate, into `mono`. Returns false if there is none.
    fn piece(&mut self) -> bool {
        let Self { interleaved, mono, mixer, .. } = self;
        mono.clear();
        let channels = self.tap.channels;
        let most = (PIECE * f64::from(self.tap.rate)) as u64;
        if self.silence == 0 {
            let queued = (self.tap.samples.occupied_len() / channels) as u64;
            // A gap is published before the frames after it, so it is looked for after them.
            let gap = self.tap.gaps.try_peek().copied();
            let until_gap = gap.map_or(u64::MAX, |gap: Gap| gap.at - self.popped);
            let frames = queued.min(until_gap).min(most);
            if frames > 0 {
                interleaved.resize(frames as usize * channels, 0.0);
                self.tap.samples.pop_slice(interleaved);
                mixer.process(interleaved, mono);
                self.popped += frames;
                return true;
            }
            if let (0, Some(gap)) = (until_gap, gap) {
                self.tap.gaps.try_pop();
                self.lost += gap.lost;
                self.silence = gap.lost;
            }
        }
        let silence = self.silence.min(most);
        self.silence -= silence;
        mono.resize(silence as usize, 0.0);
        silence > 0
    }

    /// After the device was lost, counts the frames that were lost after the last in the ring.
    /// Returns false if there are none.
    pub fn count_the_rest(&mut self) -> bool {
        let seen = self.tap.beat.frames.load(Ordering::Acquire);
        let rest = seen.saturating_sub(self.popped + self.lost);
        self.lost += rest;
        self.silence = rest;
        rest > 0
    }

    /// Samples at 16 kHz that were lost.
    pub fn dropped(&self) -> u64 {
        rescale_rounded(self.lost, self.tap.rate, CAPTURE_RATE)
    }
}
