//! The network: Whisper's encoder (two convolutions, four layers of attention)
//! over 400 positions of 20 ms, pooled by attention into one vector, and a
//! small head on it.
//!
//! An utterance of two seconds comes after six seconds of silence. The positions of this silence
//! differ only in their place, so they are taken in groups: one position represents its group, and
//! attention counts it accordingly.

use tract_onnx::prelude::TractResult;

use super::features::{FRAMES, MELS};
use crate::nn::{Affine, Linear, Matrix, Products, Weights, attention, by_tap, math, neighbours};
use crate::{Cancel, Error, ErrorKind, Result};

/// Positions of 20 ms.
const POSITIONS: usize = FRAMES / 2;
const WIDTH: usize = 384;
const HIDDEN: usize = 4 * WIDTH;
const HEADS: usize = 6;
const TAPS: usize = 3;
/// Widths of the pooling and of the head.
const POOL: usize = 256;
const HEAD: [usize; 2] = [256, 64];
/// How many positions of silence one represents, by default.
pub(super) const GROUP: usize = 8;

/// The numbers that the exporter gave to the matrices of each layer: query,
/// key, value, projection, and the two of the perceptron.
const LAYERS: [[u32; 6]; 4] = [
    [17, 25, 32, 75, 79, 88],
    [92, 100, 107, 148, 152, 161],
    [165, 173, 180, 221, 225, 234],
    [238, 246, 253, 294, 298, 307],
];

pub(super) struct Net {
    conv1: Linear,
    conv2: Linear,
    positions: Vec<f32>,
    layers: Vec<Layer>,
    products: Products,
    norm: Affine,
    pool: [Linear; 2],
    head: [Linear; 3],
    head_norm: Affine,
}

struct Layer {
    qkv: Linear,
    project: Linear,
    expand: Linear,
    contract: Linear,
}

/// Buffers that every call reuses.
#[derive(Default)]
pub(super) struct Scratch {
    a: Matrix,
    b: Matrix,
    c: Matrix,
}

impl Scratch {
    pub(super) fn wipe(&mut self) {
        for buffer in [&mut self.a, &mut self.b, &mut self.c] {
            buffer.wipe();
        }
    }
}

impl Net {
    pub(super) fn new(w: &Weights) -> Result<Self> {
        let linear =
            |weights: Vec<f32>, bias: Vec<f32>| Linear::new(&weights, &bias).map_err(engine);
        let conv = |name: &str, inputs: usize| {
            let name = format!("inner.encoder.{name}");
            let stored = w.dequantised_by_row(&format!("{name}.weight"), WIDTH, inputs * TAPS)?;
            let bias = w.dequantised_bias(&format!("{name}.bias"), WIDTH)?;
            linear(by_tap(&stored, WIDTH, inputs, TAPS), bias)
        };
        // The head's matrices have a row per output.
        let head = |number: u32, inputs: usize, outputs: usize| {
            let name = format!("inner.classifier.{number}");
            let stored = w.dequantised_by_row(&format!("{name}.weight"), outputs, inputs)?;
            let bias = w.dequantised_bias(&format!("{name}.bias"), outputs)?;
            linear(by_tap(&stored, outputs, inputs, 1), bias)
        };
        let pool = |value: &str, number: u32, inputs: usize, outputs: usize| {
            let bias = w.floats(&format!("inner.pool_attention.{number}.bias"), outputs)?;
            linear(w.dequantised(value, inputs, outputs)?, bias)
        };
        Ok(Self {
            conv1: conv("conv1", MELS)?,
            conv2: conv("conv2", WIDTH)?,
            positions: w.floats("inner.encoder.embed_positions.weight", POSITIONS * WIDTH)?,
            layers: (0..LAYERS.len()).map(|i| Layer::load(w, i)).collect::<Result<_>>()?,
            products: Products::new().map_err(engine)?,
            norm: Affine::load(w, "inner.encoder.layer_norm", WIDTH)?,
            pool: [pool("val_311", 0, WIDTH, POOL)?, pool("val_313", 2, POOL, 1)?],
            head: [head(0, WIDTH, HEAD[0])?, head(4, HEAD[0], HEAD[1])?, head(6, HEAD[1], 1)?],
            head_norm: Affine::load(w, "inner.classifier.1", HEAD[0])?,
        })
    }

