//! Frames: where a message begins and ends, and whether it is whole.
//!
//! `00 | COBS(tag, seq (2 bytes), message, CRC-32 of all before (4 bytes)) | 00`;
//! numbers little-endian. The first 00 ends whatever garbage went before.

use crc::{CRC_32_ISO_HDLC, Crc};

use super::{MAX_CAPTURE, MAX_DATA, MAX_NAME, Message};

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);
const HEAD: usize = 3;
const TAIL: usize = 4;

/// The longest message: a full block, its fields (1 + 3 + 5 + 5 + 1 + 2 bytes at most).
const MAX_MESSAGE: usize = MAX_DATA + 17;
/// The longest frame before it is framed.
const MAX_RAW: usize = HEAD + MAX_MESSAGE + TAIL;
/// The longest frame on the wire, in bytes, both 00 included.
pub const MAX_FRAME: usize = MAX_RAW + MAX_RAW.div_ceil(254) + 2;

const _: () = assert!(MAX_NAME < MAX_DATA, "a hello is shorter than a block");

/// Why bytes between two 00 are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameError {
    /// Longer than any frame.
    TooLong,
    /// Not framed by the rules of COBS, or too short.
    Framing,
    /// The checksum does not fit.
    Checksum,
}

/// A frame that is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawFrame<'a> {
    /// The low byte of the session's number.
    pub tag: u8,
    /// Counts the frames of a session, wrapping; 0 in hellos.
    pub seq: u16,
    /// The message's bytes.
    pub body: &'a [u8],
}

impl<'a> RawFrame<'a> {
    /// The message; `None` when it is none that this version knows, or breaks its rules.
    pub fn message(&self) -> Option<Message<'a>> {
        let (message, rest) = postcard::take_from_bytes(self.body).ok()?;
        let fine = match &message {
            Message::SatelliteHello(hello) => hello.name.len() <= MAX_NAME,
            Message::Capture(capture) => {
                capture.block.is_valid() && capture.block.len() <= MAX_CAPTURE
            }
            Message::Playback(playback) => playback.block.is_valid(),
            _ => true,
        };
        (fine && rest.is_empty()).then_some(message)
    }

    /// Frames it again. `None` when its body is longer than the rules allow.
    pub fn encode(&self) -> Option<Encoded> {
        let mut raw = [0; MAX_RAW];
        raw[HEAD..HEAD + MAX_MESSAGE].get_mut(..self.body.len())?.copy_from_slice(self.body);
        seal(self.tag, self.seq, &mut raw, self.body.len())
    }

    /// The version of the protocol, if this is a hello.
    pub fn hello_version(&self) -> Option<u8> {
        match *self.body {
            [0 | 1, version, ..] => Some(version),
            _ => None,
        }
    }
}

/// A frame ready to be sent.
#[derive(Clone, Debug)]
pub struct Encoded {
    bytes: [u8; MAX_FRAME],
    len: usize,
}

impl Encoded {
    /// The bytes for the wire.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// Frames a message. `None` when it is longer than the rules allow.
pub fn encode(tag: u8, seq: u16, message: &Message<'_>) -> Option<Encoded> {
    let mut raw = [0; MAX_RAW];
    let body = postcard::to_slice(message, &mut raw[HEAD..HEAD + MAX_MESSAGE]).ok()?.len();
    seal(tag, seq, &mut raw, body)
}

/// Frames `raw`, in which a body of so many bytes lies in its place.
fn seal(tag: u8, seq: u16, raw: &mut [u8; MAX_RAW], body: usize) -> Option<Encoded> {
    let [low, high] = seq.to_le_bytes();
    raw[..HEAD].copy_from_slice(&[tag, low, high]);
    let end = HEAD + body;
    let checksum = CRC.checksum(&raw[..end]).to_le_bytes();
    raw[end..end + TAIL].copy_from_slice(&checksum);
    let mut bytes = [0; MAX_FRAME];
    let framed = stuff(&raw[..end + TAIL], &mut bytes[1..MAX_FRAME - 1])?;
    Some(Encoded { bytes, len: framed + 2 })
}

/// Consistent overhead byte stuffing (Cheshire and Baker, 1997): writes `raw` without
/// its zeros and returns the length. What the `cobs` crate (0.3.0) makes of a `raw` that
/// ends with a full block of 254 cannot be read back.
fn stuff(raw: &[u8], out: &mut [u8]) -> Option<usize> {
    let (mut code_at, mut code, mut at) = (0, 1, 1);
    for &byte in raw {
        if code == u8::MAX {
            *out.get_mut(code_at)? = code;
            (code_at, code, at) = (at, 1, at + 1);
        }
        if byte == 0 {
            *out.get_mut(code_at)? = code;
            (code_at, code, at) = (at, 1, at + 1);
        } else {
            *out.get_mut(at)? = byte;
            (code, at) = (code + 1, at + 1);
        }
    }
    *out.get_mut(code_at)? = code;
    Some(at)
}

/// Finds the frames in a stream of bytes.
#[derive(Clone, Debug)]
pub struct Decoder {
    bytes: [u8; MAX_FRAME],
    len: usize,
    too_long: bool,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder that waits for a frame.
    pub const fn new() -> Self {
        Self { bytes: [0; MAX_FRAME], len: 0, too_long: false }
    }

    /// Takes the next byte; tells of the frame that it ends, if it ends one.
    pub fn push(&mut self, byte: u8) -> Option<Result<RawFrame<'_>, FrameError>> {
        if byte != 0 {
            match self.bytes.get_mut(self.len) {
                Some(place) => {
                    *place = byte;
                    self.len += 1;
                }
                None => self.too_long = true,
            }
            return None;
        }
        let len = core::mem::take(&mut self.len);
        if core::mem::take(&mut self.too_long) {
            return Some(Err(FrameError::TooLong));
        }
        // Between the 00 that ends a frame and the one that begins the next.
        if len == 0 {
            return None;
        }
        Some(open(&mut self.bytes[..len]))
    }
}

fn open(framed: &mut [u8]) -> Result<RawFrame<'_>, FrameError> {
    let len = cobs::decode_in_place(framed).map_err(|_| FrameError::Framing)?;
    let raw = framed.get(..len).ok_or(FrameError::Framing)?;
    let (rest, checksum) = raw.split_last_chunk::<TAIL>().ok_or(FrameError::Framing)?;
    let (&[tag, low, high], body) = rest.split_first_chunk::<HEAD>().ok_or(FrameError::Framing)?;
    if CRC.checksum(rest) != u32::from_le_bytes(*checksum) {
        return Err(FrameError::Checksum);
    }
    Ok(RawFrame { tag, seq: u16::from_le_bytes([low, high]), body })
}
