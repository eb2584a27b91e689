//! Signs that mean "per", "out of" and "to".

use super::amount::unit_name;
use super::class::{Class, Item, Style};
use super::item;
use super::tables::{Aloud, When};
use super::text::Text;

/// How many pieces before a grade the word for it may be.
const NEAR: usize = 9;

/// 9/10, 4.5/5 stars: the number before the stroke of a grade, and the stroke.
pub(crate) fn grade(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if is_grade(aloud, text, i) {
        return Some(item(Class::Number(i, Style::Amount), i, i + 1));
    }
    let stroke = text.is(i, "/") && is_grade(aloud, text, i.wrapping_sub(1));
    stroke.then(|| item(Class::Abbreviation(aloud.words.out_of), i, i + 1))
}

/// Whether the number at `i` is a grade, of at most 5, 10, 20 or 100.
fn is_grade(aloud: &Aloud, text: &Text, i: usize) -> bool {
    let most = i + 2;
    let numbers = text.is_number(i)
        && text.is(i + 1, "/")
        && matches!(text.get(most), "5" | "6" | "10" | "20" | "30" | "100" | "110")
        && !matches!(text.get(i + 3), "/" | "%")
        && text.starts_fresh(i)
        && text.size(i) <= text.size(most);
    let said = |at: usize| text.one_of(at, aloud.cues.grades);
    numbers
        && (text.get(i).contains('.')
            || text.get(i) == "110" && text.is(most, "110")
            || (i.saturating_sub(NEAR)..i).any(said)
            || said(text.past_space(i + 3)))
}

/// 3 times/week, 8 hours/day: the stroke and what is after it.
pub(crate) fn per(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let left = i.wrapping_sub(1);
    // "72/min", "3/day"
    if text.is(i, "/") && text.is_number(left) && text.get(i + 1).len() > 2 && text.is_word(i + 1) {
        let unit = unit_name(aloud, text, i + 1)?;
        let time = unit.when == When::Time || aloud.per.iter().any(|per| per.one == unit.one);
        return time.then(|| item(Class::Coined(aloud.grammar.per(unit, 0)), i, i + 2));
    }
    if !text.is(i, "/") || !text.is_word(left) || text.is(i + 2, "/") {
        return None;
    }
    let unit = aloud.per.iter().find(|unit| text.is(i + 1, unit.one))?;
    // "3.200 € brutto/Monat", "0,2 °C/Jahrzehnt"
    let earlier = text.before(left);
    let amount = aloud.currency(text.get(earlier)).is_some() || text.is(earlier, "°");
    let counted =
        amount || text.is_number(text.before(left)) || text.one_of(left, aloud.cues.times);
    let unit_before = unit_name(aloud, text, left).is_some() && text.get(left).len() > 2;
    let words = aloud.grammar.per(unit, 0);
    (counted || unit_before).then(|| item(Class::Coined(words), i, i + 2))
}

/// km/h without a number.
pub(crate) fn units(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let pair = (text.get(i), text.get(i + 2));
    let known = matches!(
        pair,
        ("km", "h") | ("m", "s") | ("km", "s") | ("l", "min") | ("g", "l") | ("mg", "l")
    );
    let apart = !text.is_number(text.before(i)) && !text.is(i + 3, "/") && text.starts_fresh(i);
    if !known || !apart || !text.is(i + 1, "/") {
        return None;
    }
    let (unit, per) = (aloud.unit(pair.0)?, aloud.unit(pair.1)?);
    let words = format!("{} {}", unit.several, aloud.grammar.per(per, 0));
    Some(item(Class::Coined(words), i, i + 3))
}

/// 3x/day: the letter.
pub(crate) fn times(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let per = aloud.per.iter().any(|unit| text.is(i + 2, unit.one));
    let fits = matches!(text.get(i), "x" | "X" | "×")
        && text.is_number(i.wrapping_sub(1))
        && text.is(i + 1, "/")
        && per;
    let words = aloud.cues.times.first().filter(|_| fits)?;
    Some(item(Class::Abbreviation(words), i, i + 1))
}

/// A blood pressure of 120/80: the stroke, and the number before it.
pub(crate) fn pressure(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let is_pressure = |number: usize| {
        let numbers = text.is_digits(number, 1..=3) && text.is_digits(number + 2, 1..=3);
        let said = |at: usize| text.one_of(at, aloud.cues.pressure);
        let unit = text.is(text.past_space(number + 3), "mmHg");
        numbers
            && text.is(number + 1, "/")
            && (unit || (number.saturating_sub(8)..number).any(said))
    };
    if is_pressure(i) {
        return Some(item(Class::Number(i, Style::Amount), i, i + 1));
    }
    let fits = text.is(i, "/") && is_pressure(i.wrapping_sub(1));
    aloud.sign("/.").filter(|_| fits).map(|words| item(Class::Abbreviation(words), i, i + 1))
}

/// "a ratio of 3 : 1": the colon.
pub(crate) fn ratio(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let (left, right) = (text.before(i), text.past_space(i + 1));
    if !text.is(i, ":") || !text.is_number(left) || !text.is_number(right) {
        return None;
    }
    let (last, first) = (text.before(left), text.before(text.before(left)));
    let said = [last, first, text.before(first)];
    let fits = said.iter().any(|&at| text.one_of(at, aloud.cues.ratio));
    aloud.sign(":").filter(|_| fits).map(|words| item(Class::Mathematics(words), i, i + 1))
}
