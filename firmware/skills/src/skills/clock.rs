//! The time and the date, here and elsewhere, and how far away a day is.

use jiff::Zoned;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

use crate::plan::{Claim, Command, Said, Scene};
use crate::skill::Skill;
use crate::when::{self, Side, in_days};

/// The skill.
#[derive(Debug, Default)]
pub struct Clock;

impl Skill for Clock {
    type Action = ();
    const NAME: &'static str = "clock";

    fn claim(&self, command: &Command, scene: &Scene<'_>) -> Option<Claim<()>> {
        let said = match command.intent.as_str() {
            "HassGetCurrentTime" => time(command, scene),
            "HassGetCurrentDate" => date(command, scene),
            "SaysoIsDay" => is_day(command, scene),
            "SaysoDaysIn" => days_in(command, scene),
            "SaysoIsPart" => is_part(command, scene),
            "SaysoTimeUntil" => until(command, scene),
            _ => None,
        };
        said.map(Claim::Say)
    }

    fn act(&mut self, (): (), _: &Scene<'_>) -> Said {
        Said::default()
    }
}

fn time(command: &Command, scene: &Scene<'_>) -> Option<String> {
    let Scene { now, texts, .. } = scene;
    let Some(city) = command.text("city") else {
        return Some(texts.get("time-is", [("time", texts.time(now.time()).into())]));
    };
    let zone = TimeZone::get(texts.zone(city)?).ok()?;
    let there = now.with_time_zone(zone);
    let id = if there.date() == now.date() { "time-in" } else { "time-in-other-day" };
    let weekday = texts.weekday(there.weekday());
    let time = texts.time(there.time());
    Some(texts.get(id, [("time", time.into()), ("weekday", weekday.into()), ("city", city.into())]))
}

/// The date that a question is about, and how many days it is away.
fn asked(command: &Command, scene: &Scene<'_>, side: Side) -> Option<(Date, i32)> {
    let today = scene.now.date();
    let date = match when::span(&command.slots) {
        Some(span) if command.whole("direction") == Some(-1) => today.checked_sub(span).ok()?,
        Some(span) => today.checked_add(span).ok()?,
        None => when::day(&command.slots, today, side)?,
    };
    Some((date, today.until(date).ok()?.get_days()))
}

fn date(command: &Command, scene: &Scene<'_>) -> Option<String> {
    let texts = scene.texts;
    let side = if command.slots.contains_key("past") { Side::Past } else { Side::Future };
    let (date, days) = asked(command, scene, side)?;
    let value = match command.text("wanted") {
        Some("year") => {
            return Some(texts.get("year-is", [("year", date.year().to_string().into())]));
        }
        Some("month") => return Some(texts.get("month-is", [("month", texts.month(date).into())])),
        Some("week") => {
            let week = i64::from(date.iso_week_date().week());
            return Some(texts.get("week-is", [("week", week.into())]));
        }
        _ => texts.full_date(date),
    };
    let id = match days {
        -1 => "yesterday-was",
        0 => "today-is",
        1 => "tomorrow-is",
        ..-1 => "that-was",
        _ => "that-is",
    };
    Some(texts.get(id, [("date", value.into())]))
}

/// "How many days are in February?"
fn days_in(command: &Command, scene: &Scene<'_>) -> Option<String> {
    let month = i8::try_from(command.whole("month")?).ok()?;
    let year = command.whole("year").map_or(Some(scene.now.year()), |year| year.try_into().ok());
    let first = Date::new(year?, month, 1).ok()?;
    let n = i64::from(first.days_in_month());
    let month = scene.texts.month(first);
    Some(scene.texts.get("days-in", [("month", month.into()), ("n", n.into())]))
}

/// "Is today Tuesday?", "Was yesterday the fifth?", "Is it the weekend?"
fn is_day(command: &Command, scene: &Scene<'_>) -> Option<String> {
    let texts = scene.texts;
    let today = scene.now.date();
    let of = in_days(today, command.whole("of").unwrap_or(0))?;
    let weekend = matches!(of.weekday(), Weekday::Saturday | Weekday::Sunday);
    let is = if command.slots.contains_key("weekend") {
        weekend
    } else if command.slots.contains_key("workday") {
        !weekend
    } else if let Some(weekday) = command.whole("weekday") {
        i64::from(of.weekday().to_monday_one_offset()) == weekday
    } else if let (Some(day), None) = (command.whole("date"), command.whole("month")) {
        i64::from(of.day()) == day
    } else if let (Some(month), None) = (command.whole("month"), command.whole("date")) {
        i64::from(of.month()) == month
    } else {
        when::day(&command.slots, of, Side::Future)? == of
    };
    let id = match (is, of == today) {
        (true, true) => "yes-today",
        (false, true) => "no-today",
        (true, false) => "yes-day",
        (false, false) => "no-day",
    };
    Some(texts.get(id, [("date", texts.full_date(of).into())]))
}

/// The part of the day.
fn part(time: Time) -> &'static str {
    match time.hour() {
        5..=11 => "morning",
        12..=16 => "afternoon",
        17..=21 => "evening",
        _ => "night",
    }
}

fn is_part(command: &Command, scene: &Scene<'_>) -> Option<String> {
    let texts = scene.texts;
    let asked = command.text("part")?;
    let by_day = [Some(asked), command.text("other")].contains(&Some("day"));
    let is = match part(scene.now.time()) {
        part if part != "night" && by_day => "day",
        part => part,
    };
    let id = match command.text("other") {
        Some(_) => "it-is-part",
        None if asked == is || asked == "noon" && scene.now.hour() == 12 => "yes-part",
        None => "no-part",
    };
    let named = if id == "yes-part" { asked } else { is };
    Some(texts.get(id, [("part", texts.get(&format!("part-{named}"), []).into())]))
}

/// "How many days until Christmas?", "How long until half past five?"
fn until(command: &Command, scene: &Scene<'_>) -> Option<String> {
    let Scene { now, texts, .. } = scene;
    let past = command.slots.contains_key("past");
    let side = if past { Side::Past } else { Side::Future };
    let Some((date, days)) = asked(command, scene, side) else {
        let moment = when::moment(&command.slots, now, when::Hours::Day)?;
        let length = texts.length(length(now, &moment));
        let time = texts.time(moment.time());
        return Some(texts.get("until-time", [("length", length.into()), ("time", time.into())]));
    };
    let said = texts.full_date(date);
    if past {
        let n = i64::from(-days);
        return Some(texts.get("since", [("n", n.into()), ("date", said.into())]));
    }
    if command.text("unit") == Some("weeks") && days >= 7 {
        let weeks = texts.count("weeks", i64::from(days / 7));
        let rest = i64::from(days % 7);
        let rest = (rest > 0).then(|| texts.count("days", rest));
        let length: Vec<String> = std::iter::once(weeks).chain(rest).collect();
        let length = texts.and(&length);
        return Some(texts.get("until-weeks", [("length", length.into()), ("date", said.into())]));
    }
    Some(texts.get("until", [("n", i64::from(days).into()), ("date", said.into())]))
}

/// The length of time to a moment, up to the next minute.
fn length(now: &Zoned, moment: &Zoned) -> jiff::SignedDuration {
    let seconds = moment.duration_since(now).as_secs();
    jiff::SignedDuration::from_secs((seconds + 59) / 60 * 60)
}
