//! The acoustic net: which phoneme is heard when.
//!
//! ```text
//! 80 bands/10 ms ─► convolution, 3 taps, every 2nd ─► 4 blocks ─► 191 log-probabilities/20 ms
//! block: ½ feed-forward, attention, convolution over 31 frames, ½ feed-forward, norm
//! ```

use std::path::Path;

use ndarray::{Array2, Axis};

use crate::Result;
use crate::layers::{Depthwise, LayerNorm, Linear, attention, gelu, log_softmax, sigmoid, silu};
use crate::mel::{BANDS, Mel, view};
use crate::weights::{Kind, Weights};

/// Channels of a frame between the layers.
const WIDTH: usize = 144;
const HIDDEN: usize = 576;
const HEADS: usize = 4;
const TAPS: usize = 31;
const BLOCKS: usize = 4;
/// What the net tells apart: the phonemes of [`crate::symbols`], the word boundary and the blank.
pub(crate) const SYMBOLS: usize = 191;

/// The acoustic net. It has no state, so several spotters may share it.
pub struct Acoustic {
    pub(crate) mel: Mel,
    stem: Linear,
    blocks: Vec<Block>,
    out: Linear,
}

struct Block {
    before: FeedForward,
    attention_norm: LayerNorm,
    attention_in: Linear,
    attention_out: Linear,
    conv_norm: LayerNorm,
    conv_in: Linear,
    conv: Depthwise,
    conv_out: Linear,
    after: FeedForward,
    norm: LayerNorm,
}

struct FeedForward {
    norm: LayerNorm,
    up: Linear,
    down: Linear,
}

impl Acoustic {
    /// Reads `asr_waveform.hama` in a folder.
    ///
    /// # Errors
    /// [`Missing`](crate::ErrorKind::Missing), [`Io`](crate::ErrorKind::Io), or
    /// [`Damaged`](crate::ErrorKind::Damaged) if the file is not the net.
    pub fn load(folder: impl AsRef<Path>) -> Result<Self> {
        let path = folder.as_ref().join("asr_waveform.hama");
        let weights = Weights::load(&path, Kind::Acoustic)?;
        Self::new(&weights).map_err(|e| e.with_path(path))
    }

    pub(crate) fn new(weights: &Weights) -> Result<Self> {
        let stem = weights.get("onnx::Conv_801", &[WIDTH, BANDS, 3])?;
        // From output, band, tap to a row per tap and band.
        let by_tap = Array2::from_shape_fn((3 * BANDS, WIDTH), |(input, output)| {
            let (tap, band) = (input / BANDS, input % BANDS);
            stem.get((output * BANDS + band) * 3 + tap).copied().unwrap_or_default()
        });
        Ok(Self {
            mel: Mel::new(weights)?,
            stem: Linear::of(by_tap, weights.get("onnx::Conv_802", &[WIDTH])?),
            blocks: (0..BLOCKS).map(|i| Block::new(weights, i)).collect::<Result<_>>()?,
            out: Linear::by_output(
                weights,
                "acoustic_model.model.proj.weight",
                Some("acoustic_model.model.proj.bias"),
                &[SYMBOLS, WIDTH, 1],
            )?,
        })
    }

    /// The log-probabilities of all symbols, a row for each 20 ms, given features.
    pub(crate) fn hear(&self, columns: &[f32]) -> Array2<f32> {
        let Some(mel) = view(columns) else { return Array2::zeros((0, SYMBOLS)) };
        let frames = mel.nrows().div_ceil(2);
        // Three neighbouring columns side by side; there are zeros beyond the ends.
        let mut neighbours = Array2::zeros((frames, 3 * BANDS));
        for (t, mut row) in neighbours.rows_mut().into_iter().enumerate() {
            for (mut tap, column) in row.exact_chunks_mut(BANDS).into_iter().zip(2 * t..) {
                if let Some(column) = column.checked_sub(1).filter(|&c| c < mel.nrows()) {
                    tap.assign(&mel.index_axis(Axis(0), column));
                }
            }
        }
        let mut x = self.stem.apply(&neighbours.view());
        gelu(&mut x);
        for block in &self.blocks {
            x = block.apply(x);
        }
        let mut y = self.out.apply(&x.view());
        for mut row in y.rows_mut() {
            if let Some(row) = row.as_slice_mut() {
                log_softmax(row);
            }
        }
        y
    }

