//! Requantises a GGUF language model: matrices of types that have no fast prompt kernels on CPUs
//! become blocks of a type that has. An output matrix that only repeats the embedding is left out,
//! because the engine then uses the embedding. Everything else is copied as it is. Format: the
//! GGUF specification of the ggml project.

use std::io::Write;

use half::f16;

use super::reader::Reader;
use super::{io_error, put_rows};
use crate::error::Result;
use crate::quant::{BLOCK, Quant};

const WHAT: &str = "GGUF model";
/// Tensor types (`enum ggml_type`).
const Q4_1: u32 = 3;
const Q5_0: u32 = 6;
const Q8_0: u32 = 8;
const Q6_K: u32 = 14;
/// Tensors begin at multiples of this many bytes, unless the metadata says otherwise.
const ALIGNMENT: usize = 32;
/// Metadata types of the specification.
const U32: u32 = 4;
const STRING: u32 = 8;
const ARRAY: u32 = 9;

struct Tensor<'a> {
    name: &'a [u8],
    dims: Vec<u64>,
    kind: u32,
    data: &'a [u8],
}

impl Tensor<'_> {
    /// The type that it is converted to, if any. The token embedding stays: it is also used as the
    /// output, for one token at a time, where precision matters more than fast kernels.
    fn quant(&self, to: Quant) -> Option<Quant> {
        match self.kind {
            Q5_0 if self.name == EMBEDDING => None,
            Q4_1 | Q5_0 => Some(to),
            // More exact than before.
            Q6_K => Some(Quant::Q8_0),
            _ => None,
        }
    }

    /// Type and bytes in the new file.
    fn after(&self, to: Quant) -> (u32, usize) {
        match (self.quant(to), block(self.kind)) {
            (Some(quant), Some((weights, bytes))) => {
                let weights = self.data.len() / bytes as usize * weights as usize;
                (quant.tensor_type(), weights / BLOCK * quant.block_bytes())
            }
            _ => (self.kind, self.data.len()),
        }
    }

    /// Writes its data in the form of the new file.
    fn put(&self, to: Quant, out: &mut dyn Write) -> Result<()> {
        match (self.quant(to), self.kind) {
            (Some(quant), Q4_1) => put_rows(self.data, Q4_1_BYTES, quant, out, from_q4_1),
            (Some(quant), Q5_0) => put_rows(self.data, Q5_0_BYTES, quant, out, from_q5_0),
            (Some(quant), Q6_K) => put_rows(self.data, Q6_K_BYTES, quant, out, from_q6_k),
            _ => out.write_all(self.data).map_err(io_error),
        }
    }
}

const EMBEDDING: &[u8] = b"token_embd.weight";
const OUTPUT: &[u8] = b"output.weight";

/// Whether `output` (`q8_0`) holds the weights of `embedding` (`q5_0`): they may differ by no more
/// than the precision of 5 bits.
fn is_embedding(output: &Tensor<'_>, embedding: &Tensor<'_>) -> bool {
    /// Sum of the squared differences, relative to that of the weights: 5 bits give 0.002.
    const NEAR: f64 = 0.01;
    if (output.kind, embedding.kind) != (Q8_0, Q5_0) || output.dims != embedding.dims {
        return false;
    }
    let blocks = output.data.chunks_exact(Q8_0_BYTES).zip(embedding.data.chunks_exact(Q5_0_BYTES));
    let (mut apart, mut whole) = (0.0, 0.0);
    for (a, b) in blocks {
        for (a, b) in from_q8_0(a).into_iter().zip(from_q5_0(b)) {
            apart += f64::from((a - b).powi(2));
            whole += f64::from(a * a);
        }
    }
    whole > 0.0 && apart < NEAR * whole
}

