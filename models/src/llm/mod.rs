//! The language model, which decides what to answer.

use std::path::Path;

use sayso_language::Prompt;

use crate::{Cancel, Error, ErrorKind, Result};

#[cfg(feature = "llama")]
mod calls;
#[cfg(feature = "llama")]
mod chat;
#[cfg(all(test, feature = "llama"))]
#[allow(clippy::unwrap_used)]
mod chat_tests;
mod completion;
#[cfg(feature = "llama")]
mod config;
#[cfg(feature = "llama")]
mod context;
#[cfg(feature = "llama")]
mod doubt;
#[cfg(all(test, feature = "llama"))]
#[allow(clippy::unwrap_used)]
mod forget_tests;
pub mod gguf;
#[cfg(feature = "llama")]
mod guard;
#[cfg(feature = "llama")]
mod llama;
#[cfg(feature = "llama")]
mod model;
#[cfg(all(test, feature = "llama"))]
mod plain;
#[cfg(feature = "remote")]
mod remote;
#[cfg(feature = "llama")]
mod sample;
#[cfg(all(test, feature = "llama"))]
mod sample_tests;
#[cfg(feature = "llama")]
mod saved;
#[cfg(feature = "llama")]
mod utf8;
#[cfg(feature = "llama")]
mod weights;
#[cfg(feature = "llama")]
mod writing;

#[cfg(feature = "llama")]
pub use calls::{CallLimits, Calls, Sentences};
pub use completion::{
    Call, Choice, Completed, Completion, End, Grammar, Message, Piece, Role, Tool,
};
#[cfg(feature = "llama")]
pub use config::{Config, Overflow};
#[cfg(feature = "llama")]
pub use doubt::Doubt;
#[cfg(feature = "llama")]
pub use llama::Llama;
#[cfg(feature = "remote")]
pub use remote::{Remote, Server, ServerConfig};
#[cfg(feature = "llama")]
pub use weights::LlamaWeights;

/// One exchange of the conversation, as the model remembers it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Exchange {
    /// What the user said; empty if the assistant spoke on its own.
    pub user: String,
    /// What the assistant answered: exactly what the user heard.
    pub assistant: String,
}

impl Exchange {
    /// The example exchanges of a prompt.
    pub fn examples(prompt: &Prompt) -> Vec<Self> {
        let exchange = |(user, assistant): (&str, &str)| Self {
            user: user.to_owned(),
            assistant: assistant.to_owned(),
        };
        prompt.examples().into_iter().map(exchange).collect()
    }

    /// Something that the assistant said on its own, not as an answer.
    pub fn note(said: &str) -> Self {
        Self { user: String::new(), assistant: said.to_owned() }
    }

    /// Whether the assistant said this on its own, not as an answer.
    pub fn is_note(&self) -> bool {
        self.user.is_empty()
    }
}

/// Facts about a reply.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct Reply {
    /// The whole reply.
    pub text: String,
    /// Tokens of the prompt that were already in the KV cache.
    pub cached_tokens: usize,
    /// Tokens of the prompt that had to be evaluated.
    pub prompt_tokens: usize,
    /// Tokens generated.
    pub reply_tokens: usize,
    /// Time spent evaluating the prompt, in ms.
    pub prefill_ms: f64,
    /// Time from the call to the first piece of text, in ms.
    pub ttft_ms: f64,
    /// Time from the call to the end of the reply, in ms.
    pub total_ms: f64,
    /// Whether the reply ended at the token limit and not by itself.
    pub truncated: bool,
    /// The command that the model wrote instead of a reply: a sentence for the skills.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// How likely the answer to a question about facts is right, 0 to 1, if that was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certainty: Option<f32>,
}

/// How tokens are chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampling {
    /// 0 is greedy (always the most likely token); higher is more varied.
    pub temperature: f32,
    /// Keep the smallest set of tokens whose probabilities add up to this (0 to 1).
    pub top_p: f32,
    /// Keep only this many of the most likely tokens; 0 keeps all.
    pub top_k: u32,
    /// Makes recently used tokens less likely; 1 is off.
    pub repeat_penalty: f32,
    /// The same seed gives the same reply.
    pub seed: u32,
    /// A reply is cut at this many tokens.
    pub max_tokens: u32,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            temperature: 0.0,
            top_p: 0.95,
            top_k: 40,
            repeat_penalty: 1.1,
            seed: 0,
            max_tokens: 96,
        }
    }
}

/// How the system prompt was put into the KV cache.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Primed {
    /// Tokens of the system prompt.
    pub tokens: usize,
    /// Whether they were loaded from disk and not computed.
    pub from_disk: bool,
    /// How long it took, in ms.
    pub took_ms: f64,
}

/// Whether something other than this machine answers.
#[derive(Debug)]
pub enum Elsewhere {
    /// No. It has to be answered here.
    No,
    /// It does, or it was cancelled.
    Answered(Result<Reply>),
    /// It should have, but could not: it has to be answered here.
    Failed {
        /// Why.
        error: crate::Error,
        /// Whether the last attempt succeeded, so that the user does not know yet.
        first: bool,
    },
}

