//! One satellite: what its thread and the assistant share.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sayso_audio_io::RATES;
use sayso_board::{BoardError, BoardErrorKind, Change, Mute, Press, Watch};
use sayso_core::link::SatelliteStatus;
use sayso_core::turn::Shown;

use crate::SatelliteConfig;
use crate::address::Address;
use crate::allowance::Allowance;
use crate::feed::Feed;
use crate::jitter_buffer::JitterBuffer;
use crate::muting::Muting;
use crate::talk::Talk;
use crate::wire::Wire;

/// How long to wait for the satellite's answer.
pub const ANSWER: Duration = Duration::from_secs(3);
/// How long to wait for the thread to end.
const END: Duration = Duration::from_secs(1);
/// How often to check whether it has.
const LOOK: Duration = Duration::from_millis(5);
/// Presses that may wait to be read.
const PRESSES: usize = 16;
/// Presses at once, and per second on the average: more than a person can do, but few enough that
/// a faulty satellite cannot prevent every reply from being heard.
const AT_ONCE: u32 = 8;
const A_SECOND: u32 = 4;

/// Shared by the thread, the streams and the panel.
pub struct StationState {
    pub jitter: JitterBuffer,
    pub feed: Feed,
    pub shown: Shown,
    pub presses: VecDeque<Press>,
    pressing: Allowance,
    /// The satellite's last count of presses.
    pub pressed: u8,
    /// The mute that both share.
    pub mute: Mute,
    pub muting: Muting,
    /// Whether there is a session.
    pub connected: bool,
    /// What prevents a session, for people.
    pub obstacle: Option<String>,
    /// Whether there will be no further session.
    pub over: bool,
}

impl StationState {
    /// Takes the satellite's status. Returns whether its user has muted it or unmuted it, if that
    /// has changed.
    pub fn hear(&mut self, status: SatelliteStatus, now: Duration) -> Option<bool> {
        self.feed.reached(status.played, now);
        self.jitter.shut(status.muted || !status.open);
        for _ in 0..status.presses.wrapping_sub(self.pressed).min(PRESSES as u8) {
            self.press(Press::Talk, now);
        }
        self.pressed = status.presses;
        let news = self.muting.hear(status.muted, self.mute.is_set());
        if news == Some(true) && !self.mute.is_set() {
            self.press(Press::Dismiss, now);
        }
        news
    }

    fn press(&mut self, press: Press, now: Duration) {
        if self.presses.len() < PRESSES && self.pressing.take(1, now) {
            self.presses.push_back(press);
        }
    }
}

/// A satellite and its thread, which ends when this is dropped.
pub struct Station {
    pub shared: Arc<StationShared>,
}

/// Shared by the thread and everybody else.
pub struct StationShared {
    state: Mutex<StationState>,
    /// Signalled when there is sound to read or a session has begun.
    pub news: Condvar,
    began: Instant,
    quit: AtomicBool,
    /// The thread's heartbeats, and whether it has ended.
    beats: AtomicU64,
    ended: AtomicBool,
}

impl StationShared {
    /// With an empty queue for a voice of this rate.
    pub fn new(voice_rate: u32, mute: Mute) -> Self {
        Self {
            state: Mutex::new(StationState {
                jitter: JitterBuffer::default(),
                feed: Feed::new(voice_rate),
                shown: Shown::default(),
                presses: VecDeque::new(),
                pressing: Allowance::new(AT_ONCE, A_SECOND),
                pressed: 0,
                mute,
                muting: Muting::default(),
                connected: false,
                obstacle: None,
                over: false,
            }),
            news: Condvar::new(),
            began: Instant::now(),
            quit: AtomicBool::new(false),
            beats: AtomicU64::new(0),
            ended: AtomicBool::new(false),
        }
    }

    pub fn lock(&self) -> MutexGuard<'_, StationState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the state is locked, by this thread or another.
    #[cfg(test)]
    pub fn is_locked(&self) -> bool {
        matches!(self.state.try_lock(), Err(std::sync::TryLockError::WouldBlock))
    }

    /// The time since the start.
    pub fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// Waits until [`news`](Self::news) is signalled.
    pub fn wait<'s>(
        &self,
        state: MutexGuard<'s, StationState>,
        most: Duration,
    ) -> MutexGuard<'s, StationState> {
        self.news.wait_timeout(state, most).unwrap_or_else(PoisonError::into_inner).0
    }

    /// Counts a heartbeat of the thread.
    pub fn beat(&self) {
        self.beats.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether the thread must end, because the streams are abandoned.
    pub fn quits(&self) -> bool {
        self.quit.load(Ordering::Acquire)
    }

    /// Ends the thread and waits for that, but not for long if it hangs.
    pub fn end(&self) {
        self.quit.store(true, Ordering::Release);
        self.news.notify_all();
        let since = Instant::now();
        while !self.ended.load(Ordering::Acquire) && since.elapsed() < END {
            std::thread::sleep(LOOK);
        }
    }
}

/// Records that the thread has ended, in whatever way.
struct Ending(Arc<StationShared>);

impl Drop for Ending {
    fn drop(&mut self) {
        // From here on silence keeps time, and is counted.
        let now = self.0.now();
        let mut state = self.0.lock();
        state.connected = false;
        state.jitter.lost(now);
        state.feed.lost(now);
        drop(state);
        self.0.ended.store(true, Ordering::Release);
        self.0.news.notify_all();
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
        let ended = self.0.ended.load(Ordering::Acquire);
        (!ended).then(|| self.0.beats.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
#[path = "station_tests.rs"]
mod tests;
