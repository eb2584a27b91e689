//! Stress marks in phoneme strings. The rules are misaki's (Apache-2.0), with which the voice was
//! trained.

/// Primary stress, before the vowel's syllable.
pub(super) const PRIMARY: char = 'ˈ';
/// Secondary stress.
pub(super) const SECONDARY: char = 'ˌ';
/// Phonemes that carry a syllable.
const VOWELS: &str = "AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ";
const CONSONANTS: &str = "bdfhjklmnpstvwzðŋɡɹɾʃʒʤʧθ";
/// Phonemes that last twice as long.
const LONG: &str = "AIOQWYʤʧ";

pub(super) fn is_vowel(c: char) -> bool {
    VOWELS.contains(c)
}

pub(super) fn is_consonant(c: char) -> bool {
    CONSONANTS.contains(c)
}

/// How much stress a word should have.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) enum Level {
    /// One level less if it has a primary stress, a secondary one if it has none.
    Even,
    /// A secondary one if it has none.
    Some,
    /// A primary one.
    Full,
}

/// The phonemes with their stress changed to `level`.
pub(super) fn with(phonemes: &str, level: Option<Level>) -> String {
    let Some(level) = level else { return phonemes.to_owned() };
    let primary = phonemes.contains(PRIMARY);
    let secondary = phonemes.contains(SECONDARY);
    match level {
        Level::Even if primary => {
            phonemes.replace(SECONDARY, "").replace(PRIMARY, &SECONDARY.to_string())
        }
        Level::Even | Level::Some if !primary && !secondary => before_vowel(SECONDARY, phonemes),
        Level::Full if !primary && secondary => phonemes.replace(SECONDARY, &PRIMARY.to_string()),
        Level::Full if !primary => before_vowel(PRIMARY, phonemes),
        _ => phonemes.to_owned(),
    }
}

/// The mark goes right before the first vowel, if there is one.
fn before_vowel(mark: char, phonemes: &str) -> String {
    match phonemes.find(is_vowel) {
        Some(at) => format!("{}{mark}{}", &phonemes[..at], &phonemes[at..]),
        None => phonemes.to_owned(),
    }
}

/// The weight of a word, from its phonemes.
fn weight(phonemes: &str) -> usize {
    phonemes.chars().map(|c| if LONG.contains(c) { 2 } else { 1 }).sum()
}

/// The parts of a compound word share its stress: if there are too many primary stresses, the
/// lighter half is reduced.
pub(super) fn settle(parts: &mut [String], single_letter_first: bool) {
    let mut order: Vec<(bool, usize, usize)> = parts
        .iter()
        .enumerate()
        .filter(|(_, p)| !p.is_empty())
        .map(|(i, p)| (p.contains(PRIMARY), weight(p), i))
        .collect();
    if order.len() == 2 && single_letter_first {
        let i = order[1].2;
        parts[i] = with(&parts[i], Some(Level::Even));
        return;
    }
    let stressed = order.iter().filter(|o| o.0).count();
    if order.len() < 2 || stressed <= order.len().div_ceil(2) {
        return;
    }
    order.sort_unstable();
    for &(_, _, i) in &order[..order.len() / 2] {
        parts[i] = with(&parts[i], Some(Level::Even));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stress_is_set_moved_and_removed() {
        assert_eq!(with("həlˈO", Some(Level::Even)), "həlˌO");
        assert_eq!(with("ænd", Some(Level::Some)), "ˌænd");
        assert_eq!(with("ðə", Some(Level::Full)), "ðˈə");
        assert_eq!(with("hˌW", Some(Level::Full)), "hˈW");
        assert_eq!(with("hmm", Some(Level::Full)), "hmm");
        assert_eq!(with("həlˈO", None), "həlˈO");
    }

    #[test]
    fn compounds_keep_one_main_stress() {
        let mut parts = ["wˈɛl".to_owned(), "nˈOn".to_owned()];
        settle(&mut parts, false);
        assert_eq!(parts.concat(), "wˌɛlnˈOn");
    }
}
