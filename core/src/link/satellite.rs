use super::wire::{Accepted, Wire, is_due};
use super::{
    Capture, Codec, Counters, Decoder, HEARTBEAT_MS, HELLO_MS, HostStatus, MAX_CAPTURE, Message,
    Mute, Playback, Rate, Refused, STATS_MS, SatelliteHello, SatelliteStatus, Stats, Stop, VERSION,
};

/// How a satellite describes itself to the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// How sound is encoded on this wire, up and down.
    pub codec: Codec,
    /// The rate of the loudspeaker.
    pub rate: Rate,
    /// Blocks of 20 ms that the playback buffer holds.
    pub buffer: u16,
    /// Its name, by which the host knows it; at most [`MAX_NAME`](super::MAX_NAME) bytes.
    pub name: &'static str,
}

impl Description {
    /// A description without a name or a buffer.
    pub const EMPTY: Self = Self { codec: Codec::Pcm, rate: Rate::Hz16000, buffer: 0, name: "" };
}

/// The parts of the condition whose changes are sent at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct News {
    muted: bool,
    open: bool,
    presses: u8,
    held: bool,
}

impl From<&Condition> for News {
    fn from(condition: &Condition) -> Self {
        let Condition { muted, open, presses, held, .. } = *condition;
        Self { muted, open, presses, held }
    }
}

/// The current condition of a satellite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// As [`SatelliteStatus::clock`].
    pub clock: u32,
    /// As [`SatelliteStatus::played`].
    pub played: u32,
    /// Blocks of 20 ms for which the playback buffer has room.
    pub free: u16,
    /// As [`SatelliteStatus::muted`].
    pub muted: bool,
    /// As [`SatelliteStatus::open`].
    pub open: bool,
    /// As [`SatelliteStatus::presses`], but counted from an arbitrary start.
    pub presses: u8,
    /// As [`SatelliteStatus::held`].
    pub held: bool,
    /// What was lost; the link fills in its own counts.
    pub stats: Stats,
}

/// Events for the satellite's owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SatelliteEvent<'a> {
    /// A session has begun. Anything queued for the loudspeaker is obsolete; the next sound's
    /// position is 0.
    Connected {
        /// Whether the host says that the satellite was muted when it last saw it.
        muted: bool,
    },
    /// Sound to play.
    Playback(Playback<'a>),
    /// What to show, and the volume.
    Status(HostStatus),
    /// Stop the sound.
    Stop(Stop),
    /// Mute or unmute the microphone.
    Mute(bool),
}

/// The satellite's end of the link. Up to `OUT` bytes may wait for the wire: at least two
/// [frames](super::MAX_FRAME), better 40 ms of sound.
///
/// In the main loop: [`push`](Self::push) every byte that came, [`poll`](Self::poll) about every
/// 10 ms or more often, [`try_capture`](Self::try_capture) every block from the microphone, and
/// send what is [`outgoing`](Self::outgoing). Nothing here waits.
#[derive(Clone, Debug)]
pub struct SatelliteLink<const OUT: usize> {
    codec: Codec,
    rate: Rate,
    buffer: u16,
    /// `None` for an empty name: a new link is all zero, see [`new`](Self::new).
    name: Option<&'static str>,
    decoder: Decoder,
    wire: Wire<OUT>,
    /// When the last hello, status and stats were sent.
    hello: Option<u64>,
    status: Option<u64>,
    stats: Option<u64>,
    /// The host's hello has yet to be answered.
    answer: bool,
    /// The session of the last hello sent.
    greeted: u32,
    /// The condition last sent, and the button's count when the session began.
    told: News,
    presses: u8,
    /// The number of the last order to mute in this session, and whether it has yet to be
    /// answered.
    order: u8,
    done: bool,
}

impl<const OUT: usize> SatelliteLink<OUT> {
    /// A satellite without a session. With the [empty](Description::EMPTY) description it is all
    /// zero, so that a link in a `static` takes no flash.
    pub const fn new(description: Description) -> Self {
        let Description { codec, rate, buffer, name } = description;
        Self {
            codec,
            rate,
            buffer,
            name: if name.is_empty() { None } else { Some(name) },
            decoder: Decoder::new(),
            wire: Wire::new(),
            hello: None,
            status: None,
            stats: None,
            answer: false,
            greeted: 0,
            told: News { muted: false, open: false, presses: 0, held: false },
            presses: 0,
            order: 0,
            done: false,
        }
    }

    /// Sets the description, which counts from the next session on.
    pub fn describe(&mut self, description: Description) {
        let Description { codec, rate, buffer, name } = description;
        (self.codec, self.rate, self.buffer, self.name) = (codec, rate, buffer, Some(name));
    }

