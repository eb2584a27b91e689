//! The verbalisers, which put each class into words. They are common to all languages and take
//! the words from the language's [tables](super::tables) and [grammar].

pub(crate) mod amount;
mod code;

use super::class::{Class, Item, Style};
use super::grammar::Spoken;
use super::grammar::{self, Gender};
use super::letters::is_article;
use super::lex::Kind;

/// Says an item.
pub(crate) fn say(item: &Item, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let grammar = spoken.grammar;
    let span = text.span(item.from, item.end - 1);
    match &item.class {
        Class::Silent => {}
        Class::Mark(c) => return spoken.mark(*c, span),
        Class::Word => word(item, spoken),
        Class::Abbreviation(words) | Class::Mathematics(words) => fixed(words, span, spoken),
        Class::Coined(words) => fixed(words, span, spoken),
        Class::Initialism => {
            let letters: String =
                (item.from..item.end).filter(|&p| text.is_word(p)).map(|p| text.get(p)).collect();
            initialism(&letters, span, spoken);
        }
        Class::Number(i, style) => number(item, *i, *style, spoken),
        Class::Ordinal(i) => grammar.ordinal(item, *i, spoken),
        Class::Decade(i, own) => grammar.decade(item, *i, *own, spoken),
        Class::Fraction(amount) => {
            amount::amount(amount, None, spoken);
        }
        Class::Money(money) => amount::money(money, amount::Sum::Whole, spoken),
        Class::Measure(measure) => amount::measure(measure, true, spoken),
        Class::Range(first, second, below) => range(first, second, *below, spoken),
        Class::Date(date) => grammar.date(date, spoken),
        Class::Time(time) => grammar.time(time, time.bare, spoken),
        Class::Duration(parts) => amount::duration(item, parts, spoken),
        Class::Telephone(groups) => code::telephone(item, groups, spoken),
        Class::Network => code::network(item, spoken),
        Class::Code => code::code(item, spoken),
        Class::Electronic => code::electronic(item, spoken),
        Class::Roman(n, order, article) => grammar.roman(item, *n, *order, *article, spoken),
        Class::Power(i) => power(*i, spoken),
        Class::List(i) => list(item, *i, spoken),
    }
    if item.ends {
        spoken.mark('.', text.at(item.end - 1));
    }
}

/// Says words, some of which may be letters ("U.S. dollars").
pub(crate) fn fixed(words: &str, span: std::ops::Range<usize>, spoken: &mut Spoken<'_>) {
    for word in words.split(' ') {
        if word.contains('.') {
            spoken.spell(word, span.clone());
        } else {
            spoken.say(word, span.clone());
        }
    }
}

fn word(item: &Item, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let mut joined: String = (item.from..item.end)
        .filter(|&p| text.is_word(p))
        .map(|p| text.get(p).to_owned() + " ")
        .collect();
    if text.is(item.from, "'") {
        joined.insert(0, '\'');
    }
    spoken.say(&joined, text.span(item.from, item.end - 1));
}

fn initialism(letters: &str, span: std::ops::Range<usize>, spoken: &mut Spoken<'_>) {
    match letters.split_once('\'') {
        // "l'UE"
        Some((article, rest)) if is_article(spoken.articles, article) => {
            spoken.say(&format!("{article}'"), span.clone());
            spoken.spell(rest, span);
        }
        // "UK's" sounds like a plural.
        Some((stem, _)) => spoken.spell(&format!("{stem}s"), span),
        None => spoken.spell(letters, span),
    }
}

/// A number in its style, and the points of a version after it.
fn number(item: &Item, i: usize, style: Style, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let (grammar, words) = (spoken.grammar, spoken.words);
    let at = text.at(i);
    if text.one_of(item.from, &["v", "ver"]) {
        spoken.say(words.version, text.at(item.from));
    }
    // A point without a number before it.
    if text.is(item.from, ".") {
        spoken.say(words.point, text.at(item.from));
    }
    match style {
        Style::Amount if text.is(i + 1, " ") && item.end == i + 3 => {
            let digits = text.digits(i) + text.get(i + 2);
            return spoken.say(&grammar.cardinal(&digits), text.span(i, i + 2));
        }
        Style::Amount if item.from == i && item.end == i + 1 => {
            spoken.say(&grammar.plain(text, i), at);
        }
        Style::Amount => spoken.say(&grammar::digits(grammar, text.get(i)), at),
        Style::Year => year(i, spoken),
        Style::Digits => spoken.say(&grammar::spelt(grammar, text.get(i)), at),
        Style::Version => {
            let (whole, part) = text.get(i).split_once('.').unwrap_or_default();
            spoken.say(&grammar.cardinal(whole), at.clone());
            spoken.say(words.point, at.clone());
            let part = match part.starts_with('0') {
                true => grammar::spelt(grammar, part),
                false => grammar.cardinal(part),
            };
            spoken.say(&part, at);
        }
        Style::Pairs => spoken.say(&grammar.pairs(text.get(i)), at),
    }
    let mut at = i + 1;
    while at < item.end {
        match text.kind(at) {
            // 1.5e10
            Some(Kind::Word) => spoken.say(words.exponent, text.at(at)),
            Some(Kind::Number) => {
                let part = match text.get(at) {
                    zero if zero.starts_with('0') && zero.len() > 1 => {
                        grammar::spelt(grammar, zero)
                    }
                    part => grammar::digits(grammar, part),
                };
                spoken.say(&part, text.at(at));
            }
            _ if text.is_dash(at) => spoken.say(words.minus, text.at(at)),
            _ if text.is(at, ".") => spoken.say(words.point, text.at(at)),
            _ => {}
        }
        at += 1;
    }
}

