//! The data files of a language: templates, answers, cities.

use std::collections::BTreeMap;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jiff::civil::{Date, Time, Weekday};
use jiff::{SignedDuration, Zoned};
use sayso_intents::{Grammar, Source};
use unic_langid::LanguageIdentifier;

use crate::error::Error;
use crate::expression::Words;
use crate::house::VirtualHouse;
use crate::skills::Words as Vocabulary;

/// The files of one language. A skill's templates and answers have the skill's name.
struct Files {
    code: &'static str,
    cities: &'static str,
    /// A virtual home.
    home: &'static str,
    /// Words for questions about documents.
    knowledge: &'static str,
    /// The words around an expression, those in it, and units.
    expressions: (&'static str, &'static str, &'static str),
    /// A name, the templates in the grammar of `sayso-intents`, and the answers in Fluent's
    /// syntax.
    parts: &'static [(&'static str, &'static str, &'static str)],
}

/// The files of a folder in `languages/`.
macro_rules! files {
    ($code:literal: $($part:literal),*) => {
        Files {
            code: $code,
            cities: include_str!(concat!("../languages/", $code, "/cities.tsv")),
            home: include_str!(concat!("../languages/", $code, "/home.json")),
            knowledge: include_str!(concat!("../languages/", $code, "/knowledge.tsv")),
            expressions: (
                include_str!(concat!("../languages/", $code, "/expressions.yaml")),
                include_str!(concat!("../languages/", $code, "/expressions.tsv")),
                include_str!(concat!("../languages/", $code, "/units.tsv")),
            ),
            parts: &[$((
                $part,
                include_str!(concat!("../languages/", $code, "/", $part, ".yaml")),
                include_str!(concat!("../languages/", $code, "/", $part, ".ftl")),
            )),*],
        }
    };
}

/// What all skills share.
const COMMON: &str = "common";

static ALL: [Files; 1] = [files!(
    "en": "common", "clock", "calculator", "timers", "alarms", "reminders", "lists", "device", "home",
    "commands", "tools", "music", "knowledge"
)];

fn files(code: &str) -> Result<&'static Files, Error> {
    let files = ALL.iter().find(|files| files.code == code);
    files.ok_or_else(|| Error::Language(code.to_owned()))
}

/// The words of arithmetic of a language.
///
/// # Errors
/// If there is no such language, or a file has a fault.
pub(crate) fn arithmetic(code: &str) -> Result<(Words, Grammar), Error> {
    let (frames, words, units) = files(code)?.expressions;
    let source = Source::read(&format!("{code}/expressions.yaml"), frames, false);
    let source = source.map_err(|error| Error::Files(error.to_string()))?;
    let grammar = Grammar::compile(code, &[source]).map_err(|errors| listed(&errors))?;
    Ok((Words::new(code, words, units), grammar))
}

/// The virtual home of a language.
///
/// # Errors
/// If there is no such language, or a file has a fault.
pub(crate) fn home(code: &str) -> Result<VirtualHouse, Error> {
    let home = serde_json::from_str(files(code)?.home);
    let home = home.map_err(|error| Error::Files(error.to_string()))?;
    VirtualHouse::from_json(&home).map_err(Error::Files)
}

/// The words of a language for questions about documents.
///
/// # Errors
/// If there is no such language, or the file has a fault.
pub(crate) fn knowledge(code: &str) -> Result<Vocabulary, Error> {
    Vocabulary::new(code, files(code)?.knowledge)
}

/// Errors in files of sentences.
pub(crate) fn listed(errors: &[sayso_intents::Error]) -> Error {
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    Error::Files(errors.join("; "))
}

/// The answers of one language.
pub struct Texts {
    bundle: FluentBundle<FluentResource>,
    /// Time zones by the names of cities and countries.
    cities: BTreeMap<&'static str, &'static str>,
}

/// The templates of the named skills, and all answers.
///
/// # Errors
/// If there is no such language, or a file has a fault.
pub(crate) fn read(code: &str, skills: &[&str]) -> Result<(Vec<Source>, Texts), Error> {
    let files = files(code)?;
    let faulty = |what: &dyn std::fmt::Debug| Error::Files(format!("{code}: {what:?}"));
    let language: LanguageIdentifier = code.parse().map_err(|error| faulty(&error))?;
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // The marks between parts of different directions are for the eye.
    bundle.set_use_isolating(false);
    let cities: BTreeMap<_, _> = zones(files.cities).collect();
    let mut sources = vec![city_names(&cities)?];
    for (name, templates, answers) in files.parts {
        if *name == COMMON || skills.contains(name) {
            let file = format!("{code}/{name}.yaml");
            let source = Source::read(&file, templates, false);
            sources.push(source.map_err(|error| Error::Files(error.to_string()))?);
        }
        let answers = FluentResource::try_new((*answers).to_owned());
        let answers = answers.map_err(|(_, errors)| faulty(&errors))?;
        bundle.add_resource(answers).map_err(|errors| faulty(&errors))?;
    }
    Ok((sources, Texts { bundle, cities }))
}

/// The names of cities and countries, and their time zones.
fn zones(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = file.lines().filter_map(|line| line.split_once('\t'));
    lines.flat_map(|(zone, names)| names.split(", ").map(move |name| (name, zone)))
}

