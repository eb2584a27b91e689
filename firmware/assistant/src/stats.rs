//! Counts of what happened in conversations, without a word of what was said.
//!
//! They show whether Sayso understands its users: how sure the recogniser is, and how often it has
//! to ask back or is corrected. They are kept per day, for [`DAYS`] days.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::event::{Ending, Origin, Step, TurnRecord};
use crate::state::StateFolder;

/// The entry in the state folder.
const ENTRY: &str = "stats";

/// How many days are kept.
pub const DAYS: i32 = 90;

/// By how much the mean confidence is below 1 when no word is wrong, and the word error rate for
/// each unit by which it is lower still. By least squares over kinds of recordings, from clean to
/// noisy: `tests/examples/confidence.rs`, BENCHMARKS.md.
const HARMLESS_DOUBT: f64 = 0.13;
const ERRORS_PER_DOUBT: f64 = 2.4;

/// The fewest words for an estimate.
const ENOUGH: u64 = 50;

/// Counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Spoken turns in which words were understood.
    pub utterances: u64,
    /// Sounds that were taken for speech, but had no words in them.
    pub rejected: u64,
    /// Words in all utterances.
    pub words: u64,
    /// The confidence of all these words, 0 to 1 each, added up.
    pub confidence: f64,
    /// Turns that a skill answered. The others were for the language model or about the program.
    pub skills: u64,
    /// Replies that ask back: for what is missing, or which of several.
    pub asked: u64,
    /// Replies that ask before something is done.
    pub confirmations: u64,
    /// Such questions that were answered with yes.
    pub confirmed: u64,
    /// Turns in which the user corrected what was understood.
    pub repaired: u64,
    /// Replies that were interrupted.
    pub interrupted: u64,
    /// Turns that "stop" ended.
    pub stopped: u64,
}

impl Counts {
    /// The mean confidence of a word, 0 to 1; `None` without words.
    pub fn mean_confidence(&self) -> Option<f64> {
        (self.words > 0).then(|| self.confidence / self.words as f64)
    }

    /// An estimate of the word error rate, 0 to 1, from the confidence; `None` for too few words.
    pub fn word_error_rate(&self) -> Option<f64> {
        let mean = self.mean_confidence().filter(|_| self.words >= ENOUGH)?;
        Some((ERRORS_PER_DOUBT * (1.0 - mean - HARMLESS_DOUBT)).clamp(0.0, 1.0))
    }

    /// Counts a turn.
    pub fn count(&mut self, record: &TurnRecord) {
        if record.rejected {
            self.rejected += 1;
        }
        let answered = match record.ending {
            Ending::Dropped => false,
            Ending::Stopped => {
                self.stopped += 1;
                false
            }
            Ending::Interrupted => {
                self.interrupted += 1;
                true
            }
            Ending::Complete => true,
        };
        if record.origin == Origin::Announcement || !answered {
            return;
        }
        if let (Origin::Speech, Some(confidence)) = (record.origin, record.confidence) {
            let words = record.transcript.split_whitespace().count() as u64;
            self.utterances += 1;
            self.words += words;
            self.confidence += f64::from(confidence) * words as f64;
        }
        if !record.skill.is_empty() {
            self.skills += 1;
        }
        match record.step {
            Step::Plain => {}
            Step::Asks => self.asked += 1,
            Step::AsksToConfirm => self.confirmations += 1,
            Step::Confirmed => self.confirmed += 1,
            Step::Repaired => self.repaired += 1,
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        // Every field is named, so that none is forgotten.
        let Self {
            utterances,
            rejected,
            words,
            confidence,
            skills,
            asked,
            confirmations,
            confirmed,
            repaired,
            interrupted,
            stopped,
        } = other;
        self.utterances += utterances;
        self.rejected += rejected;
        self.words += words;
        self.confidence += confidence;
        self.skills += skills;
        self.asked += asked;
        self.confirmations += confirmations;
        self.confirmed += confirmed;
        self.repaired += repaired;
        self.interrupted += interrupted;
        self.stopped += stopped;
    }
}

/// The counts of the last [`DAYS`] days.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stats {
    days: BTreeMap<Date, Counts>,
}

impl Stats {
    /// Those of earlier runs.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) when they cannot be read or are damaged.
    pub fn load(folder: &StateFolder) -> Result<Self> {
        Ok(folder.load(ENTRY)?.unwrap_or_default())
    }

    /// Saves them.
    ///
    /// # Errors
    /// As [`StateFolder::save`].
    pub fn save(&self, folder: &StateFolder) -> Result<()> {
        folder.save(ENTRY, self)
    }

