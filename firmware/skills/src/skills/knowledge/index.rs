//! What answers a question about the documents, if anything does.

use std::collections::{HashMap, HashSet};

use super::passages::Passage;
use super::question::{Question, Term};
use super::search::Search;
use super::split::{is_code, split};
use super::words::Words;

/// So many passages that the search ranks first are looked at.
const CANDIDATES: usize = 50;
/// A passage answers if it covers so much of a question.
const COVERED: f32 = 0.7;
/// It has to cover so much of one that points to nothing of theirs.
const COVERED_IF_FREE: f32 = 0.85;
/// A question is about the documents if they know so much of it.
const KNOWN: f32 = 0.45;
/// More unknown terms are about something else.
const MOST_UNKNOWN: usize = 1;
/// The share that is enough if it is surely about their subject.
const KNOWN_OF_SUBJECT: f32 = 0.05;
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

fn tune(name: &str, or: f32) -> f32 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(or)
}

/// How well the documents fit a question.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fit {
    /// The share of the question that the best passage covers, 0 to 1.
    pub covered: f32,
    /// How many terms the question has. One alone may be about anything.
    pub terms: usize,
    /// Whether it points to something of theirs: by "the", by a code, or as something of this place.
    pub points: bool,
    /// The share of the question that is somewhere in the documents, 0 to 1.
    pub known: f32,
    /// How many terms of it are nowhere in them.
    pub unknown: usize,
    /// How sure it is that the question is about what the documents are about.
    pub subject: Subject,
}

/// How sure it is that a question is about the same things as the documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// It is not.
    #[default]
    None,
    /// It has a term of a heading, or says one of theirs as something known ("the stairs").
    Likely,
    /// It says a term of a heading as something known ("the pool").
    Sure,
}

/// What is to be said about a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The best passage.
    Answer,
    /// That the documents have no answer.
    NotThere,
    /// Nothing: the question is about something else.
    Other,
}

impl Fit {
    /// What is to be said.
    pub fn verdict(self) -> Verdict {
        let enough = if self.points { COVERED } else { COVERED_IF_FREE };
        if self.terms < 2 && !self.points {
            Verdict::Other
        } else if self.covered >= tune("C", 0.0) + enough {
            Verdict::Answer
        } else if match self.subject {
            Subject::None => false,
            Subject::Likely => self.known >= tune("KNOWN", KNOWN) && self.unknown <= MOST_UNKNOWN,
            Subject::Sure => self.known >= KNOWN_OF_SUBJECT,
        } {
            Verdict::NotThere
        } else {
            Verdict::Other
        }
    }
}

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
        // General words alone, or one word that is no code, ask nothing.
        let specific = |term: &Term| !term.general;
        if all <= 0.0 || !question.terms.iter().any(specific) {
            return (Fit::default(), String::new());
        }
        let is_known = |term: &Term| self.counts.contains_key(&term.text);
        let subject = |term: &Term| match (term.known, self.subjects.contains(&term.text)) {
            (true, true) => Subject::Sure,
            (false, false) => Subject::None,
            _ => Subject::Likely,
        };
        let has_code = question.terms.iter().any(|term| is_code(&term.text));
        let least = if question.of_place || has_code { Subject::Likely } else { Subject::None };
        let known_terms = question.terms.iter().filter(|term| specific(term) && is_known(term));
        let points = known_terms.clone().any(|term| term.known) || least > Subject::None;
        let subject = known_terms.map(|term| subject(term).max(least)).max().unwrap_or_default();
        let mut best = (0.0, String::new());
        let mut together = 0;
        let terms = question.terms.iter().map(|term| term.text.as_str());
        for n in self.search.best(terms, CANDIDATES) {
            let found = self.answer(n, question, &weights, words);
            if found.0 > best.0 {
                best = found;
            }
            let inside = |term: &&Term| self.entries[n].inside.contains(&term.text);
            together =
                together.max(question.terms.iter().filter(|t| specific(t)).filter(inside).count());
        }
        let subject = if together > 1 { subject.max(Subject::Likely) } else { subject };
        // General terms say nothing about the subject, nor do codes that are not known.
        let about = question
            .terms
            .iter()
            .zip(&weights)
            .filter(|(term, _)| specific(term) && (is_known(term) || !is_code(&term.text)));
        let (known, unknown): (Vec<_>, Vec<_>) = about.partition(|(term, _)| is_known(term));
        let sum = |terms: &[(&Term, &f32)]| terms.iter().map(|(_, weight)| **weight).sum::<f32>();
        let (of_known, unknown) = (sum(&known), (sum(&unknown), unknown.len()));
        let known = of_known / (of_known + unknown.0).max(f32::MIN_POSITIVE);
        let terms = question.terms.len();
        let fit = Fit { covered: best.0 / all, terms, points, known, unknown: unknown.1, subject };
        if std::env::var_os("FIT").is_some() {
            eprintln!(
                "{fit:?} {:?} {weights:?} {:?}",
                question.terms.iter().map(|t| &t.text).collect::<Vec<_>>(),
                best.1
            );
        }
        (fit, best.1)
    }

    /// How much of a question a passage covers, and what is said: it, or with a neighbour that
    /// covers more.
    fn answer(
        &self,
        n: usize,
        question: &Question,
        weights: &[f32],
        words: &Words,
    ) -> (f32, String) {
        let Some(entry) = self.entries.get(n) else { return (0.0, String::new()) };
        let covers = |said: &[&Entry], text: &str| {
            let terms = question.terms.iter().zip(weights);
            let covered = terms.map(|(term, weight)| {
                if said.iter().any(|entry| entry.inside.contains(&term.text)) {
                    *weight
                } else if entry.around.contains(&term.text) {
                    weight * tune("CTX", IN_CONTEXT)
                } else {
                    0.0
                }
            });
            let covered: f32 = covered.sum();
            if !words.answers(question, text) {
                return covered * tune("NEED", WITHOUT_NEED);
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
                let covered = covers(&[first, second], &text) - tune("MORE", MORE) * all;
                if covered > best.0 {
                    best = (covered, text);
                }
            }
        }
        best
    }

    /// How much a term says: the rarer, the more.
    fn weight(&self, term: &str) -> f32 {
        let factor = if is_code(term) { tune("CODE", CODE) } else { 1.0 };
        #[allow(clippy::cast_precision_loss)] // It is a weight.
        let (all, count) = (
            self.entries.len() as f32,
            self.counts.get(term).map_or(tune("UNK", UNKNOWN), |count| *count as f32),
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
