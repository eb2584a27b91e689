//! Ranges: two items of the same kind with a dash between them.

use super::class::{Amount, Class, Item, Money, Style};
use super::tables::Aloud;
use super::text::Text;
use super::{item, math, recognise};

/// The range that begins with `first`, if a dash and another item of its kind follow.
pub(crate) fn range(aloud: &Aloud, text: &Text, first: &Item) -> Option<Item> {
    if !can_begin(text, first) {
        return None;
    }
    let dash = text.past_space(first.end);
    if !text.is_dash(dash) || text.is(dash, "—") || text.is(dash, "−") {
        return None;
    }
    // "room 3-214"
    if let Class::Number(i, _) = first.class
        && super::amount::is_named(aloud, text, i)
        && text.get(dash + 1).len() > text.get(i).len() + 1
    {
        return None;
    }
    let spaced = dash > first.end;
    // Open 24-7.
    if text.is(first.from, "24") && text.is(dash + 1, "7") && first.end == first.from + 1 {
        return None;
    }
    if spaced != text.is_space(dash + 1) {
        return None;
    }
    let mut from = text.past_space(dash + 1);
    // "-10–-5": the second is below zero.
    let below = text.is_dash(from) && text.is_number(from + 1);
    from += usize::from(below);
    if from >= text.len() {
        return None;
    }
    let mut second = recognise(aloud, text, from);
    let plain = |item: &Item| matches!(item.class, Class::Number(..) | Class::Fraction(_));
    if plain(first) && plain(&second) && math::sum(aloud, text, dash)
        || !fit(aloud, text, first, &second)
    {
        return None;
    }
    // $1-2 million
    if let (Class::Money(_), Class::Number(i, _)) = (&first.class, &second.class)
        && let Some((scale, at, end)) = super::amount::scale(aloud, text, second.end)
        && (at == second.end || text.get(at).len() > 2)
    {
        let scale = Some((scale, at));
        let amount = Amount { whole: Some(*i), from: *i, to: *i, scale, part: None };
        second = item(Class::Fraction(amount), from, end);
    }
    // $20-30/hr
    if let (Class::Money(money), Class::Number(i, _)) = (&first.class, &second.class)
        && text.is(second.end, "/")
        && let Some(unit) = super::amount::unit_name(aloud, text, second.end + 1)
    {
        let amount = Amount { whole: Some(*i), from: *i, to: *i, ..Amount::default() };
        let per = Some((unit, second.end + 1));
        let money = Money { amount, per, cents: None, kind: false, ..money.clone() };
        second = item(Class::Money(money), from, second.end + 2);
    }
    let (end, ends) = (second.end, second.ends);
    let class = Class::Range(Box::new(first.clone()), Box::new(second), below);
    Some(Item { class, from: first.from, end, ends })
}

fn can_begin(text: &Text, first: &Item) -> bool {
    let inside =
        text.is(first.from.wrapping_sub(1), "-") && !text.starts_fresh(first.from.wrapping_sub(1));
    match &first.class {
        Class::Number(i, _) if super::number::is_airliner(text, *i) => false,
        Class::Number(i, style) => {
            *style != Style::Digits
                && !inside
                && !text.is_word(first.from.wrapping_sub(1))
                && (text.get(*i).len() < 8 || text.get(*i).contains(','))
        }
        Class::Ordinal(_)
        | Class::Decade(..)
        | Class::Fraction(_)
        | Class::Money(_)
        | Class::Measure(_)
        | Class::Date(_)
        | Class::Time(_) => true,
        Class::Duration(parts) => parts.len() == 1,
        Class::Initialism => {
            text.is(first.from, "A") && first.end == first.from + 1 || text.is(first.from, "K")
        }
        Class::Word => text.is(first.from, "A"),
        _ => false,
    }
}

