/// Bytes that wait for the wire, whole frames at a time.
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
    /// None yet.
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

    /// Has `frame` write more of them into the room that is left, and say how many.
    ///
    /// # Errors
    /// Those of `frame`; then nothing was written.
    pub fn write<E>(&mut self, frame: impl FnOnce(&mut [u8]) -> Result<usize, E>) -> Result<(), E> {
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let room = self.bytes.get_mut(self.end..).unwrap_or_default();
        self.end += frame(room)?;
        Ok(())
    }

    /// Forgets them.
    pub fn clear(&mut self) {
        (self.start, self.end) = (0, 0);
    }
}
