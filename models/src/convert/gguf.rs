//! Requantising a GGUF language model: its `q4_1` matrices, which have no fast
//! prompt kernels on CPUs, become blocks of another type. Everything else is
//! copied as it is. Format: the GGUF specification of the ggml project.

use std::io::Write;

use half::f16;

use super::reader::Reader;
use super::{io_error, put_rows};
use crate::Result;
use crate::quant::{BLOCK, Quant};

const WHAT: &str = "GGUF model";
const Q4_1: u32 = 3;
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

/// Writes the GGUF model `gguf` to `out` with its `q4_1` tensors as blocks of type `to`.
///
/// # Errors
/// [`Damaged`](crate::ErrorKind::Damaged) when `gguf` is truncated, foreign, has tensors of a type
/// other than `f32`, `f16`, `q4_0`, `q4_1` and `q8_0`, or has no `q4_1` tensor;
/// [`Io`](crate::ErrorKind::Io) when `out` fails.
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
    let tensors = read_tensors(&mut r, tensors, gguf)?;
    if !tensors.iter().any(|tensor| tensor.kind == Q4_1) {
        return Err(r.error("it has no q4_1 tensor"));
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
        let (kind, bytes) = after(tensor, to);
        infos.extend_from_slice(&kind.to_le_bytes());
        infos.extend_from_slice(&offset.to_le_bytes());
        offset += (bytes as u64).next_multiple_of(ALIGNMENT as u64);
    }
    put(&infos)?;
    let written = 24 + head.len() + infos.len();
    let padding = |n: usize| vec![0_u8; n.next_multiple_of(ALIGNMENT) - n];
    put(&padding(written))?;
    for tensor in &tensors {
        if tensor.kind == Q4_1 {
            put_rows(tensor.data, Q4_1_BYTES, to, out, |bytes| {
                let mut block = [0; Q4_1_BYTES];
                block.copy_from_slice(bytes);
                from_q4_1(&block)
            })?;
        } else {
            out.write_all(tensor.data).map_err(io_error)?;
        }
        out.write_all(&padding(after(tensor, to).1)).map_err(io_error)?;
    }
    Ok(())
}

/// Type and bytes of a tensor in the new file.
fn after(tensor: &Tensor<'_>, to: Quant) -> (u32, usize) {
    if tensor.kind == Q4_1 {
        (to.tensor_type(), tensor.data.len() / Q4_1_BYTES * to.block_bytes())
    } else {
        (tensor.kind, tensor.data.len())
    }
}

struct Metadata {
    /// Where the value of `general.file_type` lies.
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
        8 => (BLOCK as u64, 34),
        _ => return None,
    })
}

fn read_tensors<'a>(r: &mut Reader<'a>, count: u64, gguf: &'a [u8]) -> Result<Vec<Tensor<'a>>> {
    // Not reserved: the count is the file's own word, the entries are its bytes.
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
            return Err(r.error(format_args!("tensor type {kind} is not known here")));
        };
        let row = dims.first().copied().unwrap_or(1);
        let total = dims.iter().try_fold(1_u64, |n, &d| n.checked_mul(d));
        let length =
            total.filter(|_| row % weights == 0).and_then(|n| (n / weights).checked_mul(bytes));
        let Some(length) = length else {
            return Err(r.error("a tensor's size makes no sense"));
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

/// Bytes in a `q4_1` block.
const Q4_1_BYTES: usize = 20;

/// The weights of a `q4_1` block: 4 bits each, times a scale, plus a minimum.
fn from_q4_1(block: &[u8; Q4_1_BYTES]) -> [f32; BLOCK] {
    let d = f16::from_le_bytes([block[0], block[1]]).to_f32();
    let least = f16::from_le_bytes([block[2], block[3]]).to_f32();
    let mut x = [0.0; BLOCK];
    for (j, byte) in block[4..].iter().enumerate() {
        x[j] = f32::from(byte & 15) * d + least;
        x[j + BLOCK / 2] = f32::from(byte >> 4) * d + least;
    }
    x
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
