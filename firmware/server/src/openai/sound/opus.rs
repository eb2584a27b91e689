//! Opus in Ogg (RFC 7845), by libopus.

use ogg::PacketWriter;
use ogg::writing::PacketWriteEndInfo as End;
use opus::{Application, Channels};

use super::RATE;
use crate::openai::error::{Refusal, Result};

/// Samples of a packet: 20 ms.
const PACKET: usize = RATE as usize / 50;
/// Packets of a page: a page is sent when it is full, so it must not last long.
const PAGE: usize = 5;
/// Places are counted at this rate, whatever the sound has.
const PLACES: u64 = 48_000 / RATE as u64;
/// The longest packet, in bytes: the highest bit rate of 510 kb/s, and a little more.
const LONGEST: usize = 1_500;
/// The number of the only stream.
const STREAM: u32 = 1;

/// An encoder.
pub struct Opus {
    encoder: opus::Encoder,
    writer: PacketWriter<'static, Vec<u8>>,
    samples: Vec<f32>,
    /// How much of the sound the decoder leaves out at the beginning, in samples.
    skip: usize,
    /// Samples of sound so far.
    total: u64,
    /// Packets so far, and the last of them, which may turn out to be the end.
    packets: usize,
    last: Option<Vec<u8>>,
}

fn failed(error: impl std::fmt::Display) -> Refusal {
    Refusal::failed(format!("the Opus encoder failed: {error}"))
}

impl Opus {
    pub fn new() -> Result<Self> {
        let encoder = opus::Encoder::new(RATE, Channels::Mono, Application::Audio);
        let mut encoder = encoder.map_err(failed)?;
        let skip = encoder.get_lookahead().map_err(failed)?;
        let skip = usize::try_from(skip).unwrap_or(0);
        let mut writer = PacketWriter::new(Vec::new());
        writer.write_packet(head(skip), STREAM, End::EndPage, 0).map_err(failed)?;
        writer.write_packet(tags(), STREAM, End::EndPage, 0).map_err(failed)?;
        let (samples, total, packets, last) = (Vec::new(), 0, 0, None);
        Ok(Self { encoder, writer, samples, skip, total, packets, last })
    }

    pub fn push(&mut self, samples: &[f32]) -> Result<Vec<u8>> {
        self.samples.extend_from_slice(samples);
        self.total += samples.len() as u64;
        self.encode()?;
        Ok(std::mem::take(self.writer.inner_mut()))
    }

    pub fn finish(mut self) -> Result<Vec<u8>> {
        // What the encoder still holds.
        let whole = (self.samples.len() + self.skip).next_multiple_of(PACKET).max(PACKET);
        self.samples.resize(whole, 0.0);
        self.encode()?;
        // The last place says how much of the last packet is sound.
        let place = (self.total + self.skip as u64) * PLACES;
        let last = self.last.take().unwrap_or_default();
        self.writer.write_packet(last, STREAM, End::EndStream, place).map_err(failed)?;
        Ok(self.writer.into_inner())
    }

    fn encode(&mut self) -> Result<()> {
        let whole = self.samples.len() / PACKET * PACKET;
        let waiting = self.samples.split_off(whole);
        let blocks = std::mem::replace(&mut self.samples, waiting);
        for block in blocks.chunks(PACKET) {
            if let Some(packet) = self.last.take() {
                let end = if self.packets.is_multiple_of(PAGE) {
                    End::EndPage
                } else {
                    End::NormalPacket
                };
                let place = (self.packets * PACKET) as u64 * PLACES;
                self.writer.write_packet(packet, STREAM, end, place).map_err(failed)?;
            }
            self.last = Some(self.encoder.encode_vec_float(block, LONGEST).map_err(failed)?);
            self.packets += 1;
        }
        Ok(())
    }
}

/// The identification header.
fn head(skip: usize) -> Vec<u8> {
    let mut head = b"OpusHead".to_vec();
    // Version 1, one channel.
    head.extend([1, 1]);
    let skip = u16::try_from(skip as u64 * PLACES).unwrap_or(u16::MAX);
    head.extend(skip.to_le_bytes());
    head.extend(RATE.to_le_bytes());
    // No gain, and the mapping of one stream.
    head.extend([0, 0, 0]);
    head
}

/// The comment header, with the name of the program and without comments.
fn tags() -> Vec<u8> {
    let program = b"sayso";
    let mut tags = b"OpusTags".to_vec();
    tags.extend((program.len() as u32).to_le_bytes());
    tags.extend(program);
    tags.extend(0_u32.to_le_bytes());
    tags
}
