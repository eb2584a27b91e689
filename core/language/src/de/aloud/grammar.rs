//! The grammar of German.

use super::numbers::{self, Case};
use super::{context, dates, ordinals, times};
use crate::aloud::class::{Amount, Date, Item, Measure, Time};
use crate::aloud::grammar::Spoken;
use crate::aloud::grammar::{self, Gender, Grammar};
use crate::aloud::tables::{Currency, Unit};
use crate::aloud::text::Text;

/// German.
#[derive(Debug)]
pub(super) struct German;

impl Grammar for German {
    fn cardinal(&self, digits: &str) -> String {
        numbers::cardinal(digits)
    }

    fn agreeing(&self, digits: &str, gender: Gender, text: &Text, i: usize) -> String {
        numbers::agreeing(digits, gender, context::case(text, i))
    }

    fn decimal(&self, whole: &str, part: &str) -> String {
        format!("{} Komma {}", numbers::cardinal(whole), grammar::spelt(self, part))
    }

    fn plain(&self, text: &Text, i: usize) -> String {
        let written = text.get(i);
        let mut noun = text.past_space(i + 1);
        // "1-2 Jahre"
        let second = text.past_space(noun + 1);
        if text.is_dash(noun) && text.is_number(second) {
            noun = text.past_space(second + 1);
        }
        match context::gender(text, noun).or_else(|| context::likely_gender(text, noun)) {
            // "1:1 Brandt" is no number of things.
            Some(gender)
                if written == "1"
                    && !context::is_name(text, i)
                    && !(text.is(i.wrapping_sub(1), ":") && text.is_number(i.wrapping_sub(2))) =>
            {
                self.agreeing(written, gender, text, i)
            }
            _ if written.ends_with("01") && text.is_capital(noun) => {
                self.agreeing(&text.digits(i), Gender::Neuter, text, i)
            }
            _ => grammar::digits(self, written),
        }
    }

    fn octet(&self, digits: &str) -> String {
        numbers::cardinal(digits)
    }

    fn year(&self, n: usize) -> String {
        numbers::year(n)
    }

    fn fraction(&self, amount: &Amount, noun: Option<Gender>, spoken: &mut Spoken<'_>) {
        let text = spoken.text;
        let Some((over, under)) = amount.part else { return };
        let name = match under {
            2 => "halb".to_owned(),
            _ => format!("{}el", numbers::ordinal(&under.to_string())),
        };
        let noun = noun.or_else(|| context::gender(text, text.past_space(amount.to + 1)));
        if let Some(whole) = amount.whole {
            let whole_words = numbers::stem(&text.digits(whole));
            // "zweieinhalb"
            let words = match (over, under) {
                (1, 2) => format!("{whole_words}einhalb"),
                _ => format!("{whole_words} {} {name}", numbers::stem(&over.to_string())),
            };
            return spoken.say(&words, text.span(whole, amount.to));
        }
        let case = context::case(text, amount.from);
        let words = match (over, under, noun) {
            (1, 2, Some(gender)) => {
                format!("{} {name}{}", numbers::one(gender, case), context::ending(gender, case))
            }
            (1, 2, None) => "ein halb".to_owned(),
            (_, 2, _) => format!("{} halbe", numbers::cardinal(&over.to_string())),
            (1, _, Some(gender)) => format!("{} {name}", numbers::one(gender, case)),
            _ => format!("{} {name}", numbers::stem(&over.to_string())),
        };
        spoken.say(&words, text.span(amount.from, amount.to));
    }

    fn cents(&self, currency: &Currency, cents: &str, alone: bool) -> String {
        let words = numbers::agreeing(cents, currency.gender, Case::Nominative);
        match alone {
            true => {
                format!("{words} {}", if cents == "01" { currency.cent } else { currency.cents })
            }
            false => numbers::cardinal(cents),
        }
    }

    fn unit(&self, measure: &Measure, one: bool, text: &Text) -> String {
        let unit = measure.unit;
        let part = measure.amount.part.is_some() && measure.amount.whole.is_none();
        let name = if one || part { unit.one } else { unit.several };
        let mut name = match measure.power {
            2 => format!("Quadrat{}", name.to_lowercase()),
            3 => format!("Kubik{}", name.to_lowercase()),
            _ => name.to_owned(),
        };
        // "in drei Metern", but "mit zwei Liter Milch"
        let last = text.is_capital(text.past_space(measure.to + 1)) || text.is(measure.to + 1, "-");
        let number = measure.amount.whole.unwrap_or(measure.amount.from);
        if !one
            && !part
            && !last
            && name.ends_with("er")
            && context::case(text, number) == Case::Dative
        {
            name.push('n');
        }
        if let Some(per) = measure.per {
            name.push(' ');
            name.push_str(&self.per(per, measure.per_power));
        }
        name
    }

    fn per(&self, unit: &Unit, power: u8) -> String {
        let name = unit.one;
        match power {
            2 if unit.is_length() => format!("pro Quadrat{}", name.to_lowercase()),
            3 if unit.is_length() => format!("pro Kubik{}", name.to_lowercase()),
            2 => format!("pro {name} zum Quadrat"),
            3 => format!("pro {name} hoch drei"),
            _ => format!("pro {name}"),
        }
    }

    fn ordinal(&self, item: &Item, i: usize, spoken: &mut Spoken<'_>) {
        ordinals::say(item, i, spoken);
    }

    fn roman(&self, item: &Item, n: usize, order: bool, article: bool, spoken: &mut Spoken<'_>) {
        ordinals::say_roman(item, n, order, article, spoken);
    }

    fn decade(&self, item: &Item, i: usize, own: bool, spoken: &mut Spoken<'_>) {
        let text = spoken.text;
        let words = match text.get(i).len() {
            4 => numbers::year(text.value(i).unwrap_or_default()),
            _ => numbers::cardinal(text.get(i)),
        };
        let ending = if own { "ern" } else { "er" };
        spoken.say(&(words + ending), text.span(item.from, item.end - 1));
    }

    fn date(&self, date: &Date, spoken: &mut Spoken<'_>) {
        dates::say_date(date, spoken);
    }

    fn time(&self, time: &Time, bare: bool, spoken: &mut Spoken<'_>) {
        times::say_time(time, bare, spoken);
    }
}
