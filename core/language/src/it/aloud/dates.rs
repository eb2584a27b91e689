//! Dates and times of day.

use super::numbers;
use super::tables::{HOURLY, MONTHS, calendar_name, day_name, month_name};
use crate::aloud::class::{Class, Date, Item, Time};
use crate::aloud::grammar::Gender;
use crate::aloud::grammar::Spoken;
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;
use crate::aloud::{calendar, item, when};

/// 3 ottobre 1990; 12 ott. 1492; 3-5 maggio.
pub(super) fn date(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let is_day = |at: usize| text.value(at).filter(|day| (1..=31).contains(day));
    let day = is_day(i)?;
    if text.is_word(i.wrapping_sub(1)) || matches!(text.get(i.wrapping_sub(1)), "." | ",") {
        return None;
    }
    let sign = |at: usize| at + usize::from(matches!(text.get(at), "°" | "º"));
    let mut date = Date { day: Some((day, i)), ..Date::default() };
    let mut name = sign(i + 1);
    let dash = text.past_space(name);
    if text.is_dash(dash) && (dash > name) == text.is_space(dash + 1) {
        let until = text.past_space(dash + 1);
        date.until = Some((is_day(until).filter(|until| *until > day)?, until));
        name = sign(until + 1);
    }
    let near = text.is(name, "-") && date.until.is_none();
    let name = if near { name + 1 } else { text.past_space(name) };
    let (month, full) = (aloud.month)(text.get(name))?;
    date.month = Some((month, name));
    let mut end = name + 1;
    let stop = !full && text.is(end, ".");
    end += usize::from(stop && !text.ends_line(end + 1));
    let year = if near && text.is(end, "-") { end + 1 } else { text.past_space(end) };
    if year > end && text.is_year(year) && !text.is(year + 1, ":") {
        date.year = Some((text.value(year)?, year));
        end = year + 1;
    }
    // "3 set" is a part of a match.
    let said = text.one_of(text.before(i), &["al", "dal", "del", "il", "'", "l", "dell"]);
    let word = text.one_of(name, &["ago", "mar", "set"])
        && date.year.is_none()
        && (!stop || text.is(name, "set") && !said);
    (!word).then(|| item(Class::Date(date), i, end))
}

/// "dal 1 al 5 maggio", "l'1 e il 2 giugno": the first of the month.
pub(super) fn first(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let mut at = i + 2;
    if !text.is(i, "1") || !text.is(i + 1, " ") {
        return None;
    }
    for _ in 0..3 {
        if text.one_of(at, &["al", "e", "il", "o"]) && text.is(at + 1, " ") {
            at += 2;
        }
    }
    let fits = at > i + 2
        && text.is_digits(at, 1..=2)
        && (aloud.month)(text.get(text.past_space(at + 1))).is_some();
    // "dall'1 al 5"
    let elided = text.is(i.wrapping_sub(1), "'");
    fits.then(|| item(Class::Abbreviation(if elided { "uno" } else { "primo" }), i, i + 1))
}

/// Names of days and months with a dash between them, and short ones before a time.
pub(super) fn names(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    // "mar.-abr." has no day.
    calendar::names(text, i, month_name)
        .or_else(|| calendar::names(text, i, calendar_name))
        .or_else(|| calendar::to_day(text, i, &["a", "al", "alla"], day_name))
        .or_else(|| dated_day(text, i))
        .or_else(|| calendar::listed_day(aloud, text, i, calendar_name))
        .or_else(|| calendar::short_day(text, i, calendar_name))
}

/// "gio 5 dic", "la riunione di mar 3": a short name of a day before a day of the month.
fn dated_day(text: &Text, i: usize) -> Option<Item> {
    let day = day_name(text.get(i)).filter(|_| text.get(i).len() == 3 && text.is_word(i))?;
    let number = text.past_space(i + 1);
    let month = text.past_space(number + 1);
    let fits = number > i + 1
        && text.value(number).is_some_and(|day| (1..=31).contains(&day))
        && (month_name(text.get(month)).is_some()
            || text.ends_line(number + 1)
            || matches!(text.get(number + 1), "," | ")" | ";" | "." | "/")
            || text.one_of(month, &["a", "alle", "dalle", "e", "ore"]));
    // "dom alle 7"
    let fits = fits
        || number > i + 1
            && text.one_of(number, &["alle", "dalle", "mattina", "pomeriggio", "sera"]);
    fits.then(|| item(Class::Abbreviation(day), i, i + 1))
}

