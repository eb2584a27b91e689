//! Consistent overhead byte stuffing (Cheshire and Baker, 1997): bytes without a zero, so
//! that zeros can stand between them.

use super::FrameError;

/// The most bytes that [`stuff`] makes of so many, both 00 included.
pub const fn stuffed(raw: usize) -> usize {
    raw + raw / 254 + 1 + 2
}

/// Writes `raw` without its zeros, between two of them, and returns the length; `None` when
/// `out` is too short. What the `cobs` crate (0.3.0) makes of a `raw` that ends with a full
/// block of 254 cannot be read back.
pub fn stuff(raw: &[u8], out: &mut [u8]) -> Option<usize> {
    *out.first_mut()? = 0;
    let (mut code_at, mut code, mut at) = (1, 1, 2);
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
    *out.get_mut(at)? = 0;
    Some(at + 1)
}

/// Finds what was [stuffed](stuff) in a stream of bytes: at most `N` of them, both 00
/// included.
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
    /// One that waits for the first.
    pub const fn new() -> Self {
        Self { bytes: [0; N], len: 0, too_long: false }
    }

    /// Takes the next byte; returns what it ends, if it ends something.
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
        // Between the 00 that ends one and the one that begins the next.
        let framed = self.bytes.get_mut(..len).filter(|framed| !framed.is_empty())?;
        let Ok(len) = cobs::decode_in_place(framed) else { return Some(Err(FrameError::Framing)) };
        Some(framed.get(..len).ok_or(FrameError::Framing))
    }
}
