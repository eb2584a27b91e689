//! Turns what people and language models write into plain text. Reasoning, tags, entities,
//! Markdown marks, links, code fences, decorative emoji and stage directions are removed; line
//! ends become sentence ends; white space becomes a single space. Signs with a meaning stay, and
//! the language decides how they are read. The result does not depend on how the text is divided
//! into pieces.

mod commands;
mod emoji;
mod html;
mod marks;
mod tex;

pub(crate) use emoji::{is_face, is_meant};
use html::Tag;

use crate::work;

/// The most bytes that are examined at once. Any number gives the same text.
const CHUNK: usize = 1024;

/// Turns a stream of written text into plain text.
#[derive(Clone, Debug, Default)]
pub struct Plain {
    /// Read but not yet decided.
    held: String,
    /// Whether the line has begun, ignoring white space.
    in_line: bool,
    /// Inside a fence's first line, which names a language.
    skip_line: bool,
    fenced: bool,
    /// Inside a piece of code in a line.
    coded: bool,
    /// Inside text that is marked ("==so==").
    marked: bool,
    /// Whether it is in a table row.
    row: bool,
    /// What ends the part that is not spoken: reasoning, a comment, a script.
    hidden: Option<&'static str>,
    /// The conversion of superscript or subscript text, inside such text.
    script: Option<fn(char) -> char>,
    space: bool,
    /// Line ends since the last character.
    lines: usize,
    /// Whether this line begins with the marker of a list.
    listed: bool,
    /// Whether a star was removed from this line.
    starred: bool,
    /// Whether the next character begins something, although it is a mark: ".5", ":-)".
    point: bool,
    /// The last character of the output.
    last: Option<char>,
    /// Whether it is a letter alone, after which a full stop would mark an abbreviation.
    initial: bool,
    /// Whether the last character is a letter with no letter before it.
    single: bool,
}

/// What to do with the characters at the front of `held`.
enum Step {
    /// Too little is known yet.
    Wait,
    /// Drop this many bytes.
    Drop(usize),
    /// Drop this many bytes, which separate words.
    Space(usize),
    /// Drop this many bytes, which end a line.
    Break(usize),
    /// Output this text instead of so many bytes.
    Give(usize, String),
    /// Put this in place of this many bytes, and look again.
    Replace(usize, String),
    /// Output the first character.
    Keep,
}

impl Plain {
    /// A filter at the start of a text.
    pub fn new() -> Self {
        Self::default()
    }

    /// A filter at the start of the line after this one: inside what goes on over several lines,
    /// such as reasoning or a comment.
    pub(crate) fn next_line(&self) -> Self {
        let Self { hidden, fenced, .. } = *self;
        Self { hidden, fenced, ..Self::default() }
    }

    /// What of a whole text may be spoken, if it holds the end of reasoning whose beginning was
    /// not passed on: what comes after it. A stream cannot be treated so, because what comes
    /// before is spoken by then.
    pub fn after_reasoning(text: &str) -> &str {
        html::REASONING.iter().fold(text, |text, name| {
            let (open, close) = (format!("<{name}>"), format!("</{name}>"));
            let Some(at) = text.find(&close) else { return text };
            let (before, after) = (&text[..at], &text[at + close.len()..]);
            // "the `</think>` tag"
            let mut next = after.chars();
            let mentioned = before.ends_with([' ', '`'])
                && match next.next() {
                    Some(' ') => next.next().is_some_and(char::is_lowercase),
                    Some(c) => matches!(c, '.' | ',' | ';' | ':' | '?' | '!' | ')' | '`'),
                    None => false,
                };
            if mentioned || before.contains(&open) { text } else { after }
        })
    }

    /// All of `text` at once.
    pub fn filter(text: &str) -> String {
        let mut plain = Self::new();
        let mut out = plain.push(text);
        out.push_str(&plain.finish());
        out
    }

    /// Adds a piece; returns the text that is certain by now, which may be empty.
    pub fn push(&mut self, piece: &str) -> String {
        let mut out = String::new();
        let mut rest = piece;
        while !rest.is_empty() {
            let (chunk, later) = rest.split_at(rest.floor_char_boundary(CHUNK).max(1));
            rest = later;
            self.held.push_str(chunk);
            out.push_str(&self.run(false));
        }
        out
    }

    /// Ends the text; returns what was held back.
    pub fn finish(&mut self) -> String {
        self.run(true)
    }

