//! Decides where an utterance that goes on can be cut, so that its beginning can be transcribed
//! while the rest is being spoken.

use sayso_core::audio::{SampleTime, Samples};
use sayso_models::Cancel;

/// The shortest piece, because each costs the recogniser its fixed margin.
const LEAST: usize = frames(4_000);
/// A piece of this length is cut even without a pause.
const MOST: usize = frames(8_000);
/// The newest sound is ignored: what looks like a pause may be a consonant.
const GUARD: usize = frames(384);
/// Half of a pause, in frames: the cut is in its middle.
const AROUND: usize = 1;
/// Mean speech probability (0…1) of a pause.
const PAUSE: f32 = 0.2;

const fn frames(ms: u64) -> usize {
    (Samples::from_ms(ms).0 / Samples::FRAME.0) as usize
}

/// The part of the present utterance that was given to the transcriber.
#[derive(Default)]
pub struct PartialTranscript {
    /// Its first sample, which identifies it.
    utterance: Option<SampleTime>,
    /// Up to where it was given to the transcriber.
    until: SampleTime,
    /// The probability of speech in each frame since.
    speech: Vec<f32>,
    cancel: Cancel,
}

impl PartialTranscript {
    /// Whether it belongs to the utterance that begins there.
    pub fn is_of(&self, utterance: SampleTime) -> bool {
        self.utterance == Some(utterance)
    }

    /// Up to where the utterance was given to the transcriber.
    pub fn until(&self) -> SampleTime {
        self.until
    }

    /// Stops the transcriber's work on it.
    pub fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }

    /// There is no utterance any more.
    pub fn forget(&mut self) {
        if self.utterance.is_some() {
            self.cancel.cancel();
            *self = Self::default();
        }
    }

    /// A frame of `utterance` was heard, which ended at `now`. Returns the start and end of what
    /// can be given to the transcriber, if anything.
    pub fn heard(
        &mut self,
        utterance: SampleTime,
        now: SampleTime,
        probability: f32,
    ) -> Option<(SampleTime, SampleTime)> {
        if self.is_of(utterance) {
            self.speech.push(probability);
        } else {
            self.forget();
            // The sound from before it was noticed is assumed to be speech.
            let missed = usize::try_from((now - utterance).0 / Samples::FRAME.0).unwrap_or(0);
            let (utterance, until, speech) = (Some(utterance), utterance, vec![1.0; missed]);
            *self = Self { utterance, until, speech, ..Self::default() };
        }
        self.speech.drain(..cut(&self.speech)?);
        let from = self.until;
        self.until = now - Samples(self.speech.len() as u64 * Samples::FRAME.0);
        Some((from, self.until))
    }
}

/// The frame before which to cut, from the speech probability of each frame since the last cut;
/// `None` while there is no good place.
fn cut(speech: &[f32]) -> Option<usize> {
    if speech.len() < LEAST {
        return None;
    }
    let (older, newest) = speech.split_at(speech.len() - GUARD);
    // This may be the end of the utterance, which must not be transcribed twice.
    if newest.iter().all(|&probability| probability < PAUSE) {
        return None;
    }
    let from = LEAST / 2;
    let window = older.get(from..)?.windows(2 * AROUND + 1);
    let (at, quiet) = window
        .map(|frames| frames.iter().sum::<f32>() / frames.len() as f32)
        .enumerate()
        // Of equal places, the latest leaves the least to do at the end.
        .min_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
    (quiet < PAUSE || speech.len() >= MOST).then_some(from + at + AROUND)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(parts: &[(f32, u64)]) -> Vec<f32> {
        parts.iter().flat_map(|&(p, ms)| std::iter::repeat_n(p, frames(ms))).collect()
    }

    #[test]
    fn it_is_cut_in_the_last_pause() {
        let speech = track(&[(0.9, 2_400), (0.02, 320), (0.9, 700), (0.02, 320), (0.9, 900)]);
        let at = cut(&speech).expect("a cut");
        let pause = frames(2_400) + frames(320) + frames(700);
        assert!((pause + 1..pause + frames(320)).contains(&at), "{at}");
    }

    #[test]
    fn short_or_unbroken_speech_is_not_cut_for_a_while() {
        assert_eq!(cut(&[]), None);
        assert_eq!(cut(&track(&[(0.9, 2_000), (0.01, 500), (0.9, 1_000)])), None);
        assert_eq!(cut(&track(&[(0.9, 7_000)])), None);
        // A quiet that has just begun may not be a pause,
        assert_eq!(cut(&track(&[(0.9, 5_000), (0.01, 300)])), None);
        // and one that lasts is the end.
        assert_eq!(cut(&track(&[(0.9, 5_000), (0.01, 9_000)])), None);
    }

    #[test]
    fn unbroken_speech_is_cut_where_it_is_least_certain() {
        let speech = track(&[(0.95, 5_000), (0.6, 96), (0.95, 3_200)]);
        let at = cut(&speech).expect("a cut");
        assert_eq!(at, frames(5_000) + 1);
    }
}
