//! Flags of countries.

use super::class::{Class, Item};
use super::item;
use super::tables::Aloud;
use super::text::Text;

/// How far around a flag the name of its country is looked for, in pieces.
const NEAR: usize = 24;

/// Two letters of a flag: the name of the country, unless it stands there too or the flag only
/// decorates the name of a place ("in Paris 🇫🇷").
pub(crate) fn flag(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let country: String = [letter(text.get(i))?, letter(text.get(i + 1))?].iter().collect();
    let silent = || item(Class::Silent, i, i + 2);
    let Some((_, name)) = aloud.flags.iter().find(|(known, _)| *known == country) else {
        return Some(silent());
    };
    let last = name.rsplit([' ', '-']).next().unwrap_or_default();
    let around = i.saturating_sub(NEAR)..i + NEAR;
    let named = around.into_iter().any(|at| text.is_word(at) && text.get(at).ends_with(last));
    let (before, next) = (text.before(i), text.past_space(i + 2));
    let counts = |at: usize| text.is_word(at) || text.is_number(at);
    let first = before >= text.len();
    let leans = text.is_word(before) && !text.is_capital(before);
    let other = |at: usize| letter(text.get(at)).is_some() && !(i..i + 2).contains(&at);
    let several = (i.saturating_sub(NEAR)..i + NEAR).any(other);
    let said = (if first { text.is_number(next) || several } else { counts(next) })
        || first && next >= text.len()
        || leans
        || text.is_number(before)
        || matches!(text.get(before), ":" | "," | "-" | "–");
    let flag = letter(text.get(before)).is_some() || letter(text.get(next)).is_some();
    if named || !(said || flag) {
        return Some(silent());
    }
    Some(item(Class::Abbreviation(name), i, i + 2))
}

/// The letter that a character of a flag stands for.
fn letter(sign: &str) -> Option<char> {
    let c = u32::from(sign.chars().next()?);
    c.checked_sub(0x1F1E6).filter(|n| *n < 26).and_then(|n| char::from_u32(u32::from('A') + n))
}
