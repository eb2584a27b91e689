//! Dates and times of day.

use super::numbers;
use crate::aloud::class::{Class, Date, Item, Time};
use crate::aloud::grammar::Gender;
use crate::aloud::grammar::Spoken;
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;
use crate::aloud::when::{self, is_day};
use crate::aloud::{calendar, item, marks};

const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

pub(super) const DAYS: [&str; 7] =
    ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];

/// Short names of days; they are written with a full stop.
const SHORT_DAYS: [&str; 7] = ["lun", "mar", "mer", "jeu", "ven", "sam", "dim"];

/// Words before a day and a month in digits.
const BEFORE_DAY: &[&str] = &["le", "du", "au", "dès", "depuis", "avant", "après", "jusqu'au"];

/// The month, from 1, that a word names, and whether in full.
pub(super) fn month(word: &str) -> Option<(usize, bool)> {
    let word = word.to_lowercase();
    if let Some(at) = MONTHS.iter().position(|month| *month == word) {
        return Some((at + 1, true));
    }
    let at = match word.as_str() {
        "fevrier" => return Some((2, true)),
        "aout" => return Some((8, true)),
        "decembre" => return Some((12, true)),
        "janv" | "jan" => 1,
        "févr" | "fév" | "fevr" | "fev" => 2,
        "avr" => 4,
        "juil" => 7,
        "sept" => 9,
        "oct" => 10,
        "nov" => 11,
        "déc" | "dec" => 12,
        _ => return None,
    };
    Some((at, false))
}

/// The name of a day or month, which may be short.
fn name(word: &str) -> Option<&'static str> {
    let lower = word.to_lowercase();
    let day = |days: &[&str]| days.iter().position(|day| *day == lower);
    if let Some(at) = day(&DAYS).or_else(|| day(&SHORT_DAYS)) {
        return Some(DAYS[at]);
    }
    month(word).map(|(month, _)| MONTHS[month - 1])
}

/// Whether a full stop after this word may mark a short name of a day or a month.
pub(super) fn shortens(word: &str) -> bool {
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    name(word).is_some_and(|name| name != word.to_lowercase())
}

/// Names of days and months: with a dash between them, or short ones.
pub(super) fn names(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if let Some(found) = calendar::names(text, i, name) {
        return Some(found);
    }
    // "le lun. 3", "du lun. au ven."
    let stop = text.is(i + 1, ".") && text.is_word(i);
    let full = name(text.get(i)).filter(|full| stop && text.lower(i) != *full)?;
    let day = text.one_of(i, &SHORT_DAYS);
    let after = text.past_space(i + 2);
    let placed = text.is_number(after)
        || text.one_of(after, &["au", "et", "ou"])
        || text.one_of(text.before(i), &["le", "du", "au", "et", "ou"]);
    // "dim. 30x20x10 cm"
    if text.is(i, "dim") && matches!(text.get(text.past_space(after + 1)), "x" | "×") {
        return None;
    }
    // "sept" is also a number.
    if (day || text.is(i, "sept")) && !placed || date(aloud, text, i).is_some() {
        return None;
    }
    let mut found = item(Class::Abbreviation(full), i, i + 2);
    found.ends = ends(text, i + 2);
    Some(found)
}

/// Whether the full stop of an abbreviation before piece `i` ends the sentence.
fn ends(text: &Text, i: usize) -> bool {
    let next = text.past_space(i);
    text.ends_sentence(i) || next > i && text.is_capital(next)
}

/// A day of the month, with or without its ending, and where it ends.
fn day(text: &Text, i: usize) -> Option<(usize, usize)> {
    let day = text.value(i).filter(|day| (1..=31).contains(day) && text.get(i).len() <= 2)?;
    let first = day == 1 && text.is(i + 1, "er");
    Some((day, i + 1 + usize::from(first)))
}

