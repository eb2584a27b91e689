//! What recognition gets wrong.
//!
//! A sentence that fits no template is tried again with other words beside those that were
//! heard: such as sound alike, other forms of a word, and known words and names that are
//! spelt nearly the same. Each has a cost, as have small words too many and too few. What a
//! home has a name for is never taken for another name.

use std::collections::{HashMap, HashSet};

use crate::grammar::{Grammar, Id, Node};
use crate::graph::{Drop, Lane, MISS, UNIT, Word};
use crate::home::Home;
use crate::numbers::Numbers;
use crate::text::Folded;

const DATA: &str = include_str!("../data/near.txt");

/// What a small word that is missing costs.
pub(crate) const MISSING: u16 = UNIT + MISS;
/// What a small word too many costs.
const EXTRA: u16 = UNIT;
/// What another form of a word costs, one that sounds alike, or one written apart.
const FORM: u16 = UNIT;
/// What the first letter that differs costs, where the word sounds the same; each further
/// one costs one unit more.
const LETTER: u16 = 2 * UNIT;
/// The most that all may cost together, in units.
const MOST: usize = 6;
/// Of words that are near, so many are tried.
const TRIED: usize = 4;
/// The words of a name that may have been heard apart.
const WINDOW: usize = 4;

/// What one unit takes from the score, and a little.
pub(crate) const STEP: f32 = 0.061;

/// How sure a match is that costs so many units.
pub(crate) fn score(units: u16) -> f32 {
    (1.0 - 0.06 * f32::from(units)).max(0.0)
}

/// What may be forgiven in a sentence of so many words.
pub(crate) fn budget(words: usize) -> u16 {
    u16::try_from((words + 1).min(MOST)).unwrap_or(0) * UNIT + UNIT - 1
}

/// Whether a cost has a word in it that is missing.
pub(crate) fn misses(cost: u16) -> bool {
    cost % UNIT >= MISS
}

/// A known word, and what is compared first.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    chars: Vec<char>,
    letters: u32,
    key: Vec<char>,
}

impl Known {
    /// A name without its spaces.
    pub fn squeezed(name: &[char]) -> Self {
        Self::new(name.iter().copied().filter(|c| !joins(*c)).collect())
    }

    fn new(chars: Vec<char>) -> Self {
        let key = key(&chars);
        Self { letters: letters(&chars), chars, key }
    }
}

/// The words that the sentences of a language have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    /// Expressions that are small words.
    may_miss: HashSet<Id>,
    small: HashSet<Vec<char>>,
    extra: HashSet<Vec<char>>,
    alike: HashMap<Vec<char>, Vec<Vec<char>>>,
    endings: Vec<Vec<char>>,
    known: Vec<Known>,
    set: HashSet<Vec<char>>,
    /// The words that sentences begin with.
    first: HashSet<Vec<char>>,
}

impl Words {
    pub fn of(grammar: &Grammar) -> Self {
        let mut words = Self::default();
        let family = grammar.language.split(['-', '_']).next().unwrap_or_default();
        let lines = DATA.lines().skip_while(|line| line.strip_prefix('@') != Some(family)).skip(1);
        for line in lines.take_while(|line| !line.starts_with('@')) {
            let mut parts = line.split_whitespace();
            let kind = parts.next();
            let parts: Vec<Vec<char>> =
                parts.map(|word| crate::text::fold(word).chars().collect()).collect();
            match kind {
                Some("small") => {
                    words.small.extend(parts.iter().cloned());
                    words.extra.extend(parts);
                }
                Some("filler") => words.extra.extend(parts),
                Some("endings") => words.endings.extend(parts),
                Some("alike") => {
                    for word in &parts {
                        let others = parts.iter().filter(|other| *other != word).cloned();
                        words.alike.entry(word.clone()).or_default().extend(others);
                    }
                }
                _ => {}
            }
        }
        let mut all = HashSet::new();
        for (id, node) in grammar.nodes.iter().enumerate() {
            match node {
                Node::Text(chars) => {
                    if words.small.contains(chars.as_ref()) {
                        words.may_miss.extend(Id::try_from(id));
                    }
                    insert(&mut all, chars);
                }
                Node::Sequence(items) => joined(grammar, items, &mut all),
                Node::Alternatives(_) | Node::List { .. } => {}
            }
        }
        for template in &grammar.templates {
            joined(grammar, &template.items, &mut all);
        }
        for list in &grammar.lists {
            if let crate::grammar::List::Values { trie, .. } = list {
                trie.texts(&mut |text| insert(&mut all, text));
            }
        }
        let numbers = Numbers::of(&grammar.language);
        for tenths in (0..=1_000).step_by(10) {
            for said in numbers.iter().flat_map(|numbers| numbers.words(tenths)) {
                insert(&mut all, &crate::text::folded(&said).chars);
            }
        }
        let mut seen = HashSet::new();
        for template in &grammar.templates {
            if let Some(first) = template.items.first() {
                begins(grammar, *first, &mut seen, &mut words.first);
            }
        }
        words.known = all.iter().map(|word| Known::new(word.clone())).collect();
        words.known.sort_by(|a, b| a.chars.cmp(&b.chars));
        words.set = all;
        words
    }

