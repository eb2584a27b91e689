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
    if is_part(aloud, text, i) {
        return true;
    }
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

/// Whether the number at `i` is that of one of several parts: "step 1/3", "2/2".
fn is_part(aloud: &Aloud, text: &Text, i: usize) -> bool {
    let numbers = text.is_digits(i, 1..=2)
        && text.is(i + 1, "/")
        && text.is_digits(i + 2, 1..=2)
        && !matches!(text.get(i + 3), "/" | "%")
        && !text.is_word(i + 3)
        && text.starts_fresh(i)
        && text.size(i) <= text.size(i + 2);
    let whole = text.get(i) == text.get(i + 2) && !matches!(text.get(i), "1" | "4" | "20" | "50");
    numbers && (text.one_of(text.before(i), aloud.cues.steps) || whole)
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
    let unit = aloud.per.iter().find(|unit| [unit.one, unit.sign].contains(&text.get(i + 1)))?;
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
    let per = aloud.per.iter().any(|unit| [unit.one, unit.sign].contains(&text.get(i + 2)));
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

/// Signs of units of the same kind, between which a stroke means "or".
const KINDS: &[&[&str]] = &[
    &["mg", "g", "gr", "hg", "kg", "Kg", "t", "lb", "lbs", "oz"],
    &["mm", "cm", "dm", "m", "km", "in", "inch", "inches", "ft", "yd", "mi"],
    &["ml", "mL", "cl", "cL", "dl", "dL", "l", "L", "cup", "cups", "qt", "pt", "gal"],
    &["°C", "°F", "ºC", "ºF", "℃", "℉"],
    &["W", "kW", "PS", "hp", "ch", "CV", "cv"],
    &["cal", "kcal", "J", "kJ"],
    &["psi", "bar", "kPa"],
    &["mph", "kph", "kmh"],
];

/// Measures of a cook, before which and after which a weight is that of the same.
const SPOONS: &[&str] = &[
    "cup", "cups", "tsp", "tbsp", "Tbsp", "EL", "TL", "cda", "cdas", "cdta", "cdtas", "taza",
    "tazas",
];

/// Units of which a device or a house has several.
const LISTED: &[&[&str]] = &[&["V", "A", "mA", "W", "Hz"], &["BR", "BA"]];

/// The sign of the unit that ends at piece `i`, after an amount.
fn unit_before(aloud: &Aloud, text: &Text, i: usize) -> Option<String> {
    let degree = matches!(text.get(i.wrapping_sub(1)), "°" | "º");
    let from = if degree { i.wrapping_sub(1) } else { i };
    let sign: String = (from..=i).map(|at| text.get(at)).collect();
    let known = aloud.unit(&sign).is_some() || KINDS.iter().any(|kind| kind.contains(&&*sign));
    let number = text.before(from);
    let counted = text.is_number(number) || matches!(text.get(number), "½" | "¼" | "¾" | "⅓" | "⅔");
    (known && counted).then_some(sign)
}

/// 1,99 €/100 g, 3 g/24 h: the stroke before the amount that another is of; 5 kg/11 lb: before the
/// same amount in another unit; 5 V/3 A: between what a device needs.
pub(crate) fn amounts(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let (left, number) = (i.wrapping_sub(1), i + 1);
    if !text.is(i, "/") || !text.is_number(number) {
        return None;
    }
    let at = text.past_space(number + 1);
    let degree = matches!(text.get(at), "°" | "º") && text.is_word(at + 1);
    let second = format!("{}{}", text.get(at), if degree { text.get(at + 1) } else { "" });
    let known = [KINDS, LISTED].concat().iter().any(|kind| kind.contains(&&*second))
        || aloud.unit(&second).is_some();
    let money = aloud.currency(text.get(left)).is_some()
        || text.is_number(left) && aloud.currency(text.get(left.wrapping_sub(1))).is_some();
    let first = if money { String::new() } else { unit_before(aloud, text, left)? };
    let among = |list: &[&str]| list.contains(&&*first) && list.contains(&&*second);
    let spoon = SPOONS.contains(&&*first) != SPOONS.contains(&&*second) && !money;
    let class = match () {
        () if !known => return None,
        () if first != second && KINDS.iter().any(|kind| among(kind)) || spoon => {
            Class::Abbreviation(aloud.words.or)
        }
        () if LISTED.iter().any(|list| among(list)) => Class::Mark(','),
        () => Class::Abbreviation(aloud.words.each),
    };
    Some(item(class, i, i + 1))
}

/// 5 W/m²K, 0.2 W/(m²·K): the kelvin, and the bracket after it.
pub(crate) fn kelvin(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let at = i + usize::from(matches!(text.get(i), "·" | "×"));
    let left = i.wrapping_sub(1);
    let stroke = (i.saturating_sub(4)..i).find(|&at| text.is(at, "/"))?;
    let joined =
        text.kind(left) == Some(super::lex::Kind::Raised) || aloud.unit(text.get(left)).is_some();
    let fits = text.is(at, "K") && joined;
    let bracket = text.is(at + 1, ")") && text.is(stroke + 1, "(");
    let words = aloud
        .sign("K.")
        .filter(|_| fits && unit_name(aloud, text, stroke.wrapping_sub(1)).is_some())?;
    Some(item(Class::Abbreviation(words), i, at + 1 + usize::from(bracket)))
}
