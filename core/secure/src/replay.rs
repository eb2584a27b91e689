/// Records which nonces have arrived, so that none is accepted twice, in whatever order they
/// arrive.
#[derive(Clone, Debug, Default)]
pub struct ReplayWindow {
    /// The number after the highest.
    next: u64,
    /// Bit `n`: whether the number `next - 1 - n` has arrived.
    bits: u64,
}

impl ReplayWindow {
    /// Whether the number has not arrived yet. Numbers more than 64 below the highest count as
    /// arrived.
    pub fn is_new(&self, nonce: u64) -> bool {
        match self.next.checked_sub(nonce) {
            None | Some(0) => true,
            Some(back) => back <= 64 && self.bits & (1 << (back - 1)) == 0,
        }
    }

    /// Records that a genuine frame with this number has arrived.
    pub fn mark(&mut self, nonce: u64) {
        match self.next.checked_sub(nonce) {
            Some(back @ 1..=64) => self.bits |= 1 << (back - 1),
            Some(1..) => {}
            _ => {
                let shift = nonce - self.next + 1;
                let bits = u32::try_from(shift).ok().and_then(|shift| self.bits.checked_shl(shift));
                self.bits = bits.unwrap_or(0) | 1;
                self.next = nonce + 1;
            }
        }
    }
}
