//! Amounts: fractions, measures, durations, plain numbers.

use super::class::{Amount, Class, Item, Measure};
use super::item;
use super::label::is_label;
use super::lex::Kind;
use super::tables::{Aloud, Scale, Unit, When};
use super::text::Text;

/// Fractions that are one character.
fn vulgar(sign: &str) -> Option<(usize, usize)> {
    Some(match sign {
        "½" => (1, 2),
        "⅓" => (1, 3),
        "⅔" => (2, 3),
        "¼" => (1, 4),
        "¾" => (3, 4),
        "⅕" => (1, 5),
        "⅖" => (2, 5),
        "⅗" => (3, 5),
        "⅘" => (4, 5),
        "⅙" => (1, 6),
        "⅚" => (5, 6),
        "⅐" => (1, 7),
        "⅛" => (1, 8),
        "⅜" => (3, 8),
        "⅝" => (5, 8),
        "⅞" => (7, 8),
        "⅑" => (1, 9),
        "⅒" => (1, 10),
        _ => return None,
    })
}

/// `3`, `1/2`, `2 1/2`, `2½`, `½`; and where it ends.
pub(crate) fn amount(text: &Text, i: usize) -> Option<(Amount, usize)> {
    let plain = |whole| Amount { whole, from: i, to: i, ..Amount::default() };
    if let Some(part) = vulgar(text.get(i)) {
        return Some((Amount { part: Some(part), ..plain(None) }, i + 1));
    }
    if !text.is_number(i) {
        return None;
    }
    let space = text.past_space(i + 1);
    if let Some(part) = vulgar(text.get(space)).filter(|_| text.value(i).is_some()) {
        return Some((
            Amount { part: Some(part), from: space, to: space, ..plain(Some(i)) },
            space + 1,
        ));
    }
    let small = text.value(i).is_some_and(|n| n < 1000);
    let joined = if text.is(i + 1, "-") { i + 2 } else { space };
    if small
        && joined > i + 1
        && let Some(part) = slashed(text, joined)
        && part.0 < part.1
        && matches!(part.1, 2..=5 | 8 | 16 | 32)
    {
        let to = joined + 2;
        return Some((Amount { part: Some(part), from: joined, to, ..plain(Some(i)) }, to + 1));
    }
    if let Some(part) = slashed(text, i).filter(|&(a, b)| named(a, b)) {
        return Some((Amount { part: Some(part), from: i, to: i + 2, ..plain(None) }, i + 3));
    }
    Some((plain(Some(i)), i + 1))
}

/// `3/4`
pub(crate) fn slashed(text: &Text, i: usize) -> Option<(usize, usize)> {
    let bare = text.is(i + 1, "/") && !text.is(i + 3, "/") && !text.is(i.wrapping_sub(1), "/");
    let (over, under) = (text.value(i)?, text.value(i + 2)?);
    (bare && over > 0 && under > 1).then_some((over, under))
}

/// Whether a fraction has its own name.
fn named(over: usize, under: usize) -> bool {
    over < under
        && (matches!(under, 2..=10 | 12 | 16 | 20 | 32 | 64)
            || over == 1 && matches!(under, 100 | 1000))
}

/// "million" and the like after an amount that ends at `end`, with its piece and where it ends. It
/// may be an abbreviation with a full stop ("Mio.").
pub(crate) fn scale(
    aloud: &Aloud,
    text: &Text,
    end: usize,
) -> Option<(&'static Scale, usize, usize)> {
    let at = text.past_space(end);
    if text.is(at + 1, ".")
        && let Some(scale) = aloud.scale(&format!("{}.", text.get(at)))
    {
        return Some((scale, at, at + 2));
    }
    aloud.scale(text.get(at)).map(|scale| (scale, at, at + 1))
}

