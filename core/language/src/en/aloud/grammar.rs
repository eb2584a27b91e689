//! The grammar of English.

use super::{cues, dates, numbers};
use crate::aloud::class::{Amount, Date, Item, Measure, Money, Time};
use crate::aloud::grammar::Spoken;
use crate::aloud::grammar::{Gender, Grammar};
use crate::aloud::tables::{Currency, Unit};
use crate::aloud::text::Text;

/// English.
#[derive(Debug)]
pub(super) struct English;

impl Grammar for English {
    fn cardinal(&self, digits: &str) -> String {
        numbers::cardinal(digits).join(" ")
    }

    fn agreeing(&self, digits: &str, _: Gender, text: &Text, i: usize) -> String {
        if text.is(i, digits) { self.ungrouped(digits) } else { self.cardinal(digits) }
    }

    fn ungrouped(&self, digits: &str) -> String {
        let hundreds = digits.len() == 4 && digits.ends_with("00") && !digits.ends_with("000");
        match hundreds && digits < "2000" {
            true => self.year(digits.parse().unwrap_or(0)),
            false => self.cardinal(digits),
        }
    }

    fn decimal(&self, whole: &str, part: &str) -> String {
        let whole = match whole.len() > 15 {
            true => numbers::spelt(whole),
            false => numbers::cardinal(whole),
        };
        format!("{} point {}", whole.join(" "), numbers::spelt(part).join(" "))
    }

    fn year(&self, n: usize) -> String {
        numbers::year(n).join(" ")
    }

    fn pairs(&self, digits: &str) -> String {
        numbers::pairs(digits).join(" ")
    }

    fn group(&self, digits: &str, first: bool) -> String {
        let toll_free = first && digits == "800";
        if toll_free { "eight hundred".to_owned() } else { numbers::spelt(digits).join(" ") }
    }

    fn fraction(&self, amount: &Amount, noun: Option<Gender>, spoken: &mut Spoken<'_>) {
        let text = spoken.text;
        let Some((over, under)) = amount.part else { return };
        // "a 1/2 cup"
        let article = text.one_of(text.before(amount.from), &["a"]);
        // "half a teaspoon"
        if amount.whole.is_none() && (over, under) == (1, 2) && (noun.is_some() || article) {
            return spoken.say("half", text.span(amount.from, amount.to));
        }
        if let Some(whole) = amount.whole {
            let words = crate::aloud::grammar::digits(self, text.get(whole));
            spoken.say(&words, text.at(whole));
            spoken.say("and", text.at(amount.from));
        }
        let at = text.span(amount.from, amount.to);
        match (over, amount.whole) {
            (1, Some(_)) => {
                spoken.say(if matches!(under, 8 | 11 | 18) { "an" } else { "a" }, at.clone());
            }
            _ => spoken.say(&self.cardinal(&over.to_string()), at.clone()),
        }
        let name = match under {
            2 => "half".to_owned(),
            4 => "quarter".to_owned(),
            100 => "hundredth".to_owned(),
            1000 => "thousandth".to_owned(),
            _ => numbers::ordinal(&under.to_string()).join(" "),
        };
        let name = match (over, name.as_str()) {
            (1, _) => name,
            (_, "half") => "halves".to_owned(),
            _ => numbers::plural(&name),
        };
        spoken.say(&name, at);
    }

    fn currency(&self, money: &Money, one: bool) -> String {
        let currency = money.currency;
        if one || money.kind { currency.one } else { currency.several }.to_owned()
    }

    fn cents(&self, currency: &Currency, cents: &str, alone: bool) -> String {
        let name = if cents == "01" { currency.cent } else { currency.cents };
        format!("{}{} {name}", if alone { "" } else { "and " }, self.cardinal(cents))
    }

