//! The features of speech that the nets hear: 40 channels each 10 ms.

mod fft;
mod tables;

use fft::Spectrum;
use tables::{
    COEFFICIENTS, CORRECTION_BITS, END_BIN, FILTERS, FIRST_BIN, GAIN_BITS, GAINS, LOGARITHMS,
    NOISE_BITS, WINDOW_BITS,
};

/// Channels of a frame of features.
pub const CHANNELS: usize = 40;
/// Samples of a window, 30 ms.
const WINDOW: usize = 480;
/// Samples from one window to the next, 10 ms.
pub const STEP: usize = 160;
/// Points of the complex transform, which is a real one of twice as many.
const POINTS: usize = 256;

/// The features of 10 ms: of each channel the logarithm of its energy after noise reduction
/// and gain control. 64 are a factor of e.
pub type Frame = [u16; CHANNELS];

/// Computes features from samples at 16 kHz.
///
/// This is the "micro frontend" of TensorFlow Lite for Microcontrollers, with the settings
/// of microWakeWord, bit for bit: windows of 30 ms each 10 ms, a real transform of 512
/// points, 40 triangular filters evenly spaced in mels from 125 to 7500 Hz, spectral
/// subtraction, per-channel gain control (PCAN), logarithm. All of it is fixed point.
pub struct FeatureExtractor {
    window: [i16; WINDOW],
    /// How many samples of the window are there.
    filled: usize,
    /// The smoothed noise of each channel.
    noise: [u32; CHANNELS],
}

impl Default for FeatureExtractor {
    fn default() -> Self {
        Self::new()
    }
}

impl FeatureExtractor {
    /// An extractor that has heard nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { window: [0; WINDOW], filled: 0, noise: [0; CHANNELS] }
    }

    /// Takes samples from the front of `samples` until a frame is complete, and returns it.
    /// `None` is returned when all of them are taken.
    pub fn push(&mut self, samples: &mut &[i16]) -> Option<Frame> {
        let (taken, rest) = samples.split_at(samples.len().min(WINDOW - self.filled));
        self.window[self.filled..self.filled + taken.len()].copy_from_slice(taken);
        self.filled += taken.len();
        *samples = rest;
        if self.filled < WINDOW {
            return None;
        }
        let frame = self.frame();
        self.window.copy_within(STEP.., 0);
        self.filled -= STEP;
        Some(frame)
    }

    /// The features of the window.
    fn frame(&mut self) -> Frame {
        let weighed = |i: usize| {
            ((i32::from(self.window[i]) * i32::from(COEFFICIENTS[i])) >> WINDOW_BITS) as i16
        };
        // As loud as the transform can take it. A lone −32768 counts as nothing, as it does
        // in the reference.
        let peak = (0..WINDOW).map(|i| weighed(i).wrapping_abs()).fold(0, i16::max);
        let shift = 15 - bits(peak.cast_unsigned().into());
        let spectrum =
            Spectrum::new(|i| if i < WINDOW { weighed(i).wrapping_shl(shift) } else { 0 });

        let mut energies = [0u64; CHANNELS + 2];
        spectrum.each(FIRST_BIN, END_BIN, |bin, energy| {
            // The reference keeps energies in signed numbers.
            let energy = i64::from(energy.cast_signed()).cast_unsigned();
            let filter = &FILTERS[bin - FIRST_BIN];
            let channel = usize::from(filter.channel);
            for (channel, weight) in [(channel, filter.rising), (channel + 1, filter.falling)] {
                let weighed = energy.wrapping_mul(weight.into());
                energies[channel] = energies[channel].wrapping_add(weighed);
            }
        });

        let mut frame = [0; CHANNELS];
        for (i, feature) in frame.iter_mut().enumerate() {
            let signal = root(energies[i + 1]) >> shift;
            let signal = subtract_noise(signal, &mut self.noise[i], i % 2 == 1);
            *feature = logarithm(control_gain(signal, self.noise[i]) << CORRECTION_BITS);
        }
        frame
    }
}

