//! Checks the head of a GGUF file before llama.cpp sees the file: every count and length is
//! compared with the file's size, so that a truncated, foreign or hostile file is detected here.
//!
//! The layout (little-endian) follows the GGUF specification of the ggml project: magic `GGUF`,
//! version u32, tensor count u64, metadata count u64, the metadata, the tensor table, padding, the
//! tensors.

use std::collections::BTreeMap;
use std::path::Path;

use crate::{Error, ErrorKind, Result};

/// The contents of the head of a GGUF file.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// Version of the container, 2 or 3.
    pub version: u32,
    /// Name of the architecture (`llama`, `qwen2`, …).
    pub architecture: String,
    /// Name of the model, if it has one.
    pub name: Option<String>,
    /// The chat template (Jinja), if it has one.
    pub chat_template: Option<String>,
    /// Number of tensors.
    pub tensors: usize,
    /// Tokens in the vocabulary; 0 without one.
    pub vocabulary: usize,
    /// The context that the model was trained with, in tokens, if the file says so.
    pub trained_context: Option<u64>,
    /// Size of the file, in bytes.
    pub file_size: u64,
}

const MAX_STRING: u64 = 1 << 24;
const MAX_NAME: u64 = 1 << 16;
const MAX_ENTRIES: u64 = 1 << 16;
const MAX_TENSORS: u64 = 1 << 20;
/// ggml's own limit on dimensions (`GGML_MAX_DIMS`).
const MAX_DIMS: u32 = 4;

impl Header {
    /// Reads and checks the head of the file at `path`.
    ///
    /// # Errors
    /// [`Missing`](ErrorKind::Missing) when there is no file,
    /// [`Damaged`](ErrorKind::Damaged) when it is not a whole GGUF model,
    /// [`Io`](ErrorKind::Io) when it cannot be read.
    pub fn open(path: &Path) -> Result<Self> {
        let file = std::fs::File::open(path).map_err(|error| {
            let (kind, message) = match error.kind() {
                std::io::ErrorKind::NotFound => {
                    (ErrorKind::Missing, "the language model is missing; fetch it or name another")
                }
                _ => (ErrorKind::Io, "the language model cannot be opened"),
            };
            Error::new(kind, message).with_path(path).because(error)
        })?;
        let unreadable = |error: std::io::Error| {
            Error::new(ErrorKind::Io, "the language model cannot be read")
                .with_path(path)
                .because(error)
        };
        let metadata = file.metadata().map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(Error::new(
                ErrorKind::Damaged,
                "this is a folder or a device, not a file; name a GGUF file",
            )
            .with_path(path));
        }
        if metadata.len() == 0 {
            return Err(damaged("the file is empty").with_path(path));
        }
        // SAFETY: the map is only read. If another program shortens the file meanwhile, this
        // program ends, as it would with llama.cpp's own map.
        let map = unsafe { memmap2::Mmap::map(&file) }.map_err(unreadable)?;
        Self::parse(&map).map_err(|error| error.with_path(path))
    }

    /// Checks the bytes of a whole GGUF file.
    ///
    /// # Errors
    /// [`Damaged`](ErrorKind::Damaged), with the reason.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let mut at = Reader { bytes, at: 0 };
        if at.take(4)? != b"GGUF" {
            let message = "this is not a language model (a GGUF file): name one, or a model from \
                           `sayso models`";
            return Err(Error::new(ErrorKind::Damaged, message));
        }
        let version = at.u32()?;
        if !(2..=3).contains(&version) {
            return Err(damaged(format!(
                "GGUF version {version} is not supported, only 2 and 3 are"
            )));
        }
        let tensors = at.count("tensors", MAX_TENSORS, 24)?;
        let entries = at.count("metadata entries", MAX_ENTRIES, 13)?;

        let mut values = BTreeMap::new();
        for _ in 0..entries {
            let key = at.string(MAX_NAME)?;
            let value = at.value()?;
            if values.insert(key.clone(), value).is_some() {
                return Err(damaged(format!("the metadata has {key} twice")));
            }
        }
        let text = |key: &str| match values.get(key) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let architecture = text("general.architecture")
            .filter(|name| !name.is_empty())
            .ok_or_else(|| damaged("it does not name its architecture"))?;
        let alignment = match values.get("general.alignment") {
            None => 32,
            Some(Value::Number(n)) if n.is_power_of_two() && *n <= 1 << 20 => *n,
            Some(_) => return Err(damaged("its alignment is not possible")),
        };
        let number = |key: &str| match values.get(&format!("{architecture}.{key}")) {
            Some(Value::Number(n)) => Some(*n),
            _ => None,
        };
        // For some of these llama.cpp ends the program instead of refusing the file.
        for key in ["block_count", "embedding_length", "attention.head_count", "context_length"] {
            if number(key).is_some_and(|n| n == 0 || n > 1 << 31) {
                return Err(damaged(format!("its {key} is not possible")));
            }
        }
        let vocabulary = match values.get("tokenizer.ggml.tokens") {
            Some(Value::Array(n)) => *n,
            _ => 0,
        };

        if tensors == 0 {
            return Err(damaged("it has no tensors"));
        }
        let mut spans = Vec::with_capacity(tensors);
        let mut names = std::collections::BTreeSet::new();
        for _ in 0..tensors {
            let name = at.string(MAX_NAME)?;
            let size = at.tensor_size(&name)?;
            spans.push((at.u64()?, size, name.clone()));
            if !names.insert(name.clone()) {
                return Err(damaged(format!("the tensor {name} is there twice")));
            }
        }
        let data = (at.at as u64).next_multiple_of(alignment);
        let room = (bytes.len() as u64).saturating_sub(data);
        for (offset, size, name) in spans {
            if !offset.is_multiple_of(alignment) {
                return Err(damaged(format!("the tensor {name} is not aligned")));
            }
            if offset.checked_add(size).is_none_or(|end| end > room) {
                return Err(damaged(format!("the tensor {name} lies beyond the end of the file")));
            }
        }

        Ok(Self {
            version,
            name: text("general.name"),
            chat_template: text("tokenizer.chat_template").filter(|text| !text.is_empty()),
            tensors,
            vocabulary,
            trained_context: number("context_length"),
            file_size: bytes.len() as u64,
            architecture,
        })
    }
}

