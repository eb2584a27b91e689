//! The verbalisers of English, which put each class into words.

mod amount;
mod code;
mod when;

use super::numbers;
use crate::aloud::class::{Class, Item, Style};
use crate::aloud::lex::Kind;
use crate::aloud::spoken::Spoken;

/// Says an item.
pub(super) fn say(item: &Item, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let span = text.span(item.from, item.end - 1);
    match &item.class {
        Class::Silent => {}
        Class::Mark(c) => return spoken.mark(*c, span),
        Class::Word => word(item, spoken),
        Class::Abbreviation(words) | Class::Mathematics(words) => fixed(words, span, spoken),
        Class::Initialism => {
            let letters: String =
                (item.from..item.end).filter(|&p| text.is_word(p)).map(|p| text.get(p)).collect();
            initialism(&letters, span, spoken);
        }
        Class::Number(i, style) => number(item, *i, *style, spoken),
        Class::Ordinal(i) => {
            if text.is(i + 1, "Q") && !spoken.last().eq_ignore_ascii_case("the") {
                spoken.say("the", text.at(*i));
            }
            spoken.say_all(&numbers::ordinal(&text.digits(*i)), span.clone());
            // 2Q22
            if text.is(i + 1, "Q") {
                let year = text.value(i + 2).map_or(0, |y| if y < 100 { 2000 + y } else { y });
                spoken.say("quarter of", text.at(i + 1));
                spoken.say_all(&numbers::year(year), text.at(i + 2));
            }
        }
        Class::Decade(i, own) => when::decade(*i, *own, span, spoken),
        Class::Fraction(amount) => {
            amount::amount(amount, spoken);
        }
        Class::Money(money) => amount::money(money, amount::Sum::Whole, spoken),
        Class::Measure(measure) => amount::measure(measure, true, spoken),
        Class::Range(first, second, below) => range(first, second, *below, spoken),
        Class::Date(date) => when::date(date, spoken),
        Class::Time(time) => when::time(time, spoken),
        Class::Duration(parts) => when::duration(item, parts, spoken),
        Class::Telephone(groups) => code::telephone(item, groups, spoken),
        Class::Network => code::network(item, spoken),
        Class::Code => code::code(item, spoken),
        Class::Electronic => code::electronic(item, spoken),
        Class::Roman(n, order, article) => {
            if *article {
                spoken.say("the", span.clone());
            }
            match order {
                true => spoken.say_all(&numbers::ordinal(&n.to_string()), span),
                false if *n > 1100 => spoken.say_all(&numbers::year(*n), span),
                false => spoken.say_all(&numbers::cardinal(&n.to_string()), span),
            }
            if text.get(item.from).ends_with("'s")
                && let Some(last) = spoken.out.last_mut()
            {
                last.text.push_str("'s");
            }
        }
        Class::Power(i) => power(*i, spoken),
        Class::List(i) => list(item, *i, spoken),
    }
    if item.ends {
        spoken.mark('.', text.at(item.end - 1));
    }
}

/// Says words, some of which may be letters ("U.S. dollars").
fn fixed(words: &str, span: std::ops::Range<usize>, spoken: &mut Spoken<'_>) {
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
        // "UK's" sounds like a plural.
        Some((stem, _)) => spoken.spell(&format!("{stem}s"), span),
        None => spoken.spell(letters, span),
    }
}

