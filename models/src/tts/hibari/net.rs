//! The acoustic network: phonemes to durations, pitch and spectra.
//!
//! Two text encoders (one for the spectra, one for prosody) of two
//! convolutional blocks and one self-attention layer that is applied several
//! times; a duration head; a prosody net over 25 ms frames; a decoder over
//! 12.5 ms frames, which needs only [`LOOKAHEAD`] frames to either side and so
//! can be run block by block. All activations are row-major, a row per phoneme
//! or frame.

use tract_onnx::prelude::TractResult;

use super::linear::{Linear, Matrix};
use super::math;
use super::weights::Weights;
use crate::{Error, ErrorKind, Result};

/// Bins of a spectrum: 1200-point real FFT.
pub(super) const BINS: usize = 601;
/// Parts of a decoder output row: harmonic magnitude and phase, noise
/// magnitude, free magnitude and phase, [`BINS`] each.
pub(super) const PARTS: usize = 5;
/// Phoneme symbols that the network knows.
pub(super) const SYMBOLS: usize = 178;
/// Decoder frames (12.5 ms) per prosody frame (25 ms).
const FRAMES_PER_STEP: usize = 2;
/// Decoder frames beyond the current one that its output depends on.
const LOOKAHEAD: usize = 3 * (1 + DECODER_BLOCKS);

const TEXT: usize = 128;
const PROSODY: usize = 192;
const DECODER: usize = 256;
const DECODER_INPUT: usize = TEXT + 2;
const DECODER_BLOCKS: usize = 8;
const PROSODY_DILATIONS: [usize; 6] = [1, 2, 4, 8, 1, 2];
const HEADS: usize = 2;
/// A phoneme of ten seconds is a sign of nonsense, not of speech; in 25 ms steps.
const LONGEST_PHONEME: f32 = 400.0;

/// Buffers that every part reuses.
#[derive(Default)]
pub(super) struct Scratch {
    a: Matrix,
    b: Matrix,
    c: Matrix,
}

