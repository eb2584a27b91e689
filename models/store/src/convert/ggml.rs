//! Quantises the ggml file of whisper.cpp, by the rule of whisper.cpp's own quantiser: every
//! two-dimensional tensor except the positional embeddings and the biases of the convolutions.

use std::io::Write;

use half::f16;

use super::reader::Reader;
use super::whisper::{F16, MAGIC};
use super::{io_error, put_rows};
use crate::error::Result;
use crate::quant::{BLOCK, Quant};

const WHAT: &str = "Whisper ggml model";
/// ggml's marker of the block layout in the file type (`GGML_QNT_VERSION` × 1000).
const LAYOUT: u32 = 2000;
const KEPT: [&[u8]; 4] = [
    b"encoder.conv1.bias",
    b"encoder.conv2.bias",
    b"encoder.positional_embedding",
    b"decoder.positional_embedding",
];

/// Writes the 16-bit whisper.cpp model `ggml` with its matrices in blocks of type `to` to `out`.
///
/// # Errors
/// [`Damaged`](crate::ErrorKind::Damaged) when `ggml` is truncated, foreign or already
/// quantised, [`Io`](crate::ErrorKind::Io) when `out` fails.
pub fn whisper_ggml_quantize(ggml: &[u8], to: Quant, out: &mut dyn Write) -> Result<()> {
    let mut r = Reader::new(ggml, WHAT);
    if r.i32()? != MAGIC {
        return Err(r.error("its first bytes are not those of one"));
    }
    let sizes = r.bytes(10 * 4)?;
    let kind = r.i32()?;
    if kind != F16 {
        return Err(r.error(format_args!("its file type is {kind}, not 16-bit")));
    }
    let start = r.position();
    let (mels, bins) = (r.len32()?, r.len32()?);
    let bank = mels.checked_mul(bins).and_then(|n| n.checked_mul(4));
    r.bytes(bank.ok_or_else(|| r.error("its filterbank is too large"))?)?;
    for _ in 0..r.u32()? {
        let n = r.len32()?;
        r.bytes(n)?;
    }
    let mut put = |bytes: &[u8]| out.write_all(bytes).map_err(io_error);
    put(&MAGIC.to_le_bytes())?;
    put(sizes)?;
    put(&(LAYOUT + to.file_type()).to_le_bytes())?;
    put(&ggml[start..r.position()])?;
    while !r.at_end() {
        tensor(&mut r, to, out)?;
    }
    Ok(())
}

fn tensor(r: &mut Reader<'_>, to: Quant, out: &mut dyn Write) -> Result<()> {
    let (rank, name_len, kind) = (r.len32()?, r.len32()?, r.i32()?);
    if !(1..=4).contains(&rank) || name_len > 256 || !(0..=1).contains(&kind) {
        return Err(r.error("a tensor's header is not possible"));
    }
    let mut dims = Vec::with_capacity(rank);
    for _ in 0..rank {
        dims.push(r.len32()?);
    }
    let name = r.bytes(name_len)?;
    let width = if kind == F16 { 2 } else { 4 };
    let bytes = dims.iter().try_fold(width, |n: usize, &d| n.checked_mul(d));
    let data = r.bytes(bytes.ok_or_else(|| r.error("a tensor is too large"))?)?;

    let quantised = rank == 2 && dims[0] % BLOCK == 0 && !KEPT.contains(&name);
    let kind = if quantised { to.tensor_type() } else { u32::from(kind == F16) };
    let mut header = Vec::with_capacity(64);
    // Both came from a `u32`, so the conversion back is exact.
    header.extend_from_slice(&(rank as u32).to_le_bytes());
    header.extend_from_slice(&(name_len as u32).to_le_bytes());
    header.extend_from_slice(&kind.to_le_bytes());
    for d in &dims {
        header.extend_from_slice(&(*d as u32).to_le_bytes());
    }
    header.extend_from_slice(name);
    out.write_all(&header).map_err(io_error)?;
    if !quantised {
        return out.write_all(data).map_err(io_error);
    }
    put_rows::<BLOCK>(data, BLOCK * width, to, out, |bytes| {
        std::array::from_fn(|i| {
            let at = i * width;
            if width == 2 {
                f16::from_le_bytes([bytes[at], bytes[at + 1]]).to_f32()
            } else {
                f32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
            }
        })
    })
}