/// A language model holding one conversation.
///
/// A reply is *pending* until [`keep`](Self::keep) or [`discard`](Self::discard) says what the
/// user heard of it; only then does the exchange become history. So a guess can be dropped without
/// a trace, and an interrupted reply is remembered only as far as it was heard.
pub trait Llm: Send {
    /// Puts the system prompt, and example exchanges if any, into the KV cache. They are loaded
    /// from `saved` if that file holds exactly them for exactly this model; otherwise they are
    /// computed and then written to `saved`. Drops the history.
    ///
    /// A damaged or unwritable `saved` is not an error: the prompt is computed, and the log says
    /// why.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) when it does not fit the context,
    /// [`Engine`](crate::ErrorKind::Engine) when inference fails.
    fn prime(
        &mut self,
        system: &str,
        examples: &[Exchange],
        saved: Option<&Path>,
    ) -> Result<Primed>;

    /// Answers `user`. Text is passed to `on_text` as it is written, in whole characters. A reply
    /// that is still pending is discarded first. If the context is full, the oldest whole
    /// exchanges are dropped, never the system prompt.
    ///
    /// # Errors
    /// [`Cancelled`](crate::ErrorKind::Cancelled) within one token of the reply, or one batch of
    /// the prompt, after `cancel` was set; what was written so far is then still pending.
    /// [`Input`](crate::ErrorKind::Input) when `user` alone does not fit the context.
    /// [`Engine`](crate::ErrorKind::Engine) when inference fails.
    fn reply(
        &mut self,
        user: &str,
        cancel: &Cancel,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Reply>;

    /// As [`reply`](Self::reply), but a model that knows commands may write one instead: then the
    /// reply has a [`command`](Reply::command) and no text.
    ///
    /// # Errors
    /// As [`reply`](Self::reply).
    fn reply_or_call(
        &mut self,
        user: &str,
        cancel: &Cancel,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Reply> {
        self.reply(user, cancel, on_text)
    }

    /// Answers as [`reply`](Self::reply) does, but not on this machine's cores. Where this is
    /// possible, it is to be asked first.
    fn reply_elsewhere(
        &mut self,
        _user: &str,
        _cancel: &Cancel,
        _on_text: &mut dyn FnMut(&str),
    ) -> Elsewhere {
        Elsewhere::No
    }

    /// Answers a list of messages, whatever the conversation is. The pending exchange is discarded;
    /// the history stays, but its tokens may leave the KV cache. Pieces of the answer are passed to
    /// `on_piece` as they are written.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) when this model cannot,
    /// [`Input`](crate::ErrorKind::Input) when the messages do not fit the context, or a name or a
    /// schema cannot be used, and otherwise as [`reply`](Self::reply).
    fn complete(
        &mut self,
        _completion: &Completion<'_>,
        _cancel: &Cancel,
        _on_piece: &mut dyn FnMut(Piece<'_>),
    ) -> Result<Completed> {
        Err(Error::new(
            ErrorKind::Unsupported,
            "this language model cannot answer messages of others",
        ))
    }

    /// Adds the pending exchange to the history, with `heard` as the assistant's words (`None` for
    /// the whole reply). The KV cache then holds exactly that. Without a pending exchange this
    /// does nothing.
    ///
    /// # Errors
    /// [`Engine`](crate::ErrorKind::Engine) when inference fails.
    fn keep(&mut self, heard: Option<&str>) -> Result<()>;

    /// Adds an exchange to the history that did not come from this model, such as an announcement,
    /// which has no words of a user: exactly what was heard of it. It is dropped like any other if
    /// the context is full. A reply that is still pending is discarded first. If the assistant said
    /// nothing in it, nothing is remembered.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) when it does not fit the context; it is then not
    /// remembered. [`Engine`](crate::ErrorKind::Engine) when inference fails.
    fn add(&mut self, exchange: &Exchange) -> Result<()>;

    /// Forgets the pending exchange, by removing its tokens from the KV cache.
    ///
    /// # Errors
    /// [`Engine`](crate::ErrorKind::Engine) when the cache cannot be rolled back.
    fn discard(&mut self) -> Result<()>;

    /// Forgets all exchanges; the system prompt stays cached. What was said is overwritten in the
    /// KV cache and in all buffers, and the conversation then behaves as if it had just been
    /// primed, so that the next user may have it.
    ///
    /// # Errors
    /// [`Engine`](crate::ErrorKind::Engine) when this fails; the conversation must then not be
    /// used for another user.
    fn forget(&mut self) -> Result<()>;

    /// Whether it follows the instructions of somebody who answers for what it says: then no rule
    /// answers in its place, and what it claims to have done is not checked.
    fn is_instructed(&self) -> bool {
        false
    }

    /// The exchanges kept, oldest first.
    fn history(&self) -> &[Exchange];
}
