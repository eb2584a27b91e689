//! The layers of the network. Activations are row-major, a row per phoneme or frame.

use tract_onnx::prelude::TractResult;

use crate::nn::{Affine, Linear, Matrix, Weights, by_tap, math};
use crate::{Error, ErrorKind, Result};

/// Buffers that every part reuses.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) a: Matrix,
    pub(super) b: Matrix,
    pub(super) c: Matrix,
}

impl Scratch {
    pub(super) fn wipe(&mut self) {
        self.overwrite(0.0);
    }

    pub(super) fn overwrite(&mut self, value: f32) {
        for buffer in [&mut self.a, &mut self.b, &mut self.c] {
            buffer.overwrite(value);
        }
    }
}

/// Depthwise convolution, normalisation and a two-layer perceptron around a
/// residual connection (ConvNeXt, <https://arxiv.org/abs/2201.03545>).
pub(super) struct ConvBlock {
    channels: usize,
    taps: usize,
    dilation: usize,
    /// A row of channels per tap.
    kernel: Vec<f32>,
    kernel_bias: Vec<f32>,
    expand: Linear,
    contract: Linear,
}

impl ConvBlock {
    /// `name` is the prefix of the block's plain tensors, `expand` and
    /// `contract` name its quantised matrices.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn load(
        w: &Weights,
        name: &str,
        expand: &str,
        contract: &str,
        channels: usize,
        hidden: usize,
        taps: usize,
        dilation: usize,
    ) -> Result<Self> {
        let by_channel = w.floats(&format!("{name}.dw.weight"), channels * taps)?;
        let kernel =
            (0..taps * channels).map(|i| by_channel[i % channels * taps + i / channels]).collect();
        let norm = Affine::load(w, &format!("{name}.norm"), channels)?;
        let gamma = w.floats(&format!("{name}.gamma"), channels)?;
        let mut contract_weights = w.dequantised(contract, hidden, channels)?;
        let mut contract_bias = w.floats(&format!("{name}.pw2.bias"), channels)?;
        for row in contract_weights.chunks_exact_mut(channels).chain([contract_bias.as_mut_slice()])
        {
            row.iter_mut().zip(&gamma).for_each(|(v, g)| *v *= g);
        }
        Ok(Self {
            channels,
            taps,
            dilation,
            kernel,
            kernel_bias: w.floats(&format!("{name}.dw.bias"), channels)?,
            expand: norm
                .before(
                    w.dequantised(expand, channels, hidden)?,
                    w.floats(&format!("{name}.pw1.bias"), hidden)?,
                )
                .map_err(engine)?,
            contract: Linear::new(&contract_weights, &contract_bias).map_err(engine)?,
        })
    }

    /// Rows of context on each side.
    fn margin(&self) -> usize {
        self.taps / 2 * self.dilation
    }

    /// Appends to `out` a row for each row of `input` that has its context on both sides.
    pub(super) fn run(
        &self,
        input: &[f32],
        s: &mut Scratch,
        out: &mut Vec<f32>,
    ) -> TractResult<()> {
        let c = self.channels;
        let rows = (input.len() / c).saturating_sub(2 * self.margin());
        s.a.resize(rows, c)?;
        for (t, row) in s.a.cells_mut().chunks_exact_mut(c).enumerate() {
            row.copy_from_slice(&self.kernel_bias);
            for (tap, weights) in self.kernel.chunks_exact(c).enumerate() {
                multiply_add(row, weights, &input[(t + tap * self.dilation) * c..][..c]);
            }
            math::normalise(row);
        }
        self.expand.apply(&s.a, &mut s.b)?;
        math::gelu(s.b.cells_mut());
        self.contract.apply(&s.b, &mut s.c)?;
        let centre = &input[self.margin() * c..][..rows * c];
        out.extend(centre.iter().zip(s.c.cells()).map(|(x, d)| x + d));
        Ok(())
    }

    /// Applies the block to a whole sequence; outside of it there is silence.
    pub(super) fn run_whole(&self, x: &mut Vec<f32>, s: &mut Scratch) -> TractResult<()> {
        let margin = vec![0.0; self.margin() * self.channels];
        let padded = [margin.as_slice(), x, &margin].concat();
        x.clear();
        self.run(&padded, s, x)
    }
}

math::vectorised! {
    /// out += a ⊙ x.
    fn multiply_add(out: &mut [f32], a: &[f32], x: &[f32]) {
        for ((o, a), x) in out.iter_mut().zip(a).zip(x) {
            *o += a * x;
        }
    }
}

/// A dense convolution as a linear layer over `taps` neighbouring rows.
pub(super) fn dense(
    w: &Weights,
    name: &str,
    outputs: usize,
    inputs: usize,
    taps: usize,
) -> Result<Linear> {
    let stored = w.floats(&format!("{name}.weight"), outputs * inputs * taps)?;
    let bias = w.floats(&format!("{name}.bias"), outputs)?;
    Linear::new(&by_tap(&stored, outputs, inputs, taps), &bias).map_err(engine)
}

/// Inference failed on good input.
pub(super) fn engine(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(ErrorKind::Engine, "the voice's network failed").because(error)
}
