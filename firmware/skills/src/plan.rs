//! What a sentence asks for, and the result.

use std::collections::BTreeMap;

use jiff::Zoned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::language::Texts;
use crate::skills::{Call, Deck, MusicOrder, Run};

/// Slots and their values.
pub type Slots = BTreeMap<String, Value>;

/// An intent and its slots.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// The intent. Where Home Assistant has a name for it, it is that name.
    pub intent: String,
    /// Its slots.
    pub slots: Slots,
}

impl Command {
    /// A command.
    pub fn new(intent: &str, slots: Slots) -> Self {
        Self { intent: intent.to_owned(), slots }
    }

    /// The text in a slot.
    pub fn text(&self, slot: &str) -> Option<&str> {
        self.slots.get(slot)?.as_str()
    }

    /// The whole number in a slot.
    pub fn whole(&self, slot: &str) -> Option<i64> {
        self.slots.get(slot)?.as_i64()
    }

    /// The same command with other values in some slots.
    pub fn with(&self, slots: &Slots) -> Self {
        let mut command = self.clone();
        command.slots.extend(slots.iter().map(|(slot, value)| (slot.clone(), value.clone())));
        command
    }
}

/// What a skill makes of a command. Nothing has been done yet.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim<A = Value> {
    /// The answer is known, and nothing is to be done.
    Say(String),
    /// This is to be done.
    Do {
        /// What.
        action: A,
        /// What can be said before it is done. `None` if it depends on how it goes.
        say: Option<String>,
    },
    /// This is to be done if the user says yes.
    Confirm {
        /// The question.
        question: String,
        /// What is to be done.
        action: A,
    },
    /// A slot is missing.
    Missing {
        /// The question.
        question: String,
        /// The slot. Templates with `requires_context: {asked: SLOT}` match the answer.
        slot: String,
    },
    /// Several things may be meant.
    Which {
        /// The question.
        question: String,
        /// A name for each, and the command that it stands for.
        choices: Vec<(String, Command)>,
    },
}

/// What is done when a turn is released. See [`Skills::claim`](crate::Skills::claim).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// The skill.
    pub skill: &'static str,
    /// What was understood.
    pub command: Command,
    /// What the skill makes of it.
    pub claim: Claim,
    /// What is taken back first, because the user corrects it: a skill and its action.
    pub undo: Option<(&'static str, Value)>,
    /// How it came about.
    pub how: How,
}

/// How a [`Plan`] came about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// By a command, or by an answer that completes one.
    #[default]
    Plain,
    /// By a yes to the question whether it is really to be done.
    Confirmed,
    /// By a correction.
    Repaired,
}

impl Plan {
    /// What can be said before anything is done: the answer, or the question that is asked back.
    /// `None` if only [`Skills::act`](crate::Skills::act) knows.
    pub fn say(&self) -> Option<&str> {
        match &self.claim {
            Claim::Say(said) => Some(said),
            Claim::Do { say, .. } => say.as_deref(),
            Claim::Confirm { question, .. }
            | Claim::Missing { question, .. }
            | Claim::Which { question, .. } => Some(question),
        }
    }

    /// Whether it asks something back, so that the assistant listens for an answer.
    pub fn asks(&self) -> bool {
        !matches!(self.claim, Claim::Say(_) | Claim::Do { .. })
    }
}

/// What the program does for a skill, because only it can.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Sets the volume: a factor, 0 to 2.
    Volume(f32),
    /// Mutes the microphone. Somebody has to make it hear again by other means.
    Mute,
    /// Sets how fast the assistant speaks: a factor, 1 for the usual pace.
    Pace(f32),
    /// Tells the board's music player what to do.
    Music(MusicOrder),
    /// Something in the home has changed, in words for a log or a screen: its name and its state.
    Changed(String, String),
    /// Runs a program of the user's, and has [`Skills::ran`](crate::Skills::ran) say how it went.
    Run(Box<Run>),
    /// Calls a tool of a server, and has [`Skills::called`](crate::Skills::called) say how it went.
    Call(Box<Call>),
    /// Something went wrong, in words for a log or a screen. No word of them was said.
    Trouble(String),
    /// The skill waits for a device: have [`Skills::go_on`](crate::Skills::go_on) look after it in a
    /// moment.
    Again(Box<Again>),
}

/// An action that has begun and must be looked after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Again {
    /// The skill.
    pub skill: String,
    /// The rest of the action.
    pub action: Value,
}

/// The result of an action.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    /// What is still to be said.
    pub text: Option<String>,
    /// What the program has to do.
    pub effects: Vec<Effect>,
    /// The action that takes this one back.
    pub undo: Option<Value>,
    /// Whether the text says that it was not done, or not yet.
    pub failed: bool,
    /// What is said if nothing else is said in the end.
    pub otherwise: Option<String>,
}

impl Said {
    /// With these words.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..Self::default() }
    }

    /// With something that the program has to do.
    #[must_use]
    pub fn and(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }

    /// With its result, which is known later.
    #[must_use]
    pub fn then(mut self, later: Self) -> Self {
        self.text = match (self.text.take(), later.text) {
            (Some(first), Some(then)) => Some(format!("{first} {then}")),
            (first, then) => first.or(then),
        };
        self.effects.extend(later.effects);
        self.failed |= later.failed;
        self
    }

    /// What is said in the end.
    #[must_use]
    pub fn in_the_end(mut self) -> Self {
        self.text = self.text.or(self.otherwise.take());
        self
    }

    /// With the action that takes it back.
    #[must_use]
    pub fn undone_by(self, action: &impl Serialize) -> Self {
        Self { undo: serde_json::to_value(action).ok(), ..self }
    }
}

/// Something that rings: a timer, an alarm, a reminder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ring {
    /// What is said.
    pub text: String,
    /// The board where it was set.
    pub board: String,
    /// Whether a chime sounds first.
    pub chime: bool,
    /// Whether it rings again until somebody says "stop".
    pub repeats: bool,
}

/// Where and when something is said.
#[derive(Clone, Debug, PartialEq)]
pub struct Situation {
    /// The board.
    pub board: String,
    /// The area where the board is.
    pub area: Option<String>,
    /// The volume of the board: a factor, 0 to 2.
    pub volume: f32,
    /// How fast the assistant speaks: a factor, 1 for the usual pace.
    pub pace: f32,
    /// What its music player does; `None` if it has none.
    pub music: Option<Deck>,
    /// What was asked before, by this board's last turn.
    pub asked: Option<String>,
    /// What was answered.
    pub answered: Option<String>,
}

impl Situation {
    /// A board that has just been switched on.
    pub fn new(board: impl Into<String>) -> Self {
        let board = board.into();
        let (asked, answered) = (None, None);
        Self { board, area: None, volume: 1.0, pace: 1.0, music: None, asked, answered }
    }
}

/// What a skill sees besides the command.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The time, in the user's time zone.
    pub now: &'a Zoned,
    /// What was said; "" while an action is carried out.
    pub sentence: &'a str,
    /// Where and when it is said.
    pub situation: &'a Situation,
    /// The answers of the language.
    pub texts: &'a Texts,
    /// The skill and the command of the last turn, while one may refer to it.
    pub last: Option<(&'static str, &'a Command)>,
    /// The names of the skills that are switched on.
    pub skills: &'a [&'static str],
}

impl Scene<'_> {
    /// The command of the last turn, if it was one of this skill.
    pub fn last_of(&self, skill: &str) -> Option<&Command> {
        self.last.filter(|(last, _)| *last == skill).map(|(_, command)| command)
    }
}
