//! A log of utterances to review, only if the user asked for it (`privacy.review_days`).
//!
//! It shows what was understood and answered, so that the user can see what goes wrong: which names
//! belong into the vocabulary, which sentences are missing. It is in the state folder, readable by
//! its owner only, and each entry is deleted after the set number of days.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::error::Result;
use crate::event::{Ending, Origin, TurnRecord};
use crate::state::StateFolder;

/// The entry in the state folder.
const ENTRY: &str = "review";

/// The most bytes of all texts together. Older entries are deleted, so that the file stays one that
/// is quickly written.
const MOST: usize = 400_000;

/// The length of a day, for retention.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// An utterance, and the answer to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When its turn ended.
    pub at: Timestamp,
    /// The board that heard it.
    pub board: String,
    /// What was understood.
    pub transcript: String,
    /// The mean confidence of its words, 0 to 1.
    pub confidence: Option<f32>,
    /// The skill that answered; "" if it was none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub skill: String,
    /// The part of the answer that was heard.
    pub heard: String,
}

/// The log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Review(Vec<Entry>);

impl Review {
    /// Whether the settings ask for it.
    pub fn is_wanted(config: &Config) -> bool {
        config.privacy.review_days > 0
    }

    /// What was logged before.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) when it cannot be read or is damaged.
    pub fn load(folder: &StateFolder) -> Result<Self> {
        Ok(folder.load(ENTRY)?.unwrap_or_default())
    }

    /// Saves it.
    ///
    /// # Errors
    /// As [`StateFolder::save`].
    pub fn save(&self, folder: &StateFolder) -> Result<()> {
        folder.save(ENTRY, self)
    }

    /// Deletes the whole log. Returns whether there was one.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) when it cannot be deleted.
    pub fn erase(folder: &StateFolder) -> Result<bool> {
        folder.remove(ENTRY)
    }

    /// The entries, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// Adds a turn, if somebody spoke in it. Returns whether it did.
    pub fn add(&mut self, at: Timestamp, board: &str, record: &TurnRecord) -> bool {
        let spoken = record.origin == Origin::Speech && record.ending != Ending::Dropped;
        if !spoken || record.transcript.is_empty() {
            return false;
        }
        self.0.push(Entry {
            at,
            board: board.to_owned(),
            transcript: record.transcript.clone(),
            confidence: record.confidence,
            skill: record.skill.to_owned(),
            heard: record.heard.clone(),
        });
        true
    }

    /// Deletes entries that are older than so many days, and the oldest if there are too many.
    /// Returns whether any was deleted.
    pub fn prune(&mut self, now: Timestamp, days: u32) -> bool {
        let before = self.0.len();
        let oldest = now.checked_sub(DAY * i32::try_from(days).unwrap_or(i32::MAX));
        if let Ok(oldest) = oldest {
            self.0.retain(|entry| entry.at > oldest);
        }
        let mut bytes = 0;
        let fits = |entry: &&Entry| {
            bytes += entry.board.len() + entry.transcript.len() + entry.heard.len() + 200;
            bytes <= MOST
        };
        let kept = self.0.iter().rev().take_while(fits).count();
        self.0.drain(..self.0.len() - kept);
        self.0.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> TurnRecord {
        TurnRecord {
            transcript: text.into(),
            heard: "Yes.".into(),
            ending: Ending::Complete,
            ..TurnRecord::default()
        }
    }

    fn at(day: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + DAY * i32::try_from(day).expect("a day")
    }

    #[test]
    fn only_what_was_said_to_it_is_logged() {
        let mut review = Review::default();
        assert!(review.add(at(0), "kitchen", &said("Hello")));
        let dropped = TurnRecord { ending: Ending::Dropped, ..said("Hello") };
        let announced = TurnRecord { origin: Origin::Announcement, ..said("") };
        for record in [dropped, announced, said("")] {
            assert!(!review.add(at(0), "kitchen", &record));
        }
        assert_eq!(review.entries().len(), 1);
        assert_eq!(review.entries()[0].heard, "Yes.");
    }

    #[test]
    fn old_entries_go() {
        let mut review = Review::default();
        for day in 0..10 {
            review.add(at(day), "", &said("Hello"));
        }
        assert!(review.prune(at(9), 3));
        let left: Vec<_> = review.entries().iter().map(|entry| entry.at).collect();
        assert_eq!(left, [at(7), at(8), at(9)]);
        assert!(!review.prune(at(9), 3));
        assert!(review.prune(at(9), 0) && review.entries().is_empty());
    }

    #[test]
    fn it_stays_small_enough_to_be_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = StateFolder::new(folder.path());
        let mut review = Review::default();
        // Quotes take twice their length in JSON.
        let long = said(&"\"".repeat(1_000));
        for _ in 0..2_000 {
            review.add(at(1), "kitchen", &long);
        }
        review.add(at(1), "kitchen", &said("the last"));
        assert!(review.prune(at(1), 1));
        review.save(&state).expect("saved");
        let read = Review::load(&state).expect("read");
        assert!(read.entries().len() > 100);
        assert_eq!(read.entries().last().expect("some").transcript, "the last");
        assert!(Review::erase(&state).expect("erased"));
        assert!(!Review::erase(&state).expect("nothing to erase"));
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }
}
