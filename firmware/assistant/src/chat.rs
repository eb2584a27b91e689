//! Typed turns: the responder alone, without microphone or voice.

use std::sync::Arc;

use sayso_core::turn::TurnId;
use sayso_models::Cancel;
use sayso_models::llm::{Llm, Reply};

use crate::clock::WallClock;
use crate::config::Config;
use crate::cores::Cores;
use crate::engines::{cores, threads};
use crate::error::Result;
use crate::responder::{Job, Responder, Response};
use crate::worker::Worker;

/// A typed conversation.
pub struct Chat(Responder);

impl Chat {
    /// A conversation with `llm`, on as many threads as `config` allows.
    pub fn new(config: &Config, llm: Box<dyn Llm>) -> Self {
        let asked = config.llm.threads;
        let cores = match asked {
            0 => Cores::following(cores()),
            _ => Cores::new(cores()),
        };
        let threads = threads(asked, cores.total());
        Self(Responder::new(llm, cores.seat(), threads, Arc::new(WallClock), config))
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
        let turn = TurnId(0);
        let (mut reply, mut failed) = (Reply::default(), None);
        let (text, flag) = (text.to_owned(), cancel.clone());
        let answer = Job::Answer { turn, unanswered: String::new(), text, cancel: flag };
        self.0.run(answer, cancel, &mut |thought| match thought {
            Response::Text { text, .. } => on_text(&text),
            Response::Done { reply: done, .. } => reply = done,
            Response::Broken { error, .. } => failed = Some(error),
            Response::Clause { .. } | Response::Forgot { .. } | Response::Ruined { .. } => {}
        });
        let settle = match failed {
            Some(_) => Job::Discard { turn },
            None => Job::Keep { turn, heard: None },
        };
        self.0.run(settle, &Cancel::new(), &mut |thought| {
            if let Response::Forgot { error } | Response::Ruined { error } = thought {
                failed.get_or_insert(error);
            }
        });
        failed.map_or(Ok(reply), |error| Err(error.into()))
    }
}
