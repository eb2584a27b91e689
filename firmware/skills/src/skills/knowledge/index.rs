//! What answers a question about the documents, if anything does.

use std::collections::{HashMap, HashSet};

use super::fit::{Fit, Subject};
use super::passages::Passage;
use super::question::{Question, Term};
use super::search::Search;
use super::split::{is_code, split};
use super::words::Words;

/// So many passages that the search ranks first are looked at.
const CANDIDATES: usize = 50;
/// A term in a heading above a passage counts so much.
const IN_CONTEXT: f32 = 0.9;
/// A term that the documents do not have counts as one that so many passages have: a rare one, but
/// not the rarest.
const UNKNOWN: f32 = 2.5;
/// Fewer passages count as so many: what is rare in a few says little.
const LEAST_PASSAGES: f32 = 50.0;
/// The next sentence is said as well if it covers so much more.
const MORE: f32 = 0.1;
/// What a passage covers counts so much if it has not what an answer must have.
const WITHOUT_NEED: f32 = 0.4;
/// Each word that is the same, and not only its stem, decides between equal passages.
const SAME_WORD: f32 = 0.01;
/// A code says so much more than another term ("E14").
const CODE: f32 = 3.0;

/// A passage and its terms.
struct Entry {
    passage: Passage,
    /// Those of the headings above it, and of what introduces it.
    around: Vec<String>,
    /// Its own.
    inside: Vec<String>,
}

/// The passages of all documents, and where each term is.
pub struct Index {
    entries: Vec<Entry>,
    search: Search,
    /// In how many passages a term is.
    counts: HashMap<String, u32>,
    /// The terms in headings.
    subjects: HashSet<String>,
}

impl Index {
    /// An index of the passages.
    pub fn new(passages: Vec<Passage>, words: &Words) -> Self {
        let entry = |passage: Passage| {
            let (around, inside) = (words.terms(&passage.context), words.terms(&passage.text));
            Entry { passage, around, inside }
        };
        let entries: Vec<Entry> = passages.into_iter().map(entry).collect();
        let mut counts: HashMap<String, u32> = HashMap::new();
        for entry in &entries {
            let terms: HashSet<&String> = entry.around.iter().chain(&entry.inside).collect();
            for term in terms {
                *counts.entry(term.clone()).or_default() += 1;
            }
        }
        let subjects = entries.iter().flat_map(|entry| entry.around.iter().cloned()).collect();
        let search =
            Search::new(entries.iter().map(|entry| entry.around.iter().chain(&entry.inside)));
        Self { entries, search, counts, subjects }
    }

    /// How many passages there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// How well the documents fit a question, and the answer that fits best.
    pub fn find(&self, question: &Question, words: &Words) -> (Fit, String) {
        let weights: Vec<f32> = question.terms.iter().map(|term| self.weight(&term.text)).collect();
        let all: f32 = weights.iter().sum();
        // General words alone ask nothing.
        if all <= 0.0 || question.terms.iter().all(|term| term.general) {
            return (Fit::default(), String::new());
        }
        let (mut best, mut together) = ((0.0, String::new()), 0);
        let terms = question.terms.iter().map(|term| term.text.as_str());
        for n in self.search.best(terms, CANDIDATES) {
            let Some(entry) = self.entries.get(n) else { continue };
            let found = self.answer(n, entry, question, &weights, words);
            if found.0 > best.0 {
                best = found;
            }
            let inside = |term: &&Term| !term.general && entry.inside.contains(&term.text);
            together = together.max(question.terms.iter().filter(inside).count());
        }
        let mut fit = self.fit(question, &weights);
        (fit.covered, fit.weight) = (best.0 / all, all);
        if together > 1 {
            fit.subject = fit.subject.max(Subject::Likely);
        }
        (fit, best.1)
    }

    /// How well all documents together fit a question. What a passage covers is not known yet.
    fn fit(&self, question: &Question, weights: &[f32]) -> Fit {
        let is_known = |term: &Term| self.counts.contains_key(&term.text);
        let has_code = question.terms.iter().any(|term| is_code(&term.text));
        let least = if question.of_place || has_code { Subject::Likely } else { Subject::None };
        let mut fit = Fit { terms: question.terms.len(), ..Fit::default() };
        let (mut of_known, mut of_unknown) = (0.0, 0.0);
        // General terms say nothing about the subject.
        for (term, weight) in question.terms.iter().zip(weights).filter(|(term, _)| !term.general) {
            if is_known(term) {
                let subject = match (term.known, self.subjects.contains(&term.text)) {
                    (true, true) => Subject::Sure,
                    (false, false) => least,
                    _ => Subject::Likely,
                };
                fit.subject = fit.subject.max(subject);
                fit.points |= term.known || least > Subject::None;
                of_known += weight;
            } else if !is_code(&term.text) {
                // Nor do codes that are not known.
                fit.unknown += 1;
                of_unknown += weight;
            }
        }
        fit.known = of_known / (of_known + of_unknown).max(f32::MIN_POSITIVE);
        fit
    }

    /// How much of a question a passage covers, and what is said: it, or with a neighbour that
    /// covers more.
    fn answer(
        &self,
        n: usize,
        entry: &Entry,
        question: &Question,
        weights: &[f32],
        words: &Words,
    ) -> (f32, String) {
        let covers = |said: &[&Entry], text: &str| {
            let terms = question.terms.iter().zip(weights);
            let covered = terms.map(|(term, weight)| {
                if said.iter().any(|entry| entry.inside.contains(&term.text)) {
                    *weight
                } else if entry.around.contains(&term.text) {
                    weight * IN_CONTEXT
                } else {
                    0.0
                }
            });
            let covered: f32 = covered.sum();
            if !words.answers(question, text) {
                return covered * WITHOUT_NEED;
            }
            let same = split(text).iter().filter(|word| question.words.contains(word)).count();
            #[allow(clippy::cast_precision_loss)] // It is a small number.
            let same = same as f32;
            covered + same * SAME_WORD
        };
        let text = &entry.passage.text;
        let mut best = (covers(&[entry], text), text.clone());
        let all: f32 = weights.iter().sum();
        let pairs = [n.checked_sub(1).map(|before| (before, n)), Some((n, n + 1))];
        for (first, second) in pairs.into_iter().flatten() {
            let (Some(first), Some(second)) = (self.entries.get(first), self.entries.get(second))
            else {
                continue;
            };
            if first.passage.paragraph == second.passage.paragraph {
                let text = format!("{} {}", first.passage.text, second.passage.text);
                let covered = covers(&[first, second], &text) - MORE * all;
                if covered > best.0 {
                    best = (covered, text);
                }
            }
        }
        best
    }

    /// How much a term says: the rarer, the more.
    fn weight(&self, term: &str) -> f32 {
        let factor = if is_code(term) { CODE } else { 1.0 };
        #[allow(clippy::cast_precision_loss)] // It is a weight.
        let (all, count) = (
            self.entries.len() as f32,
            self.counts.get(term).map_or(UNKNOWN, |count| *count as f32),
        );
        let all = all.max(LEAST_PASSAGES);
        ((all - count + 0.5) / (count + 0.5)).ln_1p() * factor
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("passages", &self.len()).finish_non_exhaustive()
    }
}
