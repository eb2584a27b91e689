//! `sayso models`: the model store.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anstyle::AnsiColor;
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use sayso::internals::engines::Chosen;
use sayso::{Error, Result, Stop};
use sayso_models::Cancel;
use sayso_store::catalog::{Model, Source};
use sayso_store::fetch::{FetchOptions, Outcome, Progress, Step};
use sayso_store::{Listed, ModelState, Store};

use super::{GlobalOptions, term};

const EXAMPLES: &str = "\
Examples:
  sayso models                              all models, and which are installed
  sayso models fetch                        what the settings ask for
  sayso models fetch smollm2-135m           a model by name
  sayso models export /media/stick          for a machine without a network; on that machine:
  sayso models import /media/stick";

/// The model store. Without a subcommand, lists the catalogue.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Models {
    #[command(subcommand)]
    command: Option<Action>,
    /// One JSON object per model
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Action {
    /// List the catalogue: role, size, licence, sources, installed or not
    List,
    /// Get models that are missing. Without names: those that the settings need
    Fetch {
        /// Names from the catalogue
        names: Vec<String>,
        /// All models in the catalogue that were tried
        #[arg(long, conflicts_with = "names")]
        all: bool,
        /// Use no network; only report what is missing
        #[arg(long)]
        offline: bool,
    },
    /// Hash the installed files and report on each
    Verify {
        /// Names from the catalogue; without names, all that are installed
        names: Vec<String>,
    },
    /// Copy installed models into a folder, for a machine without a network
    Export {
        /// The folder
        dir: PathBuf,
        /// Names from the catalogue; without names, all that are installed
        names: Vec<String>,
    },
    /// Install models from a folder that `export` made
    Import {
        /// The folder
        dir: PathBuf,
    },
    /// Delete installed models
    Remove {
        /// Names from the catalogue
        #[arg(required = true)]
        names: Vec<String>,
    },
}

impl Models {
    pub fn run(&self, shared: &GlobalOptions, stop: &Stop) -> Result<()> {
        let config = shared.settings()?;
        let chosen = Chosen::new(&config);
        let store = chosen.store();
        let cancel = super::cancelled_by(stop);
        match self.command.as_ref().unwrap_or(&Action::List) {
            Action::List => self.list(store),
            Action::Fetch { names, all, offline } => {
                let names: Vec<&str> = if *all {
                    let models = store.catalog().models().iter().filter(|model| !model.untried);
                    models.map(|model| model.name.as_str()).collect()
                } else if names.is_empty() {
                    chosen.names()
                } else {
                    names.iter().map(String::as_str).collect()
                };
                self.fetch(store, &names, *offline, &cancel)
            }
            Action::Verify { names } => self.verify(store, &strs(names), &cancel),
            Action::Export { dir, names } => {
                let mut bar = Bytes::new("copying".into(), 0);
                let done = store.export(&strs(names), dir, &mut |n, of| bar.at(n, of), &cancel);
                drop(bar);
                self.names(&done?, "exported")
            }
            Action::Import { dir } => {
                let mut bar = Bytes::new("checking".into(), 0);
                let done = store.import(dir, &mut |n, of| bar.at(n, of), &cancel);
                drop(bar);
                self.names(&done?, "imported")
            }
            Action::Remove { names } => {
                let mut removed = Vec::new();
                for name in names {
                    if store.remove(name, &cancel)? {
                        removed.push(name.clone());
                    } else {
                        term::note(format!("{name} was not installed"));
                    }
                }
                self.names(&removed, "removed")
            }
        }
    }

    fn list(&self, store: &Store) -> Result<()> {
        for listed in store.list() {
            if self.json {
                println!("{}", term::json(&json(&listed)));
            } else {
                print_listed(&listed);
            }
        }
        if !self.json {
            println!("{}", term::dim(format!("\nin {}", store.dir().display())));
            println!(
                "{}",
                term::dim("the licence of an installed model is in NAME/LICENSE in this folder")
            );
        }
        Ok(())
    }

    fn fetch(&self, store: &Store, names: &[&str], offline: bool, cancel: &Cancel) -> Result<()> {
        let options = FetchOptions { offline, ..FetchOptions::default() };
        let mut bars = Bars::new();
        let done = store.fetch(names, &options, &mut bars, cancel);
        drop(bars);
        for fetched in done? {
            let what = match &fetched.outcome {
                Outcome::Present => "installed already".to_owned(),
                Outcome::Adopted => "its files were there already, and are correct".into(),
                Outcome::Installed { source } => format!("installed from {source}"),
                _ => "done".into(),
            };
            if self.json {
                let line = serde_json::json!({ "name": fetched.model, "outcome": what });
                println!("{}", term::json(&line));
            } else {
                println!("{} {:<19} {what}", term::coloured(AnsiColor::Green, "✓"), fetched.model);
            }
        }
        Ok(())
    }

