//! Listens for a phrase.

use std::sync::Arc;

use crate::acoustic::Acoustic;
use crate::mel::{BANDS, HOP, WINDOW};
use crate::phrase::Phrase;
use crate::score::{Heard, PAUSE};

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
    /// When it ended, to about 100 ms. What follows may be a request.
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
        let step = if promising { QUICK_STEP } else { STEP };
        self.due = now + (step * FRAME) as u64;
        let likely = |phrase: &Phrase, score: f32| score > phrase.threshold - DOUBT;
        let mut rated = self.phrases.iter().zip(&fits);
        if !rated.any(|(phrase, fit)| likely(phrase, fit.whole.score)) {
            return None;
        }
        let later = self.hear(LATER, first);
        let from = self.over_before(first + LATER as u64);
        let rated = self.phrases.iter().zip(fits).enumerate();
        let likely = rated.filter(|(_, (phrase, fit))| likely(phrase, fit.whole.score));
        let surer = likely.map(|(number, (phrase, fit))| {
            let score = fit.whole.score.midpoint(phrase.fit(&later, from).whole.score);
            (number, score, score - phrase.threshold, fit.whole)
        });
        let said = surer.filter(|(_, _, surplus, _)| *surplus > 0.0);
        let (phrase, score, _, place) = said.max_by(|a, b| a.2.total_cmp(&b.2))?;
        let time = |frame: usize| (first + 2 * frame as u64) * HOP as u64;
        self.over = first + 2 * place.end as u64 + 1;
        let (start, end) = (time(place.start), time(place.end + TAIL).min(now));
        Some(Detection { phrase, at: now, start, end, score })
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
