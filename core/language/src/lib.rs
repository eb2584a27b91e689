//! Language packs: everything that a person says to the program or hears from it, and everything
//! that is matched against it.
//!
//! A [`Language`] is one in which the assistant can be used; it holds the words and rules of the
//! language. A [`Reader`] reads texts of one language aloud, and there are more of them. Code that
//! works in the same way for all languages takes them by reference: [`ClauseSplitter`] cuts a reply
//! into clauses, [`Plain`] removes markup from it. A new language is a folder beside `en/` and a
//! line in [`Reader::all`]; if one can converse in it, also in [`Language::all`].
//!
//! Pure: no state, no files, no clock. A test (`tests/sources.rs`) checks that the other crates
//! have no such words.

#![forbid(unsafe_code)]

mod aloud;
mod answers;
mod clause;
mod de;
mod en;
mod es;
mod fr;
mod heard;
mod it;
mod pattern;
mod plain;
mod prompt;
mod reader;
mod reading;
mod token;
mod work;

use jiff::civil::DateTime;

pub use answers::Claim;
pub use clause::{Clause, ClauseSplitter, can_be_said};
pub use heard::after_phrase;
pub use plain::Plain;
pub use prompt::{CallPrompt, Prompt, Prompts};
pub use reader::{Lines, Reader};
pub use reading::Reading;
pub use token::{Token, TokenKind, line};

/// One language: its words, and its rules as pure functions.
pub struct Language {
    reader: &'static Reader,
    remarks: &'static heard::Remarks,
    endings: &'static reading::Endings,
    prompts: &'static Prompts,
    answers: &'static answers::Answers,
    /// What is often said, a word or a phrase per line.
    common: &'static str,
    /// The announcements that a device is back, by device.
    returns: &'static [(&'static str, &'static str)],
    /// The announcement that the server of the language model cannot be reached.
    alone: &'static str,
    answer: fn(&str, &DateTime, &Facts) -> Option<String>,
}

/// The code of the language that a tag names, in lower case: `de` for `de-DE` and `de_DE.UTF-8`.
pub fn code_of(tag: &str) -> String {
    let end = tag.find(['-', '_', '.', '@']).unwrap_or(tag.len());
    tag[..end].to_lowercase()
}

/// Facts about the program as it was started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The language model on this machine: its name in the catalogue, or its file.
    pub model: String,
    /// The name of the machine that is asked before it, if there is one.
    pub server: Option<String>,
    /// What the skills can do, in words that continue "I can".
    pub abilities: Vec<String>,
    /// Whether what is said and answered is written to a log.
    pub words_logged: bool,
    /// The version of the program.
    pub version: String,
}

/// All languages.
static ALL: &[&Language] = &[&en::ENGLISH];

impl Language {
    /// English, as it is spoken in America.
    pub fn english() -> &'static Self {
        &en::ENGLISH
    }

    /// All languages in which the assistant can be used.
    pub fn all() -> &'static [&'static Self] {
        ALL
    }

    /// The language of this ISO 639-1 code, in any case, also with a country ("en-US").
    pub fn find(code: &str) -> Option<&'static Self> {
        let code = code_of(code);
        Self::all().iter().copied().find(|language| language.code() == code)
    }

    /// Its ISO 639-1 code.
    pub fn code(&self) -> &'static str {
        self.reader.code()
    }

    /// Its reading aloud.
    pub fn reader(&self) -> &'static Reader {
        self.reader
    }

    /// The prompts for language models.
    pub fn prompts(&self) -> &'static Prompts {
        self.prompts
    }

    /// Words and short phrases that are often said in ordinary speech, so that none of them should
    /// wake a device.
    pub fn common_phrases(&self) -> impl Iterator<Item = &'static str> {
        self.common.lines()
    }

    /// The announcement that a device is back. `device` is its name on a board; a satellite is
    /// microphone and loudspeaker in one. `None` for an unknown device.
    pub fn said_when_back(&self, device: &str) -> Option<&'static str> {
        self.returns.iter().find(|(name, _)| *name == device).map(|(_, said)| *said)
    }

    /// The announcement that the server of the language model cannot be reached, so that the model
    /// on this machine answers.
    pub fn said_when_alone(&self) -> &'static str {
        self.alone
    }

    /// The answer to a question that no language model can answer truly: about the time, the date
    /// and the weather, which it cannot know, and about the program itself. `None` for any other
    /// text.
    pub fn answer(&self, text: &str, now: &DateTime, facts: &Facts) -> Option<String> {
        (self.answer)(text, now, facts)
    }
}

impl std::fmt::Debug for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Language").field(&self.code()).finish()
    }
}

impl PartialEq for Language {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code()
    }
}

impl Eq for Language {}
