use tract_onnx::prelude::TractResult;

use super::linear::Linear;
use super::math;
use super::weights::Weights;
use crate::Result;

/// The learnt scale and shift after a normalisation.
pub(crate) struct Affine {
    scale: Vec<f32>,
    shift: Vec<f32>,
}

impl Affine {
    /// Reads `NAME.weight` and `NAME.bias`.
    pub(crate) fn load(w: &Weights, name: &str, channels: usize) -> Result<Self> {
        Ok(Self {
            scale: w.floats(&format!("{name}.weight"), channels)?,
            shift: w.floats(&format!("{name}.bias"), channels)?,
        })
    }

    /// A linear layer that also applies this scale and shift first: (x ⊙ s + t) · W + b = x · (s ⊙
    /// W) + (t · W + b).
    pub(crate) fn before(&self, mut weights: Vec<f32>, mut bias: Vec<f32>) -> TractResult<Linear> {
        let outputs = bias.len();
        for ((row, scale), shift) in
            weights.chunks_exact_mut(outputs).zip(&self.scale).zip(&self.shift)
        {
            math::add_scaled(&mut bias, row, *shift);
            row.iter_mut().for_each(|v| *v *= scale);
        }
        Linear::new(&weights, &bias)
    }

    /// Normalisation with this scale and shift, of every row.
    pub(crate) fn normalise(&self, x: &mut [f32]) {
        for row in x.chunks_exact_mut(self.scale.len()) {
            math::normalise(row);
            for ((v, scale), shift) in row.iter_mut().zip(&self.scale).zip(&self.shift) {
                *v = *v * scale + shift;
            }
        }
    }
}
