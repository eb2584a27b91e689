//! The protocol's end.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sayso_audio_io::{Resampler, rescale_floor};
use sayso_board::{BoardError, CAPTURE_RATE, Change, Mute, Press, StreamStats};
use sayso_core::turn::Shown;

use crate::allowance::Allowance;
use crate::feed::Feed;
use crate::jitter_buffer::JitterBuffer;

/// How much is sent ahead of what was played. A stop takes it back, and it hides a connection
/// that stalls for so long.
const AHEAD: Duration = Duration::from_secs(2);
/// If nothing is reported as played for this long while something should be, what was sent counts
/// as lost. A browser may hold the timers of a hidden page for a second.
const STUCK: Duration = Duration::from_secs(3);
/// How often the place of a peer that reports nothing is advanced.
const ASSUMED: Duration = Duration::from_millis(5);
/// Presses that may wait to be read, at once, and per second on the average.
const PRESSES: u32 = 8;
const PRESSES_A_SECOND: u32 = 4;
/// The longest piece of sound that is taken at once: 2 s.
const LONGEST_PIECE: usize = 2 * CAPTURE_RATE as usize;

/// What the protocol is to send next.
#[derive(Clone, Debug, PartialEq)]
pub enum Outgoing {
    /// Sound, mono at the peer's rate.
    Sound {
        /// The place of its first sample: how many were sent before it since the beginning.
        at: u64,
        /// 20 ms, or less at the end of an utterance.
        samples: Vec<f32>,
    },
    /// The peer is to play up to a place, to fade out there, and to drop what is after it. The
    /// next sound begins at this place. A peer that is beyond it already fades out now.
    Stop {
        /// The place.
        at: u64,
        /// The length of the fade before it, in samples.
        fade: u16,
    },
}

/// The end of the protocol; clones are the same one. It never waits.
#[derive(Clone)]
pub struct Peer(pub(crate) Arc<Shared>);

/// Shared by the protocol, the streams and the panel.
pub(crate) struct Shared {
    state: Mutex<State>,
    /// Signalled when there is sound to read.
    pub news: Condvar,
    began: Instant,
    /// The conversation is over, or the streams were abandoned.
    left: AtomicBool,
    wake: Box<dyn Fn() + Send + Sync>,
}

pub(crate) struct State {
    pub jitter: JitterBuffer,
    /// `None` until the conversation begins.
    pub feed: Option<Feed>,
    pub shown: Shown,
    pub presses: VecDeque<Press>,
    pressing: Allowance,
    pub mute: Mute,
    /// How the connection has ended.
    pub over: Option<Over>,
    /// The rate at which the peer plays, in Hz.
    rate: u32,
    /// From the rate at which the peer hears; `None` if that is the capture rate.
    resampler: Option<Resampler>,
    /// The number of the next block, and the clock at its first sample.
    number: u16,
    at: u32,
    /// Where the loudspeaker was at the beginning of the next block.
    place: u64,
    /// Whether the peer reports what it plays. If not, it is assumed to play at once.
    reports: bool,
    /// Stops that were ordered.
    stops: u64,
    /// When the place was last advanced by assumption.
    assumed: Duration,
    /// The peer's place at which the present feed begins.
    base: u64,
    /// Whether the peer must be told that it begins there.
    restarts: bool,
    /// How often the board was started.
    pub starts: u64,
    /// Where the end of the connection is reported.
    pub changes: Option<SyncSender<Change>>,
}

/// How a connection has ended.
#[derive(Clone, Debug)]
pub(crate) enum Over {
    /// The peer has hung up.
    HungUp,
    /// It was lost, for this reason.
    Lost(String),
}

impl Shared {
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn now(&self) -> Duration {
        self.began.elapsed()
    }

    pub fn wait<'s>(&self, state: MutexGuard<'s, State>, most: Duration) -> MutexGuard<'s, State> {
        self.news.wait_timeout(state, most).unwrap_or_else(PoisonError::into_inner).0
    }

    /// Informs the protocol that there may be something to send.
    pub fn wake(&self) {
        (self.wake)();
    }

    /// The conversation does not use its streams any more.
    pub fn leave(&self) {
        self.left.store(true, Ordering::Release);
        self.wake();
    }
}

