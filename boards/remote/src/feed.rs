//! The loudspeaker's queue: it turns the voice's samples into blocks for the peer, and the places
//! that the peer reports as played into the voice's samples.

use std::collections::VecDeque;
use std::time::Duration;

use sayso_audio_io::{Resampler, rescale_rounded};
use sayso_board::{BoardError, StreamStats};
use sayso_core::link::Stop;

use crate::places::Places;
use crate::said::Said;

/// How much sound [`Feed::write`] queues at most, in seconds.
const QUEUE: u64 = 30;
/// If the queue is empty and the peer has no more than this to play, the utterance counts as
/// ended: the rest of a block is then sent.
const ENDING: Duration = Duration::from_millis(60);
/// How long playing is assumed to go on after the peer's last report.
const GOES_ON: Duration = Duration::from_millis(60);
/// How long a stop takes to reach the peer and its loudspeaker's queue.
const WAY: Duration = Duration::from_millis(20);
/// How long after a stop the peer's reports may be from before the stop.
const STOPPING: Duration = Duration::from_millis(300);
/// If nothing moves for this long, the last blocks of a reply count as lost.
const STUCK: Duration = Duration::from_millis(600);
/// The length of a block at the highest rate, 48 kHz.
const LARGEST_BLOCK: usize = 960;

/// The loudspeaker's logic; the caller passes in the time.
///
/// Each written sample is first queued, then played, dropped by a stop, or missing because there
/// was no peer.
pub struct Feed {
    voice_rate: u32,
    queue: VecDeque<f32>,
    session: Option<Session>,
    /// Samples that left the queue to be played, minus those that were not played.
    fed: u64,
    /// When the queue was last shortened because there was no peer.
    away: Option<Duration>,
    past: StreamStats,
    /// The peer's last count of its underruns, counted from its own start.
    underruns: Option<u64>,
    opened: u64,
    scratch: Vec<f32>,
    stuck: Duration,
}

/// One session, from hello to loss. Places count from 0.
struct Session {
    rate: u32,
    resampler: Resampler,
    places: Places,
    said: Said,
    /// Resampled samples that were not sent yet: less than a block, except at the end.
    pending: Vec<f32>,
    /// The place of the first of them.
    sent: u64,
    /// The peer's last report, when it arrived, and when the place last changed.
    played: u64,
    told: Duration,
    /// The place that was assumed at that report. It is never taken back.
    believed: u64,
    moved: Duration,
    /// An order to stop that is still to be sent.
    stop: Option<Stop>,
    /// When the last order was given, and the place at which its fade ends.
    stopped: Option<(Duration, u64)>,
}

impl Feed {
    /// An empty queue without a peer.
    pub fn new(voice_rate: u32) -> Self {
        Self {
            voice_rate,
            queue: VecDeque::new(),
            session: None,
            fed: 0,
            away: None,
            past: StreamStats::default(),
            underruns: None,
            opened: 0,
            scratch: vec![0.0; LARGEST_BLOCK],
            stuck: STUCK,
        }
    }

    /// Blocks count as lost if nothing moves for `stuck`, instead of 600 ms.
    pub fn patient(mut self, stuck: Duration) -> Self {
        self.stuck = stuck;
        self
    }

    /// A peer has connected, which plays at `rate` Hz.
    ///
    /// # Errors
    /// When the voice's rate cannot be converted to the peer's.
    pub fn attach(&mut self, rate: u32, now: Duration) -> Result<(), BoardError> {
        self.lost(now);
        self.session = Some(Session {
            rate,
            resampler: Resampler::new(self.voice_rate, rate)?,
            places: Places::new(rate, self.voice_rate, self.fed),
            said: Said::new(rate)?,
            pending: Vec::new(),
            sent: 0,
            played: 0,
            told: now,
            believed: 0,
            moved: now,
            stop: None,
            stopped: None,
        });
        self.away = None;
        self.opened += 1;
        Ok(())
    }

    /// The peer is lost, and so is what it had not played.
    pub fn lost(&mut self, now: Duration) {
        if let Some(session) = self.session.take() {
            let played = session.places.sample(session.reached(now));
            self.past.missing += self.fed.saturating_sub(played);
            self.fed = played;
        }
        self.away.get_or_insert(now);
    }

