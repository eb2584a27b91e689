//! Reads files of weights in the format HAMAPK.
//!
//! ```text
//! "HAMAPK", version u8 = 1, kind u8, count of tensors u32
//! each tensor: length of the name u16, name, type u8 (0: f32, 1: f16), rank u8,
//!              dimensions u32 each, offset u64, size in bytes u64
//! the data, aligned to 16 bytes; offsets count from its beginning
//! ```
//!
//! All numbers are little-endian.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::Path;

use half::f16;
use ndarray::Array2;

use crate::{Error, ErrorKind, Result};

const MAGIC: &[u8] = b"HAMAPK";
const VERSION: u8 = 1;
/// To what the data are aligned.
const ALIGNMENT: usize = 16;

/// The largest file that is read. The nets have 4.7 MB at most.
const MAX_BYTES: u64 = 64 << 20;

/// What a file of weights is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Encoder = 0,
    Decoder = 1,
    Acoustic = 2,
}

/// The tensors of a file, in place.
pub(crate) struct Weights {
    bytes: Vec<u8>,
    tensors: HashMap<String, Tensor>,
}

struct Tensor {
    half: bool,
    shape: Vec<usize>,
    data: Range<usize>,
}

impl Weights {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Missing`](ErrorKind::Missing), [`Io`](ErrorKind::Io), or as [`parse`](Self::parse).
    pub(crate) fn load(path: &Path, kind: Kind) -> Result<Self> {
        let failed = |e: io::Error| {
            let kind = match e.kind() {
                io::ErrorKind::NotFound => ErrorKind::Missing,
                _ => ErrorKind::Io,
            };
            Error::new(kind, "the file cannot be read").because(e).with_path(path)
        };
        if fs::metadata(path).map_err(failed)?.len() > MAX_BYTES {
            return Err(Error::damaged("the file is too large for these weights").with_path(path));
        }
        Self::parse(fs::read(path).map_err(failed)?, kind).map_err(|e| e.with_path(path))
    }

    /// Reads the table of tensors and checks that all their data are there.
    ///
    /// # Errors
    /// [`Damaged`](ErrorKind::Damaged) if the bytes are not a file of this kind.
    pub(crate) fn parse(bytes: Vec<u8>, kind: Kind) -> Result<Self> {
        let mut table = Table { bytes: &bytes, at: 0 };
        if table.take(MAGIC.len())? != MAGIC {
            return Err(Error::damaged("this is not a file of weights"));
        }
        let [version, found] = table.array()?;
        if version != VERSION {
            return Err(Error::damaged("the weights are in an unknown version of the format"));
        }
        if found != kind as u8 {
            return Err(Error::damaged("these are the weights of another net"));
        }
        let count = u32::from_le_bytes(table.array()?);
        let mut tensors = HashMap::new();
        for _ in 0..count {
            let (name, tensor) = table.tensor()?;
            tensors.insert(name, tensor);
        }
        let base = table.at.next_multiple_of(ALIGNMENT);
        for tensor in tensors.values_mut() {
            let shift = |at: usize| at.checked_add(base).ok_or_else(truncated);
            tensor.data = shift(tensor.data.start)?..shift(tensor.data.end)?;
            bytes.get(tensor.data.clone()).ok_or_else(truncated)?;
        }
        Ok(Self { bytes, tensors })
    }

    /// The numbers of a tensor, row by row.
    ///
    /// # Errors
    /// [`Damaged`](ErrorKind::Damaged) if there is no tensor of this name and shape, or a number
    /// in it is not finite.
    pub(crate) fn get(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let tensor = self.tensors.get(name).filter(|tensor| tensor.shape == shape);
        let tensor =
            tensor.ok_or_else(|| Error::damaged(format!("the weights have no fitting {name}")))?;
        let data = self.bytes.get(tensor.data.clone()).unwrap_or_default();
        let numbers: Vec<f32> = if tensor.half {
            data.as_chunks().0.iter().map(|&b| f16::from_le_bytes(b).to_f32()).collect()
        } else {
            data.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect()
        };
        match numbers.iter().all(|x| x.is_finite()) {
            true => Ok(numbers),
            false => Err(Error::damaged(format!("{name} has numbers that are not finite"))),
        }
    }

    /// A matrix of `rows` rows, whatever dimensions of 1 are in its shape.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub(crate) fn matrix(&self, name: &str, shape: &[usize]) -> Result<Array2<f32>> {
        let rows = shape.first().copied().unwrap_or_default();
        let columns = shape.iter().skip(1).product();
        let numbers = self.get(name, shape)?;
        Array2::from_shape_vec((rows, columns), numbers)
            .map_err(|e| Error::damaged(name).because(e))
    }
}

fn truncated() -> Error {
    Error::damaged("the file is truncated")
}

/// The table at the beginning of a file, read so far.
struct Table<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Table<'b> {
    fn take(&mut self, count: usize) -> Result<&'b [u8]> {
        let end = self.at.checked_add(count).ok_or_else(truncated)?;
        let taken = self.bytes.get(self.at..end).ok_or_else(truncated)?;
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.take(N)?.try_into().map_err(|_| truncated())
    }

    /// A tensor's name and place; its range still counts from the beginning of the data.
    fn tensor(&mut self) -> Result<(String, Tensor)> {
        let length = u16::from_le_bytes(self.array()?);
        let name = String::from_utf8(self.take(length.into())?.to_vec())
            .map_err(|e| Error::damaged("the name of a tensor is not text").because(e))?;
        let [kind, rank] = self.array()?;
        let half = match kind {
            0 => false,
            1 => true,
            _ => return Err(Error::damaged(format!("{name} has numbers of an unknown type"))),
        };
        let mut shape = Vec::new();
        for _ in 0..rank {
            shape.push(u32::from_le_bytes(self.array()?) as usize);
        }
        let offset = usize::try_from(u64::from_le_bytes(self.array()?));
        let size = usize::try_from(u64::from_le_bytes(self.array()?));
        let (Ok(offset), Ok(size)) = (offset, size) else { return Err(truncated()) };
        let numbers = shape.iter().try_fold(1usize, |product, &n| product.checked_mul(n));
        let needed = numbers.and_then(|n| n.checked_mul(if half { 2 } else { 4 }));
        if needed != Some(size) {
            return Err(Error::damaged(format!("{name} has another size than its shape")));
        }
        let end = offset.checked_add(size).ok_or_else(truncated)?;
        Ok((name, Tensor { half, shape, data: offset..end }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A file with one tensor of two numbers of half precision.
    fn file() -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([VERSION, Kind::Acoustic as u8]);
        bytes.extend(1u32.to_le_bytes());
        bytes.extend(1u16.to_le_bytes());
        bytes.extend([b'x', 1, 2]);
        bytes.extend([1u32, 2].iter().flat_map(|n| n.to_le_bytes()));
        bytes.extend([0u64, 4].iter().flat_map(|n| n.to_le_bytes()));
        bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), 0);
        bytes.extend([1.5, -2.0].iter().flat_map(|&x| f16::from_f32(x).to_le_bytes()));
        bytes
    }

    fn kind(result: Result<impl Sized>) -> Option<ErrorKind> {
        result.err().map(|e| e.kind())
    }

    #[test]
    fn a_tensor_is_read() {
        let weights = Weights::parse(file(), Kind::Acoustic).unwrap();
        assert_eq!(weights.get("x", &[1, 2]).unwrap(), [1.5, -2.0]);
        assert_eq!(kind(weights.get("x", &[2])), Some(ErrorKind::Damaged));
        assert_eq!(kind(weights.get("y", &[1, 2])), Some(ErrorKind::Damaged));
    }

    #[test]
    fn what_is_no_such_file_is_damaged() {
        let damaged = Some(ErrorKind::Damaged);
        assert_eq!(kind(Weights::parse(file(), Kind::Encoder)), damaged, "another net");
        let whole = file();
        for length in 0..whole.len() {
            let short = whole.iter().copied().take(length).collect();
            assert_eq!(kind(Weights::parse(short, Kind::Acoustic)), damaged, "{length}");
        }
        let mut infinite = file();
        let last = infinite.len() - 2;
        infinite.splice(last.., f16::INFINITY.to_le_bytes());
        let weights = Weights::parse(infinite, Kind::Acoustic).unwrap();
        assert_eq!(kind(weights.get("x", &[1, 2])), damaged, "not finite");
    }

    #[test]
    fn a_file_that_is_not_there_is_missing() {
        let gone = Weights::load(Path::new("there/is/none"), Kind::Acoustic);
        assert_eq!(kind(gone), Some(ErrorKind::Missing));
    }

    proptest! {
        /// Whatever is in a file, reading it ends without a panic.
        #[test]
        fn any_bytes_are_read_or_refused(at in 0usize..80, byte: u8, tail: Vec<u8>) {
            let mut bytes = file();
            if let Some(old) = bytes.get_mut(at) {
                *old = byte;
            }
            bytes.extend(tail);
            if let Ok(weights) = Weights::parse(bytes, Kind::Acoustic) {
                let _ = weights.get("x", &[1, 2]);
            }
        }
    }
}
