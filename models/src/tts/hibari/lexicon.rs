//! Turns words into phonemes by dictionary: misaki's two American lexicons and its rules for what
//! they leave out (plurals, past tenses, -ing forms, function words that depend on their
//! neighbours). The rules are misaki's (Apache-2.0), because the voice was trained with them.

use std::fmt;
use std::path::Path;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::files;
use super::stress::{self, Level, PRIMARY, SECONDARY};
use super::table::{SEPARATOR, Table, entries};
use crate::Result;

/// What is known about the words after this one.
#[derive(Clone, Copy, Default)]
pub(super) struct Following {
    /// Whether the next sound is a vowel; `None` before a pause.
    pub(super) vowel: Option<bool>,
    /// Whether the next word is "to".
    pub(super) to: bool,
}

/// The dictionaries.
pub(super) struct Lexicon {
    gold: Table,
    silver: Table,
}

/// Before these an English t becomes a flap: "waiting", "wanted".
const FLAPPING: &str = "AIOWYiuæɑəɛɪɹʊʌ";

/// An entry as the table stores it: its phonemes, or `TAG=phonemes` for each part of speech, with
/// separators. Without phonemes the word is spelt.
struct Entry(String);

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Entry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("phonemes, or phonemes by part of speech")
            }

            fn visit_str<E>(self, phonemes: &str) -> std::result::Result<Entry, E> {
                Ok(Entry(phonemes.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                mut map: A,
            ) -> std::result::Result<Entry, A::Error> {
                let mut all = String::new();
                while let Some((tag, phonemes)) = map.next_entry::<String, Option<String>>()? {
                    if !all.is_empty() {
                        all.push(SEPARATOR);
                    }
                    all.extend([&tag, "=", phonemes.as_deref().unwrap_or_default()]);
                }
                Ok(Entry(all))
            }
        }
        d.deserialize_any(Reader)
    }
}

impl Lexicon {
    /// Reads the lexicons in the voice's folder.
    pub(super) fn load(dir: &Path) -> Result<Self> {
        let read = |name: &str| {
            let mut table = Table::default();
            entries(&dir.join(name), |key, Entry(value)| table.push(key, &value))?;
            if table.is_empty() {
                return Err(files::damaged(&dir.join(name), "an empty lexicon"));
            }
            table.sort();
            Ok(table)
        };
        Ok(Self {
            gold: read("lexicon_us_gold.json.gz")?,
            silver: read("lexicon_us_silver.json.gz")?,
        })
    }

    /// Phonemes of a word, or `None` if no rule can read it.
    pub(super) fn word(&self, word: &str, tag: &str, next: Following) -> Option<String> {
        let stress = match (is_lower(word), is_upper(word)) {
            (true, _) => None,
            (_, true) => Some(Level::Full),
            _ => Some(Level::Some),
        };
        if let Some(phonemes) = self.function_word(word, tag, stress, next) {
            return Some(phonemes);
        }
        let lower = word.to_lowercase();
        let plain = word.chars().all(|c| c.is_alphabetic() || c == '\'') && word.len() > 1;
        let unlisted = !self.has(&self.gold, word) && !self.has(&self.silver, word);
        let cased = is_upper(word) || word.chars().skip(1).all(|c| !c.is_uppercase());
        let word = if plain
            && !is_lower(word)
            && (tag != "NNP" || word.chars().count() > 7)
            && unlisted
            && cased
            && (self.has(&self.gold, &lower)
                || self.has(&self.silver, &lower)
                || self.inflected(&lower, tag, stress, next).is_some())
        {
            &lower
        } else {
            word
        };
        if self.knows(word) {
            return self.look_up(word, tag, stress, next);
        }
        if let Some(stem) = word.strip_suffix("s'") {
            let singular = format!("{stem}'s");
            if self.knows(&singular) {
                return self.look_up(&singular, tag, stress, next);
            }
        }
        if let Some(stem) = word.strip_suffix('\'').filter(|stem| self.knows(stem)) {
            return self.look_up(stem, tag, stress, next);
        }
        self.inflected(word, tag, stress, next)
    }

