//! Dates with names of months, halves of the day, ordinals and decades.

use super::tables::{calendar_name, month};
use crate::aloud::calendar;
use crate::aloud::class::{Class, Date, Item, Style};
use crate::aloud::item;
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;
use crate::aloud::when::{self as common, ends_there};

/// November 22nd, 2026; 22 November 2026; JAN. 15 2020; Jan. alone.
pub(super) fn date(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if matches!(text.get(i.wrapping_sub(1)), "-" | "/" | ".") && text.is_number(i) {
        return None;
    }
    month_first(aloud, text, i).or_else(|| day_first(text, i))
}

/// Names of days and months with a dash between them.
pub(super) fn names(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    // "M–F 9–5"
    let letter = |word: &str| match word {
        "M" => Some("Monday"),
        "Th" => Some("Thursday"),
        "F" => Some("Friday"),
        _ => None,
    };
    let letters = || calendar::names(text, i, letter).filter(|_| text.is(i, "M"));
    calendar::names(text, i, calendar_name).or_else(letters)
}

/// The month at `i`, which may also be "may" or "march".
fn month_at(text: &Text, i: usize) -> Option<(usize, bool)> {
    if text.one_of(i, &["may", "march"]) && !text.is_capital(i) {
        let before = text.before(i);
        let said =
            text.one_of(before, &["on", "in", "since", "until", "by", "before", "after", "of"]);
        return said.then_some((if text.is(i, "may") { 5 } else { 3 }, true));
    }
    month(text.get(i))
}

fn month_first(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let (month, full) = month_at(text, i)?;
    let stop = text.is(i + 1, ".") && !full;
    let next = text.past_space(i + 1 + usize::from(stop));
    let mut date = Date { month: Some((month, i)), ..Date::default() };
    // "May 2026"
    if text.is_year(next) && next > i + 1 && !text.is(next + 1, ":") {
        date.year = Some((text.value(next)?, next));
        return Some(item(Class::Date(date), i, next + 1));
    }
    let day = day(text, next).filter(|&(_, after)| {
        next > i + 1 && !(matches!(text.get(after), ":" | "%") && text.is_number(after + 1))
    });
    let Some((day, mut end)) = day else {
        // An abbreviated month alone.
        if full || text.is_capitals(i) || !(stop || text.is_dash(text.past_space(i + 1))) {
            return None;
        }
        let mut found = item(Class::Date(date), i, i + 1 + usize::from(stop));
        found.ends = stop && ends_there(aloud, text, i + 2);
        return Some(found);
    };
    date.day = Some((day, next));
    // June 5–7
    let spaced = usize::from(text.is(end, " "));
    if text.is_dash(end + spaced)
        && let Some((until, after)) = self::day(text, end + 1 + 2 * spaced)
        && until > day
        && (spaced == 0 || text.is_space(end + 2))
    {
        date.until = Some((until, end + 1 + 2 * spaced));
        end = after;
    }
    Some(year_after(text, date, i, end))
}

fn day_first(text: &Text, i: usize) -> Option<Item> {
    let (day, mut after) = day(text, i)?;
    // "10-12 Jan"
    let dash = text.past_space(after);
    let second = text.past_space(dash + 1);
    let even = text.is_space(dash.wrapping_sub(1)) == text.is_space(dash + 1);
    let mut until = None;
    if text.is_dash(dash)
        && even
        && let Some((last, end)) = self::day(text, second)
        && last > day
    {
        until = Some((last, second));
        after = end;
    }
    let mut name = text.past_space(after);
    if name == after && !text.is(name, "-") {
        return None;
    }
    name += usize::from(text.is(name, "-"));
    if text.is(name, "of") {
        name = text.past_space(name + 1);
    }
    let (month, full) = month_at(text, name)?;
    let date = Date {
        month: Some((month, name)),
        day: Some((day, i)),
        until,
        day_first: true,
        article: text.one_of(text.before(i), &["the"]) || follows_day(text, i),
        ..Date::default()
    };
    let stop = text.is(name + 1, ".") && !full && !text.ends_line(name + 2);
    Some(year_after(text, date, i, name + 1 + usize::from(stop)))
}

/// "the 2nd and 23rd of May": whether another day comes before, which has the article.
fn follows_day(text: &Text, i: usize) -> bool {
    let and = text.before(i);
    let mut first = text.before(and);
    if text.is(first, ",") {
        first = text.before(first);
    }
    text.one_of(and, &["and", "or", "to"]) && is_ending(text, first)
}

