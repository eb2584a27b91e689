//! Dates in digits, times of day, and durations as `1:23:45`.

use super::class::{Class, Date, Item, Time};
use super::tables::{Aloud, Unit, When};
use super::text::Text;
use super::{item, marks};

pub(crate) fn is_day(month: usize, day: usize) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// 2026-11-22, 2026/11/22, 22.11.2026, 11/22/2026, 11/22.
pub(crate) fn date(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if matches!(text.get(i.wrapping_sub(1)), "-" | "/" | ".") || !text.is_number(i) {
        return None;
    }
    iso(text, i).or_else(|| dotted(aloud, text, i)).or_else(|| slashed(aloud, text, i))
}

fn whole(month: (usize, usize), day: (usize, usize), year: (usize, usize)) -> Class {
    let (month, day, year) = (Some(month), Some(day), Some(year));
    Class::Date(Date { month, day, year, comma: true, ..Date::default() })
}

fn iso(text: &Text, i: usize) -> Option<Item> {
    let sign = text.get(i + 1);
    let fits = text.is_digits(i, 4..=4)
        && matches!(sign, "-" | "/" | ".")
        && text.is(i + 3, sign)
        && text.is_digits(i + 2, 2..=2)
        && text.is_digits(i + 4, 2..=2);
    let (year, month, day) = (text.value(i)?, text.value(i + 2)?, text.value(i + 4)?);
    if !fits || !is_day(month, day) || text.is_number(i + 6) && text.is(i + 5, sign) {
        return None;
    }
    let end = if text.is(i + 5, "T") && text.is_number(i + 6) { i + 6 } else { i + 5 };
    let mut found = item(whole((month, i + 2), (day, i + 4), (year, i)), i, end);
    if end == i + 6
        && let Class::Date(date) = &mut found.class
    {
        // In a time stamp, the time follows after a pause.
        date.until = None;
    }
    Some(found)
}

/// 22.11.2026: day, month, year; 22-11-2026 where the day comes first.
fn dotted(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let sign = text.get(i + 1);
    let fits = text.is_digits(i, 1..=2)
        && (sign == "." || sign == "-" && aloud.day_first)
        && text.is_digits(i + 2, 1..=2)
        && text.is(i + 3, sign)
        && text.is_digits(i + 4, 4..=4);
    let (day, month, year) = (text.value(i)?, text.value(i + 2)?, text.value(i + 4)?);
    let fits = fits && is_day(month, day);
    fits.then(|| item(whole((month, i + 2), (day, i), (year, i + 4)), i, i + 5))
}

fn slashed(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if !text.is(i + 1, "/") {
        return None;
    }
    let (a, b) = (text.value(i)?, text.value(i + 2)?);
    let (month_first, day_first) = (is_day(a, b), is_day(b, a));
    let swap = (aloud.day_first && day_first) || !month_first;
    let (month, day) = if swap { ((b, i + 2), (a, i)) } else { ((a, i), (b, i + 2)) };
    if text.is(i + 3, "/") {
        let year = match (text.value(i + 4)?, text.get(i + 4).len()) {
            (y, 4) => y,
            (y, 2) => y + if y > 50 { 1900 } else { 2000 },
            _ => return None,
        };
        let fits = (month_first || day_first) && !text.is(i + 5, "/");
        return fits.then(|| item(whole(month, day, (year, i + 4)), i, i + 5));
    }
    // Month and day alone: not a fraction, and not 24/7.
    let fits = month_first && (11..=31).contains(&b) && (a, b) != (9, 11) && !aloud.day_first;
    let mut before = text.before(i);
    if text.is(before, "'") {
        before = before.wrapping_sub(1);
    }
    let stop = text.is(before, ",") || text.is(before, ".");
    let day_before = if stop { before.wrapping_sub(1) } else { before };
    let said = text.one_of(before, aloud.cues.before_date)
        || (aloud.weekday)(text.get(day_before))
        || text.one_of(text.past_space(i + 3), aloud.cues.after_date);
    let fits = fits || said && if aloud.day_first { day_first } else { month_first };
    let fraction = matches!(b, 12 | 16 | 20) && a < b && !said;
    let date = Date { month: Some(month), day: Some(day), ..Date::default() };
    (fits && !fraction && !text.is_word(i + 3)).then(|| item(Class::Date(date), i, i + 3))
}

