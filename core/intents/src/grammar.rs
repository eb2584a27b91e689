//! Compiled sentences: a graph of expressions, each of which is stored once.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use crate::trie::Trie;
use crate::vocabulary::Vocabulary;

/// The number of an expression.
pub(crate) type Id = u32;

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    /// A word, a part of a word, or a space.
    Text(Box<[char]>),
    Sequence(Box<[Id]>),
    Alternatives(Box<[Id]>),
    List {
        list: u32,
        slot: u32,
        /// Whether the value is not a slot, but is kept for the response.
        capture: bool,
        /// Whether the value ends where a word ends.
        whole: bool,
    },
}

/// What a name of the home names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Area,
    Floor,
    Name,
}

/// A value of a list.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    /// What fills the slot; without it, the words that were said.
    pub out: Option<Value>,
    /// The context that the value sets.
    pub context: Vec<(String, Value)>,
}

/// What a slot may be filled with.
#[derive(Clone, Debug)]
pub(crate) enum List {
    Values {
        /// Plain texts, and the numbers of their values.
        trie: Trie<u32>,
        /// Other texts, and the numbers of their values.
        templates: Vec<(Id, u32)>,
        values: Vec<Listed>,
    },
    Range(Range),
    /// Any words.
    Wildcard,
    /// The names of the home.
    Home(Kind),
}

/// Which fractions the numbers of a range have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Fractions {
    None,
    Halves,
    Tenths,
}

/// A range of numbers.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    pub from: i64,
    pub to: i64,
    pub step: i64,
    pub fractions: Fractions,
    /// What the number is multiplied by before it fills the slot.
    pub multiplier: Option<f64>,
    /// Whether the numbers may be said in digits.
    pub digits: bool,
    /// The number words, and the numbers in tenths.
    pub words: Arc<Trie<i64>>,
}

impl Range {
    /// Whether a number, in tenths, is in the range.
    pub fn has(&self, tenths: i64) -> bool {
        let (whole, tenth) = (tenths.div_euclid(10), tenths.rem_euclid(10));
        let fraction = match self.fractions {
            Fractions::None => tenth == 0,
            Fractions::Halves => tenth % 5 == 0,
            Fractions::Tenths => true,
        };
        fraction && (self.from..=self.to).contains(&whole) && (whole - self.from) % self.step == 0
    }

    /// The value of the slot for a number in tenths.
    pub fn value(&self, tenths: i64) -> Value {
        #[allow(clippy::cast_precision_loss)] // The bounds of a range are less than 2⁵³.
        let number = tenths as f64 / 10.0 * self.multiplier.unwrap_or(1.0);
        #[allow(clippy::cast_possible_truncation)]
        if number.fract() == 0.0 && number.abs() < 1e15 {
            Value::from(number as i64)
        } else {
            Value::from(number)
        }
    }
}

/// A condition on the context.
#[derive(Clone, Debug)]
pub(crate) struct Requirement {
    pub key: String,
    /// The values that meet it; any value if there is none.
    pub values: Option<Vec<Value>>,
    /// The slot that the value of the context fills.
    pub slot: Option<String>,
}

/// What applies to all templates of one block.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub intent: Arc<str>,
    pub slots: Vec<(String, Value)>,
    pub requires: Vec<Requirement>,
    pub excludes: Vec<Requirement>,
    pub response: Option<String>,
    /// Whether the user wrote it.
    pub own: bool,
}

/// A template: the items of its outermost sequence.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub block: u32,
    pub items: Box<[Id]>,
    pub text: Box<str>,
}

/// A node of the trie of templates. Templates that begin with the same items share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Branch {
    pub next: Vec<(Id, u32)>,
    pub ends: Vec<u32>,
}

/// The sentences of one language, ready for matching.
#[derive(Clone, Debug)]
pub struct Grammar {
    pub(crate) language: String,
    pub(crate) nodes: Vec<Node>,
    /// Whether the expression contains a list, by its number.
    pub(crate) has_slots: Vec<bool>,
    pub(crate) lists: Vec<List>,
    pub(crate) slots: Vec<String>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) templates: Vec<Template>,
    pub(crate) branches: Vec<Branch>,
    /// Words that are ignored, each as a sequence of words.
    pub(crate) skip: Vec<Vec<Vec<char>>>,
    pub(crate) near: Vocabulary,
    /// The lists of zones. Home Assistant's sentences define them as wildcards.
    pub(crate) zones: Vec<u32>,
}

impl Grammar {
    /// How many templates there are.
    pub fn len(&self) -> usize {
        self.templates.len()
    }

    /// Whether there are no templates.
    pub fn is_empty(&self) -> bool {
        self.templates.is_empty()
    }

    /// The intents of the user's own sentences, in order.
    pub fn own_intents(&self) -> BTreeSet<&str> {
        self.blocks.iter().filter(|block| block.own).map(|block| &*block.intent).collect()
    }

    /// The intents of all other sentences, in order.
    pub fn other_intents(&self) -> BTreeSet<&str> {
        self.blocks.iter().filter(|block| !block.own).map(|block| &*block.intent).collect()
    }
    /// The slots that sentences of an intent may fill, in order.
    pub fn slots_of(&self, intent: &str) -> BTreeSet<&str> {
        let mut slots = BTreeSet::new();
        let (mut seen, mut waiting) = (BTreeSet::new(), Vec::new());
        for template in &self.templates {
            let block = self.blocks.get(template.block as usize);
            let Some(block) = block.filter(|block| &*block.intent == intent) else { continue };
            slots.extend(block.slots.iter().map(|(slot, _)| slot.as_str()));
            slots.extend(block.requires.iter().filter_map(|requires| requires.slot.as_deref()));
            waiting.extend(template.items.iter().copied());
        }
        while let Some(id) = waiting.pop() {
            if !seen.insert(id) {
                continue;
            }
            match self.nodes.get(id as usize) {
                Some(Node::Sequence(parts) | Node::Alternatives(parts)) => {
                    waiting.extend(parts.iter().copied());
                }
                Some(Node::List { slot, capture: false, .. }) => {
                    slots.extend(self.slots.get(*slot as usize).map(String::as_str));
                }
                Some(Node::Text(_) | Node::List { .. }) | None => {}
            }
        }
        slots
    }
}