/// Writes the GGUF model `gguf` to `out` with its `q4_1` and `q5_0` matrices as blocks of
/// type `to`, those of `q6_k` as `q8_0`, and without a second copy of the embedding.
///
/// # Errors
/// [`Damaged`](crate::ErrorKind::Damaged) when `gguf` is truncated, foreign, has tensors of
/// a type other than `f32`, `f16`, `q4_0`, `q4_1`, `q5_0`, `q8_0`, `q4_k` and `q6_k`, or none that
/// would change; [`Io`](crate::ErrorKind::Io) when `out` fails.
pub fn gguf_requantize(gguf: &[u8], to: Quant, out: &mut dyn Write) -> Result<()> {
    let mut r = Reader::new(gguf, WHAT);
    if r.bytes(4)? != b"GGUF" || r.u32()? != 3 {
        return Err(r.error("it is not GGUF version 3"));
    }
    let (tensors, keys) = (r.u64()?, r.u64()?);
    let mut metadata = Metadata { file_type: None };
    let start = r.position();
    for _ in 0..keys {
        metadata.read(&mut r)?;
    }
    let mut head = gguf[start..r.position()].to_vec();
    if let Some(at) = metadata.file_type {
        head[at - start..at - start + 4].copy_from_slice(&to.file_type().to_le_bytes());
    }
    let mut tensors = read_tensors(&mut r, tensors, gguf)?;
    if !tensors.iter().any(|tensor| tensor.quant(to).is_some()) {
        return Err(r.error("it has no q4_1, q5_0 or q6_k tensor"));
    }
    let named = |name| tensors.iter().position(|tensor| tensor.name == name);
    if let (Some(output), Some(embedding)) = (named(OUTPUT), named(EMBEDDING))
        && is_embedding(&tensors[output], &tensors[embedding])
    {
        tensors.remove(output);
    }

    let mut put = |bytes: &[u8]| out.write_all(bytes).map_err(io_error);
    put(b"GGUF")?;
    put(&3_u32.to_le_bytes())?;
    put(&(tensors.len() as u64).to_le_bytes())?;
    put(&keys.to_le_bytes())?;
    put(&head)?;
    let mut infos = Vec::new();
    let mut offset = 0_u64;
    for tensor in &tensors {
        infos.extend_from_slice(&(tensor.name.len() as u64).to_le_bytes());
        infos.extend_from_slice(tensor.name);
        infos.extend_from_slice(&(tensor.dims.len() as u32).to_le_bytes());
        tensor.dims.iter().for_each(|d| infos.extend_from_slice(&d.to_le_bytes()));
        let (kind, bytes) = tensor.after(to);
        infos.extend_from_slice(&kind.to_le_bytes());
        infos.extend_from_slice(&offset.to_le_bytes());
        offset += (bytes as u64).next_multiple_of(ALIGNMENT as u64);
    }
    put(&infos)?;
    let written = 24 + head.len() + infos.len();
    let padding = |n: usize| vec![0_u8; n.next_multiple_of(ALIGNMENT) - n];
    put(&padding(written))?;
    for tensor in &tensors {
        tensor.put(to, out)?;
        out.write_all(&padding(tensor.after(to).1)).map_err(io_error)?;
    }
    Ok(())
}

struct Metadata {
    /// Where the value of `general.file_type` is.
    file_type: Option<usize>,
}

impl Metadata {
    fn read(&mut self, r: &mut Reader<'_>) -> Result<()> {
        let n = r.len64()?;
        let key = r.bytes(n)?;
        let kind = r.u32()?;
        let at = r.position();
        if kind == ARRAY {
            let (element, n) = (r.u32()?, r.u64()?);
            if element == ARRAY {
                return Err(r.error("a list holds lists"));
            }
            match size(element) {
                Some(width) => {
                    let bytes = usize::try_from(n).ok().and_then(|n| n.checked_mul(width));
                    r.bytes(bytes.ok_or_else(|| r.error("a list is too long"))?)?;
                }
                None => (0..n).try_for_each(|_| skip(r, element))?,
            }
        } else {
            skip(r, kind)?;
        }
        if key == b"general.file_type" && kind == U32 {
            self.file_type = Some(at);
        }
        if key == b"general.alignment" {
            return Err(r.error("it has an alignment of its own"));
        }
        Ok(())
    }
}

/// Bytes of a metadata value of fixed size.
fn size(kind: u32) -> Option<usize> {
    Some(match kind {
        0 | 1 | 7 => 1,
        2 | 3 => 2,
        4..=6 => 4,
        10..=12 => 8,
        _ => return None,
    })
}

fn skip(r: &mut Reader<'_>, kind: u32) -> Result<()> {
    let n = match size(kind) {
        Some(n) => n,
        None if kind == STRING => r.len64()?,
        None => return Err(r.error(format_args!("metadata type {kind} is not known"))),
    };
    r.bytes(n).map(drop)
}

/// Weights and bytes in a block of a tensor type.
fn block(kind: u32) -> Option<(u64, u64)> {
    Some(match kind {
        0 => (1, 4),
        1 => (1, 2),
        2 => (BLOCK as u64, 18),
        Q4_1 => (BLOCK as u64, Q4_1_BYTES as u64),
        Q5_0 => (BLOCK as u64, Q5_0_BYTES as u64),
        Q8_0 => (BLOCK as u64, Q8_0_BYTES as u64),
        12 => (SUPER as u64, 144),
        Q6_K => (SUPER as u64, Q6_K_BYTES as u64),
        _ => return None,
    })
}

