//! Lengths of time, dates and moments, from the slots that the templates fill
//! (`languages/en/common.yaml`).

use jiff::civil::{Date, Time, Weekday, time};
use jiff::{SignedDuration, Span, ToSpan, Zoned};

use crate::plan::Slots;

/// A number in a slot.
fn number(slots: &Slots, slot: &str) -> Option<f64> {
    slots.get(slot)?.as_f64()
}

/// A whole number in a slot.
fn whole(slots: &Slots, slot: &str) -> Option<i64> {
    slots.get(slot)?.as_i64()
}

/// A text in a slot.
fn text<'s>(slots: &'s Slots, slot: &str) -> Option<&'s str> {
    slots.get(slot)?.as_str()
}

/// A length of time from the slots `hours`, `minutes` and `seconds`, each with a prefix.
pub fn length(slots: &Slots, prefix: &str) -> Option<SignedDuration> {
    const UNITS: [(&str, f64); 3] = [("hours", 3600.0), ("minutes", 60.0), ("seconds", 1.0)];
    let said = UNITS.iter().filter_map(|(unit, seconds)| {
        number(slots, &format!("{prefix}{unit}")).map(|n| n * seconds)
    });
    let said: Vec<f64> = said.collect();
    let all: f64 = said.iter().sum();
    (!said.is_empty()).then(|| SignedDuration::try_from_secs_f64(all).ok()).flatten()
}

/// A number of days, weeks, months or years.
pub fn span(slots: &Slots) -> Option<Span> {
    let said = |slot| whole(slots, slot);
    let (days, weeks) = (said("days"), said("weeks"));
    let (months, years) = (said("months"), said("years"));
    if [days, weeks, months, years].iter().all(Option::is_none) {
        return None;
    }
    let [days, weeks, months, years] = [days, weeks, months, years].map(Option::unwrap_or_default);
    let span = Span::new().try_days(days).and_then(|span| span.try_weeks(weeks));
    span.and_then(|span| span.try_months(months)).and_then(|span| span.try_years(years)).ok()
}

/// On which side of today a date is, if it can be on both: "Friday", "the fifth".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Today or later.
    Future,
    /// Today or earlier.
    Past,
}

/// The date in the slots `day`, `weekday`, `which`, `month`, `date`, `year`, `holiday`; `None` if
/// none is filled or there is no such date.
pub fn day(slots: &Slots, today: Date, side: Side) -> Option<Date> {
    if let Some(days) = whole(slots, "day") {
        return in_days(today, days);
    }
    if let Some(weekday) = whole(slots, "weekday") {
        let weekday = Weekday::from_monday_one_offset(i8::try_from(weekday).ok()?).ok()?;
        return on_weekday(weekday, text(slots, "which"), today, side);
    }
    let (month, day) = match text(slots, "holiday") {
        Some(holiday) => {
            let (month, day) = holiday.split_once('-')?;
            (Some(month.parse().ok()?), day.parse().ok()?)
        }
        None => (whole(slots, "month"), whole(slots, "date")?),
    };
    let day = i8::try_from(day).ok()?;
    let ahead = |date: Date| match side {
        Side::Future => date >= today,
        Side::Past => date <= today,
    };
    let Some(month) = month else {
        // Within a year there is a month with this day.
        let months = (0..12).filter_map(|n: i64| {
            let n = if side == Side::Past { -n } else { n };
            let month = today.first_of_month().checked_add(n.months()).ok()?;
            Date::new(month.year(), month.month(), day).ok()
        });
        let mut months = months.filter(|date| ahead(*date));
        return months.next();
    };
    let month = i8::try_from(month).ok()?;
    if let Some(year) = whole(slots, "year") {
        return Date::new(i16::try_from(year).ok()?, month, day).ok();
    }
    let years =
        (0..=8).map(|n| if side == Side::Past { today.year() - n } else { today.year() + n });
    let mut dates = years.filter_map(|year| Date::new(year, month, day).ok());
    dates.find(|date| ahead(*date))
}

fn on_weekday(weekday: Weekday, which: Option<&str>, today: Date, side: Side) -> Option<Date> {
    // From 1 to 7 days ahead, or none if it is today.
    let ahead = i64::from(today.weekday().until(weekday));
    let days = match (which, side) {
        (Some("last"), _) => {
            let back = i64::from(weekday.until(today.weekday()));
            -(if back == 0 { 7 } else { back })
        }
        (Some("next"), _) if ahead == 0 => 7,
        (None, Side::Past) => -i64::from(weekday.until(today.weekday())),
        _ => ahead,
    };
    in_days(today, days)
}

/// The date so many days later. `None` if there is none: a slot may hold any number.
pub fn in_days(date: Date, days: i64) -> Option<Date> {
    date.checked_add(Span::new().try_days(days).ok()?).ok()
}

/// What hours are meant if neither morning nor afternoon is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hours {
    /// Those when people get up: 4 to 11 in the morning.
    Morning,
    /// Those when people are awake: 7 in the morning to 6 in the evening.
    Day,
}

/// A time of day as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Said {
    time: Time,
    /// Days after the day that was said: midnight is the end of a day.
    later: i64,
    /// Whether the other half of the day may be meant.
    open: bool,
}

