//! Settings as the crates below take them.

use sayso_frontend::Cleaning;

use super::{FrontEnd, Sampling};

impl From<&FrontEnd> for Cleaning {
    fn from(settings: &FrontEnd) -> Self {
        let FrontEnd { echo_cancellation, noise_suppression, gain_control } = *settings;
        Self { echo_cancellation, noise_suppression, gain_control }
    }
}

impl From<&Sampling> for sayso_models::llm::Sampling {
    fn from(settings: &Sampling) -> Self {
        let Sampling { temperature, top_p, top_k, repeat_penalty, seed, max_tokens } = *settings;
        Self { temperature, top_p, top_k, repeat_penalty, seed, max_tokens }
    }
}
