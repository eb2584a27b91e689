//! Typed turns: the skills and the responder alone, without microphone or voice.

use std::sync::Arc;

use sayso_core::turn::TurnId;
use sayso_language::Language;
use sayso_models::Cancel;
use sayso_models::llm::{Llm, Reply};
use sayso_skills::{Effect, Request, Situation};

use crate::clauses::split;
use crate::clock::WallClock;
use crate::config::Config;
use crate::cores::Cores;
use crate::engines::{cores, threads};
use crate::error::Result;
use crate::responder::{Job, Responder, Response};
use crate::skills::{SharedSkills, now};
use crate::worker::Worker;

/// A typed conversation.
pub struct Chat {
    responder: Responder,
    language: &'static Language,
    /// The skills, and what was said before.
    skills: Option<(SharedSkills, Situation)>,
}

/// What the language model makes of a text.
enum Thought {
    Reply(Reply),
    /// A sentence for the skills.
    Call(String),
}

/// The name of a typed conversation, where timers are set and found again.
const BOARD: &str = "chat";

impl Chat {
    /// A conversation with `llm`, on as many threads as `config` allows.
    pub fn new(config: &Config, llm: Box<dyn Llm>) -> Self {
        let asked = config.llm.threads;
        let cores = match asked {
            0 => Cores::following(cores()),
            _ => Cores::new(cores()),
        };
        let threads = threads(asked, cores.total());
        let responder = Responder::new(llm, cores.seat(), threads, Arc::new(WallClock), config);
        Self { responder, language: config.spoken(), skills: None }
    }

    /// Answers with skills what they can answer.
    pub fn use_skills(mut self, skills: SharedSkills) -> Self {
        self.skills = Some((skills, Situation::new(BOARD)));
        self
    }

    /// The answer of a skill, if one claims the text, or the command that the language model wrote
    /// for it.
    fn skilled(&mut self, text: &str, cancel: &Cancel) -> Option<String> {
        let (skills, situation) = self.skills.as_mut()?;
        let now = now(&WallClock);
        let plan = skills.claim(&Request::new(text, &now, situation))?;
        let before = plan.say().map(str::to_owned);
        let said = skills.act(plan, &now, situation, cancel);
        for effect in &said.effects {
            if let Effect::Trouble(message) = effect {
                log::error!("{message}");
            }
        }
        let answer: Vec<String> = before.into_iter().chain(said.text).collect();
        // Without the markup that a tool may have sent, as it would be spoken.
        Some(split(self.language, &answer.join(" ")).0)
    }

    /// Answers a turn and remembers the exchange. The reply is passed to `on_text` as it is
    /// written.
    ///
    /// # Errors
    /// As [`Llm::reply`]. The turn then leaves no trace.
    pub fn turn(
        &mut self,
        text: &str,
        cancel: &Cancel,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Reply> {
        if let Some(answer) = self.skilled(text, cancel) {
            return Ok(self.done(text, answer, on_text));
        }
        match self.think(text, self.skills.is_some(), cancel, on_text)? {
            Thought::Reply(reply) => Ok(reply),
            Thought::Call(command) => {
                if let Some(answer) = self.skilled(&command, cancel) {
                    log::info!("the language model called: {command}");
                    return Ok(self.done(text, answer, on_text));
                }
                match self.think(text, false, cancel, on_text)? {
                    Thought::Reply(reply) => Ok(reply),
                    Thought::Call(_) => Ok(Reply::default()),
                }
            }
        }
    }

    /// The reply of a skill.
    fn done(&mut self, text: &str, answer: String, on_text: &mut dyn FnMut(&str)) -> Reply {
        on_text(&answer);
        self.remember(text, &answer);
        let mut reply = Reply::default();
        reply.text = answer;
        reply
    }

    /// What the language model makes of a text.
    fn think(
        &mut self,
        text: &str,
        may_call: bool,
        cancel: &Cancel,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Thought> {
        let mut call = None;
        let turn = TurnId(0);
        let (mut reply, mut failed) = (Reply::default(), None);
        let (asked, text, flag) = (text, text.to_owned(), cancel.clone());
        let unanswered = String::new();
        let answer = Job::Answer { turn, unanswered, text, may_call, cancel: flag };
        self.responder.run(answer, cancel, &mut |thought| match thought {
            Response::Text { text, .. } => on_text(&text),
            Response::Done { reply: done, .. } => reply = done,
            Response::Broken { error, .. } => failed = Some(error),
            Response::Call { command, .. } => call = Some(command),
            Response::Alone { error } => log::error!("{error}; the model on this machine answers"),
            Response::Clause { .. } | Response::Forgot { .. } | Response::Ruined { .. } => {}
        });
        if let Some(command) = call {
            return Ok(Thought::Call(command));
        }
        let settle = match failed {
            Some(_) => Job::Discard { turn },
            None => Job::Keep { turn, heard: None },
        };
        self.responder.run(settle, &Cancel::new(), &mut |thought| {
            if let Response::Forgot { error } | Response::Ruined { error } = thought {
                failed.get_or_insert(error);
            }
        });
        match failed {
            Some(error) => Err(error.into()),
            None => {
                self.remember(asked, &reply.text);
                if let Some((skills, _)) = &self.skills {
                    skills.passed(BOARD);
                }
                Ok(Thought::Reply(reply))
            }
        }
    }

    fn remember(&mut self, asked: &str, answered: &str) {
        if let Some((_, situation)) = &mut self.skills {
            situation.asked = Some(asked.to_owned());
            situation.answered = Some(answered.to_owned());
        }
    }
}
