//! The sound that the loudspeaker played, in step with what the microphone hears.
//!
//! Both callbacks count the same time, each by its device's clock, so one played sample is taken
//! for each sample heard. The played samples that are left over are the stock. It rises and falls
//! with the callbacks, because both deliver many samples at once. Its lowest level over a second
//! shows how late the reference is. This level is kept between 2 and 20 ms. That is enough for a
//! callback that is late. It is less than the time from the playback callback through both devices
//! to the capture callback, so the echo of a sample never comes before the sample.

use std::collections::VecDeque;
use std::sync::mpsc::Receiver;

use sayso_board::CAPTURE_RATE;

use crate::callback::CaptureTap;
use crate::tap::Live;

/// How long the stock is watched before it is judged, in samples.
const WATCH: usize = CAPTURE_RATE as usize;
/// The lowest level to which the stock is first brought: 10 ms.
const WANTED: usize = CAPTURE_RATE as usize / 100;
/// Between these levels the stock is not changed: 2 and 20 ms.
const LEAST: usize = CAPTURE_RATE as usize / 500;
const MOST: usize = CAPTURE_RATE as usize / 50;
/// If the stock is higher by more than this, the reason is not drift, but a device or program that
/// stalled: 20 ms.
const HICCUP: usize = CAPTURE_RATE as usize / 50;
/// How many samples per second are dropped or repeated to make up for drift: 500 millionths,
/// several times the difference of two quartz clocks. An adaptive filter can follow that.
const DRIFT: usize = 8;
/// Up to this many missing samples count as drift, and are replaced by repeating the last one;
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
    /// The lowest stock since the last judgement, if any was seen.
    lowest: Option<usize>,
    watched: usize,
    /// Whether the device was watched once; before that nothing is known.
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

    /// What was played during the samples that were heard last.
    pub fn last(&self) -> &[f32] {
        &self.last
    }

    /// Samples dropped, lost or made up so far.
    pub fn shifted(&self) -> u64 {
        self.shifted + self.live.as_ref().map_or(0, |live| live.dropped())
    }

    /// `heard` more samples were heard. `caught_up` says that there were no more to read; if there
    /// were, the stock shows nothing.
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

    /// Brings the stock back within its bounds.
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

    /// Adds everything that was played so far to the stock.
    fn gather(&mut self) {
        if let Ok(tap) = self.taps.try_recv() {
            self.part();
            // A rate that cannot be resampled gives silence.
            self.live = Live::new(tap).ok().map(Box::new);
        }
        let Some(live) = &mut self.live else { return };
        // Read before the ring is, so that everything pushed before the loss is in the ring.
        let gone = live.tap.gone.get().is_some();
        self.fresh.clear();
        while live.next(&mut self.fresh) {}
        self.ready.extend(&self.fresh);
        if gone {
            self.part();
        }
    }

    /// The device is lost: what it has not played by now is not heard.
    fn part(&mut self) {
        self.shifted += self.live.take().map_or(0, |live| live.dropped());
        self.ready.clear();
        (self.lowest, self.watched, self.settled) = (None, 0, false);
    }
}

#[cfg(test)]
#[path = "reference_tests.rs"]
mod tests;
