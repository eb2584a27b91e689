//! Points of the compass.

use super::class::{Class, Item};
use super::grammar::Grammar;
use super::item;
use super::tables::{Aloud, Unit};
use super::text::Text;

/// Pieces before and after a point of the compass among which a word for wind may be.
const BEFORE: usize = 14;
const AFTER: usize = 5;

/// "Wind: NW 15 mph", "viento del NO": the letters.
pub(crate) fn direction(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if !text.is_capitals(i) || text.is_word(i.wrapping_sub(1)) || text.is(i + 1, "'") {
        return None;
    }
    let (_, words) = aloud.compass.iter().find(|(sign, _)| text.is(i, sign))?;
    let wind = |at: usize| text.one_of(at, aloud.cues.winds);
    let near = (i.saturating_sub(BEFORE)..i + AFTER).any(wind);
    // One letter may mean anything.
    let before = text.before(i);
    let said = text.is_word(before) && !text.is_capital(before) || text.is(before, ":");
    let single = text.is_letter(i) && !(said || wind(before));
    (near && !single).then(|| item(Class::Abbreviation(words), i, i + 1))
}

/// 40° 26′ 46″ N: degrees, minutes and seconds of an angle, and the direction.
pub(crate) fn coordinates(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let (minutes, degree) = (text.past_space(i + 2), i + 1);
    let minute = minutes + 1;
    let fits = text.is_number(i)
        && matches!(text.get(degree), "°" | "º")
        && text.is_number(minutes)
        && matches!(text.get(minute), "'" | "′");
    if !fits {
        return None;
    }
    let said = |number: usize, unit: &Unit| amount(aloud.grammar, text, number, unit);
    let mut words = format!("{} {}", said(i, aloud.unit("°")?), said(minutes, aloud.unit("min")?));
    let mut end = minute + 1;
    let seconds = text.past_space(end);
    if text.is_number(seconds) && matches!(text.get(seconds + 1), "\"" | "″" | "”") {
        words = format!("{words} {}", said(seconds, aloud.unit("s")?));
        end = seconds + 2;
    }
    let direction = text.past_space(end);
    if let Some((_, name)) = aloud.compass.iter().find(|(sign, _)| text.is(direction, sign)) {
        words = format!("{words} {name}");
        end = direction + 1;
    }
    Some(item(Class::Coined(words), i, end))
}

/// The number at `i` and its unit.
fn amount(grammar: &dyn Grammar, text: &Text, i: usize, unit: &Unit) -> String {
    let written = text.get(i);
    let number = match written.contains('.') {
        true => super::grammar::digits(grammar, written),
        false => grammar.agreeing(&written.replace(',', ""), unit.gender, text, i),
    };
    let name = if grammar.is_one(written) { unit.one } else { unit.several };
    format!("{number} {name}")
}
