#![forbid(unsafe_code)]
//! A satellite as a [`Board`]: a microcontroller with a microphone, a loudspeaker, a
//! lamp and a button, over a serial port or TCP. The link is `sayso_core::link`;
//! `docs/link.md` specifies it.
//!
//! # How it works
//!
//! ```text
//! wire ─► link ─► ear: jitter buffer, concealment, 16 kHz that keeps time ─► Microphone
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
//!   as long as blocks were late of late, and then it is concealed and counted.
//! - What the satellite says it has played tells the mouth what was heard, to within
//!   the few milliseconds that the word takes to come.

mod address;
mod ear;
mod feed;
mod places;
mod said;
mod station;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use sayso_board::{Board, BoardError, Change, Panel, Streams};

pub use address::{Address, DEFAULT_BAUD};

/// Where a satellite is and how loud it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SatelliteConfig {
    /// Where it is.
    pub address: Address,
    /// How loud its loudspeaker is to be, in percent.
    pub volume: u8,
}

/// A satellite as a [`Board`].
pub struct Satellite {
    config: SatelliteConfig,
    station: Option<Arc<station::Station>>,
    changes: Option<Receiver<Change>>,
}

impl Satellite {
    /// A board at the address of `config`, to which [`Board::start`] connects.
    pub fn new(config: SatelliteConfig) -> Self {
        Self { config, station: None, changes: None }
    }
}

impl Board for Satellite {
    /// # Errors
    /// When the port cannot be opened, and when no satellite answers there within
    /// three seconds, or only one of another version.
    fn start(&mut self, voice_rate: u32) -> Result<Streams, BoardError> {
        self.station = None;
        let (news, changes) = channel();
        let station = station::Station::start(&self.config, voice_rate, news)?;
        let streams: Streams = (
            Box::new(station::SatelliteMicrophone::new(Arc::clone(&station))),
            Box::new(station::SatelliteLoudspeaker(Arc::clone(&station))),
        );
        self.station = Some(station);
        self.changes = Some(changes);
        Ok(streams)
    }

    fn panel(&mut self) -> Option<Box<dyn Panel>> {
        // The streams keep the station from here on.
        self.station.take().map(|station| Box::new(station::SatellitePanel(station)) as _)
    }

    fn changes(&mut self) -> Option<Receiver<Change>> {
        self.changes.take()
    }
}
