//! The part of a language model that its conversations share.

use std::path::Path;
use std::sync::Arc;

use super::calls::Calls;
use super::config::Config;
use super::llama::{Llama, Prompt};
use super::model::Model;
use super::{Exchange, Llm, Primed};
use crate::Result;

/// A language model of llama.cpp, loaded once and laid out for this CPU, for any number of
/// conversations, and the evaluated system prompt with which they begin. Clones share both.
#[derive(Clone)]
pub struct LlamaWeights {
    model: Arc<Model>,
    primed: Arc<Prompt>,
    calls: Option<Calls>,
}

impl LlamaWeights {
    /// Loads the GGUF file at `path`, memory-mapped.
    ///
    /// # Errors
    /// [`Missing`](crate::ErrorKind::Missing), [`Damaged`](crate::ErrorKind::Damaged) or [`Io`](crate::ErrorKind::Io)
    /// about the file, [`Input`](crate::ErrorKind::Input) for an impossible config,
    /// [`Unsupported`](crate::ErrorKind::Unsupported) on a CPU that lacks what this build needs,
    /// [`Engine`](crate::ErrorKind::Engine) when memory does not suffice.
    pub fn load(path: impl AsRef<Path>, config: Config) -> Result<Self> {
        let model = Arc::new(Model::load(path.as_ref().to_owned(), config)?);
        Ok(Self { model, primed: Arc::default(), calls: None })
    }

    /// Lets all sessions that are made afterwards write these commands.
    pub fn use_calls(&mut self, calls: Calls) {
        self.calls = Some(calls);
    }

    /// Evaluates a system prompt, and example exchanges if any, for all sessions that are made
    /// afterwards, as [`Llm::prime`] does for one.
    ///
    /// # Errors
    /// As [`Llm::prime`].
    pub fn prime(
        &mut self,
        system: &str,
        examples: &[Exchange],
        saved: Option<&Path>,
    ) -> Result<Primed> {
        let mut session = self.session()?;
        let primed = session.prime(system, examples, saved)?;
        self.primed = session.primed();
        Ok(primed)
    }

    /// A conversation: llama.cpp's KV cache and buffers, with a copy of the evaluated
    /// system prompt.
    ///
    /// # Errors
    /// [`Engine`](crate::ErrorKind::Engine) when memory does not suffice.
    pub fn session(&self) -> Result<Llama> {
        Llama::new(self.model.clone(), self.primed.clone(), self.calls.clone())
    }
}

impl Llama {
    /// A conversation with weights of its own; see [`LlamaWeights`] for several.
    ///
    /// # Errors
    /// As [`LlamaWeights::load`] and [`LlamaWeights::session`].
    pub fn load(path: impl AsRef<Path>, config: Config) -> Result<Self> {
        LlamaWeights::load(path, config)?.session()
    }
}