/// Depthwise convolution, normalisation and a two-layer perceptron around a
/// residual connection (ConvNeXt, <https://arxiv.org/abs/2201.03545>).
struct ConvBlock {
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
    fn load(
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
            expand: norm.before(
                w.dequantised(expand, channels, hidden)?,
                w.floats(&format!("{name}.pw1.bias"), hidden)?,
            )?,
            contract: Linear::new(&contract_weights, &contract_bias).map_err(engine)?,
        })
    }

    /// Rows of context on each side.
    fn margin(&self) -> usize {
        self.taps / 2 * self.dilation
    }

    /// Appends to `out` a row for each row of `input` that has its context on both sides.
    fn run(&self, input: &[f32], s: &mut Scratch, out: &mut Vec<f32>) -> TractResult<()> {
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

    /// The block over a whole sequence, which is taken as silent outside.
    fn run_whole(&self, x: &mut Vec<f32>, s: &mut Scratch) -> TractResult<()> {
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

/// The learnt scale and shift after a normalisation.
struct Affine {
    scale: Vec<f32>,
    shift: Vec<f32>,
}

impl Affine {
    fn load(w: &Weights, name: &str, channels: usize) -> Result<Self> {
        Ok(Self {
            scale: w.floats(&format!("{name}.weight"), channels)?,
            shift: w.floats(&format!("{name}.bias"), channels)?,
        })
    }

    /// A linear layer that does this first: (x ⊙ s + t) · W + b = x · (s ⊙ W) + (t · W + b).
    fn before(&self, mut weights: Vec<f32>, mut bias: Vec<f32>) -> Result<Linear> {
        let outputs = bias.len();
        for ((row, scale), shift) in
            weights.chunks_exact_mut(outputs).zip(&self.scale).zip(&self.shift)
        {
            math::add_scaled(&mut bias, row, *shift);
            row.iter_mut().for_each(|v| *v *= scale);
        }
        Linear::new(&weights, &bias).map_err(engine)
    }

    /// Normalisation with this scale and shift, of every row.
    fn normalise(&self, x: &mut [f32]) {
        for row in x.chunks_exact_mut(self.scale.len()) {
            math::normalise(row);
            for ((v, scale), shift) in row.iter_mut().zip(&self.scale).zip(&self.shift) {
                *v = *v * scale + shift;
            }
        }
    }
}

/// One of the two text encoders.
struct Encoder {
    channels: usize,
    embedding: Vec<f32>,
    convs: Vec<ConvBlock>,
    /// How often the attention layer is applied.
    rounds: usize,
    qkv: Linear,
    project: Linear,
    expand: Linear,
    contract: Linear,
    last: Affine,
}

impl Encoder {
    /// `suffix` and `first` say how the exporter numbered the quantised matrices of this encoder.
    fn load(
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
            qkv: Affine::load(w, &format!("{attn}.norm1"), c)?
                .before(w.dequantised(qkv, c, 3 * c)?, bias("self_attn.in_proj_bias", 3 * c)?)?,
            project: Linear::new(&matrix("out_proj", c, c)?, &bias("self_attn.out_proj.bias", c)?)
                .map_err(engine)?,
            expand: Affine::load(w, &format!("{attn}.norm2"), c)?
                .before(matrix("linear1", c, 2 * c)?, bias("linear1.bias", 2 * c)?)?,
            contract: Linear::new(&matrix("linear2", 2 * c, c)?, &bias("linear2.bias", c)?)
                .map_err(engine)?,
            last: Affine::load(w, &format!("{name}.text.norm"), c)?,
        })
    }

    /// A row of features per phoneme.
    fn run(&self, ids: &[usize], s: &mut Scratch) -> TractResult<Vec<f32>> {
        let c = self.channels;
        let mut x: Vec<f32> = ids
            .iter()
            .flat_map(|&id| &self.embedding[id.min(SYMBOLS - 1) * c..][..c])
            .copied()
            .collect();
        for conv in &self.convs {
            conv.run_whole(&mut x, s)?;
        }
        for _ in 0..self.rounds {
            self.normalised(&x, s)?;
            self.qkv.apply(&s.a, &mut s.b)?;
            attention(&s.b, c, &mut s.a)?;
            self.project.apply(&s.a, &mut s.c)?;
            math::add_scaled(&mut x, s.c.cells(), 1.0);
            self.normalised(&x, s)?;
            self.expand.apply(&s.a, &mut s.b)?;
            math::gelu(s.b.cells_mut());
            self.contract.apply(&s.b, &mut s.c)?;
            math::add_scaled(&mut x, s.c.cells(), 1.0);
        }
        self.last.normalise(&mut x);
        Ok(x)
    }

    fn normalised(&self, x: &[f32], s: &mut Scratch) -> TractResult<()> {
        s.a.resize(x.len() / self.channels, self.channels)?;
        s.a.cells_mut().copy_from_slice(x);
        s.a.cells_mut().chunks_exact_mut(self.channels).for_each(math::normalise);
        Ok(())
    }
}

/// Self-attention over all rows; `qkv` holds query, key and value side by side.
fn attention(qkv: &Matrix, channels: usize, out: &mut Matrix) -> TractResult<()> {
    let rows = qkv.rows();
    let width = channels / HEADS;
    let scale = 1.0 / (width as f32).sqrt();
    let mut scores = vec![0.0f32; rows];
    out.resize(rows, channels)?;
    out.cells_mut().fill(0.0);
    for head in 0..HEADS {
        for q in 0..rows {
            let query = &qkv.row(q)[head * width..][..width];
            for (k, score) in scores.iter_mut().enumerate() {
                *score = scale * math::dot(query, &qkv.row(k)[channels + head * width..][..width]);
            }
            math::softmax(&mut scores);
            let out = &mut out.row_mut(q)[head * width..][..width];
            for (v, score) in scores.iter().enumerate() {
                math::add_scaled(out, &qkv.row(v)[2 * channels + head * width..][..width], *score);
            }
        }
    }
    Ok(())
}

/// A dense convolution as a linear layer over `taps` neighbouring rows.
fn dense(w: &Weights, name: &str, outputs: usize, inputs: usize, taps: usize) -> Result<Linear> {
    let stored = w.floats(&format!("{name}.weight"), outputs * inputs * taps)?;
    let bias = w.floats(&format!("{name}.bias"), outputs)?;
    // Stored by output, input, tap; wanted by tap, input, then output.
    let weights: Vec<f32> = (0..taps * inputs * outputs)
        .map(|i| {
            let (output, input, tap) = (i % outputs, i / outputs % inputs, i / outputs / inputs);
            stored[(output * inputs + input) * taps + tap]
        })
        .collect();
    Linear::new(&weights, &bias).map_err(engine)
}

