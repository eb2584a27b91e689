//! Matching: which points of a sentence's graph an expression leads to, from which.
//!
//! Each expression is tried once at each point, whatever templates it stands in, so the time
//! is bounded by their product however many sentences a template stands for.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use serde_json::Value;

use crate::grammar::{Block, Grammar, Id, Kind, List, Node, Requirement};
use crate::graph::{Graph, MISS, UNIT};
use crate::home::Home;
use crate::text::{self, Folded};
use crate::trie::Trie;

/// Ways in which one expression fills its slots between two points.
const MAX_PARSES: usize = 64;
/// Steps after which a sentence is given up: many times what ordinary ones take.
const MAX_STEPS: usize = 200_000;

/// What may be forgiven, in units, in a sentence with words of the speaker's own choice.
const MAX_WITH_WILDCARD: u16 = 3;

/// What is known of the speaker.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// The area where the speaker is.
    pub area: Option<String>,
    /// What else is known, by its name.
    pub values: BTreeMap<String, Value>,
}

impl Context {
    /// That the speaker is in this area.
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

/// A command that a sentence gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// The intent.
    pub intent: Arc<str>,
    /// What it is about.
    pub slots: BTreeMap<String, Value>,
    /// How well the sentence fits, up to 1: every word as in the template.
    pub score: f32,
    /// What the template needs to know and nobody said: the area of a speaker whose area is
    /// not known.
    pub needs: Vec<String>,
    /// Values that are kept for the answer alone.
    pub captures: BTreeMap<String, String>,
    /// The name of the answer.
    pub response: Option<String>,
    /// The template.
    pub template: Box<str>,
    /// Whether the template is the user's own.
    pub own: bool,
    /// Whether a slot has words of the speaker's own choice.
    pub free: bool,
}

/// A value for a slot, and the points between which it is said.
#[derive(Clone, Debug, PartialEq)]
struct Capture {
    slot: u32,
    list: u32,
    kept: bool,
    from: u16,
    to: u16,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Value(u32),
    Tenths(i64),
    Words,
}

#[derive(Clone, Debug, PartialEq)]
struct Parse {
    captures: Vec<Capture>,
    cost: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reach {
    at: u16,
    cost: u16,
}

/// Sorts by point and keeps the cheapest way to each.
fn settle(reached: &mut Vec<Reach>) {
    if reached.len() > 1 {
        reached.sort_unstable_by_key(|reach| (reach.at, reach.cost));
        reached.dedup_by_key(|reach| reach.at);
    }
}

/// Multiplies and rotates: keys are small numbers, and nobody chooses them.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0.rotate_left(29) ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 ^= self.0 >> 32;
    }
}

/// One sentence being matched.
pub(crate) struct Run<'a> {
    grammar: &'a Grammar,
    home: &'a Home,
    graph: &'a Graph,
    /// What may be spent.
    budget: u16,
    /// Whether small words of templates may be missing.
    lenient: bool,
    /// Whether lists of the speaker's own words are tried.
    wild: bool,
    memo: HashMap<u64, (u32, u32), BuildHasherDefault<Mix>>,
    pool: Vec<Reach>,
    spare: Vec<Vec<Reach>>,
    steps: usize,
}

impl<'a> Run<'a> {
    pub fn new(
        grammar: &'a Grammar,
        home: &'a Home,
        graph: &'a Graph,
        budget: u16,
        lenient: bool,
    ) -> Self {
        Self {
            grammar,
            home,
            graph,
            budget,
            lenient,
            wild: true,
            memo: HashMap::default(),
            pool: Vec::new(),
            spare: Vec::new(),
            steps: 0,
        }
    }

    /// Leaves out sentences with words of the speaker's own choice.
    pub fn tame(self) -> Self {
        Self { wild: false, ..self }
    }

