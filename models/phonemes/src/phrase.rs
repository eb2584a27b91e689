//! A wake phrase: its text and how it is said.

use std::fmt;

use crate::reader::{Pronunciation, Reader};
use crate::score::{Fit, Heard};
use crate::symbols::Phoneme;
use crate::{Error, Result};

/// How many pronunciations a typed phrase has at most.
const PRONUNCIATIONS: usize = 3;
/// How many there are at most, with those heard in recordings.
pub(crate) const MOST: usize = 8;
/// The logarithm of how much less probable a pronunciation may be than the likeliest.
const WORTH: f32 = 2.5;

/// The phrase with the fewest phonemes, and with the most.
pub(crate) const FEWEST: usize = 2;
const LONGEST: usize = 40;

/// From how many phonemes on a phrase is surely not too short.
pub(crate) const ENOUGH: usize = 6;

/// What the score has to exceed, for phrases of up to 3, 4, 5, 6, 7 and of more phonemes. In 5.7
/// hours of other speech, most phrases of 6 phonemes or more are heard once in two hours at most.
const THRESHOLDS: [f32; 6] = [-0.5, -0.75, -0.9, -1.05, -1.15, -1.25];

/// Phrases whose own threshold was measured, where it differs from that of other phrases of as many
/// phonemes: with it, the phrase is heard once in two hours of other speech at most. `docs/wake.md`
/// has the curves.
const MEASURED: [(&str, f32); 1] = [("jarvis", -1.35)];

/// A wake phrase.
#[derive(Clone, Debug, PartialEq)]
pub struct Phrase {
    text: String,
    pub(crate) pronunciations: Vec<Vec<Phoneme>>,
    pub(crate) threshold: f32,
}

impl Phrase {
    /// A phrase as it is typed: words of letters.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if a word is not of letters, or the phrase is empty or
    /// much too long.
    pub fn typed(text: &str, reader: &Reader) -> Result<Self> {
        let mut all = vec![Pronunciation { phonemes: Vec::new(), log_probability: 0.0 }];
        for word in text.split([' ', '-', '\t']).filter(|word| !word.is_empty()) {
            let word = word.trim_matches(['.', ',', '!', '?', '"']);
            let read = reader.read(word, PRONUNCIATIONS)?;
            all = all.iter().flat_map(|before| read.iter().map(|word| before.then(word))).collect();
            all.sort_by(|a, b| b.log_probability.total_cmp(&a.log_probability));
            all.truncate(PRONUNCIATIONS);
        }
        let best = all.first().map_or(0.0, |best| best.log_probability);
        all.retain(|p| p.log_probability > best - WORTH);
        let mut phrase = Self::of(text, all.into_iter().map(|p| p.phonemes).collect())?;
        phrase.add_without_r();
        Ok(phrase)
    }

    /// A phrase with pronunciations in IPA.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if one is empty, much too long or not of sounds of
    /// English.
    pub fn with_ipa(text: &str, ipa: &[&str]) -> Result<Self> {
        let all = ipa.iter().map(|ipa| Phoneme::parse(ipa)).collect::<Result<_>>()?;
        Self::of(text, all)
    }

    fn of(text: &str, pronunciations: Vec<Vec<Phoneme>>) -> Result<Self> {
        let count = pronunciations.first().map_or(0, Vec::len);
        if pronunciations.iter().any(|p| !(FEWEST..=LONGEST).contains(&p.len())) || count == 0 {
            return Err(Error::input(format!(
                "a wake phrase has {FEWEST} to {LONGEST} sounds, but {text:?} has {count}: choose \
                 another one"
            )));
        }
        let text = text.trim().to_owned();
        let measured = MEASURED.iter().find(|(phrase, _)| text.eq_ignore_ascii_case(phrase));
        let threshold = measured.map_or_else(|| threshold(count), |(_, threshold)| *threshold);
        Ok(Self { text, pronunciations, threshold })
    }

