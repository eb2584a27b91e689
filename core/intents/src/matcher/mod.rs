//! From a sentence to the commands that it may be.

mod lists;
mod parses;
mod rank;
mod run;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use crate::grammar::Grammar;
use crate::graph::{self, Drop, Graph, SKIP, UNIT, Word};
use crate::home::Home;
use crate::near;
use crate::text::{self, Folded};
use run::Run;

/// The highest cost of what is forgiven in a sentence that also fits a template with a wildcard
/// without a mistake.
const FREE: u16 = 4 * UNIT - 1;

/// What is known about the speaker.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// The area where the speaker is.
    pub area: Option<String>,
    /// Other values, by name.
    pub values: BTreeMap<String, Value>,
}

impl Context {
    /// The context of a speaker in an area.
    pub fn area(area: impl Into<String>) -> Self {
        Self { area: Some(area.into()), ..Self::default() }
    }

    fn get(&self, key: &str) -> Option<Value> {
        match (key, &self.area) {
            ("area", Some(area)) => Some(Value::from(area.as_str())),
            _ => self.values.get(key).cloned(),
        }
    }
}

/// A command that a sentence may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// The intent.
    pub intent: Arc<str>,
    /// The slots and their values.
    pub slots: BTreeMap<String, Value>,
    /// The slots whose values are names of the home that were said.
    pub named: Vec<String>,
    /// The slots whose values are words of the text, and where in it these are, in bytes.
    pub spans: BTreeMap<String, Range<usize>>,
    /// How well the sentence fits the template: 1 if every word does.
    pub score: f32,
    /// Context that the template requires and that is not known: the area of the speaker.
    pub needs: Vec<String>,
    /// Values that are not slots, but are kept for the response.
    pub captures: BTreeMap<String, String>,
    /// The name of the response.
    pub response: Option<String>,
    /// The template.
    pub template: Box<str>,
    /// Whether the template is the user's own.
    pub own: bool,
    /// The number of letters in wildcards.
    pub wild: u16,
}

impl Grammar {
    /// The command that a text is; `None` if it is no command, or if [it is unsure](is_unsure)
    /// which.
    pub fn parse(&self, home: &Home, context: &Context, text: &str) -> Option<Match> {
        let mut matches = self.matches(home, context, text);
        let sure = !matches.is_empty() && !is_unsure(&matches);
        sure.then(|| matches.swap_remove(0))
    }

    /// All commands that a text may be, the best first.
    ///
    /// Matches with mistakes are only looked for if there is no exact match, or if the exact
    /// match has a wildcard: "the kichen timer" is more likely the timer of the kitchen than a
    /// timer called "kichen".
    pub fn matches(&self, home: &Home, context: &Context, text: &str) -> Vec<Match> {
        let exact = self.exact_matches(home, context, text);
        let (wild, named) = exact.first().map_or((0, 0), |best| (best.wild, best.named.len()));
        let free = wild > 0;
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
        // Wildcards take time, so they are only tried if a match may leave much less to them, or
        // may have a name in their place.
        let letters = folded.chars.iter().filter(|c| **c != ' ').count();
        let names = lanes.iter().any(|lane| home.names.binary_search(&lane.chars).is_ok());
        let mostly_wild = 2 * usize::from(wild) > letters;
        let run = if free && !names && !mostly_wild { run.without_wildcards() } else { run };
        let mut near = run.matches(&folded, text, context);
        near.retain(|other| {
            !free || 2 * other.wild <= wild || (other.named.len() > named && other.wild < wild)
        });
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

    /// The words of a text that are skip words.
    fn skips(&self, folded: &Folded, words: &[Word]) -> Vec<Drop> {
        let mut drops = Vec::new();
        for from in 0..words.len() {
            for skip in &self.skip {
                let here = words.get(from..from + skip.len());
                let is_skip = here.is_some_and(|here| {
                    here.iter().zip(skip).all(|(w, s)| folded.chars[w.from..w.to] == s[..])
                });
                if is_skip {
                    drops.push(Drop { from, to: from + skip.len(), cost: SKIP });
                }
            }
        }
        drops
    }
}

/// Whether somebody has to ask which of some matches, the best first, was meant.
pub fn is_unsure(matches: &[Match]) -> bool {
    !choices(matches).is_empty()
}

/// Of some matches, the best first, those among which somebody has to choose; none if the first
/// one was meant. Another match is a choice if it fits about as well as the first one and has
/// another name of the home in a slot, or if it fits just as well and has the same slots, but
/// another intent.
pub fn choices(matches: &[Match]) -> Vec<&Match> {
    let Some((best, others)) = matches.split_first() else { return Vec::new() };
    let spoken = |found: &Match, slot: &String| {
        found.slots.get(slot).and_then(Value::as_str).map(|name| text::folded(name).chars)
    };
    let mut choices: Vec<&Match> = others
        .iter()
        .filter(|other| (other.own, other.wild > 0) == (best.own, best.wild > 0))
        .take_while(|other| other.score >= best.score - near::STEP)
        .filter(|other| {
            let mut common = best.named.iter().filter(|slot| other.named.contains(slot));
            common.any(|slot| spoken(best, slot) != spoken(other, slot))
                || (other.score >= best.score
                    && other.intent != best.intent
                    && other.slots == best.slots)
        })
        .collect();
    if best.score >= 1.0 {
        choices.clear();
    }
    if !choices.is_empty() {
        choices.insert(0, best);
    }
    choices
}
