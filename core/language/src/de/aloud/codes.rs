//! Telephone numbers, bank accounts, postal codes.

use crate::aloud::class::{Class, Item, Style};
use crate::aloud::item;
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;

/// 030/1234567, 0171 1234567, 089 123-0: an area code that begins with zero.
pub(super) fn telephone(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    // "Durchwahl -123"
    let inner = text.is(i, "-") && text.is_digits(i + 1, 1..=5);
    if inner && text.one_of(text.before(i), &["durchwahl", "dw", "fax", "telefax"]) {
        return Some(item(Class::Telephone(vec![i + 1]), i, i + 2));
    }
    let area = text.is_digits(i, 3..=5) && text.get(i).starts_with('0');
    if !area || !text.starts_fresh(i) {
        return None;
    }
    let mut groups = vec![i];
    let mut at = i + 1;
    while groups.len() < 7 {
        let spaced = text.past_space(at);
        let sign = matches!(text.get(spaced), "/" | "-" | "–");
        let next = text.past_space(if sign { spaced + 1 } else { spaced });
        if next == at || !text.is_digits(next, 1..=9) {
            break;
        }
        groups.push(next);
        at = next + 1;
    }
    let digits: usize = groups.iter().map(|&group| text.get(group).len()).sum();
    let fits = groups.len() > 1 && (6..=15).contains(&digits) && !text.is_word(at);
    fits.then(|| item(Class::Telephone(groups), i, at))
}

/// "die 110", "unter 112": numbers for emergencies and offices.
pub(super) fn emergency(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let known = matches!(text.get(i), "110" | "112" | "115" | "116117" | "116,117");
    let before = text.before(i);
    let said = text.one_of(before, &["ist", "lautet", "bleibt"])
        && text.one_of(text.before(before), &["notruf", "notrufnummer", "nummer"]);
    let called = said || text.one_of(before, &["die", "der", "unter", "notruf"]);
    let alone = !text.is_capital(text.past_space(i + 1))
        && !matches!(text.get(i + 1), "." | "," | "-" | "/")
        || text.ends_line(i + 2);
    (known && called && alone).then(|| item(Class::Telephone(vec![i]), i, i + 1))
}

/// IBAN DE89 3704 0044 0532 0130 00
pub(super) fn account(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let country = text.is_capitals(i) && text.get(i).len() == 2 && text.is_digits(i + 1, 2..=2);
    let group = |at: usize, least: usize| text.is(at, " ") && text.is_digits(at + 1, least..=4);
    let mut end = i + 2;
    while end < i + 20 && group(end, 4) {
        end += 2;
    }
    if end < i + 8 || !country {
        return None;
    }
    end += if group(end, 1) { 2 } else { 0 };
    Some(item(Class::Code, i, end))
}

/// B-MW 1234: the plate of a car.
pub(super) fn plate(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let letters =
        |at: usize, most: usize| text.is_capitals(at) && text.get(at).chars().count() <= most;
    let number = text.past_space(i + 3);
    let fits = letters(i, 3)
        && text.is(i + 1, "-")
        && letters(i + 2, 2)
        && text.is_digits(number, 1..=4)
        && number > i + 3
        && !text.is_word(i.wrapping_sub(1));
    fits.then(|| item(Class::Code, i, number + 1))
}

/// 10115 Berlin
pub(super) fn post_code(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let before = text.before(i);
    let town = i + 2;
    let begins = i == 0
        || text.is(i.wrapping_sub(1), "\n")
        || text.is(before, ",")
        || text.is(before, "-") && text.is(before.wrapping_sub(1), "D")
        || text.one_of(before, &["in", "nach", "plz"]);
    // "Hauptstr. 5, 60313 Frankfurt am Main"
    let house = text.is(before, ",") && {
        let number = before.wrapping_sub(1);
        text.is_number(number) || text.is_letter(number)
    };
    let more = text.past_space(town + 1);
    let ends = !text.is_word(more)
        || house
        || text.one_of(more, &["am", "an", "bei", "im", "in", "ob", "vor"]);
    let fits = text.is_digits(i, 5..=5) && text.is(i + 1, " ") && text.is_capital(town);
    (begins && fits && ends).then(|| item(Class::Number(i, Style::Digits), i, i + 1))
}
