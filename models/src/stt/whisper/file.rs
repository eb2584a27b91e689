//! Checks a Whisper model file before whisper.cpp sees it.
//!
//! whisper.cpp trusts its files: it aborts on sizes that it does not know, and accepts a file
//! without tensors as a test model. So the whole structure is checked first. Layout (all little
//! endian; `models/convert-pt-to-ggml.py` of whisper.cpp): magic, eleven hyperparameters, mel
//! filters, vocabulary, tensors to the end.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use crate::{Error, ErrorKind, Result};

const MAGIC: u32 = 0x6767_6d6c;
/// Rows of the mel filterbank for a 400-sample window.
const FFT_BINS: u32 = 201;
/// The longest token of Whisper's vocabularies has 128 bytes.
const LONGEST_TOKEN: u32 = 512;

/// Checks that the file at `path` is a complete Whisper model in whisper.cpp's own format.
///
/// # Errors
/// [`Missing`](ErrorKind::Missing), [`Io`](ErrorKind::Io) or [`Damaged`](ErrorKind::Damaged).
pub(super) fn check(path: &Path) -> Result<()> {
    let open = |error: std::io::Error| {
        let (kind, message) = match error.kind() {
            std::io::ErrorKind::NotFound => (
                ErrorKind::Missing,
                "the speech model is missing: check the path, or run `sayso models fetch`",
            ),
            _ => (ErrorKind::Io, "the speech model cannot be read"),
        };
        Error::new(kind, message).with_path(path).because(error)
    };
    let file = File::open(path).map_err(open)?;
    let length = file.metadata().map_err(open)?.len();
    let mut walk = Walk { reader: BufReader::with_capacity(1 << 16, file), at: 0, length };
    walk.model().map_err(|fault| match fault {
        Fault::Io(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => open(error),
        Fault::Io(_) => damaged(path, "it ends too early"),
        Fault::Content(what) => damaged(path, &what),
    })
}

/// The reason for a file that is something else.
const FOREIGN: &str = "it does not begin as a ggml file does";

fn damaged(path: &Path, what: &str) -> Error {
    let message = match what {
        FOREIGN => "this is not a Whisper model (a ggml file): name one, or a model from \
                    `sayso models`"
            .into(),
        _ => format!("this Whisper model is damaged ({what}): fetch it again"),
    };
    Error::new(ErrorKind::Damaged, message).with_path(path)
}

enum Fault {
    Io(std::io::Error),
    Content(String),
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

fn require(holds: bool, what: impl Into<String>) -> std::result::Result<(), Fault> {
    if holds { Ok(()) } else { Err(Fault::Content(what.into())) }
}

struct Walk {
    reader: BufReader<File>,
    at: u64,
    length: u64,
}

struct Sizes {
    vocabulary: u64,
    audio_context: u64,
    state: u64,
    audio_layers: u64,
    text_context: u64,
    text_layers: u64,
    mels: u64,
    /// ggml's type of the large tensors; the others are f16 or f32.
    weights: u32,
}

impl Walk {
    fn model(&mut self) -> std::result::Result<(), Fault> {
        require(self.u32()? == MAGIC, FOREIGN)?;
        let sizes = self.sizes()?;
        require(u64::from(self.u32()?) == sizes.mels, "the filterbank has another size")?;
        require(self.u32()? == FFT_BINS, "the filterbank has another size")?;
        self.skip(sizes.mels * u64::from(FFT_BINS) * 4)?;
        let tokens = self.u32()?;
        require(
            (50_256..=50_258).contains(&tokens) && u64::from(tokens) <= sizes.vocabulary,
            format!("a vocabulary of {tokens} tokens"),
        )?;
        for _ in 0..tokens {
            let length = self.u32()?;
            require(length <= LONGEST_TOKEN, format!("a token of {length} bytes"))?;
            self.skip(u64::from(length))?;
        }
        let mut expected = tensors(&sizes);
        while self.at < self.length {
            self.tensor(&mut expected, sizes.weights)?;
        }
        require(expected.is_empty(), format!("{} tensors are missing", expected.len()))
    }

    fn sizes(&mut self) -> std::result::Result<Sizes, Fault> {
        let mut n = [0u32; 11];
        for value in &mut n {
            *value = self.u32()?;
        }
        let [vocabulary, audio_context, state, heads, audio_layers, ..] = n;
        let [.., text_context, text_state, text_heads, text_layers, mels, types] = n;
        // whisper.cpp supports these models and no others.
        let known = matches!(vocabulary, 51_864..=51_866)
            && audio_context == 1500
            && matches!(state, 384 | 512 | 768 | 1024 | 1280)
            && text_state == state
            && heads == state / 64
            && text_heads == heads
            && matches!(audio_layers, 4 | 6 | 12 | 24 | 32)
            && text_context == 448
            && (1..=audio_layers).contains(&text_layers)
            && matches!(mels, 80 | 128);
        require(known, "no Whisper model has its dimensions")?;
        // The thousands are ggml's quantisation version. ggml aborts on unknown types, and on rows
        // that are not a whole number of blocks.
        let weights = weights(types % 1000).filter(|_| types < 3000);
        let weights = weights
            .filter(|kind| block(*kind).is_some_and(|(n, _)| u64::from(state).is_multiple_of(n)))
            .ok_or_else(|| Fault::Content(format!("the unknown weight type {types}")))?;
        Ok(Sizes {
            vocabulary: vocabulary.into(),
            audio_context: audio_context.into(),
            state: state.into(),
            audio_layers: audio_layers.into(),
            text_context: text_context.into(),
            text_layers: text_layers.into(),
            mels: mels.into(),
            weights,
        })
    }

    fn tensor(
        &mut self,
        expected: &mut HashMap<String, Shape>,
        weights: u32,
    ) -> std::result::Result<(), Fault> {
        let (dims, name, kind) = (self.u32()?, self.u32()?, self.u32()?);
        require((1..=3).contains(&dims) && name <= 128, "a tensor's head is damaged")?;
        let mut shape: Shape = [1; 3];
        for dim in shape.iter_mut().take(dims as usize) {
            *dim = self.u32()?.into();
        }
        let mut bytes = vec![0; name as usize];
        self.reader.read_exact(&mut bytes)?;
        self.at += u64::from(name);
        let name = String::from_utf8_lossy(&bytes);
        match expected.remove(name.as_ref()) {
            None => require(false, format!("an unknown or second tensor {name:?}"))?,
            Some(right) => require(right == shape, format!("{name} has the shape {shape:?}"))?,
        }
        let (block, size) = block(kind)
            .filter(|_| kind <= 1 || kind == weights)
            .ok_or_else(|| Fault::Content(format!("{name} has the unknown type {kind}")))?;
        require(shape[0].is_multiple_of(block), format!("{name} has half a block"))?;
        self.skip(shape.iter().product::<u64>() / block * size)
    }

    fn u32(&mut self) -> std::result::Result<u32, Fault> {
        let mut bytes = [0; 4];
        self.reader.read_exact(&mut bytes)?;
        self.at += 4;
        Ok(u32::from_le_bytes(bytes))
    }

    fn skip(&mut self, bytes: u64) -> std::result::Result<(), Fault> {
        self.at += bytes;
        require(self.at <= self.length, "it ends too early")?;
        // This cannot overflow: `bytes` is below the file's length.
        self.reader.seek_relative(bytes as i64)?;
        Ok(())
    }
}

/// ggml's order: the contiguous dimension first; 1 where there is none.
type Shape = [u64; 3];

/// ggml's tensor type of the large tensors in a file of the type `file`.
fn weights(file: u32) -> Option<u32> {
    match file {
        0..=3 => Some(file),
        7 => Some(8),
        8 => Some(6),
        9 => Some(7),
        10..=14 => Some(file),
        _ => None,
    }
}

/// Elements and bytes of a block of ggml's tensor type `kind`.
fn block(kind: u32) -> Option<(u64, u64)> {
    Some(match kind {
        0 => (1, 4),
        1 => (1, 2),
        2 => (32, 18),
        3 => (32, 20),
        6 => (32, 22),
        7 => (32, 24),
        8 => (32, 34),
        10 => (256, 84),
        11 => (256, 110),
        12 => (256, 144),
        13 => (256, 176),
        14 => (256, 210),
        _ => return None,
    })
}

/// The tensors that a model of these sizes has.
fn tensors(sizes: &Sizes) -> HashMap<String, Shape> {
    let d = sizes.state;
    let mut all: HashMap<String, Shape> = HashMap::new();
    let mut add = |name: String, shape: Shape| {
        all.insert(name, shape);
    };
    add("encoder.positional_embedding".into(), [d, sizes.audio_context, 1]);
    add("encoder.conv1.weight".into(), [3, sizes.mels, d]);
    add("encoder.conv1.bias".into(), [1, d, 1]);
    add("encoder.conv2.weight".into(), [3, d, d]);
    add("encoder.conv2.bias".into(), [1, d, 1]);
    add("decoder.positional_embedding".into(), [d, sizes.text_context, 1]);
    add("decoder.token_embedding.weight".into(), [d, sizes.vocabulary, 1]);
    for norm in ["encoder.ln_post", "decoder.ln"] {
        add(format!("{norm}.weight"), [d, 1, 1]);
        add(format!("{norm}.bias"), [d, 1, 1]);
    }
    let sides = [
        ("encoder", sizes.audio_layers, ["attn"].as_slice()),
        ("decoder", sizes.text_layers, ["attn", "cross_attn"].as_slice()),
    ];
    for (side, layers, attentions) in sides {
        for layer in 0..layers {
            let block = format!("{side}.blocks.{layer}");
            for attention in attentions {
                for part in ["query", "key", "value", "out"] {
                    add(format!("{block}.{attention}.{part}.weight"), [d, d, 1]);
                    if part != "key" {
                        add(format!("{block}.{attention}.{part}.bias"), [d, 1, 1]);
                    }
                }
                add(format!("{block}.{attention}_ln.weight"), [d, 1, 1]);
                add(format!("{block}.{attention}_ln.bias"), [d, 1, 1]);
            }
            add(format!("{block}.mlp.0.weight"), [d, 4 * d, 1]);
            add(format!("{block}.mlp.0.bias"), [4 * d, 1, 1]);
            add(format!("{block}.mlp.2.weight"), [4 * d, d, 1]);
            add(format!("{block}.mlp.2.bias"), [d, 1, 1]);
            add(format!("{block}.mlp_ln.weight"), [d, 1, 1]);
            add(format!("{block}.mlp_ln.bias"), [d, 1, 1]);
        }
    }
    all
}
