//! Signs that most languages use alike: letters of the Greek alphabet, markers of lists, strokes.

use super::amount::unit_name;
use super::class::{Class, Item};
use super::item;
use super::tables::Aloud;
use super::text::Text;

/// A Greek letter by its name.
pub(crate) fn greek(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let letter = text.lower(i);
    let (_, words) = aloud.greek.iter().find(|(known, _)| *known == letter)?;
    text.is_letter(i).then(|| item(Class::Abbreviation(words), i, i + 1))
}

/// "Ø 26 cm": the sign.
pub(crate) fn diameter(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let alone = matches!(text.get(i), "Ø" | "ø") && !text.is(i + 1, "'") && !text.is(i + 1, "-");
    let words = aloud.sign("Ø").filter(|_| alone)?;
    Some(item(Class::Abbreviation(words), i, i + 1))
}

/// The marker of a list: `1.`, `2)`, `a)` where a line or a sentence begins.
pub(crate) fn list(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let letter = text.is_letter(i) && text.is(i + 1, ")");
    let number = text.is_digits(i, 1..=2) && matches!(text.get(i + 1), "." | ")");
    let before = text.before(i);
    let begins = i == 0
        || text.is(i.wrapping_sub(1), "\n")
        || matches!(text.get(before), "." | ":" | "!" | "?" | ";")
        || text.is(before, ",") && text.is(i + 1, ")");
    // "(fig. 6) shows"
    let inside = text.is(i + 1, ")") && (i.saturating_sub(8)..i).any(|at| text.is(at, "("));
    let goes_on = text.is_space(i + 2) && i + 3 < text.len();
    let fits = (letter || number) && begins && !inside && goes_on && text.is_word(i + 3);
    fits.then(|| item(Class::List(i), i, i + 2))
}

/// 2025/26, 2025/2026: the stroke between a year and the next.
pub(crate) fn season(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let (left, right) = (i.wrapping_sub(1), i + 1);
    let next = text.value(left).filter(|_| text.is_year(left)).map(|year| year + 1)?;
    let same = text.is_digits(right, 2..=2) && text.value(right) == Some(next % 100)
        || text.value(right) == Some(next);
    let alone = !text.is(right + 1, "/") && !text.is(left.wrapping_sub(1), "/");
    (text.is(i, "/") && same && alone).then(|| item(Class::Silent, i, i + 1))
}

/// "noon–1", "10 a.m.–noon": the dash before or after such a word.
pub(crate) fn noon(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let (left, right) = (text.before(i), text.past_space(i + 1));
    let noon = |at: usize| text.one_of(at, aloud.cues.noons);
    let hour =
        |at: usize| text.is_number(at) || text.is(at, ".") || (aloud.half)(text, at).is_some();
    let dash = text.is(i, "-") || text.is(i, "–");
    let even = text.is_space(i.wrapping_sub(1)) == text.is_space(i + 1);
    let fits = noon(left) && (hour(right) || noon(right)) || noon(right) && hour(left);
    (dash && even && fits).then(|| item(Class::Abbreviation(aloud.words.to), i, i + 1))
}

/// and/or, he/she, TCP/IP, A/B.
pub(crate) fn slashed(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if !text.is(i, "/") {
        return None;
    }
    let (left, right) = (i.wrapping_sub(1), i + 1);
    if text.is(left, " ") && text.is(right, " ") {
        let (left, right) = (left.wrapping_sub(1), right + 1);
        let over = aloud.sign("÷/").unwrap_or("");
        let formula = (i.saturating_sub(16)..i).any(|at| text.is(at, "="));
        // "42 kcal / 178 kJ"
        let amounts = text.is_word(left) && text.is_number(right);
        let words = text.is_word(left) && text.is_word(right) || amounts;
        return words.then(|| {
            item(Class::Abbreviation(if formula { over } else { aloud.words.or }), i, i + 1)
        });
    }
    // "ipconfig /all"
    if text.is(left, " ") && text.is_word(right) && unit_name(aloud, text, right).is_none() {
        return Some(item(Class::Abbreviation(aloud.words.address_sign("/")), i, right));
    }
    let pair = (text.get(left), text.get(right));
    let sight = text.one_of(text.past_space(i + 2), &["vision", "eyesight", "hindsight"]);
    if matches!(pair, ("24", "7") | ("7", "365") | ("9", "11"))
        || sight && pair == ("20", "20")
        || matches!((text.value(left), text.value(right)), (Some(a), Some(b)) if a + b == 100)
    {
        return Some(item(Class::Silent, i, i + 1));
    }
    // "a = F/m"
    let formula = (i.saturating_sub(16)..i).any(|at| text.is(at, "="));
    let quotient = formula && text.is_letter(left) && text.is_letter(right);
    if !text.is_word(left) || !text.is_word(right) || quotient {
        return None;
    }
    // "the flour/water ratio"
    let ratio = |at: usize| text.one_of(at, aloud.cues.ratio);
    if ratio(text.before(left)) || ratio(text.past_space(right + 1)) {
        let to = aloud.sign("/.").or_else(|| aloud.sign(":"));
        return to.map(|words| item(Class::Abbreviation(words), i, i + 1));
    }
    let capitals = text.is_capitals(left) && text.is_capitals(right);
    let and_or = text.is(left, aloud.words.and) && text.is(right, aloud.words.or);
    let class =
        if capitals || and_or { Class::Silent } else { Class::Abbreviation(aloud.words.or) };
    Some(item(class, i, i + 1))
}

