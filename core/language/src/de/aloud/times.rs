//! Times of day.

use super::numbers;
use crate::aloud::class::{Class, Item, Time};
use crate::aloud::grammar::Spoken;
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;
use crate::aloud::{item, marks};

/// 14:30 Uhr, 9.30 Uhr, 9 Uhr 30, 14.30 h
pub(super) fn clock(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let hour = text.value(i).filter(|hour| *hour <= 24 && text.get(i).len() <= 2)?;
    let before = i.wrapping_sub(1);
    let stroke = text.is(before, "/") && !marks::parts_spans(text, before);
    if matches!(text.get(before), "." | ":" | ",") || stroke {
        return None;
    }
    let two = |at: usize| text.value(at).filter(|n| *n < 60 && text.get(at).len() == 2);
    let sign = matches!(text.get(i + 1), "." | ":");
    let minute = if sign { two(i + 2).map(|n| (n, i + 2)) } else { None };
    let second =
        if minute.is_some() && text.is(i + 3, text.get(i + 1)) { two(i + 4) } else { None };
    let second = second.map(|n| (n, i + 4));
    let end = second.or(minute).map_or(i, |(_, at)| at) + 1;
    let word = text.past_space(end);
    // "um 18 h", but "in 18 h"
    let short = text.is(text.before(i), ".");
    let word_before = if short { text.before(i).wrapping_sub(1) } else { text.before(i) };
    let said = text.one_of(word_before, &["um", "ab", "gegen", "gg"]);
    // "in 2:01:09 h"
    let long = second.is_some() && !said;
    let hours = text.is(word, "Uhr") || text.is(word, "h") && (minute.is_some() || said) && !long;
    if minute.is_some() && second.is_none() && !hours && pointed(aloud, text, i) {
        return Some(item(
            Class::Time(Time { hour: (hour, i), minute, ..Time::default() }),
            i,
            end,
        ));
    }
    if !hours || sign && minute.is_none() {
        return None;
    }
    let mut time = Time { hour: (hour, i), minute, second, word: Some(word), ..Time::default() };
    let mut end = word + 1;
    // 9 Uhr 30
    let after = text.past_space(end);
    if minute.is_none()
        && after > end
        && let Some(minute) = two(after)
        && !text.is_word(text.past_space(after + 1))
    {
        time.minute = Some((minute, after));
        end = after + 1;
    }
    Some(item(Class::Time(time), i, end))
}

/// How many times of a list are looked at, in each direction.
const TIMES: usize = 6;