    /// The probability that the speaker has finished, from [`FRAMES`] rows of [`MELS`] features.
    /// The first `alike` rows are equal; `group` of their positions are taken as one.
    pub(super) fn run(
        &self,
        features: &[f32],
        alike: usize,
        group: usize,
        cancel: &Cancel,
        s: &mut Scratch,
    ) -> Result<f32> {
        // Position p depends on the frames from 2 p − 2 to 2 p + 2.
        let silent = if group == 1 { 0 } else { alike.saturating_sub(1) / 2 };
        let silent = silent / group * group;
        cancel.check()?;
        let (mut x, counts) = self.embed(features, silent, group, s).map_err(engine)?;
        let counts = (silent > 0).then_some(&counts[..]);
        for layer in &self.layers {
            cancel.check()?;
            layer.run(&mut x, counts, &self.products, s).map_err(engine)?;
        }
        cancel.check()?;
        self.judge(x, counts, s).map_err(engine)
    }

    /// The first `silent` positions in groups, then all others. Also returns how many positions
    /// each row represents.
    fn embed(
        &self,
        features: &[f32],
        silent: usize,
        group: usize,
        s: &mut Scratch,
    ) -> TractResult<(Vec<f32>, Vec<f32>)> {
        // The last silent position is computed and represents all of them.
        let first = silent.saturating_sub(1);
        let zeros = [0.0; WIDTH];
        let edge = |cols: usize| if first == 0 { &zeros[..cols] } else { &[] };
        let heard = &features[(2 * first).saturating_sub(2) * MELS..];
        neighbours(&[edge(MELS), heard, &zeros[..MELS]].concat(), MELS, TAPS, 1, &mut s.a)?;
        self.conv1.apply(&s.a, &mut s.b)?;
        math::gelu(s.b.cells_mut());
        neighbours(&[edge(WIDTH), s.b.cells()].concat(), WIDTH, TAPS, 2, &mut s.a)?;
        self.conv2.apply(&s.a, &mut s.b)?;
        math::gelu(s.b.cells_mut());

        let groups = silent / group;
        let mut x = Vec::with_capacity((groups + POSITIONS - silent) * WIDTH);
        for one in 0..groups {
            x.extend_from_slice(s.b.row(0));
            let middle = one * group + group / 2;
            let at = x.len() - WIDTH;
            math::add_scaled(&mut x[at..], &self.positions[middle * WIDTH..][..WIDTH], 1.0);
        }
        let at = x.len();
        x.extend_from_slice(&s.b.cells()[(silent - first) * WIDTH..]);
        math::add_scaled(&mut x[at..], &self.positions[silent * WIDTH..], 1.0);
        let mut counts = vec![group as f32; groups];
        counts.resize(x.len() / WIDTH, 1.0);
        Ok((x, counts))
    }

    /// Pools all positions into one and applies the head.
    fn judge(&self, mut x: Vec<f32>, counts: Option<&[f32]>, s: &mut Scratch) -> TractResult<f32> {
        self.norm.normalise(&mut x);
        fill(&mut s.a, &x, WIDTH)?;
        self.pool[0].apply(&s.a, &mut s.b)?;
        math::tanh_all(s.b.cells_mut());
        self.pool[1].apply(&s.b, &mut s.c)?;
        match counts {
            None => math::softmax(s.c.cells_mut(), 1.0),
            Some(counts) => math::softmax_counted(s.c.cells_mut(), 1.0, counts),
        }
        s.a.resize(1, WIDTH)?;
        s.a.cells_mut().fill(0.0);
        for (row, share) in x.chunks_exact(WIDTH).zip(s.c.cells()) {
            math::add_scaled(s.a.cells_mut(), row, *share);
        }
        self.head[0].apply(&s.a, &mut s.b)?;
        self.head_norm.normalise(s.b.cells_mut());
        math::gelu(s.b.cells_mut());
        self.head[1].apply(&s.b, &mut s.a)?;
        math::gelu(s.a.cells_mut());
        self.head[2].apply(&s.a, &mut s.b)?;
        Ok(1.0 / (1.0 + (-s.b.cells()[0]).exp()))
    }
}