    /// All matches, the best first.
    pub fn matches(mut self, folded: &Folded, text: &str, context: &Context) -> Vec<Match> {
        let mut found: Vec<(u32, u16)> = Vec::new();
        self.branch(0, vec![Reach { at: 0, cost: 0 }], &mut found);
        // The cheapest first; from one on, what costs more than it and a little is left out.
        found.sort_by_key(|(template, cost)| (cost / UNIT, *template));
        let mut ranked: Vec<(Rank, Match)> = Vec::new();
        let mut limit = self.budget;
        for (template, cost) in found {
            if cost / UNIT > limit / UNIT || self.steps > MAX_STEPS {
                break;
            }
            for (rank, matched) in self.template(template, folded, text, context) {
                limit = limit.min((rank.cost + 2).saturating_mul(UNIT));
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

    fn branch(&mut self, at: u32, reached: Vec<Reach>, found: &mut Vec<(u32, u16)>) {
        let grammar = self.grammar;
        let branch = &grammar.branches[at as usize];
        if !branch.ends.is_empty() {
            let costs = reached
                .iter()
                .filter_map(|reach| Some(reach.cost + self.graph.point(reach.at).finish?));
            if let Some(cost) = costs.min().filter(|cost| *cost <= self.budget) {
                found.extend(branch.ends.iter().map(|template| (*template, cost)));
            }
        }
        for (item, next) in &branch.next {
            let mut further = self.spare.pop().unwrap_or_default();
            for reach in &reached {
                self.ends(*item, *reach, &mut further);
            }
            settle(&mut further);
            if further.is_empty() {
                self.spare.push(further);
            } else {
                self.branch(*next, further, found);
            }
        }
        let mut reached = reached;
        reached.clear();
        self.spare.push(reached);
    }

    /// Adds where an expression leads to from a point.
    fn ends(&mut self, id: Id, from: Reach, out: &mut Vec<Reach>) {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return;
        }
        let grammar = self.grammar;
        if let Node::Text(chars) = &grammar.nodes[id as usize] {
            self.text(chars, from, out);
            if self.lenient && grammar.near.may_miss(id) && self.graph.point(from.at).boundary {
                let cost = from.cost + crate::near::MISSING;
                if cost <= self.budget {
                    out.push(Reach { at: from.at, cost });
                }
            }
            return;
        }
        let key = u64::from(id) << 16 | u64::from(from.at);
        let (first, length) = match self.memo.get(&key) {
            Some(range) => *range,
            None => {
                let mut ends = self.spare.pop().unwrap_or_default();
                self.compute(id, from.at, &mut ends);
                settle(&mut ends);
                let first = u32::try_from(self.pool.len()).unwrap_or(u32::MAX);
                let length = u32::try_from(ends.len()).unwrap_or(0);
                self.pool.extend_from_slice(&ends);
                ends.clear();
                self.spare.push(ends);
                self.memo.insert(key, (first, length));
                (first, length)
            }
        };
        self.steps += length as usize / 4;
        for n in first..first + length {
            let end = self.pool[n as usize];
            let cost = end.cost + from.cost;
            if cost <= self.budget {
                out.push(Reach { at: end.at, cost });
            }
        }
    }

    fn compute(&mut self, id: Id, at: u16, out: &mut Vec<Reach>) {
        let grammar = self.grammar;
        let start = Reach { at, cost: 0 };
        match &grammar.nodes[id as usize] {
            Node::Text(chars) => self.text(chars, start, out),
            Node::Alternatives(branches) => {
                for branch in branches {
                    self.ends(*branch, start, out);
                }
            }
            Node::Sequence(items) => {
                out.push(start);
                for item in items {
                    let mut next = self.spare.pop().unwrap_or_default();
                    for reach in out.iter() {
                        self.ends(*item, *reach, &mut next);
                    }
                    settle(&mut next);
                    std::mem::swap(out, &mut next);
                    next.clear();
                    self.spare.push(next);
                    if out.is_empty() {
                        break;
                    }
                }
            }
            Node::List { list, whole, .. } => {
                self.list(*list, *whole, at, &mut |reach, _| out.push(reach));
            }
        }
    }

    fn text(&self, chars: &[char], from: Reach, out: &mut Vec<Reach>) {
        let (&first, rest) = match chars.split_first() {
            Some(split) => split,
            None => return out.push(from),
        };
        let point = self.graph.point(from.at);
        if first == ' ' && rest.is_empty() && (point.boundary || point.finish == Some(0)) {
            return out.push(from);
        }
        if first == ' ' && rest.is_empty() && point.finish.is_some() {
            out.push(from);
        }
        for edge in &point.edges {
            let cost = from.cost + edge.cost;
            if text::same(first, edge.c) && cost <= self.budget {
                self.text_rest(rest, Reach { at: edge.to, cost }, out);
            }
        }
    }

    fn text_rest(&self, chars: &[char], from: Reach, out: &mut Vec<Reach>) {
        if chars.is_empty() {
            out.push(from);
        } else {
            self.text(chars, from, out);
        }
    }

    /// Calls `found` with each value of a list that is said at a point, and where it ends.
    fn list(&mut self, list: u32, whole: bool, at: u16, found: &mut dyn FnMut(Reach, What)) {
        let (grammar, home, graph) = (self.grammar, self.home, self.graph);
        let past = |reach: Reach| Reach { at: graph.past(reach.at), ..reach };
        match &grammar.lists[list as usize] {
            List::Home(kind) => {
                let trie = match kind {
                    Kind::Area => &home.area_names,
                    Kind::Floor => &home.floor_names,
                    Kind::Name => &home.entity_names,
                };
                self.walk(trie, at, &mut |reach, value| found(past(reach), What::Value(*value)));
            }
            List::Values { trie, templates, .. } => {
                self.walk(trie, at, &mut |reach, value| found(past(reach), What::Value(*value)));
                for (id, value) in templates {
                    let mut ends = self.spare.pop().unwrap_or_default();
                    self.ends(*id, Reach { at, cost: 0 }, &mut ends);
                    settle(&mut ends);
                    for reach in ends.drain(..) {
                        if reach.at != at {
                            found(past(reach), What::Value(*value));
                        }
                    }
                    self.spare.push(ends);
                }
            }
            List::Range(range) => {
                if range.digits {
                    let fractions = range.fractions != crate::grammar::Fractions::None;
                    self.digits(at, fractions, &mut |reach, tenths| {
                        if range.has(tenths) {
                            found(past(reach), What::Tenths(tenths));
                        }
                    });
                }
                self.walk(&range.words, at, &mut |reach, tenths| {
                    found(past(reach), What::Tenths(*tenths));
                });
            }
            List::Wildcard if !self.wild => {}
            List::Wildcard => {
                let start = graph.point(at).wild;
                for end in start + 1..u16::try_from(graph.points.len()).unwrap_or(u16::MAX) {
                    let point = graph.point(end);
                    if !point.said {
                        break;
                    }
                    // A point between words is reached from the end of the one before.
                    let stops = if whole { point.stop } else { point.stop || !point.boundary };
                    if stops {
                        found(past(Reach { at: end, cost: 0 }), What::Words);
                    }
                }
            }
        }
    }

    /// Calls `found` with each value of a trie that is said at a point.
    fn walk<V: PartialEq>(&self, trie: &Trie<V>, at: u16, found: &mut dyn FnMut(Reach, &V)) {
        let mut open = vec![(Reach { at, cost: 0 }, Trie::<V>::ROOT)];
        while let Some((reach, node)) = open.pop() {
            for value in trie.values(node) {
                found(reach, value);
            }
            let next = trie.next(node);
            if next.is_empty() {
                continue;
            }
            let point = self.graph.point(reach.at);
            for edge in &point.edges {
                let cost = reach.cost + edge.cost;
                if cost > self.budget {
                    continue;
                }
                let to = Reach { at: edge.to, cost };
                if matches!(edge.c, ' ' | '-' | '_') {
                    let joins = next.iter().filter(|(c, _)| text::same(*c, ' '));
                    open.extend(joins.map(|(_, child)| (to, *child)));
                } else if let Ok(n) = next.binary_search_by_key(&edge.c, |(c, _)| *c) {
                    open.push((to, next[n].1));
                }
            }
            // Scripts without spaces, and apostrophes.
            if point.boundary
                && reach.at != at
                && let Ok(n) = next.binary_search_by_key(&' ', |(c, _)| *c)
            {
                open.push((reach, next[n].1));
            }
        }
    }

    /// Calls `found` with each number in digits that is said at a point, in tenths.
    fn digits(&self, at: u16, fractions: bool, found: &mut dyn FnMut(Reach, i64)) {
        // Sign, the number in tenths, and how many digits come after the point.
        let mut open = vec![(Reach { at, cost: 0 }, false, 0_i64, 0_usize, None::<usize>)];
        while let Some((reach, minus, number, digits, decimals)) = open.pop() {
            let point = self.graph.point(reach.at);
            let mut further = false;
            for edge in &point.edges {
                let to = Reach { at: edge.to, cost: reach.cost + edge.cost };
                if to.cost > self.budget {
                    continue;
                }
                match (edge.c, edge.c.to_digit(10)) {
                    ('-', _) if digits == 0 && !minus && decimals.is_none() => {
                        open.push((to, true, 0, 0, None));
                    }
                    (_, Some(digit)) if digits < 9 => {
                        let digit = i64::from(digit);
                        further = true;
                        match decimals {
                            None => {
                                open.push((to, minus, number * 10 + digit * 10, digits + 1, None));
                            }
                            Some(0) => open.push((to, minus, number + digit, digits + 1, Some(1))),
                            // Hundredths only where they are zero.
                            Some(n) if digit == 0 => {
                                open.push((to, minus, number, digits + 1, Some(n + 1)));
                            }
                            Some(_) => {}
                        }
                    }
                    ('.' | ',', _) if fractions && digits > 0 && decimals.is_none() => {
                        open.push((to, minus, number, digits, Some(0)));
                    }
                    _ => {}
                }
            }
            if digits > 0 && !further && decimals != Some(0) {
                found(reach, if minus { -number } else { number });
            }
        }
    }

    /// How an expression fills its slots between two points.
    fn parses(&mut self, id: Id, from: u16, to: u16) -> Vec<Parse> {
        let grammar = self.grammar;
        if !grammar.has_slots[id as usize] {
            let mut ends = Vec::new();
            self.ends(id, Reach { at: from, cost: 0 }, &mut ends);
            let costs = ends.iter().filter(|reach| reach.at == to).map(|reach| reach.cost);
            let cost = costs.min();
            return cost.map(|cost| Parse { captures: Vec::new(), cost }).into_iter().collect();
        }
        match &grammar.nodes[id as usize] {
            Node::Text(_) => Vec::new(),
            Node::Sequence(items) => self.sequence(items, from, to),
            Node::Alternatives(branches) => {
                let mut parses = Vec::new();
                for branch in branches {
                    let mut ends = Vec::new();
                    self.ends(*branch, Reach { at: from, cost: 0 }, &mut ends);
                    if ends.iter().any(|reach| reach.at == to) {
                        for parse in self.parses(*branch, from, to) {
                            add(&mut parses, parse);
                        }
                    }
                }
                parses
            }
            Node::List { list, slot, capture, whole } => {
                let mut parses = Vec::new();
                let start = match &grammar.lists[*list as usize] {
                    List::Wildcard => self.graph.point(from).wild,
                    _ => from,
                };
                self.steps += self.graph.points.len() / 16;
                self.list(*list, *whole, from, &mut |reach, what| {
                    if reach.at == to {
                        let capture = Capture {
                            slot: *slot,
                            list: *list,
                            kept: *capture,
                            from: start,
                            to,
                            what,
                        };
                        add(&mut parses, Parse { captures: vec![capture], cost: reach.cost });
                    }
                });
                parses
            }
        }
    }

    fn sequence(&mut self, items: &[Id], from: u16, to: u16) -> Vec<Parse> {
        // Forward: what can be reached. Backward: what leads to the end.
        let mut layers = vec![vec![Reach { at: from, cost: 0 }]];
        for item in items {
            let mut next = Vec::new();
            for reach in layers.last().cloned().unwrap_or_default() {
                self.ends(*item, reach, &mut next);
            }
            settle(&mut next);
            layers.push(next);
        }
        let mut viable = vec![Vec::new(); layers.len()];
        viable[items.len()] = vec![to];
        for (n, item) in items.iter().enumerate().rev() {
            for reach in &layers[n] {
                let mut ends = self.spare.pop().unwrap_or_default();
                self.ends(*item, *reach, &mut ends);
                if ends.iter().any(|end| viable[n + 1].contains(&end.at)) {
                    viable[n].push(reach.at);
                }
                ends.clear();
                self.spare.push(ends);
            }
        }
        let mut partial = vec![(from, Parse { captures: Vec::new(), cost: 0 })];
        for (n, item) in items.iter().enumerate() {
            let mut next: Vec<(u16, Parse)> = Vec::new();
            for (at, parse) in &partial {
                let mut ends = Vec::new();
                self.ends(*item, Reach { at: *at, cost: parse.cost }, &mut ends);
                settle(&mut ends);
                for end in ends.iter().filter(|end| viable[n + 1].contains(&end.at)) {
                    self.steps += next.len() / 4;
                    for more in self.parses(*item, *at, end.at) {
                        let cost = parse.cost + more.cost;
                        if cost > self.budget || next.len() >= MAX_PARSES {
                            continue;
                        }
                        let captures = [&parse.captures[..], &more.captures].concat();
                        let known =
                            next.iter_mut().find(|(at, p)| *at == end.at && p.captures == captures);
                        match known {
                            Some((_, known)) => known.cost = known.cost.min(cost),
                            None => next.push((end.at, Parse { captures, cost })),
                        }
                    }
                }
            }
            partial = next;
        }
        partial.into_iter().filter(|(at, _)| *at == to).map(|(_, parse)| parse).collect()
    }

    fn template(
        &mut self,
        number: u32,
        folded: &Folded,
        text: &str,
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
                if let Some((rank, matched)) = self.judge(block, &parse, at, folded, text, context)
                {
                    let matched = Match { template: template.text.clone(), ..matched };
                    all.push((Rank { template: number, ..rank }, matched));
                }
            }
        }
        all
    }