/// 1er janvier 2026; 14 juil. 1789; oct. 2026; 3-5 mai.
pub(super) fn date(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if matches!(text.get(i.wrapping_sub(1)), "-" | "/" | ".") && text.is_number(i) {
        return None;
    }
    let mut date = Date::default();
    let mut at = i;
    if let Some((first, after)) = day(text, i) {
        date.day = Some((first, i));
        at = after;
        if text.is_dash(at)
            && let Some((until, after)) = day(text, at + 1).filter(|(until, _)| *until > first)
        {
            date.until = Some((until, at + 1));
            at = after;
        }
        let next = text.past_space(at);
        if next == at {
            return None;
        }
        at = next;
    }
    let (month, full) = month(text.get(at))?;
    date.month = Some((month, at));
    let stop = !full && text.is(at + 1, ".");
    at += 1 + usize::from(stop);
    let year = text.past_space(at);
    if year > at && text.is_year(year) && !matches!(text.get(year + 1), ":" | "%") {
        date.year = Some((text.value(year)?, year));
        return Some(item(Class::Date(date), i, year + 1));
    }
    date.day?;
    let mut found = item(Class::Date(date), i, at);
    found.ends = stop && ends(text, at);
    Some(found)
}

/// 03/10 after "le" or the name of a day.
pub(super) fn digits(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    // "1er/01/1980"
    if text.is(i, "1") && text.is(i + 1, "er") && text.is(i + 2, "/") && text.is(i + 4, "/") {
        let (month, year) = (text.value(i + 3)?, text.value(i + 5)?);
        let fits = is_day(month, 1) && text.is_year(i + 5);
        let (day, month, year) = (Some((1, i)), Some((month, i + 3)), Some((year, i + 5)));
        let date = Date { day, month, year, ..Date::default() };
        return fits.then(|| item(Class::Date(date), i, i + 6));
    }
    let (day, month) = (text.value(i)?, text.value(i + 2)?);
    let said = text.one_of(text.before(i), BEFORE_DAY)
        || (aloud.weekday)(text.get(text.before(i)))
        || text.is(text.before(i), ".") && text.one_of(text.before(i).wrapping_sub(1), &SHORT_DAYS)
        || is_listed(text, i);
    let fits = text.is(i + 1, "/")
        && is_day(month, day)
        && !matches!(text.get(i + 3), "/" | "%")
        && (text.get(i + 2).len() == 2
            || day > month
            || is_listed(text, i)
            || is_timed(text, i + 3));
    let date = Date { day: Some((day, i)), month: Some((month, i + 2)), ..Date::default() };
    (fits && said).then(|| item(Class::Date(date), i, i + 3))
}

/// 12/2024: a month and a year, but not the number of a law.
pub(super) fn month_year(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let mut law = text.before(i);
    law = if matches!(text.get(law), "." | "°" | "º") { law.wrapping_sub(1) } else { law };
    let law = text.one_of(law, &["arrêté", "décret", "directive", "loi", "n", "no", "règlement"]);
    let mut word = text.before(i);
    word = if matches!(text.get(word), "." | ":") { text.before(word) } else { word };
    let ends = text.one_of(word, &["exp", "expire", "expiration", "jusqu'au", "validité"]);
    when::card(text, i).filter(|_| ends).or_else(|| when::month_year(text, i).filter(|_| !law))
}

/// Whether a time of day comes at piece `at`: "le 3/9 à 14 h".
fn is_timed(text: &Text, at: usize) -> bool {
    let word = text.past_space(at);
    let hour = text.past_space(word + 1);
    text.one_of(word, &["à", "dès", "vers"])
        && text.is_number(hour)
        && text.one_of(text.past_space(hour + 1), &["h", "heures"])
}

/// "les 1/5, 8/5 et 14/7": several days in digits, at least one of which can be no fraction.
fn is_listed(text: &Text, i: usize) -> bool {
    let slashed = |at: usize| {
        let (day, month) = (text.value(at)?, text.value(at + 2)?);
        let fits = text.is(at + 1, "/") && is_day(month, day) && !text.is(at + 3, "/");
        fits.then_some(day >= month)
    };
    let joins = |at: usize| text.is(at, ",") || text.one_of(at, &["et", "ou"]);
    let mut first = i;
    for _ in 0..8 {
        let sign = text.before(first);
        let before = text.before(sign).wrapping_sub(2);
        if !joins(sign) || slashed(before).is_none() {
            break;
        }
        first = before;
    }
    let (mut at, mut count, mut later) = (first, 0, false);
    while count < 9
        && let Some(whole) = slashed(at)
    {
        (count, later) = (count + 1, later || whole);
        let sign = text.past_space(at + 3);
        if !joins(sign) {
            break;
        }
        at = text.past_space(sign + 1);
    }
    count > 1 && later && text.one_of(text.before(first), &["les", "le", "des", "du", "dates"])
}