/// A fraction that counts nothing, or an amount with "million".
pub(crate) fn fraction(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let (mut amount, end) = amount(text, i)?;
    if amount.part.is_some() {
        return Some(item(Class::Fraction(amount), i, end));
    }
    // 10k users; "B2B" counts nothing.
    let name = text.is(i.wrapping_sub(1), "-") && matches!(text.get(end), "B" | "K");
    let joined =
        text.is_word(end) && !text.is_word(i.wrapping_sub(1)) && !is_named(aloud, text, i) && !name;
    let (scale, at, after) = scale(aloud, text, end)?;
    // "5 million" is read as it is written; "5 bn" is an abbreviation.
    let short = scale.sign.len() > 1 && scale.sign != scale.one && scale.sign != scale.several;
    // "1,3 M de casos"
    let of = text.one_of(text.past_space(after), aloud.cues.of);
    // "15,8 k utilisateurs"
    let thousands = matches!(scale.sign, "k" | "K")
        && text.get(i).contains('.')
        && text.is_word(text.past_space(after));
    let fits =
        joined && at == end || at > end && (short || of || thousands) && !text.follows_letters(i);
    amount.scale = Some((scale, at));
    if at == end && is_label(text, i, at) {
        return None;
    }
    let mut found = item(Class::Fraction(amount), i, after);
    found.ends = after == at + 2 && text.ends_line(after);
    (fits && !text.is_number(at + 1)).then_some(found)
}

/// A unit after a slash, by its sign or its name.
pub(crate) fn unit_name(aloud: &Aloud, text: &Text, i: usize) -> Option<&'static Unit> {
    let word = text.get(i);
    let per = |unit: &&Unit| unit.one == word || unit.sign == word;
    aloud.unit(word).or_else(|| aloud.per.iter().find(per))
}

/// 5 kg, 20 °C, 60 mph, 2 m², 5 km/h, 50%.
pub(crate) fn measure(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    // "B2B" counts nothing.
    if text.follows_letters(i) {
        return None;
    }
    let (mut amount, mut end) = amount(text, i)?;
    if let Some((scale, at, after)) = scale(aloud, text, end).filter(|s| text.get(s.1).len() > 2) {
        amount.scale = Some((scale, at));
        end = after;
    }
    let (unit, from, to) = unit(aloud, text, i, end)?;
    // "Qwen2.5-0.5B" is a name.
    if unit.sign == "B" && text.is(i.wrapping_sub(1), "-") {
        return None;
    }
    let mut measure =
        Measure { amount, unit, from, to, power: 0, per: None, per_power: 0, kind: false };
    end = to + 1;
    if unit.is_length() && power(text, end) > 0 {
        measure.power = power(text, end);
        end += 1;
    }
    // "0.2 W/(m²·K)"
    let bracket = usize::from(text.is(end + 1, "(") && per_kelvin(text, end + 2));
    if text.is(end, "/")
        && let Some(per) = unit_name(aloud, text, end + 1 + bracket)
    {
        measure.per = Some(per);
        end += 2 + bracket;
        measure.per_power = power(text, end);
        end += usize::from(measure.per_power > 0);
    }
    measure.to = end - 1;
    // "a 24-hr. clock"
    let hyphen = text.is(from.wrapping_sub(1), "-") && !aloud.kinds.articles.is_empty();
    measure.kind = aloud.kinds.is_kind(text, i, end) || hyphen || is_chained(aloud, text, i, end);
    // The stop of "3 in." belongs to it, unless it ends the sentence.
    let mut found = item(Class::Measure(measure), i, end);
    if text.is(end, ".") && text.is_word(to) && unit.when != When::NoName {
        let next = text.past_space(end + 1);
        let noun = aloud.cues.capital_nouns && !aloud.starts(text, next);
        let small = text.is_word(next) && (noun || !text.is_capital(next))
            || text.is_number(next) && (aloud.cues.capital_nouns || !text.is_marker(next));
        let sum = matches!(text.get(next), "+" | "–" | "−" | "=" | "(" | "/" | "×" | "&");
        if next > end + 1 && (small || sum) || matches!(text.get(end + 1), "," | ")" | "-") {
            found.end = end + 1;
            if let Class::Measure(measure) = &mut found.class {
                measure.kind |= aloud.kinds.is_kind(text, i, end + 1);
            }
        }
    }
    Some(found)
}

/// Whether a unit, its power, and kelvins follow in brackets: "m²·K)".
fn per_kelvin(text: &Text, i: usize) -> bool {
    let power = i + 1 + usize::from(power(text, i + 1) > 0);
    let kelvin = power + usize::from(matches!(text.get(power), "·" | "×"));
    text.is_word(i) && text.is(kelvin, "K") && text.is(kelvin + 1, ")")
}