    /// The names of a word's letters; the last one is stressed.
    pub(super) fn spelt(&self, word: &str) -> Option<String> {
        let mut all = String::new();
        for letter in word.chars().filter(|c| c.is_alphabetic()) {
            let name = self.gold.get(&letter.to_uppercase().to_string())?;
            all.push_str(&stress::with(name, Some(Level::Even)));
        }
        if let Some(at) = all.rfind(SECONDARY) {
            all.replace_range(at..at + SECONDARY.len_utf8(), &PRIMARY.to_string());
        }
        (!all.is_empty()).then_some(all)
    }

    /// Words whose pronunciation depends on their neighbours or their part of speech.
    fn function_word(
        &self,
        word: &str,
        tag: &str,
        stress: Option<Level>,
        next: Following,
    ) -> Option<String> {
        let one = |p: &str| Some(p.to_owned());
        let listed = |w: &str| self.gold.get(w).map(str::to_owned);
        match word {
            "a" | "A" => one(if tag == "DT" || word == "a" { "ɐ" } else { "ˈA" }),
            "am" | "Am" | "AM" if tag.starts_with("NN") => self.spelt(word),
            "am" if next.vowel.is_some() && stress.is_none() => one("ɐm"),
            "am" | "Am" | "AM" => listed("am"),
            "AN" if tag.starts_with("NN") => self.spelt(word),
            "an" | "An" | "AN" => one("ɐn"),
            "I" if tag == "PRP" => one("ˌI"),
            "by" | "By" | "BY" if class(tag) == "ADV" => one("bˈI"),
            "to" | "To" | "TO" if word != "TO" || tag == "TO" || tag == "IN" => match next.vowel {
                None => listed("to"),
                Some(true) => one("tʊ"),
                Some(false) => one("tə"),
            },
            "in" | "In" | "IN" if word != "IN" || tag != "NNP" => {
                one(if next.vowel.is_none() || tag != "IN" { "ˈɪn" } else { "ɪn" })
            }
            "the" | "The" | "THE" if word != "THE" || tag == "DT" => {
                one(if next.vowel == Some(true) { "ði" } else { "ðə" })
            }
            "vs" | "Vs" | "VS" => self.look_up("versus", tag, None, next),
            "used" | "Used" | "USED" => {
                let tag = if next.to && (tag == "VBD" || tag == "JJ") { "VBD" } else { "DEFAULT" };
                choose(self.gold.get("used")?, tag).map(str::to_owned)
            }
            _ => None,
        }
    }

    /// An entry. A word in lower case also finds its capitalised form, and the other way round.
    fn entry<'a>(&self, table: &'a Table, word: &str) -> Option<&'a str> {
        if let Some(found) = table.get(word) {
            return Some(found);
        }
        if word.chars().count() < 2 {
            return None;
        }
        let capital = capitalised(word);
        if is_lower(word) && capital != word {
            table.get(&capital)
        } else if word == capital {
            table.get(&word.to_lowercase())
        } else {
            None
        }
    }

    fn has(&self, table: &Table, word: &str) -> bool {
        self.entry(table, word).is_some()
    }

    /// Whether [`Lexicon::look_up`] can read it.
    fn knows(&self, word: &str) -> bool {
        if self.has(&self.gold, word) || self.has(&self.silver, word) {
            return true;
        }
        let mut letters = word.chars();
        letters.next().is_some()
            && word.chars().all(|c| c.is_ascii_alphabetic())
            && (word.len() == 1
                || (is_upper(word) && self.has(&self.gold, &word.to_lowercase()))
                || letters.as_str().chars().all(|c| !c.is_lowercase()))
    }

    fn look_up(
        &self,
        word: &str,
        tag: &str,
        stress: Option<Level>,
        next: Following,
    ) -> Option<String> {
        let lower = word.to_lowercase();
        let folded = is_upper(word) && !self.has(&self.gold, word);
        let name = folded && tag == "NNP";
        let word = if folded { &lower } else { word };
        let mut entry = self.entry(&self.gold, word);
        if entry.is_none() && !name {
            entry = self.entry(&self.silver, word);
        }
        let tag = if next.vowel.is_none() { "None" } else { tag }.to_owned() + "\t" + tag;
        let phonemes = entry.and_then(|entry| choose(entry, &tag));
        match phonemes {
            Some(p) if !name || p.contains(PRIMARY) => Some(stress::with(p, stress)),
            _ => self.spelt(word),
        }
    }

    /// Plurals and third persons, past tenses, -ing forms.
    fn inflected(
        &self,
        word: &str,
        tag: &str,
        stress: Option<Level>,
        next: Following,
    ) -> Option<String> {
        if let Some(stem) =
            self.stem(word, &[("s", "", "ss"), ("'s", "", ""), ("es", "", "ies"), ("ies", "y", "")])
        {
            return Some(plural(&self.look_up(&stem, tag, stress, next)?));
        }
        if let Some(stem) = self.stem(word, &[("d", "", "dd"), ("ed", "", "eed")]) {
            return Some(past(&self.look_up(&stem, tag, stress, next)?));
        }
        let stem = self.stem(word, &[("ing", "", ""), ("ing", "e", "")]).or_else(|| {
            // "running", "picnicking"
            let stem = word.strip_suffix("ing")?;
            let mut end = stem.chars().rev();
            let (last, previous) = (end.next()?, end.next()?);
            let doubled =
                (last == previous && "bcdgklmnprstvxz".contains(last)) || stem.ends_with("ck");
            let stem = &stem[..stem.len() - last.len_utf8()];
            (doubled && self.knows(stem)).then(|| stem.to_owned())
        })?;
        let stress = stress.or(Some(Level::Some));
        Some(progressive(&self.look_up(&stem, tag, stress, next)?))
    }

    /// The first known word that `word` is a form of. Each rule has an ending, its replacement in
    /// the stem, and an ending to which it does not apply.
    fn stem(&self, word: &str, rules: &[(&str, &str, &str)]) -> Option<String> {
        rules.iter().find_map(|(ending, instead, except)| {
            let stem = word.strip_suffix(ending)?;
            if stem.chars().count() < 2 || (!except.is_empty() && word.ends_with(except)) {
                return None;
            }
            let stem = format!("{stem}{instead}");
            self.knows(&stem).then_some(stem)
        })
    }
}