/// 12/2024: a month and a year of four digits.
pub(crate) fn month_year(text: &Text, i: usize) -> Option<Item> {
    let year = text.value(i + 2).filter(|year| (1900..2100).contains(year))?;
    month_of(text, i, year).filter(|_| text.is_digits(i + 2, 4..=4))
}

/// 09/27, the end of a card: a month and a year of two digits.
pub(crate) fn card(text: &Text, i: usize) -> Option<Item> {
    let year = text.value(i + 2).filter(|year| (20..60).contains(year))?;
    month_of(text, i, 2000 + year).filter(|_| text.is_digits(i, 2..=2))
}

fn month_of(text: &Text, i: usize, year: usize) -> Option<Item> {
    let month = text.value(i).filter(|month| (1..=12).contains(month))?;
    let fits = text.is_digits(i, 1..=2)
        && text.is(i + 1, "/")
        && !text.is(i + 3, "/")
        && !matches!(text.get(i.wrapping_sub(1)), "/" | "." | "-");
    let date = Date { month: Some((month, i)), year: Some((year, i + 2)), ..Date::default() };
    fits.then(|| item(Class::Date(date), i, i + 3))
}

/// 2:30 pm, 14:05, 9 am, 2:30:15, 9.30 pm; and durations that look alike.
pub(crate) fn time(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let before = i.wrapping_sub(1);
    let joined = matches!(text.get(before), ":" | "." | "/") && text.is_number(i.wrapping_sub(2));
    if joined && !marks::parts_spans(text, before) {
        return None;
    }
    if let Some(found) = pointed(aloud, text, i) {
        return Some(found);
    }
    let hour = text.value(i).filter(|_| text.get(i).len() <= 2)?;
    let two = |at: usize| text.value(at).filter(|n| *n < 60 && text.get(at).len() == 2);
    let minute = if text.is(i + 1, ":") { two(i + 2) } else { None };
    let mut end = if minute.is_some() { i + 3 } else { i + 1 };
    if text.is(i + 1, ":") && minute.is_none() {
        return None;
    }
    let second = if text.is(end, ":") && minute.is_some() { two(end + 1) } else { None };
    if text.is(end, ":") && minute.is_some() {
        if second.is_none() && (text.is_number(end + 1) || text.is_word(end + 1)) {
            return None;
        }
        end += if second.is_some() { 2 } else { 0 };
        if second.is_some() && text.is(end, ":") && text.is_number(end + 1) {
            return None;
        }
    }
    let half = (aloud.half)(text, text.past_space(end));
    let mut time = Time { hour: (hour, i), ..Time::default() };
    time.minute = minute.map(|n| (n, i + 2));
    time.second = second.map(|n| (n, i + 4));
    if let Some((letters, last)) = half.filter(|_| (1..=12).contains(&hour)) {
        let from = text.past_space(end);
        time.half = Some((letters, from, last));
        let mut found = item(Class::Time(time), i, last + 1);
        found.ends = text.is(last, ".") && ends_there(aloud, text, last + 1);
        return Some(found);
    }
    minute?;
    end += usize::from(text.is(end, "Z"));
    let long = minute.is_some() && lasts(aloud, text, i, end);
    let stamp = text.is(before, "T");
    let at = text.one_of(text.before(i), aloud.cues.before_time);
    if second.is_some() && !at && !stamp || long {
        let mut parts = Vec::new();
        let of = |sign: &str| aloud.unit(sign);
        match second {
            Some(_) => parts.extend([
                (i, of("h")?, i),
                (i + 2, of("min")?, i + 2),
                (i + 4, of("s")?, i + 4),
            ]),
            None => parts.extend([(i, of("min")?, i), (i + 2, of("s")?, i + 2)]),
        }
        let zero = |&(at, _, _): &(usize, _, _)| text.value(at) == Some(0);
        if parts.iter().all(zero) {
            parts.truncate(1);
        } else {
            parts.retain(|part| !zero(part));
        }
        end = past_unit(aloud, text, end, parts.first().map(|part| part.1));
        return Some(item(Class::Duration(parts), i, end));
    }
    // "45:30"
    let hundred = minute.is_some_and(|minute| hour + minute == 100);
    if hour > 24 && !hundred && second.is_none() && !ratio(aloud, text, end) && text.starts_fresh(i)
    {
        let parts = vec![(i, aloud.unit("min")?, i), (i + 2, aloud.unit("s")?, i + 2)];
        let end = past_unit(aloud, text, end, Some(parts[0].1));
        return Some(item(Class::Duration(parts), i, end));
    }
    (hour <= 24 && !ratio(aloud, text, end)).then(|| item(Class::Time(time), i, end))
}