    /// Takes a byte from the wire.
    pub fn push(&mut self, byte: u8, now: u64) -> Option<SatelliteEvent<'_>> {
        let message = match self.wire.push(&mut self.decoder, byte, now)? {
            Accepted::Message(message) => message,
            Accepted::Version(_) => {
                // So that the host can report what is wrong.
                self.answer = true;
                return None;
            }
        };
        match message {
            Message::HostHello(hello) => {
                self.answer = true;
                if hello.session == 0 || hello.session == self.wire.session {
                    return None;
                }
                self.wire.end();
                self.wire.begin(hello.session, self.codec, hello.credit, self.buffer, now);
                self.presses = self.told.presses;
                (self.order, self.done) = (0, false);
                (self.status, self.stats) = (None, None);
                Some(SatelliteEvent::Connected { muted: hello.muted })
            }
            Message::Playback(playback) => self
                .wire
                .receive_block(playback.number)
                .then_some(SatelliteEvent::Playback(playback)),
            Message::HostStatus(status) => {
                self.wire.credit.hear(status.flow);
                Some(SatelliteEvent::Status(status))
            }
            Message::Stop(stop) => Some(SatelliteEvent::Stop(stop)),
            Message::Mute(mute) => {
                self.done = true;
                // An order that was overtaken or repeated is not carried out again.
                let newer = (1..1 << 7).contains(&mute.order.wrapping_sub(self.order));
                newer.then(|| {
                    self.order = mute.order;
                    SatelliteEvent::Mute(mute.muted)
                })
            }
            // A satellite's own messages, echoed by the wire.
            Message::SatelliteHello(_)
            | Message::SatelliteStatus(_)
            | Message::Capture(_)
            | Message::Stats(_) => None,
        }
    }

    /// Does what is due at this time: sends hellos and statuses, and notices that the host is
    /// gone. Returns whether there is a session.
    pub fn poll(&mut self, now: u64, condition: &Condition) -> bool {
        if self.wire.is_gone(now) {
            self.wire.end();
            self.hello = None;
        }
        if self.answer || (self.wire.session == 0 && is_due(self.hello, HELLO_MS, now)) {
            let session = self.wire.session;
            let hello = SatelliteHello {
                version: VERSION,
                session,
                credit: self.buffer,
                codec: self.codec,
                rate: self.rate,
                name: self.name.unwrap_or_default(),
            };
            if self.wire.hello(session, &Message::SatelliteHello(hello)) {
                self.answer = false;
                self.greeted = session;
                self.hello = Some(now);
            }
        }
        if self.wire.session == 0 {
            self.told.presses = condition.presses;
            return false;
        }
        self.wire.credit.grant(condition.free);
        if is_due(self.status, HEARTBEAT_MS, now) || self.is_news(condition) {
            let status = SatelliteStatus {
                flow: self.wire.credit.tell(),
                clock: condition.clock,
                played: condition.played,
                muted: condition.muted,
                open: condition.open,
                presses: condition.presses.wrapping_sub(self.presses),
                held: condition.held,
            };
            if self.wire.send(&Message::SatelliteStatus(status)).is_ok() {
                self.status = Some(now);
                self.told = condition.into();
            }
        }
        if self.done {
            let mute = Mute { order: self.order, muted: condition.muted };
            self.done = self.wire.send(&Message::Mute(mute)).is_err();
        }
        if is_due(self.stats, STATS_MS, now) {
            let Counters { resyncs, lost, .. } = self.wire.counters;
            let stats = Stats { resyncs, lost, ..condition.stats };
            if self.wire.send(&Message::Stats(stats)).is_ok() {
                self.stats = Some(now);
            }
        }
        true
    }

    /// Whether the condition has changed in a way that is sent at once.
    fn is_news(&self, condition: &Condition) -> bool {
        News::from(condition) != self.told || self.wire.credit.untold() >= 2
    }

    /// Sends a block from the microphone: at most 20 ms at 16 kHz. `at` and `played` belong to its
    /// first sample, see [`Capture`].
    ///
    /// # Errors
    /// [`Refused::NotConnected`], [`Refused::NoCredit`], [`Refused::NoRoom`] or
    /// [`Refused::BadBlock`]. Sound from a microphone cannot wait: drop it and count it.
    pub fn try_capture(&mut self, at: u32, played: u32, samples: &[i16]) -> Result<(), Refused> {
        if self.greeted != self.wire.session {
            // The host knows of no session before the hello.
            return Err(Refused::NotConnected);
        }
        if samples.len() > MAX_CAPTURE {
            return Err(Refused::BadBlock);
        }
        self.wire.send_block(samples, |number, block| {
            Message::Capture(Capture { number, at, played, block })
        })
    }

    /// The bytes that wait for the wire.
    pub fn outgoing(&self) -> &[u8] {
        self.wire.out.as_bytes()
    }

    /// The first `n` of them were sent.
    pub fn written(&mut self, n: usize) {
        self.wire.out.written(n);
    }

    /// Whether there is a session.
    pub fn is_connected(&self) -> bool {
        self.wire.session != 0
    }

    /// Counts of what went over the link and what went wrong.
    pub fn counters(&self) -> Counters {
        self.wire.counters
    }
}
