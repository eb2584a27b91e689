//! Facts about the program as it was started.

use sayso_language::Facts;
use sayso_skills::Skills;

use crate::config::{Config, Profile};
use crate::music::SKILL;

/// The facts that follow from the settings.
pub fn facts(config: &Config) -> Facts {
    let chosen = config.models.llm.to_string_lossy();
    let model = match (&*chosen, config.models.profile) {
        ("", Profile::Large) => "qwen2.5-coder-1.5b",
        ("", Profile::Standard) => "qwen2.5-coder-0.5b",
        ("", Profile::Small) => "smollm2-135m",
        (chosen, _) => chosen,
    };
    let mut off = config.skills.off.clone();
    if !config.has_music() {
        off.push(SKILL.into());
    }
    let skills = Skills::abilities(config.spoken().code(), &off);
    Facts {
        model: model.into(),
        server: config.llm_host().map(str::to_owned),
        // Without skills in the language there are none.
        abilities: skills.unwrap_or_default(),
        words_logged: config.privacy.log_words || config.privacy.review_days > 0,
        version: env!("CARGO_PKG_VERSION").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_facts_are_true_of_this_program() {
        let mut config = Config::default();
        let told = |text: &str, config: &Config| {
            let now = jiff::civil::date(2026, 11, 2).at(14, 5, 0, 0);
            config.spoken().answer(text, &now, &facts(config)).expect("an answer")
        };
        let model = |config: &Config| told("What model are you using?", config);
        assert!(model(&config).contains("Qwen 2.5"), "{}", model(&config));
        config.models.profile = Profile::Small;
        assert!(model(&config).contains("Smol LM 2"), "{}", model(&config));
        config.models.llm = "/models/tiny-model_q4.gguf".into();
        assert!(model(&config).contains("tiny model q4"), "{}", model(&config));
        config.models.llm = "qwen2.5-coder-0.5b".into();
        assert!(model(&config).contains("Qwen 2.5"), "{}", model(&config));

        let recorded = |config: &Config| told("Are you recording this?", config);
        assert!(recorded(&config).contains("isn't recorded"));
        config.privacy.log_words = true;
        assert!(recorded(&config).contains("a log") && !recorded(&config).contains("isn't"));
        (config.privacy.log_words, config.privacy.review_days) = (false, 7);
        assert!(recorded(&config).contains("a log") && !recorded(&config).contains("isn't"));
        assert!(told("What version are you?", &config).contains(env!("CARGO_PKG_VERSION")));
    }
}
