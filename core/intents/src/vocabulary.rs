//! The words of a grammar. `near` fills it and searches in it.

use std::collections::{HashMap, HashSet};

use crate::near::known::Known;

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