    fn verify(&self, store: &Store, names: &[&str], cancel: &Cancel) -> Result<()> {
        let mut bar = Bytes::new("hashing".into(), 0);
        let report = store.verify(names, &mut |done, of| bar.at(done, of), cancel);
        drop(bar);
        let report = report?;
        for file in &report {
            if self.json {
                let line = serde_json::json!({
                    "name": file.model,
                    "file": file.file,
                    "good": file.problem.is_none(),
                    "problem": file.problem,
                });
                println!("{}", term::json(&line));
                continue;
            }
            let name = format!("{}/{}", file.model, file.file);
            match &file.problem {
                None => println!("{} {name}", term::coloured(AnsiColor::Green, "✓")),
                Some(problem) => {
                    println!("{} {name}: {problem}", term::coloured(AnsiColor::Red, "!"))
                }
            }
        }
        if report.is_empty() {
            return Err(Error::input("no model is installed: run `sayso models fetch`"));
        }
        let bad: Vec<_> = report.iter().filter(|file| file.problem.is_some()).collect();
        if bad.is_empty() {
            return Ok(());
        }
        let mut models: Vec<&str> = bad.iter().map(|file| file.model.as_str()).collect();
        models.dedup();
        Err(Error::input(format!(
            "{} of {} files are wrong or missing. To repair them: `sayso models fetch {}`",
            bad.len(),
            report.len(),
            models.join(" ")
        )))
    }

    fn names(&self, names: &[String], what: &str) -> Result<()> {
        for name in names {
            if self.json {
                let line = serde_json::json!({ "name": name, "outcome": what });
                println!("{}", term::json(&line));
            } else {
                println!("{} {name} {what}", term::coloured(AnsiColor::Green, "✓"));
            }
        }
        Ok(())
    }
}

