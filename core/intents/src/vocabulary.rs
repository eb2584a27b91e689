//! The words of a grammar. `near` fills it and searches in it.

use std::collections::{HashMap, HashSet};

use crate::grammar::Grammar;
use crate::graph;
use crate::home::Home;
use crate::near::known::Known;
use crate::text;

/// The words of a language's sentences, and what is known about them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vocabulary {
    /// Words that may be missing or too many.
    pub(crate) small: HashSet<Vec<char>>,
    /// Words that may be too many.
    pub(crate) extra: HashSet<Vec<char>>,
    /// For a word, those that sound like it.
    pub(crate) alike: HashMap<Vec<char>, Vec<Vec<char>>>,
    /// The endings of word forms.
    pub(crate) endings: Vec<Vec<char>>,
    /// The indices of the expressions that are small words.
    pub(crate) may_miss: HashSet<u32>,
    /// All words, in order.
    pub(crate) known: Vec<Known>,
    /// All words.
    pub(crate) set: HashSet<Vec<char>>,
    /// Skip words that consist of one word.
    pub(crate) skip: Vec<Known>,
    /// The words with which sentences begin.
    pub(crate) first: HashSet<Vec<char>>,
}

impl Grammar {
    /// The share of a text's letters, 0 to 1, that are in words of the sentences or in names of the
    /// home. Numbers in digits do not count. It says how likely a text is a misheard sentence.
    pub fn familiarity(&self, home: &Home, text: &str) -> f32 {
        let folded = text::folded(text);
        let words = graph::split(&folded.chars);
        let (mut known, mut all) = (0, 0);
        for word in &words {
            let word = &folded.chars[word.from..word.to];
            if word.iter().any(char::is_ascii_digit) {
                continue;
            }
            all += word.len();
            if self.near.is_known(word) || home.words.contains(word) {
                known += word.len();
            }
        }
        #[allow(clippy::cast_precision_loss)] // A sentence has few letters.
        let share = known as f32 / all.max(1) as f32;
        share
    }
}
