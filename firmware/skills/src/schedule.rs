//! When an alarm or a reminder comes: at a moment, or at a time of day in the user's time zone,
//! once or on days of the week.

use jiff::civil::{DateTime, Time};
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};
use serde::{Deserialize, Serialize};

use crate::language::Texts;
use crate::plan::Slots;
use crate::ringing::shifted;
use crate::when::{self, Hours};

/// When something comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// After a length of time.
    After(Timestamp),
    /// At a time that clocks show, wherever the user is then.
    Once(DateTime),
    /// On days of the week: 1 for Monday to 7.
    Weekly {
        /// The time of day.
        time: Time,
        /// The days.
        days: Vec<i8>,
    },
}

impl Schedule {
    /// The schedule that the slots of `<when>` and `<repeat>` say; `None` if they say no time.
    pub fn of(slots: &Slots, now: &Zoned, hours: Hours) -> Option<Self> {
        let days = when::weekdays(slots);
        if !days.is_empty() {
            // On a day to come, it is not the next seven o'clock that is meant.
            let mut slots = slots.clone();
            slots.insert("day".to_owned(), 1.into());
            let time = when::moment(&slots, now, hours)?.time();
            return Some(Self::Weekly { time, days });
        }
        let moment = when::moment(slots, now, hours)?;
        if when::length(slots, "").is_some() {
            return Some(Self::After(moment.timestamp()));
        }
        Some(Self::Once(moment.datetime()))
    }

    /// The first moment after one. A time that the clock skips in spring comes as much later as the
    /// clock is set forward; one that it shows twice in autumn comes once.
    pub fn next(&self, after: DateTime, now: &Zoned) -> Option<Zoned> {
        let zone = now.time_zone();
        match self {
            Self::After(moment) => Some(moment.to_zoned(zone.clone())),
            Self::Once(at) if *at <= after => None,
            Self::Once(at) => at.to_zoned(zone.clone()).ok(),
            Self::Weekly { time, days } => {
                let dates = (0..=7).filter_map(|n: i64| after.date().checked_add(n.days()).ok());
                let mut moments = dates
                    .filter(|date| days.contains(&date.weekday().to_monday_one_offset()))
                    .map(|date| date.to_datetime(*time));
                moments.find(|moment| *moment > after)?.to_zoned(zone.clone()).ok()
            }
        }
    }

    /// Whether it comes only once.
    pub fn is_once(&self) -> bool {
        !matches!(self, Self::Weekly { .. })
    }

    /// When it comes, in words: "tomorrow at 7:00 AM", "on weekdays at 7:00 AM".
    pub fn said(&self, now: &Zoned, texts: &Texts) -> String {
        let Self::Weekly { time, days } = self else {
            let next = self.next(DateTime::MIN, now);
            return next.map_or_else(String::new, |next| texts.moment(&next, now));
        };
        let time = texts.time(*time);
        let days = match days[..] {
            [1, 2, 3, 4, 5, 6, 7] => texts.get("every-day", []),
            [1, 2, 3, 4, 5] => texts.get("on-weekdays", []),
            [6, 7] => texts.get("on-weekends", []),
            _ => {
                let names: Vec<String> = days.iter().map(|day| texts.every(*day)).collect();
                texts.and(&names)
            }
        };
        texts.get("days-at", [("days", days.into()), ("time", time.into())])
    }

    /// The clock was set forward by this, or back: what comes after a length of time keeps it.
    pub fn clock_was_set(&mut self, by: SignedDuration) {
        if let Self::After(moment) = self {
            *moment = shifted(*moment, by);
        }
    }
}
