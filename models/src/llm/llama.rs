//! Language models on llama.cpp: any GGUF file.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::calls::Calls;
use super::chat;
use super::config::Overflow;
use super::context::{Beginning, Context};
use super::gguf::Header;
use super::model::Model;
use super::{Completed, Completion, Exchange, Llm, Piece, Primed, Reply, saved};
use crate::{Cancel, Error, ErrorKind, Result, ggml};

/// Room for what the chat template adds after a reply, in tokens.
pub(super) const MARGIN: usize = 16;

/// A conversation with a language model of llama.cpp.
///
/// The KV cache always corresponds to a list of tokens ([`cached`](Self::cached)). Each prompt is
/// rendered and tokenised whole, from the history, by the model's own chat template. The part that
/// it has in common with the cache is kept, the rest is removed or evaluated. So a prompt with a
/// cached prefix is, token for token, the prompt without a cache.
pub struct Llama {
    pub(super) model: Arc<Model>,
    pub(super) context: Context,
    pub(super) primed: Arc<Prompt>,
    pub(super) history: Vec<Exchange>,
    pub(super) pending: Option<Exchange>,
    /// The commands that it may write.
    calls: Option<Calls>,
    /// The flag for work that cannot be cancelled. Its checks are counted in the same place as those
    /// of the last reply.
    pub(super) pulse: Cancel,
}

/// A system prompt and examples, and their evaluated state.
#[derive(Default)]
pub(super) struct Prompt {
    system: String,
    pub(super) examples: Vec<Exchange>,
    /// `None` if there is no prompt.
    evaluated: Option<Beginning>,
}

impl Llama {
    /// A conversation that begins with an evaluated prompt.
    pub(super) fn new(
        model: Arc<Model>,
        primed: Arc<Prompt>,
        calls: Option<Calls>,
    ) -> Result<Self> {
        let mut context = model.context()?;
        if let Some(evaluated) = &primed.evaluated {
            context.begin(evaluated)?;
        }
        let (history, pending, pulse) = (Vec::new(), None, Cancel::new());
        Ok(Self { model, context, primed, history, pending, calls, pulse })
    }

    /// The sequence in the cache.
    #[cfg(test)]
    pub(super) fn context(&self) -> &Context {
        &self.context
    }

    /// The prompt for the [`new`](Self::new) of others.
    pub(super) fn primed(&self) -> Arc<Prompt> {
        self.primed.clone()
    }

    /// Whether the file at `path` is a language model that can be loaded, as far as its header
    /// shows.
    ///
    /// # Errors
    /// [`Missing`](ErrorKind::Missing), [`Damaged`](ErrorKind::Damaged) or
    /// [`Io`](ErrorKind::Io).
    pub fn check(path: &Path) -> Result<Header> {
        super::model::check(path)
    }

    /// The header of the model file.
    pub fn header(&self) -> &Header {
        &self.model.header
    }

    /// The tokens whose state is in the KV cache.
    pub fn cached(&self) -> &[i32] {
        self.context.tokens()
    }

    /// The scores (logits) of all tokens for the next position after those evaluated last. Empty
    /// before the first evaluation.
    pub fn scores(&self) -> &[f32] {
        self.context.scores()
    }

    /// Continues an earlier conversation, after [`prime`](Llm::prime). It is evaluated with the
    /// next reply.
    pub fn resume(&mut self, history: &[Exchange]) {
        self.pending = None;
        self.history = history.to_vec();
    }

    /// Empties the KV cache, so that the next reply evaluates its whole prompt; for measurements
    /// and tests.
    pub fn clear_cache(&mut self) {
        self.context.clear();
    }

    /// The tokens of a prompt that consists of the primed system prompt and examples, these
    /// exchanges and, if given, the words of `user`, which are to be answered.
    ///
    /// # Errors
    /// [`Input`](ErrorKind::Input) when a text is too long for llama.cpp.
    pub fn prompt(&self, history: &[Exchange], user: Option<&str>) -> Result<Vec<i32>> {
        let Prompt { system, examples, .. } = &*self.primed;
        let system = (!system.is_empty()).then_some(("system", system.as_str()));
        let exchanges = examples.iter().chain(history).flat_map(|exchange| {
            let user = (!exchange.is_note()).then_some(("user", exchange.user.as_str()));
            user.into_iter().chain([("assistant", exchange.assistant.as_str())])
        });
        let last = user.map(|user| ("user", user));
        let messages: Vec<_> = system.into_iter().chain(exchanges).chain(last).collect();
        self.model.chat.tokens(self.context.model(), &messages, user.is_some())
    }

