//! What the words around a number show: the gender of the noun, an amount.

use super::{cues, nouns, numbers};
use crate::aloud::class::{Class, Item, Style};
use crate::aloud::grammar::Gender;
use crate::aloud::item;
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;

/// The gender of the noun at piece `i`, after adjectives, if its ending or a table tells.
pub(super) fn gender(text: &Text, i: usize) -> Option<Gender> {
    if !text.is_word(i) {
        return None;
    }
    let word = text.lower(i);
    if nouns::ADJECTIVES.contains(&word.as_str()) {
        let next = text.past_space(i + 1);
        return if next > i + 1 && text.is_word(next) {
            nouns::gender(&text.lower(next))
        } else {
            None
        };
    }
    nouns::gender(&word)
}

/// A plain number, piece `i`: it agrees with a noun after it, and is invariable after "page".
pub(super) fn plain(text: &Text, i: usize) -> Option<String> {
    let digits = text.digits(i);
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    if text.one_of(text.before(i), cues::NUMBERED) {
        return Some(numbers::invariable(&numbers::cardinal(&digits)));
    }
    let mut next = text.past_space(i + 1);
    // "1 à 2 heures"
    let other = text.past_space(next + 1);
    if text.one_of(next, &["à", "et", "ou"]) && text.is_number(other) {
        next = text.past_space(other + 1);
    }
    let gender = gender(text, next).filter(|_| next > i + 1)?;
    Some(numbers::agreeing(&digits, gender))
}

/// 1500 habitants: an amount, not a year.
pub(super) fn thousands(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let next = text.past_space(i + 1);
    let dated = text.one_of(text.before(i), cues::YEARS);
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
