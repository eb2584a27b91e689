//! The layers of the nets, over matrices with a row per frame or per character.
//!
//! The products are ndarray's, which selects the CPU's best instructions at run time. The rest is
//! written so that the compiler vectorises it: no branches, no calls.

use std::f32::consts::LOG2_E;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};

use crate::weights::Weights;
use crate::{Error, Result};

/// y = x · W + b.
pub(crate) struct Linear {
    /// A row per input.
    weights: Array2<f32>,
    bias: Vec<f32>,
}

impl Linear {
    /// Takes weights with a row per input; without a name for the bias, it is zero.
    pub(crate) fn by_input(
        weights: &Weights,
        name: &str,
        bias: Option<&str>,
        inputs: usize,
        outputs: usize,
    ) -> Result<Self> {
        Self::new(weights, weights.matrix(name, &[inputs, outputs])?, bias)
    }

    /// Takes weights with a row per output, of this shape.
    pub(crate) fn by_output(
        weights: &Weights,
        name: &str,
        bias: Option<&str>,
        shape: &[usize],
    ) -> Result<Self> {
        let matrix = weights.matrix(name, shape)?;
        // In the layout in which it is multiplied.
        Self::new(weights, matrix.t().as_standard_layout().into_owned(), bias)
    }

    /// Takes weights with a row per input.
    pub(crate) fn of(weights: Array2<f32>, bias: Vec<f32>) -> Self {
        Self { weights, bias }
    }

    fn new(weights: &Weights, matrix: Array2<f32>, bias: Option<&str>) -> Result<Self> {
        let outputs = matrix.ncols();
        let bias = match bias {
            Some(name) => weights.get(name, &[outputs])?,
            None => vec![0.0; outputs],
        };
        Ok(Self { weights: matrix, bias })
    }

    /// y += factor · (x · W + b).
    pub(crate) fn add(&self, x: &ArrayView2<f32>, factor: f32, y: &mut ArrayViewMut2<f32>) {
        for mut row in y.rows_mut() {
            row.iter_mut().zip(&self.bias).for_each(|(y, b)| *y += factor * b);
        }
        general_mat_mul(factor, x, &self.weights, 1.0, y);
    }

    /// x · W + b.
    pub(crate) fn apply(&self, x: &ArrayView2<f32>) -> Array2<f32> {
        let mut y = Array2::zeros((x.nrows(), self.bias.len()));
        self.add(x, 1.0, &mut y.view_mut());
        y
    }
}

/// Normalises rows to a mean of 0 and a variance of 1, then scales and shifts them.
pub(crate) struct LayerNorm {
    scale: Vec<f32>,
    shift: Vec<f32>,
}

impl LayerNorm {
    pub(crate) fn new(weights: &Weights, name: &str, width: usize) -> Result<Self> {
        Ok(Self {
            scale: weights.get(&format!("{name}.weight"), &[width])?,
            shift: weights.get(&format!("{name}.bias"), &[width])?,
        })
    }

    pub(crate) fn apply(&self, x: &mut Array2<f32>) {
        for mut row in x.rows_mut() {
            if let Some(row) = row.as_slice_mut() {
                self.apply_row(row);
            }
        }
    }

    pub(crate) fn apply_row(&self, row: &mut [f32]) {
        let count = row.len() as f32;
        let mean = sum(row, |x| x) / count;
        let variance = sum(row, |x| (x - mean) * (x - mean)) / count;
        let factor = 1.0 / (variance + 1e-5).sqrt();
        for ((x, scale), shift) in row.iter_mut().zip(&self.scale).zip(&self.shift) {
            *x = (*x - mean) * factor * scale + shift;
        }
    }

    pub(crate) fn of(&self, x: &Array2<f32>) -> Array2<f32> {
        let mut y = x.clone();
        self.apply(&mut y);
        y
    }
}

