//! Gender and case, as far as the words around a number show them.

use super::numbers::Case;
use crate::aloud::grammar::Gender;
use crate::aloud::text::Text;

/// Prepositions before a dative.
const DATIVE: &[&str] = &[
    "ab", "am", "an", "aus", "außer", "bei", "beim", "im", "in", "mit", "nach", "seit", "unter",
    "vom", "von", "vor", "zu", "zum", "zur",
];
const ACCUSATIVE: &[&str] = &["bis", "durch", "für", "gegen", "ohne", "um", "über", "den"];
const GENITIVE: &[&str] = &["des", "innerhalb", "während", "wegen", "trotz"];

/// The case of the noun after the number at piece `i`.
pub(super) fn case(text: &Text, i: usize) -> Case {
    let before = text.before(i);
    match () {
        () if text.one_of(before, DATIVE) => Case::Dative,
        () if text.one_of(before, ACCUSATIVE) => Case::Accusative,
        () if text.one_of(before, GENITIVE) => Case::Genitive,
        () => Case::Nominative,
    }
}

/// The gender of the noun at piece `i`, if its ending or a table tells.
pub(super) fn gender(text: &Text, i: usize) -> Option<Gender> {
    let word = text.is_capital(i).then(|| text.get(i))?;
    let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    match () {
        () if ends(&["ung", "heit", "keit", "schaft", "tion", "tät"]) => Some(Gender::Feminine),
        () if ends(&["chen", "lein"]) => Some(Gender::Neuter),
        () => None,
    }
}

/// The ending of an adjective; `indefinite` after "ein" in its forms.
pub(super) fn ending(gender: Gender, case: Case, indefinite: bool) -> &'static str {
    match (gender, case) {
        (Gender::Masculine, Case::Nominative) if indefinite => "er",
        (Gender::Neuter, Case::Nominative | Case::Accusative) if indefinite => "es",
        (Gender::Masculine, Case::Accusative) | (_, Case::Dative | Case::Genitive) => "en",
        _ => "e",
    }
}

/// The ending of the ordinal number at piece `i`, by the word before it.
pub(super) fn ordinal_ending(text: &Text, i: usize) -> &'static str {
    let before = text.before(i);
    let weak =
        ["am", "beim", "dem", "den", "der", "des", "im", "vom", "zum", "zur", "seit", "ab", "bis"];
    match () {
        () if text.one_of(before, &["die", "das"]) => "e",
        () if text.one_of(before, &weak) => "en",
        () => "er",
    }
}
