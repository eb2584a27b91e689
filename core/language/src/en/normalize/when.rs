//! Dates and times of day.

use super::Reader;
use super::numbers;
use super::tables::{MONTHS, month};

impl Reader<'_> {
    /// 2026-11-22, 11/22/2026, November 22nd, 2026, 22 November 2026.
    pub(super) fn date(&mut self, i: usize) -> Option<usize> {
        if i > 0 && matches!(self.text(i - 1), "-" | "/" | ".") && self.is_number(i) {
            return None;
        }
        self.iso(i)
            .or_else(|| self.slashed(i))
            .or_else(|| self.month_first(i))
            .or_else(|| self.day_first(i))
    }

    fn iso(&mut self, i: usize) -> Option<usize> {
        let fits = self.is_digits(i, 4..=4)
            && self.text(i + 1) == "-"
            && self.is_digits(i + 2, 2..=2)
            && self.text(i + 3) == "-"
            && self.is_digits(i + 4, 2..=2);
        let (year, month, day) = (self.value(i)?, self.value(i + 2)?, self.value(i + 4)?);
        if !fits || !valid(month, day) {
            return None;
        }
        self.say(MONTHS[month - 1], self.at(i + 2));
        self.say_all(&numbers::ordinal(&day.to_string()), self.at(i + 4));
        self.mark(',', self.at(i + 4));
        self.say_all(&numbers::year(year), self.at(i));
        // The time of a time stamp.
        Some(if self.text(i + 5) == "T" && self.is_number(i + 6) { i + 6 } else { i + 5 })
    }

    fn slashed(&mut self, i: usize) -> Option<usize> {
        if !(self.text(i + 1) == "/" && self.text(i + 3) == "/") {
            return None;
        }
        let (a, b) = (self.value(i)?, self.value(i + 2)?);
        let year = match (self.value(i + 4)?, self.text(i + 4).len()) {
            (y, 4) => y,
            (y, 2) => y + if y > 50 { 1900 } else { 2000 },
            _ => return None,
        };
        let (month, day, m, d) = if valid(a, b) { (a, b, i, i + 2) } else { (b, a, i + 2, i) };
        if !valid(month, day) {
            return None;
        }
        self.say(MONTHS[month - 1], self.at(m));
        self.say_all(&numbers::ordinal(&day.to_string()), self.at(d));
        self.mark(',', self.at(d));
        self.say_all(&numbers::year(year), self.at(i + 4));
        Some(i + 5)
    }

    fn month_first(&mut self, i: usize) -> Option<usize> {
        let month = month(self.text(i))?;
        let mut next = i + 1;
        if self.text(next) == "." && self.text(i).len() <= 4 {
            next += 1;
        }
        next = self.past_space(next);
        // "May 2026"
        if self.is_year(next) && next > i + 1 {
            self.say(MONTHS[month], self.at(i));
            return Some(self.year(next));
        }
        let (day, after) = self.day(next)?;
        if matches!(self.text(after), ":" | "%") && self.is_number(after + 1) {
            return None;
        }
        self.say(MONTHS[month], self.at(i));
        self.say_all(&numbers::ordinal(&day.to_string()), self.span(next, after - 1));
        Some(self.year_after(after))
    }

    fn day_first(&mut self, i: usize) -> Option<usize> {
        let (day, after) = self.day(i)?;
        let mut name = self.past_space(after);
        if name == after {
            return None;
        }
        let of = self.text(name) == "of";
        if of {
            name = self.past_space(name + 1);
        }
        let month = month(self.text(name))?;
        let the = self.out.last().is_some_and(|t| t.text.eq_ignore_ascii_case("the"));
        if !the && !of {
            self.say("the", self.span(i, after - 1));
        }
        self.say_all(&numbers::ordinal(&day.to_string()), self.span(i, after - 1));
        self.say("of", if of { self.at(name - 2) } else { self.at(name) });
        self.say(MONTHS[month], self.at(name));
        let mut after = name + 1;
        if self.text(after) == "." && self.text(name).len() <= 4 && !self.ends_line(after + 1) {
            after += 1;
        }
        Some(self.year_after(after))
    }

    /// A day of the month, with or without its ending; and what comes after it.
    fn day(&self, i: usize) -> Option<(usize, usize)> {
        let day = self.value(i).filter(|d| (1..=31).contains(d) && self.text(i).len() <= 2)?;
        let after =
            if matches!(self.text(i + 1), "st" | "nd" | "rd" | "th") { i + 2 } else { i + 1 };
        (after == i + 2 || !self.is_word(i + 1)).then_some((day, after))
    }

    fn is_year(&self, i: usize) -> bool {
        self.is_digits(i, 4..=4) && self.value(i).is_some_and(|y| (1000..2100).contains(&y))
    }

    fn year(&mut self, i: usize) -> usize {
        let year = self.value(i).unwrap_or_default();
        self.say_all(&numbers::year(year), self.at(i));
        i + 1
    }

    /// A year that follows a date, with or without a comma.
    fn year_after(&mut self, i: usize) -> usize {
        let comma = self.text(i) == ",";
        let next = self.past_space(if comma { i + 1 } else { i });
        if next == i || !self.is_year(next) || matches!(self.text(next + 1), ":" | "%" | "/") {
            return i;
        }
        if comma {
            self.mark(',', self.at(i));
        }
        self.year(next)
    }

    /// 2:30 pm, 14:05, 9 am, 2:30:15.
    pub(super) fn clock(&mut self, i: usize) -> Option<usize> {
        let hour = self.value(i).filter(|h| *h <= 24 && self.text(i).len() <= 2)?;
        if i > 0
            && matches!(self.text(i - 1), ":" | "." | "/" | "-")
            && self.is_number(i.saturating_sub(2))
        {
            return None;
        }
        let colon = self.text(i + 1) == ":" && self.is_digits(i + 2, 2..=2);
        let minute = if colon { self.value(i + 2).filter(|m| *m < 60)? } else { 0 };
        let mut end = if colon { i + 3 } else { i + 1 };
        let seconds = (colon && self.text(end) == ":" && self.is_digits(end + 1, 2..=2))
            .then(|| self.value(end + 1).filter(|s| *s < 60))
            .flatten();
        if seconds.is_some() {
            end += 2;
        } else if colon && self.text(end) == ":" && self.is_number(end + 1) {
            return None;
        }
        let half = self.half_of_day(self.past_space(end));
        if !colon && half.is_none() {
            return None;
        }

        if matches!(hour, 0 | 24) && minute == 0 && half.is_none() && seconds.is_none() {
            self.say("midnight", self.span(i, end - 1));
            return Some(end);
        }
        self.say_all(&numbers::cardinal(&hour.to_string()), self.at(i));
        match (minute, half.is_some() || seconds.is_some()) {
            (0, true) => {}
            (0, false) => self.say("o'clock", self.at(i + 2)),
            (1..10, _) => {
                self.say("oh", self.at(i + 2));
                self.say_all(&numbers::cardinal(&minute.to_string()), self.at(i + 2));
            }
            _ => self.say_all(&numbers::cardinal(&minute.to_string()), self.at(i + 2)),
        }
        if let Some(seconds) = seconds {
            self.say("and", self.at(end - 1));
            self.say_all(&numbers::cardinal(&seconds.to_string()), self.at(end - 1));
            self.say(if seconds == 1 { "second" } else { "seconds" }, self.at(end - 1));
        }
        if let Some((letters, from, to)) = half {
            self.spell(letters, self.span(from, to - 1));
            // The stop of "p.m." also ends the sentence.
            if self.text(to - 1) == "." && self.ends_line(to) {
                self.mark('.', self.at(to - 1));
            }
            end = to;
        }
        Some(end)
    }

    /// "am", "PM", "a.m.": the letters, and the pieces they take.
    fn half_of_day(&self, i: usize) -> Option<(&'static str, usize, usize)> {
        let letters = |text: &str| match text {
            "am" | "AM" | "a" | "A" => Some("AM"),
            "pm" | "PM" | "p" | "P" => Some("PM"),
            _ => None,
        };
        let found = letters(self.text(i))?;
        if self.text(i).len() == 2 {
            // "9 am I", but not "at 9 am I".
            return Some((found, i, i + 1));
        }
        let dotted = self.text(i + 1) == "." && matches!(self.text(i + 2), "m" | "M");
        dotted.then(|| (found, i, if self.text(i + 3) == "." { i + 4 } else { i + 3 }))
    }
}

fn valid(month: usize, day: usize) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}
