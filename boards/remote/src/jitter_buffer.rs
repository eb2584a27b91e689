//! The jitter buffer: turns blocks that may arrive late, twice or never into a stream that keeps
//! time.
//!
//! Sound that continues the stream is passed on at once: the front end accepts it in any portions,
//! so nothing is delayed to even out the pace. Only two things take time, and both adapt to the
//! link:
//!
//! - If a block is missing and a later one has arrived, the buffer waits for the missing block, and
//!   then conceals it. It waits as long as blocks have recently been late. On a wire that keeps the
//!   order, it does not wait.
//! - If nothing arrives at all, silence replaces the sound as soon as the wait is longer than
//!   usual. Sound that then arrives is not thrown away, because it may be a word: the stream is
//!   then ahead of the clock, until a longer silence makes up for it.
//!
//! # The clock
//!
//! The stream is a clock: time-outs count its samples. How far it is ahead of the wall clock is
//! computed from the two, never added up from events, so that an error does not last. A silence of
//! [`RESTFUL`] brings the stream into step. Until then it is never ahead by more than
//! [`LONGEST_LEAD`], whatever a peer sends, and never late by more than [`LONGEST_LAG`],
//! however slow the peer's crystal is.

use std::collections::VecDeque;
use std::time::Duration;

use sayso_board::{CAPTURE_RATE, StreamStats};

/// The longest wait for a block.
const LONGEST_HOLD: Duration = Duration::from_millis(200);
/// Blocks that may wait for one that is missing.
const HELD: usize = 16;
/// Silence begins if nothing arrives for this time plus four times the jitter.
const WAIT: Duration = Duration::from_millis(60);
const LONGEST_WAIT: Duration = Duration::from_millis(500);
/// The same after the last sound before the peer's gate was shut.
const SHUT: Duration = Duration::from_millis(30);
/// A concealed stretch fades out over this many samples: 40 ms.
const FADE: usize = CAPTURE_RATE as usize / 25;
/// Sound fades in again over this many samples: 2.5 ms.
const JOIN: usize = CAPTURE_RATE as usize / 400;
/// A block that is this far in the past is not late: the peer's clock has jumped. 2 s.
const LONGEST_DELAY: i32 = 2 * CAPTURE_RATE as i32;
/// How long a reader may stall before sound is lost: 2 s.
const READY: usize = 2 * CAPTURE_RATE as usize;
/// The most samples that wait for the reader: those for which there was credit, and the silence
/// and the concealment between them.
const CAPACITY: usize = 2 * READY;
/// The reader is woken when there are this many samples: 5 ms.
const WORTH_WAKING: usize = CAPTURE_RATE as usize / 200;
/// A silence longer than this brings the stream into step with the clock: 2 s.
const RESTFUL: u64 = 2 * CAPTURE_RATE as u64;
/// Sound that would bring the stream further ahead of the clock than this is dropped: 3 s. This is
/// more than the sound that waits on the way in the longest stall that a session survives.
const LONGEST_LEAD: i64 = 3 * CAPTURE_RATE as i64;
/// Concealment never brings the stream further ahead than this: 1 s.
const LONGEST_MADE_UP: i64 = CAPTURE_RATE as i64;
/// If the stream is later than the clock by more than this, silence is inserted between two
/// blocks: 750 ms, more than the longest wait for a block.
const LONGEST_LAG: i64 = 3 * CAPTURE_RATE as i64 / 4;

/// The duration of a sample in nanoseconds: 62,500, without a remainder.
const SAMPLE_NS: u64 = 1_000_000_000 / CAPTURE_RATE as u64;

/// A block that waits for an earlier one.
struct Held {
    at: u32,
    number: u16,
    arrived: Duration,
    heard: Vec<f32>,
    played: Vec<f32>,
}

/// The microphone's stream; the caller passes in the time.
#[derive(Default)]
pub struct JitterBuffer {
    /// Samples for the reader, each with its reference.
    ready: VecDeque<(f32, f32)>,
    /// Samples of silence after them for which there is no room yet.
    owed: u64,
    /// The start of time: the first session.
    origin: Option<Duration>,
    /// Samples given since then, including the silence for which there is no room.
    given: u64,
    /// The clock after the last sample that was passed on, and the number of its block.
    expected: Option<(u32, u16)>,
    held: Vec<Held>,
    /// How long the buffer waits for a missing block.
    hold: Duration,
    /// By how much blocks are later than they should be, smoothed.
    jitter: Duration,
    /// When the last block arrived.
    arrived: Duration,
    /// The time up to which the stream is complete.
    complete: Duration,
    /// Silence given since the last block, in samples, and whether it is still being given.
    filled: u64,
    filling: bool,
    /// Whether the peer reports that it sends nothing, because its gate is shut or it is
    /// muted.
    shut: bool,
    away: bool,
    /// The last samples, from which missing ones are made.
    tail: VecDeque<f32>,
    /// When the last gap was concealed.
    concealed: Option<Duration>,
    stats: StreamStats,
}

