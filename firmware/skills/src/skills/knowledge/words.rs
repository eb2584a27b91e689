//! The words of a language by which questions and documents are compared.

use std::collections::{BTreeMap, BTreeSet};

use rust_stemmers::{Algorithm, Stemmer};

use crate::error::Error;

/// A mark in the place of a dash between two words.
const DASH: &str = "-";

/// The kind of answer that is a number of what is asked for.
const COUNT: &str = "count";
/// So many words after a number may be what is counted.
const COUNTED: usize = 2;

/// What an answer must have.
#[derive(Debug, Default)]
struct Need {
    /// The phrases that ask for it.
    asked_by: Vec<Vec<String>>,
    /// The words that are such an answer, stemmed.
    met_by: BTreeSet<String>,
    /// Whether any number is one.
    by_number: bool,
    /// Whether a time of day is one, or a year.
    by_time: bool,
}

/// The words of one language.
pub struct Words {
    stemmer: Stemmer,
    stop: BTreeSet<String>,
    /// Words that make a sentence a question, wherever they are, and as its first.
    asks: [BTreeSet<String>; 2],
    /// Words before something that is known.
    known: BTreeSet<String>,
    /// How questions about a place begin.
    place: Vec<Vec<String>>,
    /// Terms that are said about anything.
    general: BTreeSet<String>,
    /// What stands for a stem, if something does.
    terms: BTreeMap<String, Vec<String>>,
    /// Days from today.
    days: BTreeMap<String, usize>,
    series: Vec<Vec<String>>,
    weekdays: Vec<String>,
    range: BTreeSet<String>,
    /// By their names.
    needs: BTreeMap<String, Need>,
    short: BTreeSet<String>,
}

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
    /// The words in a file of a language. The stemmer is that of the language's ISO 639-1 code.
    ///
    /// # Errors
    /// If the language has no stemmer, or a line has a fault.
    pub(crate) fn new(code: &str, file: &str) -> Result<Self, Error> {
        let algorithm = match code {
            "en" => Algorithm::English,
            "de" => Algorithm::German,
            "es" => Algorithm::Spanish,
            "fr" => Algorithm::French,
            "it" => Algorithm::Italian,
            _ => return Err(Error::Files(format!("{code}: there is no stemmer"))),
        };
        let stemmer = Stemmer::create(algorithm);
        let mut words = Self {
            stemmer,
            stop: BTreeSet::new(),
            asks: Default::default(),
            known: BTreeSet::new(),
            place: Vec::new(),
            general: BTreeSet::new(),
            terms: BTreeMap::new(),
            days: BTreeMap::new(),
            series: Vec::new(),
            weekdays: Vec::new(),
            range: BTreeSet::from([DASH.to_owned()]),
            needs: BTreeMap::new(),
            short: BTreeSet::new(),
        };
        let mut general = Vec::new();
        for line in file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let faulty = || Error::Files(format!("{code}/knowledge.tsv: {line:?}"));
            let mut columns = line.split('\t');
            let (Some(kind), Some(name), Some(list)) =
                (columns.next(), columns.next(), columns.next())
            else {
                return Err(faulty());
            };
            let list: Vec<String> = list.split(", ").map(str::to_owned).collect();
            match (kind, name) {
                ("stop", _) => words.stop.extend(list),
                ("asks", "first") => words.asks[1].extend(list),
                ("asks", "place") => words.place = list.iter().map(|phrase| split(phrase)).collect(),
                ("asks", "known") => words.known.extend(list),
                ("asks", _) => words.asks[0].extend(list),
                ("same", _) => {
                    let stands = vec![words.stem(name)];
                    words.stand(&stands, &list);
                }
                ("means", _) => {
                    let stands: Vec<_> = name.split(", ").map(|word| words.stem(word)).collect();
                    words.stand(&stands, &list);
                }
                ("day", _) => {
                    let after: usize = name.parse().map_err(|_| faulty())?;
                    words.days.extend(list.into_iter().map(|word| (word, after)));
                }
                ("series", "weekday") => {
                    words.weekdays.clone_from(&list);
                    words.series.push(list);
                }
                ("series", _) => words.series.push(list),
                ("range", _) => words.range.extend(list),
                ("general", _) => general = list,
                ("needs", _) => {
                    let phrases = list.iter().map(|phrase| split(phrase));
                    words.needs.entry(name.to_owned()).or_default().asked_by.extend(phrases);
                }
                ("has", _) => {
                    let met_by = list.iter().map(|word| words.stem(word)).collect();
                    let need = words.needs.entry(name.to_owned()).or_default();
                    need.met_by = met_by;
                    need.by_number = need.met_by.remove("0");
                    need.by_time = need.met_by.remove("0:00");
                }
                ("short", _) => words.short.extend(list),
                _ => return Err(faulty()),
            }
        }
        let series = words.series.concat();
        let general = general.iter().chain(&series);
        words.general = general.flat_map(|word| words.terms(word)).collect();
        Ok(words)
    }

    /// These terms stand for the words.
    fn stand(&mut self, terms: &[String], words: &[String]) {
        for word in words {
            let stem = self.stem(word);
            self.terms.insert(stem, terms.to_vec());
        }
    }

    fn stem(&self, word: &str) -> String {
        self.stemmer.stem(word).into_owned()
    }

    /// The terms of a text: its stems without words that say nothing. A range ("Monday to
    /// Friday") has all its members.
    pub fn terms(&self, text: &str) -> Vec<String> {
        self.terms_of(&self.codes(split(text)))
    }

    fn terms_of(&self, words: &[String]) -> Vec<String> {
        let mut terms = Vec::with_capacity(words.len());
        for (n, word) in words.iter().enumerate() {
            if let [from, between, to, ..] = &words[n..]
                && self.range.contains(between)
            {
                terms.extend(self.between(from, to).map(|word| self.stem(word)));
            }
            if word == DASH || self.stop.contains(word) {
                continue;
            }
            let stem = self.stem(word);
            match self.terms.get(&stem) {
                Some(stands) => terms.extend(stands.iter().cloned()),
                None => terms.push(stem),
            }
        }
        terms
    }

    /// What a sentence asks for. `weekday` is that of today, 0 for Monday.
    pub fn question(&self, text: &str, weekday: usize) -> Question {
        let mut words = self.codes(split(text));
        let any = |words: &[String], list: &BTreeSet<String>| {
            words.iter().any(|word| list.contains(word))
        };
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
        let of_place = self.place.iter().any(|phrase| {
            words.windows(phrase.len()).any(|part| part == phrase)
        });
        let known: BTreeSet<String> = words
            .windows(2)
            .filter(|part| self.known.contains(&part[0]))
            .flat_map(|part| self.terms_of(&part[1..]))
            .collect();
        let mut texts = self.terms_of(&words);
        // What a long phrase asks for is in its name.
        if let Some((phrase, _)) = found.filter(|(phrase, _)| phrase.len() > 2) {
            let phrase = self.terms_of(phrase);
            texts.retain(|text| !phrase.contains(text));
        }
        // A kind of answer that has a name ("price") is asked for by it.
        let name = need.iter().map(|name| self.stem(name));
        texts.extend(name.filter(|name| self.terms.values().any(|stands| stands.contains(name))));
        let mut terms: Vec<Term> = Vec::with_capacity(texts.len());
        for text in texts {
            if terms.iter().all(|term| term.text != text) {
                let (general, known) = (self.general.contains(&text), known.contains(&text));
                terms.push(Term { text, general, known });
            }
        }
        Question { terms, words: said, of_place, asks, need }
    }

    /// Whether a text has what an answer to the question must have.
    pub fn answers(&self, question: &Question, text: &str) -> bool {
        let Some(name) = &question.need else { return true };
        let Some(need) = self.needs.get(name) else { return true };
        let words = split(text);
        let number = |word: &String| {
            need.by_number && word.bytes().all(|b| b.is_ascii_digit() || b == b'.')
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

    /// Whether a full stop after this word does not end a sentence.
    pub fn is_short(&self, word: &str) -> bool {
        self.short.contains(&word.to_lowercase())
    }

    /// What is between two members of a series. It may go over its end.
    fn between(&self, from: &str, to: &str) -> impl Iterator<Item = &String> {
        let found = self.series.iter().find_map(|series| {
            let place = |word: &str| series.iter().position(|member| member == word);
            Some((series, place(from)?, place(to)?))
        });
        found.into_iter().flat_map(|(series, from, to)| {
            let to = if to < from { to + series.len() } else { to };
            (from + 1..to).filter_map(|n| series.get(n % series.len()))
        })
    }

    /// A letter and the number after it are one word: a code ("E 14", "E-14").
    fn codes(&self, words: Vec<String>) -> Vec<String> {
        let mut joined: Vec<String> = Vec::with_capacity(words.len());
        for word in words {
            let is_number = word.bytes().all(|b| b.is_ascii_digit());
            let dash = joined.last().is_some_and(|last| last == DASH);
            let before = joined.len().checked_sub(if dash { 2 } else { 1 });
            let letter = before.and_then(|n| joined.get(n)).is_some_and(|word| {
                word.chars().count() == 1
                    && word.chars().all(char::is_alphabetic)
                    && !self.stop.contains(word)
            });
            if let Some(n) = before.filter(|_| is_number && letter) {
                joined.truncate(n + 1);
                joined[n].push_str(&word);
            } else {
                joined.push(word);
            }
        }
        joined
    }
}

/// Whether a term has letters and digits ("E14").
pub fn is_code(term: &str) -> bool {
    term.contains(|c: char| c.is_ascii_digit()) && term.contains(char::is_alphabetic)
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a text has something like "9:30".
fn has_time_of_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(3).any(|part| {
        part[0].is_ascii_digit() && part[1] == b':' && part[2].is_ascii_digit()
    })
}

/// The words of a text in lower case, with a mark for a dash between two of them.
pub fn split(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut dash = false;
    let chars: Vec<char> = text.chars().collect();
    for (n, &c) in chars.iter().enumerate() {
        // The point of a decimal number.
        let point = matches!(c, '.' | ',')
            && word.ends_with(|c: char| c.is_ascii_digit())
            && chars.get(n + 1).is_some_and(char::is_ascii_digit);
        // "a.m."
        let initial = c == '.'
            && chars.get(n.wrapping_sub(2)).is_none_or(|c| !c.is_alphanumeric())
            && chars.get(n + 1).is_some_and(|c| c.is_alphabetic())
            && chars.get(n + 2) == Some(&'.');
        if initial {
            continue;
        }
        if c.is_alphanumeric() || point {
            if word.is_empty() && dash && !words.is_empty() {
                words.push(DASH.to_owned());
            }
            dash = false;
            word.extend(c.to_lowercase());
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if matches!(c, '€' | '£' | '$') {
            words.push(c.to_string());
        }
        dash = matches!(c, '-' | '–' | '—') || dash && c == ' ';
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Words").finish_non_exhaustive()
    }
}
