//! Turns what language models write into what can be said aloud: markdown marks, list marks,
//! links, code fences, emoji and stage directions are removed, line ends become sentence ends, and
//! white space becomes single. Pure and incremental: the result does not depend on how the text is
//! divided into pieces.

use crate::Language;

/// How far the end of a link's text or target is looked for, in characters.
const LINK: usize = 200;

/// Turns a stream of written text into spoken text.
#[derive(Clone, Debug)]
pub struct Plain {
    signs: &'static Signs,
    /// Read but not yet decided.
    held: String,
    /// At the start of a line, apart from white space.
    line_start: bool,
    /// Inside a fence's first line, which names a language.
    skip_line: bool,
    fenced: bool,
    space: bool,
    line_break: bool,
    /// The last character that was returned.
    last: Option<char>,
}

/// The words for marks that stand for words.
#[derive(Debug)]
pub(crate) struct Signs {
    /// `*` between two numbers.
    pub(crate) times: &'static str,
    /// `~` before a number.
    pub(crate) about: &'static str,
}

/// What to do with the characters at the front of `held`.
enum Step {
    /// Too little is known yet.
    Wait,
    /// Drop this many bytes.
    Drop(usize),
    /// Drop this many bytes and write a word instead.
    Say(usize, &'static str),
    /// Drop this many bytes, which separate words.
    Space(usize),
    /// Put this in place of this many bytes, and look again.
    Replace(usize, String),
    /// Return the first character.
    Keep,
}

impl Plain {
    /// A filter at the start of a reply in `language`.
    pub fn new(language: &Language) -> Self {
        Self {
            signs: language.signs,
            held: String::new(),
            line_start: true,
            skip_line: false,
            fenced: false,
            space: false,
            line_break: false,
            last: None,
        }
    }

    /// All of `text` at once.
    pub fn filter(language: &Language, text: &str) -> String {
        let mut plain = Self::new(language);
        let mut out = plain.push(text);
        out.push_str(&plain.finish());
        out
    }

    /// Adds a piece. Returns what is certain by now, which may be nothing.
    pub fn push(&mut self, piece: &str) -> String {
        self.held.push_str(piece);
        self.run(false)
    }

