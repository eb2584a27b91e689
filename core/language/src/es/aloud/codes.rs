//! Telephone numbers and post codes, and numbers that are neither years nor measures.

use super::{genders, nouns, numbers};
use crate::aloud::class::{Class, Item, Style};
use crate::aloud::grammar::Gender;
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;
use crate::aloud::{amount, code, item};

/// 91 123 45 67, 600 123 456, 612345678: nine digits, the first of which is 6 to 9.
pub(super) fn telephone(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    code::national(aloud, text, i, |lengths, digits| {
        digits.len() == 9
            && digits.starts_with(['6', '7', '8', '9'])
            && matches!(lengths, [2, 3, 2, 2] | [3, 3, 3] | [3, 2, 2, 2] | [9] | [2, 7] | [3, 6])
    })
}

/// "al 112", "el 091": numbers for emergencies.
pub(super) fn emergency(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let known =
        matches!(text.get(i), "016" | "061" | "062" | "080" | "085" | "091" | "092" | "112");
    let said = text.one_of(text.before(i), &["al", "el"]);
    let counts = text.is(i + 1, " ") && text.get(i + 2).ends_with('s') && text.get(i + 2).len() > 3;
    (known && said && !counts).then(|| item(Class::Number(i, Style::Digits), i, i + 1))
}

/// 28013 Madrid: five digits before a name.
pub(super) fn post_code(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let before = text.before(i);
    let begins = before >= text.len() || matches!(text.get(before), "," | "\n" | "(" | ":" | ".");
    let name = text.past_space(i + 1);
    let fits = begins && text.is_digits(i, 5..=5) && name > i + 1 && text.is_capital(name);
    fits.then(|| item(Class::Number(i, Style::Digits), i, i + 1))
}

/// A number that counts things, and is no year: "1500 personas".
pub(super) fn counting(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let fits = text.is_digits(i, 4..=4)
        && !text.get(i).starts_with('0')
        && nouns::counted(text, i).is_some();
    fits.then(|| item(Class::Number(i, Style::Amount), i, i + 1))
}

/// "3x más rápido": the letter.
pub(super) fn times(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let next = text.past_space(i + 1);
    // "2 x día"
    let often = match text.get(next) {
        "al" | "por" | "cada" => "veces",
        "día" | "mes" | "año" => "veces al",
        "semana" => "veces por",
        _ => "",
    };
    let counted =
        text.is(i, "x") && next > i + 1 && text.value(text.before(i)).is_some_and(|n| n > 1);
    if counted && !often.is_empty() {
        return Some(item(Class::Abbreviation(often), i, i + 1));
    }
    let more = text.one_of(text.past_space(i + 1), &["más", "menos", "mejor", "mayor", "menor"]);
    let fits = matches!(text.get(i), "x" | "X" | "×") && text.is_number(i.wrapping_sub(1)) && more;
    fits.then(|| item(Class::Abbreviation("veces"), i, i + 1))
}

/// Ley 39/2015, 5 l/100 km: the stroke.
pub(super) fn stroke(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let (left, right) = (i.wrapping_sub(1), i + 1);
    if !text.is(i, "/") || text.is(right + 1, "/") {
        return None;
    }
    // "5 l/100 km"
    let hundred =
        text.is(right, "100") && aloud.unit(text.get(text.past_space(right + 1))).is_some();
    let class = match () {
        () if hundred && text.is_word(left) => Class::Abbreviation("cada"),
        () if text.is_year(right) && text.is_digits(left, 1..=6) => Class::Abbreviation("barra"),
        () => return None,
    };
    Some(item(class, i, i + 1))
}