/// 12/2024 after words such as "scade": a month and a year.
pub(super) fn month_year(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    const WORDS: &[&str] =
        &["al", "da", "dal", "data", "entro", "mese", "scade", "scadenza", "valido"];
    let mut word = text.before(i);
    word = if matches!(text.get(word), ":" | ".") { text.before(word) } else { word };
    when::month_year(text, i).or_else(|| when::card(text, i)).filter(|_| text.one_of(word, WORDS))
}

/// "alle 14.30", "ore 9.30-12.30", 14h30.
pub(super) fn clock(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let hour = text.value(i).filter(|hour| *hour <= 24 && text.get(i).len() <= 2)?;
    let minute = text.value(i + 2).filter(|n| *n < 60 && text.get(i + 2).len() == 2)?;
    let more = matches!(text.get(i + 3), ":" | "." | "/" | ",") && text.is_number(i + 4);
    if matches!(text.get(i.wrapping_sub(1)), ":" | "." | ",") || more {
        return None;
    }
    let said = |at: usize| {
        let before = text.before(at);
        let before = if text.is(before, "'") { before.wrapping_sub(1) } else { before };
        text.one_of(before, HOURLY)
    };
    let word = text.past_space(i + 3);
    if text.is(i + 1, ":") && text.one_of(word, &["min", "minuti"]) {
        let parts = vec![(i, aloud.unit("min")?, i), (i + 2, aloud.unit("s")?, i + 2)];
        return Some(item(Class::Duration(parts), i, word + 1));
    }
    // "dura 1h30"
    let lasting = &["circa", "dopo", "dura", "durata", "durano", "durato", "impiega", "in", "per"];
    if text.is(i + 1, "h") && !text.is_word(i + 3) && text.one_of(text.before(i), lasting) {
        let parts = vec![(i, aloud.unit("h")?, i), (i + 2, aloud.unit("min")?, i + 2)];
        return Some(item(Class::Duration(parts), i, i + 3));
    }
    let fits = match text.get(i + 1) {
        "." => said(i) || calendar::is_span(text, i) || is_open_until(aloud, text, i),
        "h" => !text.is_word(i + 3),
        _ => false,
    };
    let time = Time { hour: (hour, i), minute: Some((minute, i + 2)), ..Time::default() };
    fits.then(|| item(Class::Time(time), i, i + 3))
}

/// "14.30-18": whether a full hour follows a time with a full stop.
fn is_open_until(aloud: &Aloud, text: &Text, i: usize) -> bool {
    let last = i + 4;
    let after = text.past_space(last + 1);
    text.is_dash(i + 3)
        && matches!(text.get(i + 2), "00" | "15" | "30" | "45")
        && text.value(last).is_some_and(|hour| hour <= 24)
        && text.value(last) > text.value(i)
        && text.size(i) >= 6.0
        && !matches!(text.get(last + 1), "/" | "-")
        && !(text.is(last + 1, ".") && text.is_number(last + 2))
        && aloud.unit(text.get(after)).is_none()
        && aloud.currency(text.get(after)).is_none()
}

/// The day of a month: "primo", "due".
fn day(n: usize) -> String {
    if n == 1 { "primo".to_owned() } else { numbers::cardinal(&n.to_string()) }
}

pub(super) fn say_date(date: &Date, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    if let Some((first, at)) = date.day {
        let from = date.until.is_some() && !text.one_of(text.before(at), &["dal", "il"]);
        spoken.say(if from { "dal" } else { "" }, text.at(at));
        spoken.say(&day(first), text.at(at));
    }
    if let Some((until, at)) = date.until {
        spoken.say("al", text.at(at));
        spoken.say(&day(until), text.at(at));
    }
    if let Some((month, at)) = date.month {
        spoken.say(MONTHS[(month - 1).min(11)], text.at(at));
    }
    if let Some((year, at)) = date.year {
        spoken.say(&numbers::cardinal(&year.to_string()), text.at(at));
    }
}

/// Says a time: "quattordici e trenta".
pub(super) fn say_time(time: &Time, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let (hour, at) = time.hour;
    let words = match hour {
        1 => "una".to_owned(),
        _ => numbers::cardinal(&hour.to_string()),
    };
    spoken.say(&words, text.at(at));
    if let Some((minute, at)) = time.minute.filter(|(minute, _)| *minute > 0) {
        spoken.say("e", text.at(at));
        spoken.say(&numbers::cardinal(&minute.to_string()), text.at(at));
    }
    if let Some((second, at)) = time.second.filter(|(second, _)| *second > 0) {
        let words = match second {
            1 => numbers::one(Gender::Masculine, "secondo").to_owned() + " secondo",
            _ => numbers::cardinal(&second.to_string()) + " secondi",
        };
        spoken.say(&format!("e {words}"), text.at(at));
    }
}
