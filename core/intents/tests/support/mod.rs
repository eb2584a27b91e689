//! Sentences whose intents and slots are known.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sayso_intents::{Grammar, Home, Match, Source};
use serde_json::{Value, json};

/// A sentence, and what it means.
pub struct Case {
    pub sentence: String,
    pub intent: String,
    pub slots: BTreeMap<String, Value>,
    /// The speaker's area.
    pub area: Option<String>,
    /// Which home it is said in.
    pub env: usize,
}

/// The intent of a sentence that is no command.
const NONE: &str = "-";

/// The cases of a file.
pub struct Cases {
    pub homes: Vec<Home>,
    /// The names of the entities of each home.
    names: Vec<Vec<String>>,
    pub cases: Vec<Case>,
}

impl Cases {
    pub fn open(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let data: Value = serde_json::from_str(&text).unwrap();
        let homes = data["environments"].as_array().unwrap().iter();
        let homes: Vec<Value> = homes.map(|env| home(&data["fixtures"], env)).collect();
        let names = |home: &Value| {
            let entities = home["entities"].as_array().unwrap().iter();
            entities.map(|entity| entity["name"].as_str().unwrap().to_owned()).collect()
        };
        let names = homes.iter().map(names).collect();
        let homes = homes.iter().map(|home| Home::from_json(home).unwrap()).collect();
        let cases = data["cases"].as_array().unwrap().iter().map(|case| Case {
            sentence: case["sentence"].as_str().unwrap().to_owned(),
            intent: case["intent"].as_str().unwrap().to_owned(),
            slots: serde_json::from_value(case["slots"].clone()).unwrap(),
            area: case["context"]["area"].as_str().map(str::to_owned),
            env: usize::try_from(case["env"].as_u64().unwrap()).unwrap(),
        });
        Self { cases: cases.collect(), homes, names }
    }

    /// The names of the entities of a home.
    pub fn names(&self, home: usize) -> &[String] {
        &self.names[home]
    }

    /// Replaces the cases by those of a table: sentence, intent (or [`NONE`]) and slots, separated
    /// by tabs. All are said in the first home.
    pub fn replace(&mut self, table: &Path) {
        let text = std::fs::read_to_string(table).unwrap();
        let cases = text.lines().map(|line| {
            let [sentence, intent, slots] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("{line}: three columns are expected");
            };
            Case {
                sentence: sentence.to_owned(),
                intent: intent.to_owned(),
                slots: serde_json::from_str(slots).unwrap(),
                area: None,
                env: 0,
            }
        });
        self.cases = cases.collect();
    }
}

fn home(fixtures: &Value, env: &Value) -> Value {
    let mut all = json!({});
    for key in ["areas", "floors", "entities"] {
        let items = |value: &Value| value[key].as_array().cloned().unwrap_or_default();
        all[key] = Value::from([items(fixtures), items(env)].concat());
    }
    all
}

/// A file of this crate's test data.
pub fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// The language of a file, by its name: `en.json`, `sentences.en.json`.
pub fn language(path: &Path) -> String {
    let stem = path.file_stem().unwrap().to_str().unwrap();
    stem.rsplit('.').next().unwrap().to_owned()
}

pub fn grammar(path: &Path) -> Grammar {
    let source = Source::open(path, false).unwrap();
    Grammar::compile(&language(path), &[source]).unwrap()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Right,
    NoMatch,
    Intent,
    Slots,
    Further,
}

/// Compares a match with a case. Of a list of values, one is right. A domain and a device class
/// that a template sets are not counted, because not all cases state them.
pub fn judge(case: &Case, found: Option<&Match>) -> Verdict {
    let Some(found) = found else {
        return if case.intent == NONE { Verdict::Right } else { Verdict::NoMatch };
    };
    if *found.intent != *case.intent {
        return Verdict::Intent;
    }
    let right = |(slot, value)| found.slots.get(slot).is_some_and(|found| same(value, found));
    if !case.slots.iter().all(right) {
        return Verdict::Slots;
    }
    let set = |slot: &str| ["domain", "device_class"].contains(&slot);
    if found.slots.keys().any(|slot| !case.slots.contains_key(slot) && !set(slot)) {
        return Verdict::Further;
    }
    Verdict::Right
}

fn same(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (a, b) if a == b => true,
        (Value::Array(any), _) => any.iter().any(|one| same(one, found)),
        (Value::String(a), Value::String(b)) => a.trim() == b.trim(),
        (a, b) => a.is_number() && a.as_f64() == b.as_f64(),
    }
}

/// The sentence of a case with one mistake, always the same one: a letter of a longer word left
/// out, doubled or replaced, two letters swapped, or a small word too many. Words for a wildcard
/// are not changed, because any words are right there.
pub fn garble(case: &Case) -> String {
    let sentence = &case.sentence;
    let free = ["item", "search_query", "conversation_command", "message", "name", "state"];
    let timer = case.intent.contains("Timer");
    let free = case
        .slots
        .iter()
        .filter(|(slot, _)| free.contains(&slot.as_str()) && (timer || *slot != "name"));
    let free = free.map(|(_, value)| value.to_string().to_lowercase()).collect::<String>();
    let mut seed = sentence
        .bytes()
        .fold(7_u32, |seed, byte| seed.wrapping_mul(31).wrapping_add(u32::from(byte)));
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        usize::try_from(seed >> 16).unwrap() % below.max(1)
    };
    let mut words: Vec<String> = sentence.split_whitespace().map(str::to_owned).collect();
    let long = |word: &String| {
        word.chars().count() >= 5
            && word.chars().all(char::is_alphabetic)
            && !free.contains(&word.to_lowercase())
    };
    let longer: Vec<usize> = (0..words.len()).filter(|n| long(&words[*n])).collect();
    if longer.is_empty() {
        return format!("um {sentence}");
    }
    let word = &mut words[longer[next(longer.len())]];
    let mut letters: Vec<char> = word.chars().collect();
    // The first letter is heard best.
    let at = 1 + next(letters.len() - 2);
    match next(4) {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, letters[at]),
        2 => letters[at] = ['a', 'e', 'i', 'n', 's', 't'][next(6)],
        _ => letters.swap(at, at + 1),
    }
    *word = letters.into_iter().collect();
    words.join(" ")
}