/// Selects the pronunciation of an entry for the first of the tags that it lists, or the default.
fn choose<'a>(entry: &'a str, tags: &str) -> Option<&'a str> {
    if !entry.starts_with("DEFAULT=") && !entry.contains("\tDEFAULT=") {
        return Some(entry);
    }
    let reading = |tag: &str| {
        entry.split(SEPARATOR).find_map(|part| part.strip_prefix(tag)?.strip_prefix('='))
    };
    tags.split(SEPARATOR)
        .find_map(|tag| reading(tag).or_else(|| reading(class(tag))))
        .or_else(|| reading("DEFAULT"))
        .filter(|p| !p.is_empty())
}

/// The word class of a Penn Treebank tag, as the lexicon names it.
fn class(tag: &str) -> &str {
    match tag {
        _ if tag.starts_with("VB") => "VERB",
        _ if tag.starts_with("NN") => "NOUN",
        _ if tag.starts_with("RB") => "ADV",
        _ if tag.starts_with("JJ") => "ADJ",
        _ => tag,
    }
}

fn plural(stem: &str) -> String {
    match stem.chars().last() {
        Some('p' | 't' | 'k' | 'f' | 'θ') => format!("{stem}s"),
        Some('s' | 'z' | 'ʃ' | 'ʒ' | 'ʧ' | 'ʤ') => format!("{stem}ᵻz"),
        _ => format!("{stem}z"),
    }
}

fn past(stem: &str) -> String {
    match stem.chars().last() {
        Some('p' | 'k' | 'f' | 'θ' | 'ʃ' | 's' | 'ʧ') => format!("{stem}t"),
        Some('d') => format!("{stem}ᵻd"),
        Some('t') => match flapped(stem) {
            Some(stem) => format!("{stem}ɾᵻd"),
            None => format!("{stem}ᵻd"),
        },
        _ => format!("{stem}d"),
    }
}

fn progressive(stem: &str) -> String {
    match flapped(stem) {
        Some(stem) => format!("{stem}ɾɪŋ"),
        None => format!("{stem}ɪŋ"),
    }
}

/// The stem without its last t, if that is flapped before a vowel.
fn flapped(stem: &str) -> Option<&str> {
    let stem = stem.strip_suffix('t')?;
    stem.chars().last().filter(|c| FLAPPING.contains(*c)).map(|_| stem)
}

fn is_lower(word: &str) -> bool {
    !word.chars().any(char::is_uppercase)
}

fn is_upper(word: &str) -> bool {
    word.chars().any(char::is_uppercase) && !word.chars().any(char::is_lowercase)
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + &chars.as_str().to_lowercase()
    })
}