    /// Many speakers of English say no r before a consonant.
    fn add_without_r(&mut self) {
        let Some(first) = self.pronunciations.first() else { return };
        let vowel = |phoneme: &Phoneme| "ɑɔɛɪʊə".contains(phoneme.ipa());
        let dropped = |at: usize| {
            let before = at.checked_sub(1).and_then(|at| first.get(at));
            let after = first.get(at + 1);
            before.is_some_and(vowel) && after.is_none_or(|p| !p.is_vowel())
        };
        let r = |phoneme: &Phoneme| phoneme.ipa() == "ɹ";
        let short: Vec<Phoneme> = first
            .iter()
            .enumerate()
            .filter(|(at, phoneme)| !(r(phoneme) && dropped(*at)))
            .map(|(_, phoneme)| *phoneme)
            .collect();
        if short.len() >= FEWEST && !self.pronunciations.contains(&short) {
            self.pronunciations.push(short);
        }
    }

    /// It as it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How it is said, in IPA, the likeliest first.
    pub fn ipa(&self) -> impl Iterator<Item = String> {
        self.pronunciations.iter().map(|p| p.iter().map(|phoneme| phoneme.ipa()).collect())
    }

    /// As [`ipa`](Self::ipa), with a space between any two sounds, so that [`with_ipa`](
    /// Self::with_ipa) makes the same phrase of them.
    pub fn spaced_ipa(&self) -> impl Iterator<Item = String> {
        self.pronunciations.iter().map(|p| {
            let sounds: Vec<&str> = p.iter().map(|phoneme| phoneme.ipa()).collect();
            sounds.join(" ")
        })
    }

    /// What the score has to exceed: a detection's [`score`](crate::Detection::score) is above
    /// it. It is below 0; nearer to 0 is stricter.
    pub fn threshold(&self) -> f32 {
        self.threshold
    }

    /// Replaces the threshold.
    #[must_use]
    pub fn with_threshold(mut self, threshold: f32) -> Self {
        self.threshold = threshold.min(0.0);
        self
    }

    /// The pronunciation that fits best what is heard from the frame `from` on.
    pub(crate) fn fit(&self, heard: &Heard, from: usize) -> Fit {
        self.pronunciations.iter().map(|p| heard.fit(p, from)).fold(Fit::NONE, Fit::or)
    }

    /// The phonemes of the likeliest pronunciation.
    pub(crate) fn sounds(&self) -> usize {
        self.pronunciations.first().map_or(0, Vec::len)
    }
}

fn threshold(phonemes: usize) -> f32 {
    let [shortest, .., longest] = THRESHOLDS;
    match phonemes {
        0..=3 => shortest,
        more => THRESHOLDS.get(more - 3).copied().unwrap_or(longest),
    }
}

impl Pronunciation {
    fn then(&self, word: &Self) -> Self {
        Self {
            phonemes: [self.phonemes.as_slice(), &word.phonemes].concat(),
            log_probability: self.log_probability + word.log_probability,
        }
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measured_phrase_has_a_threshold_of_its_own() {
        let of = |text| Phrase::with_ipa(text, &["d͡ʒɑɹvɪs"]).unwrap().threshold();
        assert_eq!(of("jarvis"), -1.35);
        assert_eq!(of(" Jarvis "), -1.35);
        assert_eq!(of("harvest"), -1.05, "that of six sounds");
    }

    #[test]
    fn sounds_with_spaces_between_are_the_same_sounds() {
        // Without spaces, two sounds may be taken for another one.
        let said = [["n", "ʌ", "t", "ʃ", "ɛ", "l"], ["ə", "ɹ", "aʊ", "n", "d", "t͡ʃ"]];
        let pronunciations = said.map(|p| p.map(|ipa| Phoneme::by_ipa(ipa).unwrap()).to_vec());
        let phrase = Phrase::of("x", pronunciations.to_vec()).unwrap().with_threshold(-0.7);
        let spaced: Vec<String> = phrase.spaced_ipa().collect();
        assert_eq!(spaced, ["n ʌ t ʃ ɛ l", "ə ɹ aʊ n d t͡ʃ"]);
        let spaced: Vec<&str> = spaced.iter().map(String::as_str).collect();
        let read = Phrase::with_ipa("x", &spaced).unwrap().with_threshold(-0.7);
        assert_eq!(read, phrase);
        let joined: Vec<String> = phrase.ipa().collect();
        let joined: Vec<&str> = joined.iter().map(String::as_str).collect();
        assert_ne!(Phrase::with_ipa("x", &joined).unwrap().with_threshold(-0.7), phrase);
    }
}
