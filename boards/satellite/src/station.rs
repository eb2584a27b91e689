//! One satellite: what its thread and the assistant share.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use sayso_audio_io::RATES;
use sayso_board::{BoardError, BoardErrorKind, Change, Mute, Watch};

use crate::SatelliteConfig;
use crate::address::Address;
use crate::shared::StationShared;
use crate::talk::Talk;
use crate::wire::Wire;

/// How long to wait for the satellite's answer.
pub const ANSWER: Duration = Duration::from_secs(3);
/// A satellite and its thread, which ends when this is dropped.
pub struct Station {
    pub shared: Arc<StationShared>,
}

/// Records that the thread has ended, in whatever way.
struct Ending(Arc<StationShared>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.set_ended();
    }
}

impl Station {
    /// Opens the wire, unless the satellite has connected by itself with `came`, and waits for a
    /// session. Later losses and returns are sent to `changes`. A satellite that connected by
    /// itself is over when it is lost.
    pub fn start(
        config: &SatelliteConfig,
        came: Option<Box<dyn Wire>>,
        mute: Mute,
        voice_rate: u32,
        changes: SyncSender<Change>,
    ) -> Result<Arc<Self>, BoardError> {
        if !RATES.contains(&voice_rate) {
            let message = format!("a voice at {voice_rate} Hz cannot be played");
            return Err(BoardError::new(BoardErrorKind::Unsupported, message));
        }
        let dials = came.is_none();
        let wire = match came {
            Some(wire) => wire,
            None => config.address.open(&config.security)?,
        };
        let station = Self::on((wire, dials), config, mute, voice_rate, changes)?;
        station.meet(config)?;
        Ok(Arc::new(station))
    }

    /// Starts the thread on an open wire. `dials` says whether a lost wire is opened again.
    pub fn on(
        (wire, dials): (Box<dyn Wire>, bool),
        config: &SatelliteConfig,
        mute: Mute,
        voice_rate: u32,
        changes: SyncSender<Change>,
    ) -> Result<Self, BoardError> {
        let shared = Arc::new(StationShared::new(voice_rate, mute.clone()));
        let talk = Talk::new(config, dials, Arc::clone(&shared), changes, mute);
        let ending = Ending(Arc::clone(&shared));
        std::thread::Builder::new()
            .name("satellite".into())
            .spawn(move || {
                let _ending = ending;
                talk.run(wire);
            })
            .map_err(|error| BoardError::no_thread("the satellite", error))?;
        // From here on, dropping it ends the thread.
        Ok(Self { shared })
    }

    /// Waits for the session.
    fn meet(&self, config: &SatelliteConfig) -> Result<(), BoardError> {
        let address = &config.address;
        let mut state = self.shared.lock();
        while !state.connected {
            if let Some(obstacle) = &state.obstacle {
                let message = format!("{address}: {obstacle}");
                return Err(BoardError::new(BoardErrorKind::Unsupported, message));
            }
            let left = ANSWER.saturating_sub(self.shared.now());
            if left.is_zero() || state.over {
                return Err(nobody(address));
            }
            state = self.shared.wait(state, left);
        }
        Ok(())
    }
}

/// The error if no satellite answers.
pub fn nobody(address: &Address) -> BoardError {
    let message = format!(
        "{address}: no satellite answers there. Check that this is its port, that the speed is the \
         satellite's, that the firmware is on it, and that it does not need a key (satellite.key)"
    );
    BoardError::new(BoardErrorKind::Unavailable, message)
}

impl Drop for Station {
    fn drop(&mut self) {
        self.shared.end();
    }
}

/// The thread, for a supervisor.
pub struct Link(pub Arc<StationShared>);

impl Watch for Link {
    fn name(&self) -> &'static str {
        "satellite link"
    }

    fn beats(&self) -> Option<u64> {
        self.0.beats()
    }
}

#[cfg(test)]
#[path = "station_tests.rs"]
mod tests;