/// A day of the month, with or without its ending; and what comes after it.
fn day(text: &Text, i: usize) -> Option<(usize, usize)> {
    let day = text.value(i).filter(|d| (1..=31).contains(d) && text.get(i).len() <= 2)?;
    let after = if is_ending(text, i + 1) { i + 2 } else { i + 1 };
    (after == i + 2 || !text.is_word(i + 1)).then_some((day, after))
}

fn is_ending(text: &Text, i: usize) -> bool {
    text.one_of(i, &["st", "nd", "rd", "th"])
}

/// The date, with the year that follows at `i`, with or without a comma.
fn year_after(text: &Text, mut date: Date, from: usize, i: usize) -> Item {
    let comma = text.is(i, ",");
    let next = text.past_space(if comma { i + 1 } else { i });
    let year = next > i && text.is_year(next) && !matches!(text.get(next + 1), ":" | "%" | "/");
    if !year {
        return item(Class::Date(date), from, i);
    }
    date.comma = comma;
    date.year = Some((text.value(next).unwrap_or_default(), next));
    item(Class::Date(date), from, next + 1)
}

/// 1:30 h: hours and minutes.
pub(super) fn hours(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let word = text.past_space(i + 3);
    let fits = text.is_digits(i, 1..=2)
        && text.is(i + 1, ":")
        && text.is_digits(i + 2, 2..=2)
        && text.one_of(word, &["h", "hr", "hrs", "hours"])
        && !matches!(text.get(i.wrapping_sub(1)), ":" | ".");
    let parts = vec![(i, aloud.unit("h")?, i), (i + 2, aloud.unit("min")?, i + 2)];
    fits.then(|| item(Class::Duration(parts), i, word + 1))
}

/// "am", "PM", "a.m.": the letters, and the last piece.
pub(super) fn half(text: &Text, i: usize) -> Option<(&'static str, usize)> {
    let letters = match text.get(i) {
        "am" | "AM" | "Am" | "a" | "A" => "AM",
        "pm" | "PM" | "Pm" | "p" | "P" => "PM",
        _ => return None,
    };
    if text.get(i).len() == 2 {
        return Some((letters, i));
    }
    // "7a–9p"
    let mark = |at: usize| matches!(text.get(at), "a" | "p" | "A" | "P");
    let first = text.is_dash(i + 1)
        && text.is_number(i + 2)
        && (mark(i + 3) || text.is(i + 3, ":") && mark(i + 5));
    let start = if text.is(i.wrapping_sub(2), ":") { i.wrapping_sub(3) } else { i.wrapping_sub(1) };
    let second = text.is_dash(start.wrapping_sub(1)) && mark(start.wrapping_sub(2));
    if text.is_number(i.wrapping_sub(1)) && !text.is_word(i + 1) && (first || second) {
        return Some((letters, i));
    }
    let dotted = text.is(i + 1, ".") && matches!(text.get(i + 2), "m" | "M");
    dotted.then(|| (letters, if text.is(i + 3, ".") { i + 3 } else { i + 2 }))
}

/// 21st, 1,000th
pub(super) fn ordinal(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let fits = text.is_number(i) && is_ending(text, i + 1) && !text.get(i).contains('.');
    // "Tue 3rd to Thu"
    let next = text.past_space(i + 2);
    let day = calendar_name(text.get(text.before(i))).is_some_and(|name| name.ends_with("day"));
    let alone =
        !text.is_word(next) || text.one_of(next, &["and", "at", "from", "or", "to", "until"]);
    if fits && day && alone && text.is_digits(i, 1..=2) {
        let words = super::numbers::ordinal(text.get(i)).join(" ");
        return Some(item(Class::Coined(format!("the {words}")), i, i + 2));
    }
    fits.then(|| item(Class::Ordinal(i), i, i + 2))
}

/// 12/2024: a month and a year, but not the number of a law.
pub(super) fn month_year(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let mut law = text.before(i);
    law = if text.is(law, ".") { law.wrapping_sub(1) } else { law };
    let law = text.one_of(law, &["act", "directive", "no", "regulation", "resolution", "rule"]);
    // "Exp. 09/27"
    let mut word = text.before(i);
    word = if matches!(text.get(word), "." | ":") { text.before(word) } else { word };
    let ends = text.one_of(word, &["exp", "expires", "expiration", "expiry", "thru"]);
    if ends && let Some(card) = common::card(text, i) {
        return Some(card);
    }
    common::month_year(text, i).filter(|_| !law)
}

