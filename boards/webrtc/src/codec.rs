//! Opus in both directions (RFC 6716, in RTP as RFC 7587), by libopus.

use opus::{Application, Bitrate, Channels};

use crate::{HEARS, PLAYS, Refused};

/// Bits a second. Speech at 24 kHz is transparent to most listeners from 24 to 32 kb/s on.
const BIT_RATE: i32 = 32_000;
/// The part of packets that is assumed to be lost, in percent: the encoder repeats so much of the
/// last packet that one lost packet in a row can be replaced by the other end.
const LOSS: i32 = 5;
/// The encoder's effort, of 10: beyond it, speech hardly gains, and a small machine computes longer.
const EFFORT: i32 = 6;
/// The longest packet, in bytes: the highest bit rate for 20 ms.
const LONGEST_PACKET: usize = 1_275;
/// The longest sound of a packet: 120 ms.
const LONGEST_SOUND: usize = HEARS as usize * 120 / 1000;

fn failed(error: opus::Error) -> Refused {
    Refused(format!("Opus failed: {error}"))
}

/// Turns frames of 20 ms into packets.
pub struct Encoder(opus::Encoder);

impl Encoder {
    pub fn new() -> Result<Self, Refused> {
        let mut encoder =
            opus::Encoder::new(PLAYS, Channels::Mono, Application::Voip).map_err(failed)?;
        encoder.set_bitrate(Bitrate::Bits(BIT_RATE)).map_err(failed)?;
        encoder.set_inband_fec(true).map_err(failed)?;
        encoder.set_packet_loss_perc(LOSS).map_err(failed)?;
        encoder.set_complexity(EFFORT).map_err(failed)?;
        Ok(Self(encoder))
    }

    /// The packet of a frame. `None` if the encoder fails, which loses the frame.
    pub fn encode(&mut self, frame: &[f32]) -> Option<Vec<u8>> {
        self.0.encode_vec_float(frame, LONGEST_PACKET).ok()
    }
}

/// Turns packets into sound at the capture rate.
pub struct Decoder {
    decoder: opus::Decoder,
    sound: Vec<f32>,
}

impl Decoder {
    pub fn new() -> Result<Self, Refused> {
        let decoder = opus::Decoder::new(HEARS, Channels::Mono).map_err(failed)?;
        Ok(Self { decoder, sound: vec![0.0; LONGEST_SOUND] })
    }

    /// The sound of a packet. `None` for one that is damaged.
    pub fn decode(&mut self, packet: &[u8]) -> Option<Vec<f32>> {
        // An empty packet would mean one that is lost.
        if packet.is_empty() {
            return None;
        }
        let length = self.decoder.decode_float(packet, &mut self.sound, false).ok()?;
        self.sound.get(..length).map(<[f32]>::to_vec)
    }
}
