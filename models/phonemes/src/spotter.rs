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

/// How many frames the last phoneme of a phrase goes on after the net has heard it: 80 ms. In 70
/// recordings of three phrases, the sound fell by 20 dB 40 to 150 ms after that, mostly.
const TAIL: usize = 4;

/// For how many frames what follows a phrase is heard before the phrase counts. Most of a phrase may
/// fit well enough before it is over; then its end would be too early.
const AFTER_PHRASE: usize = PAUSE;

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
    /// Which of the spotter's [phrases](Spotter::phrases).
    pub phrase: usize,
    /// When it was certain: all samples up to here were heard.
    pub at: u64,
    /// When the phrase began.
    pub start: u64,
    /// When it ended, mostly to 100 ms. What follows may be a request.
    pub end: u64,
    /// How well it fitted: 0 is perfect, and the phrase's [threshold](Phrase::threshold) is the
    /// worst that counts.
    pub score: f32,
}

/// Listens for phrases. It holds 2.4 s of sound, and nothing of it leaves but a detection. The net
/// runs once for all phrases.
pub struct Spotter {
    net: Arc<Acoustic>,
    phrases: Vec<Phrase>,
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
    /// What may still go on.
    found: Option<Found>,
}

/// A phrase that was found, with times in columns.
#[derive(Clone, Copy)]
struct Found {
    phrase: usize,
    start: u64,
    end: u64,
    score: f32,
    /// By how much the score exceeds the threshold.
    surplus: f32,
}

impl Spotter {
    /// Listens for `phrases` after silence.
    pub fn new(net: Arc<Acoustic>, phrases: Vec<Phrase>) -> Self {
        Self {
            net,
            phrases,
            samples: vec![0.0; LEAD],
            samples_from: 0,
            columns: Vec::new(),
            columns_from: 0,
            due: 0,
            until: 0,
            over: 0,
            found: None,
        }
    }

    /// The phrases that are listened for.
    pub fn phrases(&self) -> &[Phrase] {
        &self.phrases
    }

    /// Takes the next samples, at 16 kHz, and says whether a phrase was said: of several, the one
    /// that exceeds its threshold most. Blocks should be shorter than 160 ms: there is one
    /// detection a block at most.
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
        let listens = now <= self.until || self.found.is_some();
        let detection = (now >= self.due && listens).then(|| self.look(now)).flatten();
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
        *self = Self::new(Arc::clone(&self.net), std::mem::take(&mut self.phrases));
    }

    /// How many samples were pushed.
    fn now(&self) -> u64 {
        self.samples_from + (self.samples.len() as u64).saturating_sub(LEAD as u64)
    }

    fn look(&mut self, now: u64) -> Option<Detection> {
        let first = self.compute(now);
        let heard = self.hear(0, first);
        let from = self.over_before(first);
        let fits: Vec<_> = self.phrases.iter().map(|phrase| phrase.fit(&heard, from)).collect();
        let mut rated = self.phrases.iter().zip(&fits);
        let promising = rated.any(|(phrase, fit)| fit.begun > phrase.threshold - SLACK);
        let candidates = self.found.into_iter().chain(self.surest(first, &fits));
        self.found = candidates.max_by(|a, b| a.surplus.total_cmp(&b.surplus));
        let quick = promising || self.found.is_some();
        self.due = now + (if quick { QUICK_STEP } else { STEP } * FRAME) as u64;
        let over = |found: &mut Found| now >= (found.end + 2 * AFTER_PHRASE as u64) * HOP as u64;
        let Found { phrase, start, end, score, .. } = self.found.take_if(over)?;
        self.over = end + 1;
        let end = ((end + 2 * TAIL as u64) * HOP as u64).min(now);
        Some(Detection { phrase, at: now, start: start * HOP as u64, end, score })
    }

    /// The phrase that exceeds its threshold most, if one does, given how all fit what is heard from
    /// the column `first` on.
    fn surest(&self, first: u64, fits: &[Fit]) -> Option<Found> {
        let rated = self.phrases.iter().zip(fits).enumerate();
        let mut likely = rated
            .filter(|(_, (phrase, fit))| fit.whole.score > phrase.threshold - DOUBT)
            .peekable();
        likely.peek()?;
        let later = self.hear(LATER, first);
        let from = self.over_before(first + LATER as u64);
        let surer = likely.map(|(number, (phrase, fit))| {
            let score = fit.whole.score.midpoint(phrase.fit(&later, from).whole.score);
            let [start, end] = [fit.whole.start, fit.whole.end].map(|t| first + 2 * t as u64);
            Found { phrase: number, start, end, score, surplus: score - phrase.threshold }
        });
        let said = surer.filter(|found| found.surplus > 0.0);
        said.max_by(|a, b| a.surplus.total_cmp(&b.surplus))
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

    /// What is heard from the column `first` on, without the first `skipped` columns.
    fn hear(&self, skipped: usize, first: u64) -> Heard {
        let columns = self.columns.get(skipped * BANDS..).unwrap_or_default();
        Heard::new(&self.net.hear(columns), first == 0)
    }

    /// The first frame that is not over, of those from the column `first` on.
    fn over_before(&self, first: u64) -> usize {
        (self.over.saturating_sub(first) as usize).div_ceil(2)
    }
}