/// Whether "8.30" at `i` is an hour with its minutes, though "Uhr" does not follow: it is one of
/// several that are followed by "Uhr", or what is around them says so.
pub(super) fn pointed(aloud: &Aloud, text: &Text, i: usize) -> bool {
    let time = |at: usize| {
        text.is_digits(at, 1..=2)
            && text.value(at).is_some_and(|hour| hour <= 24)
            && text.is(at + 1, ".")
            && text.is_digits(at + 2, 2..=2)
            && text.value(at + 2).is_some_and(|minute| minute < 60)
            && !(text.is(at + 3, ".") && text.is_number(at + 4))
            && !matches!(text.get(at.wrapping_sub(1)), "." | ":" | "/")
    };
    if !time(i) {
        return false;
    }
    let until = |at: usize| text.is_dash(at) || text.one_of(at, &["bis"]);
    let joins =
        |at: usize| until(at) || text.is(at, ",") || text.one_of(at, &["und", "oder", "sowie"]);
    let mut first = i;
    for _ in 0..TIMES {
        let sign = text.before(first);
        let before = text.before(sign).wrapping_sub(2);
        if !joins(sign) || !time(before) {
            break;
        }
        first = before;
    }
    let (mut last, mut ranges) = (first, 0);
    // Whether the minutes are those of most appointments.
    let quarter = |at: usize| matches!(text.get(at + 2), "00" | "30");
    let five = |at: usize| text.get(at + 2).ends_with(['0', '5']);
    let (mut even, mut round) = (five(first), quarter(first));
    for _ in 0..2 * TIMES {
        let sign = text.past_space(last + 3);
        let next = text.past_space(sign + 1);
        if !joins(sign) {
            break;
        }
        // "8.30-9 Uhr"
        if until(sign) && text.is_digits(next, 1..=2) && text.is(text.past_space(next + 1), "Uhr") {
            return true;
        }
        if !time(next) {
            break;
        }
        ranges += usize::from(until(sign) || text.one_of(text.before(first), &["zwischen"]));
        (even, round) = (even && five(next), round || quarter(next));
        last = next;
    }
    let after = text.past_space(last + 3);
    if text.is(after, "Uhr") {
        return true;
    }
    let mut before = text.before(first);
    if matches!(text.get(before), ":" | "." | ",") {
        before = text.before(before);
    }
    let amount = |at: usize| {
        aloud.unit(text.get(at)).is_some()
            || aloud.currency(text.get(at)).is_some()
            || aloud.scale(text.get(at)).is_some()
            || text.one_of(at, &["euro", "franken", "dollar", "prozent", "millionen"])
    };
    let other = text.one_of(before, aloud.versioned)
        || text.one_of(before, aloud.named)
        || text.one_of(before, &["kapitel", "abschnitt", "punkt", "nr", "abs", "ziffer", "teil"]);
    if other || amount(after) || amount(text.before(first)) || text.is(last + 3, "/") {
        return false;
    }
    let said = text.one_of(before, &["um", "ab", "gegen"]);
    let day = (aloud.weekday)(text.get(before));
    let between = text.one_of(before, &["von", "zwischen"]);
    // "ab 3.10"
    let date = text.one_of(before, &["ab"])
        && text.value(first + 2).is_some_and(|month| (1..=12).contains(&month));
    said && !date || ranges > 0 && (day || between || even && round)
}

/// 3:45 Std.
pub(super) fn length(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let two = text.is_digits(i + 2, 2..=2) && text.value(i + 2).is_some_and(|n| n < 60);
    let word = text.past_space(i + 3);
    let fits = text.is_digits(i, 1..=3)
        && text.is(i + 1, ":")
        && two
        && matches!(text.get(word), "Std" | "Stunden" | "h");
    let parts = vec![(i, aloud.unit("h")?, i + 1), (i + 2, aloud.unit("min")?, word)];
    let stop = text.is(word + 1, ".") && !text.ends_line(word + 2);
    fits.then(|| item(Class::Duration(parts), i, word + 1 + usize::from(stop)))
}

/// Says a time; with `bare`, the full hour without "Uhr".
pub(super) fn say_time(time: &Time, bare: bool, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let (hour, at) = time.hour;
    let minute = time.minute.filter(|(minute, _)| *minute > 0);
    let second = time.second.filter(|(second, _)| *second > 0);
    let bare = bare && minute.is_none();
    let number = |n: usize| numbers::cardinal(&n.to_string());
    // "ein Uhr"
    let words = if hour == 1 && !bare { "ein".to_owned() } else { number(hour) };
    spoken.say(&words, text.at(at));
    if !bare {
        spoken.say("Uhr", text.at(time.word.unwrap_or(at)));
    }
    if let Some((minute, at)) = minute {
        spoken.say(&number(minute), text.at(at));
    }
    if let Some((second, at)) = second {
        let words = if second == 1 { "und eine Sekunde" } else { "und" };
        spoken.say(words, text.at(at));
        if second != 1 {
            spoken.say(&format!("{} Sekunden", number(second)), text.at(at));
        }
    }
    let last = time.second.or(time.minute).map_or(at, |(_, at)| at);
    if text.is(last + 1, "Z") {
        spoken.spell("UTC", text.at(last + 1));
    }
}