/// The names of cities and countries as the list `{city}`.
fn city_names(cities: &BTreeMap<&str, &str>) -> Result<Source, Error> {
    let names: Vec<&&str> = cities.keys().collect();
    let lists = serde_json::json!({"lists": {"city": {"values": names}}});
    Source::read("cities", &lists.to_string(), false)
        .map_err(|error| Error::Files(error.to_string()))
}

impl Texts {
    /// An answer with these values in it.
    pub fn get<'a, const N: usize>(
        &'a self,
        id: &str,
        values: [(&'a str, FluentValue<'a>); N],
    ) -> String {
        let message = self.bundle.get_message(id).and_then(|message| message.value());
        // A test finds the answers that do not exist.
        let Some(pattern) = message else { return id.to_owned() };
        let args: FluentArgs<'_> = values.into_iter().collect();
        self.bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    }

    /// Whether there is such an answer.
    pub fn has(&self, id: &str) -> bool {
        self.bundle.has_message(id)
    }

    /// The time zone of a city or a country.
    pub(crate) fn zone(&self, city: &str) -> Option<&'static str> {
        self.cities.get(city).copied()
    }

    /// A time of day, in minutes.
    pub fn time(&self, time: Time) -> String {
        let hour = i64::from(time.hour());
        let hour12 = (hour + 11) % 12 + 1;
        let half = if hour < 12 { "am" } else { "pm" };
        let minute = format!("{:02}", time.minute());
        self.get(
            "time",
            [
                ("hour", hour.into()),
                ("hour12", hour12.into()),
                ("half", half.into()),
                ("minute", minute.into()),
            ],
        )
    }

    /// The name of a day of the week.
    pub fn weekday(&self, day: Weekday) -> String {
        self.get(&format!("weekday-{}", day.to_monday_one_offset()), [])
    }

    /// A day of the week as a repeated one, by its number from 1 for Monday.
    pub(crate) fn every(&self, day: i8) -> String {
        self.get(&format!("every-{day}"), [])
    }

    /// The name of the month of a date.
    pub fn month(&self, date: Date) -> String {
        self.get(&format!("month-{}", date.month()), [])
    }

    /// A date with the day of the week and the year.
    pub fn full_date(&self, date: Date) -> String {
        self.dated("full-date", date)
    }

    /// A date with the day of the week.
    pub fn date(&self, date: Date) -> String {
        self.dated("date", date)
    }

    fn dated(&self, id: &str, date: Date) -> String {
        self.get(
            id,
            [
                ("weekday", self.weekday(date.weekday()).into()),
                ("month", self.month(date).into()),
                ("day", i64::from(date.day()).into()),
                // As text, because a number might be grouped.
                ("year", date.year().to_string().into()),
            ],
        )
    }

    /// A moment to come, as one says it today: the time, and the day if it is another one.
    pub fn moment(&self, moment: &Zoned, now: &Zoned) -> String {
        let time = self.time(moment.time());
        let (date, today) = (moment.date(), now.date());
        let days = today.until(date).map_or(0, |span| span.get_days());
        match days {
            0 => self.get("at-time", [("time", time.into())]),
            1 => self.get("tomorrow-at", [("time", time.into())]),
            2..=6 => {
                let weekday = self.weekday(date.weekday());
                self.get("weekday-at", [("time", time.into()), ("weekday", weekday.into())])
            }
            _ => {
                let date = self.date(date);
                self.get("date-at", [("time", time.into()), ("date", date.into())])
            }
        }
    }

    /// A number of something: `days`, `minutes`.
    pub fn count(&self, what: &str, n: i64) -> String {
        self.get(what, [("n", n.into())])
    }

    /// A length of time, to the second, or to the minute if it is an hour or more.
    pub fn length(&self, length: SignedDuration) -> String {
        let seconds = length.as_secs().max(0);
        let (days, hours) = (seconds / 86_400, seconds / 3_600 % 24);
        let (minutes, seconds) = (seconds / 60 % 60, seconds % 60);
        let parts = [("days", days), ("hours", hours), ("minutes", minutes), ("seconds", seconds)];
        let first = parts.iter().position(|(_, n)| *n > 0).unwrap_or(parts.len() - 1);
        // Two parts are as exact as anyone wants to hear.
        let parts = parts.iter().skip(first).take(2);
        let said = parts.filter(|(what, n)| *n > 0 || first == 3 && *what == "seconds");
        let said: Vec<String> = said.map(|(what, n)| self.count(what, *n)).collect();
        self.and(&said)
    }

    /// A list of things, joined by "and".
    pub fn and(&self, items: &[String]) -> String {
        self.joined(items, "and-two", "and-last")
    }

    /// A list of things, joined by "or".
    pub fn or(&self, items: &[String]) -> String {
        self.joined(items, "or-two", "or-last")
    }

    fn joined(&self, items: &[String], two: &str, last: &str) -> String {
        let join = |id: &str, a: &str, b: &str| {
            self.get(id, [("a", a.to_owned().into()), ("b", b.to_owned().into())])
        };
        match items {
            [] => String::new(),
            [one] => one.clone(),
            [a, b] => join(two, a, b),
            [first, more @ .., end] => {
                let start =
                    more.iter().fold(first.clone(), |said, item| join("and-more", &said, item));
                join(last, &start, end)
            }
        }
    }
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Texts").field("locales", &self.bundle.locales).finish_non_exhaustive()
    }
}
