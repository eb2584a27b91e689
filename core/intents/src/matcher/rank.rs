//! What a match means, and which of several matches is the best.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use super::parses::{Capture, Parse, What};
use super::run::{MAX_STEPS, Reach, Run};
use super::{Context, Match};
use crate::grammar::{Block, Kind, List, Requirement};
use crate::graph::{self, MISS, UNIT};
use crate::home::Entity;
use crate::near;
use crate::text::{self, Folded};

/// The highest cost, in units, of a match with a wildcard.
const MAX_WITH_WILDCARD: u16 = 3;
/// By how many units a match may cost more than the best one.
const MARGIN: u16 = 2;

/// A sentence.
#[derive(Clone, Copy)]
struct Sentence<'a> {
    folded: &'a Folded,
    text: &'a str,
}

/// What the words of a match say.
#[derive(Default)]
struct Said<'a> {
    slots: BTreeMap<String, Value>,
    named: Vec<String>,
    spans: BTreeMap<String, Range<usize>>,
    captures: BTreeMap<String, String>,
    /// The context that the words set.
    context: BTreeMap<&'a str, Value>,
    entities: Vec<&'a Entity>,
    /// The letters of the entity's name.
    name: Option<u16>,
    wildcards: usize,
    /// The letters in wildcards.
    wild: u16,
    /// The letters in lists, wildcards included.
    listed: u16,
}

/// The order of matches, the best first. As in Home Assistant, the user's own templates come
/// first, then the longest name, the fewest wildcards, the most letters in the template itself,
/// and the fewest letters in wildcards. The cost of mistakes counts more than all but the first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    foreign: bool,
    cost: u16,
    unnamed: bool,
    name: Reverse<u16>,
    wildcards: usize,
    literal: Reverse<u16>,
    wild: u16,
    /// Whether an entity is not where it is said to be.
    elsewhere: bool,
    values: usize,
    needs: usize,
    skipped: u16,
    intent: Arc<str>,
    template: u32,
}

impl<'a> Run<'a> {
    /// All matches, the best first.
    pub fn matches(mut self, folded: &Folded, text: &str, context: &Context) -> Vec<Match> {
        let sentence = Sentence { folded, text };
        let mut found: Vec<(u32, u16)> = Vec::new();
        self.branch(0, vec![Reach { at: 0, cost: 0 }], &mut found);
        found.sort_by_key(|(template, cost)| (cost / UNIT, *template));
        let mut ranked: Vec<(Rank, Match)> = Vec::new();
        let mut limit = self.budget;
        for (template, cost) in found {
            if cost / UNIT > limit / UNIT || self.steps > MAX_STEPS {
                break;
            }
            for (rank, matched) in self.template(template, sentence, context) {
                // A match with a wildcard may be worse than one that costs more.
                if matched.wild == 0 {
                    limit = limit.min((rank.cost + MARGIN).saturating_mul(UNIT));
                }
                ranked.push((rank, matched));
            }
        }
        ranked.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut best: Vec<Match> = Vec::new();
        for (_, matched) in ranked {
            if !best.iter().any(|m| m.intent == matched.intent && m.slots == matched.slots) {
                best.push(matched);
            }
        }
        best
    }

    /// All ways in which the sentence fits one template.
    fn template(
        &mut self,
        number: u32,
        sentence: Sentence<'_>,
        context: &Context,
    ) -> Vec<(Rank, Match)> {
        let (grammar, graph) = (self.grammar, self.graph);
        let template = &grammar.templates[number as usize];
        let block = &grammar.blocks[template.block as usize];
        let mut all = Vec::new();
        for (at, point) in graph.points.iter().enumerate() {
            let (Some(finish), Ok(at)) = (point.finish, u16::try_from(at)) else { continue };
            for mut parse in self.sequence(&template.items, 0, at) {
                parse.cost += finish;
                if parse.cost > self.budget {
                    continue;
                }
                if let Some((rank, matched)) = self.judge(block, &parse, at, sentence, context) {
                    let matched = Match { template: template.text.clone(), ..matched };
                    all.push((Rank { template: number, ..rank }, matched));
                }
            }
        }
        all
    }

