//! The grammar of French.

use super::{context, cues, dates, numbers, order, units};
use crate::aloud::class::{Amount, Date, Item, Measure, Money, Time};
use crate::aloud::grammar::Spoken;
use crate::aloud::grammar::{self, Gender, Grammar};
use crate::aloud::tables::{Currency, Unit};
use crate::aloud::text::Text;

/// French.
#[derive(Debug)]
pub(super) struct French;

impl Grammar for French {
    fn cardinal(&self, digits: &str) -> String {
        numbers::cardinal(digits)
    }

    fn agreeing(&self, digits: &str, gender: Gender, _: &Text, _: usize) -> String {
        numbers::agreeing(digits, gender)
    }

    /// The plural begins at two.
    fn is_one(&self, written: &str) -> bool {
        let whole = written.split('.').next().unwrap_or_default();
        matches!(whole.trim_start_matches('0'), "" | "1")
    }

    fn decimal(&self, whole: &str, part: &str) -> String {
        numbers::decimal(whole, part)
    }

    fn plain(&self, text: &Text, i: usize) -> String {
        context::plain(text, i).unwrap_or_else(|| grammar::digits(self, text.get(i)))
    }

    fn year(&self, n: usize) -> String {
        numbers::year(n)
    }

    fn octet(&self, digits: &str) -> String {
        self.group(digits, false)
    }

    fn group(&self, digits: &str, _: bool) -> String {
        match digits.len() {
            ..4 => numbers::after_zeros(digits),
            4 if digits.starts_with('0') => numbers::after_zeros(digits),
            n if n % 2 == 0 => numbers::pairs(digits),
            _ => numbers::spelt(digits),
        }
    }

    fn fraction(&self, amount: &Amount, noun: Option<Gender>, spoken: &mut Spoken<'_>) {
        let text = spoken.text;
        let Some((over, under)) = amount.part else { return };
        let span = text.span(amount.from, amount.to);
        if let Some(whole) = amount.whole {
            let words = match noun {
                Some(gender) => numbers::agreeing(&text.digits(whole), gender),
                None => grammar::digits(self, text.get(whole)),
            };
            spoken.say(&words, text.at(whole));
            // Before a unit, the fraction comes after it.
            if noun.is_none() {
                spoken.say(&numbers::after_whole(over, under, Gender::Masculine), span);
            }
            return;
        }
        // "1 litre ½", "1 kilo et 1/2"
        let mut left = text.before(amount.from);
        let and = text.one_of(left, &["et"]);
        if and {
            left = text.before(left);
        }
        // "2 tasses et 1/2", but "… et 1/2 tasse"
        let after = text.past_space(amount.to + 1);
        let thing = after > amount.to + 1 && context::gender(text, after).is_some();
        let counted = text.is_number(text.before(left)) || and && !thing;
        if text.is_word(left) && counted && over == 1 {
            let unit = units::UNITS.iter().find(|unit| text.is(left, unit.sign));
            let gender = unit.map(|unit| unit.gender).or_else(|| context::gender(text, left));
            let words = numbers::after_whole(over, under, gender.unwrap_or(Gender::Masculine));
            let words = words.strip_prefix("et ").filter(|_| and).unwrap_or(&words);
            return spoken.say(words, span);
        }
        let next = text.past_space(amount.to + 1);
        let noun = noun.or_else(|| context::gender(text, next).filter(|_| next > amount.to + 1));
        let graded = matches!(under, 10 | 20 | 100) && over > 1 || graded(text, amount.from);
        let words = match (over, under) {
            _ if graded => {
                format!(
                    "{} sur {}",
                    self.cardinal(&over.to_string()),
                    self.cardinal(&under.to_string())
                )
            }
            (1, 2) if noun == Some(Gender::Feminine) => "une demi".to_owned(),
            _ => numbers::part(over, under),
        };
        spoken.say(&words, span);
    }

    fn after_millions(&self, name: String) -> String {
        of(&name)
    }

