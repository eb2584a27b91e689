//! What an utterance means for the turn.

use sayso_core::turn::Outcome;
use sayso_language::Language;

/// What an utterance in `language` means for the turn.
pub fn outcome(text: &str, language: &Language) -> Outcome {
    match text.trim() {
        "" => Outcome::Nothing,
        text if language.is_stop(text) => Outcome::Stop,
        _ => Outcome::Words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_words_nothing_or_stop() {
        let of = |text| outcome(text, Language::english());
        assert_eq!(of(" "), Outcome::Nothing);
        assert_eq!(of("Stop!"), Outcome::Stop);
        assert_eq!(of("Yeah."), Outcome::Words);
    }
}
