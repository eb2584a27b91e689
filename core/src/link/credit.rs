//! Who may send how many blocks of sound.

use super::Flow;
use super::window::Seen;

/// Whether `a` is later than `b`, for numbers that wrap.
fn later(a: u16, b: u16) -> bool {
    a != b && a.wrapping_sub(b) < 1 << 15
}

/// The blocks that this side sends and receives.
#[derive(Clone, Debug)]
pub struct Credit {
    /// The next block to be sent, and the first that may not.
    sent: u16,
    allowed: u16,
    /// The blocks that came, and the first that was not granted.
    received: Seen,
    granted: u16,
    /// The last grant that was sent.
    told: u16,
}

impl Credit {
    /// At the start of a session, with what the hellos said.
    pub const fn new(theirs: u16, ours: u16) -> Self {
        Self { sent: 0, allowed: theirs, received: Seen::new(), granted: ours, told: ours }
    }

    /// The number for the block to be sent now, if one may be.
    pub fn number(&self) -> Option<u16> {
        later(self.allowed, self.sent).then_some(self.sent)
    }

    /// Blocks that may be sent now.
    pub fn left(&self) -> u16 {
        if later(self.allowed, self.sent) { self.allowed.wrapping_sub(self.sent) } else { 0 }
    }

    /// A block was sent.
    pub fn spend(&mut self) {
        self.sent = self.sent.wrapping_add(1);
    }

    /// Whether the block with this number, which came, is to be taken: it was granted, and
    /// has not come before.
    pub fn receive(&mut self, number: u16) -> bool {
        later(self.granted, number) && self.received.accept(number).is_some()
    }

    /// What the other side says.
    pub fn hear(&mut self, flow: Flow) {
        let next = self.received.next();
        if later(flow.sent, next) {
            self.received.skip(flow.sent.wrapping_sub(next));
        }
        if later(flow.until, self.allowed) {
            self.allowed = flow.until;
        }
    }

    /// There is room for so many blocks.
    pub fn grant(&mut self, free: u16) {
        let until = self.received.next().wrapping_add(free.min(i16::MAX as u16));
        if later(until, self.granted) {
            self.granted = until;
        }
    }

    /// How many granted blocks were not yet sent as credit.
    pub fn untold(&self) -> u16 {
        self.granted.wrapping_sub(self.told)
    }

    /// What to send to the other side.
    pub fn tell(&mut self) -> Flow {
        self.told = self.granted;
        Flow { sent: self.sent, until: self.granted }
    }
}