fn damaged(what: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Damaged, format!("the language model is damaged: {what}; fetch it again"))
}

/// A metadata value; only what matters here.
enum Value {
    Number(u64),
    Text(String),
    /// Elements of an array.
    Array(usize),
    Other,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: u64) -> Result<&'a [u8]> {
        let end = usize::try_from(n).ok().and_then(|n| self.at.checked_add(n));
        let taken = end
            .and_then(|end| self.bytes.get(self.at..end))
            .ok_or_else(|| damaged("it ends too early"))?;
        self.at += taken.len();
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N as u64)?);
        Ok(array)
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A count of items of at least `smallest` bytes each.
    fn count(&mut self, of: &str, most: u64, smallest: u64) -> Result<usize> {
        let count = self.u64()?;
        let left = (self.bytes.len() - self.at) as u64;
        if count > most || count.checked_mul(smallest).is_none_or(|bytes| bytes > left) {
            return Err(damaged(format!("it claims {count} {of}, more than it can hold")));
        }
        usize::try_from(count).map_err(|_| damaged("a count is too large"))
    }

    fn string(&mut self, most: u64) -> Result<String> {
        let length = self.u64()?;
        if length > most {
            return Err(damaged(format!("it has a text of {length} bytes")));
        }
        Ok(String::from_utf8_lossy(self.take(length)?).into_owned())
    }

    fn value(&mut self) -> Result<Value> {
        let kind = self.u32()?;
        Ok(match kind {
            8 => Value::Text(self.string(MAX_STRING)?),
            9 => {
                let kind = self.u32()?;
                match kind {
                    8 => {
                        let count = self.count("texts", u64::MAX, 8)?;
                        for _ in 0..count {
                            let length = self.u64()?;
                            self.take(length)?;
                        }
                        Value::Array(count)
                    }
                    9 => return Err(damaged("its metadata nests arrays")),
                    _ => {
                        let size = scalar_size(kind)?;
                        let count = self.count("numbers", u64::MAX, size)?;
                        self.take(count as u64 * size)?;
                        Value::Array(count)
                    }
                }
            }
            _ => {
                let bytes = self.take(scalar_size(kind)?)?;
                match kind {
                    // u8, u16, u32 and u64 differ only in length.
                    0 | 2 | 4 | 10 => {
                        let mut wide = [0; 8];
                        wide[..bytes.len()].copy_from_slice(bytes);
                        Value::Number(u64::from_le_bytes(wide))
                    }
                    _ => Value::Other,
                }
            }
        })
    }

    /// The size in bytes of the tensor whose dimensions and type come next.
    fn tensor_size(&mut self, name: &str) -> Result<u64> {
        let dims = self.u32()?;
        if dims > MAX_DIMS {
            return Err(damaged(format!("the tensor {name} has {dims} dimensions")));
        }
        let mut elements = 1u64;
        let mut row = 1u64;
        for dim in 0..dims {
            let length = self.u64()?;
            if dim == 0 {
                row = length;
            }
            elements = elements
                .checked_mul(length)
                .filter(|&n| n != 0 && n < 1 << 62)
                .ok_or_else(|| damaged(format!("the tensor {name} has an impossible shape")))?;
        }
        let (block, bytes) = block_size(self.u32()?)
            .ok_or_else(|| damaged(format!("the tensor {name} is of an unknown type")))?;
        if !row.is_multiple_of(block) {
            return Err(damaged(format!("the tensor {name} has broken rows")));
        }
        (elements / block)
            .checked_mul(bytes)
            .ok_or_else(|| damaged(format!("the tensor {name} has an impossible shape")))
    }
}

