//! The text encoder: phonemes to features.

use tract_onnx::prelude::TractResult;

use super::layers::{ConvBlock, Scratch, engine};
use crate::nn::{Affine, Linear, Products, Weights, attention, math};
use crate::{Cancel, Result};

/// Phoneme symbols that the network knows.
pub(super) const SYMBOLS: usize = 178;

const HEADS: usize = 2;

/// One of the two text encoders.
pub(super) struct Encoder {
    channels: usize,
    embedding: Vec<f32>,
    convs: Vec<ConvBlock>,
    /// How often the attention layer is applied.
    rounds: usize,
    products: Products,
    qkv: Linear,
    project: Linear,
    expand: Linear,
    contract: Linear,
    last: Affine,
}

impl Encoder {
    /// `suffix` and `first` show how the exporter numbered the quantised matrices of this encoder.
    pub(super) fn load(
        w: &Weights,
        name: &str,
        channels: usize,
        rounds: usize,
        conv_suffix: &str,
        suffix: &str,
        qkv: &str,
    ) -> Result<Self> {
        let c = channels;
        let convs = (0..2)
            .map(|i| {
                ConvBlock::load(
                    w,
                    &format!("{name}.text.convs.{i}"),
                    &format!("/convs.{i}/pw1{conv_suffix}/Transpose_output_0"),
                    &format!("/convs.{i}/pw2{conv_suffix}/Transpose_output_0"),
                    c,
                    2 * c,
                    5,
                    1,
                )
            })
            .collect::<Result<_>>()?;
        let attn = format!("{name}.text.attn");
        let matrix = |layer: &str, rows, cols| {
            w.dequantised(&format!("/{layer}{suffix}/Transpose_output_0"), rows, cols)
        };
        let bias = |layer: &str, len| w.floats(&format!("{attn}.{layer}"), len);
        Ok(Self {
            channels: c,
            embedding: w.floats(&format!("{name}.text.emb.weight"), SYMBOLS * c)?,
            convs,
            rounds,
            products: Products::new().map_err(engine)?,
            qkv: Affine::load(w, &format!("{attn}.norm1"), c)?
                .before(w.dequantised(qkv, c, 3 * c)?, bias("self_attn.in_proj_bias", 3 * c)?)
                .map_err(engine)?,
            project: Linear::new(&matrix("out_proj", c, c)?, &bias("self_attn.out_proj.bias", c)?)
                .map_err(engine)?,
            expand: Affine::load(w, &format!("{attn}.norm2"), c)?
                .before(matrix("linear1", c, 2 * c)?, bias("linear1.bias", 2 * c)?)
                .map_err(engine)?,
            contract: Linear::new(&matrix("linear2", 2 * c, c)?, &bias("linear2.bias", c)?)
                .map_err(engine)?,
            last: Affine::load(w, &format!("{name}.text.norm"), c)?,
        })
    }

    /// A row of features per phoneme.
    ///
    /// # Errors
    /// `Cancelled` within a round of attention, `Engine` when the network fails.
    pub(super) fn run(&self, ids: &[usize], cancel: &Cancel, s: &mut Scratch) -> Result<Vec<f32>> {
        let c = self.channels;
        let mut x: Vec<f32> = ids
            .iter()
            .flat_map(|&id| &self.embedding[id.min(SYMBOLS - 1) * c..][..c])
            .copied()
            .collect();
        for conv in &self.convs {
            cancel.check()?;
            conv.run_whole(&mut x, s).map_err(engine)?;
        }
        for _ in 0..self.rounds {
            cancel.check()?;
            self.attend(&mut x, s).map_err(engine)?;
        }
        self.last.normalise(&mut x);
        Ok(x)
    }

    /// One round of the attention layer.
    fn attend(&self, x: &mut [f32], s: &mut Scratch) -> TractResult<()> {
        self.normalised(x, s)?;
        self.qkv.apply(&s.a, &mut s.b)?;
        attention(&self.products, &s.b, HEADS, None, &mut s.c, &mut s.a)?;
        self.project.apply(&s.a, &mut s.c)?;
        math::add_scaled(x, s.c.cells(), 1.0);
        self.normalised(x, s)?;
        self.expand.apply(&s.a, &mut s.b)?;
        math::gelu(s.b.cells_mut());
        self.contract.apply(&s.b, &mut s.c)?;
        math::add_scaled(x, s.c.cells(), 1.0);
        Ok(())
    }

    fn normalised(&self, x: &[f32], s: &mut Scratch) -> TractResult<()> {
        s.a.resize(x.len() / self.channels, self.channels)?;
        s.a.cells_mut().copy_from_slice(x);
        s.a.cells_mut().chunks_exact_mut(self.channels).for_each(math::normalise);
        Ok(())
    }
}
