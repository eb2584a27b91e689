//! Ordinal numbers and Roman numerals.

use super::{context, cues, numbers};
use crate::aloud::class::{Class, Item};
use crate::aloud::grammar::Gender::{self, Feminine, Masculine};
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;
use crate::aloud::{item, roman as value};

/// The ordinal number that these digits and this ending mean.
pub(super) fn words(digits: &str, ending: &str) -> Option<String> {
    let (stem, plural) = match ending.strip_suffix('s') {
        Some(stem) => (stem, "s"),
        None => (ending, ""),
    };
    let one = digits.trim_start_matches('0') == "1";
    let words = match (stem, digits) {
        ("er", _) if one => numbers::ordinal(digits, Masculine),
        ("re" | "ère" | "ere", _) if one => numbers::ordinal(digits, Feminine),
        ("nd", "2") => "second".to_owned(),
        ("nde" | "de", "2") => "seconde".to_owned(),
        ("e" | "ème" | "eme" | "ième", _) if !one => numbers::ordinal(digits, Masculine),
        _ => return None,
    };
    Some(words + plural)
}

/// 1er, 1re, 2e, 2ème, 2nde
pub(super) fn ordinal(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let fits =
        text.is_digits(i, 1..=6) && !text.is_word(i.wrapping_sub(1)) && !text.is_number(i + 2);
    let words = if fits { words(text.get(i), text.get(i + 1)) } else { None }?;
    Some(item(Class::Coined(words), i, i + 2))
}

/// XIVe siècle, François Ier, Élisabeth Ire
pub(super) fn roman_ordinal(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let word = text.get(i);
    let small = word.find(char::is_lowercase).filter(|_| text.is_word(i))?;
    let (numeral, ending) = word.split_at(small);
    // With the other letters, it might be a word: "Le", "Ce".
    let n = value::value(numeral).filter(|_| numeral.chars().all(|c| "IVX".contains(c)))?;
    let words = words(&n.to_string(), ending)?;
    Some(item(Class::Coined(words), i, i + 1))
}

/// "le XVIIe s.": the century.
pub(super) fn century(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let before = text.before(i);
    let fits = text.is(i, "s") && before < i.wrapping_sub(1);
    roman_ordinal(aloud, text, before).filter(|_| fits)?;
    let end = i + 1 + usize::from(text.is(i + 1, "."));
    let mut found = item(Class::Abbreviation("siècle"), i, end);
    let next = text.past_space(end);
    found.ends = end > i + 1 && (text.ends_line(end) || aloud.starts(text, next));
    Some(found)
}

/// Louis XIV, chapitre IV, acte II
pub(super) fn roman(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let start = value::first(aloud, text, i);
    let joined = text.is(i + 1, "-") && !value::is_end(aloud, text, i);
    if !text.is_capitals(i)
        || text.is(i + 1, "'")
        || joined
        || text.is(i + 1, ".") && text.is_word(i + 2)
    {
        return None;
    }
    let word = text.get(i);
    let n = value::value(word)?;
    let mut before = text.before(start);
    if text.is(before, ".") {
        before = before.wrapping_sub(1);
    }
    let spaced = text.is(start.wrapping_sub(1), " ");
    let name = text.lower(before);
    // "l'annexe II"
    let noun = name.rsplit('\'').next().unwrap_or_default();
    let counted = spaced && cues::ROMAN_COUNTED.contains(&noun);
    let title = spaced && text.is_capital(before) && !text.is_capitals(before);
    let monarch = title && cues::MONARCHS.contains(&name.as_str());
    // "article L. 121-1"
    let counted = counted && (word.len() > 1 || "IVX".contains(word));
    let plain = word.chars().all(|c| "IVX".contains(c));
    let many = plain && word.len() > 1 && title;
    let year = value::year(word).is_some();
    (counted || year || plain && monarch || many)
        .then(|| item(Class::Roman(n, false, false), i, i + 1))
}

/// The gender of the ordinal number at piece `i`, which the noun after it has.
pub(super) fn gender(text: &Text, i: usize) -> Gender {
    context::gender(text, text.past_space(i)).unwrap_or(Masculine)
}
