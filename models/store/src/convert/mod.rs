//! Makes model files from the contents of their packages: converts Whisper from CTranslate2 to
//! whisper.cpp's ggml file, quantises it, and requantises GGUF language models.
//!
//! Inputs are untrusted: every length is checked against the file, and a
//! damaged one is an error, never a panic or a large allocation. Outputs are
//! streamed, and the same on every machine.

mod ct2;
mod ggml;
mod gguf;
mod reader;
mod vocabulary;
mod whisper;

use std::io::{self, Write};

use crate::error::{Error, ErrorKind, Result};

pub use crate::quant::{BLOCK, Quant};
pub use ggml::whisper_ggml_quantize;
pub use gguf::gguf_requantize;
pub use whisper::whisper_ct2_to_ggml;

fn io_error(error: io::Error) -> Error {
    Error::new(ErrorKind::Io, "could not write the converted model").because(error)
}

/// Quantises `data`, in which every `step` bytes hold `N` weights, a multiple of [`BLOCK`]. `read`
/// decodes them.
fn put_rows<const N: usize>(
    data: &[u8],
    step: usize,
    to: Quant,
    out: &mut dyn Write,
    read: impl Fn(&[u8]) -> [f32; N],
) -> Result<()> {
    /// Blocks between writes.
    const RUN: usize = 1024;
    let mut buffer = Vec::with_capacity(RUN * N / BLOCK * to.block_bytes());
    for run in data.chunks(RUN * step) {
        buffer.clear();
        for bytes in run.chunks_exact(step) {
            for block in read(bytes).as_chunks().0 {
                to.put(block, &mut buffer);
            }
        }
        out.write_all(&buffer).map_err(io_error)?;
    }
    Ok(())
}