    /// Whether a word is small.
    pub fn is_small(&self, word: &[char]) -> bool {
        self.small.contains(word)
    }

    /// Whether a word is in the sentences.
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

    /// Other words that may have been meant, and words that may be too many.
    ///
    /// With `unknown_only`, those alone that may have been meant by words that are nowhere
    /// in the sentences and the home.
    pub fn meant(
        &self,
        home: &Home,
        folded: &Folded,
        words: &[Word],
        unknown_only: bool,
    ) -> (Vec<Lane>, Vec<Drop>) {
        let mut lanes = Vec::new();
        let mut drops = Vec::new();
        let said: Vec<&[char]> = words.iter().map(|w| &folded.chars[w.from..w.to]).collect();
        let (names, squeezed, in_names) = (&home.names, &home.squeezed, &home.words);
        let unknown: Vec<bool> = said
            .iter()
            .map(|word| {
                let number = word.iter().any(char::is_ascii_digit);
                !number && !self.set.contains(*word) && !in_names.contains(*word)
            })
            .collect();
        for (n, word) in said.iter().enumerate() {
            let lane = |chars: Vec<char>, cost| Lane { from: n, to: n + 1, chars, cost };
            if !unknown_only {
                if self.extra.contains(*word) {
                    drops.push(Drop { from: n, to: n + 1, cost: EXTRA });
                }
                let alike = self.alike.get(*word).into_iter().flatten();
                lanes.extend(alike.map(|other| lane(other.clone(), FORM)));
            }
            // What is part of a name is what it is.
            if in_names.contains(*word) || (unknown_only && !unknown[n]) {
                continue;
            }
            let is_known = |form: &[char]| self.set.contains(form) || in_names.contains(form);
            for form in self.forms(word).into_iter().filter(|form| is_known(form)) {
                lanes.push(lane(form, FORM));
            }
            if unknown[n] {
                let heard = Known::new(word.to_vec());
                let mut near: Vec<(u16, &[char])> = self
                    .known
                    .iter()
                    .filter_map(|known| Some((distance(&heard, known)?, &known.chars[..])))
                    .collect();
                near.sort_unstable();
                lanes.extend(near.iter().take(TRIED).map(|(cost, c)| lane(c.to_vec(), *cost)));
            }
        }
        // Names, and words heard apart.
        for from in 0..said.len() {
            let mut heard = Vec::new();
            for to in from + 1..=said.len().min(from + WINDOW) {
                heard.extend(said[to - 1].iter().copied().filter(|c| !joins(*c)));
                let strange = unknown[from..to].contains(&true);
                if unknown_only && !strange {
                    continue;
                }
                let window = Known::new(heard.clone());
                let whole = squeezed.iter().position(|name| name.chars == window.chars);
                if let Some(at) = whole {
                    let same = to - from == 1 && names[at] == said[from];
                    let spaced = said[from..to].join(&' ');
                    if !same && names[at] != spaced {
                        lanes.push(Lane { from, to, chars: names[at].clone(), cost: FORM });
                    }
                    // A known name is no other.
                    continue;
                }
                if to == from + 2 && self.set.contains(&window.chars) {
                    lanes.push(Lane { from, to, chars: window.chars.clone(), cost: FORM });
                }
                if !strange {
                    continue;
                }
                let mut near: Vec<(u16, usize)> = squeezed
                    .iter()
                    .enumerate()
                    .filter_map(|(at, name)| Some((distance(&window, name)?, at)))
                    .collect();
                near.sort_unstable();
                lanes.extend(near.iter().take(TRIED).map(|(cost, at)| Lane {
                    from,
                    to,
                    chars: names[*at].clone(),
                    cost: *cost,
                }));
            }
        }
        lanes.sort_by(|a, b| {
            (a.from, a.to, &a.chars, a.cost).cmp(&(b.from, b.to, &b.chars, b.cost))
        });
        lanes.dedup_by(|b, a| (a.from, a.to, &a.chars) == (b.from, b.to, &b.chars));
        (lanes, drops)
    }

