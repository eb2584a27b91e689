//! The grammar of German.

use super::numbers::{self, Case};
use super::{context, dates};
use crate::aloud::class::{Amount, Date, Item, Measure, Money, Time};
use crate::aloud::grammar::{self, Gender, Grammar};
use crate::aloud::spoken::Spoken;
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
        match context::gender(text, text.past_space(i + 1)) {
            Some(gender) if text.is(i, "1") => self.agreeing("1", gender, text, i),
            _ => grammar::digits(self, text.get(i)),
        }
    }

    fn year(&self, n: usize) -> String {
        numbers::year(n)
    }

    fn fraction(&self, amount: &Amount, noun: Option<Gender>, spoken: &mut Spoken<'_>) {
        let text = spoken.text;
        let Some((over, under)) = amount.part else { return };
        let span = text.span(amount.from, amount.to);
        let name = match under {
            2 => "halb".to_owned(),
            _ => format!("{}el", numbers::ordinal(&under.to_string())),
        };
        if let Some(whole) = amount.whole {
            let digits = text.digits(whole);
            // "zweieinhalb"
            let words = match (over, under) {
                (1, 2) => format!(
                    "{}einhalb",
                    numbers::agreeing(&digits, Gender::Neuter, Case::Nominative)
                ),
                _ => format!("{} {} {name}", numbers::cardinal(&digits), one_or(over)),
            };
            return spoken.say(&words, text.span(whole, amount.to));
        }
        let words = match (over, under, noun) {
            (1, 2, Some(gender)) => {
                let case = context::case(text, amount.from);
                format!(
                    "{} {name}{}",
                    numbers::one(gender, case),
                    context::ending(gender, case, true)
                )
            }
            (1, 2, None) => "ein halb".to_owned(),
            (_, 2, _) => format!("{} halbe", numbers::cardinal(&over.to_string())),
            _ => format!("{} {name}", one_or(over)),
        };
        spoken.say(&words, span);
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

    fn currency(&self, money: &Money, one: bool) -> String {
        if one { money.currency.one } else { money.currency.several }.to_owned()
    }

    fn unit(&self, measure: &Measure, one: bool) -> String {
        let unit = measure.unit;
        let part = measure.amount.part.is_some() && measure.amount.whole.is_none();
        let name = if one || part { unit.one } else { unit.several };
        let mut name = match measure.power {
            2 => format!("Quadrat{}", name.to_lowercase()),
            3 => format!("Kubik{}", name.to_lowercase()),
            _ => name.to_owned(),
        };
        if let Some(per) = measure.per {
            name.push(' ');
            name.push_str(&self.per(per));
            name.push_str(match measure.per_power {
                2 => " zum Quadrat",
                3 => " hoch drei",
                _ => "",
            });
        }
        name
    }

    fn per(&self, unit: &Unit) -> String {
        format!("pro {}", unit.one)
    }

    fn ordinal(&self, item: &Item, i: usize, spoken: &mut Spoken<'_>) {
        let text = spoken.text;
        let words = numbers::ordinal(&text.digits(i)) + context::ordinal_ending(text, i);
        spoken.say(&words, text.span(item.from, item.end - 1));
    }

    fn roman(&self, item: &Item, n: usize, order: bool, _: bool, spoken: &mut Spoken<'_>) {
        let text = spoken.text;
        let words = match order {
            true => numbers::ordinal(&n.to_string()) + context::ordinal_ending(text, item.from),
            false => numbers::cardinal(&n.to_string()),
        };
        spoken.say(&words, text.span(item.from, item.end - 1));
    }

    fn decade(&self, item: &Item, i: usize, _: bool, spoken: &mut Spoken<'_>) {
        let text = spoken.text;
        let words = match text.get(i).len() {
            4 => numbers::year(text.value(i).unwrap_or_default()),
            _ => numbers::cardinal(text.get(i)),
        };
        spoken.say(&(words + "er"), text.span(item.from, item.end - 1));
    }

    fn date(&self, date: &Date, spoken: &mut Spoken<'_>) {
        dates::say_date(date, spoken);
    }

    fn time(&self, time: &Time, bare: bool, spoken: &mut Spoken<'_>) {
        dates::say_time(time, bare, spoken);
    }
}

/// The numerator of a fraction.
fn one_or(over: usize) -> String {
    numbers::agreeing(&over.to_string(), Gender::Neuter, Case::Nominative)
}