    fn unit(&self, measure: &Measure, one: bool, text: &Text) -> String {
        let unit = measure.unit;
        let part = measure.amount.part.filter(|_| measure.amount.whole.is_none());
        let half = part == Some((1, 2));
        let part = part.is_some();
        let percent = unit.one == unit.several;
        let power = match measure.power {
            2 => "square ",
            3 => "cubic ",
            _ => "",
        };
        // "one half of a pound", but "a quarter inch drill".
        let mut name = match () {
            () if part && !measure.kind && (half || !percent) => {
                // "hour" is the one unit that begins with a vowel sound but not with a vowel.
                let vowel =
                    unit.one.starts_with(['a', 'e', 'i', 'o']) || unit.one.starts_with("hour");
                let inch = matches!(unit.sign, "inch" | "inches");
                let article = if vowel { "an" } else { "a" };
                let of = if counts_stuff(measure, text) { " of" } else { "" };
                match () {
                    () if half => format!("{article} {power}{}{of}", unit.one),
                    () if inch => unit.one.to_owned(),
                    () => format!("of {article} {power}{}{of}", unit.one),
                }
            }
            () if one || measure.kind || part => format!("{power}{}", unit.one),
            () => format!("{power}{}", unit.several),
        };
        if let Some(per) = measure.per {
            name.push(' ');
            name.push_str(&self.per(per, measure.per_power));
        }
        name
    }

    fn per(&self, unit: &Unit, power: u8) -> String {
        let name = unit.one;
        match power {
            2 if unit.is_length() => format!("per square {name}"),
            3 if unit.is_length() => format!("per cubic {name}"),
            2 => format!("per {name} squared"),
            3 => format!("per {name} cubed"),
            _ => format!("per {name}"),
        }
    }

    fn ordinal(&self, item: &Item, i: usize, spoken: &mut Spoken<'_>) {
        let text = spoken.text;
        // 2Q22
        let quarter = text.is(i + 1, "Q");
        if quarter && !spoken.last().eq_ignore_ascii_case("the") {
            spoken.say("the", text.at(i));
        }
        let span = text.span(item.from, item.end - 1);
        spoken.say(&numbers::ordinal(&text.digits(i)).join(" "), span);
        if quarter {
            let year = text.value(i + 2).map_or(0, |y| if y < 100 { 2000 + y } else { y });
            spoken.say("quarter of", text.at(i + 1));
            spoken.say(&self.year(year), text.at(i + 2));
        }
    }

    fn roman(&self, item: &Item, n: usize, order: bool, article: bool, spoken: &mut Spoken<'_>) {
        let text = spoken.text;
        let span = text.span(item.from, item.end - 1);
        if article {
            spoken.say("the", span.clone());
        }
        let words = match order {
            true => numbers::ordinal(&n.to_string()).join(" "),
            false if n > 1100 => self.year(n),
            false => self.cardinal(&n.to_string()),
        };
        spoken.say(&words, span);
        if text.get(item.from).ends_with("'s")
            && let Some(last) = spoken.out.last_mut()
        {
            last.text.push_str("'s");
        }
    }

    fn decade(&self, item: &Item, i: usize, own: bool, spoken: &mut Spoken<'_>) {
        let text = spoken.text;
        let words = match text.get(i) {
            four if four.len() == 4 => self.year(text.value(i).unwrap_or_default()),
            two => self.cardinal(two),
        };
        let (before, last) = words.rsplit_once(' ').unwrap_or(("", &words));
        let last = if own { format!("{last}'s") } else { numbers::plural(last) };
        spoken.say(&format!("{before} {last}"), text.span(item.from, item.end - 1));
    }

    fn date(&self, date: &Date, spoken: &mut Spoken<'_>) {
        dates::date(date, spoken);
    }

    fn time(&self, time: &Time, bare: bool, spoken: &mut Spoken<'_>) {
        dates::time(time, bare, spoken);
    }
}

/// Whether what comes after a part of a unit is what is measured: "½ tsp salt".
fn counts_stuff(measure: &Measure, text: &Text) -> bool {
    const UNITS: &[&str] = &[
        "tsp", "tbsp", "Tbsp", "tbs", "lb", "lbs", "oz", "fl oz", "kg", "g", "mg", "l", "L", "ml",
        "mL", "dl", "cl", "gal", "qt", "pt",
    ];
    let end = measure.to + 1 + usize::from(text.is(measure.to + 1, "."));
    let next = text.past_space(end);
    let noun = text.is_word(next) && !text.is_capital(next) && next > end;
    noun && UNITS.contains(&measure.unit.sign) && !text.one_of(next, cues::KINDS.no_things)
}