/// Whether two items are the ends of a range.
fn fit(aloud: &Aloud, text: &Text, first: &Item, second: &Item) -> bool {
    use std::mem::discriminant;
    let number = matches!(first.class, Class::Number(..));
    match (&first.class, &second.class) {
        (Class::Money(a), Class::Money(b)) => a.currency.several == b.currency.several,
        (Class::Money(a), Class::Number(..) | Class::Fraction(_)) => a.amount.scale.is_none(),
        (Class::Initialism | Class::Word, Class::Number(..)) => text.is(first.from, "K"),
        (Class::Initialism | Class::Word, Class::Initialism | Class::Word) => {
            text.is(first.from, "A") && text.is_letter(second.from) && second.end == second.from + 1
        }
        (Class::Number(..), Class::Ordinal(_)) => true,
        (Class::Ordinal(_), Class::Number(..)) => false,
        (Class::Number(..), Class::Number(b, style)) => {
            // "50-50" is not a range.
            (*style != Style::Digits || text.get(*b).len() == 2)
                && (text.get(first.from) != text.get(second.from)
                    || aloud.cues.draws && text.is_digits(*b, 1..=1))
        }
        (Class::Fraction(a), Class::Measure(_)) => a.scale.is_none(),
        (Class::Measure(_), Class::Number(..)) => false,
        (_, Class::Money(_) | Class::Measure(_) | Class::Fraction(_) | Class::Duration(_))
            if number =>
        {
            true
        }
        (_, Class::Time(time)) if number => {
            time.half.is_some() || time.minute.is_some() || time.word.is_some()
        }
        (_, Class::Date(_)) if number => false,
        // "15:30–19"
        (Class::Time(_), Class::Number(hour, _)) => {
            second.from == first.end + 1 && text.value(*hour).is_some_and(|hour| hour <= 24)
        }
        (a, b) => discriminant(a) == discriminant(b),
    }
}

/// What the two numbers of a match are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Score {
    /// The goals or points of two sides: "3-1".
    Result,
    /// The games of one of several sets: "4-6, 6-3".
    Set,
}

/// Whether two numbers are the goals or games of two sides.
fn score(text: &Text, first: &Item, second: &Item) -> Option<Score> {
    let (Class::Number(first, _), Class::Number(second, _)) = (&first.class, &second.class) else {
        return None;
    };
    let (a, b) = (first, second);
    let pair = |a: usize, b: usize| {
        let short = text.is_digits(a, 1..=2) && text.is_digits(b, 1..=2);
        short && text.is_dash(a + 1) && b == a + 2
    };
    let joins = |at: usize| text.is(at, ",") || text.is_word(at) && text.get(at).len() == 1;
    let (before, after) = (text.before(*a), text.past_space(b + 1));
    let (left, right) = (text.before(before), text.past_space(after + 1));
    // One of two sets falls; "9-13, 15-19" are hours.
    let falls = |a: usize, b: usize| {
        pair(a, b) && (text.size(*first) > text.size(*second) || text.size(a) > text.size(b))
    };
    let set = joins(before) && falls(left.wrapping_sub(2), left)
        || joins(after) && falls(right, right + 2);
    let whole = text.is_digits(*a, 1..=3) && text.is_digits(*b, 1..=3) && text.is_dash(a + 1);
    match () {
        () if set && pair(*a, *b) => Some(Score::Set),
        () if whole && text.size(*a) >= text.size(*b) => Some(Score::Result),
        // "lost 0-2"
        () if pair(*a, *b) && text.is(*a, "0") && text.is_digits(*b, 1..=1) => Some(Score::Result),
        () => None,
    }
}

/// What is said before and between two numbers that are the result of a match, also if one of
/// `results` comes before it, or the years of a season. `to` is between two goals.
pub(crate) fn pair(
    text: &Text,
    first: &Item,
    second: &Item,
    results: &[&str],
    to: &'static str,
) -> Option<[&'static str; 2]> {
    // "428-348 a. C."
    let era = text.past_space(second.end);
    if text.one_of(era, &["a", "d", "av"]) && text.is(era + 1, ".") {
        return None;
    }
    match score(text, first, second) {
        Some(Score::Set) => Some(["", ""]),
        Some(Score::Result) => Some(["", to]),
        None if text.one_of(text.before(first.from), results) => Some(["", to]),
        None => is_season(text, first, second).then_some(["", ""]),
    }
}

/// 2025-26, 2025-2026: a year and the next.
fn is_season(text: &Text, first: &Item, second: &Item) -> bool {
    let (Class::Number(a, _), Class::Number(b, _)) = (&first.class, &second.class) else {
        return false;
    };
    let next = text.value(*a).map(|year| year + 1);
    let short = text.is_digits(*b, 2..=2) && text.value(*b) == next.map(|year| year % 100);
    text.is_year(*a) && (short || text.value(*b) == next)
}
