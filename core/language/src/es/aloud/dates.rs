//! Dates and times of day.

use super::numbers;
use super::tables::{LASTING, MONTHS, calendar_name, day_name, month_name};
use crate::aloud::class::{Class, Date, Item, Time};
use crate::aloud::grammar::Gender;
use crate::aloud::grammar::Spoken;
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;
use crate::aloud::{calendar, item, when};

/// 12 oct. 1492; 4 de ene. de 2026: the month is abbreviated.
pub(super) fn date(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let day = text.value(i).filter(|day| (1..=31).contains(day))?;
    let of = |at: usize| text.past_space(if text.one_of(at, &["de", "del"]) { at + 1 } else { at });
    let dash = text.is(i + 1, "-");
    let name = if dash { i + 2 } else { of(text.past_space(i + 1)) };
    let (month, full) = (aloud.month)(text.get(name))?;
    if full || name == i + 1 {
        return None;
    }
    let mut date = Date { day: Some((day, i)), month: Some((month, name)), ..Date::default() };
    let mut end = name + 1 + usize::from(text.is(name + 1, "."));
    let year = if dash && text.is(end, "-") { end + 1 } else { of(text.past_space(end)) };
    if year > end && text.is_year(year) {
        date.year = Some((text.value(year)?, year));
        end = year + 1;
    }
    Some(item(Class::Date(date), i, end))
}

/// Names of days and months with a dash between them, and short ones before a time.
pub(super) fn names(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    // "mar.-abr." has no day.
    calendar::names(text, i, month_name)
        .or_else(|| calendar::names(text, i, calendar_name))
        .or_else(|| calendar::to_day(text, i, &["a", "al"], day_name))
        .or_else(|| calendar::names(text, i, day_letter).filter(|_| text.is_capitals(i)))
        .or_else(|| letters(text, i))
        .or_else(|| calendar::listed_day(aloud, text, i, calendar_name))
        .or_else(|| calendar::short_day(text, i, calendar_name))
        .or_else(|| calendar::short_day(text, i, day_letter))
}

/// "de L a V", "S y D": a letter next to another.
fn letters(text: &Text, i: usize) -> Option<Item> {
    let day = day_letter(text.get(i))?;
    let other = |sign: usize, at: usize| {
        text.one_of(sign, &["a", "y"])
            && day_letter(text.get(at)).is_some()
            && !text.is(at, text.get(i))
    };
    let (next, before) = (text.past_space(i + 1), text.before(i));
    let after = other(next, text.past_space(next + 1)) && !text.is_capital(before);
    let named =
        |at: usize| text.one_of(at, &["vitamina", "vitaminas", "grupo", "grupos", "opción"]);
    let fits = after && !named(before)
        || other(before, text.before(before)) && !named(text.before(text.before(before)));
    fits.then(|| item(Class::Abbreviation(day), i, i + 1))
}

/// 12/2024 after words such as "caduca": a month and a year.
pub(super) fn month_year(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    const WORDS: &[&str] =
        &["caduca", "caducidad", "desde", "en", "fecha", "hasta", "mes", "válido", "vence"];
    let mut word = text.before(i);
    for _ in 0..2 {
        let sign = text.is(word, ":") || text.one_of(word, &["el"]);
        word = if sign { text.before(word) } else { word };
    }
    when::month_year(text, i).or_else(|| when::card(text, i)).filter(|_| text.one_of(word, WORDS))
}

/// The day of the week that a letter in opening hours means: "L-V", "S 10:00".
fn day_letter(word: &str) -> Option<&'static str> {
    Some(match word {
        "L" => "lunes",
        "M" => "martes",
        "X" => "miércoles",
        "J" => "jueves",
        "V" => "viernes",
        "S" => "sábado",
        "D" => "domingo",
        _ => return None,
    })
}

/// Words for the hour after a time.
const HOURS: &[&str] = &["h", "hs", "hrs"];