/// 1990s, '90s, 20s, 1980 s
pub(super) fn decade(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    // "1000s of people", "ones and zeros"
    if matches!(text.get(i), "100" | "1000") && text.is(i + 1, "s") && text.is(i + 3, "of") {
        let words = if text.is(i, "100") { "hundreds" } else { "thousands" };
        return Some(item(Class::Abbreviation(words), i, i + 2));
    }
    let bit = |at: usize| matches!(text.get(at), "0" | "1") && text.is(at + 1, "s");
    let joined = |at: usize| text.is(at, "and") || text.is(at, "or");
    if bit(i)
        && (joined(i + 3) && bit(i + 5)
            || joined(text.before(i)) && bit(text.before(i).wrapping_sub(3)))
    {
        return Some(item(Class::Decade(i, false), i, i + 2));
    }
    if !text.is_digits(i, 2..=4) || text.get(i).len() == 3 {
        // B-52s
        let own = text.is_number(i)
            && text.is(i + 1, "s")
            && text.is_word(i.wrapping_sub(2))
            && text.is(i.wrapping_sub(1), "-");
        return own.then(|| item(Class::Decade(i, false), i, i + 2));
    }
    let own = text.is(i + 1, "'");
    let spaced = text.is(i + 1, " ") && text.is_year(i) && text.get(i).ends_with('0');
    let s = i + 1 + usize::from(own || spaced);
    if !text.is(s, "s") || text.is(s + 1, ".") && spaced {
        return None;
    }
    let four = text.get(i).len() == 4;
    let dash = text.is(i.wrapping_sub(1), "-") && text.is_word(i.wrapping_sub(2));
    let round = text.value(i).is_some_and(|n| n % 10 == 0);
    let apostrophe = text.is(i.wrapping_sub(1), "'");
    let before = text.before(if apostrophe { i.wrapping_sub(1) } else { i });
    let said = text.one_of(
        before,
        &[
            "the", "his", "her", "their", "my", "your", "our", "in", "early", "mid", "late", "low",
            "high",
        ],
    );
    if !own && !four && !round && !dash {
        return None;
    }
    // "a 30s timer"
    let timer = !four && !said && !apostrophe && (s + 1 < text.len() || i > 0) && {
        let around = [text.past_space(s + 1), before, text.before(before)];
        around.iter().any(|&at| text.one_of(at, super::cues::OF_TIME))
    };
    // "the '90's", but "1990's best song"
    let own = own && four && !said;
    (!timer).then(|| item(Class::Decade(i, own), i, s + 1))
}

/// 2Q22; '69 after "of"; FY2023; 476 AD; the '49ers
pub(super) fn quarter(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let at = i + usize::from(text.is(i, "'"));
    if text.is_digits(at, 2..=2) && matches!(text.get(at + 1), "er" | "ers") {
        let words = super::numbers::cardinal(text.get(at)).join(" ");
        let ending = text.get(at + 1);
        let ending = if words.ends_with('e') { &ending[1..] } else { ending };
        return Some(item(Class::Coined(words + ending), i, at + 2));
    }
    if text.is_digits(i, 1..=1) && text.is(i + 1, "Q") && text.is_digits(i + 2, 2..=4) {
        return Some(item(Class::Ordinal(i), i, i + 3));
    }
    if text.is(i, "'")
        && text.is_digits(i + 1, 2..=2)
        && text.starts_fresh(i)
        && !text.is_word(i + 2)
        && !text.is(i + 2, "'")
    {
        if let Some(year) = text.get(i + 1).strip_prefix('0') {
            let words = format!("oh {}", super::numbers::spelt(year).join(" "));
            return Some(item(Class::Coined(words), i, i + 2));
        }
        return Some(item(Class::Number(i + 1, Style::Year), i, i + 2));
    }
    // Years before or after Christ.
    let age = text.past_space(i + 1);
    let of_age = text.is_capitals(age) && text.one_of(age, &["ad", "bc", "bce", "ce"])
        || text.is(age + 1, ".")
            && matches!((text.get(age), text.get(age + 2)), ("A", "D") | ("B", "C"));
    if of_age && text.is_digits(i, 3..=3) {
        return Some(item(Class::Number(i, Style::Pairs), i, i + 1));
    }
    None
}
