//! `sayso stats`: how well Sayso understands, counted without words.

use clap::Args;
use sayso::Result;
use sayso::internals::state::StateFolder;
use sayso::internals::stats::{Counts, DAYS, Stats};
use serde_json::json;

use super::{GlobalOptions, term};

const EXAMPLES: &str = "\
Examples:
  sayso stats                 the last 1, 7 and 90 days
  sayso stats --json          one JSON object per period

No words are stored for this. What was said is kept only if you set privacy.review_days: see
`sayso review --help`.";

/// How well Sayso understands: counts without words.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct StatsCommand {
    /// One JSON object per period
    #[arg(long)]
    json: bool,
}

impl StatsCommand {
    pub fn run(&self, shared: &GlobalOptions) -> Result<()> {
        let stats = Stats::load(&StateFolder::of(&shared.settings()?))?;
        let today = jiff::Zoned::now().date();
        let periods = [1, 7, DAYS].map(|days| (days, stats.of(today, days)));
        if self.json {
            for (days, counts) in periods {
                println!("{}", term::json(&object(days, &counts)));
            }
            return Ok(());
        }
        let heads = periods.map(|(days, _)| match days {
            1 => "today".to_owned(),
            days => format!("{days} days"),
        });
        line("", &heads);
        for (name, value) in ROWS {
            line(name, &periods.map(|(_, counts)| value(&counts)));
        }
        println!(
            "{}",
            term::dim("\nThe word error rate is estimated from the recogniser's confidence.")
        );
        Ok(())
    }
}

/// The value of a row, for people.
type Value = fn(&Counts) -> String;

const ROWS: [(&str, Value); 11] = [
    ("utterances understood", |counts| counts.utterances.to_string()),
    ("sounds without words", |counts| counts.rejected.to_string()),
    ("mean confidence", |counts| percent(counts.mean_confidence())),
    ("estimated word errors", |counts| percent(counts.word_error_rate())),
    ("answered by a skill", |counts| counts.skills.to_string()),
    ("asked back", |counts| counts.asked.to_string()),
    ("asked to confirm", |counts| counts.confirmations.to_string()),
    ("confirmed", |counts| counts.confirmed.to_string()),
    ("corrected by the user", |counts| counts.repaired.to_string()),
    ("replies interrupted", |counts| counts.interrupted.to_string()),
    ("stopped", |counts| counts.stopped.to_string()),
];

fn line(name: &str, values: &[String; 3]) {
    let [one, week, all] = values;
    println!("{name:<24}{one:>10}{week:>10}{all:>10}");
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", 100.0 * share))
}

fn object(days: i32, counts: &Counts) -> serde_json::Value {
    let mut object = json!(counts);
    if let Some(object) = object.as_object_mut() {
        // The sum says nothing to people: its mean does.
        object.remove("confidence");
        object.insert("days".into(), json!(days));
        object.insert("mean_confidence".into(), json!(counts.mean_confidence()));
        object.insert("estimated_word_error_rate".into(), json!(counts.word_error_rate()));
    }
    object
}