/// 14:30 h, 9h30, and "a las 14.30"; "tarda 2:30 h".
pub(super) fn clock(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let hour = text.value(i).filter(|hour| *hour <= 24 && text.get(i).len() <= 2)?;
    let minute = text.value(i + 2).filter(|n| *n < 60 && text.get(i + 2).len() == 2)?;
    let inside = matches!(text.get(i.wrapping_sub(1)), ":" | "." | ",");
    let more = matches!(text.get(i + 3), ":" | "." | "/" | "-") && text.is_number(i + 4);
    if inside || more && !text.is(i + 3, "-") {
        return None;
    }
    let word = text.past_space(i + 3);
    let named = text.one_of(word, HOURS);
    let said = text.one_of(text.before(i), &["la", "las"]);
    let fits = match text.get(i + 1) {
        ":" => named,
        "." => named || said || calendar::is_span(text, i) || text.one_of(word, &["horas"]),
        "h" => !text.is_word(i + 3),
        _ => false,
    };
    if text.is(i + 1, ":") && text.one_of(word, &["min", "minutos"]) {
        let parts = vec![(i, aloud.unit("min")?, i), (i + 2, aloud.unit("s")?, i + 2)];
        return Some(item(Class::Duration(parts), i, word + 1));
    }
    if named && fits && text.one_of(text.before(i), LASTING) {
        let parts = vec![(i, aloud.unit("h")?, i), (i + 2, aloud.unit("min")?, i + 2)];
        return Some(item(Class::Duration(parts), i, word + 1));
    }
    let time = Time {
        hour: (hour, i),
        minute: Some((minute, i + 2)),
        word: named.then_some(word),
        ..Time::default()
    };
    let mut end = if named { word + 1 } else { i + 3 };
    end += usize::from(named && text.is(end, ".") && !text.ends_line(end + 1));
    fits.then(|| item(Class::Time(time), i, end))
}

/// "am", "p. m.": the half of the day, and the last piece.
pub(super) fn half(text: &Text, i: usize) -> Option<(&'static str, usize)> {
    let letters = match text.get(i) {
        "am" | "AM" | "a" | "A" => "AM",
        "pm" | "PM" | "p" | "P" => "PM",
        "m" | "M" => "M",
        _ => return None,
    };
    if text.get(i).len() == 2 {
        return Some((letters, i + usize::from(text.is(i + 1, ".") && !text.ends_line(i + 2))));
    }
    let m = text.past_space(i + 2);
    let dotted = text.is(i + 1, ".") && matches!(text.get(m), "m" | "M") && letters != "M";
    dotted.then(|| (letters, if text.is(m + 1, ".") { m + 1 } else { m }))
}

pub(super) fn say_date(date: &Date, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    if let Some((day, at)) = date.day {
        spoken.say(&numbers::cardinal(&day.to_string()), text.at(at));
    }
    if let Some((month, at)) = date.month {
        if date.day.is_some() {
            spoken.say("de", text.at(at));
        }
        spoken.say(MONTHS[(month - 1).min(11)], text.at(at));
    }
    if let Some((year, at)) = date.year {
        spoken.say("de", text.at(at));
        spoken.say(&numbers::cardinal(&year.to_string()), text.at(at));
    }
}

/// Says a time: "nueve y media" up to twelve, and "catorce treinta" from thirteen on. With `bare`,
/// the full hour is said without "horas".
pub(super) fn say_time(time: &Time, bare: bool, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let (hour, at) = time.hour;
    let (minute, minute_at) = time.minute.unwrap_or((0, at));
    let number = |n: usize, gender| numbers::agreeing(&n.to_string(), gender);
    let morning = (1..=12).contains(&hour);
    spoken.say(&number(hour, Gender::Feminine), text.at(at));
    let last = time.half.map_or(time.word.unwrap_or(minute_at), |(_, _, last)| last);
    let next = text.past_space(last + 1);
    let words = match minute {
        0 if time.half.is_some() || bare || hour == 1 => String::new(),
        // "14:00 horas", and the first end of "14:00-20:00"
        0 if text.one_of(next, &["hora", "horas"]) || text.is_dash(next) => String::new(),
        0 if !morning || time.word.is_some() => "horas".to_owned(),
        0 => String::new(),
        15 if morning => "y cuarto".to_owned(),
        30 if morning => "y media".to_owned(),
        _ if morning => format!("y {}", number(minute, Gender::Neuter)),
        1..10 => format!("cero {}", number(minute, Gender::Neuter)),
        _ => number(minute, Gender::Neuter),
    };
    spoken.say(&words, text.at(minute_at));
    if let Some((second, at)) = time.second.filter(|(second, _)| *second > 0) {
        let words = number(second, Gender::Masculine);
        let name = if second == 1 { "segundo" } else { "segundos" };
        spoken.say(&format!("y {words} {name}"), text.at(at));
    }
    if let Some((letters, from, to)) = time.half {
        let part = match (letters, hour) {
            ("AM", 12) => "de la noche",
            ("AM", _) => "de la mañana",
            (_, 12) => "del mediodía",
            (_, 1..8) => "de la tarde",
            _ => "de la noche",
        };
        spoken.say(part, text.span(from, to));
    }
}
