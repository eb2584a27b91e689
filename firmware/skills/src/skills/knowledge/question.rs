//! What a question asks for, and whether a text may be its answer.

use std::collections::BTreeSet;

use super::split::{has_time_of_day, is_code, is_year, split};
use super::words::Words;

/// The kind of answer that is a number of what is asked for.
const COUNT: &str = "count";
/// So many words after a number may be what is counted.
const COUNTED: usize = 2;

/// A term of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The term.
    pub text: String,
    /// Whether it is said about anything.
    pub general: bool,
    /// Whether it is said of something that is known ("the pool").
    pub known: bool,
}

/// A question: its terms, each once, and what an answer must have.
#[derive(Debug)]
pub struct Question {
    /// The terms.
    pub terms: Vec<Term>,
    /// Its words as they were said, without those that say nothing.
    pub words: Vec<String>,
    /// Whether it may be about the place where it is asked.
    pub of_place: bool,
    /// Whether it asks, and does not only mention.
    pub asks: bool,
    /// The name of what an answer must have.
    need: Option<String>,
}

impl Words {
    /// What a sentence asks for. `weekday` is that of today, 0 for Monday.
    pub fn question(&self, text: &str, weekday: usize) -> Question {
        let mut words = self.codes(split(text));
        let any = |words: &[String], list: &BTreeSet<String>| {
            words.iter().any(|word| list.contains(word))
        };
        let has = |phrases: &[Vec<String>]| {
            phrases.iter().any(|phrase| words.windows(phrase.len()).any(|part| part == phrase))
        };
        let (of_place, opinion) = (has(&self.place), has(&self.opinion));
        let asks = text.trim_end().ends_with('?')
            || any(&words, &self.asks[0])
            || words.first().is_some_and(|first| self.asks[1].contains(first))
            // A code, or key words alone.
            || words.iter().any(|word| is_code(word))
            || words.len() > 1 && !any(&words, &self.stop);
        let found = self.needs.iter().flat_map(|(name, need)| {
            let at = |phrase: &Vec<String>| words.windows(phrase.len()).any(|part| part == phrase);
            let found = need.asked_by.iter().filter(move |phrase| at(phrase));
            found.map(move |phrase| (phrase, name))
        });
        let found = found.max_by_key(|(phrase, _)| phrase.len());
        let need = found.map(|(_, name)| name.clone());
        let mut said = words.clone();
        said.retain(|word| !self.stop.contains(word));
        for word in &mut words {
            if let Some(after) = self.days.get(word)
                && let Some(day) = self.weekdays.get((weekday + after) % self.weekdays.len().max(1))
            {
                word.clone_from(day);
            }
        }
        let placed = self.placed_terms(&words);
        let after_known = |n: usize| {
            n.checked_sub(1)
                .and_then(|n| words.get(n))
                .is_some_and(|word| self.known.contains(word))
        };
        let known = placed.iter().filter(|(n, _)| after_known(*n)).map(|(_, term)| term.clone());
        let known: BTreeSet<String> = known.collect();
        let mut texts: Vec<String> = placed.into_iter().map(|(_, term)| term).collect();
        // What a long phrase asks for is in its name.
        if let Some((phrase, _)) = found.filter(|(phrase, _)| phrase.len() > 2) {
            let phrase = self.terms_of(phrase);
            texts.retain(|text| !phrase.contains(text));
        }
        // A kind of answer that has a name ("price") is asked for by it.
        let name = need.iter().map(|name| self.stem(name));
        texts.extend(name.filter(|name| self.is_named(name)));
        let mut terms: Vec<Term> = Vec::with_capacity(texts.len());
        for text in texts {
            if terms.iter().all(|term| term.text != text) {
                let (general, known) = (self.general.contains(&text), known.contains(&text));
                terms.push(Term { text, general, known });
            }
        }
        Question { terms, words: said, of_place, asks: asks && !opinion, need }
    }

    /// Whether a text has what an answer to the question must have.
    pub fn answers(&self, question: &Question, text: &str) -> bool {
        let Some(name) = &question.need else { return true };
        let Some(need) = self.needs.get(name) else { return true };
        let words = split(text);
        let number = |word: &String| {
            need.by_number && word.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
                || need.met_by.contains(&self.stem(word))
        };
        if name == COUNT {
            let Some(counted) = question.terms.first() else { return false };
            return words.iter().enumerate().filter(|(_, word)| number(word)).any(|(n, _)| {
                let after = words[n + 1..].iter().take(COUNTED).cloned().collect::<Vec<_>>();
                self.terms_of(&after).contains(&counted.text)
            });
        }
        // What the question says itself is no answer.
        let in_series = |word| {
            !question.words.contains(word) && self.series.iter().any(|series| series.contains(word))
        };
        words.iter().any(|word| number(word) || need.by_time && (in_series(word) || is_year(word)))
            || need.by_time && has_time_of_day(text)
    }
}
