//! Commands of the user's own: an intent runs a program. The program itself is run by the
//! [caller](Effect::Run), because it may take long, and other boards must not wait for it.

use serde::{Deserialize, Serialize};

use crate::language::Texts;
use crate::plan::{Claim, Command, Effect, Said, Scene, Slots};
use crate::skill::Skill;

/// How many characters of an output are spoken.
const MOST_SPOKEN: usize = 500;

/// A command of the user's own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Program {
    /// Its name in the settings.
    pub name: String,
    /// The intent that it carries out.
    pub intent: String,
    /// The program and its arguments. No shell sees them.
    pub run: Vec<String>,
    /// After how long it is ended, in s.
    pub time_limit_s: u32,
    /// Whether it is run only if the user says yes.
    pub confirm: bool,
    /// What is said if it prints nothing; "" for the usual words.
    pub say: String,
}

/// What a program is told about the sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// The intent.
    pub intent: String,
    /// Its slots.
    pub slots: Slots,
    /// What was said.
    pub sentence: String,
    /// The board where it was said.
    pub board: String,
    /// The area where the board is.
    pub area: Option<String>,
}

/// A program that is to be run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The program.
    pub program: Program,
    /// Its standard input, as JSON.
    pub input: Input,
}

/// Why a program did not do what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunError {
    /// There is no such program.
    Missing,
    /// It took too long and was ended.
    Late,
    /// It could not be run, or failed.
    Failed(String),
}

impl std::fmt::Display for RunError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => write!(f, "there is no such program"),
            Self::Late => write!(f, "it did not end in time, and was ended"),
            Self::Failed(why) => write!(f, "{why}"),
        }
    }
}

impl std::error::Error for RunError {}

/// The skill.
#[derive(Debug, Default)]
pub struct Commands(pub Vec<Program>);

impl Skill for Commands {
    type Action = Run;
    const NAME: &'static str = "commands";

    fn claim(&self, command: &Command, scene: &Scene<'_>) -> Option<Claim<Run>> {
        let program = self.0.iter().find(|program| program.intent == command.intent)?.clone();
        let input = Input {
            intent: command.intent.clone(),
            slots: command.slots.clone(),
            sentence: scene.sentence.to_owned(),
            board: scene.situation.board.clone(),
            area: scene.situation.area.clone(),
        };
        let name = spoken_name(&program.name).into();
        Some(if program.confirm {
            let question = scene.texts.get("commands-confirm", [("name", name)]);
            Claim::Confirm { question, action: Run { program, input } }
        } else {
            Claim::Do { action: Run { program, input }, say: None }
        })
    }

    fn act(&mut self, action: Run, _: &Scene<'_>) -> Said {
        Said::default().and(Effect::Run(Box::new(action)))
    }
}

/// What is said after a program was run, and what is shown if it failed.
pub fn ran(run: &Run, printed: Result<String, RunError>, texts: &Texts) -> Said {
    let program = &run.program;
    match printed {
        Ok(printed) => {
            let spoken = beginning(&printed);
            done(if spoken.is_empty() { program.say.clone() } else { spoken }, texts)
        }
        Err(error) => {
            let id = match error {
                RunError::Missing => "commands-missing",
                RunError::Late => "commands-late",
                RunError::Failed(_) => "commands-failed",
            };
            failed(id, ("commands", &program.name), &error, texts)
        }
    }
}

/// What is said when something was done: this, or that it was done.
pub(super) fn done(say: String, texts: &Texts) -> Said {
    Said::text(if say.is_empty() { texts.get("commands-done", []) } else { say })
}

/// What is said and shown when something failed that has a section and a name in the settings.
pub(super) fn failed(
    id: &str,
    (section, name): (&str, &str),
    error: &dyn std::error::Error,
    texts: &Texts,
) -> Said {
    let said = texts.get(id, [("name", spoken_name(name).into())]);
    Said::text(said).and(Effect::Trouble(format!("{section}.{name}: {error}")))
}

/// A name in the settings, for the ear.
pub(super) fn spoken_name(name: &str) -> String {
    name.replace(['-', '_'], " ")
}

/// The first lines of a text, as far as they are spoken. A first line that is too long ends between
/// two words, if possible.
pub(super) fn beginning(printed: &str) -> String {
    let mut kept = String::new();
    for line in printed.lines() {
        let plain: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        if plain.is_empty() {
            continue;
        }
        let room = MOST_SPOKEN.saturating_sub(kept.chars().count() + 1);
        if plain.chars().count() > room {
            if kept.is_empty() {
                let cut: String = plain.chars().take(MOST_SPOKEN).collect();
                kept = cut.rsplit_once(' ').map_or(cut.clone(), |(words, _)| words.to_owned());
            }
            break;
        }
        if !kept.is_empty() {
            kept.push('\n');
        }
        kept.push_str(&plain);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::{MOST_SPOKEN, beginning};

    #[test]
    fn the_first_lines_are_spoken() {
        assert_eq!(beginning(" One.\n\n  Two.\r\n"), "One.\nTwo.");
        assert_eq!(beginning(""), "");
        assert_eq!(beginning("\u{1b}[31mred\u{7}\0\n"), "[31mred");
        let long = "word ".repeat(1_000);
        let spoken = beginning(&long);
        assert!(spoken.ends_with("word") && spoken.chars().count() <= MOST_SPOKEN);
        let spoken = beginning(&"é".repeat(9_000));
        assert_eq!(spoken, "é".repeat(MOST_SPOKEN));
        let spoken = beginning(&format!("First.\n{long}\nLast."));
        assert_eq!(spoken, "First.");
    }
}
