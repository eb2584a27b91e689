use serde::{Deserialize, Serialize};

use super::{Block, Codec};
use crate::turn::Shown;

/// The version of the protocol. Whatever changes the bytes of a message or its meaning
/// changes it; only the beginning of the two hellos stays. A new kind of message does not, as
/// long as both sides get along without it: who does not know it drops it.
pub const VERSION: u8 = 2;

/// The longest block, in samples: 20 ms at 24 kHz.
pub const MAX_SAMPLES: usize = 480;

/// The longest block from the microphone, in samples: 20 ms at 16 kHz.
pub const MAX_CAPTURE: usize = 320;

/// The most bytes of sound in a block.
pub const MAX_DATA: usize = 2 * MAX_SAMPLES;

/// The most bytes of a satellite's name.
pub const MAX_NAME: usize = 32;

/// Everything that is said over the link.
///
/// New ones go to the end: the first byte on the wire is their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message<'a> {
    /// From the host: let us begin.
    HostHello(HostHello),
    /// From the satellite: who I am; the answer, or the wish for a [`HostHello`](Self::HostHello).
    #[serde(borrow)]
    SatelliteHello(SatelliteHello<'a>),
    /// From the host, at least every [`HEARTBEAT_MS`](super::HEARTBEAT_MS).
    HostStatus(HostStatus),
    /// From the satellite, at least every [`HEARTBEAT_MS`](super::HEARTBEAT_MS).
    SatelliteStatus(SatelliteStatus),
    /// From the satellite: what the microphone heard.
    Capture(Capture<'a>),
    /// From the host: what the loudspeaker is to play.
    Playback(Playback<'a>),
    /// From the host: fall silent.
    Stop(Stop),
    /// From the satellite, every [`STATS_MS`](super::STATS_MS).
    Stats(Stats),
    /// From the host: hear nothing, or hear again; from the satellite: that is done.
    Mute(Mute),
}

/// Begins a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostHello {
    /// [`VERSION`].
    pub version: u8,
    /// The session's number, never 0. Another than the present one begins a new
    /// session: everything counts from 0 again.
    pub session: u32,
    /// So many blocks the satellite may send at first.
    pub credit: u16,
    /// Whether the satellite was muted when the host last saw it. It counts once, for one
    /// that has lost its power and so does not know.
    pub muted: bool,
}

/// What a satellite is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SatelliteHello<'a> {
    /// [`VERSION`].
    pub version: u8,
    /// The session's number as the host gave it, or 0 for none: just started.
    pub session: u32,
    /// So many blocks the host may send at first: what the playback buffer holds.
    pub credit: u16,
    /// How sound is written, up and down.
    pub codec: Codec,
    /// The rate of the loudspeaker. The microphone's is always 16 kHz.
    pub rate: Rate,
    /// What to call it, and what one that dials in is known by; at most [`MAX_NAME`] bytes.
    pub name: &'a str,
}

/// The sample rate of a satellite's loudspeaker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Rate {
    /// 16 kHz.
    #[default]
    Hz16000,
    /// 24 kHz.
    Hz24000,
}

impl Rate {
    /// In Hz.
    pub const fn hz(self) -> u32 {
        match self {
            Self::Hz16000 => 16_000,
            Self::Hz24000 => 24_000,
        }
    }

    /// Samples in a block of 20 ms.
    pub const fn block(self) -> usize {
        self.hz() as usize / 50
    }
}

/// The flow of blocks, as one side sees it. Both numbers count blocks of sound from
/// the session's start and wrap; of two, the later is the one less than 32768 ahead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// The number of the next block that this side will send: how the other learns
    /// of blocks that were lost, and need no room.
    pub sent: u16,
    /// The first block that the other side may not yet send.
    pub until: u16,
}

/// What the host has to say, all of it, again and again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostStatus {
    /// Credit.
    pub flow: Flow,
    /// What the lamp is to show.
    pub shown: Shown,
    /// How loud the loudspeaker is to be, in percent; more than 100 is 100.
    pub volume: u8,
}

/// What the satellite has to say, all of it, again and again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SatelliteStatus {
    /// Credit.
    pub flow: Flow,
    /// The microphone's clock: samples since any start, wrapping. Runs on while
    /// nothing is sent.
    pub clock: u32,
    /// The place of the next sample to be played, see [`Playback::at`].
    pub played: u32,
    /// Nothing is heard: the microphone was switched off, or nobody knows whether it was.
    pub muted: bool,
    /// Sound is being sent. If not, it is quiet, and what is missing is silence.
    pub open: bool,
    /// How often the button was pressed since the session's start, wrapping.
    pub presses: u8,
    /// The button is being held.
    pub held: bool,
}

/// A block from the microphone, 16 kHz.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture<'a> {
    /// Counts the blocks, wrapping.
    pub number: u16,
    /// The microphone's clock at the first sample.
    pub at: u32,
    /// The place that the loudspeaker had reached then, see [`Playback::at`]: what
    /// was played meanwhile is the echo canceller's reference.
    pub played: u32,
    /// The sound.
    #[serde(borrow)]
    pub block: Block<'a>,
}

/// A block for the loudspeaker, at the satellite's [`Rate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Playback<'a> {
    /// Counts the blocks, wrapping.
    pub number: u16,
    /// The place of the first sample: counts samples of sound, wrapping, not the
    /// silence between.
    pub at: u32,
    /// The sound.
    #[serde(borrow)]
    pub block: Block<'a>,
}

/// Play no further than to a place, and fade out before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// The place, see [`Playback::at`], at which the next sound will begin. If it is
    /// passed already: fade out now.
    pub at: u32,
    /// Length of the fade, in samples.
    pub fade: u16,
}

/// The order to hear nothing, or to hear again. A satellite carries each number out once, and
/// answers each message with the number that it has reached and with how it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mute {
    /// Counts the orders from the session's start, from 1, wrapping; of two, the later is the
    /// one less than 128 ahead.
    pub order: u8,
    /// Whether nothing is to be heard; in the answer, whether nothing is.
    pub muted: bool,
}

/// What a satellite lost, counted from its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Blocks from the microphone that were not sent: no credit, no room, no session.
    pub dropped: u32,
    /// Blocks from the microphone that came while the one before was not yet taken.
    pub overruns: u32,
    /// How often the playback buffer was empty during a reply.
    pub underruns: u32,
    /// The least that the playback buffer held between two blocks of a reply since
    /// the last report, in samples.
    pub low_water: u16,
    /// Frames that were unreadable, so that it had to find the next. The link counts.
    pub resyncs: u32,
    /// Frames that never came. The link counts.
    pub lost: u32,
}
