//! What may have been meant by the words that were heard.

use super::{EXTRA, FORM, Known, joins};
use crate::graph::{Drop, Lane, Word};
use crate::home::Home;
use crate::text::Folded;
use crate::vocabulary::Vocabulary;

/// The number of near words that are tried.
const TRIED: usize = 8;
/// The number of words in which a name may have been heard.
const WINDOW: usize = 4;

/// The words that were heard.
struct Heard<'a> {
    vocabulary: &'a Vocabulary,
    home: &'a Home,
    said: Vec<&'a [char]>,
    /// Whether the word is neither in the sentences nor in the names of the home.
    unknown: Vec<bool>,
    lanes: Vec<Lane>,
    drops: Vec<Drop>,
}

impl Vocabulary {
    /// Other words that may have been meant, and words that may be too many.
    ///
    /// With `unknown_only`, only what may have been meant by unknown words.
    pub fn meant(
        &self,
        home: &Home,
        folded: &Folded,
        words: &[Word],
        unknown_only: bool,
    ) -> (Vec<Lane>, Vec<Drop>) {
        let said: Vec<&[char]> = words.iter().map(|w| &folded.chars[w.from..w.to]).collect();
        let is_unknown = |word: &&[char]| {
            let number = word.iter().any(char::is_ascii_digit);
            !number && !self.set.contains(*word) && !home.words.contains(*word)
        };
        let unknown = said.iter().map(is_unknown).collect();
        let (lanes, drops) = (Vec::new(), Vec::new());
        let mut heard = Heard { vocabulary: self, home, said, unknown, lanes, drops };
        for n in 0..words.len() {
            heard.word(n, unknown_only);
            heard.windows(n, unknown_only);
        }
        let Heard { mut lanes, drops, .. } = heard;
        lanes.sort_by(|a, b| {
            (a.from, a.to, &a.chars, a.cost).cmp(&(b.from, b.to, &b.chars, b.cost))
        });
        lanes.dedup_by(|b, a| (a.from, a.to, &a.chars) == (b.from, b.to, &b.chars));
        (lanes, drops)
    }
}

impl Heard<'_> {
    /// Adds what may have been meant by one word.
    fn word(&mut self, n: usize, unknown_only: bool) {
        let (vocabulary, home, word) = (self.vocabulary, self.home, self.said[n]);
        let lane = |chars: Vec<char>, cost| Lane { from: n, to: n + 1, chars, cost };
        if !unknown_only {
            if vocabulary.extra.contains(word) {
                self.drops.push(Drop { from: n, to: n + 1, cost: EXTRA });
            }
            let alike = vocabulary.alike.get(word).into_iter().flatten();
            self.lanes.extend(alike.map(|other| lane(other.clone(), FORM)));
        }
        // A word of a name stands for itself.
        if home.words.contains(word) || (unknown_only && !self.unknown[n]) {
            return;
        }
        for form in vocabulary.forms(word) {
            if vocabulary.set.contains(&form) || home.words.contains(&form) {
                self.lanes.push(lane(form, FORM));
            }
        }
        if self.unknown[n] {
            let heard = Known::new(word.to_vec());
            let near = nearest(&heard, &vocabulary.known);
            self.lanes
                .extend(near.map(|(cost, at)| lane(vocabulary.known[at].chars.clone(), cost)));
            let skips = nearest(&heard, &vocabulary.skip);
            self.drops.extend(skips.map(|(cost, _)| Drop { from: n, to: n + 1, cost }));
        }
    }

    /// Adds the names that may have been meant by several words from one on, and a word that
    /// was heard as two.
    fn windows(&mut self, from: usize, unknown_only: bool) {
        let (vocabulary, home) = (self.vocabulary, self.home);
        let mut letters = Vec::new();
        for to in from + 1..=self.said.len().min(from + WINDOW) {
            let said = &self.said[from..to];
            letters.extend(said[said.len() - 1].iter().copied().filter(|c| c.is_alphanumeric()));
            let strange = self.unknown[from..to].contains(&true);
            if unknown_only && !strange {
                continue;
            }
            let lane = |chars: &[char], cost| Lane { from, to, chars: chars.to_vec(), cost };
            if home.names.binary_search(&said.join(&' ')).is_ok() {
                // A name of the home is no other name.
                continue;
            }
            let window = Known::new(letters.clone());
            let joined = home.squeezed.iter().position(|name| name.chars == window.chars);
            if let Some(at) = joined {
                self.lanes.push(lane(&home.names[at], FORM));
                continue;
            }
            for name in &home.names {
                if let Some(cost) = vocabulary.form_of_name(said, name) {
                    self.lanes.push(lane(name, cost));
                }
            }
            if to == from + 2 && vocabulary.set.contains(&window.chars) {
                self.lanes.push(lane(&window.chars, FORM));
            }
            if strange {
                let near = nearest(&window, &home.squeezed);
                self.lanes.extend(near.map(|(cost, at)| lane(&home.names[at], cost)));
            }
        }
    }
}

impl Vocabulary {
    /// The cost of taking words for a name whose words have other forms or another order.
    fn form_of_name(&self, said: &[&[char]], name: &[char]) -> Option<u16> {
        let mut left: Vec<&[char]> = name.split(|c| joins(*c)).collect();
        if left.len() != said.len() {
            return None;
        }
        let (mut cost, mut moved) = (0, false);
        for word in said {
            let at = left.iter().position(|other| self.same_word(word, other))?;
            moved |= at > 0;
            cost += FORM * u16::from(left.remove(at) != *word);
        }
        Some(cost + FORM * u16::from(moved))
    }
}

/// The nearest of some words, each with its cost and index, the nearest first.
fn nearest(heard: &Known, all: &[Known]) -> impl Iterator<Item = (u16, usize)> {
    let near = all.iter().enumerate().filter_map(|(at, known)| Some((heard.distance(known)?, at)));
    let mut near: Vec<(u16, usize)> = near.collect();
    near.sort_unstable();
    near.into_iter().take(TRIED)
}
