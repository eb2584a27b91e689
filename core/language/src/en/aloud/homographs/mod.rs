//! Homographs: words that are written alike and pronounced in two ways. The words around them
//! decide which is meant.

mod around;
mod senses;
mod words;

use around::Around;
use senses::{is_closing, is_live, is_metal, is_past, is_rip};
use words::{AUXILIARY, BE, BEFORE_NOUN, BEFORE_VERB, NOUN_OR_VERB, NUMBERS, OBJECT, SPECIAL};

use crate::token::{Token, TokenKind};

/// Chooses the pronunciation of each word that has two.
pub(super) fn pronounce(tokens: &mut [Token]) {
    let known = |token: &Token| token.kind == TokenKind::Word && is_known(&token.text);
    if !tokens.iter().any(known) {
        return;
    }
    let words: Vec<String> = tokens.iter().map(|token| token.text.to_lowercase()).collect();
    for i in 0..tokens.len() {
        if tokens[i].kind == TokenKind::Word {
            let around = Around { words: &words, i };
            tokens[i].ipa = sound(&words[i], &tokens[i].text, &around);
        }
    }
}

fn is_known(word: &str) -> bool {
    let word = word.to_lowercase();
    SPECIAL.contains(&word.as_str()) || NOUN_OR_VERB.iter().any(|(known, ..)| *known == word)
}

fn sound(word: &str, written: &str, around: &Around<'_>) -> Option<&'static str> {
    let two = |first: bool, yes: &'static str, no: &'static str| Some(if first { yes } else { no });
    let (before, next) = (around.before(), around.next());
    match word {
        "read" => two(is_past(around), "ɹˈɛd", "ɹˈid"),
        "live" => two(is_live(around), "lˈaɪv", "lˈɪv"),
        "lives" => two(
            !matches!(
                before,
                "he" | "she"
                    | "it"
                    | "who"
                    | "that"
                    | "one"
                    | "nobody"
                    | "everyone"
                    | "everybody"
                    | "someone"
            ) && (before.ends_with('s')
                || BEFORE_NOUN.contains(&before)
                || NUMBERS.contains(&before)
                || matches!(
                    before,
                    "many"
                        | "save"
                        | "saved"
                        | "other"
                        | "past"
                        | "all"
                        | "both"
                        | "lost"
                        | "lose"
                        | "several"
                        | "people's"
                        | "human"
                        | "daily"
                        | "private"
                        | "personal"
                )
                || around.begins() && BE.contains(&next)),
            "lˈaɪvz",
            "lˈɪvz",
        ),
        "lead" => two(is_metal(around), "lˈɛd", "lˈid"),
        "records" => two(around.is_third_person(), "ɹəkˈɔɹdz", "ɹˈɛkəɹdz"),
        "wound" => two(
            matches!(
                next,
                "up" | "around" | "round" | "down" | "through" | "tightly" | "its" | "back"
            ) || matches!(before, "he" | "she" | "they" | "i" | "we" | "it"),
            "wˈaʊnd",
            "wˈund",
        ),
        "tear" => two(is_rip(around), "tˈɛɹ", "tˈɪɹ"),
        "tears" => two(
            around.is_third_person() || matches!(next, "apart" | "up" | "off" | "easily"),
            "tˈɛɹz",
            "tˈɪɹz",
        ),
        "minute" => two(
            matches!(
                next,
                "traces"
                    | "amounts"
                    | "amount"
                    | "quantities"
                    | "quantity"
                    | "detail"
                    | "details"
                    | "particles"
                    | "differences"
                    | "difference"
                    | "changes"
                    | "fragments"
                    | "doses"
                    | "dose"
                    | "fraction"
                    | "organisms"
                    | "variations"
                    | "scale"
            ) || around.ends()
                && (BE.contains(&before)
                    || matches!(before, "very" | "so" | "extremely" | "too" | "almost")),
            "maɪnˈut",
            "mˈɪnət",
        ),
        "close" => two(is_closing(around), "klˈoʊz", "klˈoʊs"),
        "wind" => two(
            !BEFORE_NOUN.contains(&before)
                && (AUXILIARY.contains(&before)
                    || matches!(before, "we" | "they" | "you" | "i")
                    || around.begins() && OBJECT.contains(&next)),
            "wˈaɪnd",
            "wˈɪnd",
        ),
        "winds" => two(
            around.is_third_person()
                || matches!(next, "through" | "around" | "along" | "up" | "down"),
            "wˈaɪndz",
            "wˈɪndz",
        ),
        "bow" => two(
            around.is_verb()
                || matches!(next, "down" | "out" | "before")
                || before == "a" && matches!(around.get(-2), "took" | "take" | "takes" | "taking"),
            "bˈaʊ",
            "bˈoʊ",
        ),
        "bass" => two(
            around.says(&[
                "fish", "fishing", "caught", "catch", "lake", "river", "sea", "striped", "grilled",
                "fillet", "pond", "trout",
            ]) && !matches!(next, "guitar" | "player" | "drum" | "line" | "clef"),
            "bˈæs",
            "bˈeɪs",
        ),
        "dove" => two(
            matches!(before, "he" | "she" | "they" | "we" | "i" | "it" | "who")
                || matches!(next, "into" | "under" | "off"),
            "dˈoʊv",
            "dˈʌv",
        ),
        "polish" => two(
            written.starts_with('P') && !(around.begins() && OBJECT.contains(&next)),
            "pˈoʊlɪʃ",
            "pˈɑlɪʃ",
        ),
        "content" => two(
            BE.contains(&before) && (around.ends() || matches!(next, "with" | "to"))
                || matches!(before, "quite" | "very" | "feel" | "felt" | "perfectly" | "not"),
            "kəntˈɛnt",
            "kˈɑntɛnt",
        ),
        "use" => two(
            (BEFORE_NOUN.contains(&before)
                || next == "of"
                || matches!(
                    before,
                    "daily" | "personal" | "everyday" | "energy" | "good" | "first"
                ))
                && !BEFORE_VERB.contains(&before),
            "jˈus",
            "jˈuz",
        ),
        _ => {
            let (_, noun, verb) = NOUN_OR_VERB.iter().find(|(known, ..)| *known == word)?;
            let determined = BEFORE_NOUN.contains(&before) && !BE.contains(&before);
            // Verbs that are rarely nouns.
            let mostly_verb =
                matches!(word, "refuse" | "convert" | "extract" | "resume" | "reject" | "combine")
                    && !determined;
            two(!(around.is_verb() || mostly_verb), noun, verb)
        }
    }
}
