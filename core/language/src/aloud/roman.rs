//! Roman numerals.

use super::class::{Class, Item};
use super::item;
use super::tables::Aloud;
use super::text::Text;

/// Whether the piece is a numeral of only the small signs, which is rarely anything else.
fn is_small(text: &Text, i: usize) -> bool {
    text.is_capitals(i) && text.get(i).chars().all(|c| "IVX".contains(c))
}

/// The year that a long numeral means: MMXXIV.
pub(crate) fn year(word: &str) -> Option<usize> {
    value(word).filter(|n| word.len() > 3 && (1000..2100).contains(n))
}

/// Chapters I–IV: the dash between two numerals.
pub(crate) fn to(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let (left, right) = (i.wrapping_sub(1), i.wrapping_add(1));
    let dash = text.is(i, "-") || text.is(i, "–");
    let rising = value(text.get(left))? < value(text.get(right))?;
    let fits = dash && rising && is_small(text, left) && is_small(text, right);
    fits.then(|| item(Class::Abbreviation(aloud.words.to), i, i + 1))
}

/// Whether a dash joins the numeral at `i` to a smaller one before it, or to a greater one after
/// it.
pub(crate) fn is_end(aloud: &Aloud, text: &Text, i: usize) -> bool {
    [i.wrapping_sub(1), i + 1].iter().any(|&dash| to(aloud, text, dash).is_some())
}

/// The numeral itself, or the first one of a range that it ends.
pub(crate) fn first(aloud: &Aloud, text: &Text, i: usize) -> usize {
    if to(aloud, text, i.wrapping_sub(1)).is_some() { i.wrapping_sub(2) } else { i }
}

/// Whether the numeral at `i` names one of the centuries that these words announce: "s. XIX",
/// "siglos XIX y XX". `joins` are the words between two of them.
pub(crate) fn is_century(text: &Text, i: usize, centuries: &[&str], joins: &[&str]) -> bool {
    let mut at = i;
    for _ in 0..4 {
        let before = text.before(at);
        let word = if text.is(before, ".") { before.wrapping_sub(1) } else { before };
        if text.one_of(word, centuries) {
            return true;
        }
        let joined = text.one_of(before, joins) || matches!(text.get(before), "," | "-" | "–");
        at = text.before(before);
        if !joined || !text.is_capitals(at) || value(text.get(at)).is_none() {
            return false;
        }
    }
    false
}

/// The value of a Roman numeral below 4000, written as Romans would.
pub(crate) fn value(text: &str) -> Option<usize> {
    const VALUES: [(&str, usize); 13] = [
        ("M", 1000),
        ("CM", 900),
        ("D", 500),
        ("CD", 400),
        ("C", 100),
        ("XC", 90),
        ("L", 50),
        ("XL", 40),
        ("X", 10),
        ("IX", 9),
        ("V", 5),
        ("IV", 4),
        ("I", 1),
    ];
    let write = |mut n: usize| {
        let mut text = String::new();
        for (symbol, value) in VALUES {
            while n >= value {
                text.push_str(symbol);
                n -= value;
            }
        }
        text
    };
    if text.is_empty() || text.len() > 15 {
        return None;
    }
    let mut rest = text;
    let mut n = 0;
    for (symbol, value) in VALUES {
        while let Some(later) = rest.strip_prefix(symbol) {
            n += value;
            rest = later;
        }
    }
    (rest.is_empty() && write(n) == text).then_some(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numerals_as_romans_wrote_them_have_a_value() {
        for (text, want) in
            [("XIV", Some(14)), ("MCMXCIX", Some(1999)), ("IIII", None), ("IVX", None), ("", None)]
        {
            assert_eq!(value(text), want, "{text}");
        }
    }
}
