//! Converts from any sample rate to any other, one channel at a time.

use std::time::Duration;

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Async, FixedAsync, Indexing, Resampler as _, SincInterpolationParameters,
    SincInterpolationType, WindowFunction, calculate_cutoff,
};

use crate::{Error, ErrorKind, Result};

/// The lowest and the highest rate, in Hz, that a [`Resampler`] supports.
pub const RATES: std::ops::RangeInclusive<u32> = 4_000..=768_000;

/// Taps of the low-pass filter, counted at the lower of the two rates. 96 taps of a
/// Blackman-Harris window pass 91 % of the lower Nyquist frequency (7.3 kHz at 16 kHz, all that
/// speech and our models use) and attenuate aliases by more than 90 dB. The look-ahead is 48
/// samples (3 ms at 16 kHz).
const TAPS: u32 = 96;

/// With up to this many phases, the filter bank holds every phase exactly (11,025 Hz to 16 kHz
/// needs 640). With more, phases are interpolated from [`SPARSE_PHASES`].
const MAX_EXACT_PHASES: u32 = 640;
const SPARSE_PHASES: u32 = 128;

/// Input is processed in blocks of this length, so that the output does not depend on how the
/// caller divides its input.
const BLOCK: Duration = Duration::from_millis(2);

/// How far a call of [`Resampler::process_into`] got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Input samples taken.
    pub consumed: usize,
    /// Output samples written.
    pub produced: usize,
}

/// A streaming sample-rate converter for one channel, on rubato's windowed sinc.
///
/// - The output does not depend, to the bit, on how the input is divided.
/// - Output sample `n` is the input's sound at the time `n / to`: the filter's delay is removed
///   from the front (within 1/250 sample for odd rates, exactly for the usual ones).
/// - After [`finish`](Self::finish), there are `round(len * to / from)` output samples in all.
/// - Equal rates pass through unchanged and without delay.
///
/// On a live stream, the output is later than the input by [`delay`](Self::delay).
pub struct Resampler {
    from: u32,
    to: u32,
    /// `None` when the rates are equal.
    stage: Option<Stage>,
    taken: u64,
    given: u64,
}

/// The actual converter, fed in blocks of `block.len()` input samples.
struct Stage {
    sinc: Async<f32>,
    block: Vec<f32>,
    filled: usize,
    ready: Vec<f32>,
    /// The part of `ready` that was not returned yet.
    pending: std::ops::Range<usize>,
    /// Samples of silence before the input, so that the filter's delay is a whole number of output
    /// samples.
    lead_in: usize,
    /// That number of output samples, which are dropped.
    lead_out: usize,
    skip: usize,
    delay: Duration,
}

impl Resampler {
    /// A converter from `from` Hz to `to` Hz.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] when a rate is outside [`RATES`].
    pub fn new(from: u32, to: u32) -> Result<Self> {
        for rate in [from, to] {
            if !RATES.contains(&rate) {
                let message = format!(
                    "a sample rate of {rate} Hz is not supported: use one from {} to {} Hz",
                    RATES.start(),
                    RATES.end()
                );
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
        }
        let stage = if from == to { None } else { Some(Stage::new(from, to)?) };
        Ok(Self { from, to, stage, taken: 0, given: 0 })
    }

    /// The input's rate, in Hz.
    pub fn from_rate(&self) -> u32 {
        self.from
    }

    /// The output's rate, in Hz.
    pub fn to_rate(&self) -> u32 {
        self.to
    }

    /// The longest time between an input sample and its output: half the filter and one block,
    /// about 5 ms at 16 kHz.
    pub fn delay(&self) -> Duration {
        self.stage.as_ref().map_or(Duration::ZERO, |stage| stage.delay)
    }

    /// Input samples taken since the start.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// Output samples returned since the start.
    pub fn given(&self) -> u64 {
        self.given
    }

    /// Takes as much of `input` and fills as much of `output` as possible. Never allocates, so it
    /// may run in an audio callback. Call again with the rest of the input while the whole of
    /// `output` was filled.
    pub fn process_into(&mut self, input: &[f32], output: &mut [f32]) -> Progress {
        let progress = match &mut self.stage {
            None => {
                let n = input.len().min(output.len());
                output[..n].copy_from_slice(&input[..n]);
                Progress { consumed: n, produced: n }
            }
            Some(stage) => stage.process_into(input, output),
        };
        self.taken += progress.consumed as u64;
        self.given += progress.produced as u64;
        progress
    }

    /// Takes all of `input` and appends the output to `output`.
    pub fn process(&mut self, mut input: &[f32], output: &mut Vec<f32>) {
        loop {
            let start = output.len();
            output.resize(start + self.room(input.len()), 0.0);
            let progress = self.process_into(input, &mut output[start..]);
            output.truncate(start + progress.produced);
            input = &input[progress.consumed..];
            if input.is_empty() && self.stage.as_ref().is_none_or(|s| s.pending.is_empty()) {
                return;
            }
        }
    }

    /// Ends the input and appends the rest of the sound to `output`. After this the converter is
    /// like a new one.
    pub fn finish(&mut self, output: &mut Vec<f32>) {
        let left = rescale_rounded(self.taken, self.from, self.to).saturating_sub(self.given);
        if let Some(stage) = &mut self.stage {
            // Never more than the filter's length and a block.
            let end = output.len() + left as usize;
            while output.len() < end {
                let start = output.len();
                output.resize(end, 0.0);
                let progress = stage.process_into(&[0.0; 64], &mut output[start..]);
                output.truncate(start + progress.produced);
            }
        }
        self.reset();
    }

    /// Forgets the sound so far.
    pub fn reset(&mut self) {
        if let Some(stage) = &mut self.stage {
            stage.reset();
        }
        self.taken = 0;
        self.given = 0;
    }

    /// Enough output samples for `input` more input samples, whatever is buffered.
    fn room(&self, input: usize) -> usize {
        let fresh = rescale_rounded(input as u64, self.from, self.to) as usize;
        fresh + self.stage.as_ref().map_or(0, |stage| stage.ready.len())
    }
}

impl Stage {
    fn new(from: u32, to: u32) -> Result<Self> {
        let divisor = gcd(from, to);
        let (up, down) = (to / divisor, from / divisor);
        let (phases, interpolation) = if up <= MAX_EXACT_PHASES {
            (up, SincInterpolationType::Nearest)
        } else {
            (SPARSE_PHASES, SincInterpolationType::Cubic)
        };
        let window = WindowFunction::BlackmanHarris;
        let taps = if from > to { rescale_rounded(TAPS.into(), to, from) } else { TAPS.into() };
        let taps = (taps as usize).next_multiple_of(8);
        // rubato chooses the cutoff by the taps at the input's rate. That lets aliases pass if the
        // output's rate is lower.
        let parameters = SincInterpolationParameters::new(taps, window)
            .f_cutoff(calculate_cutoff(TAPS as usize, window))
            .oversampling_factor(phases as usize)
            .interpolation(interpolation);
        let block = (f64::from(from) * BLOCK.as_secs_f64()).ceil() as usize;
        let sinc = Async::new_sinc(
            f64::from(to) / f64::from(from),
            1.0,
            &parameters,
            block,
            1,
            FixedAsync::Input,
        )
        .map_err(|error| {
            Error::new(ErrorKind::Unsupported, error.to_string()).with_source(error)
        })?;
        let (lead_in, lead_out) = lead(taps, phases, up, down);
        let delay = Duration::from_secs_f64((taps / 2 + block + 1) as f64 / f64::from(from));
        let mut stage = Self {
            block: vec![0.0; block],
            filled: 0,
            ready: vec![0.0; sinc.output_frames_max()],
            sinc,
            pending: 0..0,
            lead_in,
            lead_out,
            skip: 0,
            delay,
        };
        stage.reset();
        Ok(stage)
    }

