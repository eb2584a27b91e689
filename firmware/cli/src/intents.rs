//! `sayso intents`: finds the command in a sentence, typed or recorded.

use std::ffi::OsString;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use sayso::internals::commands::Commands;
use sayso::internals::engines::Chosen;
use sayso::{Engines, Error, Result, Stop};
use sayso_frontend::segments;
use sayso_intents::{Context, Folder, Home, Match, Source, choices};
use sayso_models::stt::SttRequest;
use serde_json::{Value, json};

use super::transcribe::LONGEST;
use super::{GlobalOptions, term};

const EXAMPLES: &str = "\
Examples:
  sayso intents parse --home home.json turn on the bedroom lamp
  sayso intents parse --home home.json --area Kitchen --json - < sentences.txt
  sayso intents parse --intents mine.yaml good night everybody
  sayso intents parse --home home.json --audio command.wav

The sentences are Home Assistant's (`sayso models fetch home-assistant-intents`), and those of the
.yaml files in the folder `intents` next to the settings file.";

/// Find the commands in sentences.
#[derive(Args)]
pub struct Intents {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print the intent and the slots of sentences
    Parse(Parse),
}

#[derive(Args)]
#[command(after_help = EXAMPLES)]
struct Parse {
    /// JSON with the areas, floors and entities of the home
    #[arg(long, value_name = "FILE")]
    home: Option<PathBuf>,
    /// The area where the speaker is
    #[arg(long, value_name = "NAME")]
    area: Option<String>,
    /// Sentences that replace Home Assistant's; may be repeated
    #[arg(long, value_name = "FILE")]
    intents: Vec<PathBuf>,
    /// One JSON object per sentence
    #[arg(long)]
    json: bool,
    /// The arguments are sound files: each is a spoken sentence
    #[arg(long)]
    audio: bool,
    /// The sentence; with `-`, each line of the input is one; with --audio, the files
    #[arg(required = true)]
    text: Vec<OsString>,
}

impl Intents {
    pub fn run(&self, shared: &GlobalOptions, stop: &Stop) -> Result<()> {
        match &self.command {
            Command::Parse(parse) => parse.run(shared, stop),
        }
    }
}

impl Parse {
    fn run(&self, shared: &GlobalOptions, stop: &Stop) -> Result<()> {
        let home = match &self.home {
            Some(path) => read_home(path)?,
            None => Home::default(),
        };
        let area = self.area.as_ref().map(|area| {
            let known = home.area(area);
            known.map_or_else(|| area.clone(), |known| known.name.clone())
        });
        let context = area.map(Context::area).unwrap_or_default();
        let folder = self.sentences(shared)?;
        let grammar = folder.grammar();
        if self.audio {
            let commands = Commands::new(Arc::clone(grammar), Arc::new(home), Arc::new(context));
            return self.listen(shared, &commands, stop);
        }
        let words: Vec<_> = self.text.iter().map(|word| word.to_string_lossy()).collect();
        if words != ["-"] {
            let sentence = words.join(" ");
            self.show(&sentence, &grammar.matches(&home, &context, &sentence), None);
            return Ok(());
        }
        for line in std::io::stdin().lock().lines() {
            if stop.is_stopped() {
                return Err(Error::stopped());
            }
            let line = line.map_err(|error| Error::io("standard input", error))?;
            self.show(&line, &grammar.matches(&home, &context, &line), None);
        }
        Ok(())
    }

    /// Finds the commands in recordings.
    fn listen(&self, shared: &GlobalOptions, commands: &Commands, stop: &Stop) -> Result<()> {
        let config = shared.settings_to_transcribe()?;
        let busy = term::Busy::new("loading the models");
        let mut vad = Engines::load_vad(&config)?;
        let mut stt = Engines::load_stt(&config)?;
        drop(busy);
        let cancel = super::cancelled_by(stop);
        let language = config.recognised();
        let several = self.text.len() > 1;
        let mut unread = 0;
        for file in &self.text {
            let file = Path::new(file);
            let Some(samples) = super::recording(file, LONGEST, several)? else {
                unread += 1;
                continue;
            };
            // Pauses belong to the sentence.
            let spoken = segments(vad.as_mut(), &samples, &cancel)?;
            let spoken = spoken.first().map_or(0, |first| first.start)
                ..spoken.last().map_or(0, |last| last.end);
            let found = commands.understand(&mut |guide| {
                let prompt = &config.stt.prompt;
                let guide = Some(guide);
                let request = SttRequest { prompt, language, guide, ..SttRequest::default() };
                Ok(stt.transcribe(&samples[spoken.clone()], &request, &cancel, &mut |_| {})?)
            })?;
            self.show(found.transcript.text.trim(), &found.matches, Some(file));
        }
        super::all_were_read(unread, self.text.len())
    }

