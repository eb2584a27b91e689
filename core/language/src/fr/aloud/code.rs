//! Telephone numbers, postal codes, numbers of trains, ratios.

use super::{cues, numbers};
use crate::aloud::class::{Class, Item};
use crate::aloud::item;
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;

/// The digits of a telephone number.
const DIGITS: usize = 10;

/// 01 23 45 67 89, 0 800 123 456
pub(super) fn telephone(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if !text.starts_fresh(i) && !matches!(text.get(i.wrapping_sub(1)), ":" | "/")
        || !text.get(i).starts_with('0')
    {
        return None;
    }
    let mut groups = vec![i];
    let mut count = text.get(i).len();
    let mut end = i + 1;
    let sign = text.get(end);
    while count < DIGITS
        && matches!(sign, " " | "." | "-")
        && text.is(end, sign)
        && text.is_digits(end + 1, 2..=3)
    {
        groups.push(end + 1);
        count += text.get(end + 1).len();
        end += 2;
    }
    let fits = count == DIGITS && groups.len() > 2 && text.is_digits(i, 1..=4);
    fits.then(|| item(Class::Telephone(groups), i, end))
}

/// 3919 after "appelez le"
pub(super) fn short_telephone(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let article = text.before(i);
    let called = text.one_of(article, &["le", "au"])
        && text.one_of(text.before(article), aloud.cues.calls)
        || text.one_of(article, aloud.cues.calls);
    (text.is_digits(i, 4..=4) && called).then(|| item(Class::Telephone(vec![i]), i, i + 1))
}

/// 06000 Nice: the code of a town.
pub(super) fn postal(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let town = text.past_space(i + 1);
    let digits = text.get(i);
    let fits = text.is_digits(i, 5..=5)
        && digits.starts_with('0')
        && !digits.starts_with("00")
        && town > i + 1
        && text.is_capital(town);
    fits.then(|| item(Class::Coined(numbers::after_zeros(digits)), i, i + 1))
}

/// TGV 6201: in twos.
pub(super) fn train(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let mut word = text.before(i);
    if matches!(text.get(word), "°" | "º") {
        word = text.before(word.wrapping_sub(1));
    }
    let fits = text.is_digits(i, 4..=4) && text.one_of(word, cues::TRAINS);
    fits.then(|| item(Class::Coined(numbers::pairs(text.get(i))), i, i + 1))
}

/// "article L. 121-1" of a code of law.
pub(super) fn article(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let number = text.past_space(i + 2);
    let fits = matches!(text.get(i), "D" | "L" | "R")
        && text.is(i + 1, ".")
        && text.is_digits(number, 1..=4)
        && text.is(number + 1, "-")
        && text.is_digits(number + 2, 1..=3);
    if !fits {
        return None;
    }
    let [first, second] = [number, number + 2].map(|at| numbers::cardinal(text.get(at)));
    let words = format!("{} {first} {second}", text.get(i));
    Some(item(Class::Coined(words), i, number + 3))
}

/// UTC-3, J-7: the dash.
pub(super) fn offset(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let fits = text.is(i, "-")
        && text.one_of(i.wrapping_sub(1), &["gmt", "j", "utc"])
        && text.is_number(i + 1);
    fits.then(|| item(Class::Mathematics(aloud.words.minus), i, i + 1))
}