    /// The log-probabilities of all symbols in a recording at 16 kHz, a row for each 20 ms.
    pub fn hear_recording(&self, samples: &[f32]) -> Array2<f32> {
        self.hear(&self.mel.whole(samples))
    }
}

impl Block {
    fn new(weights: &Weights, index: usize) -> Result<Self> {
        let own = |name: &str| format!("acoustic_model.model.blocks.{index}.{name}");
        // The export has numbers in place of the names of transposed and of folded weights.
        let product = |number: usize| format!("onnx::MatMul_{}", number + 9 * index);
        let folded = |number: usize| format!("onnx::Conv_{}", number + 3 * index);
        let forward = |name: &str, first: usize| {
            let bias = |layer: &str| own(&format!("{name}.{layer}.bias"));
            Ok(FeedForward {
                norm: LayerNorm::new(weights, &own(&format!("{name}.norm")), WIDTH)?,
                up: Linear::by_input(weights, &product(first), Some(&bias("fc1")), WIDTH, HIDDEN)?,
                down: Linear::by_input(
                    weights,
                    &product(first + 1),
                    Some(&bias("fc2")),
                    HIDDEN,
                    WIDTH,
                )?,
            })
        };
        let pointwise = |name: &str, outputs: usize| {
            let bias = own(&format!("conv.{name}.bias"));
            let name = own(&format!("conv.{name}.weight"));
            Linear::by_output(weights, &name, Some(&bias), &[outputs, WIDTH, 1])
        };
        let biased = |number: usize, bias: &str, outputs: usize| {
            Linear::by_input(weights, &product(number), Some(&own(bias)), WIDTH, outputs)
        };
        Ok(Self {
            before: forward("ffn1", 829)?,
            attention_norm: LayerNorm::new(weights, &own("attn_norm"), WIDTH)?,
            attention_in: biased(831, "attn.in_proj_bias", 3 * WIDTH)?,
            attention_out: biased(835, "attn.out_proj.bias", WIDTH)?,
            conv_norm: LayerNorm::new(weights, &own("conv.norm"), WIDTH)?,
            conv_in: pointwise("pointwise1", 2 * WIDTH)?,
            conv: Depthwise::new(weights, &folded(804), Some(&folded(805)), WIDTH, TAPS)?,
            conv_out: pointwise("pointwise2", WIDTH)?,
            after: forward("ffn2", 836)?,
            norm: LayerNorm::new(weights, &own("norm"), WIDTH)?,
        })
    }

    fn apply(&self, mut x: Array2<f32>) -> Array2<f32> {
        self.before.add_half(&mut x);

        let qkv = self.attention_in.apply(&self.attention_norm.of(&x).view());
        let mixed = attention(&qkv, HEADS);
        self.attention_out.add(&mixed.view(), 1.0, &mut x.view_mut());

        let gated = self.conv_in.apply(&self.conv_norm.of(&x).view());
        let mut open = Array2::zeros((x.nrows(), WIDTH));
        for (mut open, gated) in open.rows_mut().into_iter().zip(gated.rows()) {
            let (value, gate) = gated.split_at(Axis(0), WIDTH);
            for ((y, x), gate) in open.iter_mut().zip(value).zip(gate) {
                *y = x * sigmoid(*gate);
            }
        }
        let mut y = self.conv.apply(&open);
        silu(&mut y);
        self.conv_out.add(&y.view(), 1.0, &mut x.view_mut());

        self.after.add_half(&mut x);
        self.norm.apply(&mut x);
        x
    }
}

impl FeedForward {
    /// Adds half of what it computes.
    fn add_half(&self, x: &mut Array2<f32>) {
        let mut hidden = self.up.apply(&self.norm.of(x).view());
        silu(&mut hidden);
        self.down.add(&hidden.view(), 0.5, &mut x.view_mut());
    }
}