/// Lays `taps` neighbouring rows side by side, for [`dense`].
fn neighbours(input: &[f32], cols: usize, taps: usize, out: &mut Matrix) -> TractResult<()> {
    let rows = (input.len() / cols + 1).saturating_sub(taps);
    out.resize(rows, taps * cols)?;
    for (t, row) in out.cells_mut().chunks_exact_mut(taps * cols).enumerate() {
        row.copy_from_slice(&input[t * cols..][..taps * cols]);
    }
    Ok(())
}

/// The network.
pub(super) struct Net {
    text: Encoder,
    prosody_text: Encoder,
    duration_in: Linear,
    duration_out: Linear,
    prosody_in: Linear,
    prosody: Vec<ConvBlock>,
    prosody_out: Linear,
    decoder_in: Linear,
    decoder: Vec<ConvBlock>,
    head: Linear,
}

/// What a clause will sound like, before its spectra are made.
pub(super) struct Plan {
    /// Steps of 25 ms per phoneme, at least 1 each.
    pub(super) steps: Vec<usize>,
    /// Pitch per decoder frame of 12.5 ms, in Hz; below 40 the frame is unvoiced.
    pub(super) pitch: Vec<f32>,
    energy: Vec<f32>,
    text: Vec<f32>,
    /// The phoneme of each 25 ms step.
    owner: Vec<usize>,
}

impl Plan {
    /// Decoder frames of 12.5 ms.
    pub(super) fn frames(&self) -> usize {
        self.pitch.len()
    }
}

impl Net {
    /// Builds the network out of the voice's weights.
    pub(super) fn new(w: &Weights) -> Result<Self> {
        let blocks = |name: &str, short: &str, channels, hidden, dilations: &[usize]| {
            dilations
                .iter()
                .enumerate()
                .map(|(i, &dilation)| {
                    ConvBlock::load(
                        w,
                        &format!("{name}.{i}"),
                        &format!("/{short}.{i}/pw1/Transpose_output_0"),
                        &format!("/{short}.{i}/pw2/Transpose_output_0"),
                        channels,
                        hidden,
                        7,
                        dilation,
                    )
                })
                .collect::<Result<Vec<_>>>()
        };
        let head = Affine::load(w, "m.dec_norm", DECODER)?.before(
            w.dequantised("/head/Transpose_output_0", DECODER, PARTS * BINS)?,
            w.floats("m.head.bias", PARTS * BINS)?,
        )?;
        Ok(Self {
            text: Encoder::load(w, "m", TEXT, 4, "", "", "/Transpose_2_output_0")?,
            prosody_text: Encoder::load(w, "pn", PROSODY, 6, "_1", "_4", "/Transpose_25_output_0")?,
            duration_in: dense(w, "pn.dur.0", PROSODY, PROSODY, 3)?,
            duration_out: dense(w, "pn.dur.2", 1, PROSODY, 1)?,
            prosody_in: dense(w, "pn.pro_in", PROSODY, PROSODY, 1)?,
            prosody: blocks("pn.pro", "pro", PROSODY, 2 * PROSODY, &PROSODY_DILATIONS)?,
            prosody_out: dense(w, "pn.pro_out", 4, PROSODY, 1)?,
            decoder_in: dense(w, "m.dec_in", DECODER, DECODER_INPUT, 7)?,
            decoder: blocks("m.dec", "dec", DECODER, 3 * DECODER, &[1; DECODER_BLOCKS])?,
            head,
        })
    }

    /// Durations and pitch of a clause, from its phonemes.
    pub(super) fn plan(&self, ids: &[usize], speed: f32, s: &mut Scratch) -> Result<Plan> {
        self.plan_inner(ids, speed, s).map_err(engine)
    }

