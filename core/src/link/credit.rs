//! How many blocks of sound each side may send.

use super::Flow;
use super::window::Seen;

/// Whether `a` is later than `b`, for numbers that wrap.
fn later(a: u16, b: u16) -> bool {
    a != b && a.wrapping_sub(b) < 1 << 15
}

/// The blocks that this side sends and receives.
#[derive(Clone, Debug)]
pub struct Credit {
    /// The next block to be sent, and the first that may not be sent.
    sent: u16,
    allowed: u16,
    /// The blocks that were received, and the first that was not granted.
    received: Seen,
    granted: u16,
    /// The last grant that was sent.
    told: u16,
}

impl Credit {
    /// The credit at the start of a session, as given in the hellos.
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

    /// Whether to accept the received block with this number: it must have been granted, and not
    /// been received before.
    pub fn receive(&mut self, number: u16) -> bool {
        later(self.granted, number) && self.received.accept(number).is_some()
    }

    /// Takes what the other side reports.
    pub fn hear(&mut self, flow: Flow) {
        let next = self.received.next();
        if later(flow.sent, next) {
            self.received.skip(flow.sent.wrapping_sub(next));
        }
        if later(flow.until, self.allowed) {
            self.allowed = flow.until;
        }
    }

    /// Grants as many blocks as there is room for.
    pub fn grant(&mut self, free: u16) {
        let until = self.received.next().wrapping_add(free.min(i16::MAX as u16));
        if later(until, self.granted) {
            self.granted = until;
        }
    }

    /// How many granted blocks have not yet been reported to the other side.
    pub fn untold(&self) -> u16 {
        self.granted.wrapping_sub(self.told)
    }

    /// What to report to the other side.
    pub fn tell(&mut self) -> Flow {
        self.told = self.granted;
        Flow { sent: self.sent, until: self.granted }
    }
}