    fn cents(&self, currency: &Currency, cents: &str, alone: bool) -> String {
        let words = numbers::cardinal(cents);
        match alone {
            true if cents == "01" => format!("{words} {}", currency.cent),
            true => format!("{words} {}", currency.cents),
            false => words,
        }
    }

    fn currency(&self, money: &Money, one: bool) -> String {
        let currency = money.currency;
        match money.amount.scale {
            Some((scale, _)) if scale.one.ends_with("ion") || scale.one.ends_with("ard") => {
                of(currency.several)
            }
            _ if one => currency.one.to_owned(),
            _ => currency.several.to_owned(),
        }
    }

    fn unit(&self, measure: &Measure, one: bool, text: &Text) -> String {
        let unit = measure.unit;
        let amount = &measure.amount;
        let part = amount.part.filter(|_| amount.whole.is_none());
        let single = amount.part.is_some() && amount.whole.is_some_and(|whole| text.is(whole, "1"));
        let one = one || part.is_some() || single;
        let mut name = if one { unit.one } else { unit.several }.to_owned();
        name.push_str(match (measure.power, one) {
            (2, true) => " carré",
            (2, false) => " carrés",
            (3, true) => " cube",
            (3, false) => " cubes",
            _ => "",
        });
        if part.is_some_and(|part| part != (1, 2))
            || amount.scale.is_some() && unit.one != "pour cent"
        {
            name = of(&name);
        }
        if let Some(per) = measure.per {
            name.push(' ');
            name.push_str(&self.per(per, measure.per_power));
        }
        if let (Some(_), Some((over, under))) = (amount.whole, amount.part) {
            name.push(' ');
            name.push_str(&numbers::after_whole(over, under, unit.gender));
        }
        name
    }

    fn per(&self, unit: &Unit, power: u8) -> String {
        let power = match (power, unit.gender) {
            (2, Gender::Feminine) => " carrée",
            (2, _) => " carré",
            (3, _) => " cube",
            _ => "",
        };
        format!("par {}{power}", unit.one)
    }

    fn ordinal(&self, item: &Item, i: usize, spoken: &mut Spoken<'_>) {
        let text = spoken.text;
        let words = numbers::ordinal(&text.digits(i), order::gender(text, item.end));
        spoken.say(&words, text.span(item.from, item.end - 1));
    }

    fn roman(&self, item: &Item, n: usize, order: bool, _: bool, spoken: &mut Spoken<'_>) {
        let text = spoken.text;
        let words = match order {
            true => numbers::ordinal(&n.to_string(), order::gender(text, item.end)),
            false => numbers::cardinal(&n.to_string()),
        };
        spoken.say(&words, text.span(item.from, item.end - 1));
    }

    fn decade(&self, item: &Item, i: usize, _: bool, spoken: &mut Spoken<'_>) {
        let text = spoken.text;
        spoken.say(
            &numbers::invariable(&numbers::cardinal(text.get(i))),
            text.span(item.from, item.end - 1),
        );
    }

    fn date(&self, date: &Date, spoken: &mut Spoken<'_>) {
        dates::say_date(date, spoken);
    }

    fn range(&self, first: &Item, _: &Item, text: &Text) -> Option<[&'static str; 2]> {
        // "loi n° 2018-493"
        let sign = text.before(first.from);
        let numbered =
            matches!(text.get(sign), "°" | "º") && text.one_of(sign.wrapping_sub(1), &["n"]);
        numbered.then_some(["", ""])
    }

    fn time(&self, time: &Time, bare: bool, spoken: &mut Spoken<'_>) {
        dates::say_time(time, bare, spoken);
    }
}

/// "de litre", "d'heure"
fn of(name: &str) -> String {
    let vowel = name.starts_with(|c: char| "aeiouéèê".contains(c));
    let silent = name.starts_with("heure") || name.starts_with("hect") || name.starts_with("habit");
    if vowel || silent { format!("d'{name}") } else { format!("de {name}") }
}

/// Whether the number at piece `i` is a grade: "une note de 4/5".
fn graded(text: &Text, i: usize) -> bool {
    let before = text.before(i);
    [before, text.before(before)].iter().any(|&at| text.one_of(at, cues::GRADES))
}