    fn plan_inner(&self, ids: &[usize], speed: f32, s: &mut Scratch) -> TractResult<Plan> {
        let text = self.text.run(ids, s)?;
        let features = self.prosody_text.run(ids, s)?;

        let edge = [0.0; PROSODY];
        neighbours(&[&edge[..], &features, &edge].concat(), PROSODY, 3, &mut s.a)?;
        self.duration_in.apply(&s.a, &mut s.b)?;
        math::gelu(s.b.cells_mut());
        self.duration_out.apply(&s.b, &mut s.c)?;
        let steps: Vec<usize> =
            s.c.cells()
                .iter()
                .map(|x| {
                    ((x.exp() - 1.0) / speed).round_ties_even().clamp(1.0, LONGEST_PHONEME) as usize
                })
                .collect();
        let owner: Vec<usize> =
            steps.iter().enumerate().flat_map(|(i, &n)| std::iter::repeat_n(i, n)).collect();

        s.a.resize(owner.len(), PROSODY)?;
        for (row, &i) in s.a.cells_mut().chunks_exact_mut(PROSODY).zip(&owner) {
            row.copy_from_slice(&features[i * PROSODY..][..PROSODY]);
        }
        self.prosody_in.apply(&s.a, &mut s.b)?;
        let mut x = s.b.cells().to_vec();
        for block in &self.prosody {
            block.run_whole(&mut x, s)?;
        }
        s.a.resize(owner.len(), PROSODY)?;
        s.a.cells_mut().copy_from_slice(&x);
        self.prosody_out.apply(&s.a, &mut s.b)?;
        // Each step carries two frames of pitch (in units of 100 Hz), then two of energy.
        let rows = s.b.cells().chunks_exact(2 * FRAMES_PER_STEP);
        let pitch = rows.clone().flat_map(|r| &r[..FRAMES_PER_STEP]).map(|p| p * 100.0).collect();
        let energy = rows.flat_map(|r| &r[FRAMES_PER_STEP..]).copied().collect();
        Ok(Plan { steps, pitch, energy, text, owner })
    }

    /// Starts the decoder on a plan.
    pub(super) fn decoder<'a>(&'a self, plan: &'a Plan) -> Decoder<'a> {
        let margin = |cols| vec![0.0; 3 * cols];
        let mut pending = vec![margin(DECODER_INPUT)];
        pending.extend((0..self.decoder.len()).map(|_| margin(DECODER)));
        Decoder { net: self, plan, pending, taken: 0, done: 0 }
    }
}

/// The decoder at work on one clause: each call gives the next spectra.
pub(super) struct Decoder<'a> {
    net: &'a Net,
    plan: &'a Plan,
    /// Per convolution, the rows that are still needed.
    pending: Vec<Vec<f32>>,
    /// Frames taken in.
    taken: usize,
    /// Frames given out.
    done: usize,
}

impl Decoder<'_> {
    /// Fills `out` with the next `frames` rows of spectra ([`PARTS`] · [`BINS`] columns),
    /// fewer at the end of the clause, none after it.
    pub(super) fn next(&mut self, frames: usize, s: &mut Scratch, out: &mut Matrix) -> Result<()> {
        self.next_inner(frames, s, out).map_err(engine)
    }

    fn next_inner(&mut self, frames: usize, s: &mut Scratch, out: &mut Matrix) -> TractResult<()> {
        let total = self.plan.frames();
        let upto = (self.done + frames + LOOKAHEAD).min(total);
        let last = upto == total && self.taken < total;
        for frame in self.taken..upto {
            self.take(frame);
        }
        self.taken = upto;

        let end = |rows: &mut Vec<f32>, cols: usize| {
            if last {
                rows.resize(rows.len() + 3 * cols, 0.0);
            }
        };
        let (first, rest) = self.pending.split_at_mut(1);
        let first = &mut first[0];
        end(first, DECODER_INPUT);
        neighbours(first, DECODER_INPUT, 7, &mut s.a)?;
        first.drain(..s.a.rows() * DECODER_INPUT);
        self.net.decoder_in.apply(&s.a, &mut s.b)?;
        let mut x = s.b.cells().to_vec();
        for (block, rows) in self.net.decoder.iter().zip(rest) {
            rows.append(&mut x);
            end(rows, DECODER);
            block.run(rows, s, &mut x)?;
            rows.drain(..x.len());
        }
        self.done += x.len() / DECODER;
        s.a.resize(x.len() / DECODER, DECODER)?;
        s.a.cells_mut().copy_from_slice(&x);
        s.a.cells_mut().chunks_exact_mut(DECODER).for_each(math::normalise);
        self.net.head.apply(&s.a, out)
    }

    /// Takes in what is known about one frame: its phoneme, its pitch, its energy.
    fn take(&mut self, frame: usize) {
        let owner = self.plan.owner[frame / FRAMES_PER_STEP];
        let rows = &mut self.pending[0];
        rows.extend_from_slice(&self.plan.text[owner * TEXT..][..TEXT]);
        rows.push(self.plan.pitch[frame].max(0.0).ln_1p() / 5.0);
        rows.push(self.plan.energy[frame]);
    }
}

/// Inference failed on good input.
fn engine(e: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Engine, format!("the voice's network failed: {e}"))
}
