//! A sentence as a graph of characters.
//!
//! The words that were said are one path through it. Words that may be ignored add shortcuts,
//! and other words that may have been meant add parallel paths. Both have costs.

use crate::text::{Folded, is_cjk};

/// The cost of a skip word.
pub(crate) const SKIP: u16 = 1;
/// A part of the cost of each missing word. From it, their number is known.
pub(crate) const MISS: u16 = 32;
/// The lowest cost of a mistake. All costs of the two kinds above stay below it.
pub(crate) const UNIT: u16 = 256;
/// The number of points after which no more lanes are added.
const MAX_POINTS: usize = 4_000;
/// A longer sentence is no command.
pub(crate) const MAX_CHARS: usize = 400;

/// The range of a word's characters, and whether a space follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub from: usize,
    pub to: usize,
    pub spaced: bool,
}

/// Splits folded text into words: at spaces, after apostrophes, and between characters of scripts
/// without spaces.
pub(crate) fn split(chars: &[char]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut from = 0;
    for at in 0..=chars.len() {
        let here = chars.get(at).copied();
        let cuts = match here {
            None | Some(' ') => true,
            Some(c) => at > from && (is_cjk(c) || is_cjk(chars[at - 1]) || chars[at - 1] == '\''),
        };
        if !cuts {
            continue;
        }
        if at > from {
            // Transcribers sometimes write spaces in scripts without spaces.
            let next = chars.get(at + 1).copied();
            let glued = is_cjk(chars[at - 1]) && next.is_some_and(is_cjk);
            words.push(Word { from, to: at, spaced: here == Some(' ') && !glued });
        }
        from = if here == Some(' ') { at + 1 } else { at };
    }
    words
}

/// Words that may have been meant instead of those that were said.
#[derive(Clone, Debug)]
pub(crate) struct Lane {
    /// The first of the words.
    pub from: usize,
    /// The word after the last one.
    pub to: usize,
    pub chars: Vec<char>,
    pub cost: u16,
}

/// Words that may be ignored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drop {
    pub from: usize,
    pub to: usize,
    pub cost: u16,
}

/// A character that leads from one point to another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub c: char,
    pub to: u16,
    pub cost: u16,
}

/// A point between two characters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Point {
    pub edges: Vec<Edge>,
    /// Whether a word begins here. Then a space of a template matches without a character.
    pub boundary: bool,
    /// Whether a word ends here.
    pub stop: bool,
    /// Where matching goes on after a value of a list: after a space that follows. Inside a word,
    /// it is a copy of this point where a word may begin, because German and Dutch write
    /// `{area} light` as one word.
    pub after: u16,
    /// The cost of ending here.
    pub finish: Option<u16>,
    /// Whether this is on the path of the words that were said.
    pub said: bool,
    /// The index of the character in the folded text.
    pub origin: usize,
    /// The number of characters before, without spaces.
    pub weight: u16,
    /// Where a wildcard begins that begins here: after skip words.
    pub wild: u16,
}

/// The graph. It begins at point 0.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    pub points: Vec<Point>,
}

impl Graph {
    /// The graph of a text; `None` if it is empty or too long.
    pub fn new(folded: &Folded, words: &[Word], lanes: &[Lane], drops: &[Drop]) -> Option<Self> {
        let chars = &folded.chars;
        if words.is_empty() || chars.len() > MAX_CHARS {
            return None;
        }
        let mut points: Vec<Point> = Vec::with_capacity(chars.len() + 1);
        let new = |points: &mut Vec<Point>, origin: usize, said: bool| -> u16 {
            let weight = chars[..origin].iter().filter(|c| **c != ' ').count();
            let weight = u16::try_from(weight).unwrap_or(u16::MAX);
            let at = u16::try_from(points.len()).unwrap_or(u16::MAX);
            points.push(Point { origin, said, weight, after: at, wild: at, ..Point::default() });
            at
        };
        let mut starts = vec![new(&mut points, words[0].from, true)];
        let mut ends = Vec::new();
        for (n, word) in words.iter().enumerate() {
            let mut at = starts[n];
            for (n, &c) in chars[word.from..word.to].iter().enumerate() {
                let next = new(&mut points, word.from + n + 1, true);
                points[at as usize].edges.push(Edge { c, to: next, cost: 0 });
                at = next;
            }
            ends.push(at);
            let last = n + 1 == words.len();
            let cjk = chars.get(word.to - 1).copied().is_some_and(is_cjk);
            points[at as usize].stop = last || word.spaced || cjk;
            if last {
                break;
            }
            let start = if word.spaced {
                let start = new(&mut points, words[n + 1].from, true);
                points[at as usize].edges.push(Edge { c: ' ', to: start, cost: 0 });
                points[at as usize].after = start;
                start
            } else {
                at
            };
            starts.push(start);
        }
        let end = *ends.last()?;
        points[end as usize].finish = Some(0);
        for start in &starts {
            points[*start as usize].boundary = true;
        }
        for lane in lanes {
            // The number of a point has 16 bits.
            if points.len() + lane.chars.len() > MAX_POINTS {
                break;
            }
            let (mut at, target) = (starts[lane.from], ends[lane.to - 1]);
            for (n, c) in lane.chars.iter().enumerate() {
                let origin = words[lane.from].from;
                let next = if n + 1 == lane.chars.len() {
                    target
                } else {
                    new(&mut points, origin, false)
                };
                let cost = if n == 0 { lane.cost } else { 0 };
                points[at as usize].edges.push(Edge { c: *c, to: next, cost });
                at = next;
                // A word of the lane begins after its space.
                points[at as usize].boundary |= *c == ' ';
            }
        }
        for n in (0..words.len()).rev() {
            let start = starts[n] as usize;
            for drop in drops.iter().filter(|drop| drop.from == n) {
                let Some(&target) = starts.get(drop.to) else {
                    let cost = points[start].finish.map_or(drop.cost, |c| c.min(drop.cost));
                    points[start].finish = Some(cost);
                    continue;
                };
                let Point { edges, finish, wild, .. } = points[target as usize].clone();
                let more = edges.iter().map(|edge| Edge { cost: edge.cost + drop.cost, ..*edge });
                points[start].edges.extend(more);
                if let Some(finish) = finish {
                    let cost = finish + drop.cost;
                    points[start].finish = Some(points[start].finish.map_or(cost, |c| c.min(cost)));
                }
                if drop.cost == SKIP {
                    points[start].wild = points[start].wild.max(wild);
                }
            }
            if n > 0 && words[n - 1].spaced {
                points[ends[n - 1] as usize].finish = points[start].finish;
            }
        }
        for at in 0..points.len() {
            let point = &points[at];
            if !point.said || point.boundary || point.stop {
                continue;
            }
            let twin = Point { boundary: true, said: false, ..point.clone() };
            let at_twin = u16::try_from(points.len()).unwrap_or(u16::MAX);
            points.push(Point { after: at_twin, ..twin });
            points[at].after = at_twin;
        }
        Some(Self { points })
    }

    pub fn point(&self, at: u16) -> &Point {
        &self.points[at as usize]
    }

    /// Where matching goes on after a value of a list.
    pub fn past(&self, at: u16) -> u16 {
        self.point(at).after
    }
}
