//! Which numbers have arrived, and which are missing.

use super::Counters;

/// How far back a late number can be distinguished from a repeated one.
const WIDTH: u16 = 32;

/// How a new number arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// After all others. This many numbers between them have not arrived.
    Next(u16),
    /// After a later one.
    Late,
}

/// The numbers that have arrived, wrapping. They begin with 0.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The number after the highest.
    next: u16,
    /// Bit `n`: whether the number `next - 1 - n` is missing.
    missing: u32,
}

impl Seen {
    /// None yet; numbers before the first do not count as missing.
    pub const fn new() -> Self {
        Self { next: 0, missing: 0 }
    }

    /// The number after the highest that has arrived.
    pub const fn next(&self) -> u16 {
        self.next
    }

    /// Records this number and returns how it arrived; `None` if it has arrived before, or is too
    /// old for that to be known.
    pub fn accept(&mut self, number: u16) -> Option<Arrival> {
        let ahead = number.wrapping_sub(self.next);
        if ahead < 1 << 15 {
            self.skip(ahead);
            self.skip(1);
            self.missing &= !1;
            return Some(Arrival::Next(ahead));
        }
        let back = self.next.wrapping_sub(number).wrapping_sub(1);
        if back < WIDTH && self.missing & (1 << back) != 0 {
            self.missing &= !(1 << back);
            return Some(Arrival::Late);
        }
        None
    }

    /// So many numbers are no longer expected.
    pub fn skip(&mut self, numbers: u16) {
        let shift = u32::from(numbers);
        let new = 1_u32.checked_shl(shift).map_or(u32::MAX, |bit| bit - 1);
        self.missing = self.missing.checked_shl(shift).unwrap_or(0) | new;
        self.next = self.next.wrapping_add(numbers);
    }
}

/// The numbers of the received frames.
#[derive(Clone, Debug)]
pub struct Window(Seen);

impl Window {
    /// None yet.
    pub const fn new() -> Self {
        Self(Seen::new())
    }

    /// Whether the frame with this number is new. Counts missing, late and repeated frames.
    pub fn accept(&mut self, seq: u16, counters: &mut Counters) -> bool {
        match self.0.accept(seq) {
            Some(Arrival::Next(missing)) => {
                counters.lost = counters.lost.wrapping_add(missing.into());
                true
            }
            Some(Arrival::Late) => {
                counters.reordered = counters.reordered.wrapping_add(1);
                counters.lost = counters.lost.wrapping_sub(1);
                true
            }
            None => {
                counters.duplicated = counters.duplicated.wrapping_add(1);
                false
            }
        }
    }
}
