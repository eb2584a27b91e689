//! `sayso wake test`: where phrases are heard in recordings.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use sayso::internals::engines::Chosen;
use sayso::internals::phrases::{Choice, Phrases};
use sayso::{Config, Engines, Error, ErrorKind, Result, Stop};
use sayso_core::audio::{FRAME, SAMPLE_RATE, SampleTime};
use sayso_frontend::{MAYBE_SPEECH, WakeDetector, WakePhrase, Woken};
use sayso_models::vad::Vad;
use serde_json::json;

use super::add::Nets;
use crate::term;

/// The longest recording that is read, so that an endless one ends.
const LONGEST: Duration = Duration::from_secs(4 * 3600);

/// Silence after a recording, in samples: a phrase is noticed after it has ended.
const SILENCE: usize = SAMPLE_RATE as usize;

#[derive(Args)]
pub struct Test {
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

impl Test {
    pub fn run(&self, config: &Config, chosen: Phrases, stop: &Stop) -> Result<()> {
        let phrases = match self.phrase.as_slice() {
            [] => chosen,
            named => named_phrases(config, &chosen, named)?,
        };
        if phrases.is_empty() {
            return Err(Error::input(
                "there is no wake phrase: add one with `sayso wake add`, or name one with --phrase",
            ));
        }
        let phrases = phrases.to_listen_for(&Chosen::new(config))?;
        let needs_vad = phrases.iter().any(WakePhrase::needs_vad);
        let mut vad = needs_vad.then(|| Engines::load_vad(config)).transpose()?;
        let several = self.files.len() > 1;
        let mut unread = 0;
        for file in &self.files {
            if stop.is_stopped() {
                return Err(Error::stopped());
            }
            match crate::recording(file, LONGEST, several)? {
                Some(samples) => self.show(file, &find(&phrases, vad.as_deref_mut(), samples)?),
                None => unread += 1,
            }
        }
        crate::all_were_read(unread, self.files.len())
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
            let line = json!({ "file": crate::lossy(file), "detections": detections });
            println!("{}", term::json(&line));
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

/// The phrases with these words: as they were chosen, or as they would be added.
fn named_phrases(config: &Config, chosen: &Phrases, named: &[String]) -> Result<Phrases> {
    let mut nets = None;
    let mut choice = |text: &String| {
        let known = chosen.get(text).cloned().or_else(|| Choice::ready_made(text));
        known.map_or_else(|| Nets::of(&mut nets, config)?.choice(text), Ok)
    };
    named.iter().map(&mut choice).collect()
}

/// The phrases in a recording, each with the time at which it was noticed.
fn find(
    phrases: &[WakePhrase],
    mut vad: Option<&mut (dyn Vad + 'static)>,
    mut samples: Vec<f32>,
) -> Result<Vec<(SampleTime, Woken)>> {
    samples.resize(samples.len() + SILENCE, 0.0);
    let mut detector =
        WakeDetector::new(phrases).map_err(|error| Error::of(ErrorKind::Model, error))?;
    if let Some(vad) = &mut vad {
        vad.reset();
    }
    let mut found = Vec::new();
    for (n, frame) in samples.chunks_exact(FRAME).enumerate() {
        let at = SampleTime(((n + 1) * FRAME) as u64);
        let speech = match &mut vad {
            Some(vad) => vad.process(frame)? >= MAYBE_SPEECH,
            None => false,
        };
        found.extend(detector.push(frame, at, speech).map(|woken| (at, woken)));
    }
    Ok(found)
}