    /// Counts a turn that ended on that day.
    pub fn count(&mut self, today: Date, record: &TurnRecord) {
        self.days.entry(today).or_default().count(record);
        let oldest = today.saturating_sub(Span::new().days(DAYS - 1));
        self.days.retain(|day, _| *day >= oldest);
    }

    /// The counts of so many days, of which `today` is the last.
    pub fn of(&self, today: Date, days: i32) -> Counts {
        let first = today.saturating_sub(Span::new().days(days.clamp(1, DAYS) - 1));
        let mut all = Counts::default();
        self.days.range(first..=today).for_each(|(_, counts)| all += *counts);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = jiff::civil::date(2026, 11, 30);

    fn spoken(text: &str, confidence: f32) -> TurnRecord {
        TurnRecord {
            transcript: text.into(),
            confidence: Some(confidence),
            ending: Ending::Complete,
            ..TurnRecord::default()
        }
    }

    #[test]
    fn every_kind_of_turn_has_its_count() {
        let mut counts = Counts::default();
        counts.count(&spoken("What time is it?", 0.75));
        counts.count(&TurnRecord { skill: "timers", step: Step::Asks, ..spoken("A timer", 0.5) });
        counts.count(&TurnRecord { step: Step::AsksToConfirm, ..spoken("Unlock it", 1.0) });
        counts.count(&TurnRecord { step: Step::Confirmed, ..spoken("Yes", 1.0) });
        counts.count(&TurnRecord {
            step: Step::Repaired,
            ending: Ending::Interrupted,
            ..spoken("No, the kitchen", 1.0)
        });
        counts.count(&TurnRecord { ending: Ending::Stopped, ..spoken("Stop", 0.9) });
        // A guess that was dropped, a cough, a typed question and an announcement.
        counts.count(&TurnRecord { ending: Ending::Dropped, ..spoken("What time", 0.9) });
        let dropped = Ending::Dropped;
        counts.count(&TurnRecord { rejected: true, ending: dropped, ..TurnRecord::default() });
        counts.count(&TurnRecord { origin: Origin::Typed, confidence: None, ..spoken("Hi", 0.0) });
        counts.count(&TurnRecord { origin: Origin::Announcement, ..spoken("", 0.0) });
        let due = Counts {
            utterances: 5,
            rejected: 1,
            words: 12,
            confidence: 3.0 + 1.0 + 2.0 + 1.0 + 3.0,
            skills: 1,
            asked: 1,
            confirmations: 1,
            confirmed: 1,
            repaired: 1,
            interrupted: 1,
            stopped: 1,
        };
        assert_eq!(counts, due);
        assert!((counts.mean_confidence().expect("words") - 10.0 / 12.0).abs() < 1e-9);
        assert_eq!(counts.word_error_rate(), None, "too few words");
    }

    #[test]
    fn the_estimate_falls_with_confidence() {
        let of = |confidence| {
            let mut counts = Counts::default();
            (0..50).for_each(|_| counts.count(&spoken("What time is it?", confidence)));
            counts.word_error_rate().expect("enough words")
        };
        assert_eq!(of(1.0), 0.0);
        assert!(of(0.9) < of(0.7) && of(0.0) <= 1.0);
    }

    #[test]
    fn days_are_kept_apart_and_dropped_when_they_are_old() {
        let mut stats = Stats::default();
        let day = |ago: i32| TODAY.saturating_sub(Span::new().days(ago));
        for ago in [DAYS, DAYS - 1, 7, 6, 0, 0] {
            stats.count(day(ago), &spoken("Hello", 1.0));
        }
        let utterances = |days| stats.of(TODAY, days).utterances;
        assert_eq!([utterances(1), utterances(7), utterances(8), utterances(DAYS)], [2, 3, 4, 5]);
    }

    #[test]
    fn no_word_is_stored() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = StateFolder::new(folder.path());
        let mut stats = Stats::load(&state).expect("none yet");
        let skill = TurnRecord { reply: "Sure, Wilhelmina.".into(), ..spoken("Wilhelmina", 0.5) };
        stats.count(TODAY, &skill);
        stats.save(&state).expect("saved");
        assert_eq!(Stats::load(&state).expect("saved"), stats);
        let text = std::fs::read_to_string(folder.path().join("stats.json")).expect("a file");
        assert!(!text.contains("Wilhelmina") && text.contains("2026-11-30"), "{text}");
    }
}
