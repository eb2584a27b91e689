use serde::{Deserialize, Serialize};

use super::{Block, Codec};
use crate::turn::Shown;

/// The version of the protocol. It changes with anything that changes the bytes of a message or
/// their meaning, except the beginning of the two hellos, which never changes. A new kind of
/// message does not need a new version if both sides can do without it: a side that does not know
/// it drops it.
pub const VERSION: u8 = 2;

/// The longest block, in samples: 20 ms at 24 kHz.
pub const MAX_SAMPLES: usize = 480;

/// The longest block from the microphone, in samples: 20 ms at 16 kHz.
pub const MAX_CAPTURE: usize = 320;

/// The most bytes of sound in a block.
pub const MAX_DATA: usize = 2 * MAX_SAMPLES;

/// The most bytes of a satellite's name.
pub const MAX_NAME: usize = 32;

/// Every message of the link.
///
/// New ones are added at the end: the first byte on the wire is their index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message<'a> {
    /// From the host: begins a session.
    HostHello(HostHello),
    /// From the satellite: describes itself, as the answer to a [`HostHello`](Self::HostHello) or
    /// to ask for one.
    #[serde(borrow)]
    SatelliteHello(SatelliteHello<'a>),
    /// From the host, at least every [`HEARTBEAT_MS`](super::HEARTBEAT_MS).
    HostStatus(HostStatus),
    /// From the satellite, at least every [`HEARTBEAT_MS`](super::HEARTBEAT_MS).
    SatelliteStatus(SatelliteStatus),
    /// From the satellite: sound from the microphone.
    Capture(Capture<'a>),
    /// From the host: sound for the loudspeaker.
    Playback(Playback<'a>),
    /// From the host: stop the sound.
    Stop(Stop),
    /// From the satellite, every [`STATS_MS`](super::STATS_MS).
    Stats(Stats),
    /// From the host: mute or unmute; from the satellite: the answer.
    Mute(Mute),
}

/// Begins a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostHello {
    /// [`VERSION`].
    pub version: u8,
    /// The session's number, never 0. A number that differs from the current one begins a new
    /// session: everything counts from 0 again.
    pub session: u32,
    /// How many blocks the satellite may send at first.
    pub credit: u16,
    /// Whether the satellite was muted when the host last saw it. Only a satellite that has lost
    /// its power uses it, because it does not know.
    pub muted: bool,
}

/// A satellite's description of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SatelliteHello<'a> {
    /// [`VERSION`].
    pub version: u8,
    /// The session's number as the host gave it, or 0 if it has none: it has just started.
    pub session: u32,
    /// How many blocks the host may send at first: the size of the playback buffer.
    pub credit: u16,
    /// How sound is encoded, up and down.
    pub codec: Codec,
    /// The rate of the loudspeaker. The microphone's is always 16 kHz.
    pub rate: Rate,
    /// Its name, by which the host knows a satellite that connects by itself; at most [`MAX_NAME`]
    /// bytes.
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

/// The flow of blocks, as one side sees it. Both numbers count blocks of sound from the session's
/// start and wrap; of two numbers, the later one is less than 32768 ahead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// The number of the next block that this side will send. From it the other side learns of
    /// blocks that were lost, and need no room.
    pub sent: u16,
    /// The first block that the other side may not yet send.
    pub until: u16,
}

/// The complete status of the host, sent repeatedly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostStatus {
    /// Credit.
    pub flow: Flow,
    /// What the lamp should show.
    pub shown: Shown,
    /// The loudspeaker's volume, in percent; more than 100 counts as 100.
    pub volume: u8,
}

/// The complete status of the satellite, sent repeatedly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SatelliteStatus {
    /// Credit.
    pub flow: Flow,
    /// The microphone's clock: samples since an arbitrary start, wrapping. It also runs while
    /// nothing is sent.
    pub clock: u32,
    /// The position of the next sample to be played, see [`Playback::at`].
    pub played: u32,
    /// The microphone is off: it was switched off, or it is not known whether it was.
    pub muted: bool,
    /// Sound is being sent. If not, there is silence, and missing blocks stand for silence.
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
    /// The position that the loudspeaker had reached then, see [`Playback::at`]: what it played is
    /// the echo canceller's reference.
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
    /// The position of the first sample: counts samples of sound, wrapping, without the silence in
    /// between.
    pub at: u32,
    /// The sound.
    #[serde(borrow)]
    pub block: Block<'a>,
}

/// Stops the sound at a position, and fades it out before that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// The position, see [`Playback::at`], at which the next sound will begin. If it has already
    /// passed, the fade begins now.
    pub at: u32,
    /// Length of the fade, in samples.
    pub fade: u16,
}

/// The order to mute or unmute. A satellite carries out each number once, and answers each message
/// with the number that it has reached and with whether it is muted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mute {
    /// Counts the orders from the session's start, from 1, wrapping; of two numbers, the later one
    /// is less than 128 ahead.
    pub order: u8,
    /// Whether it should be muted; in the answer, whether it is.
    pub muted: bool,
}

/// What a satellite lost, counted from its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Blocks from the microphone that were not sent: no credit, no room, or no session.
    pub dropped: u32,
    /// Blocks from the microphone that came before the previous one was taken.
    pub overruns: u32,
    /// How often the playback buffer was empty during a reply.
    pub underruns: u32,
    /// The least that the playback buffer held between two blocks of a reply since the last
    /// report, in samples.
    pub low_water: u16,
    /// Unreadable frames, after which it had to find the next one. Filled in by the link.
    pub resyncs: u32,
    /// Frames that never came. Filled in by the link.
    pub lost: u32,
}
