//! How long to wait in a quiet before the user's turn is over.
//!
//! Sources of [`Evidence`] say how complete the utterance is: how it sounds (the end-of-turn
//! model) and how it reads (the transcript). People finish a thought with a falling voice, and
//! pause within one after "and", "the" or "for ten". If both sources say that the utterance is
//! complete, a short hangover suffices; if the words are unfinished, a long one is needed. After a
//! question it is shorter still, because a person who has asked something waits for an answer. The
//! model alone does not select the long hangover, because it takes many short answers ("two
//! people") for unfinished.
//!
//! Evidence says up to where it has heard. [`Known`] keeps the newest from each source and drops
//! what is about another utterance, or from before the person went on speaking.
//! [`HangoverPolicy::hangover`] is a function of what is left.

use sayso_core::audio::{SampleTime, Samples};
pub use sayso_language::Reading;

/// The finding of a source of evidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Finding {
    /// How complete it sounds (0…1), by the end-of-turn model.
    Sounds(f32),
    /// How it reads, by the transcript.
    Reads(Reading),
}

/// Something known about the end of an utterance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// The first sample of the utterance, which identifies it.
    pub utterance: SampleTime,
    /// The end of the sound that it is based on.
    pub heard_until: SampleTime,
    /// The source and its finding.
    pub finding: Finding,
}

/// What is known about the end of the present utterance.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Known {
    utterance: SampleTime,
    quiet_since: SampleTime,
    sounds: Option<f32>,
    reads: Option<Reading>,
}

impl Known {
    /// This evidence about one pause, for a policy that is tried on recordings.
    pub fn of(sounds: Option<f32>, reads: Option<Reading>) -> Self {
        Self { sounds, reads, ..Self::default() }
    }

    /// The present utterance is this one, and it has been quiet since then. Evidence about
    /// another, or from before, is stale.
    pub fn quiet(&mut self, utterance: SampleTime, since: SampleTime) {
        if (utterance, since) != (self.utterance, self.quiet_since) {
            *self = Self { utterance, quiet_since: since, ..Self::default() };
        }
    }

    /// Takes a piece of evidence. Returns whether it is new and not stale.
    pub fn take(&mut self, evidence: Evidence) -> bool {
        let fresh =
            evidence.utterance == self.utterance && evidence.heard_until >= self.quiet_since;
        if fresh {
            match evidence.finding {
                Finding::Sounds(score) => self.sounds = Some(score),
                Finding::Reads(reading) => self.reads = Some(reading),
            }
        }
        fresh
    }

    /// How complete it sounds (0…1), if that is known.
    pub fn sounds(&self) -> Option<f32> {
        self.sounds
    }

    /// Forgets everything.
    pub fn forget(&mut self) {
        (self.sounds, self.reads) = (None, None);
    }
}

/// The lengths of the hangover, and the thresholds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HangoverPolicy {
    /// If both sources say that it is complete and it is a question; never longer than `short`.
    pub question: Samples,
    /// If both sources say that it is complete.
    pub short: Samples,
    /// Before their findings arrive, or if one is missing or they disagree.
    pub normal: Samples,
    /// If the transcript reads unfinished.
    pub long: Samples,
    /// From this score (0 to 1) on, the end-of-turn model says that the utterance is complete.
    pub done: f32,
    /// The model is asked at the first frame with a speech probability below this (0 to 1).
    pub quiet: f32,
}

impl HangoverPolicy {
    /// The quiet after which the turn is over, from what is known of its end.
    pub fn hangover(&self, known: &Known) -> Samples {
        let sounds_done = known.sounds.is_some_and(|score| score >= self.done);
        match known.reads {
            Some(Reading::Unfinished) => self.long,
            Some(Reading::Complete) if sounds_done => self.short,
            Some(Reading::Question) if sounds_done => self.question.min(self.short),
            _ => self.normal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_hangover_needs_both_sources() {
        let ms = Samples::from_ms;
        let policy = HangoverPolicy {
            question: ms(1),
            short: ms(2),
            normal: ms(3),
            long: ms(4),
            done: 0.6,
            quiet: 0.3,
        };
        let of = |score, reading| policy.hangover(&Known::of(score, reading)).as_ms();
        use Reading::{Complete, Question, Unfinished};
        assert_eq!(of(Some(0.9), Some(Question)), 1);
        assert_eq!(of(Some(0.9), Some(Complete)), 2);
        assert_eq!(of(Some(0.4), Some(Complete)), 3);
        assert_eq!(of(Some(0.4), Some(Question)), 3);
        assert_eq!(of(Some(0.1), Some(Complete)), 3);
        assert_eq!(of(Some(0.9), Some(Unfinished)), 4);
        assert_eq!(of(None, Some(Complete)), 3);
        assert_eq!(of(Some(0.9), None), 3);
        assert_eq!(of(None, None), 3);
        let quicker = HangoverPolicy { question: ms(3), ..policy };
        assert_eq!(quicker.hangover(&Known::of(Some(0.9), Some(Question))).as_ms(), 2);
    }

    #[test]
    fn stale_evidence_is_dropped() {
        let ms = SampleTime::from_ms;
        let evidence = |utterance, heard_until, finding| Evidence {
            utterance: ms(utterance),
            heard_until: ms(heard_until),
            finding,
        };
        let (sounds, reads) = (Finding::Sounds(0.9), Finding::Reads(Reading::Complete));
        let mut known = Known::default();
        known.quiet(ms(1_000), ms(3_000));
        assert!(known.take(evidence(1_000, 3_000, sounds)));
        assert!(known.take(evidence(1_000, 3_064, reads)));
        assert_eq!((known.sounds, known.reads), (Some(0.9), Some(Reading::Complete)));
        // The same quiet goes on.
        known.quiet(ms(1_000), ms(3_000));
        assert_eq!(known.sounds(), Some(0.9));
        // They went on speaking, and paused again: earlier evidence does not count now.
        known.quiet(ms(1_000), ms(5_000));
        assert_eq!(known.sounds(), None);
        assert!(!known.take(evidence(1_000, 3_000, sounds)), "from before they spoke on");
        assert!(!known.take(evidence(7_000, 9_000, sounds)), "of another utterance");
        assert_eq!((known.sounds, known.reads), (None, None));
        assert!(known.take(evidence(1_000, 5_000, sounds)));
        known.forget();
        assert_eq!(known.sounds(), None);
    }
}
