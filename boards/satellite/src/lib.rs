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
//! - One thread does all I/O. A lost wire is opened again. The first try is after 0.25 s; later there
//!   is one every 5 s at most. A satellite that restarts gets a new session at once. Until then, the
//!   microphone gives silence at the pace of the wall clock, and the loudspeaker drops what it would
//!   have played. Both count these samples as [missing](sayso_board::StreamStats::missing).
//! - Sound is passed on as it arrives. The stream waits only for a missing block, and only as long
//!   as blocks were recently late. Then the block is concealed and counted.
//! - The satellite's reports of what it has played show playback what was heard, to within the few
//!   milliseconds that a report takes.
//! - Over a network everything is [sealed](sayso_secure), or [nothing is](Security).
//!
//! # A hostile peer
//!
//! Any peer costs bounded memory and a bounded share of one core. The thread reads a limited
//! number of bytes a second. Blocks that exceed the credit, or the time that has passed, are
//! dropped. Presses are limited to what a person can do, and sessions to ten a second. The thread
//! that reads the [`Microphone`](sayso_board::Microphone) is woken for 5 ms of sound and not for
//! less.

mod address;
mod identity;
mod listener;
mod muting;
mod secure;
mod shared;
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

/// A new key from the system's entropy.
///
/// # Errors
/// When the system provides none.
pub fn generate_key() -> std::io::Result<Key> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(Key::new(bytes))
}

/// Changes that may wait for the listener.
const CHANGES: usize = 32;

/// The address of a satellite, and how loud it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SatelliteConfig {
    /// Where it is.
    pub address: Address,
    /// How the link is protected if it goes over a network.
    pub security: Security,
    /// How loud its loudspeaker should be, in percent.
    pub volume: u8,
    /// The name that it must give; `None` if any is accepted.
    pub name: Option<String>,
}

/// A satellite as a [`Board`].
pub struct Satellite {
    config: SatelliteConfig,
    /// Whether we connect to it; otherwise it has connected to us.
    dials: bool,
    /// The wire of a satellite that has connected to us, until it is started.
    came: Option<Box<dyn wire::Wire>>,
    mute: Mute,
    /// Kept until the panel takes it.
    station: Option<Arc<station::Station>>,
    /// That of the last start, which ends before the next start.
    shared: Option<Arc<shared::StationShared>>,
    changes: Option<Receiver<Change>>,
}

impl Satellite {
    /// A board at the address of `config`, to which [`Board::start`] connects.
    pub fn new(config: SatelliteConfig) -> Self {
        let (dials, came, mute) = (true, None, Mute::default());
        Self { config, dials, came, mute, station: None, shared: None, changes: None }
    }

    /// A satellite that has connected to us. When it closes the connection, its microphone
    /// [ends](sayso_board::Heard::End); we do not connect to it.
    fn on(wire: Box<dyn wire::Wire>, config: SatelliteConfig) -> Self {
        Self { dials: false, came: Some(wire), ..Self::new(config) }
    }

    /// Makes `mute` the satellite's mute: the satellite's button sets it and ends it, and the
    /// satellite follows other changes of it. A satellite that has lost its power, and so does not
    /// know whether it is muted, takes the state of `mute`. One that is muted for an unknown
    /// reason stays muted.
    pub fn with_mute(mut self, mute: Mute) -> Self {
        self.mute = mute;
        self
    }

    /// The name that a satellite which has connected to us gives. From then on only this name is
    /// accepted. `None` if we connect to it, or it was started.
    ///
    /// # Errors
    /// [`BoardErrorKind::Unavailable`] when no satellite gives its name within three seconds,
    /// [`BoardErrorKind::Unsupported`] when only one with another version or another key does,
    /// [`BoardErrorKind::Spent`] when it hangs up.
    pub fn identify(&mut self) -> Result<Option<String>, BoardError> {
        let Some(wire) = &mut self.came else { return Ok(None) };
        let name = identity::name(wire.as_mut(), &self.config.address)?;
        self.config.name = Some(name.clone());
        Ok(Some(name))
    }
}

impl Board for Satellite {
    /// A second start abandons the streams of the first: the microphone ends, and what is written
    /// to the loudspeaker has no effect.
    ///
    /// # Errors
    /// [`BoardErrorKind::NotFound`] or [`BoardErrorKind::Unavailable`] when the port cannot be
    /// opened or no satellite answers there within three seconds,
    /// [`BoardErrorKind::Unsupported`] when only one with another version or another key does,
    /// [`BoardErrorKind::Config`] when it is on the network and there is no key, and
    /// [`BoardErrorKind::Spent`] when it had connected by itself and has closed the connection.
    fn start(&mut self, voice_rate: u32) -> Result<Streams, BoardError> {
        self.station = None;
        if let Some(before) = self.shared.take() {
            before.end();
        }
        let (news, changes) = sync_channel(CHANGES);
        let came = self.came.take();
        if !self.dials && came.is_none() {
            let message = format!(
                "{}: this satellite has closed the connection, and must connect again",
                self.config.address
            );
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
        // From here on the streams keep the station alive.
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