    /// What a parse means; `None` if the context does not allow it or a wildcard is not
    /// plausible.
    fn judge(
        &self,
        block: &Block,
        parse: &Parse,
        end: u16,
        sentence: Sentence<'_>,
        context: &Context,
    ) -> Option<(Rank, Match)> {
        let mut said = self.said(parse, sentence, block.own)?;
        let units = parse.cost / UNIT;
        // Any words fit a wildcard, so nothing else may be doubtful.
        let doubtful = units > MAX_WITH_WILDCARD || near::misses(parse.cost);
        if said.wildcards > 0 && (doubtful || !self.is_plausible(parse, sentence.folded, &said)) {
            return None;
        }
        let needs = said.check(block, context)?;
        let place = |slot: &str| said.slots.get(slot).and_then(Value::as_str);
        let (area, floor) = (place("area"), place("floor"));
        let elsewhere = |entity: &&Entity| self.home.is_elsewhere(entity, area, floor);
        let rank = Rank {
            foreign: !block.own,
            cost: units,
            unnamed: said.name.is_none(),
            name: Reverse(said.name.unwrap_or(0)),
            wildcards: said.wildcards,
            literal: Reverse(self.graph.point(end).weight.saturating_sub(said.listed)),
            wild: said.wild,
            elsewhere: said.entities.iter().any(elsewhere),
            values: parse.captures.len(),
            needs: needs.len(),
            skipped: parse.cost % MISS,
            intent: block.intent.clone(),
            template: 0,
        };
        let matched = Match {
            intent: block.intent.clone(),
            slots: said.slots,
            named: said.named,
            spans: said.spans,
            score: near::score(units),
            needs,
            captures: said.captures,
            response: block.response.clone(),
            template: Box::default(),
            own: block.own,
            wild: said.wild,
        };
        Some((rank, matched))
    }

    /// What the words of a parse say; `None` if a wildcard has no words. `verbatim` says whether these
    /// are kept with their quotation and question marks.
    fn said(&self, parse: &Parse, sentence: Sentence<'_>, verbatim: bool) -> Option<Said<'a>> {
        let (grammar, graph) = (self.grammar, self.graph);
        let mut said = Said::default();
        for capture in &parse.captures {
            let wild = capture.what == What::Words;
            let span = self.span(capture, sentence, wild && verbatim)?;
            let words = sentence.text.get(span.clone())?;
            let slot = grammar.slots[capture.slot as usize].clone();
            let length = graph.point(capture.to).weight - graph.point(capture.from).weight;
            said.listed += length;
            let value = match (&grammar.lists[capture.list as usize], capture.what) {
                (List::Home(kind), What::Value(n)) => {
                    said.named.push(slot.clone());
                    Value::from(self.name(*kind, n, &slot, length, &mut said)?)
                }
                (List::Values { values, .. }, What::Value(n)) => {
                    let value = values.get(n as usize)?;
                    said.context.extend(value.context.iter().map(|(k, v)| (k.as_str(), v.clone())));
                    value.out.clone().unwrap_or_else(|| Value::from(words))
                }
                (List::Range(range), What::Tenths(tenths)) => range.value(tenths),
                (List::Wildcard, What::Words) if !words.is_empty() => {
                    said.wildcards += 1;
                    said.wild += length;
                    said.spans.insert(slot.clone(), span);
                    Value::from(words)
                }
                _ => return None,
            };
            if capture.kept {
                said.captures.insert(slot, words.to_owned());
            } else {
                said.slots.insert(slot, value);
            }
        }
        Some(said)
    }

    /// The name of an area, a floor or an entity, for a slot.
    fn name(
        &self,
        kind: Kind,
        number: u32,
        slot: &str,
        length: u16,
        said: &mut Said<'a>,
    ) -> Option<&'a str> {
        let home = self.home;
        let number = number as usize;
        let entity = match kind {
            Kind::Area => return home.areas.get(number).map(|area| area.name.as_str()),
            Kind::Floor => return home.floors.get(number).map(|floor| floor.name.as_str()),
            Kind::Name => home.entities.get(number)?,
        };
        let about = [("domain", &entity.domain), ("device_class", &entity.device_class)];
        for (key, value) in about {
            said.context.extend(value.as_ref().map(|value| (key, Value::from(value.as_str()))));
        }
        if slot == "name" {
            said.name = Some(length);
        }
        said.entities.push(entity);
        Some(&entity.name)
    }

