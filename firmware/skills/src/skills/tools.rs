//! Tools of others, by the Model Context Protocol: an intent calls a tool of a server. The call
//! itself is made by the [caller](Effect::Call), because it may take long, and other boards must not
//! wait for it.

use serde::{Deserialize, Serialize};

use super::commands::{beginning, done, failed, spoken_name};
use crate::language::Texts;
use crate::plan::{Claim, Command, Effect, Said, Scene, Slots};
use crate::skill::Skill;

/// How long a server may take to start, or to be reached, in s.
pub const SERVER_STARTS_S: u32 = 10;

/// A tool that the user has listed. No other tool of a server is ever called.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    /// Its name in the settings.
    pub name: String,
    /// The intent that it carries out.
    pub intent: String,
    /// The server, by its name in the settings.
    pub server: String,
    /// What the server calls it.
    pub tool: String,
    /// After how long its result is no longer waited for, in s.
    pub time_limit_s: u32,
    /// Whether it is called without asking first.
    pub safe: bool,
    /// What is said in place of its result; "" for its result.
    pub say: String,
}

/// A tool that is to be called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The tool.
    pub tool: Tool,
    /// Its arguments: the slots of the sentence.
    pub arguments: Slots,
}

/// Why a server of tools cannot be used, and what to do about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Obstacle {
    /// Why.
    pub why: String,
    /// What to do; "" if there is nothing special.
    pub todo: String,
}

impl Obstacle {
    /// Why, and what to do.
    pub fn new(why: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { why: why.into(), todo: todo.into() }
    }
}

impl std::fmt::Display for Obstacle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.todo.is_empty() {
            true => write!(f, "{}", self.why),
            false => write!(f, "{}: {}", self.why, self.todo),
        }
    }
}

impl From<&str> for Obstacle {
    fn from(why: &str) -> Self {
        Self::new(why, "")
    }
}

impl From<String> for Obstacle {
    fn from(why: String) -> Self {
        Self::new(why, "")
    }
}

/// Why a tool did not do what it should. No reason holds words that were said, or that the server
/// has sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError {
    /// The server cannot be started or reached, so nothing was sent to the tool.
    Unreachable(Obstacle),
    /// The server has no such tool, or it wants other arguments. It was not called.
    Changed(String),
    /// No result came in time. Whether it was done is not known.
    Late,
    /// The connection was lost during the call. Whether it was done is not known.
    Lost(String),
    /// The tool, or the server, reports that it failed.
    Failed(String),
}

impl std::fmt::Display for CallError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreachable(obstacle) => write!(f, "{obstacle}"),
            Self::Changed(why) | Self::Lost(why) | Self::Failed(why) => write!(f, "{why}"),
            Self::Late => write!(f, "it did not answer in time"),
        }
    }
}

impl std::error::Error for CallError {}

/// The skill.
#[derive(Debug, Default)]
pub struct Tools(pub Vec<Tool>);

impl Skill for Tools {
    type Action = Call;
    const NAME: &'static str = "tools";

    fn claim(&self, command: &Command, scene: &Scene<'_>) -> Option<Claim<Call>> {
        let tool = self.0.iter().find(|tool| tool.intent == command.intent)?.clone();
        let name = spoken_name(&tool.name).into();
        let safe = tool.safe;
        let action = Call { tool, arguments: command.slots.clone() };
        Some(if safe {
            Claim::Do { action, say: None }
        } else {
            let question = scene.texts.get("tools-confirm", [("name", name)]);
            Claim::Confirm { question, action }
        })
    }

    fn act(&mut self, action: Call, _: &Scene<'_>) -> Said {
        Said::default().and(Effect::Call(Box::new(action)))
    }
}

/// What is said after a tool was called, and what is shown if that failed.
pub fn called(call: &Call, result: Result<String, CallError>, texts: &Texts) -> Said {
    let tool = &call.tool;
    match result {
        Ok(text) => {
            done(if tool.say.is_empty() { beginning(&text) } else { tool.say.clone() }, texts)
        }
        Err(error) => {
            let id = match error {
                CallError::Unreachable(_) => "tools-unreachable",
                CallError::Changed(_) => "tools-changed",
                CallError::Late => "tools-late",
                CallError::Lost(_) => "tools-lost",
                CallError::Failed(_) => "tools-failed",
            };
            failed(id, ("tools", &tool.name), &error, texts)
        }
    }
}
