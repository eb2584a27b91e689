//! Completions: an answer to a list of messages, with tools that the model may call. A completion
//! is independent of the conversation that a session holds.

use serde_json::Value;

use super::Sampling;

mod held;
mod schema;
mod tools;
#[cfg(feature = "llama")]
mod write;

pub use schema::Grammar;

/// Who says a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Instructions.
    System,
    /// The user.
    User,
    /// The model.
    Assistant,
    /// A tool that the model has called: its result.
    Tool,
}

/// A message of a completion.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// The text; may be empty if there are calls.
    pub text: String,
    /// What the model called in it.
    pub calls: Vec<Call>,
}

impl Message {
    /// A message without calls.
    pub fn new(role: Role, text: impl Into<String>) -> Self {
        Self { role, text: text.into(), calls: Vec::new() }
    }
}

/// A call of a tool.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The tool's name.
    pub name: String,
    /// Its arguments, as a JSON object.
    pub arguments: String,
}

/// A tool that the model may call.
#[derive(Clone, Debug, PartialEq)]
pub struct Tool {
    /// Its name: letters, digits, `_` and `-`, at most 64.
    pub name: String,
    /// What it does, for the model.
    pub description: String,
    /// The JSON schema of its arguments.
    pub parameters: Value,
}

/// Whether the model calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// It decides itself.
    #[default]
    Auto,
    /// It must not.
    Never,
    /// It must call one of the tools.
    Required,
    /// It must call this one.
    Named(String),
}

/// What a completion is about.
#[derive(Clone, Debug, Default)]
pub struct Completion<'a> {
    /// The messages, oldest first. The answer follows the last one.
    pub messages: &'a [Message],
    /// The tools.
    pub tools: &'a [Tool],
    /// Whether they are called.
    pub choice: Choice,
    /// Whether several calls may be made at once.
    pub parallel: bool,
    /// How tokens are chosen. [`Sampling::max_tokens`] is the most that are written.
    pub sampling: Sampling,
    /// The answer ends before any of these texts.
    pub stop: &'a [String],
    /// The answer is JSON that fits this schema.
    pub schema: Option<&'a Value>,
}

impl Completion<'_> {
    /// Whether the model is offered the tools.
    fn offers(&self) -> bool {
        !self.tools.is_empty() && self.choice != Choice::Never
    }
}

/// A piece of an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Piece<'p> {
    /// Text, in whole characters.
    Text(&'p str),
    /// A call, complete.
    Call(&'p Call),
    /// A token was written that is no piece by itself: others may have the cores.
    Held,
}

/// Why an answer ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// By itself, or before a text at which it was to stop.
    #[default]
    Stop,
    /// At the limit of tokens.
    Length,
    /// With a call.
    Calls,
}

/// A complete answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Completed {
    /// Its text.
    pub text: String,
    /// Its calls.
    pub calls: Vec<Call>,
    /// Why it ended.
    pub end: End,
    /// Tokens of the messages, those in the cache included.
    pub prompt_tokens: usize,
    /// How many of them were in the cache.
    pub cached_tokens: usize,
    /// Tokens of the answer.
    pub reply_tokens: usize,
}