/// "a 12V 7Ah battery": whether another measure follows before what both say the kind of.
fn is_chained(aloud: &Aloud, text: &Text, i: usize, end: usize) -> bool {
    let number = text.past_space(end);
    let sign = text.past_space(number + 1);
    number > end
        && text.one_of(text.before(i), aloud.kinds.articles)
        && text.is_number(number)
        && aloud.unit(text.get(sign)).is_some()
        && text.is_word(text.past_space(sign + 1))
}

/// The power of a unit whose exponent is piece `at`, 2 or 3, otherwise 0.
pub(crate) fn power(text: &Text, at: usize) -> u8 {
    let exponent = matches!(text.kind(at), Some(Kind::Raised | Kind::Number));
    match text.get(at) {
        "2" if exponent => 2,
        "3" if exponent => 3,
        _ => 0,
    }
}

/// The unit after an amount that ends at `end`, and its pieces.
fn unit(aloud: &Aloud, text: &Text, i: usize, end: usize) -> Option<(&'static Unit, usize, usize)> {
    let hyphen = text.is(end, "-") && text.is_word(end + 1);
    let at = if hyphen { end + 1 } else { text.past_space(end) };
    let sign = text.get(at);
    // °C, sq ft
    let two = [format!("{sign}{}", text.get(at + 1)), format!("{sign} {}", text.get(at + 2))];
    if text.is_word(at + 1)
        && !text.is_word(at)
        && let Some(unit) = aloud.unit(&two[0])
    {
        return Some((unit, at, at + 1));
    }
    // "50 N·m"; one kind of dot is read as a sign of multiplication.
    let product = format!("{sign}·{}", text.get(at + 2));
    if matches!(text.get(at + 1), "·" | "×")
        && let Some(unit) = aloud.unit(&product)
    {
        return Some((unit, at, at + 2));
    }
    // "7.200 U/min"
    if text.is(at + 1, "/")
        && text.is_word(at + 2)
        && let Some(unit) = aloud.unit(&format!("{sign}/{}", text.get(at + 2)))
    {
        return Some((unit, at, at + 2));
    }
    let mut word = at + 1;
    word += usize::from(text.is(word, "."));
    let spaced = format!("{sign} {}", text.get(text.past_space(word)));
    if text.is(word, " ")
        && let Some(unit) = aloud.unit(&spaced)
    {
        return Some((unit, at, word + 1));
    }
    if sign == "°"
        && text.is(at + 1, " ")
        && text.is_word(at + 2)
        && let Some(unit) = aloud.unit(&format!("°{}", text.get(at + 2)))
    {
        return Some((unit, at, at + 2));
    }
    let unit = aloud.unit(sign)?;
    // "S.S. 16 km 14,5", but "5 km 300 m"
    let place = text.past_space(at + 1);
    if sign == "km"
        && text.is_number(place)
        && text.is(at + 1, " ")
        && !text.is_word(text.past_space(place + 1))
        && !matches!(text.get(text.past_space(place + 1)), "°" | "%" | "€" | "$")
    {
        return None;
    }
    let joined = at == end;
    let next = text.past_space(at + 1);
    let fits = match unit.when {
        When::Any => true,
        When::Time => !text.is_number(at + 1),
        When::Joined => {
            let named = sign.len() == 1 && is_named(aloud, text, i);
            let size = matches!(text.get(next), "=" | "x" | "×" | ")")
                || text.one_of(next, aloud.sizes)
                || text.is(at + 1, ".")
                    && (text.one_of(text.past_space(at + 2), aloud.sizes)
                        || matches!(text.get(text.past_space(at + 2)), "x" | "×"))
                || matches!(text.get(text.before(i)), "x" | "×");
            let feet = text.value(i).is_some_and(|n| n < 12)
                && (text.one_of(text.before(i), aloud.feet)
                    || text.is(text.before(i), ".")
                        && text.one_of(text.before(i).wrapping_sub(1), aloud.feet));
            (joined || (size || feet) && sign.len() > 1) && !text.is_number(at + 1) && !named
        }
        When::Heat => {
            let near = text.one_of(text.before(i), aloud.heat) || text.one_of(next, aloud.heat);
            let hot = text.value(i).is_some_and(|n| (90..600).contains(&n)) || near;
            hot && !is_named(aloud, text, i)
                && !text.is_number(at + 1)
                && !text.is(at + 1, "-")
                && !text.is(at + 1, "'")
        }
        When::NoName => {
            let next = text.past_space(at + 1 + usize::from(text.is(at + 1, ".")));
            let name = next > at + 1 && (text.is_capital(next) || text.is_number(next));
            let named = sign.len() == 1 && is_named(aloud, text, i);
            (joined || !name) && !named && !text.is_number(at + 1)
        }
    };
    (fits && (!hyphen || unit.sign.len() > 1 || text.is(at + 1, "-"))).then_some((unit, at, at))
}

