//! Commands in the sentence templates of Home Assistant: parsed, compiled and matched.
//!
//! ```
//! use sayso_intents::{Context, Grammar, Home, Source};
//!
//! let sentences = r#"
//! intents:
//!   HassTurnOn:
//!     data:
//!       - sentences:
//!           - "(turn|switch) on [the] {name}"
//!           - "turn [the] {name} on"
//! "#;
//! let source = Source::read("sentences.yaml", sentences, true).unwrap();
//! let grammar = Grammar::compile("en", &[source]).unwrap();
//! let home = serde_json::json!({"entities": [{"name": "Bedroom Lamp", "domain": "light"}]});
//! let home = Home::from_json(&home).unwrap();
//! let command = grammar.parse(&home, &Context::default(), "Switch on the bed room lamp.").unwrap();
//! assert_eq!(&*command.intent, "HassTurnOn");
//! assert_eq!(command.slots["name"], "Bedroom Lamp");
//! ```
//!
//! Templates are compiled to one graph in which equal parts stand once, and a sentence is
//! matched by dynamic programming over it: the time is bounded by the parts and the
//! characters, however many sentences a template stands for. What fits no template is tried
//! again, and recognition's usual mistakes are forgiven at a cost ([`Match::score`]).

mod folder;
mod grammar;
mod graph;
mod home;
mod matcher;
mod near;
mod numbers;
mod sample;
mod source;
mod template;
mod text;
mod trie;

pub use folder::Folder;
pub use grammar::Grammar;
pub use home::{Entity, Home, Place};
pub use matcher::{Context, Match};
pub use numbers::Numbers;
pub use sample::Sample;
pub use source::{Error, Source};

use graph::{Drop, Graph, SKIP, UNIT, Word};
use matcher::Run;
use text::Folded;

/// What is forgiven, where a sentence is right in another way.
const FREE: u16 = 4 * UNIT - 1;

impl Grammar {
    /// The command that a text is, if it is one and there is no doubt which: where two names
    /// of the home are equally near to what was heard, somebody has to ask.
    pub fn parse(&self, home: &Home, context: &Context, text: &str) -> Option<Match> {
        let mut matches = self.matches(home, context, text);
        if is_unsure(&matches) {
            return None;
        }
        (!matches.is_empty()).then(|| matches.swap_remove(0))
    }

    /// All commands that a text may be, the best first. Those with mistakes are looked for
    /// only where there are none without, or some words may be anything: then "the kichen
    /// timer" is rather that of the kitchen than one called "kichen".
    pub fn matches(&self, home: &Home, context: &Context, text: &str) -> Vec<Match> {
        let exact = self.exact_matches(home, context, text);
        let free = exact.first().is_some_and(|best| best.free);
        if !exact.is_empty() && !free {
            return exact;
        }
        let folded = text::folded(text);
        let words = graph::split(&folded.chars);
        let (lanes, mut drops) = self.near.meant(home, &folded, &words, free);
        if free && lanes.is_empty() {
            return exact;
        }
        drops.extend(self.skips(&folded, &words));
        let budget = if free { FREE } else { near::budget(words.len()) };
        let Some(graph) = Graph::new(&folded, &words, &lanes, &drops) else { return exact };
        let run = Run::new(self, home, &graph, budget, !free);
        let run = if free { run.tame() } else { run };
        let mut near = run.matches(&folded, text, context);
        near.extend(exact);
        near
    }

    /// All commands that a text is word for word, the best first.
    pub fn exact_matches(&self, home: &Home, context: &Context, text: &str) -> Vec<Match> {
        let folded = text::folded(text);
        let words = graph::split(&folded.chars);
        let drops = self.skips(&folded, &words);
        let Some(graph) = Graph::new(&folded, &words, &[], &drops) else { return Vec::new() };
        let run = Run::new(self, home, &graph, UNIT - 1, false);
        run.matches(&folded, text, context)
    }

    /// Where the words stand that the sentences say to pass over.
    fn skips(&self, folded: &Folded, words: &[Word]) -> Vec<Drop> {
        let mut drops = Vec::new();
        for from in 0..words.len() {
            for skip in &self.skip {
                let here = words.get(from..from + skip.len());
                let is = here.is_some_and(|here| {
                    here.iter().zip(skip).all(|(w, s)| folded.chars[w.from..w.to] == s[..])
                });
                if is {
                    drops.push(Drop { from, to: from + skip.len(), cost: SKIP });
                }
            }
        }
        drops
    }
}

/// Whether the first of some matches is one of several that were about as nearly said, and
/// that mean other things of the home.
pub fn is_unsure(matches: &[Match]) -> bool {
    let Some((best, others)) = matches.split_first() else { return false };
    let others = others.iter().filter(|other| (other.own, other.free) == (best.own, best.free));
    best.score < 1.0
        && others.take_while(|other| other.score >= best.score - near::STEP).any(|other| {
            let differs = |slot: &str| {
                let (a, b) = (best.slots.get(slot), other.slots.get(slot));
                a.is_some() && b.is_some() && a != b
            };
            ["name", "area", "floor"].iter().any(|slot| differs(slot))
        })
}
