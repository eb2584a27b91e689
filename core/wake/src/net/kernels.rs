//! What a net computes with.

use core::ops::Range;

use crate::fixed::{Multiplier, Scale};

/// Bytes that the constants of a channel take.
pub const CHANNEL: usize = 9;

/// What brings a channel's sum to its output.
pub struct Channel {
    /// Added to the sum: the bias, less the zero point of the input times all weights.
    pub bias: i32,
    pub multiplier: Multiplier,
}

impl Channel {
    pub fn write(&self, to: &mut [u8; CHANNEL]) {
        let [a, b, c, d] = self.bias.to_le_bytes();
        let [e, f, g, h] = self.multiplier.value.to_le_bytes();
        *to = [a, b, c, d, e, f, g, h, self.multiplier.shift.cast_unsigned()];
    }

    fn read([a, b, c, d, e, f, g, h, shift]: [u8; CHANNEL]) -> Self {
        let value = i32::from_le_bytes([e, f, g, h]);
        let multiplier = Multiplier { value, shift: shift.cast_signed() };
        Self { bias: i32::from_le_bytes([a, b, c, d]), multiplier }
    }
}

/// A convolution over time. Rows are times, and lie one after the other.
pub struct Convolution {
    pub input: u16,
    /// Bytes of the input.
    pub input_len: u16,
    /// Bytes from where one row of the output is computed to where the next is.
    pub stride: u16,
    /// Weights of a channel; for one by channels, rows.
    pub taps: u16,
    pub output: u16,
    /// Rows of the output.
    pub rows: u16,
    /// Channels of the output.
    pub channels: u16,
    /// Where the first channel's constants are.
    pub constants: u16,
    /// Where in the file the weights are.
    pub weights: u32,
    /// The output's zero point.
    pub zero: i8,
    /// The least value of the output, which is the zero point after a rectifier.
    pub least: i8,
}

/// A step of a net's program. Places are in the arena.
pub enum Step {
    /// Copies rows of bytes.
    Copy { from: u16, from_step: u16, to: u16, to_step: u16, len: u16, rows: u16 },
    /// A convolution of all channels with all; a matrix product too.
    Dense(Convolution),
    /// A convolution of each channel by itself.
    ByChannel(Convolution),
    /// The logistic function, whose output is in 256ths from −128.
    Logistic { at: u16, to: u16, len: u16, zero: i8, scale: Scale },
    /// From signed to unsigned.
    Unsigned { at: u16, to: u16, len: u16 },
}

const fn span(at: u16, len: usize) -> Range<usize> {
    at as usize..at as usize + len
}

/// Two parts of the arena, apart from each other.
fn two(arena: &mut [u8], from: Range<usize>, to: Range<usize>) -> (&[u8], &mut [u8]) {
    if from.end <= to.start {
        let (low, high) = arena.split_at_mut(to.start);
        (&low[from], &mut high[..to.end - to.start])
    } else {
        let (low, high) = arena.split_at_mut(from.start);
        (&high[..from.end - from.start], &mut low[to])
    }
}

fn signed(byte: &u8) -> i32 {
    byte.cast_signed().into()
}

/// The sum of products.
fn dot<'a>(a: impl Iterator<Item = &'a u8>, b: impl Iterator<Item = &'a u8>) -> i32 {
    a.zip(b).fold(0, |sum: i32, (a, b)| sum.wrapping_add(signed(a) * signed(b)))
}

impl Step {
    /// Runs the step. `work` and `constants` are the two parts of the arena.
    pub fn run(&self, model: &[u8], work: &mut [u8], constants: &[u8]) {
        match self {
            Self::Copy { from, from_step, to, to_step, len, rows } => {
                for row in 0..usize::from(*rows) {
                    let from = usize::from(*from) + row * usize::from(*from_step);
                    let to = usize::from(*to) + row * usize::from(*to_step);
                    work.copy_within(from..from + usize::from(*len), to);
                }
            }
            Self::Dense(convolution) => {
                let taps = usize::from(convolution.taps);
                convolution.run(model, work, constants, |input, weights, channel| {
                    let weights = &weights[channel * taps..][..taps];
                    dot(input.iter().take(taps), weights.iter())
                });
            }
            Self::ByChannel(convolution) => {
                let channels = usize::from(convolution.channels);
                convolution.run(model, work, constants, |input, weights, channel| {
                    let weights = weights[channel..].iter().step_by(channels);
                    dot(input[channel..].iter().step_by(channels), weights)
                });
            }
            Self::Logistic { at, to, len, zero, scale } => {
                let len = usize::from(*len);
                for i in 0..len {
                    let x = signed(&work[usize::from(*at) + i]) - i32::from(*zero);
                    work[usize::from(*to) + i] = scale.logistic(x).wrapping_sub(128);
                }
            }
            Self::Unsigned { at, to, len } => {
                for i in 0..usize::from(*len) {
                    work[usize::from(*to) + i] = work[usize::from(*at) + i].wrapping_add(128);
                }
            }
        }
    }
}

impl Convolution {
    /// How many weights there are.
    pub fn weights(&self) -> usize {
        usize::from(self.taps) * usize::from(self.channels)
    }

    /// Computes every output from `sum`, which takes the input from the row on, the weights and
    /// the channel.
    fn run(
        &self,
        model: &[u8],
        work: &mut [u8],
        constants: &[u8],
        sum: impl Fn(&[u8], &[u8], usize) -> i32,
    ) {
        let channels = usize::from(self.channels);
        let weights = &model[self.weights as usize..][..self.weights()];
        let constants = &constants[span(self.constants, channels * CHANNEL)];
        let (constants, _) = constants.as_chunks::<CHANNEL>();
        let output = span(self.output, usize::from(self.rows) * channels);
        let (input, output) = two(work, span(self.input, self.input_len.into()), output);
        for (row, output) in output.chunks_exact_mut(channels).enumerate() {
            let input = &input[row * usize::from(self.stride)..];
            for (channel, (output, constants)) in output.iter_mut().zip(constants).enumerate() {
                let Channel { bias, multiplier } = Channel::read(*constants);
                let sum = sum(input, weights, channel).wrapping_add(bias);
                let value = multiplier.apply(sum).saturating_add(self.zero.into());
                *output = (value.clamp(self.least.into(), 127) as i8).cast_unsigned();
            }
        }
    }
}
