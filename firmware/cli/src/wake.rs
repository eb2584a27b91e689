//! `sayso wake`: the wake phrases.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use sayso::internals::phrases::Phrases;
use sayso::internals::state::StateFolder;
use sayso::{Error, ErrorKind, Result, Stop};
use sayso_core::audio::{FRAME, SAMPLE_RATE, SampleTime};
use sayso_frontend::{WakeDetector, WakePhrase, Woken};
use serde_json::json;

use super::{GlobalOptions, term};

/// The longest recording that is read, so that an endless one ends.
const LONGEST: Duration = Duration::from_secs(4 * 3600);

/// Silence after a recording, in samples: a phrase is noticed after it has ended.
const SILENCE: usize = SAMPLE_RATE as usize;

const EXAMPLES: &str = "\
Examples:
  sayso wake list                      all phrases, and which of them are used
  sayso wake add \"hey jarvis\"          use this phrase too
  sayso wake remove alexa              do not use this phrase any more
  sayso wake test kitchen.wav          where the phrases are heard in a recording
  sayso run --wake                     sleep until one of the phrases is heard";

/// The wake phrases: choose them, and try them on recordings.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Wake {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show all phrases, and which of them are used
    List(List),
    /// Use a phrase, from the next start of `sayso run` on
    Add(Change),
    /// Do not use a phrase any more
    Remove(Change),
    /// Find the phrases in recordings
    Test(Test),
}

#[derive(Args)]
struct List {
    /// One JSON object per phrase
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Change {
    /// The words of the phrase
    #[arg(value_name = "PHRASE")]
    phrase: String,
}

#[derive(Args)]
struct Test {
    /// WAV, FLAC (also in Ogg), AIFF or CAF, any sample rate, any number of channels
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Find these phrases instead of the chosen ones; may be repeated
    #[arg(long, value_name = "PHRASE")]
    phrase: Vec<String>,
    /// One JSON object per file
    #[arg(long)]
    json: bool,
}

impl Wake {
    pub fn run(&self, shared: &GlobalOptions, stop: &Stop) -> Result<()> {
        let folder = StateFolder::of(&shared.settings()?);
        let mut phrases = Phrases::load(&folder)?;
        match &self.command {
            Command::List(list) => {
                list.show(&phrases);
                Ok(())
            }
            Command::Add(Change { phrase }) => {
                if !phrases.add(phrase)? {
                    term::note(format!("\"{phrase}\" is used already"));
                }
                phrases.save(&folder)
            }
            Command::Remove(Change { phrase }) => {
                phrases.remove(phrase)?;
                if phrases.texts().next().is_none() {
                    term::note(
                        "no phrase is left: `sayso run --wake` will refuse to start until one is \
                         added",
                    );
                }
                phrases.save(&folder)
            }
            Command::Test(test) => test.run(&phrases, stop),
        }
    }
}

impl List {
    fn show(&self, phrases: &Phrases) {
        let chosen: Vec<&str> = phrases.texts().collect();
        let others = WakePhrase::all_ready_made().filter(|text| !chosen.contains(text));
        let all = chosen.iter().map(|text| (*text, true)).chain(others.map(|text| (text, false)));
        for (text, active) in all {
            if self.json {
                println!("{}", json!({ "phrase": text, "active": active, "kind": "ready-made" }));
            } else if active {
                println!("{text}");
            } else {
                println!("{}", term::dim(format!("{text} (can be added)")));
            }
        }
    }
}

impl Test {
    fn run(&self, chosen: &Phrases, stop: &Stop) -> Result<()> {
        let phrases = match self.phrase.as_slice() {
            [] => chosen.to_listen_for()?,
            named => Phrases::of(named)?.to_listen_for()?,
        };
        if phrases.is_empty() {
            return Err(Error::input(
                "there is no wake phrase: add one with `sayso wake add`, or name one with --phrase",
            ));
        }
        let several = self.files.len() > 1;
        let mut unread = 0;
        for file in &self.files {
            if stop.is_stopped() {
                return Err(Error::stopped());
            }
            match super::recording(file, LONGEST, several)? {
                Some(samples) => self.show(file, &find(&phrases, samples)?),
                None => unread += 1,
            }
        }
        super::all_were_read(unread, self.files.len())
    }

    fn show(&self, file: &Path, found: &[(SampleTime, Woken)]) {
        if self.json {
            let detections = found.iter().map(|(at, woken)| {
                json!({
                    "phrase": &*woken.phrase,
                    "at_ms": at.as_ms(),
                    "score": (f64::from(woken.score) * 1000.0).round() / 1000.0,
                })
            });
            let detections: Vec<_> = detections.collect();
            println!("{}", json!({ "file": super::lossy(file), "detections": detections }));
            return;
        }
        if found.is_empty() {
            println!("{}  {}", term::dim(file.display()), term::dim("no phrase"));
        }
        for (at, woken) in found {
            println!(
                "{}  {:.2} s  {}  {:.2}",
                term::dim(file.display()),
                at.as_ms() as f64 / 1000.0,
                woken.phrase,
                woken.score
            );
        }
    }
}

/// The phrases in a recording, each with the time at which it was noticed.
fn find(phrases: &[WakePhrase], mut samples: Vec<f32>) -> Result<Vec<(SampleTime, Woken)>> {
    samples.resize(samples.len() + SILENCE, 0.0);
    let mut detector =
        WakeDetector::new(phrases).map_err(|error| Error::of(ErrorKind::Model, error))?;
    let mut found = Vec::new();
    for (n, frame) in samples.chunks_exact(FRAME).enumerate() {
        let at = SampleTime(((n + 1) * FRAME) as u64);
        found.extend(detector.push(frame, at).map(|woken| (at, woken)));
    }
    Ok(found)
}
