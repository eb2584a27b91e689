//! Frames: where a message begins and ends, and whether it is intact.
//!
//! `00 | COBS(tag, seq (2 bytes), message, CRC-32 of all before (4 bytes)) | 00`; numbers
//! little-endian. The first 00 ends any garbage before it.

use core::fmt;

use crc::{CRC_32_ISO_HDLC, Crc, Digest};
use postcard::ser_flavors::Flavor;

use super::stuffing::{Stuffer, Unstuffer, stuffed};
use super::{MAX_CAPTURE, MAX_DATA, MAX_NAME, Message, Refused};

static CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);
const HEAD: usize = 3;
const TAIL: usize = 4;

/// The longest message: a full block, its fields (1 + 3 + 5 + 5 + 1 + 2 bytes at most).
const MAX_MESSAGE: usize = MAX_DATA + 17;
/// The longest frame before stuffing.
const MAX_RAW: usize = HEAD + MAX_MESSAGE + TAIL;
/// The longest frame on the wire, in bytes, both 00 included.
pub const MAX_FRAME: usize = stuffed(MAX_RAW);

const _: () = assert!(MAX_NAME < MAX_DATA, "a hello is shorter than a block");

/// Why the bytes between two 00 are no frame. Whatever the reason, the caller drops them, counts
/// them and goes on: the next frame is not affected, and nothing is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameError {
    /// It is longer than any frame: the 00 that ended it was lost, or somebody sends something else.
    TooLong,
    /// It breaks the rules of COBS, or is too short: bytes were lost.
    Framing,
    /// The checksum does not match: bytes were changed.
    Checksum,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "longer than any frame",
            Self::Framing => "not framed by the rules, or too short",
            Self::Checksum => "the checksum does not fit",
        })
    }
}

impl core::error::Error for FrameError {}

/// An intact frame.
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
    /// The frame in `raw`, the decoded bytes between two 00.
    ///
    /// # Errors
    /// [`FrameError::Framing`] when it is too short, [`FrameError::Checksum`] when its checksum
    /// does not match.
    pub fn check(raw: &'a [u8]) -> Result<Self, FrameError> {
        let (rest, checksum) = raw.split_last_chunk::<TAIL>().ok_or(FrameError::Framing)?;
        let (&[tag, low, high], body) =
            rest.split_first_chunk::<HEAD>().ok_or(FrameError::Framing)?;
        if CRC.checksum(rest) != u32::from_le_bytes(*checksum) {
            return Err(FrameError::Checksum);
        }
        Ok(Self { tag, seq: u16::from_le_bytes([low, high]), body })
    }

    /// The message; `None` if this version does not know it, or if it breaks the rules.
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

    /// Frames it again. `None` if its body is longer than the rules allow.
    pub fn encode(&self) -> Option<Encoded> {
        let mut bytes = [0; MAX_FRAME];
        let mut writer = Writer::new(self.tag, self.seq, &mut bytes)?;
        writer.try_extend(self.body).ok()?;
        let len = writer.finalize().ok()?;
        Some(Encoded { bytes, len })
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

/// Frames a message. `None` if it is longer than the rules allow.
pub fn encode(tag: u8, seq: u16, message: &Message<'_>) -> Option<Encoded> {
    let mut bytes = [0; MAX_FRAME];
    let len = encode_into(tag, seq, message, &mut bytes).ok()?;
    Some(Encoded { bytes, len })
}

/// Frames a message at the start of `out` and returns the length. It is written there directly,
/// because a microcontroller's stack has no room for a second copy of a frame.
///
/// # Errors
/// [`Refused::NoRoom`] if it does not fit, [`Refused::BadBlock`] if it is longer than the rules
/// allow.
pub(super) fn encode_into(
    tag: u8,
    seq: u16,
    message: &Message<'_>,
    out: &mut [u8],
) -> Result<usize, Refused> {
    let writer = Writer::new(tag, seq, out).ok_or(Refused::NoRoom)?;
    postcard::serialize_with_flavor(message, writer).map_err(|error| match error {
        postcard::Error::SerializeBufferFull => Refused::NoRoom,
        _ => Refused::BadBlock,
    })
}

/// Frames a message's bytes as they are written.
struct Writer<'a> {
    stuffer: Stuffer<'a>,
    digest: Digest<'static, u32>,
    /// Bytes of the message that may still be written.
    left: usize,
}

impl<'a> Writer<'a> {
    fn new(tag: u8, seq: u16, out: &'a mut [u8]) -> Option<Self> {
        let mut stuffer = Stuffer::new(out)?;
        let mut digest = CRC.digest();
        let [low, high] = seq.to_le_bytes();
        for byte in [tag, low, high] {
            stuffer.push(byte)?;
            digest.update(&[byte]);
        }
        Some(Self { stuffer, digest, left: MAX_MESSAGE })
    }
}

impl Flavor for Writer<'_> {
    type Output = usize;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        // Any error that does not mean a lack of room.
        self.left = self.left.checked_sub(1).ok_or(postcard::Error::WontImplement)?;
        self.digest.update(&[byte]);
        self.stuffer.push(byte).ok_or(postcard::Error::SerializeBufferFull)
    }

    fn finalize(mut self) -> postcard::Result<usize> {
        let checksum = self.digest.finalize().to_le_bytes();
        let pushed = checksum.into_iter().try_for_each(|byte| self.stuffer.push(byte));
        pushed.and_then(|()| self.stuffer.finish()).ok_or(postcard::Error::SerializeBufferFull)
    }
}

/// Finds the frames in a stream of bytes.
#[derive(Clone, Debug, Default)]
pub struct Decoder(Unstuffer<MAX_FRAME>);

impl Decoder {
    /// A decoder that waits for a frame.
    pub const fn new() -> Self {
        Self(Unstuffer::new())
    }

    /// Takes the next byte; if it ends a frame, returns that.
    pub fn push(&mut self, byte: u8) -> Option<Result<RawFrame<'_>, FrameError>> {
        Some(self.0.push(byte)?.and_then(RawFrame::check))
    }
}
