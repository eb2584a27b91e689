//! The tables of the feature extractor, computed while compiling. The reference computes its
//! tables in single precision when it starts: so are these where that decides a rounding.

use super::{CHANNELS, POINTS, WINDOW};
use crate::math;

/// Bits behind the point of window coefficients.
pub const WINDOW_BITS: u32 = 12;
/// Bits behind the point of filter weights.
pub const FILTER_BITS: u32 = 12;
/// Bits behind the point of the smoothed noise, beyond those of the signal.
pub const NOISE_BITS: u32 = 10;
/// Bits that scaling the transform costs, less those that the root of the weights' scale is.
pub const CORRECTION_BITS: u32 = (2 * POINTS).ilog2() - FILTER_BITS / 2;
/// Bits behind the point of the gain.
pub const GAIN_BITS: u32 = 21;

/// The first bin that the filters take. The lower limit of 125 Hz, and no direct current.
pub const FIRST_BIN: usize = 5;
/// The bin after the last: the upper limit of 7500 Hz.
pub const END_BIN: usize = FIRST_BIN + BINS;
const BINS: usize = 236;

/// Rounds a number that is not negative.
const fn round(x: f64) -> i64 {
    (x + 0.5) as i64
}

/// ⌊x + ½⌋
const fn round_down(x: f64) -> i64 {
    let near = (x + 0.5) as i64;
    if (near as f64) > x + 0.5 { near - 1 } else { near }
}

/// The Hann window.
pub const COEFFICIENTS: [i16; WINDOW] = {
    let mut table = [0; WINDOW];
    let step = core::f32::consts::PI * 2.0 / WINDOW as f32;
    let mut i = 0;
    while i < WINDOW {
        // The cosine is even about π, which keeps its argument small.
        let phase = (step * (i as f32 + 0.5)) as f64;
        let cosine = -math::cos(phase - core::f64::consts::PI) as f32;
        let value = 0.5 - 0.5 * cosine;
        table[i] = (value * (1 << WINDOW_BITS) as f32 + 0.5) as i16;
        i += 1;
    }
    table
};

/// e^(−i·phase) with 15 bits behind the point, nearly: one is 32767.
const fn unit(phase: f64) -> [i16; 2] {
    [round_down(32767.0 * math::cos(phase)) as i16, round_down(32767.0 * math::sin(-phase)) as i16]
}

/// The roots of unity of the complex transform, as far as it takes them.
pub const ROOTS: [[i16; 2]; POINTS * 3 / 4] = {
    let mut table = [[0; 2]; POINTS * 3 / 4];
    let mut i = 0;
    while i < table.len() {
        table[i] = unit(2.0 * core::f64::consts::PI * i as f64 / POINTS as f64);
        i += 1;
    }
    table
};

/// The roots that part the transform of the even samples from that of the odd ones, from
/// bin 1 on.
pub const HALF_ROOTS: [[i16; 2]; POINTS / 2] = {
    let mut table = [[0; 2]; POINTS / 2];
    let mut i = 0;
    while i < table.len() {
        table[i] = unit(core::f64::consts::PI * ((i + 1) as f64 / POINTS as f64 + 0.5));
        i += 1;
    }
    table
};

/// Mels of a frequency in hertz.
const fn mel(frequency: f32) -> f32 {
    1127.0 * (math::ln(1.0 + (frequency / 700.0) as f64) as f32)
}

/// What a bin gives to the filters: to which channel, counted from the one below the first,
/// with which weight, and with which weight to the channel after it.
#[derive(Clone, Copy)]
pub struct Bin {
    pub channel: u8,
    pub rising: u16,
    pub falling: u16,
}

/// The triangular filters, evenly spaced in mels, by their bins.
pub const FILTERS: [Bin; BINS] = {
    let mut table = [Bin { channel: 0, rising: 0, falling: 0 }; BINS];
    let low = mel(125.0);
    // The logarithm of C libraries, by which the reference computes this one, is not the
    // nearest, and it is the only one where that changes a weight.
    let high = mel(7500.0).next_up();
    let spacing = (high - low) / (CHANNELS + 1) as f32;
    let hertz = 0.5 * 16000.0 / POINTS as f32;
    let (mut i, mut channel) = (0, 0);
    let (mut left, mut right) = (low, low + spacing);
    while i < BINS {
        let here = mel((FIRST_BIN + i) as f32 * hertz);
        while here > right {
            channel += 1;
            (left, right) = (right, low + spacing * (channel + 1) as f32);
        }
        let weight = (right - here) / (right - left);
        let one = (1 << FILTER_BITS) as f32;
        table[i] = Bin {
            channel,
            rising: (weight * one + 0.5) as u16,
            falling: ((1.0 - weight) * one + 0.5) as u16,
        };
        i += 1;
    }
    // The filters end where the table does.
    assert!(channel as usize == CHANNELS && mel(END_BIN as f32 * hertz) > right);
    table
};

/// The gain of a channel by its noise, piecewise: for each power of two the coefficients of a
/// parabola. Powers 0 and 1, of noise below 2, are constants.
pub const GAINS: [[i16; 3]; 33] = {
    let mut table = [[0; 3]; 33];
    table[0][0] = gain(0);
    table[1][0] = gain(1);
    let mut power = 2;
    while power <= 32 {
        let start = 1u32 << (power - 1);
        let end = if power == 32 { start + (start - 1) } else { 2 * start };
        let first = gain(start) as i32;
        let middle = gain(start + start / 2) as i32 - first;
        let last = gain(end) as i32 - first;
        let slope = 4 * middle - last;
        table[power] = [first as i16, slope as i16, (last - slope) as i16];
        power += 1;
    }
    table
};

/// The gain at a noise: (noise + 80)^−0.95.
const fn gain(noise: u32) -> i16 {
    let noise = noise as f32 / (1 << (NOISE_BITS - CORRECTION_BITS)) as f32;
    let power = math::exp(-0.95f32 as f64 * math::ln((noise + 80.0) as f64)) as f32;
    let gain = (1 << GAIN_BITS) as f32 * power;
    if gain > i16::MAX as f32 { i16::MAX } else { (gain + 0.5) as i16 }
}

/// log₂(1 + x) − x at 129 places from 0 to 1, with 16 bits behind the point.
pub const LOGARITHMS: [u16; 129] = {
    let mut table = [0; 129];
    let mut i = 0;
    while i < table.len() {
        let x = i as f64 / 128.0;
        let bend = math::ln(1.0 + x) / core::f64::consts::LN_2 - x;
        table[i] = round(65536.0 * bend) as u16;
        i += 1;
    }
    table
};
