//! Names of days and months, in full and shortened, and times with a full stop.

use super::class::{Class, Item};
use super::item;
use super::tables::Aloud;
use super::text::Text;

/// "Mon-Fri": names of days and months with a dash between them.
pub(crate) fn names(
    text: &Text,
    i: usize,
    name: impl Fn(&str) -> Option<&'static str>,
) -> Option<Item> {
    let first = name(text.get(i))?;
    let stop = usize::from(text.is(i + 1, "."));
    let dash = text.past_space(i + 1 + stop);
    let spaced = dash > i + 1 + stop;
    let from = text.past_space(dash + 1);
    if !text.is_dash(dash) || text.is(dash, "—") || spaced != text.is_space(dash + 1) {
        return None;
    }
    let second = name(text.get(from))?;
    let full = text.is(from + 1, ".") && !text.ends_line(from + 2) && text.get(from).len() < 5;
    let end = from + 1 + usize::from(full);
    let [first, second] = [(first, i), (second, from)]
        .map(|(words, at)| Box::new(item(Class::Abbreviation(words), at, at + 1)));
    Some(item(Class::Range(first, second, false), i, end))
}

/// "sáb 9:00-13:00": the short name of a day before a time of day.
pub(crate) fn short_day(
    text: &Text,
    i: usize,
    name: impl Fn(&str) -> Option<&'static str>,
) -> Option<Item> {
    let day = name(text.get(i)).filter(|name| !text.get(i).eq_ignore_ascii_case(name))?;
    let number = text.past_space(i + 1);
    let time = text.value(number).is_some_and(|hour| hour <= 24)
        && number > i + 1
        && (matches!(text.get(number + 1), ":" | "h") || text.is_dash(number + 1))
        || text.is_number(number) && text.is(number + 1, ".") && text.is_digits(number + 2, 2..=2);
    let before = text.before(i);
    let apart = !text.is_capital(before) && !text.is_word(i.wrapping_sub(1));
    (time && apart).then(|| item(Class::Abbreviation(day), i, i + 1))
}

/// "mar. y jue.": a short name of a day next to another.
pub(crate) fn listed_day(
    aloud: &Aloud,
    text: &Text,
    i: usize,
    name: impl Fn(&str) -> Option<&'static str>,
) -> Option<Item> {
    let day = name(text.get(i)).filter(|day| !text.get(i).eq_ignore_ascii_case(day))?;
    let stop = usize::from(text.is(i + 1, "."));
    let joins =
        |at: usize| text.is(at, aloud.words.and) || text.is(at, aloud.words.or) || text.is(at, ",");
    let next = text.past_space(i + 1 + stop);
    let mut left = text.before(text.before(i));
    if text.is(left, ".") {
        left = left.wrapping_sub(1);
    }
    let after = joins(next) && name(text.get(text.past_space(next + 1))).is_some();
    let before = joins(text.before(i)) && name(text.get(left)).is_some();
    let mut found = item(Class::Abbreviation(day), i, i + 1 + stop);
    found.ends = stop == 1 && text.ends_sentence(i + 2);
    (stop == 1 && (after || before)).then_some(found)
}

/// "de mar. a dom.": a short name of a day with "to" and another before or after it.
pub(crate) fn to_day(
    text: &Text,
    i: usize,
    to: &[&str],
    name: impl Fn(&str) -> Option<&'static str>,
) -> Option<Item> {
    let short = |day: &&str| !text.get(i).eq_ignore_ascii_case(day) && text.is(i + 1, ".");
    let day = name(text.get(i)).filter(short)?;
    let (sign, next) = (text.before(i), text.past_space(i + 2));
    let left = text.before(sign);
    let left = if text.is(left, ".") { left.wrapping_sub(1) } else { left };
    let after = to.contains(&text.get(next)) && name(text.get(text.past_space(next + 1))).is_some();
    let before = to.contains(&text.get(sign)) && name(text.get(left)).is_some();
    let mut found = item(Class::Abbreviation(day), i, i + 2);
    found.ends = text.ends_sentence(i + 2);
    (after || before).then_some(found)
}

/// Whether the time with a full stop at `i` is an end of a span such as "9.00-13.30".
pub(crate) fn is_span(text: &Text, i: usize) -> bool {
    let pointed = |at: usize| {
        let below = |at: usize, most: usize| text.value(at).is_some_and(|n| n <= most);
        below(at, 24) && text.is(at + 1, ".") && below(at + 2, 59) && text.get(at + 2).len() == 2
    };
    let (before, after) = (text.before(i), text.past_space(i + 3));
    text.is_dash(after) && pointed(text.past_space(after + 1))
        || text.is_dash(before) && pointed(text.before(before).wrapping_sub(2))
}