    fn run(&mut self, end: bool) -> String {
        let mut out = String::new();
        let held = std::mem::take(&mut self.held);
        let mut rest: std::borrow::Cow<'_, str> = held.as_str().into();
        let mut at = 0;
        while let Some(c) = rest[at..].chars().next() {
            match self.step(c, &rest[at..], end) {
                Step::Wait => break,
                Step::Drop(n) => at += n,
                Step::Space(n) => {
                    at += n;
                    self.space = true;
                }
                Step::Break(n) => {
                    at += n;
                    self.break_line();
                    // A line break from a tag is not a wrapped line.
                    self.lines += 1;
                }
                Step::Give(n, text) => {
                    at += n;
                    let spoken = text.chars().filter(|c| !emoji::is_unspoken(*c));
                    spoken.for_each(|c| self.give(c, &mut out));
                }
                Step::Replace(n, text) => {
                    rest = format!("{text}{}", &rest[at + n..]).into();
                    at = 0;
                }
                Step::Keep => {
                    at += c.len_utf8();
                    let c = self.script.map_or(c, |script| script(c));
                    self.give(c, &mut out);
                }
            }
        }
        self.held = rest[at..].to_owned();
        out
    }

    fn break_line(&mut self) {
        (self.skip_line, self.in_line, self.row, self.starred) = (false, false, false, false);
        (self.coded, self.marked) = (false, false);
        self.lines += 1;
    }

    /// Outputs a character, after the white space that belongs before it.
    fn give(&mut self, c: char, out: &mut String) {
        if c.is_whitespace() {
            self.space = true;
            return;
        }
        // A single line end before a small letter only wraps the line.
        let wrapped = self.lines == 1 && !self.listed && c.is_lowercase();
        let broken = self.lines > 0 && !wrapped;
        let space = self.space || self.lines > 0;
        (self.space, self.lines, self.listed, self.in_line) = (false, 0, false, true);
        // A point that begins a number keeps its space, as does a mark that begins a face.
        let closing =
            matches!(c, '.' | ',' | '!' | '?' | ';' | ':') && !std::mem::take(&mut self.point);
        if let Some(last) = self.last.filter(|_| space && (broken || !closing)) {
            let opened = matches!(last, '.' | '!' | '?' | ':' | ';' | ',' | '…');
            if broken && !closing && !opened {
                out.push(if self.initial { ';' } else { '.' });
            }
            if !closing {
                out.push(' ');
            }
        }
        out.push(c);
        let apart = space || self.last.is_none_or(|last| !last.is_alphanumeric());
        self.initial = apart && c.is_uppercase();
        self.single =
            c.is_alphabetic() && (space || self.last.is_none_or(|last| !last.is_alphabetic()));
        self.last = Some(c);
    }

    fn step(&mut self, c: char, rest: &str, end: bool) -> Step {
        work::steps(1);
        let size = c.len_utf8();
        if let Some(close) = self.hidden {
            return self.look_for(close, rest, end);
        }
        if self.skip_line && c != '\n' {
            return Step::Drop(size);
        }
        if matches!(c, '\n' | '\r') {
            if c == '\r' && rest[1..].starts_with('\n') {
                return Step::Drop(1);
            }
            if c == '\r' && rest.len() == 1 && !end {
                return Step::Wait;
            }
            self.break_line();
            return Step::Drop(size);
        }
        if c.is_whitespace() {
            return Step::Space(size);
        }
        let answer = self.last == Some(':') && emoji::is_face(c);
        if emoji::is_unspoken(c) && !answer {
            // White space on both sides of an emoji becomes one space.
            return Step::Drop(size);
        }
        if !self.in_line
            && let Some(step) = self.line_mark(c, rest, end)
        {
            return step;
        }
        match c {
            // "the `<br>` tag"
            '<' if self.coded => Step::Keep,
            '<' => self.tag(rest, end),
            '&' => html::entity(rest, end),
            _ => self.mark(c, rest, end),
        }
    }

    /// A step through hidden text, up to `close`.
    fn look_for(&mut self, close: &'static str, rest: &str, end: bool) -> Step {
        let Some(at) = rest.find(['<', '-']) else { return Step::Drop(rest.len()) };
        if at > 0 {
            return Step::Drop(at);
        }
        match html::starts_with(rest, close) {
            Some(true) => {
                self.hidden = None;
                Step::Drop(close.len())
            }
            None if !end => Step::Wait,
            _ => Step::Drop(1),
        }
    }

    /// A step at `<`.
    fn tag(&mut self, rest: &str, end: bool) -> Step {
        if self.in_line && self.space {
            match html::is_mentioned(rest, end) {
                Some(true) => return Step::Keep,
                Some(false) => {}
                None => return Step::Wait,
            }
        }
        match html::tag(rest, end) {
            Tag::Unknown => Step::Wait,
            Tag::None => Step::Keep,
            Tag::Hides(length, close) => {
                self.hidden = Some(close);
                Step::Drop(length)
            }
            Tag::Breaks(length) => Step::Break(length),
            Tag::Separates(length) => Step::Give(length, ",".into()),
            Tag::Script(length, script) => {
                self.script = script;
                Step::Drop(length)
            }
            Tag::Inline(length) => Step::Drop(length),
        }
    }
}

#[cfg(test)]
mod tests;
