//! Which numbers have come, and which are missing.

use super::Counters;

/// How far back a number that was overtaken is distinguished from one that came twice.
const WIDTH: u16 = 32;

/// How a number came that is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// After all others; so many before it have not come.
    Next(u16),
    /// After a later one.
    Late,
}

/// The numbers that have come, wrapping. They begin with 0.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The number after the highest.
    next: u16,
    /// Bit `n`: whether the number `next - 1 - n` is missing.
    missing: u32,
}

impl Seen {
    /// None yet. Nothing before the first is missing.
    pub const fn new() -> Self {
        Self { next: 0, missing: 0 }
    }

    /// The number after the highest that has come.
    pub const fn next(&self) -> u16 {
        self.next
    }

    /// How this number came; `None` when it has come already, or so long ago that nobody
    /// knows.
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

    /// So many numbers are not waited for any more.
    pub fn skip(&mut self, numbers: u16) {
        let shift = u32::from(numbers);
        let new = 1_u32.checked_shl(shift).map_or(u32::MAX, |bit| bit - 1);
        self.missing = self.missing.checked_shl(shift).unwrap_or(0) | new;
        self.next = self.next.wrapping_add(numbers);
    }
}

/// The numbers of the frames received.
#[derive(Clone, Debug)]
pub struct Window(Seen);

impl Window {
    /// None yet.
    pub const fn new() -> Self {
        Self(Seen::new())
    }

    /// Whether the frame with this number is new. Counts what is missing, comes
    /// late or twice.
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