    /// Whether words of the speaker's own choice may be what the template wants: a zone that
    /// is named or follows a small word, a command for later that begins as commands do.
    /// "Who is Albert Einstein?" asks for no zone.
    fn is_plausible(&self, parse: &Parse, folded: &Folded, named: bool) -> bool {
        /// The words of a zone's name.
        const ZONE_WORDS: usize = 2;
        let (grammar, home, graph) = (self.grammar, self.home, self.graph);
        parse.captures.iter().filter(|capture| capture.what == What::Words).all(|capture| {
            let origin = |at: u16| graph.point(at).origin;
            let (from, to) = (origin(capture.from), origin(capture.to));
            let said = folded.chars.get(from..to).unwrap_or_default();
            let words = crate::graph::split(said);
            let Some(first) = words.first().map(|word| &said[word.from..word.to]) else {
                return false;
            };
            if grammar.slots[capture.slot as usize] == "conversation_command" {
                let known = |word: &crate::graph::Word| {
                    let word = &said[word.from..word.to];
                    grammar.near.is_known(word) || home.words.contains(word)
                };
                return grammar.near.is_first(first) || words.iter().all(known);
            }
            if !grammar.zones.contains(&capture.list) || named {
                return true;
            }
            let before = crate::graph::split(&folded.chars[..from]);
            let after_small = before
                .last()
                .is_some_and(|word| grammar.near.is_small(&folded.chars[word.from..word.to]));
            let name: Vec<char> = said[..words[words.len() - 1].to].to_vec();
            let known = home.names.contains(&name) || grammar.near.is_known(first);
            words.len() <= ZONE_WORDS && (after_small || known)
        })
    }

