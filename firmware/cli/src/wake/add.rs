//! `sayso wake add`: one more phrase.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use sayso::internals::engines::Chosen;
use sayso::internals::phrases::{Choice, Phrases, TypedPhrase, plain};
use sayso::{Config, Error, Result, Stop};
use sayso_frontend::WakePhrase;
use sayso_language::Language;
use sayso_phonemes::{Acoustic, Phrase, Reader};

use super::record::Recordings;
use super::{described, object};
use crate::run::Devices;
use crate::{GlobalOptions, term};

/// The longest recording of a phrase that is read.
const LONGEST: Duration = Duration::from_secs(20);

#[derive(Args)]
pub struct Add {
    /// The words of the phrase
    #[arg(value_name = "PHRASE")]
    phrase: String,
    /// Recognise the phrase by its sounds, even if there is a net for it
    #[arg(long)]
    typed: bool,
    /// Record the phrase three times, which makes it surer. The recordings are not kept
    #[arg(long)]
    record: bool,
    /// Make the phrase surer by this recording of it, in which nothing else is said; may be
    /// repeated, and three are good. WAV, FLAC (also in Ogg), AIFF or CAF
    #[arg(long, value_name = "FILE", conflicts_with = "record")]
    recording: Vec<PathBuf>,
    /// Where to record: a board, as for `sayso run`
    #[arg(long, value_name = "BOARD", default_value = "desktop")]
    board: OsString,
    #[command(flatten)]
    devices: Devices,
    /// Print the phrase as a JSON object
    #[arg(long)]
    json: bool,
}

/// A phrase that was chosen.
pub struct Added {
    pub choice: Choice,
    /// Whether it was used before as it is.
    known: bool,
    /// What speaks against it.
    warnings: Vec<String>,
}

impl Add {
    /// The settings with the devices that are asked for.
    pub fn with_devices(&self, shared: &GlobalOptions, mut config: Config) -> Config {
        self.devices.put_into(&shared.set, &mut config);
        config
    }

    /// The phrase, with what the recordings add to it.
    pub fn choose(&self, config: &Config, phrases: &Phrases, stop: &Stop) -> Result<Added> {
        let known = phrases.get(&self.phrase);
        let enrols = self.record || !self.recording.is_empty();
        let ready_made = Choice::ready_made(&self.phrase).filter(|_| !self.typed);
        if let Some(choice) = ready_made {
            if enrols {
                return Err(Error::input(format!(
                    "\"{0}\" has a net of its own, which no recording makes surer: leave the \
                     recordings out, or add --typed to recognise \"{0}\" by its sounds",
                    choice.text()
                )));
            }
            let known = known == Some(&choice);
            return Ok(Added { choice, known, warnings: Vec::new() });
        }
        // What was learnt from recordings is not lost if the phrase is added once more.
        if let Some(choice @ Choice::Typed(_)) = known.filter(|_| !enrols) {
            return Ok(Added { choice: choice.clone(), known: true, warnings: Vec::new() });
        }
        let nets = Nets::load(config)?;
        let phrase = nets.phrase(&self.phrase)?;
        let warnings = nets.warnings(&phrase);
        warnings.iter().for_each(term::note);
        let (phrase, recordings) = if self.record {
            let sounds =
                Recordings::open(&self.board, config)?.of(&phrase, &nets.acoustic, stop)?;
            (enrolled(&phrase, &nets.acoustic, &sounds)?, sounds.len())
        } else {
            let sounds = self.read(&phrase, &nets.acoustic)?;
            (enrolled(&phrase, &nets.acoustic, &sounds)?, sounds.len())
        };
        let choice = Choice::Typed(TypedPhrase::new(&phrase, recordings));
        Ok(Added { choice, known: false, warnings })
    }

    /// The recordings that are named, in each of which the phrase is heard.
    fn read(&self, phrase: &Phrase, net: &Acoustic) -> Result<Vec<Vec<f32>>> {
        let mut sounds = Vec::new();
        for file in &self.recording {
            let Some(samples) = crate::recording(file, LONGEST, false)? else { continue };
            phrase.enrol(net, &[&samples]).map_err(|error| {
                let message = format!(
                    "{}: \"{phrase}\" is not heard in this recording: leave it out, or say it \
                     again",
                    file.display()
                );
                Error::input(message).with_source(error)
            })?;
            sounds.push(samples);
        }
        Ok(sounds)
    }

    /// Says what was added.
    pub fn show(&self, added: &Added) {
        if self.json {
            let mut object = object(&added.choice, true);
            object["new"] = (!added.known).into();
            object["warnings"] = added.warnings.as_slice().into();
            println!("{}", term::json(&object));
        } else if added.known {
            term::note(format!("\"{}\" is used already", added.choice.text()));
        } else {
            println!("{}", described(&added.choice));
        }
    }
}

fn enrolled(phrase: &Phrase, net: &Acoustic, sounds: &[Vec<f32>]) -> Result<Phrase> {
    let sounds: Vec<&[f32]> = sounds.iter().map(Vec::as_slice).collect();
    Ok(phrase.enrol(net, &sounds)?)
}

/// The nets of typed phrases.
pub struct Nets {
    reader: Reader,
    acoustic: Acoustic,
}

impl Nets {
    /// Loads them.
    ///
    /// # Errors
    /// [`Model`](sayso::ErrorKind::Model) when they are not installed or damaged.
    fn load(config: &Config) -> Result<Self> {
        let folder = Chosen::new(config).wake().map_err(|error| {
            let known: Vec<&str> = WakePhrase::all_ready_made().collect();
            let message = format!("{error}. These phrases need no model: {}", known.join(", "));
            Error::new(error.kind(), message).with_source(error)
        })?;
        Ok(Self { reader: Reader::load(&folder)?, acoustic: Acoustic::load(&folder)? })
    }

    /// Those in `nets`, loaded if there are none.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn of<'n>(nets: &'n mut Option<Self>, config: &Config) -> Result<&'n Self> {
        match nets {
            Some(nets) => Ok(nets),
            none => Ok(none.insert(Self::load(config)?)),
        }
    }

    /// The phrase with these words.
    fn phrase(&self, text: &str) -> Result<Phrase> {
        Ok(Phrase::typed(&plain(text), &self.reader)?)
    }

    /// The same, as it is listened for without recordings.
    ///
    /// # Errors
    /// [`Input`](sayso::ErrorKind::Input) when it cannot be said.
    pub fn choice(&self, text: &str) -> Result<Choice> {
        Ok(Choice::Typed(TypedPhrase::new(&self.phrase(text)?, 0)))
    }

    /// What speaks against a phrase.
    fn warnings(&self, phrase: &Phrase) -> Vec<String> {
        let common = Language::english().common_phrases();
        phrase.warnings(&self.reader, common).iter().map(ToString::to_string).collect()
    }
}
