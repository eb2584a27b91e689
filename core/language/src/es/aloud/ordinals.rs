//! Ordinal numbers and Roman numerals, which agree with a noun.

use super::genders::gender;
use super::nouns;
use super::numbers::{cardinal, ordinal};
use super::series::{CENTURIES, HEATED, KINGS, NOT_ROMAN, PARTS, QUEENS, ROUNDS};
use crate::aloud::class::{Class, Item};
use crate::aloud::grammar::Gender::{Feminine, Masculine};
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;
use crate::aloud::{item, roman as numerals};

/// 1.º, 2ª, 3er, 1.er, 4to, 1.os
pub(super) fn ordinal_number(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let n = text.value(i).filter(|n| (1..=1000).contains(n))?;
    if text.is_word(i.wrapping_sub(1)) {
        return None;
    }
    let stop = text.is(i + 1, ".");
    let sign = i + 1 + usize::from(stop);
    let (gender, several) = match text.get(sign) {
        "º" | "°" => (Masculine, false),
        "ª" => (Feminine, false),
        "er" | "ro" | "do" | "to" | "vo" | "no" | "mo" | "o" => (Masculine, false),
        "ra" | "da" | "ta" | "va" | "na" | "ma" | "a" => (Feminine, false),
        "os" if stop => (Masculine, true),
        "as" if stop => (Feminine, true),
        _ => return None,
    };
    if matches!(text.get(sign), "º" | "°") && !stop && is_degree(text, i, sign) {
        return None;
    }
    let next = text.past_space(sign + 1);
    let noun = next > sign + 1 && nouns::is_noun(text, next);
    let mut words = ordinal(n, gender, noun && !several || text.is(sign, "er"));
    if several {
        words.push('s');
    }
    Some(item(Class::Coined(words), i, sign + 1))
}

/// Whether the sign after the number at `i` is one of degrees.
fn is_degree(text: &Text, i: usize, sign: usize) -> bool {
    let before = text.before(i);
    let minus = text.is_dash(i.wrapping_sub(1));
    let next = text.past_space(sign + 1);
    let scale = matches!(text.get(next), "C" | "F") && !text.is(before, ",");
    let article = text.one_of(before, &["al", "del", "el", "su"]);
    let floor = text.one_of(next, ROUNDS);
    let heated = text.one_of(before, HEATED) && !floor;
    minus
        || scale
        || heated
        || text.is(sign, "°") && !(article || floor)
        || text.value(i).is_some_and(|n| n > 100) && !article
}

/// Felipe VI, el siglo XIX, la II Guerra Mundial, el capítulo IV.
pub(super) fn roman(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let start = numerals::first(aloud, text, i);
    // "N-VI" is a road.
    let road = text.is(i.wrapping_sub(1), "-") && text.is(i.wrapping_sub(2), "N");
    if road && let Some(n) = numerals::value(text.get(i)) {
        return Some(item(Class::Coined(cardinal(&n.to_string())), i, i + 1));
    }
    let joined = text.is(i.wrapping_sub(1), "-") && start == i;
    if !text.is_capitals(i) || joined || text.is(i + 1, "'") {
        return None;
    }
    let word = text.get(i);
    let n = numerals::value(word)?;
    let found = |words: String| Some(item(Class::Coined(words), i, i + 1));
    let before = text.before(start);
    let place = if text.is(before, ".") { before.wrapping_sub(1) } else { before };
    if numerals::is_century(text, i, CENTURIES, &["a", "al", "e", "o", "y"]) {
        return found(if n <= 10 {
            ordinal(n, Masculine, false)
        } else {
            cardinal(&n.to_string())
        });
    }
    if text.one_of(place, PARTS) {
        return found(cardinal(&n.to_string()));
    }
    let queen = QUEENS.contains(&text.get(before));
    if start == i && (queen || KINGS.contains(&text.get(before))) && text.is(i.wrapping_sub(1), " ")
    {
        let gender = if queen { Feminine } else { Masculine };
        return found(if n <= 10 { ordinal(n, gender, false) } else { cardinal(&n.to_string()) });
    }
    // "la II Guerra Mundial", "el XX aniversario"
    let next = text.past_space(i + 1);
    let article = text.one_of(before, &["al", "del", "el", "la", "su", "una", "un", "los", "las"]);
    let small = word.chars().all(|c| "IVX".contains(c));
    let listed = text.one_of(next, ROUNDS);
    let named = text.is_capital(next) && !text.is_capitals(next) && article && small;
    if next > i + 1 && (listed || named) && !NOT_ROMAN.contains(&word) {
        return found(ordinal(n, gender(&text.lower(next)), true));
    }
    // "la I en 1605 y la II en 1615"
    let alone =
        text.one_of(before, &["el", "la"]) && !(text.is_word(next) && text.is_capital(next));
    if alone && small && !matches!(word, "V" | "X") {
        let feminine = text.one_of(before, &["la"]);
        return found(ordinal(n, if feminine { Feminine } else { Masculine }, false));
    }
    if numerals::is_end(aloud, text, i) || numerals::year(word).is_some() {
        return found(cardinal(&n.to_string()));
    }
    let many = word.len() > 1 && small && !NOT_ROMAN.contains(&word);
    let title = text.is_capital(before) && text.is(i.wrapping_sub(1), " ");
    (many && (title || word.len() > 3))
        .then(|| item(Class::Coined(cardinal(&n.to_string())), i, i + 1))
}