/// The sum of a function over a row, in eight lanes.
fn sum(row: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let (lanes, rest) = row.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for lane in lanes {
        for (sum, &x) in sums.iter_mut().zip(lane) {
            *sum += of(x);
        }
    }
    sums.iter().sum::<f32>() + rest.iter().map(|&x| of(x)).sum::<f32>()
}

/// Attention of all rows to all rows, with `heads` heads. `qkv` holds queries, keys and values
/// side by side, each with its heads side by side.
pub(crate) fn attention(qkv: &Array2<f32>, heads: usize) -> Array2<f32> {
    let (rows, channels) = (qkv.nrows(), qkv.ncols() / 3);
    let width = channels / heads;
    let mut scores = Array2::zeros((rows, rows));
    let mut out = Array2::zeros((rows, channels));
    for first in (0..channels).step_by(width) {
        let part = |which: usize| {
            let start = which * channels + first;
            qkv.slice_axis(Axis(1), (start..start + width).into())
        };
        general_mat_mul(1.0 / (width as f32).sqrt(), &part(0), &part(1).t(), 0.0, &mut scores);
        for mut row in scores.rows_mut() {
            if let Some(row) = row.as_slice_mut() {
                softmax(row);
            }
        }
        let mut out = out.slice_axis_mut(Axis(1), (first..first + width).into());
        general_mat_mul(1.0, &scores, &part(2), 0.0, &mut out);
    }
    out
}

/// A convolution along the rows, of each column with its own taps; what is beyond the ends is
/// zero.
pub(crate) struct Depthwise {
    /// A row per tap.
    taps: Array2<f32>,
    bias: Vec<f32>,
}

impl Depthwise {
    pub(crate) fn new(
        weights: &Weights,
        name: &str,
        bias: Option<&str>,
        width: usize,
        taps: usize,
    ) -> Result<Self> {
        let Linear { weights: taps, bias } =
            Linear::by_output(weights, name, bias, &[width, 1, taps])?;
        Ok(Self { taps, bias })
    }

    pub(crate) fn apply(&self, x: &Array2<f32>) -> Array2<f32> {
        let before = self.taps.nrows() / 2;
        let mut y = Array2::zeros(x.raw_dim());
        for (t, mut row) in y.rows_mut().into_iter().enumerate() {
            let Some(row) = row.as_slice_mut() else { continue };
            row.copy_from_slice(&self.bias);
            for (tap, weights) in self.taps.rows().into_iter().enumerate() {
                let Some(from) = (t + tap).checked_sub(before).filter(|&t| t < x.nrows()) else {
                    continue;
                };
                if let (Some(x), Some(weights)) = (x.row(from).to_slice(), weights.to_slice()) {
                    for ((y, x), w) in row.iter_mut().zip(x).zip(weights) {
                        *y += x * w;
                    }
                }
            }
        }
        y
    }
}

/// Adding and subtracting this rounds a small number to an integer, which is in between in the
/// low bits of the mantissa: 1.5 · 2²³.
const ROUND: f32 = 12_582_912.0;

/// eˣ, for x clamped to −87…88; wrong by 3e-7 of it at most.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * LOG2_E + ROUND;
    let n = shifted - ROUND;
    // ln 2 in two parts, so that the remainder keeps its bits (Cody and Waite).
    let r = x - n * 0.693_359_4 + n * 2.121_944_4e-4;
    // The Taylor polynomial is good to 1e-7 on ±ln(2)/2.
    let p = 1.0
        + r * (1.0
            + r * (0.5
                + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0))))));
    let exponent = (shifted.to_bits() << 23).wrapping_add(127 << 23);
    p * f32::from_bits(exponent)
}

#[inline(always)]
pub(crate) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

#[inline(always)]
pub(crate) fn tanh(x: f32) -> f32 {
    1.0 - 2.0 / (exp(2.0 * x) + 1.0)
}