    /// The tokens with which every next prompt begins: those of the history, and those that the
    /// chat template puts before the user's words. They are in the cache while the user speaks.
    ///
    /// # Errors
    /// As [`prompt`](Self::prompt).
    pub fn opening(&self) -> Result<Vec<i32>> {
        // Whatever is said, it cannot equal both of these.
        let mut opening = self.prompt(&self.history, Some("a"))?;
        let other = self.prompt(&self.history, Some("1"))?;
        let same = opening.iter().zip(&other).take_while(|(a, b)| a == b).count();
        opening.truncate(same);
        Ok(opening)
    }

    /// Makes the cache hold exactly `tokens`. On an error it holds the first of them.
    fn hold(&mut self, tokens: &[i32], cancel: &Cancel) -> Result<()> {
        self.context.share(tokens);
        let held = self.context.tokens().len();
        self.context.append(&tokens[held..], cancel)
    }

    /// How many tokens a prompt may have before a reply of this length.
    fn room(&self, reply: usize) -> usize {
        self.model.capacity().saturating_sub(reply + MARGIN)
    }

    /// Drops the oldest exchanges until at most the configured number is left, and the history,
    /// `user` and a reply fit. Returns the prompt; `None` if they do not fit even without history.
    fn make_room(&mut self, user: Option<&str>, reply: usize) -> Result<Option<Vec<i32>>> {
        let room = self.room(reply);
        let least = self.history.len().saturating_sub(self.model.config.exchanges as usize);
        for dropped in least..=self.history.len() {
            let prompt = self.prompt(&self.history[dropped..], user)?;
            if prompt.len() > room {
                continue;
            }
            if dropped > 0 {
                log::debug!("forgetting the {dropped} oldest exchanges");
                self.forget_oldest(dropped)?;
            }
            return Ok(Some(prompt));
        }
        Ok(None)
    }

    fn forget_oldest(&mut self, dropped: usize) -> Result<()> {
        let before = self.prompt(&self.history, None)?;
        self.history.drain(..dropped);
        let after = self.prompt(&self.history, None)?;
        if self.model.config.overflow == Overflow::Shift
            && self.context.tokens().starts_with(&before)
        {
            let same = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
            let until = same + before.len().saturating_sub(after.len());
            // With most templates the kept exchanges are the same tokens at other positions.
            if before.len() > after.len()
                && before[until..] == after[same..]
                && self.context.cut(same, until)?
            {
                return Ok(());
            }
        }
        self.context.share(&after);
        Ok(())
    }

    /// Adds to the history, and to the cache.
    fn remember(&mut self, exchange: Exchange) -> Result<()> {
        self.history.push(exchange);
        if self.make_room(None, 0)?.is_none() {
            self.history.pop();
            return Err(self.full());
        }
        let opening = self.opening()?;
        let pulse = self.pulse.clone();
        self.hold(&opening, &pulse)
    }

    fn full(&self) -> Error {
        Error::new(
            ErrorKind::Input,
            format!(
                "this is too long for the model's context of {} tokens: shorten it, or set \
                 llm.context higher",
                self.model.capacity()
            ),
        )
    }