impl JitterBuffer {
    /// A session begins, with another clock.
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

    /// The peer is lost.
    pub fn lost(&mut self, now: Duration) {
        self.flush(now);
        self.away = true;
    }

    /// Takes the peer's report on whether it sends nothing.
    pub fn shut(&mut self, shut: bool) {
        self.shut = shut;
    }

    /// The number of blocks of 20 ms for which there is room.
    pub fn free(&self) -> u16 {
        let waiting = self.held.len() * CAPTURE_RATE as usize / 50;
        (READY.saturating_sub(self.ready.len() + waiting) * 50 / CAPTURE_RATE as usize) as u16
    }

    /// Counts of samples that were lost and concealed.
    pub fn stats(&self) -> StreamStats {
        self.stats
    }

    /// Whether there is enough to read to wake the reader.
    pub fn is_ready(&self) -> bool {
        self.ready.len() >= WORTH_WAKING
    }

    /// Moves what is available to the fronts of both buffers, and returns how much that is.
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

    /// Takes a block. `at` is the clock at its first sample, `played` is what was sent to the
    /// loudspeaker at the same time, one sample for each sample heard.
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
        // After a long silence only the time that has passed shows how long it was, because the
        // peer's clock may have wrapped.
        let rested = self.filled > RESTFUL;
        if ahead == 0 {
            self.join(block, now);
            self.release(now);
        } else if rested || ahead < -LONGEST_DELAY || number == last.wrapping_add(1) {
            // The gate was shut in between, or the clock has jumped.
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

    /// Advances the time.
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

    /// Measures by how much this block is later than it should be.
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

    /// A block arrived whose place was filled already: the wait was too short.
    fn late(&mut self, now: Duration) {
        if let Some(concealed) = self.concealed {
            let by = now.saturating_sub(concealed) + Duration::from_millis(10);
            self.hold = (self.hold.max(by)).min(LONGEST_HOLD);
        }
    }

    /// Passes on the blocks that wait, if they continue the stream or have waited long enough.
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
            // A block that overlaps what was passed on is late.
            if gap >= 0 {
                self.join(block, now);
            }
        }
    }

    /// Passes on everything that waits.
    fn flush(&mut self, now: Duration) {
        self.hold = Duration::ZERO;
        self.release(now);
    }

    /// Conceals what is missing: the last sound, mirrored, which continues it without a step, and
    /// fading to silence. No more is made than the time that has passed.
    fn conceal(&mut self, missing: u64, now: Duration) {
        self.stats.xruns += 1;
        // Silence may already be there, and is counted as missing.
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

    /// The gate was shut for this many samples, and silence was given for a part of them.
    fn open(&mut self, gap: i32, now: Duration) {
        let left = u64::from(gap.max(0).unsigned_abs()).saturating_sub(self.filled);
        self.give_silence(left.min(self.room(now)));
    }

    /// Passes on a block that continues the stream.
    fn join(&mut self, block: Held, now: Duration) {
        let mut broken =
            self.filled > 0 || self.expected.is_none_or(|(expected, _)| expected != block.at);
        let length = block.heard.len();
        let behind = -self.lead(now) - LONGEST_LAG;
        if behind > 0 {
            // The peer's clock is slower than this machine's. A block's duration at most is
            // added, which a pause between words hides.
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

    /// Gives silence up to now.
    fn fill(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.complete);
        let mut due = passed.as_nanos() as u64 / SAMPLE_NS;
        // A remainder shorter than a sample counts the next time.
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

    /// How many samples may be concealed.
    fn room(&self, now: Duration) -> u64 {
        (LONGEST_MADE_UP - self.lead(now)).max(0).unsigned_abs()
    }

    fn give(&mut self, heard: f32, played: f32) {
        self.given += 1;
        self.settle();
        if self.owed > 0 || self.ready.len() >= CAPACITY {
            // Nobody reads; silence will replace it.
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

    /// The same as this many calls of [`give`](Self::give), but nothing is lost.
    fn give_silence(&mut self, samples: u64) {
        self.given += samples;
        self.owed += samples;
        self.settle();
        let quiet = samples.min(FADE as u64) as usize;
        let surplus = (self.tail.len() + quiet).saturating_sub(FADE);
        self.tail.drain(..surplus);
        self.tail.extend(std::iter::repeat_n(0.0, quiet));
    }

    /// Moves as much of the outstanding silence as there is room for to the reader's queue.
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