impl Layer {
    fn load(w: &Weights, index: usize) -> Result<Self> {
        let name = format!("inner.encoder.layers.{index}");
        let matrix = |which: usize, rows, cols| {
            w.dequantised(&format!("val_{}", LAYERS[index][which]), rows, cols)
        };
        let bias = |part: &str, len| w.floats(&format!("{name}.{part}.bias"), len);
        let parts = [matrix(0, WIDTH, WIDTH)?, matrix(1, WIDTH, WIDTH)?, matrix(2, WIDTH, WIDTH)?];
        let qkv: Vec<f32> = (0..WIDTH)
            .flat_map(|row| parts.iter().flat_map(move |m| &m[row * WIDTH..][..WIDTH]))
            .copied()
            .collect();
        // Whisper's keys have no bias.
        let none = vec![0.0; WIDTH];
        let qkv_bias =
            [bias("self_attn.q_proj", WIDTH)?, none, bias("self_attn.v_proj", WIDTH)?].concat();
        let norm = |part: &str| Affine::load(w, &format!("{name}.{part}"), WIDTH);
        Ok(Self {
            qkv: norm("self_attn_layer_norm")?.before(qkv, qkv_bias).map_err(engine)?,
            project: Linear::new(&matrix(3, WIDTH, WIDTH)?, &bias("self_attn.out_proj", WIDTH)?)
                .map_err(engine)?,
            expand: norm("final_layer_norm")?
                .before(matrix(4, WIDTH, HIDDEN)?, bias("fc1", HIDDEN)?)
                .map_err(engine)?,
            contract: Linear::new(&matrix(5, HIDDEN, WIDTH)?, &bias("fc2", WIDTH)?)
                .map_err(engine)?,
        })
    }

    fn run(
        &self,
        x: &mut [f32],
        counts: Option<&[f32]>,
        products: &Products,
        s: &mut Scratch,
    ) -> TractResult<()> {
        normalised(x, &mut s.a)?;
        self.qkv.apply(&s.a, &mut s.b)?;
        attention(products, &s.b, HEADS, counts, &mut s.c, &mut s.a)?;
        self.project.apply(&s.a, &mut s.b)?;
        math::add_scaled(x, s.b.cells(), 1.0);
        normalised(x, &mut s.a)?;
        self.expand.apply(&s.a, &mut s.b)?;
        math::gelu(s.b.cells_mut());
        self.contract.apply(&s.b, &mut s.a)?;
        math::add_scaled(x, s.a.cells(), 1.0);
        Ok(())
    }
}

fn fill(matrix: &mut Matrix, cells: &[f32], cols: usize) -> TractResult<()> {
    matrix.resize(cells.len() / cols, cols)?;
    matrix.cells_mut().copy_from_slice(cells);
    Ok(())
}

/// Rows normalised to mean 0 and variance 1; their scale and shift are in the layer after.
fn normalised(x: &[f32], out: &mut Matrix) -> TractResult<()> {
    fill(out, x, WIDTH)?;
    out.cells_mut().chunks_exact_mut(WIDTH).for_each(math::normalise);
    Ok(())
}

/// Inference failed on good input.
fn engine(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(ErrorKind::Engine, "the end-of-turn network failed").because(error)
}