    /// Where the words of a capture are in the text. With `verbatim`, the marks at their ends belong
    /// to them, but for those that transcribers add.
    fn span(
        &self,
        capture: &Capture,
        Sentence { folded, text }: Sentence<'_>,
        verbatim: bool,
    ) -> Option<Range<usize>> {
        let origin = |at: u16| folded.origin.get(self.graph.point(at).origin).copied();
        let (mut from, mut to) = (origin(capture.from)?, origin(capture.to)?);
        let added = |c: char| c.is_whitespace() || matches!(c, ',' | '.' | ';' | ':');
        if verbatim {
            let is_mark = |c: &char| text::is_punctuation(*c);
            let before = text.get(..from)?.chars().rev().take_while(is_mark);
            from -= before.map(char::len_utf8).sum::<usize>();
            to += text.get(to..)?.chars().take_while(is_mark).map(char::len_utf8).sum::<usize>();
        }
        let is_outside = |c: char| added(c) || !verbatim && matches!(c, '!' | '?' | '"');
        let words = text.get(from..to)?;
        let from = from + (words.len() - words.trim_start_matches(is_outside).len());
        let words = words.trim_start_matches(is_outside).trim_end_matches(is_outside);
        Some(from..from + words.len())
    }

    /// Whether the words in wildcards may be meant. A zone is said together with a name or after
    /// a small word, and the command of a timer begins as other commands do. "Who is Albert
    /// Einstein?" does not ask whether somebody is in a zone.
    fn is_plausible(&self, parse: &Parse, folded: &Folded, said: &Said<'_>) -> bool {
        /// The number of words in a zone's name.
        const ZONE_WORDS: usize = 2;
        let (grammar, home, graph) = (self.grammar, self.home, self.graph);
        parse.captures.iter().filter(|capture| capture.what == What::Words).all(|capture| {
            let origin = |at: u16| graph.point(at).origin;
            let (from, to) = (origin(capture.from), origin(capture.to));
            let chars = folded.chars.get(from..to).unwrap_or_default();
            let words: Vec<&[char]> =
                graph::split(chars).iter().map(|word| &chars[word.from..word.to]).collect();
            let Some(first) = words.first() else { return false };
            if grammar.slots[capture.slot as usize] == "conversation_command" {
                let is_known =
                    |word: &&[char]| grammar.near.is_known(word) || home.words.contains(*word);
                return grammar.near.is_first(first) || words.iter().all(is_known);
            }
            if !grammar.zones.contains(&capture.list) || said.name.is_some() {
                return true;
            }
            let before = graph::split(&folded.chars[..from]);
            let after_small = before
                .last()
                .is_some_and(|word| grammar.near.is_small(&folded.chars[word.from..word.to]));
            let name = words.join(&' ');
            let is_known = home.names.binary_search(&name).is_ok() || grammar.near.is_known(first);
            words.len() <= ZONE_WORDS && (after_small || is_known)
        })
    }
}

impl Said<'_> {
    /// Checks the conditions of a block, and fills the slots that it or the context fills.
    /// Returns the context that is required and not known; `None` if a condition is not met.
    fn check(&mut self, block: &Block, context: &Context) -> Option<Vec<String>> {
        let actual = |requirement: &Requirement| {
            let said = self.context.get(requirement.key.as_str()).cloned();
            said.or_else(|| context.get(&requirement.key))
        };
        let mut needs = Vec::new();
        let mut filled = Vec::new();
        for requirement in &block.requires {
            match (actual(requirement), &requirement.slot) {
                (Some(actual), slot) if meets(requirement, &actual) => {
                    filled.extend(slot.as_ref().map(|slot| (slot.clone(), actual)));
                }
                // Without the speaker's area, the whole home is meant.
                (None, Some(_)) if requirement.key == "area" => {
                    needs.push(requirement.key.clone());
                }
                _ => return None,
            }
        }
        let is_excluded = |requirement: &&Requirement| {
            actual(requirement).is_some_and(|actual| meets(requirement, &actual))
        };
        if block.excludes.iter().any(|requirement| is_excluded(&requirement)) {
            return None;
        }
        for (slot, value) in block.slots.iter().cloned().chain(filled) {
            self.slots.entry(slot).or_insert(value);
        }
        Some(needs)
    }
}

fn meets(requirement: &Requirement, actual: &Value) -> bool {
    requirement.values.as_ref().is_none_or(|values| values.contains(actual))
}
