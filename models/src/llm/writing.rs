//! How a reply is written: token after token, from the scores of the model.

use std::time::Instant;

use sayso_language::{Language, Plain};

use super::calls::{self, Calls, Next, Writer};
use super::doubt::{Certainty, Likelihood};
use super::llama::{Llama, ms};
use super::sample::{Sampler, likeliest, likelihood};
use super::utf8::Utf8;
use super::{Exchange, Reply, chat, guard};
use crate::{Cancel, Error, ErrorKind, Result};

/// Text that waits until it is known how certain it is.
struct Held<'a> {
    certainty: Certainty<'a>,
    text: String,
}

impl Held<'_> {
    /// What is told: the doubt comes first.
    fn told(self, language: &Language) -> String {
        match self.certainty.is_doubtful() {
            true => format!("{} {}", language.said_when_unsure(), self.text),
            false => self.text,
        }
    }
}

impl Llama {
    /// The command that the model would write after `prompt`, if it would write one. If not, the
    /// context is as before.
    pub(super) fn call(
        &mut self,
        calls: &Calls,
        prompt: &[i32],
        cancel: &Cancel,
    ) -> Result<Option<String>> {
        let opening = chat::words(self.context.model(), calls::OPENING)?;
        let Some((first, _)) = opening.split_first() else { return Ok(None) };
        if likelihood(self.context.scores(), *first).exp() < calls.limits.begins {
            return Ok(None);
        }
        self.context.append(&opening, cancel)?;
        let mut writer = Writer::new(&*calls.sentences);
        let mut command = None;
        'sentence: for _ in 0..calls::LONGEST {
            let tried = likeliest(self.context.scores(), calls::TRIED);
            for (token, logprob) in tried {
                let piece = chat::piece(self.context.model(), token);
                let Ok(piece) = std::str::from_utf8(&piece) else { continue };
                match writer.take(piece, logprob) {
                    Next::Fails => continue,
                    Next::Ends => {
                        command = writer.finish(&calls.limits);
                        break 'sentence;
                    }
                    Next::Goes => self.context.append(&[token], cancel)?,
                }
                continue 'sentence;
            }
            break;
        }
        if command.is_none() {
            // A reply begins with the scores after the last token of the prompt.
            self.context.share(&prompt[..prompt.len().saturating_sub(1)]);
            let held = self.context.tokens().len();
            self.context.append(&prompt[held..], cancel)?;
        }
        Ok(command)
    }

    /// Writes a reply to `asked`.
    pub(super) fn write(
        &mut self,
        started: Instant,
        asked: &str,
        reply: &mut Reply,
        cancel: &Cancel,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<()> {
        let sampling = self.model.config.sampling.clone();
        let (language, doubt) = (self.model.config.language, self.model.config.doubt);
        let mut sampler = Sampler::new(&sampling);
        let mut utf8 = Utf8::default();
        let mut plain = Plain::new();
        let mut tokens = Vec::new();
        let mut held = doubt.filter(|_| language.asks_for_fact(asked)).map(|doubt| Held {
            certainty: Certainty::new(doubt, language, asked),
            text: String::new(),
        });
        let told = if language.asks_for_another(asked) { self.told()? } else { Vec::new() };
        let mut say = |text: &str, reply: &mut Reply, pending: &mut Option<Exchange>| {
            if text.is_empty() {
                return;
            }
            if reply.text.is_empty() {
                reply.ttft_ms = ms(started);
            }
            reply.text.push_str(text);
            if let Some(pending) = pending {
                pending.assistant.push_str(text);
            }
            on_text(text);
        };
        // A command is not for the ear.
        let opening = chat::words(self.context.model(), calls::OPENING)?.first().copied();
        let begins = |token: &i32| chat::piece(self.context.model(), *token).starts_with(b"{");
        let opening = opening.filter(begins);
        let mut written = String::new();
        reply.truncated = true;
        while reply.reply_tokens < sampling.max_tokens as usize {
            cancel.check()?;
            let model = self.context.model();
            let never = |token| {
                guard::trails_off(&chat::piece(model, token))
                    || opening == Some(token)
                    || guard::repeats(&told, &tokens, token)
            };
            let scores = self.context.scores();
            let Some(token) = sampler.choose(scores, &tokens, never) else {
                return Err(Error::new(ErrorKind::Engine, "llama.cpp gave no scores"));
            };
            if chat::ends_reply(self.context.model(), token) {
                reply.truncated = false;
                break;
            }
            let piece = utf8.push(&chat::piece(self.context.model(), token));
            if guard::ends_well(&written, &piece, reply.reply_tokens as u32, sampling.max_tokens) {
                break;
            }
            if let Some(held) = &mut held {
                held.certainty.add(&piece, judged(scores, token));
            }
            written.push_str(&piece);
            tokens.push(token);
            reply.reply_tokens += 1;
            let text = plain.push(&piece);
            match &mut held {
                Some(held) => held.text.push_str(&text),
                None => say(&text, reply, &mut self.pending),
            }
            if let Some(done) = held.take_if(|held| held.certainty.is_complete()) {
                reply.certainty = done.certainty.right();
                say(&done.told(language), reply, &mut self.pending);
            }
            if guard::loops(&tokens) {
                log::debug!("the reply repeats itself, so it is ended");
                break;
            }
            self.context.append(&[token], cancel)?;
        }
        if let Some(done) = held {
            reply.certainty = done.certainty.right();
            say(&done.told(language), reply, &mut self.pending);
        }
        say(&plain.finish(), reply, &mut self.pending);
        Ok(())
    }

    /// The tokens of what was said before, each text by itself.
    fn told(&self) -> Result<Vec<Vec<i32>>> {
        let before = self.primed.examples.iter().chain(&self.history);
        before.map(|said| chat::words(self.context.model(), &said.assistant)).collect()
    }
}

/// How likely a token was among all.
fn judged(scores: &[f32], token: i32) -> Likelihood {
    let likely = likeliest(scores, 8);
    let entropy = likely.iter().map(|(_, logprob)| -logprob * logprob.exp()).sum();
    Likelihood { logprob: likelihood(scores, token), entropy }
}
