//! The prompt of the language model.

use sayso_models::llm::Exchange;

use crate::config::{Config, Profile};

/// The system prompt and the example exchanges that suit the model of a profile.
pub(super) fn prompt(config: &Config, profile: Profile) -> (&str, Vec<Exchange>) {
    let prompts = config.spoken().prompts();
    let prompt = match profile {
        Profile::Large | Profile::Standard => prompts.standard,
        Profile::Small => prompts.small,
    };
    // The examples belong to our own prompt; another prompt is used alone.
    match config.llm.system_prompt.trim() {
        "" => (prompt.system, Exchange::examples(&prompt)),
        own => (own, Vec::new()),
    }
}
