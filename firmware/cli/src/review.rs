//! `sayso review`: the log of what was understood, if the user asked for one.

use clap::Args;
use jiff::tz::TimeZone;
use sayso::Result;
use sayso::internals::review::{Entry, Review};
use sayso::internals::state::StateFolder;

use super::{GlobalOptions, term};

const EXAMPLES: &str = "\
Examples:
  sayso review                what was understood, the least sure last
  sayso review --json         one JSON object per utterance, in order of time
  sayso review --erase        delete it all

Nothing is kept unless sayso.toml says for how many days:
  [privacy]
  review_days = 7";

/// Review what was understood, if you had it kept (privacy.review_days).
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct ReviewCommand {
    /// One JSON object per utterance, in order of time
    #[arg(long)]
    json: bool,
    /// Delete everything that was kept
    #[arg(long, conflicts_with = "json")]
    erase: bool,
}

impl ReviewCommand {
    pub fn run(&self, shared: &GlobalOptions) -> Result<()> {
        let config = shared.settings()?;
        let folder = StateFolder::of(&config);
        if self.erase {
            term::note(match Review::erase(&folder)? {
                true => "everything that was kept is deleted",
                false => "nothing was kept",
            });
            return Ok(());
        }
        let mut review = Review::load(&folder)?;
        review.prune(jiff::Timestamp::now(), config.privacy.review_days);
        if self.json {
            for entry in review.entries() {
                println!("{}", term::json(&serde_json::json!(entry)));
            }
            return Ok(());
        }
        if review.entries().is_empty() {
            term::note(match Review::is_wanted(&config) {
                true => "nothing was said yet",
                false => {
                    "nothing is kept: set privacy.review_days in sayso.toml if you want to review \
                     what is understood"
                }
            });
            return Ok(());
        }
        let mut entries: Vec<&Entry> = review.entries().iter().collect();
        let sure = |entry: &&Entry| entry.confidence.unwrap_or(1.0);
        entries.sort_by(|a, b| sure(b).total_cmp(&sure(a)));
        for entry in entries {
            let time = entry.at.to_zoned(TimeZone::system()).strftime("%a %d %b %H:%M").to_string();
            let sure = entry.confidence.map_or_else(String::new, |c| format!("{:.0} %", 100.0 * c));
            let by = Some(entry.skill.as_str()).filter(|skill| !skill.is_empty());
            let by = by.map_or_else(String::new, |skill| format!(" ({skill})"));
            println!("{time} {:<10} {sure:>5}  {}", entry.board, term::bold(&entry.transcript));
            println!("{}", term::dim(format!("{:>36}{}{by}", "", entry.heard)));
        }
        Ok(())
    }
}
