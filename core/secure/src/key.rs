use core::fmt;

use zeroize::Zeroize;

/// The secret that both ends share: 32 bytes from a good random source. It is wiped when dropped,
/// and `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Key {
    /// A key of these bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads 64 hexadecimal digits, with optional white space around them. `None` for anything
    /// else.
    pub fn from_hex(text: &[u8]) -> Option<Self> {
        let (pairs, []) = text.trim_ascii().as_chunks::<2>() else { return None };
        let mut bytes = [0; 32];
        if pairs.len() != bytes.len() {
            return None;
        }
        let digit = |byte: u8| char::from(byte).to_digit(16);
        for (place, &[high, low]) in bytes.iter_mut().zip(pairs) {
            *place = (digit(high)? << 4 | digit(low)?) as u8;
        }
        Some(Self(bytes))
    }

    /// The bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

impl fmt::LowerHex for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