    fn sentences(&self, shared: &GlobalOptions) -> Result<Folder> {
        let mut files = self.intents.clone();
        // There are sentences in more languages than Sayso speaks.
        let config = shared.settings_to_transcribe()?;
        let language = config.recognised().unwrap_or("en");
        // Files that are named replace all other sentences.
        let own = match (files.is_empty(), shared.file()) {
            (true, Some(settings)) => settings.with_file_name("intents"),
            _ => PathBuf::new(),
        };
        if files.is_empty() {
            files.push(Chosen::new(&config).intents(language)?);
        }
        let sources = files.iter().map(|path| Source::open(path, !self.intents.is_empty()));
        let (sources, mut errors): (Vec<_>, Vec<_>) = sources.partition(std::result::Result::is_ok);
        let sources = sources.into_iter().flatten().collect();
        let mut errors: Vec<_> = errors.drain(..).filter_map(std::result::Result::err).collect();
        if errors.is_empty() {
            match Folder::open(language, sources, &own) {
                Ok(folder) => return Ok(folder),
                Err(more) => errors = more,
            }
        }
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Err(Error::input(lines.join("\n")))
    }

    /// Prints what was found in a sentence, which was heard in `file`.
    fn show(&self, sentence: &str, matches: &[Match], file: Option<&Path>) {
        let choices = choices(matches);
        let sure = matches.first().filter(|_| choices.is_empty());
        if self.json {
            let mut object = object(sentence, sure, &choices);
            if let Some(file) = file {
                object["file"] = super::lossy(file).into();
            }
            println!("{}", term::json(&object));
            return;
        }
        if let Some(file) = file {
            println!("{}", term::dim(format!("{}  {sentence}", file.display())));
        }
        match sure {
            Some(found) => {
                let needs = found.needs.iter().map(|key| format!(" (in which {key}?)"));
                let needs: String = needs.collect();
                println!("{}  {:.2}{needs}", described(found), found.score);
            }
            None if matches.is_empty() => println!("{}", term::dim("no command")),
            None => {
                let meant = choices.iter().map(|found| described(found));
                println!("which one? {}", meant.collect::<Vec<_>>().join(" or "));
            }
        }
    }
}

/// The intent and the slots, for people.
fn described(found: &Match) -> String {
    let slots = found.slots.iter().map(|(slot, value)| format!(" {slot}={value}"));
    term::shown(format!("{}{}", found.intent, slots.collect::<String>()))
}

/// The object for a sentence: the match if it is sure, otherwise the choices, if there are any.
fn object(sentence: &str, sure: Option<&Match>, choices: &[&Match]) -> Value {
    let mut object = match sure {
        Some(found) => json!({
            "sentence": sentence,
            "intent": &*found.intent,
            "slots": found.slots,
            "score": score(found),
        }),
        None => json!({"sentence": sentence, "intent": null, "slots": {}, "score": 0.0}),
    };
    if !choices.is_empty() {
        let choice = |found: &&Match| json!({"intent": &*found.intent, "slots": found.slots});
        object["unsure"] = choices.iter().map(choice).collect();
    }
    object
}

/// The score, without the digits that come only from the conversion of an `f32`.
fn score(found: &Match) -> f64 {
    (f64::from(found.score) * 1000.0).round() / 1000.0
}

fn read_home(path: &Path) -> Result<Home> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::io(path.display(), error))?;
    let wrong = |reason: String| Error::input(format!("{}: {reason}", path.display()));
    let json: Value =
        serde_json::from_str(&text).map_err(|error| wrong(error.to_string()).with_source(error))?;
    Home::from_json(&json).map_err(wrong)
}
