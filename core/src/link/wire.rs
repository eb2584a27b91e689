use core::fmt;

use super::credit::Credit;
use super::frame::encode_into;
use super::outgoing::Outgoing;
use super::window::Window;
use super::{Block, Codec, Decoder, GONE_MS, MAX_DATA, Message, RawFrame, VERSION};

/// Why a message was not accepted. Nothing of it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no session. Drop sound; send an order again when there is one.
    NotConnected,
    /// The other side has no room for another block now. Retry when it has given credit, or
    /// drop the block if it cannot wait.
    NoCredit,
    /// The buffer of waiting bytes is full: the wire is too slow, or nobody reads. Retry
    /// when some have been written, or drop the block if it cannot wait.
    NoRoom,
    /// An invalid block: no sample, too many, or an odd number for ADPCM. Give it up: it is refused
    /// however often it is tried.
    BadBlock,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotConnected => "there is no session",
            Self::NoCredit => "the other side has no room for another block",
            Self::NoRoom => "the wire is too slow, or nobody reads it",
            Self::BadBlock => "not a block of at most 20 ms",
        })
    }
}

impl core::error::Error for Refused {}

/// Counts of what went over the link and what went wrong; all only grow, and wrap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Valid messages received.
    pub received: u32,
    /// Unreadable frames, after which the next one had to be found.
    pub resyncs: u32,
    /// Intact frames with a message that is unknown or breaks the rules.
    pub malformed: u32,
    /// Frames that never came.
    pub lost: u32,
    /// Frames that came after a later one. Not counted as lost.
    pub reordered: u32,
    /// Frames that came twice; dropped.
    pub duplicated: u32,
    /// Frames of another session; dropped.
    pub stale: u32,
    /// Blocks of sound without credit, or that came twice; dropped.
    pub uncredited: u32,
    /// Sessions begun.
    pub sessions: u32,
}

impl Counters {
    /// All zero.
    pub const fn new() -> Self {
        Self {
            received: 0,
            resyncs: 0,
            malformed: 0,
            lost: 0,
            reordered: 0,
            duplicated: 0,
            stale: 0,
            uncredited: 0,
            sessions: 0,
        }
    }
}

/// What both ends have in common.
#[derive(Clone, Debug)]
pub struct Wire<const OUT: usize> {
    pub out: Outgoing<OUT>,
    /// The current session; 0 for none.
    pub session: u32,
    pub credit: Credit,
    pub counters: Counters,
    /// When the last good frame came.
    pub heard: u64,
    pub codec: Codec,
    seq: u16,
    window: Window,
    index: u8,
}

/// The result of a received frame.
pub enum Accepted<'a> {
    Message(Message<'a>),
    /// A hello of another version of the protocol.
    Version(u8),
}

impl<const OUT: usize> Wire<OUT> {
    pub const fn new() -> Self {
        Self {
            out: Outgoing::new(),
            session: 0,
            credit: Credit::new(0, 0),
            counters: Counters::new(),
            heard: 0,
            codec: Codec::Pcm,
            seq: 0,
            window: Window::new(),
            index: 0,
        }
    }

    /// Begins a session: everything from the start, with credit to send `theirs` blocks and to
    /// receive `ours`.
    pub fn begin(&mut self, session: u32, codec: Codec, theirs: u16, ours: u16, now: u64) {
        self.session = session;
        self.codec = codec;
        self.credit = Credit::new(theirs, ours);
        self.heard = now;
        self.seq = 0;
        self.window = Window::new();
        self.index = 0;
        count(&mut self.counters.sessions);
    }

    /// Ends the session; what waited to be sent is dropped.
    pub fn end(&mut self) {
        self.session = 0;
        self.out.clear();
    }

    /// Whether there is a session and the other side has been silent for so long that it is gone.
    pub fn is_gone(&self, now: u64) -> bool {
        self.session != 0 && now.saturating_sub(self.heard) >= GONE_MS
    }

    /// The message in the frame that `byte` completes, unless it is to be dropped. The decoder is
    /// a parameter and not a field, so that the message can borrow from it while the wire is used.
    pub fn push<'a>(
        &mut self,
        decoder: &'a mut Decoder,
        byte: u8,
        now: u64,
    ) -> Option<Accepted<'a>> {
        if let Ok(frame) = decoder.push(byte)? {
            return self.accept(&frame, now);
        }
        count(&mut self.counters.resyncs);
        None
    }

    fn accept<'a>(&mut self, frame: &RawFrame<'a>, now: u64) -> Option<Accepted<'a>> {
        if let Some(version) = frame.hello_version() {
            if version != VERSION {
                return Some(Accepted::Version(version));
            }
        } else {
            if self.session == 0 || frame.tag != tag(self.session) {
                count(&mut self.counters.stale);
                return None;
            }
            if !self.window.accept(frame.seq, &mut self.counters) {
                return None;
            }
        }
        let Some(message) = frame.message() else {
            count(&mut self.counters.malformed);
            return None;
        };
        count(&mut self.counters.received);
        self.heard = now;
        Some(Accepted::Message(message))
    }

    /// Whether to accept the block with this number; counts it if not.
    pub fn receive_block(&mut self, number: u16) -> bool {
        let granted = self.credit.receive(number);
        if !granted {
            count(&mut self.counters.uncredited);
        }
        granted
    }

    /// Sends a hello; false if there is no room.
    pub fn hello(&mut self, session: u32, message: &Message<'_>) -> bool {
        self.out.write(|room| encode_into(tag(session), 0, message, room)).is_ok()
    }

    /// Sends anything else.
    pub fn send(&mut self, message: &Message<'_>) -> Result<(), Refused> {
        if self.session == 0 {
            return Err(Refused::NotConnected);
        }
        let (tag, seq) = (tag(self.session), self.seq);
        self.out.write(|room| encode_into(tag, seq, message, room))?;
        self.seq = self.seq.wrapping_add(1);
        Ok(())
    }

    /// Sends sound, in the message that `wrap` builds from its number and its block.
    pub fn send_block(
        &mut self,
        samples: &[i16],
        wrap: impl for<'b> Fn(u16, Block<'b>) -> Message<'b>,
    ) -> Result<(), Refused> {
        if self.session == 0 {
            return Err(Refused::NotConnected);
        }
        let number = self.credit.number().ok_or(Refused::NoCredit)?;
        let (mut data, mut index) = ([0; MAX_DATA], self.index);
        let block =
            Block::encode(self.codec, samples, &mut index, &mut data).ok_or(Refused::BadBlock)?;
        self.send(&wrap(number, block))?;
        self.index = index;
        self.credit.spend();
        Ok(())
    }
}

/// Whether something is due that is done every `every` milliseconds and was last done at `last`.
pub fn is_due(last: Option<u64>, every: u64, now: u64) -> bool {
    last.is_none_or(|last| now.saturating_sub(last) >= every)
}

fn count(counter: &mut u32) {
    *counter = counter.wrapping_add(1);
}

fn tag(session: u32) -> u8 {
    session as u8
}