    /// Queues as much of `samples` as there is room for.
    pub fn write(&mut self, samples: &[f32]) -> usize {
        let capacity = (QUEUE * u64::from(self.voice_rate)) as usize;
        let n = samples.len().min(capacity.saturating_sub(self.queue.len()));
        self.queue.extend(&samples[..n]);
        n
    }

    /// Samples played.
    pub fn played(&self, now: Duration) -> u64 {
        self.session
            .as_ref()
            .map_or(self.fed, |session| session.places.sample(session.reached(now)).min(self.fed))
    }

    /// Samples written and not yet played.
    pub fn queued(&self, now: Duration) -> usize {
        self.queue.len() + (self.fed - self.played(now)) as usize
    }

    /// Fades out and drops the rest. Returns the number of dropped samples.
    pub fn stop(&mut self, fade: Duration, now: Duration) -> usize {
        let mut dropped = self.queue.len() as u64;
        self.queue.clear();
        if let Some(session) = &mut self.session {
            let last = session.stop(fade, now);
            dropped += self.fed.saturating_sub(last);
            self.fed = last;
        }
        dropped as usize
    }

    /// The peer reports that it has reached this place.
    pub fn reached(&mut self, place: u32, now: Duration) {
        if let Some(session) = &mut self.session {
            session.hear(place, now);
        }
    }

    /// The peer reports how often it ran dry since its start.
    pub fn underruns(&mut self, count: u64) {
        // Underruns before its first report do not count. A lower count than before means that it
        // has restarted.
        let before = self.underruns.replace(count).unwrap_or(count);
        self.past.xruns += count.checked_sub(before).unwrap_or(count);
    }

    /// How much the peer still has to play of what was sent.
    pub fn ahead(&self, now: Duration) -> Duration {
        self.session.as_ref().map_or(Duration::ZERO, |session| session.left(now))
    }

    /// The place that has been reached, and the end of what was sent.
    pub fn places(&self, now: Duration) -> (u64, u64) {
        self.session.as_ref().map_or((0, 0), |session| (session.reached(now), session.sent))
    }

    /// The order to stop that is to be sent next.
    pub fn order(&mut self) -> Option<Stop> {
        self.session.as_mut()?.stop.take()
    }

    /// Keeps an order that could not be sent.
    pub fn order_again(&mut self, stop: Stop) {
        if let Some(session) = &mut self.session {
            session.stop.get_or_insert(stop);
        }
    }

    /// The next block, if there is one, and its place.
    pub fn block(&mut self, now: Duration) -> Option<(u32, &[f32])> {
        let Self { session, queue, fed, scratch, .. } = self;
        let session = session.as_mut()?;
        session.fill(queue, fed, scratch);
        let block = (session.rate / 50) as usize;
        let ends = queue.is_empty() && session.left(now) <= ENDING;
        if session.pending.len() < block && ends && session.places.is_open() {
            session.finish(*fed);
        }
        let ready = match session.pending.len() {
            0 => return None,
            full if full >= block => block,
            rest if ends => rest,
            _ => return None,
        };
        Some((session.sent as u32, &session.pending[..ready]))
    }

    /// This many samples of that block were sent.
    pub fn sent(&mut self, samples: usize) {
        let Some(session) = &mut self.session else { return };
        let samples = samples.min(session.pending.len());
        session.said.push(&session.pending[..samples]);
        session.pending.drain(..samples);
        session.sent += samples as u64;
        if session.pending.is_empty() && !session.places.is_open() {
            session.said.cut(session.sent);
        }
        session.places.forget(session.played);
    }

    /// What was played from `place` on, at the capture rate.
    pub fn reference(&self, place: u32, out: &mut [f32]) {
        match &self.session {
            Some(session) => session.said.played(session.unwrap(place), out),
            None => out.fill(0.0),
        }
    }