    fn reset(&mut self) {
        self.sinc.reset();
        self.filled = 0;
        self.pending = 0..0;
        self.skip = self.lead_out;
        for _ in 0..self.lead_in {
            self.block[self.filled] = 0.0;
            self.filled += 1;
            self.convert_full_block();
        }
    }

    fn process_into(&mut self, input: &[f32], output: &mut [f32]) -> Progress {
        let (mut consumed, mut produced) = (0, 0);
        loop {
            let n = self.pending.len().min(output.len() - produced);
            let start = self.pending.start;
            output[produced..produced + n].copy_from_slice(&self.ready[start..start + n]);
            self.pending.start += n;
            produced += n;
            if !self.pending.is_empty() || consumed == input.len() {
                return Progress { consumed, produced };
            }
            let n = (self.block.len() - self.filled).min(input.len() - consumed);
            self.block[self.filled..self.filled + n]
                .copy_from_slice(&input[consumed..consumed + n]);
            self.filled += n;
            consumed += n;
            self.convert_full_block();
        }
    }

    /// Converts the block if it is full. `pending` must be empty.
    fn convert_full_block(&mut self) {
        if self.filled < self.block.len() {
            return;
        }
        self.filled = 0;
        let frames = self.ready.len();
        let made = match (
            InterleavedSlice::new(&self.block, 1, self.block.len()),
            InterleavedSlice::new_mut(&mut self.ready, 1, frames),
        ) {
            (Ok(input), Ok(mut output)) => {
                let made = self.sinc.process_into_buffer(&input, &mut output, None::<&Indexing>);
                debug_assert!(made.is_ok(), "the buffers are of the lengths rubato asked for");
                made.map_or(0, |(_, made)| made)
            }
            _ => 0,
        };
        let dropped = self.skip.min(made);
        self.skip -= dropped;
        self.pending = dropped..made;
    }
}

/// How much silence to put before the input, and how many output samples to drop, so that output
/// sample 0 is at input sample 0.
///
/// rubato's output sample `k` is at the input position `(k + 1) * down / up - taps / 2 + 1 /
/// phases`; this follows from its start index and the layout of its filter bank. With `lead_in`
/// samples of silence before the input, that is 0 for `k = lead_out` if `(lead_out + 1) * down /
/// up = taps / 2 + lead_in - 1 / phases`.
fn lead(taps: usize, phases: u32, up: u32, down: u32) -> (usize, usize) {
    let step = f64::from(down) / f64::from(up);
    let mut best = (0, 0);
    let mut best_error = f64::INFINITY;
    for lead_in in 0..=down.min(2_048) as usize {
        let steps = ((taps / 2 + lead_in) as f64 - 1.0 / f64::from(phases)) / step;
        let error = (steps - steps.round()).abs();
        if steps.round() >= 1.0 && error < best_error - 1e-9 {
            best = (lead_in, steps.round() as usize - 1);
            best_error = error;
        }
    }
    best
}

/// Converts `count` samples at the rate `from` to the rate `to`, rounded to the nearest.
pub fn rescale_rounded(count: u64, from: u32, to: u32) -> u64 {
    let (from, to) = (u128::from(from.max(1)), u128::from(to));
    u64::try_from((u128::from(count) * to + from / 2) / from).unwrap_or(u64::MAX)
}

/// Converts `count` samples at the rate `from` to whole samples at the rate `to`.
pub fn rescale_floor(count: u64, from: u32, to: u32) -> u64 {
    let from = u128::from(from.max(1));
    u64::try_from(u128::from(count) * u128::from(to) / from).unwrap_or(u64::MAX)
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}
