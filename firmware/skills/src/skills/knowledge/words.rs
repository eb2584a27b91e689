//! The words of a language by which questions and documents are compared.

use std::collections::{BTreeMap, BTreeSet};

use rust_stemmers::{Algorithm, Stemmer};

use super::split::{DASH, code, split};
use crate::error::Error;

/// The fewest letters that are left of a word without its ending.
const LEAST_LETTERS: usize = 4;

/// One word or several, and the terms that stand for them.
struct Phrase {
    /// The stems of the words after the first.
    more: Vec<String>,
    terms: Vec<String>,
}

/// What an answer must have.
#[derive(Debug, Default)]
pub(super) struct Need {
    /// The phrases that ask for it.
    pub asked_by: Vec<Vec<String>>,
    /// The words that are such an answer, stemmed.
    pub met_by: BTreeSet<String>,
    /// Whether any number is one.
    pub by_number: bool,
    /// Whether a time of day is one, or a year.
    pub by_time: bool,
}

/// The words of one language.
pub struct Words {
    stemmer: Stemmer,
    pub(super) stop: BTreeSet<String>,
    /// Words that make a sentence a question, wherever they are, and as its first.
    pub(super) asks: [BTreeSet<String>; 2],
    /// Words before something that is known.
    pub(super) known: BTreeSet<String>,
    /// How questions about a place begin.
    pub(super) place: Vec<Vec<String>>,
    /// What asks for an opinion.
    pub(super) opinion: Vec<Vec<String>>,
    /// Terms that are said about anything.
    pub(super) general: BTreeSet<String>,
    /// Phrases for which something else stands, by the stems of their first words.
    phrases: BTreeMap<String, Vec<Phrase>>,
    /// Terms that make a name with the number after them ("error 5").
    numbered: BTreeSet<String>,
    /// Endings that make a word of another one ("cleaner").
    endings: Vec<String>,
    /// Letters that are doubled before an ending.
    doubled: Vec<String>,
    /// Days from today.
    pub(super) days: BTreeMap<String, usize>,
    pub(super) series: Vec<Vec<String>>,
    pub(super) weekdays: Vec<String>,
    range: BTreeSet<String>,
    /// By their names.
    pub(super) needs: BTreeMap<String, Need>,
    short: BTreeSet<String>,
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
            opinion: Vec::new(),
            general: BTreeSet::new(),
            phrases: BTreeMap::new(),
            numbered: BTreeSet::new(),
            endings: Vec::new(),
            doubled: Vec::new(),
            days: BTreeMap::new(),
            series: Vec::new(),
            weekdays: Vec::new(),
            range: BTreeSet::from([DASH.to_owned()]),
            needs: BTreeMap::new(),
            short: BTreeSet::new(),
        };
        let (mut general, mut numbered) = (Vec::new(), Vec::new());
        for line in file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let faulty = || Error::Files(format!("{code}/knowledge.tsv: {line:?}"));
            let mut columns = line.split('\t');
            let (Some(kind), Some(name), Some(list)) =
                (columns.next(), columns.next(), columns.next())
            else {
                return Err(faulty());
            };
            let phrases = |list: &[String]| -> Vec<Vec<String>> {
                list.iter().map(|phrase| split(phrase)).collect()
            };
            let list: Vec<String> = list.split(", ").map(str::to_owned).collect();
            match (kind, name) {
                // These come before all words that are stemmed.
                ("ending", _) => words.endings = list,
                ("doubled", _) => words.doubled = list,
                ("stop", _) => words.stop.extend(list),
                ("asks", "first") => words.asks[1].extend(list),
                ("asks", "place") => words.place = phrases(&list),
                ("asks", "opinion") => words.opinion = phrases(&list),
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
                ("numbered", _) => numbered = list,
                ("needs", _) => {
                    let need = words.needs.entry(name.to_owned()).or_default();
                    need.asked_by.extend(phrases(&list));
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
        words.numbered = numbered.iter().flat_map(|word| words.terms(word)).collect();
        Ok(words)
    }

    /// These terms stand for the phrases.
    fn stand(&mut self, terms: &[String], phrases: &[String]) {
        for phrase in phrases {
            let words = split(phrase);
            let mut stems = words.iter().filter(|word| *word != DASH).map(|word| self.stem(word));
            let Some(first) = stems.next() else { continue };
            let phrase = Phrase { more: stems.collect(), terms: terms.to_vec() };
            self.phrases.entry(first).or_default().push(phrase);
        }
    }

    /// Whether a term stands for something.
    pub fn is_named(&self, term: &str) -> bool {
        self.phrases.values().flatten().any(|phrase| phrase.terms.iter().any(|known| known == term))
    }

    pub fn stem(&self, word: &str) -> String {
        let stem = self.stemmer.stem(word);
        let short = self.endings.iter().find_map(|ending| stem.strip_suffix(ending.as_str()));
        // "Scanner", "scan".
        let single = |short: &str| {
            let doubled = |letter: &String| {
                short
                    .strip_suffix(letter.as_str())
                    .is_some_and(|rest| rest.ends_with(letter.as_str()))
            };
            let letter = self.doubled.iter().find(|letter| doubled(letter));
            short.len() - letter.map_or(0, String::len)
        };
        let short = short.and_then(|short| short.get(..single(short)));
        match short.filter(|short| short.chars().count() >= LEAST_LETTERS) {
            Some(short) => short.to_owned(),
            None => stem.into_owned(),
        }
    }

    /// The terms of a text: its stems without words that say nothing. A range ("Monday to
    /// Friday") has all its members.
    pub fn terms(&self, text: &str) -> Vec<String> {
        self.terms_of(&self.codes(split(text)))
    }

    pub(super) fn terms_of(&self, words: &[String]) -> Vec<String> {
        self.placed_terms(words).into_iter().map(|(_, term)| term).collect()
    }

    /// The terms of words, and the place of the word that each begins with.
    pub(super) fn placed_terms(&self, words: &[String]) -> Vec<(usize, String)> {
        let mut terms = Vec::with_capacity(words.len());
        let mut next = 0;
        while let Some((word, after)) = words.get(next..).and_then(<[String]>::split_first) {
            let n = next;
            next += 1;
            if let [between, to, ..] = after
                && self.range.contains(between)
            {
                terms.extend(self.between(word, to).map(|word| (n, self.stem(word))));
            }
            if word == DASH {
                continue;
            }
            let stem = self.stem(word);
            let stop = self.stop.contains(word);
            let before = terms.len();
            match self.standing(&stem, after) {
                Some((stands, more)) if more > 0 || !stop => {
                    terms.extend(stands.iter().map(|term| (n, term.clone())));
                    next += more;
                }
                _ if stop => {}
                _ => terms.push((n, stem)),
            }
            let number = words.get(next).filter(|word| word.bytes().all(|b| b.is_ascii_digit()));
            if let Some(number) = number
                && let Some((_, term)) =
                    terms.get(before).filter(|(_, term)| self.numbered.contains(term))
            {
                terms.push((n, code(term, number)));
            }
        }
        terms
    }

    /// What stands for the longest phrase that begins with a stem, and how many of the words after
    /// it belong to the phrase.
    fn standing(&self, first: &str, after: &[String]) -> Option<(&[String], usize)> {
        let fits = |phrase: &'_ Phrase| {
            let mut used = 0;
            for stem in &phrase.more {
                let dashes = after.get(used..)?.iter().take_while(|word| *word == DASH).count();
                used += dashes;
                if self.stem(after.get(used)?) != *stem {
                    return None;
                }
                used += 1;
            }
            Some(used)
        };
        let found = self.phrases.get(first)?.iter();
        let found = found.filter_map(|phrase| Some((&*phrase.terms, fits(phrase)?)));
        found.max_by_key(|(_, used)| *used)
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
    pub(super) fn codes(&self, words: Vec<String>) -> Vec<String> {
        let mut joined: Vec<String> = Vec::with_capacity(words.len());
        for word in words {
            let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
            let number = &word[letters.len()..];
            let dash = joined.last().is_some_and(|last| last == DASH);
            let before = joined.len().checked_sub(if dash { 2 } else { 1 });
            let letter = before.and_then(|n| joined.get(n)).filter(|word| {
                word.chars().count() == 1
                    && word.chars().all(char::is_alphabetic)
                    && !self.stop.contains(*word)
            });
            let code = match letter {
                _ if number.is_empty() => None,
                Some(letter) if letters.is_empty() => Some((before, code(letter, number))),
                _ if !letters.is_empty() && letters.chars().all(char::is_alphabetic) => {
                    Some((None, code(letters, number)))
                }
                _ => None,
            };
            if let Some((Some(n), _)) = &code {
                joined.truncate(*n);
            }
            joined.push(code.map_or(word, |(_, code)| code));
        }
        joined
    }
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Words").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn forms_of_a_word_are_the_same() {
        let words = crate::language::knowledge("en").unwrap();
        for (one, other) in [
            ("scanner", "scan"),
            ("leaders", "lead"),
            ("the car park", "parking for cars"),
            ("grown-ups", "adult"),
            ("a broken lamp", "the defective lamps"),
            ("E 09", "e-9"),
            ("error 5", "fault 5"),
        ] {
            assert_eq!(words.terms(one), words.terms(other));
        }
        for (one, other) in [("summer", "sum"), ("error 5", "error 8"), ("E 19", "E 9")] {
            assert_ne!(words.terms(one), words.terms(other));
        }
        let all = words.terms("Tuesday to Friday");
        assert!(words.terms("Thursday").iter().all(|day| all.contains(day)), "{all:?}");
    }
}
