//! What the language model of a profile may be trusted with: commands for the skills, and answers
//! without a doubt. The constants were measured with the profile's own model and prompt; another
//! model has others.

use std::sync::Arc;

use sayso_models::llm::{CallLimits, Calls, Doubt, Exchange};

use crate::config::{Config, Profile};
use crate::error::Result;
use crate::skills::SharedSkills;

/// When the model of the profile `large` calls. Chosen on the odd lines of the paraphrases and of the
/// chit-chat. It still calls too often for what is only told, so `llm.calls` is off: see BENCHMARKS.md.
const LARGE_CALLS: CallLimits = CallLimits { begins: 0.7, mean: -0.3, least: -3.0 };
/// When its answers are doubtful: fitted as in `tests/data/language-model/doubt.py` to the answers that
/// this program gives to the odd questions. The limit is the one at which 12 % of the right answers
/// were doubtful, and 74 % of the wrong ones.
static LARGE_DOUBT: Doubt = Doubt { constant: 4.01, weights: [1.89, 1.59, -0.82], least: 0.65 };

/// What a model that may call reads, and what it may write.
pub(super) struct Calling {
    pub(super) system: String,
    pub(super) examples: Vec<Exchange>,
    pub(super) calls: Calls,
}

/// Whether this is the language model of the profile, with its own prompt.
fn is_known(config: &Config) -> bool {
    config.models.llm.as_os_str().is_empty() && config.llm.system_prompt.trim().is_empty()
}

/// How certain the model is of its answers, if that is known.
pub(super) fn doubt(config: &Config) -> Option<&'static Doubt> {
    match config.models.profile {
        Profile::Large if is_known(config) => Some(&LARGE_DOUBT),
        Profile::Large | Profile::Standard | Profile::Small => None,
    }
}

/// The commands that the model may write, if it may.
pub(super) fn calling(config: &Config) -> Result<Option<Calling>> {
    let limits = match config.models.profile {
        Profile::Large if config.llm.calls && is_known(config) => LARGE_CALLS,
        // The others would call too often where nothing is to be done.
        Profile::Large | Profile::Standard | Profile::Small => return Ok(None),
    };
    let (skills, _) = SharedSkills::load(config, None)?;
    let (commands, devices) = skills.orders();
    if commands.is_empty() {
        return Ok(None);
    }
    let prompts = config.spoken().prompts();
    let exchange = |(user, assistant): (&str, &str)| Exchange {
        user: user.to_owned(),
        assistant: assistant.to_owned(),
    };
    Ok(Some(Calling {
        system: prompts.calls.system(prompts.standard.system, &commands, &devices),
        examples: prompts.calls.examples().into_iter().map(exchange).collect(),
        calls: Calls { sentences: Arc::new(skills.commands()), limits },
    }))
}
