//! Converts a CTranslate2 Whisper model to the ggml file of whisper.cpp, 16-bit.
//!
//! Both keep weights as `[out, in]` in row-major order, so nothing is
//! transposed; fused query/key/value matrices are cut by rows. The layout is
//! that of whisper.cpp's `convert-pt-to-ggml.py`.

use std::io::Write;
use std::ops::Range;

use half::f16;
use sayso_models::mel;

use super::ct2::{Ct2, Type};
use super::reader::damaged;
use super::{io_error, vocabulary};
use crate::error::Result;

const WHAT: &str = "Whisper model";
/// First bytes of a ggml file, as a little-endian number.
pub(super) const MAGIC: i32 = 0x6767_6d6c;
/// ggml's number for `f16`, as tensor type and as file type.
pub(super) const F16: i32 = 1;

/// More than in any Whisper model; keeps sums far from overflow.
const MAX_DIM: usize = 1 << 20;
const MAX_LAYERS: usize = 64;

/// Writes the ggml file for the CTranslate2 Whisper `model` (the bytes of
/// `model.bin`) and its `vocabulary` (`vocabulary.txt`, one token a line in
/// id order) to `out`.
///
/// # Errors
/// [`Damaged`](crate::ErrorKind::Damaged) when an input is truncated, foreign or
/// inconsistent, [`Io`](crate::ErrorKind::Io) when `out` fails. What was written to `out`
/// before is then useless.
pub fn whisper_ct2_to_ggml(model: &[u8], vocabulary: &[u8], out: &mut dyn Write) -> Result<()> {
    let ct2 = Ct2::parse(model, "WhisperSpec")?;
    let dims = Dims::read(&ct2)?;
    let tokens = vocabulary::text_tokens(vocabulary, dims.vocab)?;
    let mut to = Writer { ct2: &ct2, out, buffer: Vec::new() };
    to.header(&dims, &tokens)?;
    to.stem(&dims)?;
    for layer in 0..dims.encoder_layers {
        to.layer("encoder", layer, dims.state)?;
    }
    for layer in 0..dims.decoder_layers {
        to.layer("decoder", layer, dims.state)?;
    }
    Ok(())
}

struct Dims {
    vocab: usize,
    audio_ctx: usize,
    text_ctx: usize,
    state: usize,
    heads: usize,
    encoder_layers: usize,
    decoder_layers: usize,
    mels: usize,
}

impl Dims {
    fn read(ct2: &Ct2<'_>) -> Result<Self> {
        let state = ct2.get("encoder/conv1/bias", 1)?.dims[0];
        let heads = match ct2.find("encoder/num_heads") {
            Some(heads) if heads.len() == 1 => heads.get(0) as usize,
            _ => state / 64,
        };
        let dims = Self {
            vocab: ct2.get("decoder/embeddings/weight", 2)?.dims[0],
            audio_ctx: ct2.get("encoder/position_encodings/encodings", 2)?.dims[0],
            text_ctx: ct2.get("decoder/position_encodings/encodings", 2)?.dims[0],
            state,
            heads,
            encoder_layers: layers(ct2, "encoder"),
            decoder_layers: layers(ct2, "decoder"),
            mels: ct2.get("encoder/conv1/weight", 3)?.dims[1],
        };
        let plausible = [dims.vocab, dims.audio_ctx, dims.text_ctx, dims.state]
            .iter()
            .all(|n| (1..=MAX_DIM).contains(n))
            && (1..=128).contains(&dims.mels)
            && (1..=MAX_LAYERS).contains(&dims.encoder_layers)
            && (1..=MAX_LAYERS).contains(&dims.decoder_layers)
            && dims.heads >= 1
            && dims.state.is_multiple_of(dims.heads);
        if plausible { Ok(dims) } else { Err(damaged(WHAT, "no Whisper model has its sizes")) }
    }
}

/// How many layers a side has, counted to one more than the limit.
fn layers(ct2: &Ct2<'_>, side: &str) -> usize {
    (0..=MAX_LAYERS)
        .take_while(|i| ct2.find(&format!("{side}/layer_{i}/ffn/linear_0/weight")).is_some())
        .count()
}