    fn respond(
        &mut self,
        user: &str,
        may_call: bool,
        cancel: &Cancel,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Reply> {
        let started = Instant::now();
        self.pulse = cancel.renewed();
        self.discard()?;
        let user = chat::harmless(self.context.model(), user)?;
        let (asked, calls) = (user.clone(), self.calls.clone().filter(|_| may_call));
        if user.is_empty() {
            return Err(Error::new(ErrorKind::Input, "there is nothing to answer"));
        }
        let most = self.model.config.sampling.max_tokens as usize;
        let prompt = self.make_room(Some(&user), most)?.ok_or_else(|| self.full())?;
        self.pending = Some(Exchange { user, assistant: String::new() });
        // The last token is always evaluated, because the reply begins with its scores.
        self.context.share(&prompt[..prompt.len().saturating_sub(1)]);
        let cached_tokens = self.context.tokens().len();
        self.context.append(&prompt[cached_tokens..], cancel)?;
        let prefill_ms = ms(started);
        let command = match &calls {
            Some(calls) => self.call(calls, &prompt, cancel)?,
            None => None,
        };
        let mut reply = Reply {
            cached_tokens,
            prompt_tokens: prompt.len() - cached_tokens,
            prefill_ms,
            command,
            ..Reply::default()
        };
        if reply.command.is_none() {
            self.write(started, &asked, &mut reply, cancel, on_text)?;
        }
        reply.total_ms = ms(started);
        Ok(reply)
    }
}

impl Llm for Llama {
    fn prime(
        &mut self,
        system: &str,
        examples: &[Exchange],
        saved: Option<&Path>,
    ) -> Result<Primed> {
        let started = Instant::now();
        self.history.clear();
        self.pending = None;
        let prompt = |evaluated| {
            let (system, examples) = (system.trim().to_owned(), examples.to_vec());
            Arc::new(Prompt { system, examples, evaluated })
        };
        self.primed = prompt(None);
        let tokens = self.opening()?;
        let least = self.model.config.sampling.max_tokens as usize + 2 * MARGIN;
        if tokens.len() + least > self.model.capacity() {
            return Err(self.full());
        }
        let primed = |from_disk| Primed { tokens: tokens.len(), from_disk, took_ms: ms(started) };

        let bytes: Vec<u8> = tokens.iter().flat_map(|token| token.to_le_bytes()).collect();
        let key = saved::key([
            ggml::llama_version().as_bytes(),
            &self.model.identity,
            &(self.model.capacity() as u64).to_le_bytes(),
            &self.model.config.gpu_layers.to_le_bytes(),
            &bytes,
        ]);
        if let Some(path) = saved.filter(|path| path.exists()) {
            match self.context.restore(path, &key, &tokens) {
                Ok(()) => {
                    self.primed = prompt(Some(self.context.beginning()?));
                    return Ok(primed(true));
                }
                Err(why) => log::info!(
                    "{}: this saved prompt is not used: {why}; computing the prompt",
                    path.display()
                ),
            }
        }
        self.hold(&tokens, &Cancel::new())?;
        self.primed = prompt(Some(self.context.beginning()?));
        if let Some(path) = saved
            && let Err(error) = self.context.save(path, &key)
        {
            log::warn!(
                "{}: the prompt cannot be saved ({error}), so the next start computes it again",
                path.display()
            );
        }
        Ok(primed(false))
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

    fn complete(
        &mut self,
        completion: &Completion<'_>,
        cancel: &Cancel,
        on_piece: &mut dyn FnMut(Piece<'_>),
    ) -> Result<Completed> {
        self.completed(completion, cancel, on_piece)
    }

    fn keep(&mut self, heard: Option<&str>) -> Result<()> {
        let Some(mut exchange) = self.pending.take() else { return Ok(()) };
        if let Some(heard) = heard {
            exchange.assistant = heard.to_owned();
        }
        self.remember(exchange)
    }

    fn add(&mut self, exchange: &Exchange) -> Result<()> {
        self.discard()?;
        let harmless = |text: &str| chat::harmless(self.context.model(), text);
        let (user, assistant) = (harmless(&exchange.user)?, harmless(&exchange.assistant)?);
        if assistant.is_empty() {
            return Ok(());
        }
        let exchange = Exchange { user, assistant };
        if self.prompt(std::slice::from_ref(&exchange), None)?.len() > self.room(0) {
            return Err(self.full());
        }
        self.remember(exchange)
    }

    fn discard(&mut self) -> Result<()> {
        if self.pending.take().is_some() {
            let kept = self.opening()?;
            self.context.share(&kept);
        }
        Ok(())
    }

    fn forget(&mut self) -> Result<()> {
        self.history.clear();
        self.pending = None;
        self.context.wipe(self.primed.evaluated.as_ref())
    }

    fn history(&self) -> &[Exchange] {
        &self.history
    }
}

pub(super) fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}
