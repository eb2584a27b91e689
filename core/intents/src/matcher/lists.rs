//! The values of lists that are said at a point.

use super::parses::What;
use super::run::{Reach, Run, settle};
use crate::grammar::{Fractions, Kind, List};
use crate::near;
use crate::text;
use crate::trie::Trie;

/// Digits after which no more are read: such a number is in no range.
const MAX_DIGITS: usize = 9;

impl Run<'_> {
    /// Calls `found` with each value of a list that is said at a point, and where it ends.
    pub fn list(&mut self, list: u32, whole: bool, at: u16, found: &mut dyn FnMut(Reach, What)) {
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
                    let fractions = range.fractions != Fractions::None;
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
                    // The point between two words is reached from the end of the first one.
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
                if near::joins(edge.c) {
                    let joins = next.iter().filter(|(c, _)| text::same(*c, ' '));
                    open.extend(joins.map(|(_, child)| (to, *child)));
                } else if let Ok(n) = next.binary_search_by_key(&edge.c, |(c, _)| *c) {
                    open.push((to, next[n].1));
                }
            }
            // In scripts without spaces and after apostrophes, no space is said.
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
        // Whether it is negative, the number in tenths, its digits, and those after the point.
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
                    (_, Some(digit)) if digits < MAX_DIGITS => {
                        let digit = i64::from(digit);
                        further = true;
                        match decimals {
                            None => {
                                open.push((to, minus, number * 10 + digit * 10, digits + 1, None));
                            }
                            Some(0) => open.push((to, minus, number + digit, digits + 1, Some(1))),
                            // Of the hundredths, only zero.
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
}
