//! FLAC (RFC 9639), by `flacenc`, frame by frame.

use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr as _, Stream, StreamInfo};
use flacenc::config;
use flacenc::constant::MIN_BLOCK_SIZE;
use flacenc::error::{Verified, Verify as _};
use flacenc::source::{Fill as _, FrameBuf};

use super::{RATE, pcm};
use crate::openai::error::{Refusal, Result};

/// Samples of a frame: 85 ms.
const BLOCK: usize = 2_048;

/// An encoder. The length and the checksum of the whole sound are not known when the header is
/// written, so they are 0, which means unknown.
pub struct Flac {
    config: Verified<config::Encoder>,
    info: StreamInfo,
    /// What was not sent yet: the header.
    header: Vec<u8>,
    samples: Vec<i32>,
    frame: usize,
}

fn failed(error: impl std::fmt::Display) -> Refusal {
    Refusal::failed(format!("the FLAC encoder failed: {error}"))
}

impl Flac {
    pub fn new() -> Result<Self> {
        let config = config::Encoder::default().into_verified();
        let config = config.map_err(|(_, error)| failed(error))?;
        let mut stream = Stream::new(RATE as usize, 1, 16).map_err(failed)?;
        stream.stream_info_mut().set_block_sizes(BLOCK, BLOCK).map_err(failed)?;
        let mut sink = ByteSink::new();
        stream.write(&mut sink).map_err(failed)?;
        let info = stream.stream_info().clone();
        Ok(Self { config, info, header: sink.into_inner(), samples: Vec::new(), frame: 0 })
    }

    pub fn push(&mut self, samples: &[f32]) -> Result<Vec<u8>> {
        self.samples.extend(samples.iter().map(|sample| i32::from(pcm(*sample))));
        let mut bytes = std::mem::take(&mut self.header);
        let whole = self.samples.len() / BLOCK * BLOCK;
        let waiting = self.samples.split_off(whole);
        let blocks = std::mem::replace(&mut self.samples, waiting);
        for block in blocks.chunks(BLOCK) {
            bytes.extend(self.encode(block)?);
        }
        Ok(bytes)
    }

    pub fn finish(mut self) -> Result<Vec<u8>> {
        let mut bytes = std::mem::take(&mut self.header);
        let mut last = std::mem::take(&mut self.samples);
        if !last.is_empty() {
            // Shorter frames cannot be encoded: up to 1.3 ms of silence.
            last.resize(last.len().max(MIN_BLOCK_SIZE), 0);
            bytes.extend(self.encode(&last)?);
        }
        Ok(bytes)
    }

    fn encode(&mut self, block: &[i32]) -> Result<Vec<u8>> {
        let mut buffer = FrameBuf::with_size(1, block.len()).map_err(failed)?;
        buffer.fill_interleaved(block).map_err(failed)?;
        let frame = flacenc::encode_fixed_size_frame(&self.config, &buffer, self.frame, &self.info);
        let frame = frame.map_err(failed)?;
        self.frame += 1;
        let mut sink = ByteSink::new();
        frame.write(&mut sink).map_err(failed)?;
        Ok(sink.into_inner())
    }
}
