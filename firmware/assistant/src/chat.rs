//! Typed turns: the mind alone, without ears or a voice.

use sayso_core::turn::TurnId;
use sayso_models::Cancel;
use sayso_models::llm::{Llm, Reply};

use crate::config::Config;
use crate::cores::Cores;
use crate::engines::{cores, threads};
use crate::error::Result;
use crate::mind::{Job, Mind, Thought};

/// A conversation in writing.
pub struct Chat {
    llm: Box<dyn Llm>,
    cores: Cores,
    threads: usize,
}

impl Chat {
    /// A conversation with `llm`, on as many threads as `config` grants it.
    pub fn new(config: &Config, llm: Box<dyn Llm>) -> Self {
        let cores = Cores::new(cores());
        let threads = threads(config.llm.threads, cores.total());
        Self { llm, cores, threads }
    }

    /// Answers a turn and remembers the exchange. The reply is handed to
    /// `on_text` as it is written.
    ///
    /// # Errors
    /// As [`Llm::reply`]. The turn is then as if it had never been.
    pub fn turn(
        &mut self,
        text: &str,
        cancel: &Cancel,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Reply> {
        let turn = TurnId(0);
        let mut mind = Mind::new(self.llm.as_mut(), self.cores.clone(), self.threads);
        let (mut reply, mut failed) = (Reply::default(), None);
        let (text, flag) = (text.to_owned(), cancel.clone());
        let answer = Job::Answer { turn, unanswered: String::new(), text, cancel: flag };
        mind.work(answer, &mut |thought| match thought {
            Thought::Text { text, .. } => on_text(&text),
            Thought::Done { reply: done, .. } => reply = done,
            Thought::Broken { error, .. } => failed = Some(error),
            Thought::Clause { .. } => {}
        });
        let settle = match failed {
            Some(_) => Job::Discard { turn },
            None => Job::Keep { turn, heard: None },
        };
        mind.work(settle, &mut |thought| {
            if let Thought::Broken { error, .. } = thought {
                failed.get_or_insert(error);
            }
        });
        failed.map_or(Ok(reply), |error| Err(error.into()))
    }
}
