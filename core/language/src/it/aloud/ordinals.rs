//! Ordinal numbers and Roman numerals, which agree with a noun.

use super::nouns::{self, gender};
use super::numbers::{cardinal, ordinal};
use super::series::{CENTURIES, HEATED, KINGS, NOT_ROMAN, PARTS, QUEENS, ROUNDS};
use super::tables::calendar_name;
use crate::aloud::class::{Class, Item};
use crate::aloud::grammar::Gender::{Feminine, Masculine};
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;
use crate::aloud::{item, roman as numerals};

/// 1º, 2°, 3ª, 1a
pub(super) fn ordinal_number(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    // "all'89' minuto"
    let minute = text.is(i + 1, "'") && text.is(i + 2, " ") && text.is(i + 3, "minuto")
        || text.is(i + 1, "'") && text.one_of(text.before(i), &["al", "del", "dal", "il", "nel"]);
    if minute && let Some(n) = text.value(i) {
        return Some(item(Class::Coined(ordinal(n, Masculine)), i, i + 2));
    }
    let n = text.value(i).filter(|n| (1..=1000).contains(n))?;
    if text.is_word(i.wrapping_sub(1)) || text.is_dash(i.wrapping_sub(1)) {
        return None;
    }
    let sign = i + 1 + usize::from(text.is(i + 1, "."));
    let gender =
        match text.get(sign) {
            "º" | "°" if sign > i + 1 || !is_degree(text, i, sign) => {
                if nouns::is_feminine(text, i) { Feminine } else { Masculine }
            }
            "ª" => Feminine,
            "a" if sign == i + 1 => Feminine,
            "o" if sign == i + 1 => Masculine,
            _ => return None,
        };
    Some(item(Class::Coined(ordinal(n, gender)), i, sign + 1))
}

/// Whether the sign after the number at `i` is one of degrees.
fn is_degree(text: &Text, i: usize, sign: usize) -> bool {
    let before = text.before(i);
    let next = text.past_space(sign + 1);
    let scale = matches!(text.get(next), "C" | "F");
    let noun = next > sign + 1 && (nouns::is_noun(text, next) || text.one_of(next, ROUNDS));
    let elided = text.is(before, "'");
    let article = elided
        || nouns::is_feminine(text, i)
        || text.one_of(before, &["al", "dal", "del", "il", "lo", "nel", "sul"]);
    // "è 15° in classifica"
    let placed = text.one_of(
        before,
        &["arriva", "arrivata", "arrivato", "chiude", "finisce", "giunge", "giunto", "è"],
    ) && text.one_of(next, &["al", "alla", "ai", "in", "nel", "nella", "nei", "su"]);
    if placed {
        return false;
    }
    if matches!(text.get(before), "±" | "+" | "−") {
        return true;
    }
    let small = text.value(i).is_some_and(|n| n <= 12);
    scale || !article && !noun && (text.one_of(before, HEATED) || !small)
}

/// Enrico VIII, il XIX secolo, la II Guerra Mondiale, il capitolo IV.
pub(super) fn roman(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let start = numerals::first(aloud, text, i);
    let joined = text.is(i.wrapping_sub(1), "-") && start == i;
    if !text.is_capitals(i) || joined || text.is(i + 1, "'") {
        return None;
    }
    let word = text.get(i);
    let n = numerals::value(word)?;
    let found = |words: String| Some(item(Class::Coined(words), i, i + 1));
    let before = text.before(start);
    let place = if text.is(before, ".") { before.wrapping_sub(1) } else { before };
    let next = text.past_space(i + 1);
    if numerals::is_century(text, i, CENTURIES, JOINING) || is_before_century(text, i) {
        return found(ordinal(n, Masculine));
    }
    // "via XX Settembre"
    if calendar_name(text.get(next)).is_some() && next > i + 1 {
        return found(cardinal(&n.to_string()));
    }
    if text.one_of(place, PARTS) {
        return found(ordinal(n, gender(&text.lower(place))));
    }
    let queen = QUEENS.contains(&text.get(before));
    if start == i && (queen || KINGS.contains(&text.get(before))) && text.is(i.wrapping_sub(1), " ")
    {
        return found(ordinal(n, if queen { Feminine } else { Masculine }));
    }
    let feminine = nouns::is_feminine(text, i);
    let article = feminine || text.one_of(before, &["al", "del", "i", "il", "le", "lo", "nel"]);
    let small = word.chars().all(|c| "IVX".contains(c));
    let listed = text.one_of(next, ROUNDS);
    let named = text.is_capital(next) && !text.is_capitals(next) && article && small;
    if next > i + 1 && (listed || named) && !NOT_ROMAN.contains(&word) {
        let noun = gender(&text.lower(next));
        return found(ordinal(n, if feminine { Feminine } else { noun }));
    }
    if numerals::is_end(aloud, text, i) || numerals::year(word).is_some() {
        return found(cardinal(&n.to_string()));
    }
    let many = word.len() > 1 && small && !NOT_ROMAN.contains(&word);
    let title = text.is_capital(before) && text.is(i.wrapping_sub(1), " ");
    (many && (title || word.len() > 3))
        .then(|| item(Class::Coined(cardinal(&n.to_string())), i, i + 1))
}

/// Words between two numerals.
const JOINING: &[&str] = &["a", "al", "e", "ed", "il", "o"];

fn is_numeral(text: &Text, i: usize) -> bool {
    text.is_capitals(i) && numerals::value(text.get(i)).is_some()
}

/// Whether pieces with numerals before and after it are joined by the piece at `i`.
fn joins(text: &Text, i: usize) -> bool {
    text.one_of(i, JOINING) || matches!(text.get(i), "," | "-" | "–")
}

/// "XIX secolo", "tra il XIX e il XX secolo"
fn is_before_century(text: &Text, i: usize) -> bool {
    let mut at = text.past_space(i + 1);
    for _ in 0..4 {
        if text.one_of(at, CENTURIES) {
            return true;
        }
        if !(joins(text, at) || is_numeral(text, at)) {
            return false;
        }
        at = text.past_space(at + 1);
    }
    text.one_of(at, CENTURIES)
}
