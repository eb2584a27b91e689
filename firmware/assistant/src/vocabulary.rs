//! Names and terms that the user expects to be said, in a file:
//!
//! ```text
//! # One name a line.
//! Hibari
//! Siobhan O'Neill
//! # What is heard, and what is written instead.
//! high berry => Hibari
//! ```
//!
//! The recogniser gets the names as a prompt. In its transcript, the replacements are made, and
//! words of which it was unsure become the name that sounds like them.

use std::path::Path;
use std::sync::Arc;

use sayso_intents::sounds_like;
use sayso_models::Cancel;
use sayso_models::stt::{Stt, SttRequest, Transcript, Word};

use crate::error::{Error, Result};

/// A word that is surer than this is never taken for a name.
const SURE: f32 = 0.75;
/// The number of words for which a name may have been taken beyond its own.
const MORE_WORDS: usize = 1;
/// The longest line, in bytes.
const LONGEST: usize = 100;
/// The most bytes of the prompt. Each token of it takes time, and Whisper keeps only the last 223.
const PROMPT: usize = 500;

/// The endings of a possessive.
const POSSESSIVE: [&str; 2] = ["'s", "’s"];

/// Names, and words to replace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    names: Vec<String>,
    /// The words that are heard, in lower case, and what is written instead.
    replacements: Vec<(Vec<String>, String)>,
}

impl Vocabulary {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config) when it cannot be read, or with the first line that is
    /// wrong.
    pub fn open(path: &Path) -> Result<Self> {
        let wrong = |reason: String| Error::config(format!("stt.vocabulary: {reason}"));
        let text = std::fs::read_to_string(path)
            .map_err(|error| wrong(format!("{}: {error}", path.display())).with_source(error))?;
        Self::read(&path.display().to_string(), &text).map_err(wrong)
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// The file, the line and the reason.
    pub fn read(file: &str, text: &str) -> std::result::Result<Self, String> {
        let mut all = Self::default();
        for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
            let line = line.split('#').next().unwrap_or_default().trim();
            if !line.is_empty() {
                all.add(line).map_err(|reason| format!("{file}:{number}: {reason}"))?;
            }
        }
        Ok(all)
    }

    fn add(&mut self, line: &str) -> std::result::Result<(), String> {
        if line.len() > LONGEST {
            return Err(format!("a line has at most {LONGEST} bytes"));
        }
        let Some((wrong, right)) = line.split_once("=>") else {
            if letters(line).is_empty() {
                return Err(format!("{line:?} is no name: it has no letters"));
            }
            self.names.push(line.to_owned());
            return Ok(());
        };
        let (wrong, right) = (wrong.trim(), right.trim());
        let words: Vec<String> = wrong.split_whitespace().map(letters).collect();
        if words.is_empty() || words.contains(&String::new()) {
            return Err("there must be words before `=>`".into());
        }
        if right.is_empty() || right.contains("=>") {
            return Err("there must be one text after `=>`".into());
        }
        self.replacements.push((words, right.to_owned()));
        Ok(())
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.replacements.is_empty()
    }

    /// The names as a prompt for the recogniser.
    pub fn prompt(&self) -> String {
        let mut prompt = String::new();
        for name in &self.names {
            if prompt.len() + name.len() + 2 > PROMPT {
                break;
            }
            if !prompt.is_empty() {
                prompt.push_str(", ");
            }
            prompt.push_str(name);
        }
        prompt
    }

    /// Corrects a transcript: its words and its text.
    pub fn correct(&self, transcript: &mut Transcript) {
        if self.is_empty() || transcript.words.is_empty() {
            return;
        }
        let mut at = 0;
        let mut changed = false;
        while at < transcript.words.len() {
            if let Some((count, text)) = self.better(&transcript.words[at..]) {
                changed = true;
                let last = &transcript.words[at + count - 1];
                let word = Word {
                    text: with_marks(&text, &transcript.words[at].text, &last.text),
                    start_ms: transcript.words[at].start_ms,
                    end_ms: last.end_ms,
                    confidence: last.confidence,
                };
                transcript.words.splice(at..at + count, [word]);
            }
            at += 1;
        }
        if changed {
            let words: Vec<&str> = transcript.words.iter().map(|word| &*word.text).collect();
            transcript.text = words.join(" ");
        }
    }

    /// What the first of these words are to be replaced by, and how many they are.
    fn better(&self, words: &[Word]) -> Option<(usize, String)> {
        let said: Vec<String> = words.iter().map(|word| letters(stem(&word.text))).collect();
        let replaced = self.replacements.iter().filter(|(wrong, _)| said.starts_with(wrong));
        if let Some((wrong, right)) = replaced.max_by_key(|(wrong, _)| wrong.len()) {
            return Some((wrong.len(), right.clone()));
        }
        let mut best: Option<(u16, usize, &String)> = None;
        for name in &self.names {
            let own = name.split_whitespace().count();
            for count in 1..=(own + MORE_WORDS).min(words.len()) {
                let heard = &said[..count];
                if heard.concat() == letters(name) {
                    // It is there already, perhaps in other cases or in parts.
                    let written = words[..count].iter().map(|word| stem(&word.text));
                    let same = written.collect::<Vec<_>>().join(" ") == *name;
                    return (!same).then(|| (count, name.clone()));
                }
                if words[..count].iter().all(|word| word.confidence > SURE) {
                    continue;
                }
                let cost = sounds_like(&heard.join(" "), name);
                if let Some(cost) = cost.filter(|cost| best.is_none_or(|(least, ..)| *cost < least))
                {
                    best = Some((cost, count, name));
                }
            }
        }
        best.map(|(_, count, name)| (count, name.clone()))
    }
}