fn time_of_day(slots: &Slots) -> Option<Said> {
    let period = text(slots, "period").or_else(|| text(slots, "part"));
    let Some(hour) = whole(slots, "hour") else {
        let hour = match period? {
            "morning" => 8,
            "noon" => 12,
            "afternoon" => 15,
            "evening" => 19,
            "night" => 21,
            _ => return None,
        };
        return Some(Said { time: time(hour, 0, 0, 0), later: 0, open: false });
    };
    let before = whole(slots, "before").unwrap_or(0);
    let minute = whole(slots, "minute").unwrap_or(0).saturating_sub(before);
    let at = |hour: i64| {
        let minutes = hour.checked_mul(60)?.checked_add(minute)?;
        let of_day = minutes.rem_euclid(1_440);
        let time =
            Time::new(i8::try_from(of_day / 60).ok()?, i8::try_from(of_day % 60).ok()?, 0, 0);
        Some((time.ok()?, minutes.div_euclid(1_440)))
    };
    let twelve = (1..=12).contains(&hour);
    // Midnight, or the night after it, belongs to the evening before when one speaks of it.
    let (hour, later) = match period {
        Some("am" | "morning") if twelve => (hour % 12, 0),
        Some("night") if twelve && (hour < 6 || hour == 12) => (hour % 12, 1),
        Some("pm" | "afternoon" | "evening" | "night") if twelve => (hour % 12 + 12, 0),
        _ => (hour, 0),
    };
    let (time, over) = at(hour)?;
    Some(Said { time, later: later + over, open: period.is_none() && twelve })
}

/// The moment that the slots of `<when>` say. It is to come, if possible.
pub fn moment(slots: &Slots, now: &Zoned, hours: Hours) -> Option<Zoned> {
    if let Some(length) = length(slots, "") {
        return now.checked_add(length).ok();
    }
    let said = time_of_day(slots);
    let date = match span(slots) {
        Some(span) => Some(now.date().checked_add(span).ok()?),
        None => day(slots, now.date(), Side::Future),
    };
    let at = |date: Date, time: Time, later: i64| {
        let date = in_days(date, later)?;
        date.to_datetime(time).to_zoned(now.time_zone().clone()).ok()
    };
    let other_half = |time: Time| time.wrapping_add(12.hours());
    let Some(said) = said else {
        // A day without a time: at the hour when reminders are of use.
        return at(date?, time(9, 0, 0, 0), 0);
    };
    let Some(date) = date else {
        let mut times = vec![said.time];
        times.extend(said.open.then(|| other_half(said.time)));
        let days = (0..=2).flat_map(|day| times.iter().map(move |time| (day, *time)));
        let moments =
            days.filter_map(|(day, time)| at(now.date(), time, said.later.saturating_add(day)));
        return moments.filter(|moment| moment > now).min();
    };
    let early = match hours {
        Hours::Morning => 4,
        Hours::Day => 7,
    };
    let time = match said.open {
        true if said.time.hour() < early => other_half(said.time),
        true if hours == Hours::Morning && said.time.hour() == 12 => said.time,
        _ => said.time,
    };
    let moment = at(date, time, said.later)?;
    // "Today at ten", in the afternoon.
    let late = at(date, other_half(time), said.later).filter(|late| said.open && late > now);
    match moment > *now {
        true => Some(moment),
        // "Monday at eight", on Monday afternoon: a week later.
        false if slots.contains_key("weekday") => moment.checked_add(7.days()).ok(),
        false => Some(late.unwrap_or(moment)),
    }
}

/// The days of the week in the slots `repeat` and `repeat2`, in order: 1 for Monday to 7.
pub fn weekdays(slots: &Slots) -> Vec<i8> {
    let said = ["repeat", "repeat2"].iter().filter_map(|slot| text(slots, slot));
    let digits = said.flat_map(str::chars).filter_map(|c| c.to_digit(10));
    let days: std::collections::BTreeSet<i8> =
        digits.filter(|n| (1..=7).contains(n)).filter_map(|n| i8::try_from(n).ok()).collect();
    days.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_may_be_in_a_slot() {
        let now: Zoned = "2026-11-30T14:05[Europe/London]".parse().expect("a time");
        let names = [
            "hour", "minute", "before", "days", "weeks", "months", "years", "day", "weekday",
            "date", "month", "year", "hours", "minutes", "seconds",
        ];
        let odd = [i64::MIN, -1, 0, 1, 13, 99_999, 10_000_000_000, i64::MAX];
        for name in names {
            for (value, other) in odd.iter().flat_map(|a| odd.iter().map(move |b| (*a, *b))) {
                for second in names {
                    let pairs =
                        [(name.to_owned(), value.into()), (second.to_owned(), other.into())];
                    let slots: Slots = pairs.into();
                    // It returns, whatever it returns.
                    for hours in [Hours::Morning, Hours::Day] {
                        moment(&slots, &now, hours);
                    }
                    day(&slots, now.date(), Side::Past);
                }
            }
        }
        let far = Slots::from([("day".to_owned(), i64::MAX.into())]);
        assert_eq!(day(&far, now.date(), Side::Future), None);
        let near = Slots::from([("day".to_owned(), 2.into())]);
        assert_eq!(day(&near, now.date(), Side::Future), now.date().checked_add(2.days()).ok());
    }
}
