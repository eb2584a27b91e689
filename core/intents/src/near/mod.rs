//! What is forgiven.
//!
//! A sentence that fits no template is tried again, with other words besides those that were
//! heard: words that sound alike, other forms of a word, and known words and names with nearly
//! the same spelling. Each has a cost. A missing small word and one too many have a cost too. A
//! name of the home is never replaced by another name.

mod collect;
mod heard;
pub(crate) mod known;

pub(crate) use known::Known;

use crate::grammar::{Grammar, Id, Node};
use crate::graph::{MISS, UNIT};
use crate::text;
use crate::vocabulary::Vocabulary;

const DATA: &str = include_str!("../../data/near.txt");

/// The cost of a small word that is missing.
pub(crate) const MISSING: u16 = UNIT + MISS;
/// The cost of a word too many.
const EXTRA: u16 = UNIT;
/// The cost of another form of a word, of a word that sounds alike, and of words that are
/// separated or joined.
const FORM: u16 = UNIT;
/// The highest cost of all mistakes together, in units.
const MOST: usize = 6;

/// A shorter stem has no forms: with another ending, it would be another word.
const STEM: usize = 3;

/// What one unit takes from the score, rounded up.
pub(crate) const STEP: f32 = 0.061;

/// The score of a match with a cost in units.
pub(crate) fn score(units: u16) -> f32 {
    (1.0 - 0.06 * f32::from(units)).max(0.0)
}

/// The highest cost that is forgiven in a sentence with this number of words.
pub(crate) fn budget(words: usize) -> u16 {
    u16::try_from((words + 1).min(MOST)).unwrap_or(0) * UNIT + UNIT - 1
}

/// Whether a cost includes that of a missing word.
pub(crate) fn misses(cost: u16) -> bool {
    cost % UNIT >= MISS
}

/// Whether a character joins words.
pub(crate) fn joins(c: char) -> bool {
    matches!(c, ' ' | '-' | '_')
}

impl Vocabulary {
    /// The words of a grammar's sentences.
    pub fn of(grammar: &Grammar) -> Self {
        let mut vocabulary = Self::default();
        vocabulary.read(grammar.language.split(['-', '_']).next().unwrap_or_default());
        for (id, node) in (0..).zip(&grammar.nodes) {
            if let Node::Text(chars) = node
                && vocabulary.small.contains(chars.as_ref())
            {
                vocabulary.may_miss.insert(id);
            }
        }
        vocabulary.set = collect::words(grammar);
        vocabulary.first = collect::first_words(grammar);
        vocabulary.known = vocabulary.set.iter().cloned().map(Known::new).collect();
        vocabulary.known.sort_by(|a, b| a.chars.cmp(&b.chars));
        for skip in &grammar.skip {
            if let [word] = &skip[..] {
                vocabulary.skip.push(Known::new(word.clone()));
                vocabulary.set.insert(word.clone());
            }
        }
        vocabulary
    }

    /// Reads the part of the data about one language.
    fn read(&mut self, language: &str) {
        let lines = DATA.lines().skip_while(|line| line.strip_prefix('@') != Some(language));
        for line in lines.skip(1).take_while(|line| !line.starts_with('@')) {
            let mut parts = line.split_whitespace();
            let kind = parts.next();
            let parts: Vec<Vec<char>> =
                parts.map(|word| text::fold(word).chars().collect()).collect();
            match kind {
                Some("small") => {
                    self.small.extend(parts.iter().cloned());
                    self.extra.extend(parts);
                }
                Some("filler") => self.extra.extend(parts),
                Some("endings") => self.endings.extend(parts),
                Some("alike") => {
                    for word in &parts {
                        let others = parts.iter().filter(|other| *other != word).cloned();
                        self.alike.entry(word.clone()).or_default().extend(others);
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether a word is small.
    pub fn is_small(&self, word: &[char]) -> bool {
        self.small.contains(word)
    }

    /// Whether a word occurs in the sentences.
    pub fn is_known(&self, word: &[char]) -> bool {
        self.set.contains(word)
    }

    /// Whether a sentence may begin with a word.
    pub fn is_first(&self, word: &[char]) -> bool {
        self.first.contains(word)
    }

    /// Whether an expression is a word that may be missing.
    pub fn may_miss(&self, id: Id) -> bool {
        self.may_miss.contains(&id)
    }

    /// Other forms of a word: with another ending, or without one.
    fn forms(&self, word: &[char]) -> Vec<Vec<char>> {
        let mut forms = Vec::new();
        let none = Vec::new();
        for ending in self.endings.iter().chain([&none]) {
            let Some(stem) = word.strip_suffix(&ending[..]) else { continue };
            if stem.len() < STEM {
                continue;
            }
            for other in self.endings.iter().chain([&none]).filter(|other| *other != ending) {
                forms.push([stem, other].concat());
            }
        }
        forms
    }

    /// Whether two words are the same or forms of the same word.
    fn same_word(&self, a: &[char], b: &[char]) -> bool {
        let is_ending =
            |rest: &[char]| rest.is_empty() || self.endings.iter().any(|ending| ending == rest);
        let common = a.iter().zip(b).take_while(|(a, b)| a == b).count();
        a == b || (STEM..=common).any(|stem| is_ending(&a[stem..]) && is_ending(&b[stem..]))
    }
}

/// The cost of taking words that were heard for a name, which grows with what differs; `None` if
/// they do not sound alike. Case does not count.
pub fn sounds_like(heard: &str, name: &str) -> Option<u16> {
    let [heard, name] = [heard, name].map(|text| Known::squeezed(&text::folded(text).chars));
    heard.distance(&name).map(|cost| cost / UNIT)
}
