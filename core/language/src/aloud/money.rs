//! Amounts of money.

use super::amount::{amount, power, scale, unit_name};
use super::class::{Amount, Class, Item, Money};
use super::item;
use super::tables::Aloud;
use super::text::Text;

/// $3.50, €20, £1m, USD 5, $2 million, 20 €, $20/month.
pub(crate) fn money(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let mut found = money_first(aloud, text, i).or_else(|| money_last(aloud, text, i))?;
    let Class::Money(money) = &mut found.class else { return None };
    let per = if text.is(found.end, "/") { unit_name(aloud, text, found.end + 1) } else { None };
    match per {
        Some(unit) => {
            money.per = Some((unit, found.end + 1));
            found.end += 2;
            // "5 €/pers."
            let stop = text.is(found.end, ".") && unit.sign != unit.one && unit.sign.len() > 1;
            found.ends = stop && text.ends_line(found.end + 1);
            found.end += usize::from(stop);
            if unit.is_length() {
                money.per_power = power(text, found.end);
                found.end += usize::from(money.per_power > 0);
            }
        }
        None => money.kind = aloud.kinds.is_kind(text, i, found.end),
    }
    Some(found)
}

fn money_first(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    // US$, C$: these letters belong to the sign.
    let prefixed = text.is_word(i) && text.is(i + 1, "$");
    let (currency, mut at) = match prefixed {
        true => (aloud.currency(&format!("{}$", text.get(i)))?, i + 2),
        false => (aloud.currency(text.get(i))?, i + 1),
    };
    let sign = at - 1;
    if text.is_word(i.wrapping_sub(1)) || (text.is_word(sign) && text.is_word(at)) {
        return None;
    }
    at = text.past_space(at);
    // $.50
    if text.is(at, ".") && text.is_digits(at + 1, 2..=2) && !text.is_word(at + 2) {
        let amount = Amount { from: at + 1, to: at + 1, ..Amount::default() };
        let cents = Some(at + 1);
        let money = Money {
            currency,
            sign,
            minus: false,
            amount,
            cents,
            per: None,
            per_power: 0,
            kind: false,
        };
        return Some(item(Class::Money(money), i, at + 2));
    }
    let minus = text.is_dash(at) && text.is_number(at + 1);
    at += usize::from(minus);
    let (cents, mut end) = decimal_comma(text, at);
    // "$ 3 mld"
    let apart = !prefixed
        && at > sign + 1
        && !minus
        && text.is(sign, "$")
        && scale(aloud, text, end).is_none();
    if !text.is_number(at) || apart {
        return None;
    }
    let mut amount = Amount { whole: Some(at), from: at, to: at, ..Amount::default() };
    let scale = scale(aloud, text, end)
        .filter(|s| s.1 == end || !text.is_number(s.2) && !text.is_joined(s.2));
    if let Some((scale, at, after)) = scale.filter(|_| cents.is_none()) {
        amount.scale = Some((scale, at));
        end = after;
    }
    let money =
        Money { currency, sign, minus, amount, cents, per: None, per_power: 0, kind: false };
    Some(item(Class::Money(money), i, end))
}

/// `19,99`: two digits after the sign that is no decimal sign in the language.
fn decimal_comma(text: &Text, at: usize) -> (Option<usize>, usize) {
    let sign = matches!(text.get(at + 1), "," | "." | "'");
    let comma = sign && text.is_digits(at + 2, 2..=2);
    if comma { (Some(at + 2), at + 3) } else { (None, at + 1) }
}

fn money_last(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if text.follows_letters(i) {
        return None;
    }
    let (mut amount, end) = amount(text, i)?;
    let (cents, end) = match amount.part {
        None => decimal_comma(text, i),
        Some(_) => (None, end),
    };
    // "5,- €"
    let round = text.is(end, ",") && text.is_dash(end + 1);
    let end = if round { end + 2 + usize::from(text.is(end + 2, "-")) } else { end };
    let mut sign = text.past_space(end);
    if let Some((scale, at, after)) = scale(aloud, text, end) {
        amount.scale = Some((scale, at));
        sign = text.past_space(after);
    }
    let currency = aloud.currency(text.get(sign))?;
    // Not in "5 £10 notes".
    if text.is_number(sign + 1) && sign > end {
        return None;
    }
    let money =
        Money { currency, sign, minus: false, amount, cents, per: None, per_power: 0, kind: false };
    Some(item(Class::Money(money), i, sign + 1))
}
