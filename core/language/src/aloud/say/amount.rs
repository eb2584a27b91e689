//! Amounts of money, measures and durations.

use super::fixed;
use crate::aloud::class::{Amount, Item, Measure, Money};
use crate::aloud::grammar::Spoken;
use crate::aloud::grammar::{self, Gender};
use crate::aloud::tables::Unit;
use crate::aloud::text::Text;

/// Says the number of a piece before a noun of this gender.
pub(crate) fn counted(i: usize, gender: Gender, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let words = before_noun(text.get(i), gender, i, spoken);
    spoken.say(&words, text.at(i));
}

/// A number, as a piece holds it, before a noun.
fn before_noun(written: &str, gender: Gender, i: usize, spoken: &Spoken<'_>) -> String {
    let grammar = spoken.grammar;
    let coded = written.len() > 1 && written.starts_with('0') || written.len() > 15;
    if let Some((whole, part)) = written.split_once('.') {
        return grammar.decimal_of(&whole.replace(',', ""), part, gender);
    }
    if coded {
        return grammar::digits(grammar, written);
    }
    grammar.agreeing(&written.replace(',', ""), gender, spoken.text, i)
}

/// Says an amount before a noun of this gender, if there is one; returns whether it is exactly
/// one.
pub(crate) fn amount(amount: &Amount, noun: Option<Gender>, spoken: &mut Spoken<'_>) -> bool {
    let text = spoken.text;
    let grammar = spoken.grammar;
    if amount.part.is_some() {
        grammar.fraction(amount, noun.filter(|_| amount.scale.is_none()), spoken);
        if let Some((scale, at)) = amount.scale {
            spoken.say(scale.several, text.at(at));
        }
        return false;
    }
    let Some(whole) = amount.whole else { return false };
    let one = grammar.is_one(text.get(whole));
    // "12k": one number
    let written = text.get(whole);
    if let Some((scale, at)) = amount.scale.filter(|(scale, _)| matches!(scale.sign, "k" | "K"))
        && scale.several != "kilo"
        && !written.contains('.')
    {
        let words = grammar.cardinal(&format!("{}000", text.digits(whole)));
        spoken.say(&words, text.span(whole, at));
        return false;
    }
    // "1,2k": "milleduecento"
    if let Some((_, at)) = amount.scale.filter(|(scale, _)| scale.several == "mila")
        && let Some((whole_part, part)) = written.split_once('.')
        && part.len() <= 3
    {
        let digits = format!("{}{part:0<3}", whole_part.replace(',', ""));
        let words = grammar.cardinal(digits.trim_start_matches('0'));
        spoken.say(&words, text.span(whole, at));
        return false;
    }
    match amount.scale.map(|(scale, _)| scale.gender).or(noun) {
        Some(gender) => counted(whole, gender, spoken),
        None => spoken.say(&grammar::digits(grammar, text.get(whole)), text.at(whole)),
    }
    if let Some((scale, at)) = amount.scale {
        spoken.say(if one { scale.one } else { scale.several }, text.at(at));
        return false;
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
    let grammar = spoken.grammar;
    let currency = money.currency;
    let sign = text.at(money.sign);
    if money.minus {
        spoken.say(spoken.words.minus, text.at(money.amount.from.saturating_sub(1)));
    }
    let millions = money.amount.scale.is_none()
        && money.amount.whole.is_some_and(|whole| text.digits(whole).ends_with("000000"));
    let name = |one: bool, spoken: &mut Spoken<'_>| {
        if sum == Sum::Whole {
            let name = grammar.currency(money, one);
            let name = if millions { grammar.after_millions(name) } else { name };
            fixed(&name, sign.clone(), spoken);
        }
    };
    if let (None, None, Some(cents)) = (money.amount.whole, money.amount.part, money.cents) {
        let words = grammar.cents(currency, text.get(cents), true);
        return spoken.say(&words, text.at(cents));
    }
    let number = money.amount.whole.filter(|_| money.amount.part.is_none());
    let written = number.map_or(String::new(), |number| text.digits(number));
    let (whole, part) = written.split_once('.').unwrap_or((&written, ""));
    let cents = money.cents.map_or(part.to_owned(), |cents| text.get(cents).to_owned());
    let hundredths = cents.len() == 2 && !currency.cent.is_empty() && money.amount.scale.is_none();
    match number.filter(|_| hundredths) {
        None => {
            let one = amount(&money.amount, Some(currency.gender), spoken);
            name(one, spoken);
        }
        Some(number) => {
            let at = text.at(number);
            let some = whole.trim_start_matches('0');
            let alone = some.is_empty() && cents != "00";
            if !alone {
                let words = grammar.agreeing(whole, currency.gender, text, number);
                spoken.say(&words, at.clone());
                name(grammar.is_one(some), spoken);
            }
            if cents != "00" {
                spoken.say(&grammar.cents(currency, &cents, alone), at);
            }
        }
    }
    if let Some((unit, at)) = money.per {
        let end = at + usize::from(money.per_power > 0);
        spoken.say(&grammar.per(unit, money.per_power), text.span(at - 1, end));
    }
}

/// A measure, with its unit or without.
pub(super) fn measure(measure: &Measure, with_unit: bool, spoken: &mut Spoken<'_>) {
    let one = amount(&measure.amount, Some(measure.unit.gender), spoken);
    if with_unit {
        let at = spoken.text.span(measure.from, measure.to);
        fixed(&spoken.grammar.unit(measure, one, spoken.text), at, spoken);
    }
}

pub(super) fn duration(
    item: &Item,
    parts: &[(usize, &'static Unit, usize)],
    spoken: &mut Spoken<'_>,
) {
    let text = spoken.text;
    // Written with colons, the last part is joined by "and".
    let colons = parts.first().is_some_and(|(at, _, sign)| at == sign);
    for (n, &(at, unit, sign)) in parts.iter().enumerate() {
        if colons && n > 0 && n + 1 == parts.len() {
            spoken.say(spoken.words.and, text.at(at));
        }
        let digits = match text.get(at).trim_start_matches('0') {
            "" => "0",
            decimals if decimals.starts_with('.') => text.get(at),
            digits => digits,
        };
        spoken.say(&before_noun(digits, unit.gender, at, spoken), text.at(at));
        let kind = parts.len() == 1 && spoken.kinds.is_kind(text, item.from, item.end);
        let one = spoken.grammar.is_one(digits) || kind;
        spoken.say(if one { unit.one } else { unit.several }, text.at(sign));
    }
}
