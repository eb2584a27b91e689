//! Dates, times of day and decades.

use super::tables::MONTHS;
use super::{context, numbers};
use crate::aloud::class::{Class, Date, Item, Time};
use crate::aloud::item;
use crate::aloud::spoken::Spoken;
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;

/// 3. Oktober 1990; 3. Okt.
pub(super) fn date(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let day = text.value(i).filter(|day| (1..=31).contains(day))?;
    let name = text.past_space(i + 2);
    if !text.is(i + 1, ".") {
        return None;
    }
    let (month, full) = (aloud.month)(text.get(name))?;
    let mut date = Date { day: Some((day, i)), month: Some((month, name)), ..Date::default() };
    let mut end = name + 1 + usize::from(!full && text.is(name + 1, "."));
    let year = text.past_space(end);
    if year > end && text.is_year(year) {
        date.year = Some((text.value(year)?, year));
        end = year + 1;
    }
    Some(item(Class::Date(date), i, end))
}

/// 14:30 Uhr, 9.30 Uhr, 9 Uhr 30
pub(super) fn clock(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let hour = text.value(i).filter(|hour| *hour <= 24)?;
    let two = |at: usize| text.value(at).filter(|n| *n < 60 && text.get(at).len() == 2);
    let minute = if matches!(text.get(i + 1), "." | ":") { two(i + 2) } else { None };
    let end = if minute.is_some() { i + 3 } else { i + 1 };
    let word = text.past_space(end);
    if !text.is(word, "Uhr") {
        return None;
    }
    let minute = minute.map(|n| (n, i + 2));
    Some(item(Class::Time(Time { hour: (hour, i), minute, ..Time::default() }), i, word + 1))
}

/// 1990er
pub(super) fn decade(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let fits = text.is_digits(i, 2..=4) && text.is(i + 1, "er");
    fits.then(|| item(Class::Decade(i, false), i, i + 2))
}

/// "der 2.", "zum 3. Mal": a number with a full stop in the middle of a sentence.
pub(super) fn ordinal(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let next = text.past_space(i + 2);
    let fits =
        text.is_digits(i, 1..=3) && text.is(i + 1, ".") && next > i + 2 && text.is_word(next);
    let said = text.one_of(
        text.before(i),
        &["der", "die", "das", "den", "dem", "des", "am", "zum", "im", "vom"],
    );
    (fits && said).then(|| item(Class::Ordinal(i), i, i + 2))
}

pub(super) fn say_date(date: &Date, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    if let Some((day, at)) = date.day {
        let words = numbers::ordinal(&day.to_string()) + context::ordinal_ending(text, at);
        spoken.say(&words, text.at(at));
    }
    if let Some((month, at)) = date.month {
        spoken.say(MONTHS[(month - 1).min(11)], text.at(at));
    }
    if let Some((year, at)) = date.year {
        spoken.say(&numbers::year(year), text.at(at));
    }
}

/// Says a time; with `bare`, the full hour without "Uhr".
pub(super) fn say_time(time: &Time, bare: bool, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let (hour, at) = time.hour;
    let minute = time.minute.filter(|(minute, _)| *minute > 0);
    let words = numbers::cardinal(&hour.to_string());
    // "ein Uhr"
    let words = if hour == 1 && !bare { "ein" } else { words.as_str() };
    spoken.say(words, text.at(at));
    if !bare || minute.is_some() {
        spoken.say("Uhr", text.at(at));
    }
    if let Some((minute, at)) = minute {
        spoken.say(&numbers::cardinal(&minute.to_string()), text.at(at));
    }
}