fn read_tensors<'a>(r: &mut Reader<'a>, count: u64, gguf: &'a [u8]) -> Result<Vec<Tensor<'a>>> {
    // No capacity is reserved: the count is only claimed, the entries must really exist.
    let mut infos = Vec::new();
    for _ in 0..count {
        let n = r.len64()?;
        let name = r.bytes(n)?;
        let rank = r.u32()?;
        if rank > 4 {
            return Err(r.error(format_args!("a tensor has {rank} dimensions")));
        }
        let dims = (0..rank).map(|_| r.u64()).collect::<Result<Vec<u64>>>()?;
        let (kind, offset) = (r.u32()?, r.u64()?);
        let Some((weights, bytes)) = block(kind) else {
            return Err(r.error(format_args!("tensor type {kind} is not supported")));
        };
        let row = dims.first().copied().unwrap_or(1);
        let total = dims.iter().try_fold(1_u64, |n, &d| n.checked_mul(d));
        let length =
            total.filter(|_| row % weights == 0).and_then(|n| (n / weights).checked_mul(bytes));
        let Some(length) = length else {
            return Err(r.error("a tensor's size is not possible"));
        };
        infos.push((name, dims, kind, offset, length));
    }
    let sum = infos.iter().try_fold(0_u64, |sum, info| sum.checked_add(info.4));
    if sum.is_none_or(|sum| sum > gguf.len() as u64) {
        return Err(r.error("its tensors are larger than the file"));
    }
    let base = (r.position() as u64).next_multiple_of(ALIGNMENT as u64);
    let mut tensors = Vec::with_capacity(infos.len());
    for (name, dims, kind, offset, length) in infos {
        let range = base
            .checked_add(offset)
            .and_then(|from| Some((usize::try_from(from).ok()?, from.checked_add(length)?)))
            .and_then(|(from, to)| gguf.get(from..usize::try_from(to).ok()?));
        let Some(data) = range else {
            return Err(r.error("a tensor lies outside the file"));
        };
        tensors.push(Tensor { name, dims, kind, data });
    }
    Ok(tensors)
}

/// Bytes in a block of each type.
const Q4_1_BYTES: usize = 20;
const Q5_0_BYTES: usize = 22;
const Q8_0_BYTES: usize = 34;
const Q6_K_BYTES: usize = 210;
/// Weights in a block of `q4_k` and `q6_k`.
const SUPER: usize = 256;

/// The 16-bit float at `at`.
fn half(block: &[u8], at: usize) -> f32 {
    f16::from_le_bytes([block[at], block[at + 1]]).to_f32()
}

/// The weights of a `q4_1` block: 4 bits each, times a scale, plus a minimum.
fn from_q4_1(block: &[u8]) -> [f32; BLOCK] {
    let (d, least) = (half(block, 0), half(block, 2));
    let mut x = [0.0; BLOCK];
    for (j, byte) in block[4..].iter().enumerate() {
        x[j] = f32::from(byte & 15) * d + least;
        x[j + BLOCK / 2] = f32::from(byte >> 4) * d + least;
    }
    x
}

/// The weights of a `q5_0` block: 5 bits each, minus 16, times a scale. The fifth bits are stored
/// together.
fn from_q5_0(block: &[u8]) -> [f32; BLOCK] {
    let d = half(block, 0);
    let fifth = u32::from_le_bytes([block[2], block[3], block[4], block[5]]);
    let mut x = [0.0; BLOCK];
    for (j, value) in x.iter_mut().enumerate() {
        let byte = block[6 + j % (BLOCK / 2)];
        let low = if j < BLOCK / 2 { byte & 15 } else { byte >> 4 };
        let high = (fifth >> j & 1) as u8;
        *value = (f32::from(low | high << 4) - 16.0) * d;
    }
    x
}

/// The weights of a `q8_0` block: 8 bits each, times a scale.
fn from_q8_0(block: &[u8]) -> [f32; BLOCK] {
    let d = half(block, 0);
    std::array::from_fn(|j| f32::from(block[2 + j] as i8) * d)
}

/// The weights of a `q6_k` block: 6 bits each, minus 32, times a scale for 16 of them and one for
/// all. In each half, the four quarters share bytes: two of them the low four bits, all of them
/// the high two.
fn from_q6_k(block: &[u8]) -> [f32; SUPER] {
    let d = half(block, 208);
    std::array::from_fn(|i| {
        let (side, quarter, j) = (i / 128, i / 32 % 4, i % 32);
        let byte = block[64 * side + 32 * (quarter % 2) + j];
        let low = if quarter < 2 { byte & 15 } else { byte >> 4 };
        let high = block[128 + 32 * side + j] >> (2 * quarter) & 3;
        let scale = block[192 + i / 16] as i8;
        (f32::from(low | high << 4) - 32.0) * f32::from(scale) * d
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q4_1_is_read_back() {
        let mut block = [0_u8; Q4_1_BYTES];
        block[..2].copy_from_slice(&f16::from_f32(0.5).to_le_bytes());
        block[2..4].copy_from_slice(&f16::from_f32(-1.0).to_le_bytes());
        block[4] = 0xF2;
        let x = from_q4_1(&block);
        assert_eq!((x[0], x[16], x[1]), (0.0, 6.5, -1.0));
    }
}