    /// Ends the reply and returns the rest.
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
                Step::Say(n, word) => {
                    at += n;
                    self.space = true;
                    word.chars().for_each(|c| self.give(c, &mut out));
                    self.space = true;
                }
                Step::Space(n) => {
                    at += n;
                    self.space = true;
                }
                Step::Replace(n, text) => {
                    rest = format!("{text}{}", &rest[at + n..]).into();
                    at = 0;
                }
                Step::Keep => {
                    at += c.len_utf8();
                    self.give(c, &mut out);
                }
            }
        }
        self.held = rest[at..].to_owned();
        out
    }

    /// Returns a character, after the white space that must precede it.
    fn give(&mut self, c: char, out: &mut String) {
        let (space, line_break) = (self.space, self.line_break);
        (self.space, self.line_break, self.line_start) = (false, false, false);
        let closing = matches!(c, '.' | ',' | '!' | '?' | ';' | ':');
        if let Some(last) = self.last {
            if line_break && !closing {
                if !matches!(last, '.' | '!' | '?' | ':' | ';' | ',' | '…') {
                    out.push('.');
                }
                out.push(' ');
            } else if space && !closing {
                out.push(' ');
            }
        }
        out.push(c);
        self.last = Some(c);
    }

    fn step(&mut self, c: char, rest: &str, end: bool) -> Step {
        let size = c.len_utf8();
        if self.skip_line && c != '\n' {
            return Step::Drop(size);
        }
        if matches!(c, '\n' | '\r') {
            self.skip_line = false;
            self.line_start = true;
            self.line_break = true;
            return Step::Drop(size);
        }
        if c.is_whitespace() {
            return Step::Space(size);
        }
        if is_unspoken(c) {
            // White space on both sides of an emoji counts once.
            return Step::Drop(size);
        }
        if self.line_start
            && let Some(step) = self.line_mark(c, rest, end)
        {
            return step;
        }
        let next = rest[size..].chars().next();
        let unknown = next.is_none() && !end;
        let at_space = next.is_none_or(char::is_whitespace);
        match c {
            '`' => {
                let run = rest.len() - rest.trim_start_matches('`').len();
                if run < 3 && run == rest.len() && !end {
                    return Step::Wait;
                }
                if run < 3 {
                    return Step::Drop(run);
                }
                self.fenced = !self.fenced;
                self.skip_line = self.fenced;
                Step::Drop(3)
            }
            '*' | '~' | '_' if unknown => Step::Wait,
            '*' if self.space && at_space && self.last.is_some_and(char::is_alphanumeric) => {
                Step::Say(size, self.signs.times)
            }
            '~' if next.is_some_and(|c| c.is_ascii_digit()) => Step::Say(size, self.signs.about),
            '_' if !self.space
                && self.last.is_some_and(char::is_alphanumeric)
                && next.is_some_and(char::is_alphanumeric) =>
            {
                Step::Space(size)
            }
            '[' => link(rest, end),
            '(' if self.last.is_none_or(|last| matches!(last, '.' | '!' | '?')) => {
                direction(rest, end)
            }
            '*' | '~' | '_' | ']' | '\\' => Step::Drop(size),
            '|' => Step::Space(size),
            _ => Step::Keep,
        }
    }

    /// Marks that mean something only where a line starts.
    fn line_mark(&self, c: char, rest: &str, end: bool) -> Option<Step> {
        let run = |of: &[char]| rest.len() - rest.trim_start_matches(of).len();
        let after = |n: usize| rest[n..].chars().next();
        match c {
            '>' => Some(Step::Drop(1)),
            '#' => {
                let n = run(&['#']);
                match after(n) {
                    None if !end => Some(Step::Wait),
                    None => Some(Step::Drop(n)),
                    Some(c) if c.is_whitespace() => Some(Step::Drop(n)),
                    Some(_) => None,
                }
            }
            '-' | '+' | '*' | '•' | '–' | '=' => match after(c.len_utf8()) {
                None if !end => Some(Step::Wait),
                None => Some(Step::Drop(c.len_utf8())),
                Some(next) if next.is_whitespace() || next == c => Some(Step::Drop(c.len_utf8())),
                Some(_) => None,
            },
            '0'..='9' => {
                let n = run(&['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
                // A reply may begin with a number; a list begins with 1.
                if n > 2 || (self.last.is_none() && &rest[..n] != "1") {
                    return None;
                }
                match (after(n), rest.get(n + 1..).and_then(|r| r.chars().next())) {
                    (None, _) | (Some('.' | ')'), None) => (!end).then_some(Step::Wait),
                    (Some('.' | ')'), Some(c)) if c.is_whitespace() => Some(Step::Drop(n + 1)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// `[text](target)` becomes its text; other brackets are dropped.
fn link(rest: &str, end: bool) -> Step {
    /// Where `close` is; `Err` if that is not known yet.
    fn find(text: &str, close: char, end: bool) -> Result<Option<usize>, ()> {
        for (n, (at, c)) in text.char_indices().enumerate() {
            if c == close {
                return Ok(Some(at));
            }
            if c == '\n' || n == LINK {
                return Ok(None);
            }
        }
        if end { Ok(None) } else { Err(()) }
    }
    let Ok(close) = find(rest, ']', end) else { return Step::Wait };
    let Some(close) = close else { return Step::Drop(1) };
    match rest[close + 1..].chars().next() {
        None if !end => Step::Wait,
        Some('(') => match find(&rest[close + 1..], ')', end) {
            Err(()) => Step::Wait,
            Ok(None) => Step::Drop(1),
            Ok(Some(target)) => Step::Replace(close + target + 2, rest[1..close].to_owned()),
        },
        _ => Step::Drop(1),
    }
}

/// "(laughs)" before a sentence is a stage direction; other brackets stay.
fn direction(rest: &str, end: bool) -> Step {
    const LONGEST: usize = 32;
    let silent = |c: &char| c.is_lowercase() || *c == ' ';
    let inside: String = rest[1..].chars().take_while(silent).take(LONGEST).collect();
    match rest[1 + inside.len()..].chars().next() {
        None if !end => Step::Wait,
        Some(')') if !inside.is_empty() => Step::Drop(inside.len() + 2),
        _ => Step::Keep,
    }
}

/// Emoji, characters that join and colour them, and control characters. The blocks are those of
/// Unicode 16's `emoji-data.txt`.
fn is_unspoken(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF | 0xFFFD
            | 0x20E3 | 0x2190..=0x21FF | 0x2300..=0x23FF | 0x2460..=0x24FF | 0x2500..=0x27BF
            | 0x2900..=0x297F | 0x2B00..=0x2BFF | 0x3030 | 0x303D | 0x3297 | 0x3299
            | 0x1F000..=0x1FAFF | 0xE0000..=0xE007F)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn written_text_becomes_spoken_text() {
        for (written, said) in [
            ("Paris.", "Paris."),
            ("  **Paris** is the capital. ", "Paris is the capital."),
            ("Sure! 😊\n\nIt is _very_ late 🌙.", "Sure! It is very late."),
            ("Great 👍🏽 news 👨‍👩‍👧!", "Great news!"),
            ("# Title\nText", "Title. Text"),
            ("You need:\n- eggs\n- milk\n* bread", "You need: eggs. milk. bread"),
            ("1. Stir it\n2. Bake it\n10) Eat it", "Stir it. Bake it. Eat it"),
            ("42. That is it", "42. That is it"),
            ("4", "4"),
            ("-5 degrees", "-5 degrees"),
            ("Look at [the site](https://x.y/z_a) now", "Look at the site now"),
            ("An array[3] here", "An array3 here"),
            ("Use `ls` or:\n```sh\nls -l\n```\nThat is all", "Use ls or: ls -l. That is all"),
            ("2 * 3 is 6 and ~5 km", "2 times 3 is 6 and about 5 km"),
            ("snake_case __bold__", "snake case bold"),
            ("(laughs) So it is. (sighs softly) Yes", "So it is. Yes"),
            (
                "It is far (about five miles). (See above.) (2 of 3)",
                "It is far (about five miles). (See above.) (2 of 3)",
            ),
            ("> quoted\n---\nend", "quoted. end"),
            ("| a | b |", "a b"),
            ("C# and F#", "C# and F#"),
            ("line one\r\nline two\n", "line one. line two"),
            ("", ""),
            ("👍", ""),
            ("3.5 and 10:30", "3.5 and 10:30"),
        ] {
            assert_eq!(Plain::filter(Language::english(), written), said, "{written:?}");
        }
    }

    #[test]
    fn an_open_bracket_is_not_held_back_for_ever() {
        let mut plain = Plain::new(Language::english());
        let said = plain.push(&format!("[{}", "word ".repeat(60)));
        assert!(said.starts_with("word word"), "{said:?}");
    }

    #[test]
    fn plain_words_are_not_held_back() {
        let mut plain = Plain::new(Language::english());
        assert_eq!(plain.push("The"), "The");
        assert_eq!(plain.push(" capital"), " capital");
        assert_eq!(plain.push("."), ".");
    }

    proptest! {
        #[test]
        fn any_cutting_gives_the_same(
            text in "([a-c1-3 \n*_#>`\\-\\[\\]().~|😊é\r]|\\[a\\]\\(b\\)|```|1\\. ){0,60}",
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12),
        ) {
            let mut at: Vec<usize> = cuts.iter().map(|i| i.index(text.len() + 1)).collect();
            at.retain(|&i| text.is_char_boundary(i));
            at.push(text.len());
            at.sort_unstable();
            let mut plain = Plain::new(Language::english());
            let mut said = String::new();
            let mut from = 0;
            for to in at {
                said.push_str(&plain.push(&text[from..to]));
                from = to;
            }
            said.push_str(&plain.finish());
            prop_assert_eq!(&said, &Plain::filter(Language::english(), &text));
            prop_assert!(!said.contains("  ") && !said.contains('\n') && !said.contains('😊'), "{:?}", said);
        }
    }
}