/// 3:59.4, 2:03:59.46: minutes, or hours and minutes, before seconds with a fraction.
pub(crate) fn lap(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let before = i.wrapping_sub(1);
    if matches!(text.get(before), ":" | "." | "/") || text.is_word(before) {
        return None;
    }
    let two = |at: usize| text.is_digits(at, 2..=2) && text.value(at).is_some_and(|n| n < 60);
    let fraction = |at: usize| {
        let (whole, part) = text.get(at).split_once('.').unwrap_or_default();
        text.is_number(at) && whole.len() == 2 && whole < "60" && part.len() <= 3
    };
    let first = text.is_digits(i, 1..=2) && text.is(i + 1, ":");
    let hours = first && two(i + 2) && text.is(i + 3, ":") && fraction(i + 4);
    if !(hours || first && fraction(i + 2)) {
        return None;
    }
    let signs: &[&str] = if hours { &["h", "min", "s"] } else { &["min", "s"] };
    let mut parts = Vec::new();
    for (n, sign) in signs.iter().enumerate() {
        parts.push((i + 2 * n, aloud.unit(sign)?, i + 2 * n));
    }
    let end = past_unit(aloud, text, i + 2 * signs.len() - 1, None);
    Some(item(Class::Duration(parts), i, end))
}

/// Where "2:05:30 h" and "45:30 minutes" end: after the unit, which is that of the first number.
fn past_unit(aloud: &Aloud, text: &Text, end: usize, first: Option<&Unit>) -> usize {
    let word = text.past_space(end);
    let sign = aloud.unit(text.get(word)).is_some_and(|unit| unit.when == When::Time);
    let name = first.is_some_and(|unit| text.is(word, unit.one) || text.is(word, unit.several));
    if !(sign || name) {
        return end;
    }
    word + 1 + usize::from(text.is(word + 1, ".") && !text.ends_line(word + 2))
}

/// Whether it is a ratio, such as 16:10 of a screen.
fn ratio(aloud: &Aloud, text: &Text, end: usize) -> bool {
    let before = text.before(end.wrapping_sub(3));
    let said = [before, text.before(before), text.past_space(end)];
    // "1 part of this to 10 of that (1:10)"
    let inside = text.is(before, "(") && text.is(end, ")");
    let far = if inside { before.saturating_sub(24)..before } else { 0..0 };
    said.into_iter().chain(far).any(|at| text.one_of(at, aloud.cues.ratio))
}

/// 9.30 pm: the lexer has read it as a decimal number.
fn pointed(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let (hour, minute) = text.get(i).split_once('.')?;
    let (hour, minute): (usize, usize) = (hour.parse().ok()?, minute.parse().ok()?);
    let (letters, last) = (aloud.half)(text, text.past_space(i + 1))?;
    if !(1..=12).contains(&hour) || minute >= 60 || text.get(i).rsplit('.').next()?.len() != 2 {
        return None;
    }
    let half = Some((letters, text.past_space(i + 1), last));
    let time = Time { hour: (hour, i), minute: Some((minute, i)), half, ..Time::default() };
    let mut found = item(Class::Time(time), i, last + 1);
    found.ends = text.is(last, ".") && ends_there(aloud, text, last + 1);
    Some(found)
}

/// Whether the sentence ends before piece `i`, after an abbreviation that may end one: at the end
/// of the line, or before a capital letter that does not begin the name of a day, a month or a
/// zone.
pub(crate) fn ends_there(aloud: &Aloud, text: &Text, i: usize) -> bool {
    let next = text.past_space(i);
    text.ends_sentence(i)
        || next > i
            && text.is_capital(next)
            && !(text.is_capitals(next) && text.get(next).len() > 1)
            && (aloud.month)(text.get(next)).is_none()
            && !text.one_of(next, aloud.cues.after_time)
}

/// Whether `3:45` is a duration and not a time of day.
fn lasts(aloud: &Aloud, text: &Text, i: usize, end: usize) -> bool {
    let next = text.past_space(end);
    let before = text.before(i);
    let timer = [before, text.before(before)].iter().any(|&at| text.one_of(at, aloud.cues.timers));
    timer || text.one_of(next, aloud.cues.lasting) && !text.one_of(before, aloud.cues.at)
}
