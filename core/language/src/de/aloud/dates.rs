//! Dates, times of day and decades.

use super::tables::{DAYS, MONTHS, calendar_name};
use super::{context, numbers, times};
use crate::aloud::class::{Class, Date, Item};
use crate::aloud::grammar::Gender::Masculine;
use crate::aloud::grammar::Spoken;
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;
use crate::aloud::{calendar, item, when};

/// 3. Oktober 1990; 5.–7. Juni; 24.12.; 1.5.24
pub(super) fn date(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let before = i.wrapping_sub(1);
    if matches!(text.get(before), "." | "," | "/") && text.is_number(i.wrapping_sub(2)) {
        return None;
    }
    let day = day(text, i)?;
    named(aloud, text, i, day)
        .or_else(|| joint(aloud, text, i, day))
        .or_else(|| spanned(text, i, day))
        .or_else(|| short(aloud, text, i, day))
}

/// A day of the month with its full stop.
fn day(text: &Text, i: usize) -> Option<usize> {
    let day = text.value(i).filter(|day| (1..=31).contains(day) && text.get(i).len() <= 2)?;
    text.is(i + 1, ".").then_some(day)
}

/// With the month by its name.
fn named(aloud: &Aloud, text: &Text, i: usize, day: usize) -> Option<Item> {
    let mut date = Date { day: Some((day, i)), ..Date::default() };
    let mut name = text.past_space(i + 2);
    let dash = name;
    let second = text.past_space(dash + 1);
    if text.is_dash(dash)
        && let Some(until) = self::day(text, second)
    {
        date.until = Some((until, second));
        name = text.past_space(second + 2);
    }
    let (month, full) = (aloud.month)(text.get(name))?;
    date.month = Some((month, name));
    let stop = !full && text.is(name + 1, ".");
    let mut end = name + 1 + usize::from(stop);
    let year = text.past_space(end);
    if year > end && text.is_year(year) {
        date.year = Some((text.value(year)?, year));
        end = year + 1;
    }
    let ends = stop && date.year.is_none() && text.ends_line(end);
    Some(Item { ends, ..item(Class::Date(date), i, end) })
}

/// 15./16. Mai, 30./31.12.: the first of two days with a stroke between them.
fn joint(aloud: &Aloud, text: &Text, i: usize, day: usize) -> Option<Item> {
    let stroke = i + 2;
    let second =
        self::day(text, stroke + 1).filter(|second| text.is(stroke, "/") && *second > day)?;
    named(aloud, text, stroke + 1, second).or_else(|| short(aloud, text, stroke + 1, second))?;
    let date = Date { day: Some((day, i)), ..Date::default() };
    Some(item(Class::Date(date), i, stroke))
}

/// The stroke of 15./16. Mai.
pub(super) fn and(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let fits = text.is(i, "/") && text.is(i.wrapping_sub(1), ".") && i >= 2;
    let first = day(text, i.wrapping_sub(2)).filter(|_| fits)?;
    joint(aloud, text, i - 2, first)?;
    Some(item(Class::Abbreviation(aloud.words.and), i, i + 1))
}

/// 2.–6.12., 30.11.–2.12.2024: two days with the month in digits after the second.
fn spanned(text: &Text, i: usize, first: usize) -> Option<Item> {
    let dash = text.past_space(i + 2);
    let second = text.past_space(dash + 1);
    let until = day(text, second).filter(|until| text.is_dash(dash) && *until > first)?;
    let month = text.value(second + 2).filter(|month| (1..=12).contains(month))?;
    let mut date = Date {
        day: Some((first, i)),
        until: Some((until, second)),
        month: Some((month, second + 2)),
        ..Date::default()
    };
    let stop = text.is(second + 3, ".");
    let mut end = second + 3 + usize::from(stop);
    if stop && text.is_year(end) {
        date.year = Some((text.value(end)?, end));
        end += 1;
    }
    let word = text.is_word(end) || text.get(second + 2).len() > 2;
    let ends = stop && date.year.is_none() && text.ends_line(end);
    (!word).then(|| Item { ends, ..item(Class::Date(date), i, end) })
}

/// Day and month in digits, with a year of two digits or none.
fn short(aloud: &Aloud, text: &Text, i: usize, day: usize) -> Option<Item> {
    let month = text.value(i + 2).filter(|n| (1..=12).contains(n) && text.get(i + 2).len() <= 2)?;
    let mut word = text.before(i);
    if text.is(word, ".") {
        word = word.wrapping_sub(1);
    }
    // "Kapitel 2.3.", "um 9.12."
    let other = text.one_of(word, aloud.versioned)
        || text.one_of(word, aloud.named)
        || text
            .one_of(word, &["kapitel", "abschnitt", "punkt", "um", "nr", "abs", "ziffer", "teil"]);
    if other || text.is_word(i.wrapping_sub(1)) {
        return None;
    }
    if times::pointed(aloud, text, i) {
        return None;
    }
    let mut date = Date { day: Some((day, i)), month: Some((month, i + 2)), ..Date::default() };
    let stop = text.is(i + 3, ".");
    let more = text.is(i + 5, ".") && text.is_number(i + 6);
    if stop && text.is_digits(i + 4, 2..=2) && !more {
        let year = text.value(i + 4)?;
        date.year = Some((if year > 50 { 1900 } else { 2000 } + year, i + 4));
        return Some(item(Class::Date(date), i, i + 5));
    }
    let said = text.one_of(word, &["am", "vom", "bis", "zum", "seit", "ab", "den", "dem"])
        || (aloud.weekday)(text.get(word));
    if stop && !text.is_number(i + 4) && !text.is_word(i + 4) {
        let mut found = item(Class::Date(date), i, i + 4);
        let next = text.past_space(i + 4);
        found.ends = text.ends_line(i + 4) || aloud.starts(text, next);
        return Some(found);
    }
    (said && !stop && !text.is_word(i + 3)).then(|| item(Class::Date(date), i, i + 3))
}

