//! The genders of common nouns, for numbers before them.

use super::genders;
use crate::aloud::grammar::Gender::{self, Feminine, Masculine, Neuter};

/// Nouns of several, as they come after "1-2".
const PLURALS: &[(&str, Gender)] = &[
    ("Jahre", Neuter),
    ("Jahren", Neuter),
    ("Kinder", Neuter),
    ("Leute", Masculine),
    ("Male", Neuter),
    ("Monate", Masculine),
    ("Monaten", Masculine),
    ("Schritte", Masculine),
    ("Stück", Neuter),
    ("Tage", Masculine),
    ("Tagen", Masculine),
    ("Eier", Neuter),
    ("Gläser", Neuter),
    ("Bücher", Neuter),
];

/// The gender of a noun in the singular, and of some in the plural.
pub(super) fn gender(word: &str) -> Option<Gender> {
    let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    let lists =
        [(genders::MASCULINE, Masculine), (genders::FEMININE, Feminine), (genders::NEUTER, Neuter)];
    let nouns = || {
        lists.into_iter().flat_map(|(list, gender)| {
            list.split_ascii_whitespace().map(move |noun| (noun, gender))
        })
    };
    let listed = |word: &str| nouns().find(|(noun, _)| *noun == word).map(|(_, gender)| gender);
    let plural = || PLURALS.iter().find(|(known, _)| *known == word).map(|(_, gender)| *gender);
    // The last part of a compound decides.
    let compound = || {
        nouns()
            .filter(|(noun, _)| noun.len() > 3 && ends_with_noun(word, noun))
            .max_by_key(|(noun, _)| noun.len())
            .map(|(_, gender)| gender)
    };
    listed(word).or_else(plural).or_else(compound).or_else(|| match () {
        () if ends(&[
            "ung", "heit", "keit", "schaft", "tion", "tät", "ungen", "tionen", "keiten",
        ]) =>
        {
            Some(Feminine)
        }
        () if ends(&["chen", "lein", "ment"]) => Some(Neuter),
        // "Minuten", "Wochen": feminine nouns take an "n".
        () => word.strip_suffix('n').and_then(listed).filter(|gender| *gender == Feminine).or_else(
            || word.strip_suffix("en").and_then(listed).filter(|gender| *gender == Feminine),
        ),
    })
}

/// Whether `word` is a compound that ends with `noun`.
fn ends_with_noun(word: &str, noun: &str) -> bool {
    let Some(split) = word.len().checked_sub(noun.len()).filter(|at| *at > 1) else { return false };
    let (Some(first), Some(last)) = (word.get(..split), word.get(split..)) else { return false };
    !first.is_empty() && last.chars().eq(noun.chars().flat_map(char::to_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_part_of_a_noun_decides() {
        for (noun, want) in [
            ("Katze", Some(Feminine)),
            ("Hauskatze", Some(Feminine)),
            ("Bundesliga", Some(Feminine)),
            ("Weltkrieg", Some(Masculine)),
            ("Bilderbuch", Some(Neuter)),
            ("Zeitung", Some(Feminine)),
            ("Minuten", Some(Feminine)),
            ("Xyz", None),
        ] {
            assert_eq!(gender(noun), want, "{noun}");
        }
    }
}