impl State {
    /// Begins a conversation with a voice of this rate.
    pub fn begin(&mut self, voice_rate: u32, now: Duration) -> Result<(), BoardError> {
        let mut feed = Feed::new(voice_rate).patient(STUCK);
        feed.attach(self.rate, now)?;
        if let Some(before) = self.feed.replace(feed) {
            // What the peer has of the last conversation is dropped.
            self.base += before.places(now).0;
            self.restarts = true;
        }
        self.place = 0;
        self.starts += 1;
        self.jitter.attach(now);
        Ok(())
    }

    /// Advances the time.
    pub fn tick(&mut self, now: Duration) {
        self.jitter.tick(now);
        let Some(feed) = &mut self.feed else { return };
        // Not for each call, because fractions of a sample would add up.
        if !self.reports && now.saturating_sub(self.assumed) >= ASSUMED {
            self.assumed = now;
            feed.reached(feed.places(now).0 as u32, now);
        }
        feed.tick(now);
    }
}

impl Peer {
    pub(crate) fn new(
        (hears, plays): (u32, u32),
        wake: Box<dyn Fn() + Send + Sync>,
    ) -> Result<Self, BoardError> {
        let resampler = (hears != CAPTURE_RATE).then(|| Resampler::new(hears, CAPTURE_RATE));
        let state = State {
            jitter: JitterBuffer::default(),
            feed: None,
            shown: Shown::default(),
            presses: VecDeque::new(),
            pressing: Allowance::new(PRESSES, PRESSES_A_SECOND),
            mute: Mute::default(),
            over: None,
            rate: plays,
            resampler: resampler.transpose()?,
            number: 0,
            at: 0,
            place: 0,
            reports: false,
            stops: 0,
            assumed: Duration::ZERO,
            base: 0,
            restarts: false,
            starts: 0,
            changes: None,
        };
        Ok(Self(Arc::new(Shared {
            state: Mutex::new(state),
            news: Condvar::new(),
            began: Instant::now(),
            left: AtomicBool::new(false),
            wake,
        })))
    }

    /// Takes sound that was heard: mono, at the rate at which the peer hears, in the order in which
    /// it was heard. Sound that comes faster than time passes is dropped and counted.
    pub fn hear(&self, samples: &[f32]) {
        let now = self.0.now();
        let mut guard = self.0.lock();
        let state = &mut *guard;
        // Sound from before the conversation is for nobody.
        let Some(feed) = &state.feed else { return };
        let (reached, _) = feed.places(now);
        for piece in samples.chunks(LONGEST_PIECE) {
            let mut heard = Vec::with_capacity(piece.len());
            match &mut state.resampler {
                Some(resampler) => resampler.process(piece, &mut heard),
                None => heard.extend_from_slice(piece),
            }
            if heard.is_empty() {
                continue;
            }
            let mut played = vec![0.0; heard.len()];
            let length = rescale_floor(heard.len() as u64, CAPTURE_RATE, state.rate);
            if !state.reports {
                state.place = reached.saturating_sub(length);
            }
            feed.reference(state.place as u32, &mut played);
            state.place = (state.place + length).min(reached);
            let (number, at) = (state.number, state.at);
            state.number = number.wrapping_add(1);
            state.at = at.wrapping_add(heard.len() as u32);
            state.jitter.push(now, number, at, heard, played);
        }
        if state.jitter.is_ready() {
            self.0.news.notify_all();
        }
    }

    /// Takes a numbered block of sound that was heard: mono at the capture rate. `at` is the peer's
    /// clock at its first sample. Blocks may be late, doubled or missing; what is missing is concealed
    /// and counted. The peer removes its own echo: nothing is subtracted from what it sends.
    pub fn hear_block(&self, number: u16, at: u32, heard: Vec<f32>) {
        let now = self.0.now();
        let mut state = self.0.lock();
        if state.feed.is_none() || heard.is_empty() {
            return;
        }
        let played = vec![0.0; heard.len()];
        state.jitter.push(now, number, at, heard, played);
        if state.jitter.is_ready() {
            self.0.news.notify_all();
        }
    }

