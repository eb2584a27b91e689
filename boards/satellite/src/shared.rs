//! What a satellite's thread and the assistant share.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sayso_board::{Mute, Press};
use sayso_core::link::SatelliteStatus;
use sayso_core::turn::Shown;
use sayso_remote_board::{Allowance, Feed, JitterBuffer};

use crate::muting::Muting;

/// How long to wait for the thread to end.
pub const END: Duration = Duration::from_secs(1);
/// How often to check whether it has.
const LOOK: Duration = Duration::from_millis(5);
/// Presses that may wait to be read.
pub const PRESSES: usize = 16;
/// Presses at once, and per second on the average: more than a person can do, but few enough that
/// a faulty satellite cannot prevent every reply from being heard.
pub const AT_ONCE: u32 = 8;
pub const A_SECOND: u32 = 4;

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

    /// The heartbeats of the thread so far; `None` after its end.
    pub fn beats(&self) -> Option<u64> {
        let ended = self.ended.load(Ordering::Acquire);
        (!ended).then(|| self.beats.load(Ordering::Relaxed))
    }

    /// The thread has ended, in whatever way. From here on silence keeps time, and is counted.
    pub fn set_ended(&self) {
        let now = self.now();
        let mut state = self.lock();
        state.connected = false;
        state.jitter.lost(now);
        state.feed.lost(now);
        drop(state);
        self.ended.store(true, Ordering::Release);
        self.news.notify_all();
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
