//! What is kept of the turns of a program: counts without words, and the log to review if the user
//! asked for it.

use jiff::Zoned;

use crate::config::Config;
use crate::error::Result;
use crate::event::{Event, TurnRecord};
use crate::review::Review;
use crate::state::StateFolder;
use crate::stats::Stats;

/// Keeps records in the state folder.
pub struct Records {
    folder: StateFolder,
    stats: Stats,
    /// The log, and for how many days each entry is kept.
    review: Option<(Review, u32)>,
}

impl Records {
    /// Continues the records of earlier runs. Without the setting, an old log is deleted. What is
    /// damaged starts empty, and the second value says so.
    pub fn open(config: &Config, folder: StateFolder) -> (Self, Vec<String>) {
        let mut troubles = Vec::new();
        let mut good = |message: String| troubles.push(message);
        let stats = Stats::load(&folder).unwrap_or_else(|error| {
            good(format!("the counts of `sayso stats` start from zero: {error}"));
            Stats::default()
        });
        let review = if Review::is_wanted(config) {
            let review = Review::load(&folder).unwrap_or_else(|error| {
                good(format!("the log of `sayso review` starts empty: {error}"));
                Review::default()
            });
            Some((review, config.privacy.review_days))
        } else {
            if let Err(error) = Review::erase(&folder) {
                good(format!("the log of `sayso review` cannot be deleted: {error}"));
            }
            None
        };
        (Self { folder, stats, review }, troubles)
    }

    /// Records an event at a board, if it is the end of a turn.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) when the records cannot be saved.
    pub fn take(&mut self, board: &str, event: &Event, now: &Zoned) -> Result<()> {
        match event {
            Event::Turn(record) => self.turn(board, record, now),
            _ => Ok(()),
        }
    }

    fn turn(&mut self, board: &str, record: &TurnRecord, now: &Zoned) -> Result<()> {
        let before = self.stats.clone();
        self.stats.count(now.date(), record);
        if self.stats != before {
            self.stats.save(&self.folder)?;
        }
        if let Some((review, days)) = &mut self.review {
            let added = review.add(now.timestamp(), board, record);
            if review.prune(now.timestamp(), *days) || added {
                review.save(&self.folder)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Ending;

    #[test]
    fn words_are_kept_only_if_the_user_asked_for_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = || StateFolder::new(folder.path());
        let now = jiff::civil::date(2026, 11, 30).at(9, 0, 0, 0).in_tz("UTC").expect("a time");
        let said = TurnRecord {
            transcript: "Wilhelmina".into(),
            confidence: Some(0.5),
            ending: Ending::Complete,
            ..TurnRecord::default()
        };
        let said = Event::Turn(Box::new(said));
        let texts = || -> String {
            let files = std::fs::read_dir(folder.path()).expect("a folder").flatten();
            files.map(|file| std::fs::read_to_string(file.path()).expect("UTF-8")).collect()
        };
        let run = |config: &Config| {
            let (mut records, troubles) = Records::open(config, state());
            assert_eq!(troubles, Vec::<String>::new());
            records.take("kitchen", &said, &now).expect("saved");
            texts()
        };
        let mut config = Config::default();
        assert!(!run(&config).contains("Wilhelmina"));
        config.privacy.review_days = 7;
        assert!(run(&config).contains("Wilhelmina"));
        config.privacy.review_days = 0;
        assert!(!run(&config).contains("Wilhelmina"), "switched off, it is deleted");
        assert_eq!(Stats::load(&state()).expect("counts").of(now.date(), 1).utterances, 3);
    }

    #[test]
    fn damaged_records_start_empty() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("stats.json"), "{").expect("a file");
        std::fs::write(folder.path().join("review.json"), "{").expect("a file");
        let mut config = Config::default();
        config.privacy.review_days = 7;
        let (_, troubles) = Records::open(&config, StateFolder::new(folder.path()));
        assert_eq!(troubles.len(), 2, "{troubles:?}");
        assert!(troubles[0].contains("sayso stats") && troubles[1].contains("sayso review"));
    }
}