    fn judge(
        &self,
        block: &Block,
        parse: &Parse,
        end: u16,
        folded: &Folded,
        text: &str,
        context: &Context,
    ) -> Option<(Rank, Match)> {
        let (grammar, home, graph) = (self.grammar, self.home, self.graph);
        let said = |capture: &Capture| {
            let origin = |at: u16| folded.origin.get(graph.point(at).origin).copied();
            let (from, to) = (origin(capture.from)?, origin(capture.to)?);
            Some(text.get(from..to)?.trim_matches(|c: char| {
                c.is_whitespace() || matches!(c, ',' | '.' | '!' | '?' | ';' | ':' | '"')
            }))
        };
        let mut known: BTreeMap<&str, Value> = BTreeMap::new();
        let mut slots: BTreeMap<String, Value> = BTreeMap::new();
        let mut captures = BTreeMap::new();
        let (mut name, mut wildcards, mut wild, mut listed) = (None, 0, 0, 0);
        let mut entities = Vec::new();
        for capture in &parse.captures {
            let words = said(capture)?;
            let slot = grammar.slots[capture.slot as usize].clone();
            let length = graph.point(capture.to).weight - graph.point(capture.from).weight;
            listed += length;
            let value = match (&grammar.lists[capture.list as usize], capture.what) {
                (List::Home(kind), What::Value(n)) => {
                    let places = match kind {
                        Kind::Area => &home.areas,
                        Kind::Floor => &home.floors,
                        Kind::Name => {
                            let entity = home.entities.get(n as usize)?;
                            let string = |value: &String| Value::from(value.as_str());
                            if let Some(domain) = &entity.domain {
                                known.insert("domain", string(domain));
                            }
                            if let Some(class) = &entity.device_class {
                                known.insert("device_class", string(class));
                            }
                            if slot == "name" {
                                name = Some(length);
                            }
                            entities.push(entity);
                            slots.insert(slot, string(&entity.name));
                            continue;
                        }
                    };
                    Value::from(places.get(n as usize)?.name.as_str())
                }
                (List::Values { values, .. }, What::Value(n)) => {
                    let value = values.get(n as usize)?;
                    known.extend(value.context.iter().map(|(k, v)| (k.as_str(), v.clone())));
                    value.out.clone().unwrap_or_else(|| Value::from(words))
                }
                (List::Range(range), What::Tenths(tenths)) => range.value(tenths),
                (List::Wildcard, What::Words) => {
                    if words.is_empty() {
                        return None;
                    }
                    wildcards += 1;
                    wild += length;
                    Value::from(words)
                }
                _ => return None,
            };
            if capture.kept {
                captures.insert(slot, words.to_owned());
            } else {
                slots.insert(slot, value);
            }
        }
        let mut needs = Vec::new();
        let mut filled = Vec::new();
        for requirement in &block.requires {
            let actual = known
                .get(requirement.key.as_str())
                .cloned()
                .or_else(|| context.get(&requirement.key));
            match (actual, &requirement.slot) {
                (Some(actual), slot) if meets(requirement, &actual) => {
                    filled.extend(slot.as_ref().map(|slot| (slot.clone(), actual)));
                }
                // Who speaks somewhere else than in an area means all of the home.
                (None, Some(_)) if requirement.key == "area" => {
                    needs.push(requirement.key.clone());
                }
                _ => return None,
            }
        }
        for requirement in &block.excludes {
            let actual = known
                .get(requirement.key.as_str())
                .cloned()
                .or_else(|| context.get(&requirement.key));
            if actual.is_some_and(|actual| meets(requirement, &actual)) {
                return None;
            }
        }
        for (slot, value) in block.slots.iter().cloned().chain(filled) {
            slots.entry(slot).or_insert(value);
        }
        let place = |slot: &str| slots.get(slot).and_then(Value::as_str);
        let (area, floor) = (place("area"), place("floor"));
        let elsewhere = entities.iter().any(|entity| home.is_elsewhere(entity, area, floor));
        let units = parse.cost / UNIT;
        // Words of the speaker's own choice are near to anything.
        let forgiven = units > MAX_WITH_WILDCARD || crate::near::misses(parse.cost);
        if wildcards > 0 && (forgiven || !self.is_plausible(parse, folded, name.is_some())) {
            return None;
        }
        let rank = Rank {
            strange: !block.own,
            cost: units,
            unnamed: name.is_none(),
            name: std::cmp::Reverse(name.unwrap_or(0)),
            wildcards,
            literal: std::cmp::Reverse(graph.point(end).weight.saturating_sub(listed)),
            wild,
            elsewhere,
            values: parse.captures.len(),
            needs: needs.len(),
            skipped: parse.cost % MISS,
            intent: block.intent.clone(),
            template: 0,
        };
        let matched = Match {
            intent: block.intent.clone(),
            slots,
            score: crate::near::score(units),
            needs,
            captures,
            response: block.response.clone(),
            template: Box::default(),
            own: block.own,
            free: wildcards > 0,
        };
        Some((rank, matched))
    }
}

fn meets(requirement: &Requirement, actual: &Value) -> bool {
    requirement.values.as_ref().is_none_or(|values| values.contains(actual))
}

/// Which of several matches goes first: the least. As Home Assistant has it: the user's own,
/// then the longest name, the fewest wildcards, the most words of the template, and the
/// fewest words in wildcards. What had to be forgiven goes before all but the first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    strange: bool,
    cost: u16,
    unnamed: bool,
    name: std::cmp::Reverse<u16>,
    wildcards: u16,
    literal: std::cmp::Reverse<u16>,
    wild: u16,
    /// An entity that is not where it is said to be.
    elsewhere: bool,
    values: usize,
    needs: usize,
    skipped: u16,
    intent: Arc<str>,
    template: u32,
}

/// Adds a parse, once, with the least cost.
fn add(parses: &mut Vec<Parse>, parse: Parse) {
    if let Some(known) = parses.iter_mut().find(|known| known.captures == parse.captures) {
        known.cost = known.cost.min(parse.cost);
    } else if parses.len() < MAX_PARSES {
        parses.push(parse);
    }
}
