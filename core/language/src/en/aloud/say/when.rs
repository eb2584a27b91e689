//! Dates, times, durations, decades.

use std::ops::Range;

use super::super::tables::MONTHS;
use super::{amount, numbers};
use crate::aloud::class::{Date, Item, Time};
use crate::aloud::spoken::Spoken;
use crate::aloud::tables::Unit;

pub(super) fn date(date: &Date, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let ordinal = |(day, at): (usize, usize), spoken: &mut Spoken<'_>| {
        spoken.say_all(&numbers::ordinal(&day.to_string()), text.at(at));
    };
    let month = |spoken: &mut Spoken<'_>| {
        if let Some((month, at)) = date.month {
            spoken.say(MONTHS[(month - 1).min(11)], text.at(at));
        }
    };
    if let (true, Some(day)) = (date.day_first, date.day) {
        if !date.article {
            spoken.say("the", text.at(day.1));
        }
        ordinal(day, spoken);
        spoken.say("of", text.at(date.month.map_or(day.1, |(_, at)| at)));
        month(spoken);
    } else {
        month(spoken);
        if let Some(day) = date.day {
            ordinal(day, spoken);
        }
        if let Some(until) = date.until {
            spoken.say("to", text.at(until.1 - 1));
            ordinal(until, spoken);
        }
    }
    if let Some((year, at)) = date.year {
        if date.comma {
            spoken.mark(',', text.at(at));
        }
        spoken.say_all(&numbers::year(year), text.at(at));
        // In a time stamp, the time follows.
        if text.is_number(at) && text.is(at + 5, "T") {
            spoken.mark(',', text.at(at + 5));
        }
    }
}

pub(super) fn time(time: &Time, spoken: &mut Spoken<'_>) {
    time_of(time, time.bare, false, spoken);
}

/// Says a time; with `bare`, without "o'clock".
pub(super) fn time_of(time: &Time, bare: bool, _military: bool, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let (hour, at) = time.hour;
    let minute = time.minute.map_or(0, |(minute, _)| minute);
    let minute_at = text.at(time.minute.map_or(at, |(_, at)| at));
    let second = time.second.filter(|(second, _)| *second > 0);
    if matches!(hour, 0 | 24) && minute == 0 && time.half.is_none() && second.is_none() {
        return spoken.say("midnight", text.at(at));
    }
    spoken.say_all(&numbers::cardinal(&hour.to_string()), text.at(at));
    match minute {
        0 if time.half.is_some() || second.is_some() || bare => {}
        0 if hour > 12 => spoken.say("hundred", minute_at),
        0 => spoken.say("o'clock", minute_at),
        1..10 => {
            spoken.say("oh", minute_at.clone());
            spoken.say_all(&numbers::cardinal(&minute.to_string()), minute_at);
        }
        _ => spoken.say_all(&numbers::cardinal(&minute.to_string()), minute_at),
    }
    if let Some((second, at)) = second {
        spoken.say("and", text.at(at));
        spoken.say_all(&numbers::cardinal(&second.to_string()), text.at(at));
        spoken.say(if second == 1 { "second" } else { "seconds" }, text.at(at));
    }
    if let Some((letters, from, to)) = time.half {
        spoken.spell(letters, text.span(from, to));
    }
    // The time of a time stamp in universal time.
    let last = time.second.or(time.minute).map_or(at, |(_, at)| at);
    if text.is(last + 1, "Z") {
        spoken.spell("UTC", text.at(last + 1));
    }
}

pub(super) fn duration(
    item: &Item,
    parts: &[(usize, &'static Unit, usize)],
    spoken: &mut Spoken<'_>,
) {
    let text = spoken.text;
    // Written with colons, the last part is joined by "and".
    let colons = parts.first().is_some_and(|(at, _, sign)| at == sign);
    for (n, &(at, unit, sign)) in parts.iter().enumerate() {
        if colons && n > 0 && n + 1 == parts.len() {
            spoken.say("and", text.at(at));
        }
        let digits = text.get(at).trim_start_matches('0');
        let digits =
            if digits.is_empty() || digits.starts_with('.') { text.get(at) } else { digits };
        spoken.say_all(&amount::digits(digits), text.at(at));
        let kind = parts.len() == 1 && super::super::ALOUD.is_kind(text, item.from, item.end);
        let one = digits == "1" || kind;
        spoken.say(if one { unit.one } else { unit.several }, text.at(sign));
    }
}

/// 1990s, 20s, 1990's
pub(super) fn decade(i: usize, own: bool, span: Range<usize>, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let n = text.value(i).unwrap_or_default();
    let words =
        if text.get(i).len() == 4 { numbers::year(n) } else { numbers::cardinal(text.get(i)) };
    let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    if let Some(last) = words.last_mut() {
        *last = if own { format!("{last}'s") } else { numbers::plural(last) };
    }
    spoken.say_all(&words, span);
}
