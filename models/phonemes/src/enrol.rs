//! Makes a phrase surer by a few recordings of it.

use crate::acoustic::Acoustic;
use crate::phrase::{FEWEST, MOST, Phrase};
use crate::score::Heard;
use crate::{Error, Result};

/// How well a typed pronunciation has to fit a recording, so that the phrase is thought to be in
/// it at all.
const RELATED: f32 = -3.0;

/// How well a recording has to fit so that what the net heard in it is no further pronunciation.
const CLEAR: f32 = -0.4;

/// How far below the worst recording the threshold is.
const MARGIN: f32 = 0.25;
/// By how much recordings change the threshold at most: they make it stricter, or a little less
/// strict.
const STRICTER: f32 = 0.5;
const LAXER: f32 = 0.1;

impl Phrase {
    /// Makes the phrase surer by recordings at 16 kHz, in each of which it is said once: what
    /// the net hears in them becomes further pronunciations, and how well they fit sets the
    /// threshold. Three recordings or more are good, by those who will say it.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the phrase is not heard in one of the recordings. The
    /// message says in which one; the phrase is then unchanged.
    pub fn enrol(&self, net: &Acoustic, recordings: &[&[f32]]) -> Result<Self> {
        let mut phrase = self.clone();
        let mut heard = Vec::new();
        for (number, recording) in (1..).zip(recordings) {
            let recording = Heard::new(&net.hear_recording(recording), true);
            let (score, start, end) = phrase.best(&recording);
            if score < RELATED {
                return Err(Error::input(format!(
                    "{:?} is not heard in recording {number}",
                    phrase.text()
                )));
            }
            let said = recording.said(start, end);
            let near = said.len() >= FEWEST && said.len().abs_diff(phrase.sounds()) <= 2;
            let known = phrase.pronunciations.contains(&said);
            if score < CLEAR && near && !known && phrase.pronunciations.len() < MOST {
                phrase.pronunciations.push(said);
            }
            heard.push(recording);
        }
        let scores = heard.iter().map(|recording| phrase.best(recording).0);
        let worst = scores.fold(0.0, f32::min);
        if !heard.is_empty() {
            let (strictest, laxest) = (self.threshold + STRICTER, self.threshold - LAXER);
            phrase.threshold = (worst - MARGIN).clamp(laxest, strictest).min(0.0);
        }
        Ok(phrase)
    }

    /// The best score of all pronunciations, and the frames from the first phoneme to the last.
    fn best(&self, heard: &Heard) -> (f32, usize, usize) {
        let fits = self.pronunciations.iter().map(|p| heard.fit(p, 0).whole);
        let best = fits.max_by(|a, b| a.score.total_cmp(&b.score));
        best.map_or((f32::NEG_INFINITY, 0, 0), |best| (best.score, best.start, best.end))
    }
}
