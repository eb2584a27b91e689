//! Which numbers have come, and which are missing.

use super::Counters;

/// So far back a frame that was overtaken is still told from one that came twice.
const WIDTH: u16 = 32;

/// The numbers of the frames received.
#[derive(Clone, Debug, Default)]
pub struct Window {
    /// The number after the highest received.
    next: u16,
    /// Bit `n`: whether the number `next - 1 - n` has come.
    seen: u32,
}

impl Window {
    /// Whether the frame with this number is new. Counts what is missing, comes
    /// late or twice.
    pub fn accept(&mut self, seq: u16, counters: &mut Counters) -> bool {
        let ahead = seq.wrapping_sub(self.next);
        if ahead < 1 << 15 {
            counters.lost = counters.lost.wrapping_add(ahead.into());
            let shift = u32::from(ahead) + 1;
            self.seen = self.seen.checked_shl(shift).unwrap_or(0) | 1;
            self.next = seq.wrapping_add(1);
            return true;
        }
        let back = self.next.wrapping_sub(seq).wrapping_sub(1);
        if back < WIDTH && self.seen & (1 << back) == 0 {
            self.seen |= 1 << back;
            counters.reordered = counters.reordered.wrapping_add(1);
            counters.lost = counters.lost.wrapping_sub(1);
            return true;
        }
        counters.duplicated = counters.duplicated.wrapping_add(1);
        false
    }
}
