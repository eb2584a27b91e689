//! Normalised text to the voice's phonemes: parts of speech, dictionary, and
//! the reader of unknown words.

use std::ops::Range;

use sayso_language::{Token, TokenKind};

use super::lexicon::{Following, Lexicon};
use super::oov::Oov;
use super::stress::{self, is_consonant, is_vowel};
use super::tagger::Tagger;
use crate::Result;

/// Phonemes of one token, in the voice's alphabet.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Said {
    pub(super) phonemes: String,
    /// A pause or intonation, not a word.
    pub(super) mark: bool,
    /// Whether a space comes before it.
    pub(super) spaced: bool,
    /// The bytes of the given text that it stands for.
    pub(super) source: Range<usize>,
}

/// Marks that end a stretch of speech.
const PAUSES: &str = ";:,.!?—…";

/// Endings that the tagger treats as separate words.
const CLITICS: &[&str] = &["n't", "'s", "'ll", "'re", "'ve", "'d", "'m"];

/// Everything that turns words into phonemes.
pub(super) struct Phonemizer {
    lexicon: Lexicon,
    tagger: Tagger,
    oov: Oov,
}

impl Phonemizer {
    pub(super) fn new(lexicon: Lexicon, tagger: Tagger, oov: Oov) -> Self {
        Self { lexicon, tagger, oov }
    }

    /// Phonemes of each token, in order.
    pub(super) fn read(&self, tokens: &[Token]) -> Result<Vec<Said>> {
        let tags = self.tags(tokens);
        let mut next = Following::default();
        let mut said: Vec<Said> = Vec::with_capacity(tokens.len());
        // From the end, since function words depend on what follows.
        for (token, tag) in tokens.iter().zip(&tags).rev() {
            let phonemes = match token.kind {
                TokenKind::Mark => token.text.clone(),
                TokenKind::Letters => self.letters(&token.text)?,
                TokenKind::Word => match token.ipa {
                    Some(ipa) => from_ipa(ipa),
                    None => self.word(&token.text, tag, next)?,
                },
            };
            let first =
                phonemes.chars().find(|&c| is_vowel(c) || is_consonant(c) || PAUSES.contains(c));
            next = Following {
                vowel: first.map_or(next.vowel, |c| (!PAUSES.contains(c)).then(|| is_vowel(c))),
                to: token.text.eq_ignore_ascii_case("to"),
            };
            said.push(Said {
                phonemes: phonemes.replace('ɾ', "T").replace('ʔ', "t"),
                mark: token.kind == TokenKind::Mark,
                spaced: true,
                source: token.source.clone(),
            });
        }
        said.reverse();
        let mut opened = true;
        for (said, token) in said.iter_mut().zip(tokens) {
            let opens = said.mark && token.text == "(";
            said.spaced = !opened && (!said.mark || opens || token.text == "—");
            opened = opens;
        }
        Ok(said)
    }

    /// A tag per token.
    fn tags(&self, tokens: &[Token]) -> Vec<String> {
        let mut words = Vec::with_capacity(tokens.len());
        let mut main = Vec::with_capacity(tokens.len());
        for token in tokens {
            let text = token.text.as_str();
            let clitic =
                CLITICS.iter().find(|c| text.len() > c.len() && text.to_lowercase().ends_with(**c));
            let split = clitic.map_or(text.len(), |c| text.len() - c.len());
            main.push(words.len());
            match text.split_at_checked(split) {
                Some((stem, clitic)) if !clitic.is_empty() => words.extend([stem, clitic]),
                _ => words.push(text),
            }
        }
        let tags = self.tagger.tag(&words);
        main.into_iter().map(|i| tags[i].clone()).collect()
    }

    fn letters(&self, text: &str) -> Result<String> {
        // "LEDs": the plural is not a letter.
        let stem =
            text.strip_suffix('s').filter(|s| s.len() > 1 && s.chars().all(char::is_uppercase));
        match self.lexicon.spelt(stem.unwrap_or(text)) {
            Some(phonemes) if stem.is_some() => Ok(phonemes + "z"),
            Some(phonemes) => Ok(phonemes),
            None => self.oov.read(text),
        }
    }

