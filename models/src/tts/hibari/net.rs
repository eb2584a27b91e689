//! The acoustic network: phonemes to durations, pitch and spectra.
//!
//! It consists of two text encoders (one for the spectra, one for prosody), a duration head, a
//! prosody net over 25 ms frames, and a decoder over 12.5 ms frames. A text encoder has two
//! convolutional blocks and one self-attention layer that is applied several times. The decoder
//! needs only [`LOOKAHEAD`] frames on either side, so it can run block by block. All activations are
//! row-major, a row per phoneme or frame.

use tract_onnx::prelude::TractResult;

use super::encoder::Encoder;
use super::layers::{ConvBlock, Scratch, dense, engine};
use crate::nn::{Affine, Linear, Matrix, Weights, math, neighbours};
use crate::{Cancel, Result};

/// Bins of a spectrum: 1200-point real FFT.
pub(super) const BINS: usize = 601;
/// Parts of a decoder output row: harmonic magnitude and phase, noise
/// magnitude, free magnitude and phase, [`BINS`] each.
pub(super) const PARTS: usize = 5;
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
/// A phoneme of ten seconds is a sign of an error, not of speech; in 25 ms steps.
const LONGEST_PHONEME: f32 = 400.0;

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

/// The sound of a clause before its spectra are computed.
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
        let head = Affine::load(w, "m.dec_norm", DECODER)?
            .before(
                w.dequantised("/head/Transpose_output_0", DECODER, PARTS * BINS)?,
                w.floats("m.head.bias", PARTS * BINS)?,
            )
            .map_err(engine)?;
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
    ///
    /// # Errors
    /// `Cancelled` within a layer or so, `Engine` when the network fails.
    pub(super) fn plan(
        &self,
        ids: &[usize],
        speed: f32,
        cancel: &Cancel,
        s: &mut Scratch,
    ) -> Result<Plan> {
        let text = self.text.run(ids, cancel, s)?;
        let features = self.prosody_text.run(ids, cancel, s)?;
        let steps = self.durations(&features, speed, s).map_err(engine)?;
        let owner: Vec<usize> =
            steps.iter().enumerate().flat_map(|(i, &n)| std::iter::repeat_n(i, n)).collect();
        let mut x = self.stretched(&features, &owner, s).map_err(engine)?;
        for block in &self.prosody {
            cancel.check()?;
            block.run_whole(&mut x, s).map_err(engine)?;
        }
        cancel.check()?;
        let (pitch, energy) = self.melody(owner.len(), &x, s).map_err(engine)?;
        Ok(Plan { steps, pitch, energy, text, owner })
    }

    /// The steps of each phoneme.
    fn durations(&self, features: &[f32], speed: f32, s: &mut Scratch) -> TractResult<Vec<usize>> {
        let edge = [0.0; PROSODY];
        neighbours(&[&edge[..], features, &edge].concat(), PROSODY, 3, 1, &mut s.a)?;
        self.duration_in.apply(&s.a, &mut s.b)?;
        math::gelu(s.b.cells_mut());
        self.duration_out.apply(&s.b, &mut s.c)?;
        let steps = s.c.cells().iter().map(|x| {
            ((x.exp() - 1.0) / speed).round_ties_even().clamp(1.0, LONGEST_PHONEME) as usize
        });
        Ok(steps.collect())
    }

    /// The input of the prosody net: a row for each step, from the phoneme that the step belongs
    /// to.
    fn stretched(
        &self,
        features: &[f32],
        owner: &[usize],
        s: &mut Scratch,
    ) -> TractResult<Vec<f32>> {
        s.a.resize(owner.len(), PROSODY)?;
        for (row, &i) in s.a.cells_mut().chunks_exact_mut(PROSODY).zip(owner) {
            row.copy_from_slice(&features[i * PROSODY..][..PROSODY]);
        }
        self.prosody_in.apply(&s.a, &mut s.b)?;
        Ok(s.b.cells().to_vec())
    }

    /// Pitch and energy of each frame.
    fn melody(
        &self,
        steps: usize,
        x: &[f32],
        s: &mut Scratch,
    ) -> TractResult<(Vec<f32>, Vec<f32>)> {
        s.a.resize(steps, PROSODY)?;
        s.a.cells_mut().copy_from_slice(x);
        self.prosody_out.apply(&s.a, &mut s.b)?;
        // Each step carries two frames of pitch (in units of 100 Hz), then two of energy.
        let rows = s.b.cells().chunks_exact(2 * FRAMES_PER_STEP);
        let pitch = rows.clone().flat_map(|r| &r[..FRAMES_PER_STEP]).map(|p| p * 100.0).collect();
        let energy = rows.flat_map(|r| &r[FRAMES_PER_STEP..]).copied().collect();
        Ok((pitch, energy))
    }

    /// Starts the decoder on a plan.
    pub(super) fn decoder<'a>(&'a self, plan: &'a Plan) -> Decoder<'a> {
        let margin = |cols| vec![0.0; 3 * cols];
        let mut pending = vec![margin(DECODER_INPUT)];
        pending.extend((0..self.decoder.len()).map(|_| margin(DECODER)));
        Decoder { net: self, plan, pending, taken: 0, done: 0 }
    }
}

/// The decoder for one clause: each call gives the next spectra.
pub(super) struct Decoder<'a> {
    net: &'a Net,
    plan: &'a Plan,
    /// For each convolution, the rows that are still needed.
    pending: Vec<Vec<f32>>,
    /// Frames taken in.
    taken: usize,
    /// Frames returned.
    done: usize,
}

impl Decoder<'_> {
    /// Fills `out` with the next `frames` rows of spectra ([`PARTS`] · [`BINS`] columns); fewer at
    /// the end of the clause, none after it.
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
        neighbours(first, DECODER_INPUT, 7, 1, &mut s.a)?;
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

    /// Takes the input of one frame: its phoneme, its pitch, its energy.
    fn take(&mut self, frame: usize) {
        let owner = self.plan.owner[frame / FRAMES_PER_STEP];
        let rows = &mut self.pending[0];
        rows.extend_from_slice(&self.plan.text[owner * TEXT..][..TEXT]);
        rows.push(self.plan.pitch[frame].max(0.0).ln_1p() / 5.0);
        rows.push(self.plan.energy[frame]);
    }
}