/// A number in its style, and the points of a version after it.
fn number(item: &Item, i: usize, style: Style, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let at = text.at(i);
    if text.one_of(item.from, &["v", "ver"]) {
        spoken.say("version", text.at(item.from));
    }
    // A point without a number before it.
    if text.is(item.from, ".") {
        spoken.say("point", text.at(item.from));
    }
    match style {
        Style::Amount if text.is(i + 1, " ") && item.end == i + 3 => {
            let digits = text.digits(i) + text.get(i + 2);
            spoken.say_all(&numbers::cardinal(&digits), text.span(i, i + 2));
            return;
        }
        Style::Amount => spoken.say_all(&amount::digits(text.get(i)), at),
        Style::Year => year(i, spoken),
        Style::Digits => spoken.say_all(&numbers::spelt(text.get(i)), at),
        Style::Version => {
            let (whole, part) = text.get(i).split_once('.').unwrap_or_default();
            spoken.say_all(&numbers::cardinal(whole), at.clone());
            spoken.say("point", at.clone());
            let words =
                if part.starts_with('0') { numbers::spelt(part) } else { numbers::cardinal(part) };
            spoken.say_all(&words, at);
        }
        Style::Pairs => spoken.say_all(&numbers::pairs(text.get(i)), at),
    }
    let mut at = i + 1;
    while at < item.end {
        match text.kind(at) {
            // 1.5e10
            Some(Kind::Word) => spoken.say("times ten to the power of", text.at(at)),
            Some(Kind::Number) => {
                let words = if text.get(at).starts_with('0') && text.get(at).len() > 1 {
                    numbers::spelt(text.get(at))
                } else {
                    amount::digits(text.get(at))
                };
                spoken.say_all(&words, text.at(at));
            }
            _ if text.is_dash(at) => spoken.say("minus", text.at(at)),
            _ if text.is(at, ".") => spoken.say("point", text.at(at)),
            _ => {}
        }
        at += 1;
    }
}

/// Says four digits as a year, and two digits after an apostrophe as a number.
fn year(i: usize, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let n = text.value(i).unwrap_or_default();
    let words =
        if text.get(i).len() == 2 { numbers::cardinal(text.get(i)) } else { numbers::year(n) };
    spoken.say_all(&words, text.at(i));
}

/// "squared", "cubed", "to the power of five"; the charge of an ion.
fn power(i: usize, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let (power, at) = (text.get(i).to_owned(), text.at(i));
    match power.as_str() {
        "2" => return spoken.say("squared", at),
        "3" => return spoken.say("cubed", at),
        _ => spoken.say("to the power of", at.clone()),
    }
    let rest = power.trim_start_matches(['-', '+']);
    if power.starts_with('-') {
        spoken.say("minus", at.clone());
    }
    if rest == "n" {
        spoken.spell("n", at);
    } else {
        spoken.say_all(&numbers::cardinal(rest), at);
    }
}

/// `1.`, `a)`, and stars that are counted.
fn list(item: &Item, i: usize, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let span = text.span(i, item.end - 1);
    if text.is(i, "★") {
        spoken.say_all(&numbers::cardinal(&(item.end - i).to_string()), span.clone());
        return spoken.say("stars", span);
    }
    if text.is_number(i) {
        spoken.say_all(&numbers::cardinal(text.get(i)), text.at(i));
    } else {
        spoken.spell(text.get(i), text.at(i));
    }
    spoken.mark('.', text.at(item.end - 1));
}

/// Says a range: the unit of the first end is left out if the second has the same.
fn range(first: &Item, second: &Item, below: bool, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let dash = text.span(first.end, second.from.saturating_sub(1).max(first.end));
    match (&first.class, &second.class) {
        (Class::Measure(a), Class::Measure(b)) if a.unit == b.unit => {
            amount::measure(a, false, spoken);
        }
        (Class::Duration(a), Class::Duration(b)) if a[0].1 == b[0].1 => {
            amount::plain(a[0].0, spoken);
        }
        (Class::Money(a), Class::Money(b)) => {
            let round = amount::is_round(a, text) && amount::is_round(b, text);
            amount::money(a, if round { amount::Sum::Bare } else { amount::Sum::Whole }, spoken);
        }
        // $1-2 million
        (Class::Money(a), _) => {
            amount::money(a, amount::Sum::Bare, spoken);
            spoken.say("to", dash);
            say(second, spoken);
            return spoken.say(a.currency.several, text.at(a.sign));
        }
        (Class::Number(i, _), Class::Time(_)) if text.value(*i).is_some() => {
            amount::plain(*i, spoken);
        }
        (Class::Time(a), Class::Time(b)) => {
            let bare = a.half.is_none() && b.half.is_some();
            when::time_of(a, bare, b.hour.0 > 12, spoken);
        }
        (Class::Number(i, Style::Year), Class::Measure(_) | Class::Duration(_)) => {
            amount::plain(*i, spoken)
        }
        _ => say(first, spoken),
    }
    spoken.say("to", dash);
    if below {
        spoken.say("minus", text.at(second.from.saturating_sub(1)));
    }
    say(second, spoken);
}
