//! Which points of a sentence's graph an expression reaches, and from which points.
//!
//! Each expression is tried once at each point, in whatever templates it is. So the time is
//! bounded by the product of their numbers, however many sentences a template stands for.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::grammar::{Grammar, Id, Node};
use crate::graph::Graph;
use crate::home::Home;
use crate::near;
use crate::text;

/// The number of steps after which a sentence is given up: many times what ordinary ones take.
pub(super) const MAX_STEPS: usize = 200_000;

/// The number of expressions and points that are tried for an ordinary sentence.
const ORDINARY: usize = 3_000;

/// A point that has been reached, and the cost of the way to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reach {
    pub at: u16,
    pub cost: u16,
}

/// Sorts by point and keeps the cheapest way to each.
pub(super) fn settle(reached: &mut Vec<Reach>) {
    if reached.len() > 1 {
        reached.sort_unstable_by_key(|reach| (reach.at, reach.cost));
        reached.dedup_by_key(|reach| reach.at);
    }
}

/// A fast hasher. The keys are small numbers that no attacker chooses.
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
pub(super) struct Run<'a> {
    pub grammar: &'a Grammar,
    pub home: &'a Home,
    pub graph: &'a Graph,
    /// The highest cost of a match.
    pub budget: u16,
    /// Whether small words of templates may be missing.
    lenient: bool,
    /// Whether wildcards are tried.
    pub wild: bool,
    /// For an expression and a point, where in `pool` its ends are, and how many.
    memo: HashMap<u64, (u32, u32), BuildHasherDefault<Mix>>,
    pool: Vec<Reach>,
    /// Empty vectors, to be used again.
    pub spare: Vec<Vec<Reach>>,
    /// The work that has been done, in steps of about equal length.
    pub steps: usize,
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
            memo: HashMap::with_capacity_and_hasher(ORDINARY, BuildHasherDefault::default()),
            pool: Vec::with_capacity(ORDINARY),
            spare: Vec::new(),
            steps: 0,
        }
    }

    /// Without templates that contain wildcards.
    pub fn without_wildcards(self) -> Self {
        Self { wild: false, ..self }
    }

    /// Adds the templates below a branch that match, and the cost of each.
    pub fn branch(&mut self, at: u32, reached: Vec<Reach>, found: &mut Vec<(u32, u16)>) {
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

    /// Adds the points that an expression reaches from a point.
    pub fn ends(&mut self, id: Id, from: Reach, out: &mut Vec<Reach>) {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return;
        }
        let grammar = self.grammar;
        if let Node::Text(chars) = &grammar.nodes[id as usize] {
            self.text(chars, from, out);
            if self.lenient && grammar.near.may_miss(id) && self.graph.point(from.at).boundary {
                let cost = from.cost + near::MISSING;
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

    /// Finds the points that an expression other than text reaches.
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

    /// Adds the points that a text reaches.
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
}