/// 3T de 2025: a quarter of a year.
pub(super) fn quarter(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let n = text.value(i).filter(|n| (1..=4).contains(n))?;
    let next = text.past_space(i + 2);
    // "en el 3T"
    let alone = text.one_of(text.before(i), &["al", "del", "el"]) && !text.is_word(i + 2);
    let year = text.is_year(next)
        || text.one_of(next, &["de", "del"]) && text.is_number(next + 2)
        || alone && !text.is_number(next);
    let words = format!("{} trimestre", numbers::ordinal(n, Gender::Masculine, true));
    (text.is(i + 1, "T") && year).then(|| item(Class::Coined(words), i, i + 2))
}

/// "velocidad máx.", "máx. 19 °C": the greatest or the least, of a feminine noun or a temperature.
pub(super) fn extreme(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let words = match text.lower(i).as_str() {
        "máx" | "max" => "máxima",
        "mín" => "mínima",
        _ => return None,
    };
    let stop = usize::from(text.is(i + 1, "."));
    let number = text.past_space(i + 1 + stop);
    let number = number + usize::from(text.is_dash(number));
    let degrees =
        text.is_number(number) && matches!(text.get(text.past_space(number + 1)), "°" | "º" | "℃");
    let mut noun = text.before(i);
    noun = if text.is(noun, ".") { noun.wrapping_sub(1) } else { noun };
    let feminine = text.one_of(noun, &["temp"])
        || text.get(noun).chars().count() > 3
            && genders::gender(&text.lower(noun)) == Gender::Feminine;
    let named = text.is_word(noun) && text.is(i.wrapping_sub(1), " ");
    if !(degrees && !named || named && feminine) {
        return None;
    }
    let mut found = item(Class::Abbreviation(words), i, i + 1 + stop);
    found.ends = stop == 1 && text.ends_sentence(i + 2);
    Some(found)
}

/// "3 hab.": rooms, if they are few.
pub(super) fn rooms(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let count = text.value(text.before(i)).filter(|count| *count < 15)?;
    let words = if count == 1 { "habitación" } else { "habitaciones" };
    let fits = text.is(i, "hab") && text.is(i + 1, ".");
    fits.then(|| item(Class::Abbreviation(words), i, i + 2))
}

/// C/Alcalá: the street.
pub(super) fn street(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let fits = matches!(text.get(i), "C" | "c")
        && text.is(i + 1, "/")
        && text.is_capital(i + 2)
        && !text.is_letter(i + 2);
    fits.then(|| item(Class::Abbreviation("calle"), i, i + 2))
}

/// $1,200.50, $250 MXN, MXN 1,200.50, as one writes in Mexico: three digits after the comma are
/// thousands.
pub(super) fn dollars(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let code = |at: usize| aloud.currency(text.get(at)).filter(|_| text.is_capitals(at));
    let leading = code(i).filter(|_| text.is(i + 1, " "));
    // "US$ 1,500"
    let prefix = aloud
        .currency(&format!("{}$", text.get(i)))
        .filter(|_| text.is_capitals(i) && text.is(i + 1, "$"));
    let leading = leading.or(prefix);
    if !text.is(i, "$") && leading.is_none() || text.is_word(i.wrapping_sub(1)) {
        return None;
    }
    let number = text.past_space(i + 1 + usize::from(prefix.is_some()));
    let (whole, thousands) = text.get(number).split_once('.').unwrap_or((text.get(number), ""));
    let cents = text.is(number + 1, ".") && text.is_digits(number + 2, 2..=2);
    let end = if cents { number + 3 } else { number + 1 };
    let after = text.past_space(end);
    let trailing = code(after).filter(|_| text.is(i, "$"));
    let grouped = thousands.len() == 3;
    if !text.is_number(number) || !grouped && (trailing.is_none() || !thousands.is_empty()) {
        return None;
    }
    let currency = trailing.or(leading).or_else(|| aloud.currency("$"))?;
    let digits = format!("{whole}{thousands}").replace(',', "");
    let name = if digits == "1" { currency.one } else { currency.several };
    let mut words = format!("{} {name}", numbers::agreeing(&digits, currency.gender));
    if cents {
        let cents = numbers::agreeing(text.get(number + 2), Gender::Masculine);
        words += &format!(" con {cents} {}", currency.cents);
    }
    Some(item(Class::Coined(words), i, if trailing.is_some() { after + 1 } else { end }))
}

