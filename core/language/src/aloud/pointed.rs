//! Measures with a decimal point, where the language writes a comma.

use super::amount::unit_name;
use super::class::{Class, Item};
use super::item;
use super::tables::{Aloud, When};
use super::text::Text;

/// 1.5 kg, 36.6 °C, 2.5 km/h: read as it is written, with the unit.
pub(crate) fn measure(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let number = text.is_digits(i, 1..=3)
        && text.is(i + 1, ".")
        && text.is_digits(i + 2, 1..=2)
        && !matches!(text.get(i.wrapping_sub(1)), "." | "," | "$" | "€");
    if !number {
        return None;
    }
    let from = text.past_space(i + 3);
    let degrees = format!("{}{}", text.get(from), text.get(from + 1));
    let (unit, mut end) = match aloud.unit(&degrees).filter(|_| text.is(from, "°")) {
        Some(unit) => (unit, from + 2),
        None => (aloud.unit(text.get(from))?, from + 1),
    };
    let fits = matches!(unit.when, When::Any | When::Time | When::NoName);
    let grammar = aloud.grammar;
    let (whole, part) = (text.get(i), text.get(i + 2));
    let part = match part.starts_with('0') {
        true => super::grammar::spelt(grammar, part),
        false => grammar.cardinal(part),
    };
    let point = aloud.words.point;
    let mut words = format!("{} {point} {part} {}", grammar.cardinal(whole), unit.several);
    if text.is(end, "/")
        && let Some(per) = unit_name(aloud, text, end + 1)
    {
        words = format!("{words} {}", grammar.per(per, 0));
        end += 2;
    }
    fits.then(|| item(Class::Coined(words), i, end))
}
