//! The loudspeaker's queue: from the voice's samples to blocks for the satellite, and
//! from the places that it says it has played back to the voice's samples.

use std::collections::VecDeque;
use std::time::Duration;

use sayso_audio_io::{Resampler, rescale_rounded};
use sayso_board::{BoardError, StreamStats};
use sayso_core::link::{Rate, Stop};

use crate::places::Places;
use crate::said::Said;

/// How much sound [`Feed::write`] takes at most, in seconds.
const QUEUE: u64 = 30;
/// A queue that ran dry is taken for the end of an utterance when the satellite has
/// no more than this to play: what is left of a block is then let out.
const ENDING: Duration = Duration::from_millis(60);
/// The satellite's word for what it has played is believed to go on for so long.
const GOES_ON: Duration = Duration::from_millis(60);
/// So long a stop takes to get to the satellite and into its loudspeaker's queue.
const WAY: Duration = Duration::from_millis(20);
/// For so long after a stop, what the satellite says may be from before it.
const STOPPING: Duration = Duration::from_millis(300);
/// The last blocks of a reply are taken for lost when nothing moves for so long.
const STUCK: Duration = Duration::from_millis(600);

/// Everything behind the loudspeaker, told what time it is.
///
/// For each sample written: it is queued, then played, or dropped by a stop, or
/// missing because there was no satellite.
pub struct Feed {
    voice_rate: u32,
    queue: VecDeque<f32>,
    session: Option<Session>,
    /// Samples that left the queue to be played, less those that were not.
    fed: u64,
    /// The last time at which the queue was shortened because there was no satellite.
    away: Option<Duration>,
    past: StreamStats,
    /// What the satellite last said of its underruns, which it counts from its own start.
    underruns: Option<u64>,
    opened: u64,
    scratch: Vec<f32>,
}

/// With one satellite, from hello to loss. Places count from 0.
struct Session {
    rate: u32,
    resampler: Resampler,
    places: Places,
    said: Said,
    /// Resampled and not yet sent: less than a block, but at the end.
    pending: Vec<f32>,
    /// The place of the first of them.
    sent: u64,
    /// What the satellite has said, when, and when it last moved.
    played: u64,
    told: Duration,
    /// What was believed when it told that: nothing is taken back.
    believed: u64,
    moved: Duration,
    /// An order to be sent.
    stop: Option<Stop>,
    /// When the last one was given, and the place at which it ends.
    stopped: Option<(Duration, u64)>,
}

impl Feed {
    /// An empty queue without a satellite.
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
            scratch: vec![0.0; Rate::Hz24000.block()],
        }
    }

    /// A satellite is there.
    ///
    /// # Errors
    /// When the voice's rate cannot be brought to its.
    pub fn attach(&mut self, rate: Rate, now: Duration) -> Result<(), BoardError> {
        self.lost(now);
        let rate = rate.hz();
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

    /// It is gone, and what it had not played.
    pub fn lost(&mut self, now: Duration) {
        if let Some(session) = self.session.take() {
            let played = session.places.sample(session.reached(now));
            self.past.missing += self.fed.saturating_sub(played);
            self.fed = played;
        }
        self.away.get_or_insert(now);
    }

    /// Queues as much of `samples` as fits.
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

    /// Fades out and drops the rest; returns the number of samples dropped.
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

    /// The satellite has reached this place.
    pub fn reached(&mut self, place: u32, now: Duration) {
        if let Some(session) = &mut self.session {
            session.hear(place, now);
        }
    }

    /// The satellite has run dry so often since it was started.
    pub fn underruns(&mut self, count: u64) {
        // Those before its first word were not ours; fewer than before: it was started again.
        let before = self.underruns.replace(count).unwrap_or(count);
        self.past.xruns += count.checked_sub(before).unwrap_or(count);
    }

    /// The order to stop that is to be sent.
    pub fn order(&mut self) -> Option<Stop> {
        self.session.as_mut()?.stop.take()
    }

    /// That order could not be sent.
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

    /// So many samples of that block were sent.
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

    /// Passes the time: what nobody plays is missing.
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
        } else if now.saturating_sub(session.moved) > STUCK {
            // The last blocks of a reply never came, and nothing that tells it so.
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

    /// Lets the resampler's last samples out: the utterance is over.
    fn finish(&mut self, fed: u64) {
        self.resampler.finish(&mut self.pending);
        // A loudspeaker that takes 10 ms at a time would run dry on a part of that, which
        // counts as an underrun. ADPCM goes in pairs.
        let whole = self.pending.len().next_multiple_of((self.rate / 100) as usize);
        self.pending.resize(whole, 0.0);
        self.places.end(self.sent + self.pending.len() as u64, fed);
    }

    /// What the satellite has yet to play.
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
        // Until it has stopped, it may be ahead of the place that we count from.
        let early = |(when, at)| place > at && now.saturating_sub(when) < STOPPING;
        if self.stopped.is_some_and(early) {
            return;
        }
        if place > self.played {
            self.moved = now;
        }
        // What was believed lost may be said to be there after all.
        if place >= self.played {
            self.believed = self.reached(now);
            (self.played, self.told) = (place.min(self.sent), now);
        }
    }

    /// The place nearest to where we are.
    fn unwrap(&self, place: u32) -> u64 {
        let ahead = place.wrapping_sub(self.played as u32) as i32;
        self.played.saturating_add_signed(i64::from(ahead))
    }

    /// Orders the fade; returns the number of the sample with which it ends.
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
