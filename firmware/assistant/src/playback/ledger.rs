//! Records which sources are in every stretch of sound that the loudspeaker holds, and how much of
//! each has been heard.

use std::collections::VecDeque;

use sayso_board::Loudspeaker;

/// A source of sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The words of a reply or an announcement.
    Voice,
    /// Short signals: see `earcon`.
    Chime,
    /// Sound that goes on for longer, such as music.
    Media,
}

impl Source {
    /// Every source, in the order of `Each`.
    pub const ALL: [Self; 3] = [Self::Voice, Self::Chime, Self::Media];
}

/// One value for each [`Source`], at its number.
pub(super) type Each<T> = [T; Source::ALL.len()];

/// How much the loudspeaker has played and holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress {
    played: u64,
    queued: u64,
}

impl Progress {
    /// The present progress of `speaker`.
    pub(super) fn of(speaker: &dyn Loudspeaker) -> Self {
        // Read in this order, sound that is played between the two readings is counted in both,
        // and so never counts as lost.
        let queued = speaker.queued() as u64;
        Self { played: speaker.played(), queued }
    }
}

/// A stretch of sound with the same sources.
#[derive(Debug)]
struct Run {
    samples: u64,
    sources: Each<bool>,
}

/// The sound that was written to the loudspeaker and, as far as is known, has not left it: runs
/// from the next sample to be played to the last one written.
#[derive(Debug)]
pub(super) struct Ledger {
    runs: VecDeque<Run>,
    /// Samples in all runs.
    samples: u64,
    /// What the loudspeaker had played before the first run.
    played: u64,
    /// What was heard of each source before that.
    heard: Each<u64>,
}

impl Ledger {
    /// For a loudspeaker that holds nothing.
    pub(super) fn new(speaker: &dyn Loudspeaker) -> Self {
        let runs = VecDeque::with_capacity(64);
        Self { runs, samples: 0, played: speaker.played(), heard: [0; 3] }
    }

    /// Samples that the loudspeaker held when the ledger was last [settled](Self::settle).
    pub(super) fn samples(&self) -> u64 {
        self.samples
    }

    /// Samples of `source` among these.
    pub(super) fn held(&self, source: Source) -> u64 {
        self.count(source, 0, self.samples)
    }

    /// How much of `source` will have been heard after these were played.
    pub(super) fn end_of(&self, source: Source) -> u64 {
        self.heard[source as usize] + self.held(source)
    }

    /// Samples of `source` that have been heard by `now`.
    pub(super) fn heard(&self, source: Source, now: Progress) -> u64 {
        let [played, _] = self.left(now);
        self.heard[source as usize] + self.count(source, 0, played)
    }

    /// Samples of `source` that are yet to be heard.
    pub(super) fn pending(&self, source: Source, now: Progress) -> u64 {
        let [played, lost] = self.left(now);
        self.count(source, played + lost, self.samples)
    }

    /// `samples` of these sources were written to the loudspeaker.
    pub(super) fn wrote(&mut self, samples: usize, sources: Each<bool>) {
        let samples = samples as u64;
        self.samples += samples;
        match self.runs.back_mut().filter(|run| run.sources == sources) {
            Some(run) => run.samples += samples,
            None if samples > 0 => self.runs.push_back(Run { samples, sources }),
            None => {}
        }
    }

    /// The loudspeaker dropped the last `dropped` samples. Returns how many of them belong to each
    /// source.
    pub(super) fn take_back(&mut self, dropped: usize) -> Each<u64> {
        let mut left = (dropped as u64).min(self.samples);
        self.samples -= left;
        let mut back = [0; 3];
        while let Some(run) = self.runs.back_mut().filter(|_| left > 0) {
            let part = run.samples.min(left);
            run.samples -= part;
            left -= part;
            add(&mut back, &run.sources, part);
            if run.samples == 0 {
                self.runs.pop_back();
            }
        }
        back
    }

    /// Removes what was played or lost by `now`. Returns how many samples of each source that
    /// were.
    pub(super) fn settle(&mut self, now: Progress) -> Each<u64> {
        let [played, lost] = self.left(now);
        let heard = self.forget(played);
        for (sum, more) in self.heard.iter_mut().zip(heard) {
            *sum += more;
        }
        self.played = self.played.max(now.played);
        let mut gone = self.forget(lost);
        for (sum, more) in gone.iter_mut().zip(heard) {
            *sum += more;
        }
        gone
    }

    /// Samples that left the loudspeaker by `now`: those played, and those lost after them.
    ///
    /// A loudspeaker loses the sound that it would have played next: with its device, or while it
    /// waits for another.
    fn left(&self, now: Progress) -> [u64; 2] {
        let played = now.played.saturating_sub(self.played).min(self.samples);
        [played, (self.samples - played).saturating_sub(now.queued)]
    }

    /// Samples of `source` between two places in the runs.
    fn count(&self, source: Source, from: u64, to: u64) -> u64 {
        let mut start = 0;
        let mut sum = 0;
        for run in &self.runs {
            let end = start + run.samples;
            if run.sources[source as usize] {
                sum += end.min(to).saturating_sub(start.max(from));
            }
            start = end;
        }
        sum
    }

    /// Removes the first `samples`. Returns how many of them belong to each source.
    fn forget(&mut self, samples: u64) -> Each<u64> {
        self.samples -= samples;
        let mut left = samples;
        let mut gone = [0; 3];
        while let Some(run) = self.runs.front_mut().filter(|_| left > 0) {
            let part = run.samples.min(left);
            run.samples -= part;
            left -= part;
            add(&mut gone, &run.sources, part);
            if run.samples == 0 {
                self.runs.pop_front();
            }
        }
        gone
    }
}

fn add(sums: &mut Each<u64>, sources: &Each<bool>, samples: u64) {
    for (sum, _) in sums.iter_mut().zip(sources).filter(|(_, within)| **within) {
        *sum += samples;
    }
}