fn strs(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

fn profiles(listed: &Listed<'_>) -> Vec<String> {
    let profiles = listed.model.profiles.iter();
    profiles.map(|profile| format!("{profile:?}").to_lowercase()).collect()
}

fn json(listed: &Listed<'_>) -> serde_json::Value {
    let model = listed.model;
    serde_json::json!({
        "name": model.name,
        "role": model.role.to_string(),
        "title": model.title,
        "profiles": profiles(listed),
        "size_bytes": listed.size,
        "untried": model.untried,
        "licence": model.licence,
        "licence_note": model.licence_note,
        "licence_text": listed.licence_text.as_ref().map(super::lossy),
        "homepage": model.homepage,
        "sources": model.sources.iter().map(|source| source_json(model, source)).collect::<Vec<_>>(),
        "installed": listed.state.is_installed(),
        "problem": match &listed.state {
            ModelState::Damaged(what) => Some(what),
            _ => None,
        },
    })
}

fn source_json(model: &Model, source: &Source) -> serde_json::Value {
    serde_json::json!({
        "title": source.title,
        "third_party": source.third_party,
        "held_to_official": source.third_party.then(|| model.is_held_to_official(source)),
    })
}

/// A source. If it is by a third party, this and how its files are checked are added.
fn named(model: &Model, source: &Source) -> String {
    let official = model.sources.iter().any(|source| !source.third_party);
    let remark = match source.third_party {
        false => "",
        true if model.is_held_to_official(source) => " (third party, held to the official hash)",
        true if official => " (third party, another format)",
        true => " (third party)",
    };
    format!("{}{remark}", source.title)
}

fn print_listed(listed: &Listed<'_>) {
    let model = listed.model;
    let (mark, state, from) = match &listed.state {
        ModelState::Installed { source } => {
            (term::coloured(AnsiColor::Green, "✓"), "installed", Some(source))
        }
        ModelState::Missing => (" ".into(), "not installed", None),
        ModelState::Damaged(_) => (term::coloured(AnsiColor::Red, "!"), "damaged", None),
    };
    println!(
        "{mark} {} {:<7} {:>9}  {:<12}  {state}",
        term::bold(format!("{:<22}", model.name)),
        model.role.to_string(),
        mib(listed.size),
        model.licence,
    );
    if let ModelState::Damaged(what) = &listed.state {
        for line in term::folded(what, " ", term::COLUMNS - 2) {
            println!("  {line}");
        }
    }
    let profiles = profiles(listed);
    let used = match profiles.is_empty() {
        true if model.untried => "on request, not tried by us".to_owned(),
        true => "on request".to_owned(),
        false => format!("profile {}", profiles.join(", ")),
    };
    println!("  {}", term::dim(format!("{} · {used}", model.title)));
    println!("  {}", term::dim(model.homepage.trim_start_matches("https://")));
    if let Some(from) = from {
        println!("  {}", term::dim(format!("installed from: {from}")));
    }
    for (n, source) in model.sources.iter().enumerate() {
        let which = if n == 0 { "source:" } else { "or:" };
        println!("  {}", term::dim(format!("{which} {}", named(model, source))));
    }
}

/// A bar for bytes on stderr, at most as wide as the terminal; removed when dropped.
struct Bytes {
    bar: ProgressBar,
    /// When the first bytes came, and how many there were, for example from an earlier try.
    since: Option<(Instant, u64)>,
}

impl Bytes {
    fn new(what: String, of: u64) -> Self {
        let bar = ProgressBar::new(of).with_message(what).with_prefix(numbers(0, of, None));
        let style = ProgressStyle::with_template("{wide_msg} {bar:12} {prefix}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, since: None }
    }

    fn at(&mut self, done: u64, of: u64) {
        let (start, first) = *self.since.get_or_insert_with(|| (Instant::now(), done));
        let left = left(start.elapsed(), done.saturating_sub(first), of.saturating_sub(done));
        self.bar.set_length(of);
        self.bar.set_position(done);
        self.bar.set_prefix(numbers(done, of, left));
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// How long `rest` more bytes will take if `came` bytes took `took`; `None` while that is
/// unreliable.
fn left(took: Duration, came: u64, rest: u64) -> Option<Duration> {
    const SOON: Duration = Duration::from_secs(3);
    let known = took >= SOON && came > 0 && rest > 0;
    let seconds = took.as_secs_f64() * rest as f64 / came as f64;
    known.then_some(seconds).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
}

/// The text after a bar, of constant width: bytes done, total bytes, time left.
fn numbers(done: u64, of: u64, left: Option<Duration>) -> String {
    let left = match left.map(|left| left.as_secs()) {
        None => String::new(),
        Some(seconds @ ..60) => format!("{seconds} s"),
        Some(seconds @ ..3600) => format!("{} min", seconds / 60),
        Some(seconds) => format!("{} h", seconds / 3600),
    };
    format!("{:>5.1} of {:>8} {left:>6}", done as f64 / 1e6, mib(of))
}

/// Shows a fetch: a bar for each step on a terminal, a line for each step otherwise.
struct Bars {
    bar: Option<Bytes>,
    of: u64,
    terminal: bool,
}

impl Bars {
    fn new() -> Self {
        Self { bar: None, of: 0, terminal: std::io::stderr().is_terminal() }
    }
}

impl Progress for Bars {
    fn step(&mut self, step: &Step<'_>) {
        // The previous bar is removed before the next is drawn.
        self.bar = None;
        let what = format!("{}: {} {}", step.model, step.stage, step.what);
        if self.terminal {
            self.of = step.total;
            self.bar = Some(Bytes::new(what, step.total));
        } else {
            eprintln!("{what} ({})", mib(step.total));
        }
    }

    fn bytes(&mut self, done: u64) {
        if let Some(bar) = &mut self.bar {
            bar.at(done, self.of);
        }
    }

    fn say(&mut self, message: &str) {
        match &self.bar {
            Some(bytes) => bytes.bar.suspend(|| term::note(message)),
            None => term::note(message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_estimated_only_when_it_is_reliable() {
        let s = Duration::from_secs;
        assert_eq!(left(s(2), 1000, 1000), None, "too soon");
        assert_eq!(left(s(60), 0, 1000), None, "nothing came");
        assert_eq!(left(s(60), 1000, 0), None, "nothing is left");
        assert_eq!(left(s(10), 1000, 5000), Some(s(50)));
    }

    #[test]
    fn the_text_after_a_bar_has_a_constant_width() {
        let left = [None, Some(9), Some(3599), Some(16 * 3600)];
        for left in left.map(|left| left.map(Duration::from_secs)) {
            assert_eq!(numbers(12_345_678, 491_400_064, left).chars().count(), 24, "{left:?}");
        }
        assert_eq!(
            numbers(1_300_000, 8_700_000, Some(Duration::from_secs(75))),
            "  1.3 of   8.7 MB  1 min"
        );
    }
}
