//! A sentence as a graph of characters.
//!
//! What is said is one path through it. Words that may be passed over add shortcuts, and
//! words that may have been meant add paths beside; both have costs.

use crate::text::{Folded, is_cjk};

/// What a word that is passed over because the sentences say so costs.
pub(crate) const SKIP: u16 = 1;
/// What tells how many words of the template are missing, in their cost.
pub(crate) const MISS: u16 = 32;
/// The least that any mistake costs. The two above do not add up to it.
pub(crate) const UNIT: u16 = 256;
/// Longer sentences are no commands.
pub(crate) const MAX_CHARS: usize = 400;

/// A word: its characters, and whether a space follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub from: usize,
    pub to: usize,
    pub spaced: bool,
}

/// Splits folded text into words: at spaces, after apostrophes, and between characters of
/// scripts that have neither.
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
            // Scripts without spaces sometimes get them from transcribers.
            let next = chars.get(at + 1).copied();
            let glued = is_cjk(chars[at - 1]) && next.is_some_and(is_cjk);
            words.push(Word { from, to: at, spaced: here == Some(' ') && !glued });
        }
        from = if here == Some(' ') { at + 1 } else { at };
    }
    words
}

/// Other words that may have been meant instead of some.
#[derive(Clone, Debug)]
pub(crate) struct Lane {
    /// The first of the words.
    pub from: usize,
    /// The one after the last.
    pub to: usize,
    pub chars: Vec<char>,
    pub cost: u16,
}

/// Words that may be passed over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drop {
    pub from: usize,
    pub to: usize,
    pub cost: u16,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub c: char,
    pub to: u16,
    pub cost: u16,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Point {
    pub edges: Vec<Edge>,
    /// Whether a word begins here: spaces of templates are met already.
    pub boundary: bool,
    /// Whether a word ends here.
    pub stop: bool,
    /// Where to go on after a value of a list: past a space that follows, and inside a word
    /// to a point where one may begin, for `{area} light` is said in one word in places.
    pub after: u16,
    /// What it costs to end here.
    pub finish: Option<u16>,
    /// Whether this is on the path of what was said.
    pub said: bool,
    /// The character of the folded text.
    pub origin: usize,
    /// How many characters that are no spaces come before.
    pub weight: u16,
    /// Where a wildcard begins that begins here: after words that are passed over.
    pub wild: u16,
}

/// The graph. It begins at point 0.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    pub points: Vec<Point>,
}

impl Graph {
    /// `None` for an empty or too long text.
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
            for origin in word.from..word.to {
                let next = new(&mut points, origin + 1, true);
                points[at as usize].edges.push(Edge { c: chars[origin], to: next, cost: 0 });
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
            // Points have 16 bits; so many alternatives help nobody.
            if points.len() + lane.chars.len() > 4_000 {
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
                // Words inside begin as others do.
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

    /// Where to go on after a value of a list.
    pub fn past(&self, at: u16) -> u16 {
        self.point(at).after
    }
}
