//! Numbers and what they count: units, money, fractions, ranges, phones.

use super::Reader;
use super::numbers;
use super::tables::{JOINED_ONLY, MONEY, MONTHS, SCALES, UNITS, find};

impl Reader<'_> {
    /// Any number, together with its unit and the like.
    pub(super) fn number(&mut self, i: usize) -> Option<usize> {
        self.fraction(i)
            .or_else(|| self.range(i))
            .or_else(|| self.ordinal(i))
            .or_else(|| self.decade(i))
            .or_else(|| self.version(i))
            .or_else(|| self.ratio(i))
            .or_else(|| self.counted(i))
            .or_else(|| {
                self.plain(i);
                Some(i + 1)
            })
    }

    /// The number by itself. Four digits are read as a year if they can be one.
    pub(super) fn plain(&mut self, i: usize) {
        let year =
            self.is_digits(i, 4..=4) && self.value(i).is_some_and(|n| (1100..2100).contains(&n));
        if year {
            let words = numbers::year(self.value(i).unwrap_or_default());
            self.say_all(&words, self.at(i));
        } else {
            self.amount(i);
        }
    }

    /// The number as a quantity.
    fn amount(&mut self, i: usize) {
        let words = amount(self.text(i));
        self.say_all(&words, self.at(i));
    }

    /// 1/2, 3 1/4, 5/32.
    fn fraction(&mut self, i: usize) -> Option<usize> {
        let first = if self.text(i + 1) == " "
            && self.text(i + 3) == "/"
            && self.value(i).is_some_and(|n| n < 1000)
        {
            i + 2
        } else {
            i
        };
        let (a, b) = (self.value(first)?, self.value(first + 2)?);
        let bare = self.text(first + 1) == "/" && self.text(first + 3) != "/" && a > 0 && b > 1;
        let whole = first > i;
        if !bare || (whole && a >= b) {
            return None;
        }
        let at = self.span(first, first + 2);
        if whole {
            self.amount(i);
            self.say("and", self.at(first));
        }
        let several = a != 1;
        let named = match b {
            2 => Some(if several { "halves" } else { "half" }.to_owned()),
            4 => Some(if several { "quarters" } else { "quarter" }.to_owned()),
            3 | 5..=10 | 12 | 16 | 20 | 32 | 64 | 100 | 1000 if a < b => {
                let name = numbers::ordinal(&b.to_string()).join(" ");
                Some(if several { numbers::plural(&name) } else { name })
            }
            _ => None,
        };
        match named {
            Some(name) => {
                if whole && !several {
                    self.say("a", self.at(first));
                } else {
                    self.amount(first);
                }
                self.say(&name, at);
                if let Some(end) = self.part_of(first + 3, whole) {
                    return Some(end);
                }
            }
            // 24/7, 9/11, 50/50
            None if matches!((a, b), (24, 7) | (9, 11) | (50, 50)) => {
                self.amount(first);
                self.amount(first + 2);
            }
            None if (1..=12).contains(&a) && (11..=31).contains(&b) => {
                self.say(MONTHS[a - 1], self.at(first));
                self.say_all(&numbers::ordinal(&b.to_string()), self.at(first + 2));
            }
            None => {
                self.amount(first);
                self.say("over", at);
                self.amount(first + 2);
            }
        }
        Some(first + 3)
    }

    /// The unit after a fraction: one half "of a pound", two and a half "pounds".
    fn part_of(&mut self, i: usize, whole: bool) -> Option<usize> {
        let at = self.past_space(i);
        let unit = self.text(at);
        let [one, several] =
            find(UNITS, unit).filter(|_| at == i || !JOINED_ONLY.contains(&unit))?;
        if !whole {
            // "Hour" begins with a vowel's sound, though not with its letter.
            let vowel = one.starts_with(['a', 'e', 'i', 'o']) || one.starts_with("hour");
            self.say(if vowel { "of an" } else { "of a" }, self.at(at));
        }
        self.say(if whole { several } else { one }, self.at(at));
        Some(at + 1)
    }

    /// 10-12, 10 – 12: reads the first number and "to", and leaves the second for the next step.
    fn range(&mut self, i: usize) -> Option<usize> {
        let tight = matches!(self.text(i + 1), "-" | "–") && self.is_number(i + 2);
        let wide = self.text(i + 1) == " "
            && self.text(i + 2) == "–"
            && self.text(i + 3) == " "
            && self.is_number(i + 4);
        if !(tight || wide) || (i > 0 && self.text(i - 1) == "-" && !self.starts_fresh(i - 1)) {
            return None;
        }
        self.plain(i);
        let (dash, second) = if tight { (i + 1, i + 2) } else { (i + 2, i + 4) };
        self.say("to", self.at(dash));
        Some(second)
    }

    /// 21st
    fn ordinal(&mut self, i: usize) -> Option<usize> {
        if !matches!(self.text(i + 1), "st" | "nd" | "rd" | "th" | "ST" | "ND" | "RD" | "TH")
            || self.text(i).contains('.')
        {
            return None;
        }
        let words = numbers::ordinal(&self.text(i).replace(',', ""));
        self.say_all(&words, self.span(i, i + 1));
        Some(i + 2)
    }

    /// 1990s, '90s, 20s
    fn decade(&mut self, i: usize) -> Option<usize> {
        let s = if self.text(i + 1) == "'" { i + 2 } else { i + 1 };
        if self.text(s) != "s" || !self.is_digits(i, 1..=4) {
            return None;
        }
        let n = self.value(i)?;
        if s == i + 1 && self.text(i).len() < 4 && n % 10 != 0 {
            return None;
        }
        let mut words: Vec<String> = if self.text(i).len() == 4 {
            numbers::year(n)
        } else {
            numbers::cardinal(self.text(i))
        }
        .into_iter()
        .map(str::to_owned)
        .collect();
        if let Some(last) = words.last_mut() {
            *last = if s == i + 1 { numbers::plural(last) } else { format!("{last}'s") };
        }
        self.say_all(&words, self.span(i, s));
        Some(s + 1)
    }

    /// 16:9: reads the first number and "to", and leaves the second for the next step.
    fn ratio(&mut self, i: usize) -> Option<usize> {
        if self.text(i + 1) != ":" || !self.is_number(i + 2) {
            return None;
        }
        self.amount(i);
        self.say("to", self.at(i + 1));
        Some(i + 2)
    }

    /// 1.2.3, 192.168.0.1
    fn version(&mut self, i: usize) -> Option<usize> {
        if self.text(i + 1) != "." || !self.is_number(i + 2) {
            return None;
        }
        self.amount(i);
        let mut end = i + 1;
        while self.text(end) == "." && self.is_number(end + 1) {
            self.say("point", self.at(end));
            self.amount(end + 1);
            end += 2;
        }
        Some(end)
    }

    /// A number with a unit, a percent sign, degrees, money or a multiplier after it.
    fn counted(&mut self, i: usize) -> Option<usize> {
        let joined = i + 1;
        let next = self.past_space(joined);
        let one = self.text(i) == "1";
        let sign = self.text(next).to_owned();
        match sign.as_str() {
            "%" | "‰" => {
                self.amount(i);
                self.say(if sign == "%" { "percent" } else { "per mille" }, self.at(next));
                return Some(next + 1);
            }
            "°" | "℃" | "℉" | "º" => return Some(self.degrees(i, next)),
            "½" | "¼" | "¾" | "⅓" | "⅔" | "⅛" => {
                self.amount(i);
                self.say("and", self.at(next));
                let words = match sign.as_str() {
                    "½" => "a half",
                    "¼" => "a quarter",
                    "¾" => "three quarters",
                    "⅓" => "a third",
                    "⅔" => "two thirds",
                    _ => "an eighth",
                };
                self.say(words, self.at(next));
                return Some(next + 1);
            }
            "x" | "X" if next == joined && !self.is_number(next + 1) => {
                self.amount(i);
                self.say("times", self.at(next));
                return Some(next + 1);
            }
            "x" | "X" | "×" | "*" if self.is_number(self.past_space(next + 1)) => {
                self.amount(i);
                self.say(if sign == "x" || sign == "X" { "by" } else { "times" }, self.at(next));
                return Some(self.past_space(next + 1));
            }
            "\"" | "″" if next == joined && self.text(i - usize::from(i > 0)) == "'" => {
                return None;
            }
            _ => {}
        }
        if let Some(names) = find(MONEY, &sign)
            && !(next > joined && self.is_number(next + 1))
        {
            self.amount(i);
            self.say(names[usize::from(!one)], self.at(next));
            if self.text(next + 1) == "/"
                && let Some(per) = find(UNITS, self.text(next + 2))
            {
                self.say("per", self.at(next + 1));
                self.say(per[0], self.at(next + 2));
                return Some(next + 3);
            }
            return Some(next + 1);
        }
        // "B2B" counts nothing.
        if self.is_word(next) && !(i > 0 && self.is_word(i - 1)) {
            let scale =
                find(SCALES, &sign).filter(|_| matches!(sign.as_str(), "k" | "bn" | "mn" | "tn"));
            if let Some(scale) = scale.filter(|_| next == joined) {
                self.amount(i);
                self.say(scale, self.at(next));
                return Some(next + 1);
            }
            return self.unit(i, next);
        }
        None
    }

    fn degrees(&mut self, i: usize, sign: usize) -> usize {
        let one = self.text(i) == "1";
        self.amount(i);
        self.say(if one { "degree" } else { "degrees" }, self.at(sign));
        let scale = |text: &str| match text {
            "C" | "℃" => Some("Celsius"),
            "F" | "℉" => Some("Fahrenheit"),
            "K" => Some("Kelvin"),
            _ => None,
        };
        if let Some(name) = scale(self.text(sign)) {
            self.say(name, self.at(sign));
            return sign + 1;
        }
        let next = self.past_space(sign + 1);
        match scale(self.text(next)) {
            Some(name) => {
                self.say(name, self.at(next));
                next + 1
            }
            None => sign + 1,
        }
    }

    fn unit(&mut self, i: usize, at: usize) -> Option<usize> {
        let joined = at == i + 1;
        let unit = self.text(at);
        let names = find(UNITS, unit)?;
        if !joined && JOINED_ONLY.contains(&unit) {
            return None;
        }
        let several = usize::from(self.text(i) != "1");
        let mut end = at + 1;
        let mut name = names[several].to_owned();
        let power = match self.text(end) {
            "²" => Some("square"),
            "³" => Some("cubic"),
            "2" if matches!(unit, "m" | "km" | "cm" | "ft") => Some("square"),
            "3" if matches!(unit, "m" | "cm" | "ft") => Some("cubic"),
            _ => None,
        };
        if let Some(power) = power {
            name = format!("{power} {name}");
            end += 1;
        }
        if self.text(end) == "/"
            && let Some(per) = find(UNITS, self.text(end + 1))
        {
            name = format!("{name} per {}", per[0]);
            end += 2;
            if matches!(self.text(end), "²") {
                name.push_str(" squared");
                end += 1;
            }
        }
        self.amount(i);
        self.say(&name, self.span(at, end - 1));
        Some(end)
    }

    /// $3.50, €20, £1m, USD 5, $2 million.
    pub(super) fn money(&mut self, i: usize) -> Option<usize> {
        let names = find(MONEY, self.text(i))?;
        let mut number = i + 1;
        if self.is_word(i) {
            number = self.past_space(number);
        }
        let minus = self.text(number) == "-" && self.is_number(number + 1);
        number += usize::from(minus);
        if !self.is_number(number) {
            return None;
        }
        if minus {
            self.say("minus", self.at(number - 1));
        }
        // $5-10
        let second = number + 2;
        let dash = matches!(self.text(number + 1), "-" | "–");
        let second = second + usize::from(find(MONEY, self.text(second)).is_some());
        if dash && self.is_number(second) {
            self.amount(number);
            self.say("to", self.at(number + 1));
            self.amount(second);
            self.say(names[1], self.at(i));
            return Some(second + 1);
        }
        let text = self.text(number).replace(',', "");
        let joined = self.is_word(number + 1);
        let after = self.past_space(number + 1);
        let scale = find(SCALES, self.text(after)).filter(|_| joined || self.text(after).len() > 2);
        if let Some(scale) = scale {
            self.amount(number);
            self.say(scale, self.at(after));
            self.say(names[1], self.at(i));
            return Some(after + 1);
        }
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let whole_is = |n: &str| whole.trim_start_matches('0') == n;
        if part.len() != 2 || names[2].is_empty() {
            self.amount(number);
            self.say(names[usize::from(text != "1")], self.at(i));
            return Some(number + 1);
        }
        let cents = part != "00";
        if !whole_is("") || !cents {
            self.say_all(&numbers::cardinal(whole), self.at(number));
            self.say(names[usize::from(!whole_is("1"))], self.at(i));
            if cents {
                self.say("and", self.at(number));
            }
        }
        if cents {
            self.say_all(&numbers::cardinal(part), self.at(number));
            self.say(names[if part == "01" { 2 } else { 3 }], self.at(number));
        }
        Some(number + 1)
    }

    /// 555-1234, (555) 123-4567, +1 555 123 4567, and long runs of digits.
    pub(super) fn phone(&mut self, i: usize) -> Option<usize> {
        if i > 0 && !self.starts_fresh(i) {
            return None;
        }
        let mut groups = Vec::new();
        let mut at = i;
        let plus = self.text(i) == "+";
        if plus {
            at += 1;
        }
        while groups.len() < 6 {
            let bracket = self.text(at) == "(";
            let number = at + usize::from(bracket);
            if !self.is_digits(number, 1..=usize::MAX) {
                break;
            }
            if bracket && self.text(number + 1) != ")" {
                break;
            }
            groups.push(number);
            at = number + 1 + usize::from(bracket);
            let next = if matches!(self.text(at), "-" | "." | " ") { at + 1 } else { at };
            if !(self.is_number(next) || self.text(next) == "(") {
                break;
            }
            at = next;
        }
        let lengths: Vec<usize> = groups.iter().map(|&g| self.text(g).len()).collect();
        let after = groups.last()? + 1;
        let bracketed = self.text(i) == "(" || (plus && lengths.len() > 1);
        let fits = match lengths.as_slice() {
            [n] => *n >= 10 && !plus || plus && *n >= 7,
            [3, 4] => self.text(groups[0] + 1) == "-",
            [3, 3, 4] | [1, 3, 3, 4] => true,
            _ => plus && bracketed && lengths.iter().sum::<usize>() >= 7,
        };
        if !fits || self.is_word(after) {
            return None;
        }
        if plus {
            self.say("plus", self.at(i));
        }
        for (n, &group) in groups.iter().enumerate() {
            if n > 0 {
                self.mark(',', self.at(group));
            }
            let words = numbers::spelt(self.text(group));
            self.say_all(&words, self.at(group));
        }
        Some(after)
    }
}

/// Words of a number exactly as it is written: "1,234.5", "007".
fn amount(text: &str) -> Vec<&'static str> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let grouped = whole.contains(',');
    let whole = whole.replace(',', "");
    let code = part.is_empty() && whole.len() > 1 && whole.starts_with('0')
        || (!grouped && whole.len() > 15);
    let mut words = if code { numbers::spelt(&whole) } else { numbers::cardinal(&whole) };
    if !part.is_empty() {
        words.push("point");
        words.extend(numbers::spelt(part));
    }
    words
}
