//! The grammar of Spanish.

use super::{dates, genders, nouns, numbers, units};
use crate::aloud::class::{Amount, Class, Date, Item, Measure, Money, Time};
use crate::aloud::grammar::Spoken;
use crate::aloud::grammar::{self, Gender, Grammar};
use crate::aloud::half::Halves;
use crate::aloud::range::pair;
use crate::aloud::tables::{Currency, Unit};
use crate::aloud::text::Text;

/// Words before the result of a match.
const RESULTS: &[&str] = &[
    "acaba", "acabó", "cae", "cayó", "gana", "ganó", "pierde", "perdió", "termina", "terminó",
    "venció",
];

/// Words before the first end of a range after which it needs no "de".
const LEADING: &[&str] = &[
    "a", "al", "cada", "con", "cuesta", "el", "en", "hasta", "la", "las", "los", "otros", "otras",
    "para", "por", "sobre", "su", "tras", "un", "una", "unas", "unos",
];

static HALVES: Halves = Halves {
    and: "y",
    of: "de",
    half: ["medio", "media"],
    quarter: Some("cuarto"),
    hours: &["la", "las"],
    is_noun: nouns::is_noun,
    gender: |noun| units::gender(noun).unwrap_or_else(|| genders::gender(noun)),
    whole: |text, whole, _, gender| match gender {
        Some(gender) => numbers::agreeing(&text.digits(whole), gender),
        None => grammar::digits(&Spanish, text.get(whole)),
    },
    part: |part, text, next| {
        // "tres cuartas partes"
        let feminine = text.one_of(next, &["parte", "partes"]);
        self::part(part, if feminine { Gender::Feminine } else { Gender::Masculine })
    },
};

/// Spanish.
#[derive(Debug)]
pub(super) struct Spanish;

impl Grammar for Spanish {
    fn cardinal(&self, digits: &str) -> String {
        numbers::cardinal(digits)
    }

    fn agreeing(&self, digits: &str, gender: Gender, _: &Text, _: usize) -> String {
        numbers::agreeing(digits, gender)
    }

    fn decimal(&self, whole: &str, part: &str) -> String {
        // "tres coma catorce", but "tres coma uno cuatro uno"
        let part = grammar::up_to(self, part, 2);
        format!("{} coma {part}", numbers::cardinal(whole))
    }

    fn decimal_of(&self, whole: &str, part: &str, gender: Gender) -> String {
        // "ochenta y un metros"
        let agrees = part.len() == 2 && !part.starts_with('0') && gender == Gender::Masculine;
        if !agrees {
            return self.decimal(whole, part);
        }
        format!("{} coma {}", numbers::cardinal(whole), numbers::agreeing(part, gender))
    }

    fn plain(&self, text: &Text, i: usize) -> String {
        let digits = text.digits(i);
        let code = digits.len() > 1 && digits.starts_with('0') || digits.len() > 15;
        // "un aula", although it is feminine
        if text.is(i, "1") && nouns::counted(text, i).is_some() && nouns::is_stressed(text, i + 2) {
            return numbers::agreeing(&digits, Gender::Masculine);
        }
        // "Compra 2 entradas y paga 1."
        if text.is(i, "1") && nouns::counts_again(text, i) {
            return numbers::agreeing(&digits, Gender::Feminine);
        }
        match nouns::counted(text, i) {
            Some(gender) if !digits.contains('.') && !code => numbers::agreeing(&digits, gender),
            _ => grammar::digits(self, text.get(i)),
        }
    }

    fn year(&self, n: usize) -> String {
        numbers::cardinal(&n.to_string())
    }

    fn group(&self, digits: &str, _: bool) -> String {
        grammar::up_to(self, digits, 2)
    }

    fn fraction(&self, amount: &Amount, noun: Option<Gender>, spoken: &mut Spoken<'_>) {
        let text = spoken.text;
        let article = text.one_of(text.before(amount.from), &["el", "un"]);
        match amount.part {
            // "un 1/3"
            Some((1, under)) if article && amount.whole.is_none() && noun.is_none() => {
                let words = part((1, under), Gender::Masculine);
                let words = words.strip_prefix("un ").unwrap_or(&words);
                spoken.say(words, text.span(amount.from, amount.to));
            }
            _ => HALVES.say(amount, noun, spoken),
        }
    }

    fn currency(&self, money: &Money, one: bool) -> String {
        let currency = money.currency;
        let name = if one { currency.one } else { currency.several };
        // "dos millones de euros"
        let of = money.amount.scale.is_some_and(|(scale, _)| scale.one != scale.several);
        if of { format!("de {name}") } else { name.to_owned() }
    }