    /// The peer's microphone is off, so that nothing is lost if no sound comes, or on again.
    pub fn listens(&self, on: bool) {
        self.0.lock().jitter.shut(!on);
    }

    /// The peer reports that it has played up to `place`, and how many of the orders to stop it has
    /// carried out, if it counts them. The place is where it was when it heard the first sample of
    /// the next [`hear`](Self::hear). Before the first report it is assumed that it plays without a
    /// pause what it is sent.
    pub fn played(&self, place: u64, stops: Option<u64>) {
        let now = self.0.now();
        let mut guard = self.0.lock();
        let state = &mut *guard;
        state.reports = true;
        // Until it has stopped, its places are those of sound that was dropped.
        if stops.is_some_and(|stops| stops < state.stops) {
            return;
        }
        let Some(feed) = &mut state.feed else { return };
        let (_, sent) = feed.places(now);
        let place = place.saturating_sub(state.base).min(sent);
        feed.reached(place as u32, now);
        state.place = place;
        drop(guard);
        self.0.wake();
    }

    /// What is to be sent next, in this order. `None` until there is more.
    pub fn take(&self) -> Option<Outgoing> {
        let now = self.0.now();
        let mut guard = self.0.lock();
        let state = &mut *guard;
        state.tick(now);
        let feed = state.feed.as_mut()?;
        if std::mem::take(&mut state.restarts) {
            state.stops += 1;
            return Some(Outgoing::Stop { at: state.base, fade: 0 });
        }
        if let Some(stop) = feed.order() {
            state.stops += 1;
            let at = state.base + feed.places(now).1;
            return Some(Outgoing::Stop { at, fade: stop.fade });
        }
        if feed.ahead(now) >= AHEAD {
            return None;
        }
        let at = state.base + feed.places(now).1;
        let samples = feed.block(now)?.1.to_vec();
        feed.sent(samples.len());
        Some(Outgoing::Sound { at, samples })
    }

    /// A button was pressed. More than a person can do are ignored.
    pub fn press(&self, press: Press) {
        let now = self.0.now();
        let mut state = self.0.lock();
        if state.presses.len() < PRESSES as usize && state.pressing.take(1, now) {
            state.presses.push_back(press);
        }
    }

    /// What the board's lamp would show.
    pub fn shown(&self) -> Shown {
        self.0.lock().shown
    }

    /// Whether it is muted.
    pub fn is_muted(&self) -> bool {
        self.0.lock().mute.is_set()
    }

    /// What was lost so far: of the microphone, and of the loudspeaker.
    pub fn stats(&self) -> (StreamStats, StreamStats) {
        let state = self.0.lock();
        let played = state.feed.as_ref().map(Feed::stats).unwrap_or_default();
        (state.jitter.stats(), played)
    }

    /// Closes the connection: it is reported as lost, and the microphone ends. `why` is for people.
    pub fn close(&self, why: &str) {
        let mut state = self.0.lock();
        if state.over.is_none() {
            state.over = Some(Over::Lost(why.to_owned()));
            let message = why.to_owned();
            let change = Change { device: "connection", back: false, message };
            // Nobody has to listen.
            drop(state.changes.take().map(|changes| changes.try_send(change)));
        }
        drop(state);
        self.0.news.notify_all();
    }

    /// The peer hangs up, as it may at any time: the conversation ends, and nothing is reported as
    /// lost. After [`close`](Self::close) it changes nothing.
    pub fn hang_up(&self) {
        self.0.lock().over.get_or_insert(Over::HungUp);
        self.0.news.notify_all();
    }

    /// Whether the conversation has ended, so that nothing more will come.
    pub fn is_left(&self) -> bool {
        self.0.left.load(Ordering::Acquire)
    }
}
