//! `sayso wake`: the wake phrases.

mod add;
mod record;
mod test;

use clap::{Args, Subcommand};
use sayso::internals::phrases::{Choice, Phrases};
use sayso::internals::state::StateFolder;
use sayso::{Result, Stop};
use sayso_frontend::WakePhrase;
use serde_json::{Value, json};

use self::add::Add;
use self::test::Test;
use super::{GlobalOptions, term};

const EXAMPLES: &str = "\
Examples:
  sayso wake list                      all phrases, and which of them are used
  sayso wake add \"hey jarvis\"          use this phrase too
  sayso wake add \"okay computer\"       any other phrase; needs `sayso models fetch hama`
  sayso wake add \"okay computer\" --record
                                       the same, made surer by three recordings
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
    Add(Add),
    /// Do not use a phrase any more
    Remove(Remove),
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
struct Remove {
    /// The words of the phrase
    #[arg(value_name = "PHRASE")]
    phrase: String,
}

impl Wake {
    pub fn run(&self, shared: &GlobalOptions, stop: &Stop) -> Result<()> {
        let config = shared.settings()?;
        let folder = StateFolder::of(&config);
        let mut phrases = Phrases::load(&folder)?;
        match &self.command {
            Command::List(list) => {
                list.show(&phrases);
                Ok(())
            }
            Command::Add(add) => {
                let config = add.with_devices(shared, config);
                let added = add.choose(&config, &phrases, stop)?;
                phrases.put(added.choice.clone());
                phrases.save(&folder)?;
                add.show(&added);
                Ok(())
            }
            Command::Remove(Remove { phrase }) => {
                phrases.remove(phrase)?;
                if phrases.is_empty() {
                    term::note(
                        "no phrase is left: `sayso run --wake` will refuse to start until one is \
                         added",
                    );
                }
                phrases.save(&folder)
            }
            Command::Test(test) => test.run(&config, phrases, stop),
        }
    }
}

impl List {
    fn show(&self, phrases: &Phrases) {
        let chosen = |text: &&str| phrases.get(text).is_none();
        let others = WakePhrase::all_ready_made().filter(chosen);
        if self.json {
            phrases.iter().for_each(|choice| println!("{}", term::json(&object(choice, true))));
            for text in others {
                let object = object(&Choice::ReadyMade(text.into()), false);
                println!("{}", term::json(&object));
            }
            return;
        }
        phrases.iter().for_each(|choice| println!("{}", described(choice)));
        for text in others {
            println!("{}", term::dim(format!("{text}  ready-made (can be added)")));
        }
    }
}

/// A phrase, for people.
fn described(choice: &Choice) -> String {
    let kind = choice.kind();
    let text = choice.text();
    let Choice::Typed(typed) = choice else { return format!("{text}  {}", term::dim(kind)) };
    let ipa = typed.pronunciations.first().map(|ipa| ipa.replace(' ', "")).unwrap_or_default();
    let recordings = match typed.recordings {
        0 => "without recordings".into(),
        1 => "1 recording".into(),
        n => format!("{n} recordings"),
    };
    format!("{text}  {}", term::dim(format!("{kind}, /{ipa}/, {recordings}")))
}

/// A phrase, for programs.
fn object(choice: &Choice, active: bool) -> Value {
    let mut object = json!({ "phrase": choice.text(), "active": active, "kind": choice.kind() });
    if let Choice::Typed(typed) = choice {
        let ipa: Vec<_> = typed.pronunciations.iter().map(|ipa| ipa.replace(' ', "")).collect();
        object["pronunciations"] = ipa.into();
        object["recordings"] = typed.recordings.into();
    }
    object
}
