//! A language model on a server, with the local one in reserve.

mod server;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::server::messages;
pub use self::server::{Server, ServerConfig};
use super::{Completed, Completion, Elsewhere, Exchange, Llm, Piece, Primed, Reply};
use crate::{Cancel, Error, ErrorKind, Result};

/// How long a server that failed is left alone, so that not every answer waits for it.
const REST: Duration = Duration::from_secs(30);
/// How many exchanges a server is shown. Its context is usually large, but not endless.
const MOST: usize = 20;

/// A conversation with a language model on a server. While the server cannot be reached, the
/// local model answers.
pub struct Remote {
    server: Arc<Server>,
    system: String,
    examples: Vec<Exchange>,
    local: Box<dyn Llm>,
    history: Vec<Exchange>,
    /// How many of the history the local model knows.
    known: usize,
    /// The last answer, until it is known what was heard of it, and whether the local model gave it.
    pending: Option<(Exchange, bool)>,
    /// When the server failed, since its last answer.
    failed: Option<Instant>,
}

impl Remote {
    /// A conversation that begins with a system prompt and examples. `local` is primed with what
    /// suits it.
    pub fn new(
        server: Arc<Server>,
        system: &str,
        examples: &[Exchange],
        local: Box<dyn Llm>,
    ) -> Self {
        Self {
            server,
            system: system.trim().to_owned(),
            examples: examples.to_vec(),
            local,
            history: Vec::new(),
            known: 0,
            pending: None,
            failed: None,
        }
    }

    fn remember(&mut self, exchange: Exchange) {
        self.history.push(exchange);
        if self.history.len() > MOST {
            self.history.remove(0);
            self.known = self.known.saturating_sub(1);
        }
    }

    /// Forgets what was said, but for what the local model knows.
    fn clear(&mut self) {
        self.history.clear();
        self.known = 0;
        self.pending = None;
    }

    /// The model on this machine answers.
    fn respond(
        &mut self,
        user: &str,
        may_call: bool,
        cancel: &Cancel,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Reply> {
        self.discard()?;
        for exchange in self.history.iter().skip(self.known) {
            self.local.add(exchange)?;
            self.known += 1;
        }
        let mut written = String::new();
        let mut tell = |text: &str| {
            written.push_str(text);
            on_text(text);
        };
        let reply = match may_call {
            true => self.local.reply_or_call(user, cancel, &mut tell),
            false => self.local.reply(user, cancel, &mut tell),
        };
        let user = user.trim().to_owned();
        self.pending = Some((Exchange { user, assistant: written }, true));
        reply
    }
}

impl Llm for Remote {
    fn prime(
        &mut self,
        system: &str,
        examples: &[Exchange],
        saved: Option<&Path>,
    ) -> Result<Primed> {
        self.clear();
        self.system = system.trim().to_owned();
        self.examples = examples.to_vec();
        self.local.prime(system, examples, saved)
    }

    fn reply_elsewhere(
        &mut self,
        user: &str,
        cancel: &Cancel,
        on_text: &mut dyn FnMut(&str),
    ) -> Elsewhere {
        if self.failed.is_some_and(|failed| failed.elapsed() < REST) {
            return Elsewhere::No;
        }
        let user = user.trim();
        if let Err(error) = self.discard() {
            return Elsewhere::Answered(Err(error));
        }
        if user.is_empty() {
            let error = Error::new(ErrorKind::Input, "there is nothing to answer");
            return Elsewhere::Answered(Err(error));
        }
        let said = self.examples.iter().chain(&self.history);
        let messages = messages(&self.system, said, user);
        let mut reply = Reply::default();
        let done = self.server.chat(messages, cancel, &mut reply, on_text);
        let (user, assistant) = (user.to_owned(), reply.text.clone());
        self.pending = Some((Exchange { user, assistant }, false));
        match done {
            Ok(()) => self.failed = None,
            Err(error) if error.is_cancelled() => return Elsewhere::Answered(Err(error)),
            Err(error) => {
                let first = self.failed.replace(Instant::now()).is_none();
                if reply.text.is_empty() {
                    self.pending = None;
                    return Elsewhere::Failed { error, first };
                }
                // A part of it may have been heard: it ends here.
                log::warn!("{error}: the reply ends early");
                reply.truncated = true;
            }
        }
        Elsewhere::Answered(Ok(reply))
    }

    fn reply(
        &mut self,
        user: &str,
        cancel: &Cancel,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Reply> {
        self.respond(user, false, cancel, on_text)
    }

    fn reply_or_call(
        &mut self,
        user: &str,
        cancel: &Cancel,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Reply> {
        self.respond(user, true, cancel, on_text)
    }

    /// The model on this machine answers: a program that has a list of messages can ask the server
    /// itself.
    fn complete(
        &mut self,
        completion: &Completion<'_>,
        cancel: &Cancel,
        on_piece: &mut dyn FnMut(Piece<'_>),
    ) -> Result<Completed> {
        self.discard()?;
        self.local.complete(completion, cancel, on_piece)
    }

    fn keep(&mut self, heard: Option<&str>) -> Result<()> {
        let Some((mut exchange, is_local)) = self.pending.take() else { return Ok(()) };
        if let Some(heard) = heard {
            exchange.assistant = heard.to_owned();
        }
        if is_local {
            self.local.keep(heard)?;
        }
        self.remember(exchange);
        if is_local {
            self.known = self.history.len();
        }
        Ok(())
    }

    fn add(&mut self, exchange: &Exchange) -> Result<()> {
        self.discard()?;
        if !exchange.assistant.trim().is_empty() {
            self.remember(exchange.clone());
        }
        Ok(())
    }

    fn discard(&mut self) -> Result<()> {
        self.pending = None;
        self.local.discard()
    }

    fn forget(&mut self) -> Result<()> {
        self.clear();
        self.local.forget()
    }

    fn history(&self) -> &[Exchange] {
        &self.history
    }
}
