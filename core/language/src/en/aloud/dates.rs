//! Dates and times in English words.

use super::numbers;
use super::tables::MONTHS;
use crate::aloud::class::{Date, Time};
use crate::aloud::grammar::Spoken;

pub(super) fn date(date: &Date, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let ordinal = |(day, at): (usize, usize), spoken: &mut Spoken<'_>| {
        spoken.say(&numbers::ordinal(&day.to_string()).join(" "), text.at(at));
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
        if let Some(until) = date.until {
            spoken.say("to the", text.at(until.1.saturating_sub(1)));
            ordinal(until, spoken);
        }
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
        spoken.say(&numbers::year(year).join(" "), text.at(at));
        // In a time stamp, the time follows.
        if text.is_number(at) && text.is(at + 5, "T") {
            spoken.mark(',', text.at(at + 5));
        }
    }
}

/// Says a time; with `bare`, without "o'clock".
pub(super) fn time(time: &Time, bare: bool, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let (hour, at) = time.hour;
    let minute = time.minute.map_or(0, |(minute, _)| minute);
    let minute_at = text.at(time.minute.map_or(at, |(_, at)| at));
    let second = time.second.filter(|(second, _)| *second > 0);
    if matches!(hour, 0 | 24) && minute == 0 && time.half.is_none() && second.is_none() {
        return spoken.say("midnight", text.at(at));
    }
    spoken.say(&numbers::cardinal(&hour.to_string()).join(" "), text.at(at));
    match minute {
        0 if time.half.is_some() || second.is_some() || bare => {}
        0 if hour > 12 => spoken.say("hundred", minute_at),
        0 => spoken.say("o'clock", minute_at),
        1..10 => {
            spoken.say("oh", minute_at.clone());
            spoken.say(&numbers::cardinal(&minute.to_string()).join(" "), minute_at);
        }
        _ => spoken.say(&numbers::cardinal(&minute.to_string()).join(" "), minute_at),
    }
    if let Some((second, at)) = second {
        spoken.say("and", text.at(at));
        spoken.say(&numbers::cardinal(&second.to_string()).join(" "), text.at(at));
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
