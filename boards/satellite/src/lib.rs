#![forbid(unsafe_code)]
//! A satellite as a [`Board`]: a microcontroller with a microphone, a loudspeaker, a
//! lamp and a button, over a serial port or TCP. The link is `sayso_core::link`;
//! `docs/link.md` specifies it.
//!
//! # How it works
//!
//! ```text
//! wire ─► link ─► jitter buffer: concealment, 16 kHz that keeps time ─► Microphone
//!                   └─ reference: what was played meanwhile
//! wire ◄─ link ◄─ feed: queue, resampling, blocks as credit allows ◄─ Loudspeaker
//! ```
//!
//! - One thread does all I/O. A wire that is gone is opened again, after 0.25 s at
//!   first and up to 5 s later on; a satellite that restarts is met again at once.
//!   Meanwhile the microphone gives silence at the pace of the wall clock, and the
//!   loudspeaker drops what would have been played; both count it as
//!   [missing](sayso_board::StreamStats::missing).
//! - Sound is handed on as it comes. Only where a block is missing is there a wait,
//!   as long as blocks were recently late, and then it is concealed and counted.
//! - What the satellite says it has played tells playback what was heard, to within
//!   the few milliseconds that the word takes to come.
//! - Over a network everything is [sealed](sayso_secure), or [not at all](Security).
//!
//! # A peer that is none
//!
//! Whoever is at the other end costs bounded memory and a bounded share of one core: the
//! thread reads so many bytes a second and no more, blocks beyond the credit or beyond the
//! time that has passed are dropped, presses are limited to what a thumb can do, and sessions
//! to ten a second. The thread that reads the [`Microphone`](sayso_board::Microphone) is woken
//! for 5 ms of sound and not for less.

mod address;
mod allowance;
mod feed;
mod identity;
mod jitter_buffer;
mod listener;
mod muting;
mod places;
mod said;
mod secure;
mod station;
mod streams;
mod talk;
mod wire;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use sayso_board::{Board, BoardError, BoardErrorKind, Change, Mute, Panel, Streams, Watch};

pub use address::{Address, DEFAULT_BAUD, Security};
pub use listener::SatelliteListener;
pub use sayso_secure::Key;

/// A new key, of the system's entropy.
///
/// # Errors
/// When the system has none.
pub fn generate_key() -> std::io::Result<Key> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(Key::new(bytes))
}

/// Changes that may wait for whoever listens.
const CHANGES: usize = 32;

/// Where a satellite is and how loud it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SatelliteConfig {
    /// Where it is.
    pub address: Address,
    /// What protects what is said, if it is reached over a network.
    pub security: Security,
    /// How loud its loudspeaker is to be, in percent.
    pub volume: u8,
    /// What it has to call itself; `None` where anybody may be there.
    pub name: Option<String>,
}

/// A satellite as a [`Board`].
pub struct Satellite {
    config: SatelliteConfig,
    /// Whether we dial; else it has dialled in.
    dials: bool,
    /// The wire of one that has dialled in, until it is started.
    came: Option<Box<dyn wire::Wire>>,
    mute: Mute,
    /// Until the panel has it.
    station: Option<Arc<station::Station>>,
    /// The last one's, which ends before another is started.
    shared: Option<Arc<station::StationShared>>,
    changes: Option<Receiver<Change>>,
}

impl Satellite {
    /// A board at the address of `config`, to which [`Board::start`] connects.
    pub fn new(config: SatelliteConfig) -> Self {
        let (dials, came, mute) = (true, None, Mute::default());
        Self { config, dials, came, mute, station: None, shared: None, changes: None }
    }

    /// One that has dialled in. When it hangs up, its microphone
    /// [ends](sayso_board::Heard::End); it is not dialled.
    fn on(wire: Box<dyn wire::Wire>, config: SatelliteConfig) -> Self {
        Self { dials: false, came: Some(wire), ..Self::new(config) }
    }

    /// Makes `mute` the satellite's: its button sets it and ends it, and when somebody else
    /// does, the satellite follows. One that has lost its power, and so does not know, begins
    /// as `mute` is; one that is muted without anybody knowing why stays it.
    pub fn with_mute(mut self, mute: Mute) -> Self {
        self.mute = mute;
        self
    }

    /// What a satellite that has dialled in calls itself. From here on it has to be the one of
    /// that name. `None` for one that was dialled, or was started.
    ///
    /// # Errors
    /// [`BoardErrorKind::Unavailable`] when no satellite says within three seconds who it is,
    /// [`BoardErrorKind::Unsupported`] when only one of another version or with another key
    /// does, [`BoardErrorKind::Spent`] when it hangs up.
    pub fn identify(&mut self) -> Result<Option<String>, BoardError> {
        let Some(wire) = &mut self.came else { return Ok(None) };
        let name = identity::name(wire.as_mut(), &self.config.address)?;
        self.config.name = Some(name.clone());
        Ok(Some(name))
    }
}

impl Board for Satellite {
    /// Started again, it abandons the streams of before: the microphone ends, and nothing
    /// comes of what is written to the loudspeaker.
    ///
    /// # Errors
    /// [`BoardErrorKind::NotFound`] or [`BoardErrorKind::Unavailable`] when the port cannot be
    /// opened or no satellite answers there within three seconds,
    /// [`BoardErrorKind::Unsupported`] when only one of another version or with another key
    /// does, [`BoardErrorKind::Config`] when it is on the network and there is no key, and
    /// [`BoardErrorKind::Spent`] when it had dialled in and has hung up.
    fn start(&mut self, voice_rate: u32) -> Result<Streams, BoardError> {
        self.station = None;
        if let Some(before) = self.shared.take() {
            before.end();
        }
        let (news, changes) = sync_channel(CHANGES);
        let came = self.came.take();
        if !self.dials && came.is_none() {
            let message = format!("{}: it has hung up, and must dial again", self.config.address);
            return Err(BoardError::new(BoardErrorKind::Spent, message));
        }
        let mute = self.mute.clone();
        let station = station::Station::start(&self.config, came, mute, voice_rate, news)?;
        let streams: Streams = (
            Box::new(streams::SatelliteMicrophone::new(Arc::clone(&station))),
            Box::new(streams::SatelliteLoudspeaker(Arc::clone(&station))),
        );
        self.shared = Some(Arc::clone(&station.shared));
        self.station = Some(station);
        self.changes = Some(changes);
        Ok(streams)
    }

    fn panel(&mut self) -> Option<Box<dyn Panel>> {
        // The streams keep the station from here on.
        self.station.take().map(|station| Box::new(streams::SatellitePanel(station)) as _)
    }

    fn changes(&mut self) -> Option<Receiver<Change>> {
        self.changes.take()
    }

    fn links(&mut self) -> Vec<Box<dyn Watch>> {
        let link = |shared: &Arc<_>| Box::new(station::Link(Arc::clone(shared))) as _;
        self.shared.iter().map(link).collect()
    }
}