fn scalar_size(kind: u32) -> Result<u64> {
    Ok(match kind {
        0 | 1 | 7 => 1,
        2 | 3 => 2,
        4..=6 => 4,
        10..=12 => 8,
        _ => return Err(damaged(format!("its metadata is of an unknown type {kind}"))),
    })
}

/// Elements and bytes of one block of a tensor type (ggml's `type_traits`).
fn block_size(kind: u32) -> Option<(u64, u64)> {
    Some(match kind {
        0 | 26 => (1, 4),      // F32, I32
        1 | 25 | 30 => (1, 2), // F16, I16, BF16
        24 => (1, 1),          // I8
        27 | 28 => (1, 8),     // I64, F64
        2 | 20 => (32, 18),    // Q4_0, IQ4_NL
        3 => (32, 20),         // Q4_1
        6 => (32, 22),         // Q5_0
        7 => (32, 24),         // Q5_1
        8 => (32, 34),         // Q8_0
        9 => (32, 36),         // Q8_1
        10 => (256, 84),       // Q2_K
        11 => (256, 110),      // Q3_K
        12 => (256, 144),      // Q4_K
        13 => (256, 176),      // Q5_K
        14 => (256, 210),      // Q6_K
        15 => (256, 292),      // Q8_K
        16 | 35 => (256, 66),  // IQ2_XXS, TQ2_0
        17 => (256, 74),       // IQ2_XS
        18 => (256, 98),       // IQ3_XXS
        19 => (256, 50),       // IQ1_S
        21 => (256, 110),      // IQ3_S
        22 => (256, 82),       // IQ2_S
        23 => (256, 136),      // IQ4_XS
        29 => (256, 56),       // IQ1_M
        34 => (256, 54),       // TQ1_0
        39 => (32, 17),        // MXFP4
        40 => (64, 36),        // NVFP4
        41 => (128, 18),       // Q1_0
        42 => (64, 18),        // Q2_0
        _ => return None,
    })
}