    fn word(&self, word: &str, tag: &str, next: Following) -> Result<String> {
        if let Some(phonemes) = self.lexicon.word(word, tag, next) {
            return Ok(phonemes);
        }
        let parts = parts(word);
        if parts.len() < 2 {
            return self.oov.read(word);
        }
        let mut read = Vec::with_capacity(parts.len());
        for (i, part) in parts.iter().enumerate() {
            let next = if i + 1 == parts.len() {
                next
            } else {
                Following { vowel: Some(false), to: false }
            };
            read.push(match self.lexicon.word(part, tag, next) {
                Some(phonemes) => phonemes,
                None => self.oov.read(part)?,
            });
        }
        stress::settle(&mut read, parts[0].chars().count() == 1);
        Ok(read.concat())
    }
}

/// IPA in the voice's alphabet, which has one letter for each diphthong and affricate.
fn from_ipa(ipa: &str) -> String {
    const LETTERS: [(&str, &str); 7] =
        [("aɪ", "I"), ("aʊ", "W"), ("eɪ", "A"), ("oʊ", "O"), ("ɔɪ", "Y"), ("tʃ", "ʧ"), ("dʒ", "ʤ")];
    LETTERS.iter().fold(ipa.to_owned(), |ipa, (from, to)| ipa.replace(from, to))
}

/// The words within a word: at hyphens, and where a capital follows a small letter.
fn parts(word: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for part in word.split('-').filter(|p| !p.is_empty()) {
        let mut start = 0;
        let mut small = false;
        for (at, c) in part.char_indices() {
            if small && c.is_uppercase() {
                parts.push(&part[start..at]);
                start = at;
            }
            small = c.is_lowercase();
        }
        parts.push(&part[start..]);
    }
    parts
}

/// All phonemes in one string.
pub(super) fn joined(said: &[Said]) -> String {
    said.iter().map(|s| format!("{}{}", if s.spaced { " " } else { "" }, s.phonemes)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sayso_language::Reader;

    #[test]
    fn words_within_words() {
        assert_eq!(parts("well-known"), ["well", "known"]);
        assert_eq!(parts("iPhone"), ["i", "Phone"]);
        assert_eq!(parts("hello"), ["hello"]);
        assert!(parts("-").is_empty());
    }

    #[test]
    fn ipa_becomes_the_phonemes_of_the_lexicon() {
        let dir = sayso_store::default_dir().join("hibari");
        let lexicon = Lexicon::load(&dir).unwrap();
        // The lexicon contains both readings of a word, between which the language chooses.
        for (text, tags) in [
            ("They live near the live music.", ["VB", "JJ"]),
            ("Please record a new record.", ["VB", "NN"]),
            ("He wound a bandage around the wound.", ["VBD", "NN"]),
            ("Close the door when we are close.", ["VB", "JJ"]),
            ("I object to that object.", ["VB", "NN"]),
        ] {
            let tokens = Reader::english().normalize(text);
            let chosen: Vec<_> =
                tokens.iter().filter_map(|t| Some((t.text.to_lowercase(), t.ipa?))).collect();
            assert_eq!(chosen.len(), 2, "{text}");
            for ((word, ipa), tag) in chosen.iter().zip(tags) {
                let next = Following { vowel: Some(false), to: false };
                let listed = lexicon.word(word, tag, next).unwrap();
                assert_eq!(from_ipa(ipa), listed, "{word} of {text}");
            }
        }
    }

    #[test]
    fn phonemes_of_sentences() {
        let dir = sayso_store::default_dir().join("hibari");
        let phonemizer = Phonemizer::new(
            Lexicon::load(&dir).unwrap(),
            Tagger::load(&dir).unwrap(),
            Oov::load(&dir).unwrap(),
        );
        // As Hibari's own Python reads them (`tests/golden/tts_phonemes.py`).
        let golden = include_str!("../../../tests/golden/tts_phonemes.tsv");
        let (mut all, mut same) = (0, 0);
        for (text, want) in golden.lines().filter_map(|line| line.split_once('\t')) {
            let got = joined(&phonemizer.read(&Reader::english().normalize(text)).unwrap());
            all += 1;
            same += usize::from(got == want);
            if got != want {
                println!("{text}\n  got  {got}\n  want {want}");
            }
        }
        println!("{same} of {all} sentences are read as in Python");
        assert!(all >= 60 && same * 100 >= all * 95);
    }
}
