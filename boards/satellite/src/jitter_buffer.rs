//! The jitter buffer: from blocks that come late, twice or never to a stream that
//! keeps time.
//!
//! Sound that joins what came before is handed on at once: the front end takes
//! it as it comes, so nothing is held back to even the pace out. Only two things
//! take time, and both adapt to the link:
//!
//! - Where a block is missing and a later one is there, the missing one is waited for
//!   as long as blocks have recently been late (on a wire that keeps the order: not at
//!   all), and is then concealed.
//! - Where nothing comes at all, silence takes its place once the wait is longer than
//!   usual. Sound that comes after all is not thrown away, for it may be a word: the
//!   stream is then ahead of the clock, until a longer silence makes up for it.
//!
//! # The clock
//!
//! The stream is a clock: time-outs count its samples. How far it is ahead of the wall
//! clock is computed from the two, never added up from events, so that no sequence of
//! events makes it wrong for long. A silence of [`RESTFUL`] brings it into step. In between
//! it is never ahead by more than [`LONGEST_LEAD`], whatever a satellite sends, nor behind by
//! more than [`LONGEST_LAG`], however slow the satellite's crystal.

use std::collections::VecDeque;
use std::time::Duration;

use sayso_board::{CAPTURE_RATE, StreamStats};

/// A block may be waited for so long at most.
const LONGEST_HOLD: Duration = Duration::from_millis(200);
/// Blocks that may wait for one that is missing.
const HELD: usize = 16;
/// Nothing may come for so long and four times the jitter before silence does.
const WAIT: Duration = Duration::from_millis(60);
const LONGEST_WAIT: Duration = Duration::from_millis(500);
/// After the last sound while the satellite's gate is shut.
const SHUT: Duration = Duration::from_millis(30);
/// A concealed stretch fades out over so many samples: 40 ms.
const FADE: usize = CAPTURE_RATE as usize / 25;
/// Sound fades in again over so many samples: 2.5 ms.
const JOIN: usize = CAPTURE_RATE as usize / 400;
/// A place so far back is no late block: the satellite's clock has jumped. 2 s.
const LONGEST_DELAY: i32 = 2 * CAPTURE_RATE as i32;
/// A reader may stall for so long before sound is lost: 2 s.
const READY: usize = 2 * CAPTURE_RATE as usize;
/// Samples that wait for the reader at most: those for which there was credit, and the
/// silence and the made-up sound between them.
const CAPACITY: usize = 2 * READY;
/// The reader is woken for so many samples: 5 ms.
const WORTH_WAKING: usize = CAPTURE_RATE as usize / 200;
/// In a silence longer than this the stream falls into step with the clock: 2 s.
const RESTFUL: u64 = 2 * CAPTURE_RATE as u64;
/// Sound that would bring the stream further ahead of the clock than this is dropped: 3 s.
/// More than what waits on the way in the longest stall that a session survives.
const LONGEST_LEAD: i64 = 3 * CAPTURE_RATE as i64;
/// What is made up never brings the stream further ahead than this: 1 s.
const LONGEST_MADE_UP: i64 = CAPTURE_RATE as i64;
/// A stream further behind the clock than this gets silence between two blocks: 750 ms,
/// more than the longest wait for a block.
const LONGEST_LAG: i64 = 3 * CAPTURE_RATE as i64 / 4;

/// A sample lasts so many nanoseconds: 62,500, without a remainder.
const SAMPLE_NS: u64 = 1_000_000_000 / CAPTURE_RATE as u64;

/// A block that waits for an earlier one.
struct Held {
    at: u32,
    number: u16,
    arrived: Duration,
    heard: Vec<f32>,
    played: Vec<f32>,
}

/// The microphone's stream, told what time it is.
#[derive(Default)]
pub struct JitterBuffer {
    /// What the reader may have, and the reference beside it.
    ready: VecDeque<(f32, f32)>,
    /// Samples of silence that follow it, for which there is no room yet.
    owed: u64,
    /// When time began: with the first session.
    origin: Option<Duration>,
    /// Samples since then, those owed included.
    given: u64,
    /// The clock after the last sample handed on, and its block's number.
    expected: Option<(u32, u16)>,
    held: Vec<Held>,
    /// How long a missing block is waited for.
    hold: Duration,
    /// By how much blocks come later than they should, smoothed.
    jitter: Duration,
    /// When the last block came.
    arrived: Duration,
    /// Up to when the stream is complete.
    complete: Duration,
    /// Silence given since the last block, in samples, and whether it still is being given.
    filled: u64,
    filling: bool,
    /// The satellite says that it sends nothing: the gate is shut, or it is muted.
    shut: bool,
    away: bool,
    /// The last samples, for what is missing.
    tail: VecDeque<f32>,
    /// When the last gap was concealed.
    concealed: Option<Duration>,
    stats: StreamStats,
}

