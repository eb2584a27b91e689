//! Amounts: fractions, money, measures.

use super::numbers;
use crate::aloud::class::{Amount, Measure, Money};
use crate::aloud::spoken::Spoken;
use crate::aloud::text::Text;

/// The words of a number as it is written: "1,234.5".
pub(super) fn digits(text: &str) -> Vec<&'static str> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let grouped = whole.contains(',');
    let whole = whole.replace(',', "");
    let code = part.is_empty() && whole.len() > 1 && whole.starts_with('0')
        || (!grouped && whole.len() > 15);
    let hundreds = !grouped
        && part.is_empty()
        && whole.len() == 4
        && whole.ends_with("00")
        && !whole.ends_with("000");
    let mut words = match () {
        () if code => numbers::spelt(&whole),
        () if hundreds && whole.as_str() < "2000" => numbers::year(whole.parse().unwrap_or(0)),
        () => numbers::cardinal(&whole),
    };
    if !part.is_empty() {
        words.push("point");
        words.extend(numbers::spelt(part));
    }
    words
}

/// A number as a quantity.
pub(super) fn plain(i: usize, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    spoken.say_all(&digits(text.get(i)), text.at(i));
}

/// Says an amount; returns whether it is exactly one.
pub(super) fn amount(amount: &Amount, spoken: &mut Spoken<'_>) -> bool {
    let text = spoken.text;
    let mut one = false;
    if let Some(whole) = amount.whole {
        spoken.say_all(&digits(text.get(whole)), text.at(whole));
        one = text.is(whole, "1") && amount.part.is_none() && amount.scale.is_none();
        if amount.part.is_some() {
            spoken.say("and", text.at(amount.from));
        }
    }
    if let Some((over, under)) = amount.part {
        let at = text.span(amount.from, amount.to);
        match (over, amount.whole) {
            (1, Some(_)) => {
                spoken.say(if matches!(under, 8 | 11 | 18) { "an" } else { "a" }, at.clone())
            }
            _ => spoken.say_all(&numbers::cardinal(&over.to_string()), at.clone()),
        }
        let name = match under {
            2 => "half".to_owned(),
            4 => "quarter".to_owned(),
            100 => "hundredth".to_owned(),
            1000 => "thousandth".to_owned(),
            _ => numbers::ordinal(&under.to_string()).join(" "),
        };
        let name = if under == 100 || under == 1000 { format!("one {name}") } else { name };
        let name = match (over, name.as_str()) {
            (1, _) => {
                if over == 1 && under >= 100 {
                    name.trim_start_matches("one ").to_owned()
                } else {
                    name
                }
            }
            (_, "half") => "halves".to_owned(),
            _ => numbers::plural(name.trim_start_matches("one ")),
        };
        spoken.say(&name, at);
    }
    if let Some((scale, at)) = amount.scale {
        spoken.say(scale, text.at(at));
    }
    one
}

/// Which part of an amount of money to say.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sum {
    Whole,
    /// Without the currency.
    Bare,
}

/// Whether an amount of money has no hundredths.
pub(super) fn is_round(money: &Money, text: &Text) -> bool {
    money.cents.is_none() && money.amount.whole.is_none_or(|whole| !text.get(whole).contains('.'))
}

pub(super) fn money(money: &Money, sum: Sum, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let currency = money.currency;
    let sign = text.at(money.sign);
    if money.minus {
        spoken.say("minus", text.at(money.amount.from.saturating_sub(1)));
    }
    let names = |one: bool, money: &Money, spoken: &mut Spoken<'_>| {
        let name = if one || money.kind { currency.one } else { currency.several };
        super::fixed(name, sign.clone(), spoken);
    };
    let number = money.amount.whole.filter(|_| money.amount.part.is_none());
    let written = number.map_or(String::new(), |number| text.digits(number));
    let (whole, part) = written.split_once('.').unwrap_or((&written, ""));
    let cents = money.cents.map_or(part.to_owned(), |cents| text.get(cents).to_owned());
    let hundredths = cents.len() == 2 && !currency.cent.is_empty() && money.amount.scale.is_none();
    if !hundredths || number.is_none() {
        let one = amount(&money.amount, spoken);
        if sum == Sum::Whole {
            names(one, money, spoken);
        }
    } else if let Some(number) = number {
        let at = text.at(number);
        let some = whole.trim_start_matches('0');
        if !some.is_empty() || cents == "00" {
            spoken.say_all(&numbers::cardinal(whole), at.clone());
            if sum == Sum::Whole {
                names(some == "1", money, spoken);
            }
            if cents != "00" {
                spoken.say("and", at.clone());
            }
        }
        if cents != "00" {
            spoken.say_all(&numbers::cardinal(&cents), at.clone());
            spoken.say(if cents == "01" { currency.cent } else { currency.cents }, at);
        }
    }
    if let Some((unit, at)) = money.per {
        spoken.say("per", text.at(at - 1));
        spoken.say(unit.one, text.at(at));
    }
}

/// A measure, with its unit or without.
pub(super) fn measure(measure: &Measure, with_unit: bool, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let one = amount(&measure.amount, spoken);
    if !with_unit {
        return;
    }
    let unit = measure.unit;
    let at = text.span(measure.from, measure.to);
    let part = measure.amount.part.is_some() && measure.amount.whole.is_none();
    let percent = unit.one == unit.several;
    let power = match measure.power {
        2 => "square ",
        3 => "cubic ",
        _ => "",
    };
    // "one half of a pound", but "a quarter inch drill".
    let mut name = match () {
        () if part && !measure.kind && !percent => {
            // "hour" is the one unit that begins with a vowel sound but not with a vowel.
            let vowel = unit.one.starts_with(['a', 'e', 'i', 'o']) || unit.one.starts_with("hour");
            let inch = matches!(unit.sign, "inch" | "inches");
            if inch {
                unit.one.to_owned()
            } else {
                format!("of {} {power}{}", if vowel { "an" } else { "a" }, unit.one)
            }
        }
        () if one || measure.kind || part => format!("{power}{}", unit.one),
        () => format!("{power}{}", unit.several),
    };
    if let Some(per) = measure.per {
        name.push_str(" per ");
        name.push_str(per.one);
        name.push_str(match measure.per_power {
            2 => " squared",
            3 => " cubed",
            _ => "",
        });
    }
    super::fixed(&name, at, spoken);
}
