//! A cursor over untrusted bytes: every read is checked against the file's end.

use crate::error::{Error, ErrorKind, Result};

/// Reads little-endian values; reading past the end is [`ErrorKind::Damaged`].
pub(super) struct Reader<'a> {
    data: &'a [u8],
    at: usize,
    what: &'static str,
}

impl<'a> Reader<'a> {
    /// A cursor at the start of `data`; `what` names the file in errors.
    pub fn new(data: &'a [u8], what: &'static str) -> Self {
        Self { data, at: 0, what }
    }

    pub fn position(&self) -> usize {
        self.at
    }

    pub fn at_end(&self) -> bool {
        self.at == self.data.len()
    }

    /// An error about this file at this place.
    pub fn error(&self, message: impl std::fmt::Display) -> Error {
        damaged(self.what, format_args!("{message} (near byte {})", self.at))
    }

    pub fn bytes(&mut self, n: usize) -> Result<&'a [u8]> {
        let end = self.at.checked_add(n).filter(|&end| end <= self.data.len());
        let Some(end) = end else {
            return Err(self.error("it ends too early"));
        };
        let slice = &self.data[self.at..end];
        self.at = end;
        Ok(slice)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.bytes(N)?);
        Ok(array)
    }

    pub fn u8(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    pub fn u16(&mut self) -> Result<u16> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    pub fn i32(&mut self) -> Result<i32> {
        Ok(i32::from_le_bytes(self.array()?))
    }

    /// A `u32` length or count, as `usize`.
    pub fn len32(&mut self) -> Result<usize> {
        let n = self.u32()?;
        usize::try_from(n).map_err(|_| self.error("a length is too large"))
    }

    /// A `u64` length or count, as `usize`.
    pub fn len64(&mut self) -> Result<usize> {
        let n = self.u64()?;
        usize::try_from(n).map_err(|_| self.error("a length is too large"))
    }
}

/// The error for a file that is not as it should be.
pub(super) fn damaged(what: &str, message: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Damaged, format!("not a usable {what}: {message}"))
}