impl JitterBuffer {
    /// A session begins: the clock is another.
    pub fn attach(&mut self, now: Duration) {
        if self.origin.is_none() {
            self.origin = Some(now);
        } else {
            self.flush(now);
            self.fill(now);
        }
        self.complete = now;
        self.expected = None;
        self.away = false;
        self.shut = false;
        self.arrived = now;
        (self.jitter, self.hold) = Default::default();
    }

    /// The satellite is gone.
    pub fn lost(&mut self, now: Duration) {
        self.flush(now);
        self.away = true;
    }

    /// Whether the satellite says that it sends nothing.
    pub fn shut(&mut self, shut: bool) {
        self.shut = shut;
    }

    /// Blocks of 20 ms for which there is room.
    pub fn free(&self) -> u16 {
        let waiting = self.held.len() * CAPTURE_RATE as usize / 50;
        (READY.saturating_sub(self.ready.len() + waiting) * 50 / CAPTURE_RATE as usize) as u16
    }

    /// Samples lost and made up for.
    pub fn stats(&self) -> StreamStats {
        self.stats
    }

    /// Whether there is enough to read to wake somebody for it.
    pub fn is_ready(&self) -> bool {
        self.ready.len() >= WORTH_WAKING
    }

    /// Moves what there is to the fronts of both buffers, and returns how much.
    pub fn read(&mut self, heard: &mut [f32], played: &mut Vec<f32>) -> usize {
        let n = heard.len().min(self.ready.len());
        played.clear();
        for (place, (sample, reference)) in heard.iter_mut().zip(self.ready.drain(..n)) {
            *place = sample;
            played.push(reference);
        }
        self.settle();
        n
    }

    /// A block came. `at` is the clock at its first sample, `played` what left for the
    /// loudspeaker meanwhile, sample for sample.
    pub fn push(&mut self, now: Duration, number: u16, at: u32, heard: Vec<f32>, played: Vec<f32>) {
        if self.lead(now) > LONGEST_LEAD {
            self.stats.dropped += heard.len() as u64;
            self.complete = self.complete.max(now);
            return;
        }
        let block = Held { at, number, arrived: now, heard, played };
        self.measure(now, &block);
        let Some((expected, last)) = self.expected else {
            return self.join(block, now);
        };
        let ahead = at.wrapping_sub(expected) as i32;
        // After a long silence only the time that has passed says how long it was: the
        // satellite's clock may have come round meanwhile.
        let rested = self.filled > RESTFUL;
        if ahead == 0 {
            self.join(block, now);
            self.release(now);
        } else if rested || ahead < -LONGEST_DELAY || number == last.wrapping_add(1) {
            // The gate was shut in between; or the clock was set anew.
            self.flush(now);
            self.open(ahead, now);
            self.join(block, now);
        } else if ahead < 0 {
            self.late(now);
        } else if self.held.len() < HELD && !self.held.iter().any(|held| held.at == at) {
            let place = self.held.partition_point(|held| (held.at.wrapping_sub(at) as i32) < 0);
            self.held.insert(place, block);
            self.release(now);
        }
    }

    /// Passes the time.
    pub fn tick(&mut self, now: Duration) {
        if self.origin.is_none() {
            return;
        }
        self.release(now);
        let wait = if self.filling || self.away {
            Duration::ZERO
        } else if self.shut {
            SHUT
        } else {
            (WAIT + 4 * self.jitter).min(LONGEST_WAIT)
        };
        if now.saturating_sub(self.complete) > wait {
            self.fill(now);
        }
    }

    /// How much later than it should has this one come?
    fn measure(&mut self, now: Duration, block: &Held) {
        if let Some((expected, _)) = self.expected
            && block.at == expected
        {
            let length = samples_to_time(block.heard.len());
            let late = now.saturating_sub(self.arrived).saturating_sub(length);
            let late = late.min(LONGEST_WAIT);
            // The interarrival jitter of RFC 3550, section 6.4.1, one-sided.
            self.jitter = self.jitter * 15 / 16 + late / 16;
            self.hold = self.hold * 255 / 256;
            if self.hold < Duration::from_millis(1) {
                self.hold = Duration::ZERO;
            }
        }
        self.arrived = now;
    }

    /// A block whose place has been filled: had we but waited.
    fn late(&mut self, now: Duration) {
        if let Some(concealed) = self.concealed {
            let by = now.saturating_sub(concealed) + Duration::from_millis(10);
            self.hold = (self.hold.max(by)).min(LONGEST_HOLD);
        }
    }

    /// Hands on the blocks that wait, as far as they join or have waited enough.
    fn release(&mut self, now: Duration) {
        while let (Some(first), Some((expected, _))) = (self.held.first(), self.expected) {
            let gap = first.at.wrapping_sub(expected) as i32;
            let due = first.arrived + self.hold <= now || self.held.len() == HELD;
            if gap > 0 && !due {
                return;
            }
            let block = self.held.remove(0);
            if gap > 0 {
                self.conceal(gap.unsigned_abs().into(), now);
            }
            // A block that overlaps what was handed on is late.
            if gap >= 0 {
                self.join(block, now);
            }
        }
    }