/// How many bits a number has.
const fn bits(x: u32) -> u32 {
    u32::BITS - x.leading_zeros()
}

/// The rounded square root. The largest of 16 and of 32 bits are not rounded up.
fn root(x: u64) -> u32 {
    let root = x.isqrt();
    let largest = if x >> 32 == 0 { u64::from(u16::MAX) } else { u64::from(u32::MAX) };
    let up = x - root * root > root && root != largest;
    (root + u64::from(up)) as u32
}

/// Subtracts the noise from a channel, after it is smoothed by the channel; at least a
/// twentieth stays. Odd channels' noise follows faster than that of even ones.
fn subtract_noise(signal: u32, noise: &mut u32, odd: bool) -> u32 {
    const ONE: u64 = 1 << 14;
    // Of ONE: 0.025, 0.06 and 0.05, rounded down.
    const EVEN: u64 = 409;
    const ODD: u64 = 983;
    const LEAST: u64 = 819;

    let smoothing = if odd { ODD } else { EVEN };
    let scaled = signal << NOISE_BITS;
    let smoothed = u64::from(scaled) * smoothing + u64::from(*noise) * (ONE - smoothing);
    *noise = (smoothed / ONE) as u32;
    let rest = (scaled - (*noise).min(scaled)) >> NOISE_BITS;
    rest.max((u64::from(signal) * LEAST / ONE) as u32)
}

/// Evens out a channel by the level of its noise.
fn control_gain(signal: u32, noise: u32) -> u32 {
    const SNR_BITS: u32 = 12;
    const OUTPUT_BITS: u32 = 6;

    let gain = u64::from(gain(noise).cast_unsigned());
    let snr = (u64::from(signal) * gain) >> (GAIN_BITS - CORRECTION_BITS - SNR_BITS);
    let snr = snr as u32;
    // A parabola, and from 2 on the line that continues it.
    if snr < 2 << SNR_BITS {
        (snr * snr) >> (2 + 2 * SNR_BITS - OUTPUT_BITS)
    } else {
        (snr >> (SNR_BITS - OUTPUT_BITS)) - (1 << OUTPUT_BITS)
    }
}

/// The gain at a noise, interpolated.
fn gain(noise: u32) -> i16 {
    let power = bits(noise);
    let [first, slope, bend] = GAINS[power as usize].map(i32::from);
    if noise < 3 {
        // The parabola of noise 2 starts with it.
        return first as i16;
    }
    // Ten bits behind the leading one.
    let place = if power < 11 { noise << (11 - power) } else { noise >> (power - 11) };
    let place = (place & 0x3ff).cast_signed();
    let rise = ((bend * place) >> 5).wrapping_add(slope << 5).wrapping_mul(place);
    (rise.wrapping_add(1 << 14) >> 15).wrapping_add(first) as i16
}

/// The natural logarithm, of which 64 are a factor of e; 0 for 0 and 1.
fn logarithm(x: u32) -> u16 {
    /// ln 2 with 16 bits behind the point.
    const LN_2: u64 = 45426;
    const HALF: u64 = 1 << 15;

    if x < 2 {
        return 0;
    }
    let whole = x.ilog2();
    // 16 bits behind the leading one: straight between powers of two, and the table for the
    // bend.
    let rest = x ^ (1 << whole);
    let straight = if whole < 16 { rest << (16 - whole) } else { rest >> (whole - 16) };
    let place = (straight >> 9) as usize;
    let [low, high] = [LOGARITHMS[place], LOGARITHMS[place + 1]].map(i32::from);
    let between = ((high - low) * (straight & 0x1ff).cast_signed()) >> 16;
    let fraction = straight.cast_signed() + low + between;
    let log2 = (u64::from(whole) << 16) + u64::from(fraction.cast_unsigned());
    let natural = (LN_2 * log2 + HALF) >> 16;
    (((natural << 6) + HALF) >> 16).min(u16::MAX.into()) as u16
}
