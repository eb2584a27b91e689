//! Consistent overhead byte stuffing (Cheshire and Baker, 1997): encodes bytes without zeros, so
//! that zeros can separate frames.

use super::FrameError;

/// The most bytes that [`stuff`] makes of this many, including both 00.
pub const fn stuffed(raw: usize) -> usize {
    raw + raw / 254 + 1 + 2
}

/// Encodes `raw` without zeros, between two zeros, and returns the length; `None` if `out` is too
/// short.
pub fn stuff(raw: &[u8], out: &mut [u8]) -> Option<usize> {
    let mut stuffer = Stuffer::new(out)?;
    raw.iter().try_for_each(|&byte| stuffer.push(byte))?;
    stuffer.finish()
}

/// Does what [`stuff`] does, for bytes that come one by one. Once `out` is too short, everything
/// returns `None`.
///
/// Written here because the `cobs` crate (0.3.0) encodes data that ends with a full block of 254
/// bytes in a way that cannot be decoded.
pub struct Stuffer<'a> {
    out: &'a mut [u8],
    /// The index of the current block's code byte, and the code so far.
    code_at: usize,
    code: u8,
    /// The index of the next byte.
    at: usize,
}

impl<'a> Stuffer<'a> {
    /// Writes to the start of `out`.
    pub fn new(out: &'a mut [u8]) -> Option<Self> {
        *out.first_mut()? = 0;
        Some(Self { out, code_at: 1, code: 1, at: 2 })
    }

    /// Takes the next byte.
    pub fn push(&mut self, byte: u8) -> Option<()> {
        if self.code == u8::MAX {
            self.end_block()?;
        }
        if byte == 0 {
            return self.end_block();
        }
        *self.out.get_mut(self.at)? = byte;
        (self.code, self.at) = (self.code + 1, self.at + 1);
        Some(())
    }

    fn end_block(&mut self) -> Option<()> {
        *self.out.get_mut(self.code_at)? = self.code;
        (self.code_at, self.code, self.at) = (self.at, 1, self.at + 1);
        Some(())
    }

    /// Ends the frame and returns its length.
    pub fn finish(mut self) -> Option<usize> {
        let end = self.at;
        self.end_block()?;
        *self.out.get_mut(end)? = 0;
        Some(end + 1)
    }
}

/// Finds what was [stuffed](stuff) in a stream of bytes: at most `N` of them, including both 00.
#[derive(Clone, Debug)]
pub struct Unstuffer<const N: usize> {
    bytes: [u8; N],
    len: usize,
    too_long: bool,
}

impl<const N: usize> Default for Unstuffer<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Unstuffer<N> {
    /// A decoder that waits for the first frame.
    pub const fn new() -> Self {
        Self { bytes: [0; N], len: 0, too_long: false }
    }

    /// Takes the next byte; if it ends a frame, returns the bytes in it.
    pub fn push(&mut self, byte: u8) -> Option<Result<&[u8], FrameError>> {
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
        // `None` between the 00 that ends one frame and the one that begins the next.
        let framed = self.bytes.get_mut(..len).filter(|framed| !framed.is_empty())?;
        let Ok(len) = cobs::decode_in_place(framed) else { return Some(Err(FrameError::Framing)) };
        Some(framed.get(..len).ok_or(FrameError::Framing))
    }
}
