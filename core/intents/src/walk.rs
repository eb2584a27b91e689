//! Sentences from the left to the right: what may come next.
//!
//! A recogniser that writes token after token asks after each whether a sentence may go on so. A
//! [`Walk`] knows all places of the grammar where such a beginning may have led.

use std::collections::{HashMap, HashSet};

use crate::grammar::{Fractions, Grammar, Id, Kind, List, Node};
use crate::home::Home;
use crate::text;
use crate::trie::Trie;

/// The longest number in digits.
const MAX_DIGITS: i64 = 1_000_000;
/// With more places, a walk ends: such a grammar has no use for a recogniser.
const MAX_PLACES: usize = 200_000;

/// What follows after a part of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Rest {
    /// The templates below a branch.
    Branch(u32),
    /// The items of a sequence from this one on, and then what follows after it.
    Items(Id, u32, u32),
}

/// A place within a part of a sentence; the last number says what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Place {
    /// Before a character of a text.
    Text(Id, u32, u32),
    /// At a node of a list's trie.
    Listed(u32, u32, u32),
    /// At a node of the number words of a list.
    Number(u32, u32, u32),
    /// After digits of a number of a list: the number so far, −1 before the first digit.
    Digits(u32, i64, u32),
    /// In words of a wildcard.
    Wild(u32),
    /// A sentence may end.
    End,
}

/// Skip words that are being said.
#[derive(Clone, Copy, Debug)]
struct Skip {
    /// Which ones, and how many of their characters have been said.
    words: usize,
    said: usize,
    /// The beginning after which they are said.
    after: usize,
}

/// The places that are being reached, and the expressions that were entered for this.
#[derive(Default)]
struct Reached {
    places: HashSet<Place>,
    entered: HashSet<(Id, u32)>,
}

/// A set of places.
#[derive(Clone, Debug, Default)]
struct Places {
    all: Vec<Place>,
    /// Whether a word begins here.
    boundary: bool,
    /// The skip words that are being said.
    skips: Vec<Skip>,
}

/// A walk through the sentences of a grammar.
#[derive(Debug)]
pub struct Walk<'a> {
    grammar: &'a Grammar,
    home: &'a Home,
    rests: Vec<Rest>,
    known: HashMap<Rest, u32>,
    beginnings: Vec<Places>,
    steps: HashMap<(usize, char), Option<usize>>,
    skip: Vec<Vec<char>>,
    places: usize,
    /// Whether wildcards are walked.
    wild: bool,
    /// A sentence must not end with a template that requires one of these keys of the context.
    barred: &'a [&'a str],
}

impl Grammar {
    /// A walk through the sentences, without those with wildcards: in these, any words fit.
    pub fn walk<'a>(&'a self, home: &'a Home) -> Walk<'a> {
        self.walk_with(home, false, &[])
    }