    /// Other forms of a word: with another ending, or none.
    fn forms(&self, word: &[char]) -> Vec<Vec<char>> {
        /// Shorter words have no forms that could be told from other words.
        const STEM: usize = 3;
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
}

/// Whether a character joins words.
pub(crate) fn joins(c: char) -> bool {
    matches!(c, ' ' | '-' | '_')
}

/// Adds the words of a text, if they have letters.
fn insert(all: &mut HashSet<Vec<char>>, text: &[char]) {
    for word in crate::graph::split(text) {
        for part in text[word.from..word.to].split(|c| joins(*c)) {
            if part.iter().any(|c| c.is_alphabetic()) {
                all.insert(part.to_vec());
            }
        }
    }
}

/// Adds the words that an expression begins with.
fn begins(grammar: &Grammar, id: Id, seen: &mut HashSet<Id>, all: &mut HashSet<Vec<char>>) {
    if !seen.insert(id) {
        return;
    }
    match &grammar.nodes[id as usize] {
        Node::Text(chars) => insert(all, chars),
        Node::Alternatives(branches) => {
            branches.iter().for_each(|branch| begins(grammar, *branch, seen, all));
        }
        Node::Sequence(items) => {
            joined(grammar, items, all);
            if let Some(first) = items.first() {
                begins(grammar, *first, seen, all);
            }
        }
        Node::List { .. } => {}
    }
}

/// Adds the words that stand in parts, side by side: `hour[s]`, `turn(s|ed)`.
fn joined(grammar: &Grammar, items: &[Id], all: &mut HashSet<Vec<char>>) {
    let texts = |id: Id| -> Vec<Vec<char>> {
        match &grammar.nodes[id as usize] {
            Node::Text(chars) => vec![chars.to_vec()],
            Node::Alternatives(branches) => branches
                .iter()
                .filter_map(|branch| match &grammar.nodes[*branch as usize] {
                    Node::Text(chars) => Some(chars.to_vec()),
                    Node::Sequence(items) if items.is_empty() => Some(Vec::new()),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    };
    for pair in items.windows(2) {
        let (first, second) = (texts(pair[0]), texts(pair[1]));
        let blank = |texts: &[Vec<char>]| texts.iter().any(|text| text.contains(&' '));
        if blank(&first) || blank(&second) {
            continue;
        }
        for a in &first {
            for b in &second {
                insert(all, &[&a[..], b].concat());
            }
        }
    }
}

/// Which letters a word has, as bits.
fn letters(chars: &[char]) -> u32 {
    chars.iter().fold(0, |bits, c| bits | 1 << (u32::from(*c) % 32))
}

/// How a word sounds, roughly, in any of the languages: its consonants by where and how they
/// are spoken, and whether it begins with a vowel.
fn key(chars: &[char]) -> Vec<char> {
    let mut key = Vec::new();
    for (n, &c) in chars.iter().enumerate() {
        let next = chars.get(n + 1);
        let class = match c {
            'p' if next == Some(&'h') => 'f',
            'p' | 'b' => 'p',
            'f' | 'v' | 'w' => 'f',
            't' | 'd' => 't',
            'c' if next == Some(&'h') && n > 0 && chars[n - 1] == 't' => continue,
            'c' if matches!(next, Some('e' | 'i' | 'y')) => 's',
            'k' | 'c' | 'q' | 'g' => 'k',
            's' | 'z' | 'x' | 'ç' => 's',
            'm' | 'n' | 'ñ' => 'n',
            'l' | 'r' | 'j' => c,
            'h' => continue,
            _ if n == 0 => 'a',
            _ if matches!(c, 'a'..='z') || c.is_whitespace() || c == '\'' => continue,
            _ if u32::from(c) < 0x250 => continue,
            // Other scripts are compared as they are.
            _ => c,
        };
        if key.last() != Some(&class) {
            key.push(class);
        }
    }
    key
}

/// What it costs to take one word for another; `None` where they are not near.
fn distance(heard: &Known, known: &Known) -> Option<u16> {
    let length = heard.chars.len().max(known.chars.len());
    let alike = heard.key == known.key && !heard.key.is_empty();
    let most = match (length, alike) {
        // So short that a letter makes another word.
        (0..=3, _) => return None,
        (4, false) => return None,
        (_, true) => (length / 3).max(1),
        (_, false) => length / 4,
    };
    if heard.chars.len().abs_diff(known.chars.len()) > most {
        return None;
    }
    let differ = (heard.letters ^ known.letters).count_ones() as usize;
    // A letter that is replaced differs twice.
    if differ > 2 * most || heard.chars == known.chars {
        return None;
    }
    let distance = strsim::generic_damerau_levenshtein(&heard.chars, &known.chars);
    if distance > most {
        return None;
    }
    let further = u16::try_from(distance.saturating_sub(1)).ok()?;
    Some(LETTER + (further + u16::from(!alike)) * UNIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(heard: &str, known: &str) -> bool {
        let word = |text: &str| Known::new(text.chars().collect());
        distance(&word(heard), &word(known)).is_some()
    }

    #[test]
    fn near_words_are_near_and_others_are_not() {
        for (heard, known) in [
            ("kitten", "kitchen"),
            ("leaving", "living"),
            ("lamb", "lamp"),
            ("tern", "turn"),
            ("thermostad", "thermostat"),
            ("bedrom", "bedroom"),
            ("küche", "kuche"),
            ("fourty", "forty"),
            ("wonzimmer", "wohnzimmer"),
        ] {
            assert!(near(heard, known), "{heard} {known}");
        }
        for (heard, known) in [
            ("bathroom", "bedroom"),
            ("hall", "wall"),
            ("on", "off"),
            ("kitchen", "chicken"),
            ("garden", "garage"),
            ("left", "right"),
            ("upstairs", "downstairs"),
        ] {
            assert!(!near(heard, known), "{heard} {known}");
        }
    }
}