/// Says four digits as a year, and two digits after an apostrophe as a number.
fn year(i: usize, spoken: &mut Spoken<'_>) {
    let (text, grammar) = (spoken.text, spoken.grammar);
    let words = match text.get(i) {
        short if short.len() == 2 => grammar.cardinal(short),
        _ => grammar.year(text.value(i).unwrap_or_default()),
    };
    spoken.say(&words, text.at(i));
}

/// "squared", "cubed", "to the power of five"; the charge of an ion.
fn power(i: usize, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let words = spoken.words;
    let (power, at) = (text.get(i).to_owned(), text.at(i));
    match power.as_str() {
        "2" => return spoken.say(words.squared, at),
        "3" => return spoken.say(words.cubed, at),
        _ => spoken.say(words.power, at.clone()),
    }
    let rest = power.trim_start_matches(['-', '+']);
    if power.starts_with('-') {
        spoken.say(words.minus, at.clone());
    }
    if rest == "n" {
        spoken.spell("n", at);
    } else {
        spoken.say(&spoken.grammar.cardinal(rest), at);
    }
}

/// `1.`, `a)`, and stars that are counted.
fn list(item: &Item, i: usize, spoken: &mut Spoken<'_>) {
    let (text, grammar) = (spoken.text, spoken.grammar);
    let span = text.span(i, item.end - 1);
    if text.is(i, "★") {
        spoken.say(&grammar.cardinal(&(item.end - i).to_string()), span.clone());
        return spoken.say(spoken.words.stars, span);
    }
    if text.is_number(i) {
        spoken.say(&grammar.cardinal(text.get(i)), text.at(i));
    } else {
        spoken.spell(text.get(i), text.at(i));
    }
    spoken.mark('.', text.at(item.end - 1));
}

/// The gender of what an item counts.
fn counts(item: &Item) -> Option<Gender> {
    match &item.class {
        Class::Fraction(amount) => amount.scale.map(|(scale, _)| scale.gender),
        Class::Measure(measure) => Some(measure.unit.gender),
        Class::Duration(parts) => parts.first().map(|(_, unit, _)| unit.gender),
        Class::Money(money) => Some(money.currency.gender),
        _ => None,
    }
}

/// Says a range: the unit of the first end is left out if the second has the same.
fn range(first: &Item, second: &Item, below: bool, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let words = spoken.words;
    let said = spoken.grammar.range(first, second, text);
    let [before, to] = said.unwrap_or(["", words.to]);
    let dash = text.span(first.end, second.from.saturating_sub(1).max(first.end));
    spoken.say(before, text.at(first.from));
    match (&first.class, &second.class) {
        (Class::Measure(a), Class::Measure(b)) if a.unit == b.unit => {
            amount::measure(a, false, spoken);
        }
        (Class::Duration(a), Class::Duration(b)) if a[0].1 == b[0].1 => {
            amount::counted(a[0].0, a[0].1.gender, spoken);
        }
        (Class::Money(a), Class::Money(b)) => {
            let round = amount::is_round(a, text) && amount::is_round(b, text);
            amount::money(a, if round { amount::Sum::Bare } else { amount::Sum::Whole }, spoken);
        }
        // $1-2 million
        (Class::Money(a), _) => {
            amount::money(a, amount::Sum::Bare, spoken);
            spoken.say(to, dash);
            say(second, spoken);
            return spoken.say(a.currency.several, text.at(a.sign));
        }
        (Class::Number(i, _), Class::Time(_)) if text.value(*i).is_some() => {
            spoken.say(&grammar::digits(spoken.grammar, text.get(*i)), text.at(*i));
        }
        (Class::Time(a), Class::Time(b)) => {
            let bare = a.half.is_none() && b.half.is_some()
                || a.word.is_none() && b.word.is_some() && a.minute.is_none_or(|m| m.0 == 0);
            spoken.grammar.time(a, bare, spoken);
        }
        (Class::Number(i, Style::Year | Style::Amount), _)
            if first.from == *i && first.end == i + 1 && counts(second).is_some() =>
        {
            if let Some(gender) = counts(second) {
                amount::counted(*i, gender, spoken);
            }
        }
        _ => say(first, spoken),
    }
    spoken.say(to, dash);
    if below {
        spoken.say(words.minus, text.at(second.from.saturating_sub(1)));
    }
    say(second, spoken);
}