/// The letters and digits of a word, in lower case.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A word without the marks around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// A word without the marks around it and without the ending of a possessive.
fn stem(word: &str) -> &str {
    let word = bare(word);
    POSSESSIVE.iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word)
}

/// A text with the marks before the first and after the last of the words that it replaces.
fn with_marks(text: &str, first: &str, last: &str) -> String {
    let mark = |c: char| !c.is_alphanumeric();
    let before = &first[..first.len() - first.trim_start_matches(mark).len()];
    let after = &last[last.trim_end_matches(mark).len()..];
    let possessive = bare(last).strip_prefix(stem(last)).unwrap_or_default();
    format!("{before}{text}{possessive}{after}")
}

/// A recogniser whose transcripts are corrected.
pub struct Corrected<S> {
    stt: S,
    vocabulary: Arc<Vocabulary>,
    prompt: String,
}

impl<S: Stt> Corrected<S> {
    /// Corrects what `stt` writes.
    pub fn new(stt: S, vocabulary: Arc<Vocabulary>) -> Self {
        let prompt = vocabulary.prompt();
        Self { stt, vocabulary, prompt }
    }
}

impl<S: Stt> Stt for Corrected<S> {
    /// The text is passed on when it is complete, because a name may be in the next piece.
    fn transcribe(
        &mut self,
        audio: &[f32],
        request: &SttRequest<'_>,
        cancel: &Cancel,
        on_segment: &mut dyn FnMut(&str),
    ) -> sayso_models::Result<Transcript> {
        // The text before comes last, because Whisper keeps the end of a prompt.
        let prompt = format!("{} {}", self.prompt, request.prompt);
        let request = SttRequest { prompt: prompt.trim(), ..*request };
        let mut transcript = self.stt.transcribe(audio, &request, cancel, &mut |_| {})?;
        self.vocabulary.correct(&mut transcript);
        if !transcript.text.is_empty() {
            on_segment(&transcript.text);
        }
        Ok(transcript)
    }

    fn can_translate(&self) -> bool {
        self.stt.can_translate()
    }

    fn wipe(&mut self) -> sayso_models::Result<()> {
        self.stt.wipe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Vocabulary {
        let text = "# People\nHibari\nSiobhan O'Neill  # a friend\n\nhigh five => Hi-Five\n";
        Vocabulary::read("names.txt", text).unwrap()
    }

    /// A transcript; words with `?` are unsure.
    fn corrected(text: &str) -> String {
        let mut transcript = Transcript::default();
        for word in text.split(' ') {
            let confidence = if word.contains('~') { 0.3 } else { 0.9 };
            let text = word.replace('~', "");
            transcript.words.push(Word { text, confidence, ..Word::default() });
        }
        transcript.text = text.replace('~', "");
        vocabulary().correct(&mut transcript);
        transcript.text
    }

    #[test]
    fn unsure_words_become_the_name_that_sounds_like_them() {
        assert_eq!(corrected("Ask ~Hibary, please."), "Ask Hibari, please.");
        assert_eq!(corrected("~Hi ~barry is here."), "Hibari is here.");
        assert_eq!(corrected("This is ~Hebari's hat."), "This is Hibari's hat.");
    }

    #[test]
    fn names_get_their_own_spelling() {
        assert_eq!(corrected("Ask hibari."), "Ask Hibari.");
        assert_eq!(corrected("siobhan oneill called"), "Siobhan O'Neill called");
    }

    #[test]
    fn sure_and_other_words_stay() {
        for text in ["A library is near.", "~What ~is ~that?", "Ask Hibary.", "Hibari sings."] {
            assert_eq!(corrected(text), text.replace('~', ""));
        }
    }

    #[test]
    fn replacements_are_made_however_sure_the_words_are() {
        assert_eq!(corrected("Give me a High Five!"), "Give me a Hi-Five!");
        assert_eq!(corrected("as high as five"), "as high as five");
    }

    #[test]
    fn errors_say_file_and_line() {
        for (text, line) in [
            ("Hibari\n=> nothing", "names.txt:2: there must be words before `=>`"),
            ("one =>", "names.txt:1: there must be one text after `=>`"),
            ("a => b => c", "names.txt:1: there must be one text after `=>`"),
            ("\n\n!!!", "names.txt:3: \"!!!\" is no name: it has no letters"),
        ] {
            assert_eq!(Vocabulary::read("names.txt", text).unwrap_err(), line);
        }
        let long = "a".repeat(101);
        assert!(Vocabulary::read("names.txt", &long).unwrap_err().starts_with("names.txt:1: "));
    }

    #[test]
    fn the_prompt_has_the_names() {
        assert_eq!(vocabulary().prompt(), "Hibari, Siobhan O'Neill");
        assert_eq!(Vocabulary::default().prompt(), "");
    }
}