    /// Hands on all that waits.
    fn flush(&mut self, now: Duration) {
        self.hold = Duration::ZERO;
        self.release(now);
    }

    /// Makes up what is missing: the last sound mirrored, which joins it without a
    /// step, fading to silence. Time that has not passed is not made up.
    fn conceal(&mut self, missing: u64, now: Duration) {
        self.stats.xruns += 1;
        // Silence may stand there already, counted as missing.
        let given = self.filled.min(missing);
        self.filled -= given;
        let left = (missing - given).min(self.room(now));
        self.stats.dropped += left;
        self.concealed = Some(now);
        let fading = if given > 0 { 0 } else { self.tail.len().min(left as usize) };
        let mirror: Vec<f32> = self.tail.iter().rev().take(fading).copied().collect();
        for (n, sample) in mirror.into_iter().enumerate() {
            self.give(sample * (1.0 - n as f32 / FADE as f32), 0.0);
        }
        self.give_silence(left - fading as u64);
    }

    /// The gate was shut for so many samples, for part of which silence was given.
    fn open(&mut self, gap: i32, now: Duration) {
        let left = u64::from(gap.max(0).unsigned_abs()).saturating_sub(self.filled);
        self.give_silence(left.min(self.room(now)));
    }

    /// Hands on a block that comes next.
    fn join(&mut self, block: Held, now: Duration) {
        let mut broken =
            self.filled > 0 || self.expected.is_none_or(|(expected, _)| expected != block.at);
        let length = block.heard.len();
        let behind = -self.lead(now) - LONGEST_LAG;
        if behind > 0 {
            // The satellite's clock is slower than this machine's. A block's time at most:
            // what a pause between words hides.
            self.give_silence(behind.unsigned_abs().min(length as u64));
            broken = true;
        }
        for (n, (sample, played)) in block.heard.iter().zip(&block.played).enumerate() {
            let fade = if broken && n < JOIN { (n + 1) as f32 / JOIN as f32 } else { 1.0 };
            self.give(sample * fade, *played);
        }
        self.expected = Some((block.at.wrapping_add(length as u32), block.number));
        self.complete = self.complete.max(block.arrived);
        (self.filled, self.filling) = (0, false);
    }

    /// Silence up to now.
    fn fill(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.complete);
        let mut due = passed.as_nanos() as u64 / SAMPLE_NS;
        // What is less than a sample counts the next time.
        self.complete += Duration::from_nanos(due * SAMPLE_NS);
        self.filled += due;
        if self.away || !self.shut {
            self.stats.missing += due;
        }
        self.filling = true;
        if self.filled > RESTFUL {
            due = (-self.lead(now)).max(0).unsigned_abs();
        }
        self.give_silence(due);
    }

    /// By how many samples the stream is ahead of the clock.
    fn lead(&self, now: Duration) -> i64 {
        let passed = now.saturating_sub(self.origin.unwrap_or(now));
        self.given as i64 - (passed.as_nanos() as u64 / SAMPLE_NS) as i64
    }

    /// Samples that may be made up.
    fn room(&self, now: Duration) -> u64 {
        (LONGEST_MADE_UP - self.lead(now)).max(0).unsigned_abs()
    }

    fn give(&mut self, heard: f32, played: f32) {
        self.given += 1;
        self.settle();
        if self.owed > 0 || self.ready.len() >= CAPACITY {
            // Nobody reads. Silence will stand in its place.
            self.stats.dropped += 1;
            self.owed += 1;
            return;
        }
        self.ready.push_back((heard, played));
        if self.tail.len() == FADE {
            self.tail.pop_front();
        }
        self.tail.push_back(heard);
    }

    /// As so many calls of [`give`](Self::give), but nothing is lost.
    fn give_silence(&mut self, samples: u64) {
        self.given += samples;
        self.owed += samples;
        self.settle();
        let quiet = samples.min(FADE as u64) as usize;
        let surplus = (self.tail.len() + quiet).saturating_sub(FADE);
        self.tail.drain(..surplus);
        self.tail.extend(std::iter::repeat_n(0.0, quiet));
    }

    /// Moves silence that is owed to where it can be read, as far as there is room.
    fn settle(&mut self) {
        let room = CAPACITY.saturating_sub(self.ready.len()) as u64;
        let now = self.owed.min(room);
        self.owed -= now;
        self.ready.extend(std::iter::repeat_n((0.0, 0.0), now as usize));
    }
}

fn samples_to_time(samples: usize) -> Duration {
    Duration::from_nanos(samples as u64 * SAMPLE_NS)
}

#[cfg(test)]
#[path = "jitter_buffer_tests.rs"]
mod tests;
