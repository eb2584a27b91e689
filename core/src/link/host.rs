use super::wire::{Accepted, Wire, is_due};
use super::{
    Capture, Codec, Counters, Decoder, HEARTBEAT_MS, HELLO_AGAIN_MS, HELLO_MS, HostHello,
    HostStatus, Message, Mute, Playback, Refused, SatelliteHello, SatelliteStatus, Stats, Stop,
    VERSION,
};
use crate::turn::Shown;

/// How the host is at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostCondition {
    /// Blocks from the microphone for which there is room.
    pub free: u16,
    /// What the lamp is to show.
    pub shown: Shown,
    /// How loud the loudspeaker is to be, in percent.
    pub volume: u8,
    /// Whether the satellite was muted when it was last seen.
    pub muted: bool,
}

/// What the host gets to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostEvent<'a> {
    /// A session has begun: clocks and places are new, and count from 0.
    Connected(SatelliteHello<'a>),
    /// The satellite restarted, and the session is over.
    Restarted,
    /// Sound from the microphone.
    Capture(Capture<'a>),
    /// How the satellite is.
    Status(SatelliteStatus),
    /// What the satellite lost.
    Stats(Stats),
    /// The satellite has reached this [order](HostLink::try_mute), and is muted or not.
    Mute(Mute),
    /// The other side speaks this other version of the protocol.
    Version(u8),
}

/// The host's end of the link. `OUT` bytes may wait for the wire.
#[derive(Clone, Debug)]
pub struct HostLink<const OUT: usize> {
    decoder: Decoder,
    wire: Wire<OUT>,
    /// The number of the session that is on, or offered.
    offer: u32,
    hello: Option<u64>,
    /// Whether the number was said, and whether a satellite has asked for it since.
    offered: bool,
    asked: bool,
    status: Option<u64>,
    told: HostCondition,
    /// So many blocks the satellite may send at the start.
    credit: u16,
}

impl<const OUT: usize> HostLink<OUT> {
    /// A host without a session. `seed` is the number of the first: one that no
    /// other host, nor this one some time ago, is likely to have used.
    pub fn new(seed: u32) -> Self {
        Self {
            decoder: Decoder::new(),
            wire: Wire::new(),
            offer: seed.max(1),
            hello: None,
            offered: false,
            asked: false,
            status: None,
            told: HostCondition::default(),
            credit: 0,
        }
    }

    /// The wire was cut and is there again: begins from the start.
    pub fn reconnect(&mut self) {
        self.decoder = Decoder::new();
        self.drop_session();
    }

    /// Offers another session from now on.
    fn drop_session(&mut self) {
        self.wire.end();
        (self.offered, self.asked) = (false, true);
        self.offer = another(self.offer);
    }

    /// Takes a byte from the wire.
    pub fn push(&mut self, byte: u8, now: u64) -> Option<HostEvent<'_>> {
        let message = match self.wire.push(&mut self.decoder, byte, now)? {
            Accepted::Message(message) => message,
            Accepted::Version(version) => return Some(HostEvent::Version(version)),
        };
        match message {
            Message::SatelliteHello(hello) if self.wire.session == 0 => {
                if self.offered && hello.session == self.offer {
                    self.wire.begin(self.offer, hello.codec, hello.credit, self.credit, now);
                    self.status = None;
                    return Some(HostEvent::Connected(hello));
                }
                // It has just come: no need to wait for the next hello's time.
                self.asked = true;
                None
            }
            Message::SatelliteHello(hello) if hello.session == 0 => {
                // As `drop_session`, which would borrow the message's bytes too.
                self.wire.end();
                (self.offered, self.asked) = (false, true);
                self.offer = another(self.offer);
                Some(HostEvent::Restarted)
            }
            Message::Capture(capture) => {
                self.wire.receive_block(capture.number).then_some(HostEvent::Capture(capture))
            }
            Message::SatelliteStatus(status) => {
                self.wire.credit.hear(status.flow);
                Some(HostEvent::Status(status))
            }
            Message::Stats(stats) => Some(HostEvent::Stats(stats)),
            Message::Mute(mute) => Some(HostEvent::Mute(mute)),
            // A host's own messages: an echo on the wire. Or a hello that came twice.
            Message::SatelliteHello(_)
            | Message::HostHello(_)
            | Message::HostStatus(_)
            | Message::Playback(_)
            | Message::Stop(_) => None,
        }
    }

    /// Passes the time: sends hellos and statuses when they are due, and
    /// notices that the satellite is gone. Returns whether there is a session.
    pub fn poll(&mut self, now: u64, condition: &HostCondition) -> bool {
        if self.wire.is_gone(now) {
            self.drop_session();
        }
        if self.wire.session == 0 {
            let every = if self.asked { HELLO_AGAIN_MS } else { HELLO_MS };
            if is_due(self.hello, every, now) {
                self.credit = condition.free;
                let (session, credit) = (self.offer, self.credit);
                let HostCondition { muted, .. } = *condition;
                let hello = HostHello { version: VERSION, session, credit, muted };
                if self.wire.hello(session, &Message::HostHello(hello)) {
                    self.hello = Some(now);
                    (self.offered, self.asked) = (true, false);
                }
            }
            return false;
        }
        self.wire.credit.grant(condition.free);
        let key = |c: &HostCondition| (c.shown, c.volume);
        let news = key(condition) != key(&self.told) || self.wire.credit.untold() >= 2;
        if is_due(self.status, HEARTBEAT_MS, now) || news {
            let HostCondition { shown, volume, .. } = *condition;
            let status = HostStatus { flow: self.wire.credit.tell(), shown, volume };
            if self.wire.send(&Message::HostStatus(status)).is_ok() {
                self.status = Some(now);
                self.told = *condition;
            }
        }
        true
    }

    /// Sends a block for the loudspeaker: at most 20 ms. `at` is its place, see
    /// [`Playback`].
    ///
    /// # Errors
    /// [`Refused::NotConnected`], [`Refused::NoCredit`], [`Refused::NoRoom`] or
    /// [`Refused::BadBlock`].
    pub fn try_playback(&mut self, at: u32, samples: &[i16]) -> Result<(), Refused> {
        self.wire
            .send_block(samples, |number, block| Message::Playback(Playback { number, at, block }))
    }

    /// Sends the order to fall silent.
    ///
    /// # Errors
    /// [`Refused::NotConnected`] or [`Refused::NoRoom`].
    pub fn try_stop(&mut self, stop: Stop) -> Result<(), Refused> {
        self.wire.send(&Message::Stop(stop))
    }

    /// Sends the order to hear nothing, or to hear again. To be sent again until its number is
    /// [answered](HostEvent::Mute).
    ///
    /// # Errors
    /// [`Refused::NotConnected`] or [`Refused::NoRoom`].
    pub fn try_mute(&mut self, mute: Mute) -> Result<(), Refused> {
        self.wire.send(&Message::Mute(mute))
    }

    /// Blocks that may be sent now.
    pub fn credit(&self) -> u16 {
        self.wire.credit.left()
    }

    /// The number of the session that is on, or offered.
    pub fn session(&self) -> u32 {
        self.offer
    }

    /// How sound is written in this session.
    pub fn codec(&self) -> Codec {
        self.wire.codec
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

    /// What went over the link and what went wrong.
    pub fn counters(&self) -> Counters {
        self.wire.counters
    }
}

/// The number of the session after this one. Any odd step will do; this one, the golden
/// ratio's, keeps the tags of sessions that follow each other apart.
const fn another(session: u32) -> u32 {
    match session.wrapping_add(0x9e37_79b9) {
        0 => 1,
        next => next,
    }
}
