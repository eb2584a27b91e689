//! The gender of nouns, and what the words around a number show.

use super::{numbers, tables};
use crate::aloud::class::{Class, Item, Style};
use crate::aloud::grammar::Gender::{self, Feminine, Masculine};
use crate::aloud::item;
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;

/// Endings of feminine nouns.
const ENDINGS: &[&str] = &[
    "tion", "sion", "xion", "aison", "té", "ette", "ance", "ence", "ure", "ée", "esse", "euse",
    "trice", "elle", "ière", "tude", "aine", "enne", "onne", "eille", "aille", "ille", "ise",
];

/// The gender of the noun at piece `i`, after adjectives, if its ending or a table tells.
pub(super) fn gender(text: &Text, i: usize) -> Option<Gender> {
    if !text.is_word(i) {
        return None;
    }
    let word = text.lower(i);
    if tables::ADJECTIVES.contains(&word.as_str()) {
        let next = text.past_space(i + 1);
        return if next > i + 1 && text.is_word(next) { of(&text.lower(next)) } else { None };
    }
    of(&word)
}

fn of(word: &str) -> Option<Gender> {
    let singular = word.strip_suffix(['s', 'x']).unwrap_or(word);
    let listed = |list: &[&str]| list.contains(&word) || list.contains(&singular);
    match () {
        () if listed(tables::FEMININE) => Some(Feminine),
        () if listed(tables::MASCULINE) => Some(Masculine),
        () if ENDINGS.iter().any(|ending| singular.ends_with(ending)) => Some(Feminine),
        () => None,
    }
}

/// A plain number, piece `i`: it agrees with a noun after it, and is invariable after "page".
pub(super) fn plain(text: &Text, i: usize) -> Option<String> {
    let digits = text.digits(i);
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    if text.one_of(text.before(i), tables::NUMBERED) {
        return Some(numbers::invariable(&numbers::cardinal(&digits)));
    }
    let next = text.past_space(i + 1);
    let gender = gender(text, next).filter(|_| next > i + 1)?;
    Some(numbers::agreeing(&digits, gender))
}

/// 1500 habitants: an amount, not a year.
pub(super) fn thousands(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let next = text.past_space(i + 1);
    let dated = text.one_of(text.before(i), tables::YEARS);
    let plural = text.is_word(next)
        && !text.is_capital(next)
        && text.get(next).ends_with(['s', 'x'])
        && text.get(next).chars().count() > 3
        && !text.one_of(
            next,
            &["dans", "sous", "sans", "vers", "mais", "puis", "alors", "après", "depuis"],
        );
    (text.is_year(i) && plural && !dated).then(|| item(Class::Number(i, Style::Amount), i, i + 1))
}
