//! The configuration of a language model.

use sayso_language::Language;

use super::{Doubt, Sampling};

/// The configuration of a [`Llama`](super::Llama).
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The context, in tokens: system prompt, history and reply together. At most as many as the
    /// model was trained with.
    pub n_ctx: u32,
    /// The most exchanges that are remembered, if that many fit. The oldest are dropped.
    pub exchanges: u32,
    /// Threads while writing; 0 takes one per core, 4 at most.
    pub threads: u32,
    /// Threads while reading the prompt; 0 takes one per core, 4 at most.
    pub threads_batch: u32,
    /// Tokens of the prompt that are evaluated at a time. A cancel waits for at most this many.
    /// Below 64, ggml's attention computes each token in the same way whatever it is evaluated
    /// with, so that a cached prompt gives exactly the numbers of a fresh one. 32 is about a tenth
    /// faster than 16.
    pub batch: u32,
    /// Layers of the network on the GPU, in a GPU build; 0 is none.
    pub gpu_layers: u32,
    /// What happens to the cache when the oldest exchanges are dropped.
    pub overflow: Overflow,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// The language of the replies.
    pub language: &'static Language,
    /// How certain this model is of an answer; without it, no doubt is said.
    pub doubt: Option<&'static Doubt>,
}

/// What happens to the KV cache when the context is full and the oldest
/// exchanges are dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Overflow {
    /// The entries of the kept exchanges are moved. This takes no time, but they were computed
    /// with the dropped ones and still depend on them.
    #[default]
    Shift,
    /// The kept exchanges are computed again, exactly as if the dropped ones had never existed.
    /// This costs a long prompt.
    Recompute,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            n_ctx: 2048,
            exchanges: u32::MAX,
            threads: 0,
            threads_batch: 0,
            batch: 16,
            gpu_layers: 0,
            overflow: Overflow::default(),
            sampling: Sampling::default(),
            language: Language::english(),
            doubt: None,
        }
    }
}