/// Names of days and months, shortened: "Mo.–Fr.", "Di., 4. November", "Jan."
pub(super) fn names(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let name = calendar_name(text.get(i))?;
    if let Some(found) = calendar::names(text, i, calendar_name) {
        return Some(found);
    }
    if name == text.get(i) {
        return None;
    }
    let stop = text.is(i + 1, ".");
    let end = i + 1 + usize::from(stop);
    let next = text.past_space(if text.is(end, ",") { end + 1 } else { end });
    let day = DAYS.contains(&name);
    let number = text.is_number(next);
    // "So" and "Do" are words, too; "Fr." is a title.
    let small = text.is_word(next) && !text.is_capital(next);
    // "Mo, Mi und Fr"
    let other = |at: usize| {
        let at = if text.one_of(at, &["und", "oder", "bis"]) { at + 2 } else { at };
        text.get(at).len() == 2 && calendar_name(text.get(at)).is_some()
    };
    let mut before = text.before(i);
    if text.is(before, ",") || text.one_of(before, &["und", "oder", "bis"]) {
        before = text.before(before);
    }
    let listed = matches!(text.get(text.before(i)), "," | ";" | "\n");
    let closed = text.one_of(next, &["geschl", "geschlossen", "ruhetag", "geöffnet"])
        && (listed || text.before(i) >= text.len());
    let fits = match text.get(i) {
        _ if day && closed => true,
        _ if day && !stop && (other(next) || other(before)) => true,
        "Do" | "Mi" if number && !stop => true,
        "Do" | "Mi" => stop && (number || small || text.is(end, ",")),
        "So" | "Fr" => stop && (number || text.is(end, ",")),
        _ if day => stop || number,
        _ => stop,
    };
    let mut found = item(Class::Abbreviation(name), i, end);
    found.ends = stop && (text.ends_line(end) || aloud.starts(text, next) && !text.is(end, ","));
    fits.then_some(found)
}

/// 1990er
pub(super) fn decade(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let er = i + 1 + usize::from(text.is(i + 1, "-"));
    let fits = text.is_digits(i, 2..=4) && matches!(text.get(er), "er" | "ern");
    fits.then(|| item(Class::Decade(i, text.is(er, "ern")), i, er + 1))
}

/// The "Jh." of "des 18. Jh."
pub(super) fn century(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let stop = text.is(i + 1, ".");
    let number = text.before(i).wrapping_sub(1);
    let fits = matches!(text.get(i), "Jh" | "Jhd" | "Jhs") && text.is_number(number);
    let own = text.one_of(text.before(number), &["des"]);
    let words = if own { "Jahrhunderts" } else { "Jahrhundert" };
    let mut found = item(Class::Abbreviation(words), i, i + 1 + usize::from(stop));
    found.ends = stop && (text.ends_line(i + 2) || aloud.starts(text, text.past_space(i + 2)));
    fits.then_some(found)
}

/// The stroke of "12/2024".
pub(super) fn month_stroke(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let month = text.value(i.wrapping_sub(1)).is_some_and(|month| (1..=12).contains(&month));
    // "gültig bis 09/27"
    let word = text.before(i.wrapping_sub(1));
    if when::card(text, i.wrapping_sub(1)).is_some()
        && text.one_of(word, &["bis", "gültig", "ablauf"])
    {
        return Some(item(Class::Silent, i, i + 1));
    }
    // "Stand 12/2024"
    let alone = !matches!(text.get(i.wrapping_sub(2)), "." | "/");
    let fits = text.is(i, "/") && month && text.is_year(i + 1) && alone;
    fits.then(|| item(Class::Silent, i, i + 1))
}

pub(super) fn say_date(date: &Date, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let ending = date.day.map_or("", |(_, at)| context::ordinal_ending(text, at, Some(Masculine)));
    let day = |(day, at): (usize, usize), spoken: &mut Spoken<'_>| {
        spoken.say(&(numbers::ordinal(&day.to_string()) + ending), text.at(at));
    };
    if let Some(first) = date.day {
        day(first, spoken);
    }
    if let Some(until) = date.until {
        spoken.say(spoken.words.to, text.at(until.1.saturating_sub(1)));
        day(until, spoken);
    }
    if let Some((month, at)) = date.month {
        spoken.say(MONTHS[(month - 1).min(11)], text.at(at));
    }
    if let Some((year, at)) = date.year {
        spoken.say(&numbers::year(year), text.at(at));
        // In a time stamp, the time follows.
        if text.is_number(at) && text.is(at + 5, "T") {
            spoken.mark(',', text.at(at + 5));
        }
    }
}
