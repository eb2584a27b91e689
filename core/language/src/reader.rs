//! Reading texts of one language aloud.

use crate::aloud::{self, tables::Aloud};
use crate::clause::Clauses;
use crate::token::{self, Token};
use crate::{Clause, ClauseSplitter, Plain, code_of, de, en, es, fr, it};

/// How texts of one language are put into words and cut into clauses.
///
/// There are more of them than [languages](crate::Language) in which the assistant can be used.
pub struct Reader {
    pub(crate) code: &'static str,
    pub(crate) clauses: &'static Clauses,
    pub(crate) aloud: &'static Aloud,
}

/// All readers.
static ALL: &[&Reader] = &[&en::READER, &de::READER, &fr::READER, &es::READER, &it::READER];

impl Reader {
    /// English, as it is spoken in America.
    pub fn english() -> &'static Self {
        &en::READER
    }

    /// All readers.
    pub fn all() -> &'static [&'static Self] {
        ALL
    }

    /// The reader of the language with this ISO 639-1 code, in any case, also with a country
    /// ("de_DE").
    pub fn find(code: &str) -> Option<&'static Self> {
        let code = code_of(code);
        Self::all().iter().copied().find(|reader| reader.code == code)
    }

    /// The ISO 639-1 code of its language.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Turns text as people write it into words that can be spoken: numbers, times, dates, units,
    /// money, abbreviations, addresses. What cannot be spoken (emoji, markup, other scripts) is
    /// left out. Linear in the length of the text.
    pub fn normalize(&self, text: &str) -> Vec<Token> {
        aloud::read(self.aloud, text)
    }

    /// The words that are spoken for a text, as one line: those that a voice gets for a reply or
    /// an announcement, from the same splitter and the same reading.
    pub fn spoken(&self, text: &str) -> String {
        self.spoken_within(Plain::new(), Plain::after_reasoning(text)).0
    }

    /// The words that are spoken for each line of a text. What is not spoken may extend over
    /// several lines, such as reasoning: each of them is empty.
    pub fn spoken_lines(&self, text: &str) -> Vec<String> {
        let spoken = Plain::after_reasoning(text);
        let silent = text[..text.len() - spoken.len()].lines().count();
        let mut lines = self.lines();
        let mut words: Vec<String> = spoken.lines().map(|line| lines.spoken(line)).collect();
        // The rest of the line on which the reasoning ends belongs to it.
        let joined = usize::from(silent > 0 && !spoken.is_empty());
        words.splice(0..0, vec![String::new(); silent.saturating_sub(joined)]);
        words
    }

    /// Reads the lines of a text as they come.
    pub fn lines(&self) -> Lines<'_> {
        Lines { reader: self, plain: Plain::new() }
    }

    /// The words of a text, and the filter after it.
    fn spoken_within(&self, plain: Plain, text: &str) -> (String, Plain) {
        let mut line = String::new();
        let mut take = |clause: Clause| {
            let words = token::line(&self.normalize(&clause.text));
            if !line.is_empty() && !words.is_empty() {
                line.push(' ');
            }
            line.push_str(&words);
        };
        let mut splitter = ClauseSplitter::within(self, plain);
        splitter.push(text, &mut take);
        splitter.finish(&mut take);
        (line, splitter.into_plain())
    }
}

/// Reads the lines of a text, one after the other. What is not spoken may extend over several of
/// them.
#[derive(Debug)]
pub struct Lines<'r> {
    reader: &'r Reader,
    plain: Plain,
}

impl Lines<'_> {
    /// The words of the next line.
    pub fn spoken(&mut self, line: &str) -> String {
        let (words, after) = self.reader.spoken_within(self.plain.next_line(), line);
        self.plain = after;
        words
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Reader").field(&self.code).finish()
    }
}