    /// A walk through the sentences, those with wildcards too, for a writer who chooses words that
    /// make sense. Without the sentences that require one of the keys `barred` of the context.
    pub fn walk_freely<'a>(&'a self, home: &'a Home, barred: &'a [&'a str]) -> Walk<'a> {
        self.walk_with(home, true, barred)
    }

    fn walk_with<'a>(&'a self, home: &'a Home, wild: bool, barred: &'a [&'a str]) -> Walk<'a> {
        let mut walk = Walk {
            grammar: self,
            home,
            wild,
            barred,
            rests: Vec::new(),
            known: HashMap::new(),
            beginnings: Vec::new(),
            steps: HashMap::new(),
            skip: self.skip.iter().map(|words| words.join(&' ')).collect(),
            places: 0,
        };
        let root = walk.rest(Rest::Branch(0));
        let mut all = Reached::default();
        walk.follow(root, true, &mut all);
        walk.begin(all, true, Vec::new());
        walk
    }
}

impl Walk<'_> {
    /// The number of the beginning before the first word.
    pub const START: usize = 0;

    /// The number of the longer beginning, if sentences may go on with `text` after the beginning
    /// number `at`. Case and punctuation do not count.
    ///
    /// # Panics
    /// If there is no beginning of this number.
    pub fn step(&mut self, mut at: usize, text: &str) -> Option<usize> {
        let mut folded = text::fold(text);
        // A mark is the end of a word, not a letter of the next one.
        folded.retain(|c| !text::is_punctuation(c));
        for c in folded.chars() {
            at = self.character(at, if c == '-' { ' ' } else { c })?;
        }
        Some(at)
    }

    /// Whether a sentence may end after the beginning number `at`.
    ///
    /// # Panics
    /// If there is no beginning of this number.
    pub fn may_end(&mut self, at: usize) -> bool {
        if self.beginnings[at].all.contains(&Place::End) {
            return true;
        }
        let spaced = self.character(at, ' ');
        spaced.is_some_and(|at| self.beginnings[at].all.contains(&Place::End))
    }

    fn character(&mut self, from: usize, c: char) -> Option<usize> {
        let places = &self.beginnings[from];
        if c == ' ' && places.boundary {
            return Some(from);
        }
        if let Some(to) = self.steps.get(&(from, c)) {
            return *to;
        }
        let places = self.beginnings[from].clone();
        let boundary = c == ' ';
        let mut all = Reached::default();
        for place in &places.all {
            self.advance(*place, c, boundary, &mut all);
        }
        let mut skips = Vec::new();
        for skip in &places.skips {
            match self.skip[skip.words].get(skip.said) {
                Some(next) if *next == c => skips.push(Skip { said: skip.said + 1, ..*skip }),
                None if boundary => {
                    all.places.extend(self.beginnings[skip.after].all.iter().copied())
                }
                _ => {}
            }
        }
        let dead = (all.places.is_empty() && skips.is_empty()) || self.places > MAX_PLACES;
        let to = (!dead).then(|| self.begin(all, boundary, skips));
        self.steps.insert((from, c), to);
        to
    }

    /// Adds the beginning that leads to some places.
    fn begin(&mut self, all: Reached, boundary: bool, mut skips: Vec<Skip>) -> usize {
        let all: Vec<Place> = all.places.into_iter().collect();
        let after = self.beginnings.len();
        if boundary && !all.is_empty() {
            skips.extend((0..self.skip.len()).map(|words| Skip { words, said: 0, after }));
        }
        self.places += all.len();
        self.beginnings.push(Places { all, boundary, skips });
        after
    }

    /// The number of what follows.
    fn rest(&mut self, rest: Rest) -> u32 {
        let (rests, next) = (&mut self.rests, self.known.len());
        *self.known.entry(rest).or_insert_with(|| {
            rests.push(rest);
            u32::try_from(next).unwrap_or(u32::MAX)
        })
    }

    /// Adds the places where what follows begins.
    fn follow(&mut self, rest: u32, boundary: bool, all: &mut Reached) {
        let grammar = self.grammar;
        match self.rests[rest as usize] {
            Rest::Branch(branch) => {
                let branch = &grammar.branches[branch as usize];
                if branch.ends.iter().any(|end| self.may_mean(*end)) {
                    all.places.insert(Place::End);
                }
                for (id, next) in &branch.next {
                    let rest = self.rest(Rest::Branch(*next));
                    self.enter(*id, rest, boundary, all);
                }
            }
            Rest::Items(id, at, after) => {
                let Node::Sequence(items) = &grammar.nodes[id as usize] else { return };
                match items.get(at as usize) {
                    Some(item) => {
                        let rest = self.rest(Rest::Items(id, at + 1, after));
                        self.enter(*item, rest, boundary, all);
                    }
                    None => self.follow(after, boundary, all),
                }
            }
        }
    }

    /// Whether a sentence of a template is one of the walk's.
    fn may_mean(&self, template: u32) -> bool {
        let block = self.grammar.templates[template as usize].block;
        let requires = &self.grammar.blocks[block as usize].requires;
        !requires.iter().any(|requires| self.barred.contains(&&*requires.key))
    }

    /// Adds the places where an expression begins.
    fn enter(&mut self, id: Id, rest: u32, boundary: bool, all: &mut Reached) {
        if self.rests.len() > MAX_PLACES || !all.entered.insert((id, rest)) {
            return;
        }
        let grammar = self.grammar;
        match &grammar.nodes[id as usize] {
            Node::Text(_) => self.before(id, 0, rest, boundary, all),
            Node::Sequence(_) => {
                let items = self.rest(Rest::Items(id, 0, rest));
                self.follow(items, boundary, all);
            }
            Node::Alternatives(branches) => {
                for branch in branches {
                    self.enter(*branch, rest, boundary, all);
                }
            }
            Node::List { list, .. } => match &grammar.lists[*list as usize] {
                List::Values { templates, .. } => {
                    all.places.insert(Place::Listed(*list, Trie::<u32>::ROOT, rest));
                    for (id, _) in templates {
                        self.enter(*id, rest, boundary, all);
                    }
                }
                List::Home(_) => {
                    all.places.insert(Place::Listed(*list, Trie::<u32>::ROOT, rest));
                }
                List::Range(range) => {
                    all.places.insert(Place::Number(*list, Trie::<i64>::ROOT, rest));
                    if range.digits {
                        all.places.insert(Place::Digits(*list, -1, rest));
                    }
                }
                List::Wildcard => {
                    all.places.extend(self.wild.then_some(Place::Wild(rest)));
                }
            },
        }
    }

    /// Adds the place before a character of a text. A space where a word begins anyway is none.
    fn before(&mut self, id: Id, at: u32, rest: u32, boundary: bool, all: &mut Reached) {
        let Node::Text(chars) = &self.grammar.nodes[id as usize] else { return };
        match chars.get(at as usize) {
            Some(' ') if boundary => self.before(id, at + 1, rest, boundary, all),
            Some(_) => {
                all.places.insert(Place::Text(id, at, rest));
            }
            None => self.follow(rest, boundary, all),
        }
    }

    /// Adds the places to which a character leads.
    fn advance(&mut self, place: Place, c: char, boundary: bool, all: &mut Reached) {
        let (grammar, home) = (self.grammar, self.home);
        match place {
            Place::Text(id, at, rest) => {
                let Node::Text(chars) = &grammar.nodes[id as usize] else { return };
                if chars.get(at as usize).is_some_and(|next| text::same(*next, c)) {
                    self.before(id, at + 1, rest, boundary, all);
                }
            }
            Place::Listed(list, node, rest) => {
                let trie = match &grammar.lists[list as usize] {
                    List::Values { trie, .. } => trie,
                    List::Home(Kind::Area) => &home.area_names,
                    List::Home(Kind::Floor) => &home.floor_names,
                    List::Home(Kind::Name) => &home.entity_names,
                    _ => return,
                };
                for (_, next) in trie.next(node).iter().filter(|(next, _)| text::same(*next, c)) {
                    all.places.insert(Place::Listed(list, *next, rest));
                    if !trie.values(*next).is_empty() {
                        self.follow(rest, boundary, all);
                    }
                }
            }
            Place::Number(list, node, rest) => {
                let List::Range(range) = &grammar.lists[list as usize] else { return };
                let words = range.words.clone();
                for (_, next) in words.next(node).iter().filter(|(next, _)| text::same(*next, c)) {
                    all.places.insert(Place::Number(list, *next, rest));
                    if !words.values(*next).is_empty() {
                        self.follow(rest, boundary, all);
                    }
                }
            }
            Place::Digits(list, number, rest) => {
                let List::Range(range) = &grammar.lists[list as usize] else { return };
                let Some(digit) = c.to_digit(10) else { return };
                let number = number.max(0) * 10 + i64::from(digit);
                if number > range.to.min(MAX_DIGITS) || range.fractions == Fractions::Tenths {
                    return;
                }
                all.places.insert(Place::Digits(list, number, rest));
                if range.has(number * 10) {
                    self.follow(rest, boundary, all);
                }
            }
            Place::Wild(rest) => {
                all.places.insert(place);
                if boundary {
                    self.follow(rest, true, all);
                }
            }
            Place::End => {
                if boundary {
                    all.places.insert(place);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
