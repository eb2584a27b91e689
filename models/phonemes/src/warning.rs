//! Warns of phrases that will often be heard where they are not said.

use std::fmt;

use crate::phrase::{ENOUGH, Phrase};
use crate::reader::Reader;
use crate::symbols::Phoneme;

/// Why a phrase may often be heard where it is not said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// It has fewer sounds than a good one.
    Short {
        /// How many it has.
        sounds: usize,
    },
    /// It is said, or nearly so, in ordinary speech.
    Common {
        /// The common words that sound like it.
        like: String,
    },
}

/// How many phonemes may differ, of how many: one of 4.
const ALIKE: usize = 4;

impl Phrase {
    /// What speaks against it. `common` are words and short phrases that are often said; those
    /// that cannot be read count for nothing.
    pub fn warnings<'w>(
        &self,
        reader: &Reader,
        common: impl IntoIterator<Item = &'w str>,
    ) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let sounds = self.sounds();
        if sounds < ENOUGH {
            warnings.push(Warning::Short { sounds });
        }
        let like = common.into_iter().find(|common| {
            let read = Self::typed(common, reader);
            read.is_ok_and(|read| self.is_like(&read))
        });
        warnings.extend(like.map(|like| Warning::Common { like: like.to_owned() }));
        warnings
    }

    fn is_like(&self, other: &Self) -> bool {
        self.pronunciations.iter().take(1).any(|own| {
            other.pronunciations.iter().any(|other| differences(own, other) * ALIKE <= own.len())
        })
    }
}

/// How many phonemes have to be replaced, left out or added to make one of the other.
fn differences(a: &[Phoneme], b: &[Phoneme]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in (1..).zip(a) {
        let mut diagonal = i - 1;
        let mut left = i;
        if let Some(first) = row.first_mut() {
            *first = i;
        }
        for (cell, y) in row.iter_mut().skip(1).zip(b) {
            let replaced = diagonal + usize::from(x != y);
            diagonal = *cell;
            left = replaced.min(left + 1).min(*cell + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short { sounds } => write!(
                f,
                "the phrase is short: it has {sounds} sounds, and with fewer than {ENOUGH} it will \
                 often be heard where it is not said"
            ),
            Self::Common { like } => write!(
                f,
                "the phrase is common: it sounds like \"{like}\", so it will be heard in ordinary \
                 speech"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phonemes(ipa: &str) -> Vec<Phoneme> {
        Phoneme::parse(ipa).unwrap()
    }

    #[test]
    fn differences_are_counted() {
        let count = |a, b| differences(&phonemes(a), &phonemes(b));
        assert_eq!(count("kæt", "kæt"), 0);
        assert_eq!(count("kæt", "hæt"), 1);
        assert_eq!(count("kæt", "æt"), 1);
        assert_eq!(count("kæt", "kæts"), 1);
        assert_eq!(count("kæt", "dɑg"), 3);
        assert_eq!(count("", "dɑg"), 3);
    }

    #[test]
    fn a_phrase_is_like_one_with_few_differences() {
        let phrase = |ipa| Phrase::with_ipa("", &[ipa]).unwrap();
        assert!(phrase("kəmpjutɝ").is_like(&phrase("kəmpjutɝz")));
        assert!(phrase("kəmpjutɝ").is_like(&phrase("kəmjutɪ")), "two of eight");
        assert!(!phrase("kəmpjutɝ").is_like(&phrase("kəmjuni")), "more than two of eight");
        assert!(!phrase("gɪt").is_like(&phrase("gɛt")), "one of three");
        assert!(phrase("hɛloʊ").is_like(&phrase("jɛloʊ")), "one of four");
    }
}
