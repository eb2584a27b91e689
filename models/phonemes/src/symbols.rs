//! The phonemes of English among the symbols of the nets.

use std::fmt;

use crate::{Error, Result};

/// A phoneme of English.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phoneme(u8);

/// How many phonemes there are.
pub(crate) const COUNT: usize = 40;

/// The net's symbol for the boundary between two words.
pub(crate) const BOUNDARY: usize = 189;
/// The net's symbol for nothing new.
pub(crate) const BLANK: usize = 190;
/// A second symbol for /g/.
pub(crate) const OTHER_G: usize = 95;

/// The phonemes in IPA, and the number of each among the symbols of the nets.
const TABLE: [(&str, usize); COUNT] = [
    ("aɪ", 8),
    ("aʊ", 9),
    ("b", 10),
    ("d", 12),
    ("d͡ʒ", 13),
    ("eɪ", 16),
    ("f", 17),
    ("g", 18),
    ("h", 19),
    ("i", 20),
    ("j", 21),
    ("k", 27),
    ("l", 30),
    ("m", 31),
    ("n", 32),
    ("oʊ", 34),
    ("p", 35),
    ("s", 39),
    ("t", 41),
    ("t͡ʃ", 47),
    ("u", 48),
    ("v", 49),
    ("w", 50),
    ("z", 57),
    ("æ", 66),
    ("ð", 69),
    ("ŋ", 75),
    ("ɑ", 80),
    ("ɔ", 83),
    ("ɔɪ", 84),
    ("ə", 89),
    ("ɛ", 91),
    ("ɝ", 93),
    ("ɪ", 101),
    ("ɹ", 113),
    ("ʃ", 120),
    ("ʊ", 123),
    ("ʌ", 125),
    ("ʒ", 130),
    ("θ", 173),
];

/// Other ways to write the phonemes.
const SPELLINGS: [(&str, &[&str]); 16] = [
    ("dʒ", &["d͡ʒ"]),
    ("ʤ", &["d͡ʒ"]),
    ("tʃ", &["t͡ʃ"]),
    ("ʧ", &["t͡ʃ"]),
    ("ɡ", &["g"]),
    ("r", &["ɹ"]),
    ("ɾ", &["t"]),
    ("ɚ", &["ɝ"]),
    ("ɜɹ", &["ɝ"]),
    ("əɹ", &["ɝ"]),
    ("ɜ", &["ɝ"]),
    ("ɒ", &["ɑ"]),
    ("ɐ", &["ə"]),
    ("ᵊ", &["ə"]),
    ("ᵻ", &["ɪ"]),
    ("e", &["ɛ"]),
];

impl Phoneme {
    /// All of them.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..COUNT as u8).map(Self)
    }

    /// Its number, less than [`COUNT`].
    pub(crate) fn index(self) -> usize {
        self.0.into()
    }

    /// Its number among the symbols of the nets.
    pub(crate) fn symbol(self) -> usize {
        TABLE.get(self.index()).map_or(BLANK, |entry| entry.1)
    }

    /// It in IPA.
    pub fn ipa(self) -> &'static str {
        TABLE.get(self.index()).map_or("", |entry| entry.0)
    }

    pub(crate) fn is_vowel(self) -> bool {
        self.ipa()
            .starts_with(['a', 'e', 'i', 'o', 'u', 'æ', 'ɑ', 'ɔ', 'ə', 'ɛ', 'ɝ', 'ɪ', 'ʊ', 'ʌ'])
    }

    pub(crate) fn by_ipa(ipa: &str) -> Option<Self> {
        Self::all().find(|phoneme| phoneme.ipa() == ipa)
    }

    /// Reads a pronunciation in IPA. Stress, length and spaces count for nothing.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if a sound in it is not one of English.
    pub fn parse(ipa: &str) -> Result<Vec<Self>> {
        let mut phonemes = Vec::new();
        let mut rest = ipa;
        while let Some(first) = rest.chars().next() {
            if first.is_whitespace() || "ˈˌː.‿".contains(first) {
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
                continue;
            }
            let plain = TABLE.iter().map(|(ipa, _)| (*ipa, std::slice::from_ref(ipa)));
            let other = SPELLINGS.iter().map(|(ipa, parts)| (*ipa, *parts));
            let longest = plain
                .chain(other)
                .filter(|(ipa, _)| rest.starts_with(ipa))
                .max_by_key(|(ipa, _)| ipa.len());
            let Some((read, parts)) = longest else {
                return Err(Error::input(format!("{first} is not a sound of English")));
            };
            phonemes.extend(parts.iter().filter_map(|ipa| Self::by_ipa(ipa)));
            rest = rest.get(read.len()..).unwrap_or_default();
        }
        Ok(phonemes)
    }
}

impl fmt::Display for Phoneme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.ipa())
    }
}