/// The most pieces of a span of hours.
const SPAN: usize = 10;

/// "9h-12h/14h-18h": the stroke between two spans of hours.
pub(crate) fn spans(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    parts_spans(text, i).then(|| item(Class::Abbreviation(aloud.words.and), i, i + 1))
}

/// Whether the stroke at `i` is between two spans of hours.
pub(crate) fn parts_spans(text: &Text, i: usize) -> bool {
    // "9 a 12 h/14-18 h"
    let dash = |at: usize| {
        let to = text.one_of(at, &["a", "bis", "to", "à"]) && text.is_number(at + 2);
        matches!(text.get(at), "-" | "–") || to
    };
    let hour = |at: usize| {
        matches!(text.get(at), ":" | "h" | "H" | "Uhr" | "uhr" | "am" | "pm" | "AM" | "PM")
    };
    let (from, to) = (i.saturating_sub(SPAN), i + 1 + SPAN);
    let Some(first) = (from..i).rev().find(|&at| dash(at)) else { return false };
    let Some(last) = (i + 1..to).find(|&at| dash(at)) else { return false };
    let stroke = (first..i).chain(i + 1..last).any(|at| text.is(at, "/"));
    let hours = (first..i).any(hour) || (i..last).any(hour);
    let (end, start) = (text.before(i), text.past_space(i + 1));
    text.is(i, "/")
        && !stroke
        && hours
        && (text.is_number(end) || hour(end) || text.is(end, "."))
        && text.is_number(start)
        && text.is_number(text.past_space(last + 1))
}

/// 9''98, 2' 30'': seconds with hundredths, minutes and seconds; not where inches are meant.
pub(crate) fn clocked(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    // Where the sign of seconds at `at` ends.
    let seconds = |at: usize| match text.get(at) {
        "'" | "′" if text.is(at + 1, text.get(at)) => Some(at + 2),
        "\"" | "″" | "”" => Some(at + 1),
        _ => None,
    };
    if !text.is_digits(i, 1..=2) || text.is_word(i.wrapping_sub(1)) {
        return None;
    }
    let grammar = aloud.grammar;
    if let Some(part) = seconds(i + 1).filter(|&at| text.is_digits(at, 2..=2)) {
        let unit = aloud.unit("s")?;
        let hundredths = super::grammar::up_to(grammar, text.get(part), 2);
        let whole = grammar.agreeing(text.get(i), unit.gender, text, i);
        let words = format!("{whole} {} {hundredths}", unit.several);
        return Some(item(Class::Coined(words), i, part + 1));
    }
    let number = text.past_space(i + 2);
    let end = seconds(number + 1)?;
    let fits = matches!(text.get(i + 1), "'" | "′")
        && text.value(number).is_some_and(|n| n < 60)
        && !text.is_number(end);
    let parts = vec![(i, aloud.unit("min")?, i + 1), (number, aloud.unit("s")?, number + 1)];
    fits.then(|| item(Class::Duration(parts), i, end))
}

/// 15': minutes, unless the sign closes a quotation.
pub(crate) fn minutes(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let apart = !text.is_word(i + 1) && !text.is_number(i + 1);
    let fits = matches!(text.get(i), "'" | "′") && text.is_number(i.wrapping_sub(1)) && apart;
    let opens = |at: &usize| text.is(*at, "'") && !text.is_number(at.wrapping_sub(1));
    let quoted = (i.saturating_sub(40)..i).filter(opens).count() % 2 == 1;
    let words = aloud.sign("′").filter(|_| fits && !quoted)?;
    Some(item(Class::Abbreviation(words), i, i + 1))
}

/// 55": inches, unless the sign closes a quotation.
pub(crate) fn inches(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if !matches!(text.get(i), "\"" | "″" | "”") || !text.is_number(i.wrapping_sub(1)) {
        return None;
    }
    let opens =
        |at: &usize| matches!(text.get(*at), "\"" | "“") && !text.is_number(at.wrapping_sub(1));
    let quoted = (i.saturating_sub(40)..i).filter(opens).count() % 2 == 1;
    aloud.sign("″").filter(|_| !quoted).map(|words| item(Class::Abbreviation(words), i, i + 1))
}