/// 2, 3 et 4 mai: "1er" before another day.
pub(super) fn days(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let fits =
        text.is(i, "1") && text.is(i + 1, "er") && text.one_of(text.before(i), &["du", "le"]);
    let to = text.past_space(i + 2);
    let until = text.past_space(to + 1);
    (fits && text.one_of(to, &["au", "et"]) && text.is_number(until))
        .then(|| item(Class::Ordinal(i), i, i + 2))
}

/// 14h30, 14 h 30, 9h
pub(super) fn clock(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let before = i.wrapping_sub(1);
    let hour = text.value(i).filter(|hour| *hour <= 24 && text.get(i).len() <= 2)?;
    let word = text.past_space(i + 1);
    let sign = text.is(word, "h") || text.is(word, "H") && word == i + 1;
    let stroke = text.is(before, "/") && !marks::parts_spans(text, before);
    if !sign || text.is_word(before) || text.is(before, ".") || stroke {
        return None;
    }
    let at = text.past_space(word + 1);
    let mut time = Time { hour: (hour, i), word: Some(word), ..Time::default() };
    if let Some(minute) = text.value(at).filter(|n| *n < 60 && text.get(at).len() == 2) {
        let next = text.past_space(at + 1);
        let unit = text.one_of(next, &["min", "mn", "m", "km", "s"])
            || matches!(text.get(next), "°" | "%" | "€");
        if unit && (at == word + 1 || text.one_of(next, &["min", "mn"])) {
            // A duration.
            return None;
        }
        if !unit {
            time.minute = Some((minute, at));
            return Some(item(Class::Time(time), i, at + 1));
        }
    }
    let per = text.is(word + 1, "/") && !text.is_number(word + 2);
    let more = text.is_number(word + 1);
    (!per && !more).then(|| item(Class::Time(time), i, word + 1))
}

pub(super) fn say_date(date: &Date, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let day = |(day, at): (usize, usize), spoken: &mut Spoken<'_>| {
        let words = match day {
            1 => "premier".to_owned(),
            _ => numbers::cardinal(&day.to_string()),
        };
        spoken.say(&words, text.at(at));
    };
    if let Some(first) = date.day {
        day(first, spoken);
    }
    if let Some(until) = date.until {
        spoken.say(spoken.words.to, text.at(until.1 - 1));
        day(until, spoken);
    }
    if let Some((month, at)) = date.month {
        spoken.say(MONTHS[(month - 1).min(11)], text.at(at));
    }
    if let Some((year, at)) = date.year {
        spoken.say(&numbers::year(year), text.at(at));
    }
}

pub(super) fn say_time(time: &Time, bare: bool, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let (hour, at) = time.hour;
    spoken.say(&numbers::agreeing(&hour.to_string(), Gender::Feminine), text.at(at));
    let minute = time.minute.filter(|(minute, _)| *minute > 0);
    if !bare || minute.is_some() {
        let word = time.word.map_or(text.at(at), |word| text.at(word));
        spoken.say(if hour < 2 { "heure" } else { "heures" }, word);
    }
    if let Some((minute, at)) = minute {
        spoken.say(&numbers::cardinal(&minute.to_string()), text.at(at));
    }
    if let Some((second, at)) = time.second.filter(|(second, _)| *second > 0) {
        spoken.say(spoken.words.and, text.at(at));
        spoken.say(&numbers::agreeing(&second.to_string(), Gender::Feminine), text.at(at));
        spoken.say(if second < 2 { "seconde" } else { "secondes" }, text.at(at));
    }
}
