//! Roman numerals.

use super::series;
use crate::aloud::class::{Class, Item};
use crate::aloud::item;
use crate::aloud::roman;
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;

/// Chapter IV, Henry VIII, XIX century.
pub(super) fn roman(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let range = roman::is_end(aloud, text, i);
    let joined = text.is(i.wrapping_sub(1), "-") || text.is(i + 1, "-");
    if !text.is_word(i) || text.is(i + 1, "'") || joined && !range {
        return None;
    }
    let word = text.get(i);
    let word = word.strip_suffix("'s").unwrap_or(word);
    let small = word.chars().all(char::is_lowercase);
    let capitals = word.chars().all(char::is_uppercase);
    let n = roman::value(&word.to_uppercase()).filter(|_| small || capitals)?;
    let mut before = text.before(roman::first(aloud, text, i));
    // "Vol. II"
    if text.is(before, ".") {
        let word = before.wrapping_sub(1);
        if series::ROMAN_COUNTED.contains(&text.lower(word).as_str()) {
            before = word;
        }
    }
    let name = text.lower(before);
    let next = text.past_space(i + 1);
    let counted = series::ROMAN_COUNTED.contains(&name.as_str());
    let found = |order, article| Some(item(Class::Roman(n, order, article), i, i + 1));
    if small {
        // "scene i (…)"
        let ends = text.ends_line(i + 1)
            || matches!(text.get(i + 1), "," | "." | ";" | ":" | ")")
            || text.is(next, "(");
        let first = word != "i" || ends && text.one_of(before, &["act", "scene", "chapter"]);
        return if counted && first && text.is_space(i.wrapping_sub(1)) {
            found(false, false)
        } else {
            None
        };
    }
    if text.one_of(next, &["century", "centuries"]) {
        return found(true, false);
    }
    // "I" is a pronoun unless it comes after a name and before no verb.
    let verb = text.one_of(
        next,
        &[
            "am", "have", "think", "will", "was", "do", "can", "said", "know", "would", "love",
            "like", "want", "had", "don't", "could", "should", "hope", "guess", "feel", "see",
            "mean", "need",
        ],
    );
    let title = text.is_capital(before) && (range || text.is(i.wrapping_sub(1), " "));
    let monarch = series::MONARCHS.contains(&name.as_str()) && title;
    if word == "I" && range {
        return found(false, false);
    }
    if word == "I" {
        let reign = monarch && !(verb && !text.is(next, "was") && !text.is(next, "had"));
        let counts = counted && title && !verb;
        let war = name == "war" && title;
        return if reign {
            found(true, true)
        } else if counts || war {
            found(false, false)
        } else {
            None
        };
    }
    if monarch && n < 40 {
        return found(true, true);
    }
    let many = word.chars().count() >= 2 && !series::NOT_ROMAN.contains(&word);
    let plural = name.strip_suffix('s').is_some_and(|name| series::ROMAN_COUNTED.contains(&name));
    if counted
        || range && plural
        || many && (title || text.one_of(before, &["the"]))
        || text.one_of(before, &["iphone"]) && word == "X"
    {
        return found(false, false);
    }
    // A long one alone.
    (word.chars().count() >= 5 && many).then(|| item(Class::Roman(n, false, false), i, i + 1))
}
