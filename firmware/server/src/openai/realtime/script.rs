//! What the language model of a Realtime session answers, shared between the session and its
//! conversation.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sayso_models::llm::{Call, Choice, Completed, Completion, Message, Role, Sampling, Tool};
use tokio::sync::{Notify, mpsc};

/// In place of words: what is there is to be answered.
pub const ANSWER: &str = "\u{e000}";

/// How an answer is to be.
#[derive(Clone, Debug, Default)]
pub struct Manner {
    /// The instructions.
    pub system: String,
    pub tools: Vec<Tool>,
    pub choice: Choice,
    /// The most tokens; `None` is as many as usual.
    pub most: Option<u32>,
    /// Whether it is spoken.
    pub spoken: bool,
}

/// An answer that the client has asked for.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// What the conversation gets as the question.
    pub text: String,
    pub manner: Manner,
    /// What is answered, if it is not the conversation.
    pub messages: Option<Vec<Message>>,
}

/// What is to be answered, and how.
#[derive(Clone, Debug, Default)]
pub struct Script {
    pub manner: Manner,
    /// What was said, called and returned.
    pub messages: Vec<Message>,
    /// Whether an utterance is answered without being asked.
    pub answers: bool,
    /// Whether the client answers for what is said.
    pub instructed: bool,
    /// What the client has asked for, until it is begun.
    pub prompt: Option<Prompt>,
}

/// What the model reports, beside the text that is spoken.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The number of the answer. One that was only guessed may be dropped.
    pub draft: u64,
    pub told: Told,
}

/// What is reported.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// An answer begins: to a prompt, or to an utterance.
    Begun { prompted: bool },
    /// A piece of an answer that is not spoken.
    Text(String),
    /// A call.
    Call(Call),
    /// It is complete.
    Done(Box<Completed>),
    /// It was only a guess, or nothing of it was heard.
    Dropped,
}

/// The script, and where reports go. Clones are the same.
#[derive(Clone)]
pub struct Desk {
    script: Arc<Mutex<Script>>,
    reports: mpsc::UnboundedSender<Report>,
    news: Arc<Notify>,
    sampling: Sampling,
}

impl Desk {
    /// An empty script. `news` is notified of each report. `sampling` is used where the client
    /// sets nothing.
    pub fn new(news: Arc<Notify>, sampling: Sampling) -> (Self, mpsc::UnboundedReceiver<Report>) {
        let (reports, told) = mpsc::unbounded_channel();
        (Self { script: Arc::default(), reports, news, sampling }, told)
    }

    /// The script.
    pub fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reports. It does not matter if nobody is there any more.
    pub fn tell(&self, draft: u64, told: Told) {
        let _ = self.reports.send(Report { draft, told });
        self.news.notify_one();
    }

    /// What is to be answered if the conversation asks this.
    pub fn asked(&self, user: &str) -> Asked {
        let mut script = self.script();
        let prompt = script.prompt.take_if(|prompt| prompt.text.trim() == user);
        let (manner, mut messages) = match &prompt {
            Some(prompt) => {
                let messages = prompt.messages.clone();
                (prompt.manner.clone(), messages.unwrap_or_else(|| script.messages.clone()))
            }
            None => (script.manner.clone(), script.messages.clone()),
        };
        if prompt.is_none() && user != ANSWER {
            messages.push(Message::new(Role::User, user));
        }
        if !manner.system.is_empty() {
            messages.insert(0, Message::new(Role::System, manner.system.clone()));
        }
        let mut sampling = self.sampling.clone();
        sampling.max_tokens = manner.most.unwrap_or(sampling.max_tokens);
        let answers = prompt.is_some() || script.answers;
        Asked { prompted: prompt.is_some(), answers, messages, manner, sampling }
    }
}

/// What is to be answered.
pub struct Asked {
    pub prompted: bool,
    /// Whether it is answered at all.
    pub answers: bool,
    pub messages: Vec<Message>,
    pub manner: Manner,
    pub sampling: Sampling,
}

impl Asked {
    /// The same, for the model.
    pub fn completion(&self) -> Completion<'_> {
        Completion {
            messages: &self.messages,
            tools: &self.manner.tools,
            choice: self.manner.choice.clone(),
            parallel: true,
            sampling: self.sampling.clone(),
            ..Completion::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk() -> Desk {
        let desk = Desk::new(Arc::default(), Sampling::default()).0;
        desk.script().messages = vec![Message::new(Role::User, "Before.")];
        desk.script().manner.system = "Be brief.".into();
        desk
    }

    #[test]
    fn an_utterance_follows_what_was_said() {
        let desk = desk();
        let asked = desk.asked("Now?");
        let texts: Vec<_> = asked.messages.iter().map(|message| message.text.as_str()).collect();
        assert_eq!(texts, ["Be brief.", "Before.", "Now?"]);
        assert!(!asked.prompted && !asked.answers);
        desk.script().answers = true;
        assert!(desk.asked("Now?").answers);
    }

    #[test]
    fn a_prompt_is_answered_once_and_in_its_own_manner() {
        let desk = desk();
        let manner = Manner { most: Some(7), ..Manner::default() };
        let prompt = Prompt { text: "Before.".into(), manner, messages: None };
        desk.script().prompt = Some(prompt.clone());
        assert!(!desk.asked("Other.").prompted);
        let asked = desk.asked("Before.");
        assert!(asked.prompted && asked.answers && asked.messages.len() == 1);
        assert_eq!(asked.sampling.max_tokens, 7);
        assert!(!desk.asked("Before.").prompted);
        desk.script().prompt = Some(Prompt { messages: Some(Vec::new()), ..prompt });
        assert!(desk.asked("Before.").messages.is_empty());
    }
}