    fn after_millions(&self, name: String) -> String {
        format!("de {name}")
    }

    fn cents(&self, currency: &Currency, cents: &str, alone: bool) -> String {
        let name = if cents == "01" { currency.cent } else { currency.cents };
        let words = numbers::agreeing(cents, Gender::Masculine);
        format!("{}{words} {name}", if alone { "" } else { "con " })
    }

    fn unit(&self, measure: &Measure, one: bool, text: &Text) -> String {
        let (unit, amount) = (measure.unit, &measure.amount);
        let single = amount.part.is_some() && amount.whole.is_none_or(|whole| text.is(whole, "1"));
        let one = one || single;
        let plural = if one { "" } else { "s" };
        let mut name = if one { unit.one } else { unit.several }.to_owned();
        match measure.power {
            2 => name += &format!(" cuadrado{plural}"),
            3 => name += &format!(" cúbico{plural}"),
            _ => {}
        }
        if let Some(per) = measure.per {
            name += &format!(" {}", self.per(per, measure.per_power));
        }
        match (amount.whole, amount.part) {
            (Some(_), Some(part)) => name + " " + &HALVES.after(part, Some(unit.gender), text),
            (None, Some(part)) if part != (1, 2) => format!("de {name}"),
            _ if amount.scale.is_some_and(|(scale, _)| scale.one != scale.several) => {
                format!("de {name}")
            }
            _ => name,
        }
    }

    fn per(&self, unit: &Unit, power: u8) -> String {
        let name = unit.one;
        match (name, power) {
            ("año" | "día" | "mes", _) => format!("al {name}"),
            ("semana", _) => "a la semana".to_owned(),
            (_, 2) if unit.is_length() => format!("por {name} cuadrado"),
            (_, 3) if unit.is_length() => format!("por {name} cúbico"),
            (_, 2) => format!("por {name} al cuadrado"),
            (_, 3) => format!("por {name} al cubo"),
            _ => format!("por {name}"),
        }
    }

    fn ordinal(&self, item: &Item, i: usize, spoken: &mut Spoken<'_>) {
        let text = spoken.text;
        let n = text.value(i).unwrap_or_default();
        let words = numbers::ordinal(n, Gender::Masculine, false);
        spoken.say(&words, text.span(item.from, item.end - 1));
    }

    fn roman(&self, item: &Item, n: usize, _: bool, _: bool, spoken: &mut Spoken<'_>) {
        let span = spoken.text.span(item.from, item.end - 1);
        spoken.say(&numbers::cardinal(&n.to_string()), span);
    }

    fn decade(&self, item: &Item, i: usize, _: bool, spoken: &mut Spoken<'_>) {
        let text = spoken.text;
        spoken.say(&numbers::cardinal(text.get(i)), text.span(item.from, item.end - 1));
    }

    fn date(&self, date: &Date, spoken: &mut Spoken<'_>) {
        dates::say_date(date, spoken);
    }

    fn range(&self, first: &Item, second: &Item, text: &Text) -> Option<[&'static str; 2]> {
        let before = text.before(first.from);
        if let Some(words) = pair(text, first, second, RESULTS, "a") {
            return Some(words);
        }
        let of = text.past_space(second.end);
        let dates = matches!(first.class, Class::Date(_))
            || text.one_of(of, &["de"]) && super::tables::month(text.get(of + 2)).is_some();
        Some(match () {
            () if dates && text.one_of(before, &["del", "el"]) => ["", "al"],
            () if dates => ["del", "al"],
            () if text.one_of(before, &["entre"]) => ["", "y"],
            () if text.one_of(before, &["de", "desde"]) => ["", "a"],
            () if text.one_of(before, &["del"]) => ["", "al"],
            () if text.one_of(before, LEADING) => ["", "a"],
            () => ["de", "a"],
        })
    }

    fn time(&self, time: &Time, bare: bool, spoken: &mut Spoken<'_>) {
        dates::say_time(time, bare, spoken);
    }
}

/// "tres cuartos"
fn part((over, under): (usize, usize), gender: Gender) -> String {
    let name = match under {
        2 if gender == Gender::Masculine => "medio".to_owned(),
        3 if gender == Gender::Masculine => "tercio".to_owned(),
        2..=10 | 100 | 1000 => numbers::ordinal(under, gender, gender == Gender::Feminine),
        _ => format!("{}avo", numbers::cardinal(&under.to_string()).replace(" y ", "i")),
    };
    let over_words = numbers::agreeing(&over.to_string(), gender);
    format!("{over_words} {name}{}", if over == 1 { "" } else { "s" })
}
