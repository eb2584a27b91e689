use super::wire::{Accepted, Wire, is_due};
use super::{
    Capture, Codec, Counters, Decoder, HEARTBEAT_MS, HELLO_AGAIN_MS, HELLO_MS, HostHello,
    HostStatus, Message, Mute, Playback, Refused, SatelliteHello, SatelliteStatus, Stats, Stop,
    VERSION,
};
use crate::turn::Shown;

/// The current condition of the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostCondition {
    /// Blocks from the microphone for which the host has room.
    pub free: u16,
    /// What the lamp should show.
    pub shown: Shown,
    /// The loudspeaker's volume, in percent.
    pub volume: u8,
    /// Whether the satellite was muted when it was last seen.
    pub muted: bool,
}

/// Events for the host's owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostEvent<'a> {
    /// A session has begun: clocks and positions count from 0 again.
    Connected(SatelliteHello<'a>),
    /// The satellite restarted, and the session is over.
    Restarted,
    /// Sound from the microphone.
    Capture(Capture<'a>),
    /// The satellite's condition.
    Status(SatelliteStatus),
    /// What the satellite lost.
    Stats(Stats),
    /// The satellite has carried out this [order](HostLink::try_mute), and is muted or not.
    Mute(Mute),
    /// The other side speaks this other version of the protocol.
    Version(u8),
}

/// The host's end of the link. Up to `OUT` bytes may wait for the wire.
#[derive(Clone, Debug)]
pub struct HostLink<const OUT: usize> {
    decoder: Decoder,
    wire: Wire<OUT>,
    /// The number of the current session, or of the one offered.
    offer: u32,
    hello: Option<u64>,
    /// Whether the number was sent, and whether a satellite has asked for it since.
    offered: bool,
    asked: bool,
    status: Option<u64>,
    told: HostCondition,
    /// How many blocks the satellite may send at the start.
    credit: u16,
}

impl<const OUT: usize> HostLink<OUT> {
    /// A host without a session. `seed` is the number of the first: choose one that is unlikely to
    /// be in use by another host, or to have been used by this one recently.
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

    /// The wire was cut and is back: begins from the start.
    pub fn reconnect(&mut self) {
        self.decoder = Decoder::new();
        self.drop_session();
    }

    /// Offers a new session from now on.
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
                // The satellite has just started: answer it without waiting for the next hello's
                // time.
                self.asked = true;
                None
            }
            Message::SatelliteHello(hello) if hello.session == 0 => {
                // Like `drop_session`, which would also borrow the message's bytes.
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
            // A host's own messages, echoed by the wire; or a hello that came twice.
            Message::SatelliteHello(_)
            | Message::HostHello(_)
            | Message::HostStatus(_)
            | Message::Playback(_)
            | Message::Stop(_) => None,
        }
    }

    /// Does what is due at this time: sends hellos and statuses, and notices that the satellite is
    /// gone. Returns whether there is a session.
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

    /// Sends a block for the loudspeaker: at most 20 ms. `at` is its position, see [`Playback`].
    ///
    /// # Errors
    /// [`Refused::NotConnected`], [`Refused::NoCredit`], [`Refused::NoRoom`] or
    /// [`Refused::BadBlock`].
    pub fn try_playback(&mut self, at: u32, samples: &[i16]) -> Result<(), Refused> {
        self.wire
            .send_block(samples, |number, block| Message::Playback(Playback { number, at, block }))
    }

    /// Sends the order to stop the sound.
    ///
    /// # Errors
    /// [`Refused::NotConnected`] or [`Refused::NoRoom`].
    pub fn try_stop(&mut self, stop: Stop) -> Result<(), Refused> {
        self.wire.send(&Message::Stop(stop))
    }

    /// Sends the order to mute or unmute. Send it again until its number is
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

    /// The number of the current session, or of the one offered.
    pub fn session(&self) -> u32 {
        self.offer
    }

    /// How sound is encoded in this session.
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

    /// Counts of what went over the link and what went wrong.
    pub fn counters(&self) -> Counters {
        self.wire.counters
    }
}

/// The number of the session after this one. Any odd step would do; this one, from the golden
/// ratio, gives consecutive sessions very different tags.
const fn another(session: u32) -> u32 {
    match session.wrapping_add(0x9e37_79b9) {
        0 => 1,
        next => next,
    }
}
