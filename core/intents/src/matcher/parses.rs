//! How an expression fills its slots between two points of a sentence's graph.

use super::run::{Reach, Run, settle};
use crate::grammar::{Id, List, Node};

/// The number of ways in which one expression may fill its slots between two points.
const MAX_PARSES: usize = 64;

/// A value of a list, and the points between which it is said.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Capture {
    pub slot: u32,
    pub list: u32,
    /// Whether the value is not a slot, but is kept for the response.
    pub kept: bool,
    pub from: u16,
    pub to: u16,
    pub what: What,
}

/// Which value of a list it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// The number of a value or of something in the home.
    Value(u32),
    /// A number, in tenths.
    Tenths(i64),
    /// The words that were said.
    Words,
}

/// One way to fill the slots.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parse {
    pub captures: Vec<Capture>,
    pub cost: u16,
}

impl Run<'_> {
    /// How an expression fills its slots between two points.
    pub fn parses(&mut self, id: Id, from: u16, to: u16) -> Vec<Parse> {
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

    /// How a sequence fills its slots between two points.
    pub fn sequence(&mut self, items: &[Id], from: u16, to: u16) -> Vec<Parse> {
        // First the points that can be reached, then, backwards, those that lead to the end.
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
}

/// Adds a parse. If its captures are known, the lower cost is kept.
fn add(parses: &mut Vec<Parse>, parse: Parse) {
    if let Some(known) = parses.iter_mut().find(|known| known.captures == parse.captures) {
        known.cost = known.cost.min(parse.cost);
    } else if parses.len() < MAX_PARSES {
        parses.push(parse);
    }
}