/// "1,299.99 dólares", "1,200.50 USD", "1,250 pesos", "1,000 personas": a comma before groups of
/// three digits, as in Mexico.
pub(super) fn grouped(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let (whole, thousands) = text.get(i).split_once('.')?;
    let fits = text.is_number(i)
        && thousands.len() == 3
        && (1..=3).contains(&whole.len())
        && !whole.starts_with('0')
        && !text.is_word(i.wrapping_sub(1))
        && !matches!(text.get(i.wrapping_sub(1)), "," | "." | "/" | "-");
    let digits = format!("{whole}{thousands}");
    let cents = text.is(i + 1, ".")
        && text.is_digits(i + 2, 2..=2)
        && !(text.is(i + 3, ".") && text.is_number(i + 4));
    let end = if cents { i + 3 } else { i + 1 };
    let after = text.past_space(end);
    let of = |name: &str| {
        aloud.currencies.iter().find(|currency| {
            currency.sign == name
                || currency.several == name
                || name == "pesos" && currency.several.starts_with("pesos ")
        })
    };
    let currency = of(text.get(after)).filter(|_| after > end || text.get(after).len() > 1);
    // Another number with a decimal comma shows what a comma means.
    let decimal = (i.saturating_sub(60)..i + 60).any(|at| {
        let part = text.get(at).split_once('.').map_or(3, |(_, part)| part.len());
        text.is_number(at) && part != 3
    });
    // "1,799 €/l"
    let spain = currency.is_some_and(|currency| currency.several == "euros");
    if !fits || (decimal || spain) && !cents || text.is(after + 1, "/") {
        return None;
    }
    if let Some(currency) = currency {
        let name = if text.is(after, "pesos") { "pesos" } else { currency.several };
        let mut words = format!("{} {name}", numbers::agreeing(&digits, currency.gender));
        if cents {
            let cents = numbers::agreeing(text.get(i + 2), Gender::Masculine);
            words += &format!(" con {cents} {}", currency.cents);
        }
        return Some(item(Class::Coined(words), i, after + 1));
    }
    let measured = aloud.unit(text.get(after)).is_some()
        || aloud.units.iter().any(|unit| unit.several == text.get(after))
        || aloud.scale(text.get(after)).is_some();
    let gender = nouns::counted(text, i).filter(|_| !cents && !measured)?;
    Some(item(Class::Coined(numbers::agreeing(&digits, gender)), i, end))
}

/// los 80s, los 80's
pub(super) fn decade(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let s = i + 1 + usize::from(text.is(i + 1, "'"));
    let said = text.one_of(text.before(i), &["años", "los"]);
    let fits = said && text.is_digits(i, 2..=4) && text.is(s, "s");
    fits.then(|| item(Class::Decade(i, false), i, s + 1))
}

/// "100 m en 9,58 s": a length, although "en" often comes before a time.
pub(super) fn metres(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let m = text.past_space(i + 1);
    let long = text.is_number(i) && text.size(i) >= 50.0;
    if !text.is(m, "m") || !text.one_of(text.past_space(m + 1), &["en"]) || !long {
        return None;
    }
    amount::measure(aloud, text, i)
}

/// "el 1/4 de los socios": a share, although "el" often comes before a date.
pub(super) fn share(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let (amount, end) = amount::amount(text, i)?;
    let of = text.past_space(end);
    let owner = text.past_space(of + 1);
    let fits = amount.whole.is_none()
        && amount.part.is_some()
        && (text.one_of(of, &["de"])
            && text.one_of(owner, &["los", "las", "la", "el", "sus", "estos", "estas", "todos"])
            || text.one_of(of, &["del"]) && text.is_word(owner));
    fits.then(|| item(Class::Fraction(amount), i, end))
}
