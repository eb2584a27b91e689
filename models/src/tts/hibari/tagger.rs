//! Parts of speech, by the averaged perceptron that belongs to the voice: each feature of a word
//! and its neighbours votes for tags (Penn Treebank).

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::IgnoredAny;

use super::files;
use super::table::{Entries, Table};
use crate::Result;

/// The tagger's tables.
#[derive(Default)]
pub(super) struct Tagger {
    tags: Vec<String>,
    /// Words that nearly always have one tag.
    usual: Table,
    /// Words that are frequent enough to be features.
    frequent: Table,
    features: Table,
    /// Votes of the features: tag, and weight in tenths.
    votes: Vec<(u8, i16)>,
}

impl Tagger {
    /// Reads the tables in the voice's folder.
    pub(super) fn load(dir: &Path) -> Result<Self> {
        let path = &dir.join("tagger.json.gz");
        let bytes = files::bytes(path)?;
        let mut tagger = Self::default();
        let mut json = serde_json::Deserializer::from_slice(&bytes);
        serde::de::DeserializeSeed::deserialize(&mut tagger, &mut json)
            .map_err(|e| files::damaged(path, "not a tagger").because(e))?;
        if tagger.votes.is_empty() || tagger.frequent.is_empty() {
            return Err(files::damaged(path, "not a tagger"));
        }
        tagger.usual.sort();
        tagger.frequent.sort();
        tagger.features.sort();
        tagger.votes.shrink_to_fit();
        Ok(tagger)
    }

    /// The tag of each word; punctuation marks count as words.
    pub(super) fn tag(&self, words: &[&str]) -> Vec<String> {
        let mut context = vec!["-START2-".to_owned(), "-START-".to_owned()];
        context.extend(words.iter().map(|word| {
            let norm = norm(word);
            if self.frequent.get(&norm).is_some() { norm } else { format!("<{}>", shape(word)) }
        }));
        context.extend(["-END-".to_owned(), "-END2-".to_owned()]);
        let mut tags: Vec<String> = Vec::with_capacity(words.len());
        for (i, word) in words.iter().enumerate() {
            let tag = match self.usual.get(word) {
                Some(tag) => tag.to_owned(),
                None => {
                    let before = |n: usize, start: &str| {
                        i.checked_sub(n).map_or(start.to_owned(), |at| tags[at].clone())
                    };
                    self.vote(word, i, &context, &before(1, "-START-"), &before(2, "-START2-"))
                }
            };
            tags.push(tag);
        }
        tags
    }

    fn vote(
        &self,
        word: &str,
        i: usize,
        context: &[String],
        before: &str,
        before2: &str,
    ) -> String {
        let around = &context[i..i + 5];
        let features = [
            "b".to_owned(),
            format!("s3={}", ending(word)),
            format!("p1={}", word.chars().next().map(String::from).unwrap_or_default()),
            format!("w={}", around[2]),
            format!("sh={}", shape(word)),
            if i == 0 { "i0" } else { "i+" }.to_owned(),
            format!("t-1={before}"),
            format!("t-2={before2}"),
            format!("t-12={before},{before2}"),
            format!("w-1={}", around[1]),
            format!("s3-1={}", ending(&around[1])),
            format!("w-2={}", around[0]),
            format!("w+1={}", around[3]),
            format!("s3+1={}", ending(&around[3])),
            format!("w+2={}", around[4]),
        ];
        let mut scores = vec![0i32; self.tags.len()];
        let mut any = false;
        for feature in &features {
            let Some((start, len)) = self.features.get(feature).and_then(|v| v.split_once('+'))
            else {
                continue;
            };
            let (Ok(start), Ok(len)) = (start.parse::<usize>(), len.parse::<usize>()) else {
                continue;
            };
            for &(tag, weight) in self.votes.iter().skip(start).take(len) {
                scores[usize::from(tag)] += i32::from(weight);
                any = true;
            }
        }
        let best = (0..scores.len()).max_by_key(|&t| (scores[t], t)).filter(|_| any);
        best.map_or_else(|| "NN".to_owned(), |t| self.tags[t].clone())
    }
}

fn norm(word: &str) -> String {
    if word.contains('-') && !word.starts_with('-') {
        "!HYPHEN".to_owned()
    } else if word.starts_with(|c: char| c.is_ascii_digit()) {
        let year = word.len() == 4 && word.chars().all(|c| c.is_ascii_digit());
        if year { "!YEAR" } else { "!DIGITS" }.to_owned()
    } else {
        word.to_lowercase()
    }
}

/// The pattern of capitals of a word.
fn shape(word: &str) -> String {
    let upper = |c: char| c.is_uppercase();
    if word.chars().all(char::is_alphabetic) {
        let count = word.chars().filter(|&c| upper(c)).count();
        let total = word.chars().count();
        let first = word.starts_with(upper);
        return match (count, first) {
            (0, _) => "x",
            (n, _) if n == total => {
                if total > 1 {
                    "XX"
                } else {
                    "X1"
                }
            }
            (1, true) => "Xx",
            _ => "xX",
        }
        .to_owned();
    }
    if word.chars().all(|c| c.is_ascii_digit()) {
        return "d".to_owned();
    }
    let kind = |c: char| {
        if c.is_numeric() {
            'd'
        } else if c.is_alphabetic() {
            'x'
        } else {
            c
        }
    };
    word.chars().take(4).map(kind).collect()
}

/// The last three characters.
fn ending(word: &str) -> &str {
    word.char_indices().rev().nth(2).map_or(word, |(at, _)| &word[at..])
}

impl<'de> serde::de::DeserializeSeed<'de> for &mut Tagger {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, d: D) -> std::result::Result<(), D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> serde::de::Visitor<'de> for &mut Tagger {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a tagger's tables")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(
        self,
        mut map: A,
    ) -> std::result::Result<(), A::Error> {
        let Tagger { tags, usual, frequent, features, votes } = self;
        while let Some(part) = map.next_key::<String>()? {
            match part.as_str() {
                "tags" => {
                    *tags = map.next_value()?;
                    tags.sort();
                    if tags.len() > usize::from(u8::MAX) {
                        return Err(serde::de::Error::custom("too many tags"));
                    }
                }
                "tagdict" => map.next_value_seed(Entries(
                    |word: &str, tag: String| usual.push(word, &tag),
                    Default::default(),
                ))?,
                "vocab" => {
                    let words: Vec<String> = map.next_value()?;
                    words.iter().for_each(|word| frequent.push(word, ""));
                }
                // The weights refer to the tags, which come first in the file.
                "weights" if tags.is_empty() => {
                    return Err(serde::de::Error::custom("weights before tags"));
                }
                "weights" => map.next_value_seed(Entries(
                    |feature: &str, weights: BTreeMap<String, f32>| {
                        let start = votes.len();
                        votes.extend(weights.iter().filter_map(|(tag, weight)| {
                            let number = tags.binary_search(tag).ok()?;
                            Some((number as u8, (weight * 10.0).round() as i16))
                        }));
                        features.push(feature, &format!("{start}+{}", votes.len() - start));
                    },
                    Default::default(),
                ))?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}
