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

    /// False when they do not fit, and then none is taken.
    pub fn append(&mut self, bytes: &[u8]) -> bool {
        if N - self.end < bytes.len() {
            self.bytes.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let Some(room) = self.bytes.get_mut(self.end..self.end + bytes.len()) else {
            return false;
        };
        room.copy_from_slice(bytes);
        self.end += bytes.len();
        true
    }

    /// Forgets them.
    pub fn clear(&mut self) {
        (self.start, self.end) = (0, 0);
    }
}