/// 5m 30s, 1h30m, 10 min 30 sec, and "56m remaining".
pub(crate) fn duration(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if text.follows_letters(i) {
        return None;
    }
    let mut parts = Vec::new();
    let mut at = i;
    let mut end = i;
    while parts.len() < 5 && text.is_number(at) {
        let joined = text.is_word(at + 1);
        let sign = if joined { at + 1 } else { text.past_space(at + 1) };
        // "s" and "m" of a duration are those of time.
        let name = match text.get(sign) {
            "m" => "min",
            other => other,
        };
        let Some(unit) = aloud.unit(name).filter(|unit| unit.when == When::Time) else { break };
        parts.push((at, unit, sign));
        end = sign + 1;
        at = text.past_space(end);
    }
    let single = |sign: usize| {
        // Alone, "5m" may be a length and "20s" a decade.
        let before = text.before(i);
        let context = [before, text.before(before), text.past_space(end), text.past_space(end) + 2];
        let time = context.iter().any(|&word| text.one_of(word, aloud.of_time));
        match text.get(sign) {
            "m" => time,
            "s" if sign == i + 1 => time || text.value(i).is_none_or(|n| n % 10 != 0),
            "d" => time,
            _ => true,
        }
    };
    match parts.as_slice() {
        [] => return None,
        [(_, _, sign)] if !single(*sign) || text.get(*sign).len() > 1 => return None,
        // "10 m 5 s" after "/" is no duration.
        _ if text.is(end, "/") || text.is_number(end) || text.is(i.wrapping_sub(1), "/") => {
            return None;
        }
        _ => {}
    }
    Some(item(Class::Duration(parts), i, end))
}

/// Whether the number at `i` names a thing: "room 4B".
pub(crate) fn is_named(aloud: &Aloud, text: &Text, i: usize) -> bool {
    let before = text.before(i);
    let before = if text.is(before, ".") { before.wrapping_sub(1) } else { before };
    text.one_of(before, aloud.named)
}

/// "149,6 M de km": a unit after a scale and "of".
pub(crate) fn after_scale(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let of = text.before(i);
    let scale = text.before(of);
    let scaled = aloud.scale(text.get(scale)).is_some()
        || text.is(scale, ".")
            && aloud.scale(&format!("{}.", text.get(scale.wrapping_sub(1)))).is_some();
    let fits = text.is_word(i)
        && text.one_of(of, &["de", "di", "of"])
        && scaled
        && !text.is(i + 1, "/")
        && !matches!(text.kind(i + 1), Some(Kind::Raised | Kind::Number));
    let unit = aloud.unit(text.get(i)).filter(|unit| fits && unit.when == When::Any)?;
    Some(item(Class::Abbreviation(unit.several), i, i + 1))
}

/// The unit after a power: 10⁻³ m.
pub(crate) fn after_power(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let power = text.before(i);
    let fits = text.is_word(i)
        && power < i.wrapping_sub(1)
        && text.kind(power) == Some(Kind::Raised)
        && text.is_number(power.wrapping_sub(1));
    let unit = aloud.unit(text.get(i)).filter(|unit| fits && unit.when != When::Joined)?;
    // 3 × 10⁸ m/s
    if text.is(i + 1, "/")
        && let Some(per) = unit_name(aloud, text, i + 2)
    {
        let words = format!("{} {}", unit.several, aloud.grammar.per(per, 0));
        return Some(item(Class::Coined(words), i, i + 3));
    }
    Some(item(Class::Abbreviation(unit.several), i, i + 1))
}
