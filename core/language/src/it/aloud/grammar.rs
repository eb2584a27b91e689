//! The grammar of Italian.

use super::tables::day_name;
use super::{dates, nouns, numbers, units};
use crate::aloud::class::{Amount, Class, Date, Item, Measure, Money, Style, Time};
use crate::aloud::grammar::Spoken;
use crate::aloud::grammar::{self, Gender, Grammar};
use crate::aloud::half::Halves;
use crate::aloud::range::pair;
use crate::aloud::tables::{Currency, Unit};
use crate::aloud::text::Text;

/// Words before the result of a match.
const RESULTS: &[&str] =
    &["finisce", "finita", "finito", "perde", "perso", "terminata", "termina", "vince", "vinto"];

/// Words before the first end of a range after which the ends are said without words between.
const LEADING: &[&str] = &[
    "a", "circa", "con", "dopo", "entro", "gli", "i", "il", "in", "la", "le", "ogni", "per", "su",
    "un", "una", "altri", "altre",
];

static HALVES: Halves = Halves {
    and: "e",
    of: "di",
    half: ["mezzo", "mezza"],
    quarter: None,
    hours: &["alle", "dalle", "la", "le"],
    is_noun: nouns::is_noun,
    gender: |noun| units::gender(noun).unwrap_or_else(|| nouns::gender(noun)),
    whole: |text, whole, next, gender| match (text.get(whole), gender) {
        // "un'ora e mezza": the noun may be several in the text.
        ("1", Some(gender)) => {
            let sign = text.get(next);
            numbers::one(gender, units::name(sign).unwrap_or(sign)).to_owned()
        }
        (digits, _) => grammar::digits(&Italian, digits),
    },
    part: |fraction, _, _| part(fraction),
};

/// Italian.
#[derive(Debug)]
pub(super) struct Italian;

impl Grammar for Italian {
    fn cardinal(&self, digits: &str) -> String {
        numbers::cardinal(digits)
    }

    fn agreeing(&self, digits: &str, gender: Gender, text: &Text, i: usize) -> String {
        if digits.trim_start_matches('0') != "1" || gender == Gender::Neuter {
            return numbers::cardinal(digits);
        }
        // The name of the unit decides between "una" and "un'".
        let sign = text.get(text.past_space(i + 1));
        let name = units::name(sign).unwrap_or(sign);
        numbers::one(gender, name).to_owned()
    }

    fn decimal(&self, whole: &str, part: &str) -> String {
        // "tre virgola quattordici", but "tre virgola uno quattro uno"
        let part = grammar::up_to(self, part, 2);
        format!("{} virgola {part}", numbers::cardinal(whole))
    }

    fn plain(&self, text: &Text, i: usize) -> String {
        match nouns::one(text, i) {
            Some(one) => one.to_owned(),
            None => grammar::digits(self, text.get(i)),
        }
    }

    fn year(&self, n: usize) -> String {
        numbers::cardinal(&n.to_string())
    }

    fn group(&self, digits: &str, _: bool) -> String {
        grammar::up_to(self, digits, 2)
    }

    fn fraction(&self, amount: &Amount, noun: Option<Gender>, spoken: &mut Spoken<'_>) {
        HALVES.say(amount, noun, spoken);
    }

    fn currency(&self, money: &Money, one: bool) -> String {
        let currency = money.currency;
        let name = if one { currency.one } else { currency.several };
        // "due milioni di euro"
        let of = money.amount.scale.is_some_and(|(scale, _)| scale.one != scale.several);
        if of { format!("di {name}") } else { name.to_owned() }
    }

    fn after_millions(&self, name: String) -> String {
        format!("di {name}")
    }

    fn cents(&self, currency: &Currency, cents: &str, alone: bool) -> String {
        let and = if alone { "" } else { "e " };
        match cents {
            "01" => format!("{and}un {}", currency.cent),
            _ => format!("{and}{} {}", numbers::cardinal(cents), currency.cents),
        }
    }

    fn unit(&self, measure: &Measure, one: bool, text: &Text) -> String {
        let (unit, amount) = (measure.unit, &measure.amount);
        let single = amount.part.is_some() && amount.whole.is_none_or(|whole| text.is(whole, "1"));
        let one = one || single;
        let mut name = if one { unit.one } else { unit.several }.to_owned();
        match measure.power {
            2 => name += if one { " quadrato" } else { " quadrati" },
            3 => name += if one { " cubo" } else { " cubi" },
            _ => {}
        }
        if let Some(per) = measure.per {
            name += &format!(" {}", self.per(per, measure.per_power));
        }
        match (amount.whole, amount.part) {
            (Some(_), Some(part)) => name + " " + &HALVES.after(part, Some(unit.gender), text),
            (None, Some(part)) if part != (1, 2) => format!("di {name}"),
            _ if amount.scale.is_some_and(|(scale, _)| scale.one != scale.several) => {
                format!("di {name}")
            }
            _ => name,
        }
    }

    fn per(&self, unit: &Unit, power: u8) -> String {
        let name = match power {
            2 => format!("{} quadrato", unit.one),
            3 => format!("{} cubo", unit.one),
            _ => unit.one.to_owned(),
        };
        let name = name.as_str();
        let vowel = name.starts_with(['a', 'e', 'i', 'o', 'u']);
        match unit.gender {
            _ if matches!(name, "persona" | "notte" | "testa") => format!("a {name}"),
            _ if vowel => format!("all'{name}"),
            Gender::Feminine => format!("alla {name}"),
            _ => format!("al {name}"),
        }
    }

    fn ordinal(&self, item: &Item, i: usize, spoken: &mut Spoken<'_>) {
        let text = spoken.text;
        let words = numbers::ordinal(text.value(i).unwrap_or_default(), Gender::Masculine);
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
        let year = matches!(first.class, Class::Number(_, Style::Year));
        // "9–13 e 15:30–19"
        let next = text.past_space(second.end);
        let day = if text.is(before, ".") { before.wrapping_sub(1) } else { before };
        let hours = matches!(first.class, Class::Number(..))
            && (text.one_of(next, &["e"])
                && text.is(next + 3, ":")
                && text.is_digits(next + 4, 2..=2)
                || text.is_word(day) && day_name(text.get(day)).is_some()
                || text.is(before, ",")
                    && super::tables::month(text.get(text.before(before))).is_some());
        Some(match &first.class {
            Class::Time(_) if text.one_of(before, &["dalle", "ore"]) => ["", "alle"],
            Class::Time(_) => ["dalle", "alle"],
            _ if hours => ["dalle", "alle"],
            _ if text.one_of(before, &["tra", "fra"]) => ["", "e"],
            _ if text.one_of(before, &["da"]) => ["", "a"],
            _ if text.one_of(before, LEADING) => ["", ""],
            _ if text.one_of(before, &["dal", "nel"]) => ["", "al"],
            Class::Date(_) => ["dal", "al"],
            _ if year => ["dal", "al"],
            _ => ["da", "a"],
        })
    }

    fn time(&self, time: &Time, _: bool, spoken: &mut Spoken<'_>) {
        dates::say_time(time, spoken);
    }
}

/// "tre quarti"
fn part((over, under): (usize, usize)) -> String {
    let name = match under {
        2 => "mezzo".to_owned(),
        _ => numbers::ordinal(under, Gender::Masculine),
    };
    match over {
        1 => format!("un {name}"),
        _ => format!("{} {}i", numbers::cardinal(&over.to_string()), name.trim_end_matches('o')),
    }
}