struct Writer<'a, 'o> {
    ct2: &'a Ct2<'a>,
    out: &'o mut dyn Write,
    buffer: Vec<u8>,
}

impl Writer<'_, '_> {
    fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.write_all(bytes).map_err(io_error)
    }

    fn ints(&mut self, values: &[usize]) -> Result<()> {
        for &value in values {
            let value = i32::try_from(value).map_err(|_| damaged(WHAT, "a size is too large"))?;
            self.raw(&value.to_le_bytes())?;
        }
        Ok(())
    }

    fn header(&mut self, dims: &Dims, tokens: &[Vec<u8>]) -> Result<()> {
        self.raw(&MAGIC.to_le_bytes())?;
        self.ints(&[dims.vocab, dims.audio_ctx, dims.state, dims.heads, dims.encoder_layers])?;
        self.ints(&[dims.text_ctx, dims.state, dims.heads, dims.decoder_layers, dims.mels])?;
        self.raw(&F16.to_le_bytes())?;
        self.ints(&[dims.mels, mel::BINS])?;
        for weight in mel::filterbank(dims.mels) {
            self.raw(&weight.to_le_bytes())?;
        }
        self.ints(&[tokens.len()])?;
        for token in tokens {
            self.ints(&[token.len()])?;
            self.raw(token)?;
        }
        Ok(())
    }

    /// Everything outside the layers.
    fn stem(&mut self, dims: &Dims) -> Result<()> {
        for side in ["encoder", "decoder"] {
            let from = format!("{side}/position_encodings/encodings");
            let rows = self.ct2.get(&from, 2)?.dims.clone();
            self.tensor(&format!("{side}.positional_embedding"), &from, &rows, 0..rows[0], false)?;
        }
        for conv in ["conv1", "conv2"] {
            let weight = format!("encoder/{conv}/weight");
            let shape = self.ct2.get(&weight, 3)?.dims.clone();
            self.tensor(&format!("encoder.{conv}.weight"), &weight, &shape, 0..shape[0], true)?;
            // Biases of convolutions are columns, so that they broadcast over time.
            let (bias, shape) = (format!("encoder/{conv}/bias"), [dims.state, 1]);
            self.tensor(&format!("encoder.{conv}.bias"), &bias, &shape, 0..dims.state, false)?;
        }
        let embedding = [dims.vocab, dims.state];
        let from = "decoder/embeddings/weight";
        self.tensor("decoder.token_embedding.weight", from, &embedding, 0..dims.vocab, true)?;
        self.norm("encoder.ln_post", "encoder/layer_norm", dims.state)?;
        self.norm("decoder.ln", "decoder/layer_norm", dims.state)
    }

    fn layer(&mut self, side: &str, i: usize, d: usize) -> Result<()> {
        let (from, to) = (format!("{side}/layer_{i}"), format!("{side}.blocks.{i}"));
        let own = format!("{from}/self_attention");
        self.no_bias(&format!("{own}/linear_0"), d..2 * d)?;
        self.linear(&format!("{to}.attn.query"), &format!("{own}/linear_0"), Some(0..d), true)?;
        self.linear(&format!("{to}.attn.key"), &format!("{own}/linear_0"), Some(d..2 * d), false)?;
        self.linear(
            &format!("{to}.attn.value"),
            &format!("{own}/linear_0"),
            Some(2 * d..3 * d),
            true,
        )?;
        self.linear(&format!("{to}.attn.out"), &format!("{own}/linear_1"), None, true)?;
        self.norm(&format!("{to}.attn_ln"), &format!("{own}/layer_norm"), d)?;
        if side == "decoder" {
            let cross = format!("{from}/attention");
            let (fused, to) = (format!("{cross}/linear_1"), format!("{to}.cross_attn"));
            self.no_bias(&fused, 0..d)?;
            self.linear(&format!("{to}.query"), &format!("{cross}/linear_0"), None, true)?;
            self.linear(&format!("{to}.key"), &fused, Some(0..d), false)?;
            self.linear(&format!("{to}.value"), &fused, Some(d..2 * d), true)?;
            self.linear(&format!("{to}.out"), &format!("{cross}/linear_2"), None, true)?;
            self.norm(&format!("{to}_ln"), &format!("{cross}/layer_norm"), d)?;
        }
        self.linear(&format!("{to}.mlp.0"), &format!("{from}/ffn/linear_0"), None, true)?;
        self.linear(&format!("{to}.mlp.2"), &format!("{from}/ffn/linear_1"), None, true)?;
        self.norm(&format!("{to}.mlp_ln"), &format!("{from}/ffn/layer_norm"), d)
    }

    fn norm(&mut self, to: &str, from: &str, d: usize) -> Result<()> {
        self.tensor(&format!("{to}.weight"), &format!("{from}/gamma"), &[d], 0..d, false)?;
        self.tensor(&format!("{to}.bias"), &format!("{from}/beta"), &[d], 0..d, false)
    }

    /// Rows `rows` of a linear map (`None`: all), with or without its bias.
    fn linear(
        &mut self,
        to: &str,
        from: &str,
        rows: Option<Range<usize>>,
        bias: bool,
    ) -> Result<()> {
        let weight = format!("{from}/weight");
        let shape = self.ct2.get(&weight, 2)?.dims.clone();
        let rows = rows.unwrap_or(0..shape[0]);
        self.tensor(&format!("{to}.weight"), &weight, &shape, rows.clone(), true)?;
        if bias {
            let (from, all) = (format!("{from}/bias"), [shape[0]]);
            self.tensor(&format!("{to}.bias"), &from, &all, rows, false)?;
        }
        Ok(())
    }

    /// Whisper's keys have no bias, and the ggml file has no place for one, so it must be zero.
    fn no_bias(&self, from: &str, rows: Range<usize>) -> Result<()> {
        let bias = self.ct2.get(&format!("{from}/bias"), 1)?;
        if rows.end > bias.len() || rows.into_iter().any(|i| bias.get(i) != 0.0) {
            return Err(damaged(WHAT, format_args!("{from} has a bias on its keys")));
        }
        Ok(())
    }

    /// Writes rows `rows` of variable `from`, as a matrix of `shape`, as tensor `to`, in 16 or 32
    /// bits.
    fn tensor(
        &mut self,
        to: &str,
        from: &str,
        shape: &[usize],
        rows: Range<usize>,
        half: bool,
    ) -> Result<()> {
        let wrong = || damaged(WHAT, format_args!("{from} has the wrong size"));
        let variable =
            self.ct2.find(from).ok_or_else(|| damaged(WHAT, format_args!("{from} is missing")))?;
        let row =
            shape[1..].iter().try_fold(1_usize, |n, &d| n.checked_mul(d)).ok_or_else(wrong)?;
        if row.checked_mul(shape[0]) != Some(variable.len()) || rows.end > shape[0] {
            return Err(wrong());
        }
        let scale = match variable.kind {
            // An 8-bit weight is w·scale, with one scale per row.
            Type::I8 => {
                let scale = self.ct2.get(&format!("{from}_scale"), 1)?;
                if scale.len() != shape[0] {
                    return Err(wrong());
                }
                Some(scale)
            }
            _ => None,
        };
        let name = to.as_bytes();
        self.ints(&[shape.len(), name.len(), usize::from(half)])?;
        for i in (0..shape.len()).rev() {
            self.ints(&[if i == 0 { rows.len() } else { shape[i] }])?;
        }
        self.raw(name)?;
        for r in rows {
            let scale = scale.map(|scale| scale.get(r));
            self.buffer.clear();
            for i in r * row..(r + 1) * row {
                let value = variable.get(i);
                let value = scale.map_or(value, |scale| value / scale);
                if half {
                    self.buffer.extend_from_slice(&f16::from_f32(value).to_le_bytes());
                } else {
                    self.buffer.extend_from_slice(&value.to_le_bytes());
                }
            }
            self.out.write_all(&self.buffer).map_err(io_error)?;
        }
        Ok(())
    }
}