/// x · sigmoid(x), of all numbers.
pub(crate) fn silu(x: &mut Array2<f32>) {
    for x in x.as_slice_mut().unwrap_or_default() {
        *x *= sigmoid(*x);
    }
}

/// x · Φ(x), of all numbers, by erf to 1.5e-7 (Abramowitz and Stegun, Handbook of Mathematical
/// Functions, 7.1.26).
pub(crate) fn gelu(x: &mut Array2<f32>) {
    for x in x.as_slice_mut().unwrap_or_default() {
        let z = *x * std::f32::consts::FRAC_1_SQRT_2;
        let a = z.abs();
        let t = 1.0 / (1.0 + 0.327_591_1 * a);
        let p = t
            * (0.254_829_6
                + t * (-0.284_496_72 + t * (1.421_413_8 + t * (-1.453_152_1 + t * 1.061_405_4))));
        let erf = (1.0 - p * exp(-a * a)).copysign(z);
        *x = 0.5 * *x * (1.0 + erf);
    }
}

/// Makes a row positive with a sum of 1.
pub(crate) fn softmax(row: &mut [f32]) {
    let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    row.iter_mut().for_each(|x| *x = exp(*x - max));
    let factor = 1.0 / sum(row, |x| x);
    row.iter_mut().for_each(|x| *x *= factor);
}

/// The logarithm of [`softmax`].
pub(crate) fn log_softmax(row: &mut [f32]) {
    let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let log = max + sum(row, |x| exp(x - max)).ln();
    row.iter_mut().for_each(|x| *x -= log);
}

/// A gated recurrent unit, with the order of gates and the biases of ONNX (reset after the
/// product).
pub(crate) struct Gru {
    input: Linear,
    state: Linear,
}

impl Gru {
    /// Takes one direction of the weights named after input, state and bias: `[count, which]`.
    pub(crate) fn new(
        weights: &Weights,
        [input, state, bias]: [&str; 3],
        [directions, which]: [usize; 2],
        width: usize,
        size: usize,
    ) -> Result<Self> {
        let own = |name: &str, rows: usize, columns: usize| {
            let all = weights.matrix(name, &[directions, rows, columns])?;
            let own = all.index_axis(Axis(0), which).to_vec();
            Array2::from_shape_vec((rows, columns), own)
                .map(|matrix| matrix.t().as_standard_layout().into_owned())
                .map_err(|e| Error::damaged(name).because(e))
        };
        let biases = weights.matrix(bias, &[directions, 6 * size])?;
        let biases = biases.index_axis(Axis(0), which).to_vec();
        let (first, second) = biases.split_at(3 * size);
        Ok(Self {
            input: Linear::of(own(input, 3 * size, width)?, first.to_vec()),
            state: Linear::of(own(state, 3 * size, size)?, second.to_vec()),
        })
    }

    /// Replaces the state by the one after another input.
    pub(crate) fn step(&self, x: &ArrayView2<f32>, h: &mut [f32]) {
        let size = h.len();
        let input = self.input.apply(x).into_raw_vec_and_offset().0;
        let state = ndarray::aview1(h).insert_axis(Axis(0)).to_owned();
        let state = self.state.apply(&state.view()).into_raw_vec_and_offset().0;
        let gates = |values: Vec<f32>| {
            let mut values = values.into_iter();
            let mut gate = || values.by_ref().take(size).collect::<Vec<f32>>();
            [gate(), gate(), gate()]
        };
        let ([zx, rx, nx], [zh, rh, nh]) = (gates(input), gates(state));
        let update = zx.into_iter().zip(zh).map(|(x, h)| sigmoid(x + h));
        let reset = rx.into_iter().zip(rh).map(|(x, h)| sigmoid(x + h));
        let new = nx.into_iter().zip(nh).zip(reset).map(|((x, h), reset)| tanh(x + reset * h));
        for ((h, update), new) in h.iter_mut().zip(update).zip(new) {
            *h = (1.0 - update) * new + update * *h;
        }
    }
}
