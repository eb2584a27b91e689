/// Bytes that wait for the wire, always whole frames.
#[derive(Clone, Debug)]
pub struct Outgoing<const N: usize> {
    bytes: [u8; N],
    start: usize,
    end: usize,
}

impl<const N: usize> Default for Outgoing<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Outgoing<N> {
    /// An empty buffer.
    pub const fn new() -> Self {
        Self { bytes: [0; N], start: 0, end: 0 }
    }

    /// Bytes for which there is room.
    pub const fn room(&self) -> usize {
        N - (self.end - self.start)
    }

    /// The bytes, the oldest first.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// The first `n` were sent.
    pub fn written(&mut self, n: usize) {
        self.start = (self.start + n).min(self.end);
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
    }

    /// Lets `frame` append bytes in the room that is left; it returns how many it wrote.
    ///
    /// # Errors
    /// The error of `frame`; nothing was appended then.
    pub fn write<E>(&mut self, frame: impl FnOnce(&mut [u8]) -> Result<usize, E>) -> Result<(), E> {
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let room = self.bytes.get_mut(self.end..).unwrap_or_default();
        self.end += frame(room)?;
        Ok(())
    }

    /// Drops all of them.
    pub fn clear(&mut self) {
        (self.start, self.end) = (0, 0);
    }
}
