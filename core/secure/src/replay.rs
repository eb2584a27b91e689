/// Which nonces have come, so that none is taken twice though they come in any order.
#[derive(Clone, Debug, Default)]
pub struct ReplayWindow {
    /// The number after the highest.
    next: u64,
    /// Bit `n`: whether the number `next - 1 - n` has come.
    bits: u64,
}

impl ReplayWindow {
    /// Whether the number has not come, as far as is known. Numbers more than 64 below the
    /// highest count as come.
    pub fn is_new(&self, nonce: u64) -> bool {
        match self.next.checked_sub(nonce) {
            None | Some(0) => true,
            Some(back) => back <= 64 && self.bits & (1 << (back - 1)) == 0,
        }
    }

    /// The frame with this number has come and is genuine.
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
