//! `sayso models`: the model store.

use std::io::IsTerminal;
use std::path::PathBuf;

use anstyle::AnsiColor;
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use sayso::engines::Chosen;
use sayso::{Error, Result, Stop};
use sayso_models::Cancel;
use sayso_models::fetch::{FetchOptions, Outcome, Progress, Step};
use sayso_models::store::{State, Store};

use super::{Shared, term};

const EXAMPLES: &str = "\
Examples:
  sayso models                              what there is, and what is installed
  sayso models fetch                        what the settings ask for
  sayso models fetch smollm2-135m           a model by name
  sayso models export /media/stick          for a machine without a network, and there:
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
    /// List the catalogue: role, size, licence, source, installed or not
    List,
    /// Get what is missing. Without names: what the settings ask for
    Fetch {
        /// Names from the catalogue
        names: Vec<String>,
        /// Everything in the catalogue
        #[arg(long, conflicts_with = "names")]
        all: bool,
        /// Ask nothing of any network; only tell what is missing
        #[arg(long)]
        offline: bool,
    },
    /// Hash the installed files and report on each
    Verify {
        /// Names from the catalogue; all that are installed where none is given
        names: Vec<String>,
    },
    /// Copy installed models into a folder, for a machine without network
    Export {
        /// The folder
        dir: PathBuf,
        /// Names from the catalogue; all that are installed where none is given
        names: Vec<String>,
    },
    /// Take models from a folder that `export` made
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
    pub fn run(&self, shared: &Shared, stop: &Stop) -> Result<()> {
        let config = shared.settings()?;
        let chosen = Chosen::new(&config);
        let store = chosen.store();
        let cancel = super::cancelled_by(stop);
        match self.command.as_ref().unwrap_or(&Action::List) {
            Action::List => self.list(store),
            Action::Fetch { names, all, offline } => {
                let names: Vec<&str> = if *all {
                    store.catalog().models().iter().map(|model| model.name.as_str()).collect()
                } else if names.is_empty() {
                    chosen.names()
                } else {
                    names.iter().map(String::as_str).collect()
                };
                self.fetch(store, &names, *offline, &cancel)
            }
            Action::Verify { names } => self.verify(store, &strs(names), &cancel),
            Action::Export { dir, names } => {
                let bar = bytes_bar("copying");
                let done = store.export(&strs(names), dir, &mut |n, of| show(&bar, n, of), &cancel);
                bar.finish_and_clear();
                self.names(&done?, "exported")
            }
            Action::Import { dir } => {
                let bar = bytes_bar("checking");
                let done = store.import(dir, &mut |n, of| show(&bar, n, of), &cancel);
                bar.finish_and_clear();
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
            let model = listed.model;
            let profiles: Vec<String> = model
                .profiles
                .iter()
                .map(|profile| format!("{profile:?}").to_lowercase())
                .collect();
            if self.json {
                let line = serde_json::json!({
                    "name": model.name,
                    "role": model.role.to_string(),
                    "title": model.title,
                    "profiles": profiles,
                    "size_bytes": listed.size,
                    "licence": model.licence,
                    "homepage": model.homepage,
                    "sources": model.sources.iter().map(|s| s.title.as_str()).collect::<Vec<_>>(),
                    "installed": listed.state.is_installed(),
                    "problem": match &listed.state {
                        State::Damaged(what) => Some(what),
                        _ => None,
                    },
                });
                println!("{line}");
                continue;
            }
            let (mark, state) = match &listed.state {
                State::Installed { source } => {
                    (term::coloured(AnsiColor::Green, "✓"), format!("installed ({source})"))
                }
                State::Missing => (" ".into(), "not installed".into()),
                State::Damaged(what) => {
                    (term::coloured(AnsiColor::Red, "!"), format!("damaged: {what}"))
                }
            };
            println!(
                "{mark} {:<19} {} {:>8}  {:<11} {}",
                term::bold(format!("{:<19}", model.name)).trim_end(),
                model.role,
                mib(listed.size),
                model.licence,
                state
            );
            let used = match profiles.is_empty() {
                true => "on request".to_owned(),
                false => format!("profile {}", profiles.join(", ")),
            };
            println!("  {}", term::dim(format!("{} · {} · {}", model.title, used, model.homepage)));
        }
        if !self.json {
            println!("{}", term::dim(format!("\nin {}", store.dir().display())));
        }
        Ok(())
    }

    fn fetch(&self, store: &Store, names: &[&str], offline: bool, cancel: &Cancel) -> Result<()> {
        let options = FetchOptions { offline, ..FetchOptions::default() };
        let mut bars = Bars::new();
        let done = store.fetch(names, &options, &mut bars, cancel);
        bars.end();
        for fetched in done? {
            let what = match &fetched.outcome {
                Outcome::Present => "already there".to_owned(),
                Outcome::Adopted => "found in place and checked".into(),
                Outcome::Installed { source } => format!("installed from {source}"),
                _ => "done".into(),
            };
            if self.json {
                println!("{}", serde_json::json!({ "name": fetched.model, "outcome": what }));
            } else {
                println!("{} {:<19} {what}", term::coloured(AnsiColor::Green, "✓"), fetched.model);
            }
        }
        Ok(())
    }

    fn verify(&self, store: &Store, names: &[&str], cancel: &Cancel) -> Result<()> {
        let bar = bytes_bar("hashing");
        let report = store.verify(names, &mut |done, of| show(&bar, done, of), cancel);
        bar.finish_and_clear();
        let report = report?;
        for file in &report {
            if self.json {
                let line = serde_json::json!({
                    "name": file.model,
                    "file": file.file,
                    "good": file.problem.is_none(),
                    "problem": file.problem,
                });
                println!("{line}");
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
        let bad = report.iter().filter(|file| file.problem.is_some()).count();
        match (report.is_empty(), bad) {
            (true, _) => Err(Error::Usage("nothing is installed: `sayso models fetch`".into())),
            (_, 0) => Ok(()),
            (_, bad) => Err(Error::Usage(format!(
                "{bad} of {} files are not as they should be: `sayso models fetch` puts them right",
                report.len()
            ))),
        }
    }

    fn names(&self, names: &[String], what: &str) -> Result<()> {
        for name in names {
            if self.json {
                println!("{}", serde_json::json!({ "name": name, "outcome": what }));
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

fn bytes_bar(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(0).with_message(what);
    bar.set_style(style());
    bar
}

fn style() -> ProgressStyle {
    let template = "{msg:40} {bar:24} {bytes:>10} of {total_bytes:10} {eta:>4}";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn show(bar: &ProgressBar, done: u64, of: u64) {
    bar.set_length(of);
    bar.set_position(done);
}

/// Shows a fetch: a bar per step on a terminal, a line per step elsewhere.
struct Bars {
    bar: Option<ProgressBar>,
    terminal: bool,
}

impl Bars {
    fn new() -> Self {
        Self { bar: None, terminal: std::io::stderr().is_terminal() }
    }

    fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Bars {
    fn step(&mut self, step: &Step<'_>) {
        self.end();
        let what = format!("{}: {} {}", step.model, step.stage, step.what);
        if self.terminal {
            let bar = ProgressBar::new(step.total).with_message(what);
            bar.set_style(style());
            self.bar = Some(bar);
        } else {
            eprintln!("{what} ({})", mib(step.total));
        }
    }

    fn bytes(&mut self, done: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(done);
        }
    }

    fn say(&mut self, message: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| term::note(message)),
            None => term::note(message),
        }
    }
}
