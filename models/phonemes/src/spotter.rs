//! Listens for a phrase.

use std::sync::Arc;

use crate::acoustic::Acoustic;
use crate::mel::{BANDS, HOP, WINDOW};
use crate::phrase::Phrase;
use crate::score::{Fit, Heard, PAUSE};

/// Samples per second of what is listened to.
pub const SAMPLE_RATE: u32 = 16_000;

/// Half a window: the first column is centred on the first sample.
const LEAD: usize = WINDOW / 2;

/// Samples in a frame of the net's output: 20 ms.
const FRAME: usize = 2 * HOP;

/// How many frames are looked at again and again while somebody speaks: 2.4 s.
const LOOK: usize = 120;
/// How often, in frames: each 480 ms, or each 160 ms while a phrase may have begun.
const STEP: usize = 24;
const QUICK_STEP: usize = 8;

/// For how many frames listening goes on after speech: what ends a phrase is heard by then.
const AFTER_SPEECH: usize = 2 * PAUSE + STEP;

/// By how much the score of a beginning may miss the threshold.
const SLACK: f32 = 0.2;

/// What is about as good as the threshold is heard a second time, from this many columns later on:
/// the frames are then between those of the first time, and what only seemed to be the phrase
/// mostly fits worse. The mean of both scores counts.
const LATER: usize = 15;
/// By how much the first score may miss the threshold.
const DOUBT: f32 = 0.15;

/// That a phrase was said. Times are counted in samples from the first one that was pushed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// When it was certain: all samples up to here were heard.
    pub at: u64,
    /// When the phrase began.
    pub start: u64,
    /// When it ended. What follows may be a request.
    pub end: u64,
    /// How well it fitted: 0 is perfect, and the phrase's [threshold](Phrase::threshold) is the
    /// worst that counts.
    pub score: f32,
}

/// Listens for one phrase. It holds 2.4 s of sound, and nothing of it leaves but a detection.
pub struct Spotter {
    net: Arc<Acoustic>,
    phrase: Phrase,
    /// The last samples; the first of them has this number, counted with [`LEAD`] zeros before
    /// the first one that was pushed.
    samples: Vec<f32>,
    samples_from: u64,
    /// Features that are computed; the first column has this number.
    columns: Vec<f32>,
    columns_from: u64,
    /// When listening is due, and until when it goes on.
    due: u64,
    until: u64,
    /// What begins before this column is over.
    over: u64,
}

impl Spotter {
    /// Listens for `phrase` after silence.
    pub fn new(net: Arc<Acoustic>, phrase: Phrase) -> Self {
        Self {
            net,
            phrase,
            samples: vec![0.0; LEAD],
            samples_from: 0,
            columns: Vec::new(),
            columns_from: 0,
            due: 0,
            until: 0,
            over: 0,
        }
    }

    /// The phrase that is listened for.
    pub fn phrase(&self) -> &Phrase {
        &self.phrase
    }

    /// Takes the next samples, at 16 kHz, and says whether the phrase was said. Blocks should be
    /// shorter than 160 ms: there is one detection a block at most.
    ///
    /// `speech` says whether a voice activity detector hears speech in the block. The net runs only
    /// then and for a little while after, over what was pushed before too: it does not matter if
    /// the detector is late by a second.
    pub fn push(&mut self, samples: &[f32], speech: bool) -> Option<Detection> {
        self.samples.extend(samples);
        let now = self.now();
        if speech {
            self.until = now + AFTER_SPEECH as u64 * FRAME as u64;
        }
        let detection = (now >= self.due && now <= self.until).then(|| self.look(now)).flatten();
        // As many as the net looks at, and those that a window needs beyond.
        let kept = LOOK * FRAME + WINDOW + 2 * HOP;
        if self.samples.len() > 2 * kept {
            let surplus = self.samples.len() - kept;
            self.samples.drain(..surplus);
            self.samples_from += surplus as u64;
        }
        detection
    }

    /// Forgets all that was heard.
    pub fn reset(&mut self) {
        *self = Self::new(Arc::clone(&self.net), self.phrase.clone());
    }

    /// How many samples were pushed.
    fn now(&self) -> u64 {
        self.samples_from + (self.samples.len() as u64).saturating_sub(LEAD as u64)
    }

    fn look(&mut self, now: u64) -> Option<Detection> {
        let first = self.compute(now);
        let fit = self.fit(first);
        let promising = fit.begun > self.phrase.threshold - SLACK;
        let step = if promising { QUICK_STEP } else { STEP };
        self.due = now + (step * FRAME) as u64;
        if fit.whole.score <= self.phrase.threshold - DOUBT {
            return None;
        }
        let score = fit.whole.score.midpoint(self.fit_later(first).whole.score);
        if score <= self.phrase.threshold {
            return None;
        }
        let time = |frame: usize| (first + 2 * frame as u64) * HOP as u64;
        self.over = first + 2 * fit.whole.end as u64 + 1;
        Some(Detection { at: now, start: time(fit.whole.start), end: time(fit.whole.end), score })
    }

    /// Computes the features that are missing, and returns the number of the first column.
    fn compute(&mut self, now: u64) -> u64 {
        let computed = self.columns_from + (self.columns.len() / BANDS) as u64;
        // Each column needs half a window beyond its centre.
        let last = now.saturating_sub(LEAD as u64) / HOP as u64;
        // Even, so that frames are where they were the last time.
        let first = last.saturating_sub(2 * LOOK as u64).next_multiple_of(2);
        let surplus = first.saturating_sub(self.columns_from) as usize * BANDS;
        self.columns.drain(..surplus.min(self.columns.len()));
        self.columns_from = self.columns_from.max(first);
        let from = computed.max(first) * HOP as u64;
        let from = from.saturating_sub(self.samples_from) as usize;
        self.net.mel.append(self.samples.get(from..).unwrap_or_default(), &mut self.columns);
        first
    }

    /// Compares what is heard from the column `first` on with all pronunciations.
    fn fit(&self, first: u64) -> Fit {
        self.fit_columns(&self.columns, first, first == 0)
    }

    /// The same, without the first columns.
    fn fit_later(&self, first: u64) -> Fit {
        let columns = self.columns.get(LATER * BANDS..).unwrap_or_default();
        self.fit_columns(columns, first + LATER as u64, first == 0)
    }

    fn fit_columns(&self, columns: &[f32], first: u64, silent: bool) -> Fit {
        let heard = Heard::new(&self.net.hear(columns), silent);
        let from = (self.over.saturating_sub(first) as usize).div_ceil(2);
        let fits = self.phrase.pronunciations.iter().map(|p| heard.fit(p, from));
        fits.fold(Fit::NONE, Fit::or)
    }
}
