//! How a language model is set up.

use sayso_language::Language;

use super::Sampling;

/// How a [`Llama`](super::Llama) is set up.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The context, in tokens: system prompt, history and reply together. No
    /// more than the model was trained on.
    pub n_ctx: u32,
    /// Exchanges remembered at most, if as many fit; beyond it the oldest go.
    pub exchanges: u32,
    /// Threads while writing; 0 takes one per core, 4 at most.
    pub threads: u32,
    /// Threads while reading the prompt; 0 takes one per core, 4 at most.
    pub threads_batch: u32,
    /// Tokens of the prompt evaluated at a time. A cancel waits for this many
    /// at most. Below 64 ggml's attention computes each token alike, whatever
    /// it is evaluated with, so that a cached prompt gives the very numbers of
    /// a fresh one. 32 reads about a tenth faster than 16.
    pub batch: u32,
    /// Layers of the network on the GPU, in a build with one; 0 is none.
    pub gpu_layers: u32,
    /// What happens to the cache when the oldest exchanges are dropped.
    pub overflow: Overflow,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// The language of the replies.
    pub language: &'static Language,
}

/// What happens to the KV cache when the context is full and the oldest
/// exchanges are dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Overflow {
    /// The entries of the kept exchanges are moved up: at once, but they were
    /// computed while the dropped ones were there, and still show it.
    #[default]
    Shift,
    /// The kept exchanges are computed again, exactly as if the dropped ones
    /// had never been there. This costs a long prompt.
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
        }
    }
}
