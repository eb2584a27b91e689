//! What the loudspeaker played, in step with what the microphone hears.
//!
//! Both callbacks count the same time, each on its device's clock, so for every
//! sample heard one that was played is taken. What is left over then, the stock,
//! goes up and down with the callbacks, for both come in lumps, and its lowest
//! level over a second shows how late the reference is. It is kept between
//! 2 and 20 ms: enough that a callback may be late, and less than it takes from
//! the one callback through both devices to the other, so that the echo of a
//! sample never comes before the sample.

use std::collections::VecDeque;
use std::sync::mpsc::Receiver;

use sayso_board::CAPTURE_RATE;

use crate::callback::CaptureTap;
use crate::tap::Live;

/// The stock is watched for so long, in samples, before it is judged.
const WATCH: usize = CAPTURE_RATE as usize;
/// Where the lowest stock is brought at first: 10 ms.
const WANTED: usize = CAPTURE_RATE as usize / 100;
/// Between these it is left alone: 2 and 20 ms.
const LEAST: usize = CAPTURE_RATE as usize / 500;
const MOST: usize = CAPTURE_RATE as usize / 50;
/// What is more than this above it was not drift, but a device or program that
/// stood still: 20 ms.
const HICCUP: usize = CAPTURE_RATE as usize / 50;
/// So many samples are dropped or repeated per second to make up for drift: 500
/// millionths, several times what two quartz clocks differ by. An adaptive filter
/// follows.
const DRIFT: usize = 8;
/// So many missing samples are drift, and are made up by repeating the last;
/// more are a hole: 1 ms.
const HOLE: usize = CAPTURE_RATE as usize / 1_000;

/// The microphone's side of the reference.
pub struct Reference {
    taps: Receiver<CaptureTap>,
    live: Option<Box<Live>>,
    /// The stock.
    ready: VecDeque<f32>,
    fresh: Vec<f32>,
    last: Vec<f32>,
    /// The lowest stock of this watch, once it was seen.
    lowest: Option<usize>,
    watched: usize,
    /// Whether the device was watched for once: before, nothing can be known.
    settled: bool,
    shifted: u64,
}

impl Reference {
    pub fn new(taps: Receiver<CaptureTap>) -> Self {
        Self {
            taps,
            live: None,
            ready: VecDeque::new(),
            fresh: Vec::new(),
            last: Vec::new(),
            lowest: None,
            watched: 0,
            settled: false,
            shifted: 0,
        }
    }

    /// What was played beside the samples that were heard last.
    pub fn last(&self) -> &[f32] {
        &self.last
    }

    /// Samples dropped, lost or made up so far.
    pub fn shifted(&self) -> u64 {
        self.shifted + self.live.as_ref().map_or(0, |live| live.dropped())
    }

    /// `heard` more samples were heard. `caught_up` says that there were no more
    /// to read: otherwise the stock says nothing.
    pub fn follow(&mut self, heard: usize, caught_up: bool) {
        self.gather();
        self.last.clear();
        let n = heard.min(self.ready.len());
        self.last.extend(self.ready.drain(..n));
        let missing = heard - n;
        let repeated = if missing <= HOLE { self.last.last().copied() } else { None };
        self.last.resize(heard, repeated.unwrap_or_default());
        if self.live.is_none() {
            return;
        }
        if self.settled {
            self.shifted += missing as u64;
        }
        if caught_up {
            let stock = self.ready.len();
            self.lowest = Some(self.lowest.map_or(stock, |lowest| lowest.min(stock)));
        }
        self.watched += heard;
        if self.watched >= WATCH {
            self.judge();
        }
    }

    /// Brings the stock back between its bounds.
    fn judge(&mut self) {
        let Some(lowest) = self.lowest.take() else { return };
        self.watched = 0;
        let at_once = !std::mem::replace(&mut self.settled, true) || lowest > MOST + HICCUP;
        let (too_few, too_many) = if at_once {
            (WANTED.saturating_sub(lowest), lowest.saturating_sub(WANTED))
        } else {
            (LEAST.saturating_sub(lowest).min(DRIFT), lowest.saturating_sub(MOST).min(DRIFT))
        };
        self.ready.drain(..too_many.min(self.ready.len()));
        let last = self.last.last().copied().unwrap_or_default();
        for _ in 0..too_few {
            self.ready.push_front(last);
        }
        self.shifted += (too_few + too_many) as u64;
    }

    /// Takes all that was played so far into the stock.
    fn gather(&mut self) {
        if let Ok(tap) = self.taps.try_recv() {
            self.part();
            // A rate that cannot be resampled leaves silence.
            self.live = Live::new(tap).ok().map(Box::new);
        }
        let Some(live) = &mut self.live else { return };
        // Asked before the ring is: what comes before it is gone is there.
        let gone = live.tap.gone.get().is_some();
        self.fresh.clear();
        while live.next(&mut self.fresh) {}
        self.ready.extend(&self.fresh);
        if gone {
            self.part();
        }
    }

    /// The device is gone: what it has not played by now is not heard.
    fn part(&mut self) {
        self.shifted += self.live.take().map_or(0, |live| live.dropped());
        self.ready.clear();
        (self.lowest, self.watched, self.settled) = (None, 0, false);
    }
}

#[cfg(test)]
#[path = "reference_tests.rs"]
mod tests;