    /// Advances the time: without a peer, what nobody plays is missing.
    pub fn tick(&mut self, now: Duration) {
        if let Some(since) = &mut self.away {
            let passed = now.saturating_sub(*since).as_secs_f64();
            let unheard = ((passed * f64::from(self.voice_rate)) as usize).min(self.queue.len());
            self.queue.drain(..unheard);
            self.past.missing += unheard as u64;
            *since = now;
        }
        let Some(session) = &mut self.session else { return };
        let waits = session.played < session.sent && session.pending.is_empty();
        if !waits {
            session.moved = now;
        } else if now.saturating_sub(session.moved) > self.stuck {
            // The last blocks of a reply never arrived, and no later block shows that to the
            // peer.
            let lost = session.sent - session.played;
            self.past.missing += rescale_rounded(lost, session.rate, self.voice_rate);
            (session.played, session.told, session.moved) = (session.sent, now, now);
        }
    }

    /// What was lost so far.
    pub fn stats(&self) -> StreamStats {
        let mut stats = self.past;
        stats.reopened = self.opened.saturating_sub(1);
        stats
    }
}

impl Session {
    /// Resamples until there is a block.
    fn fill(&mut self, queue: &mut VecDeque<f32>, fed: &mut u64, scratch: &mut [f32]) {
        let block = (self.rate / 50) as usize;
        while self.pending.len() < block {
            let (samples, _) = queue.as_slices();
            if samples.is_empty() {
                return;
            }
            self.places.begin(self.sent + self.pending.len() as u64, *fed);
            let room = (block - self.pending.len()).min(scratch.len());
            let progress = self.resampler.process_into(samples, &mut scratch[..room]);
            self.pending.extend(&scratch[..progress.produced]);
            *fed += progress.consumed as u64;
            queue.drain(..progress.consumed);
        }
    }

    /// Flushes the resampler at the end of an utterance.
    fn finish(&mut self, fed: u64) {
        self.resampler.finish(&mut self.pending);
        // A loudspeaker takes 10 ms at a time. If it got only a part of that, it would count an
        // underrun. ADPCM needs pairs of samples.
        let whole = self.pending.len().next_multiple_of((self.rate / 100) as usize);
        self.pending.resize(whole, 0.0);
        self.places.end(self.sent + self.pending.len() as u64, fed);
    }

    /// How much the peer still has to play.
    fn left(&self, now: Duration) -> Duration {
        let left = self.sent.saturating_sub(self.reached(now));
        Duration::from_secs_f64(left as f64 / f64::from(self.rate))
    }

    /// The place that has been reached now.
    fn reached(&self, now: Duration) -> u64 {
        let since = now.saturating_sub(self.told).min(GOES_ON).as_secs_f64();
        let on = (since * f64::from(self.rate)) as u64;
        (self.played + on).max(self.believed).min(self.sent)
    }

    fn hear(&mut self, place: u32, now: Duration) {
        let place = self.unwrap(place);
        // Until it has stopped, it may report a place after the one from which we count.
        let early = |(when, at)| place > at && now.saturating_sub(when) < STOPPING;
        if self.stopped.is_some_and(early) {
            return;
        }
        if place > self.played {
            self.moved = now;
        }
        // The peer may report blocks as played that were assumed to be lost.
        if place >= self.played {
            self.believed = self.reached(now);
            (self.played, self.told) = (place.min(self.sent), now);
        }
    }

    /// The full place that is nearest to the present one.
    fn unwrap(&self, place: u32) -> u64 {
        let ahead = place.wrapping_sub(self.played as u32) as i32;
        self.played.saturating_add_signed(i64::from(ahead))
    }

    /// Orders the fade. Returns the number of the sample with which it ends.
    fn stop(&mut self, fade: Duration, now: Duration) -> u64 {
        let samples = |time: Duration| (time.as_secs_f64() * f64::from(self.rate)).round() as u64;
        let fade = samples(fade);
        let reached = self.reached(now);
        let at = (reached + samples(WAY) + fade).min(self.sent);
        let last = self.places.cut(at);
        self.said.cut(at);
        self.resampler.reset();
        self.pending.clear();
        self.sent = at;
        (self.played, self.told) = (reached.min(at), now);
        self.stop = Some(Stop { at: at as u32, fade: fade.min(u16::MAX.into()) as u16 });
        self.stopped = Some((now, at));
        last
    }
}

#[cfg(test)]
#[path = "feed_tests.rs"]
mod tests;
