//! Marks of Markdown.

use super::{Plain, Step, html, tex};

/// How far to look for the end of a link's text or target, in characters.
const LINK: usize = 200;

impl Plain {
    /// Marks anywhere in a line.
    pub(super) fn mark(&mut self, c: char, rest: &str, end: bool) -> Step {
        let size = c.len_utf8();
        let next = rest[size..].chars().next();
        let unknown = next.is_none() && !end;
        let at_space = next.is_none_or(char::is_whitespace);
        let after_word = self.last.is_some_and(char::is_alphanumeric);
        if matches!(c, '\\' | '$')
            && let Some(step) = self.formula(rest, end)
        {
            return step;
        }
        match c {
            '`' => {
                let run = rest.len() - rest.trim_start_matches('`').len();
                if run < 3 && run == rest.len() && !end {
                    return Step::Wait;
                }
                if run < 3 {
                    self.coded = !self.coded;
                    return Step::Drop(run);
                }
                self.fenced = !self.fenced;
                self.skip_line = self.fenced;
                Step::Drop(3)
            }
            '*' | '~' | '_' | '\\' | '!' | '^' | '=' if unknown => Step::Wait,
            ':' | ';' if self.space && unknown => Step::Wait,
            // "so :-)", "ping ::1"
            ':' | ';' if self.space && next.is_some_and(|c| ":-)(DP".contains(c)) => {
                self.point = true;
                Step::Keep
            }
            // "~~$20~~"
            '~' if next == Some('~') => Step::Drop(2),
            // "x^2^", "H~2~O"
            '^' | '~' if !self.space && after_word && next.is_some_and(|c| c.is_ascii_digit()) => {
                script(c, rest, end)
            }
            '=' if next == Some('=') => self.highlight(rest, end),
            // "`a*b`"
            '*' if self.coded => Step::Keep,
            // "3*x**2"
            '*' if !self.space && !self.starred && self.operand() => self.times(rest, end),
            // "5 ** 2"
            '*' if self.space && next == Some('*') => match rest[2..].chars().next() {
                None if !end => Step::Wait,
                Some(third) if third.is_whitespace() => Step::Give(2, "**".into()),
                _ => {
                    self.starred = true;
                    Step::Drop(size)
                }
            },
            '.' if self.space && unknown => Step::Wait,
            // ".5", ".NET"
            '.' if self.space && next.is_some_and(|c| c.is_ascii_alphanumeric()) => {
                self.point = true;
                Step::Keep
            }
            // "dial *67"
            '*' if (self.space || !self.in_line) && next.is_some_and(|c| c.is_ascii_digit()) => {
                self.dialled(rest, end)
            }
            // Between amounts, a star is a sign.
            '*' if self.space && at_space && self.last.is_some() => Step::Keep,
            '*' if !self.space
                && self.last.is_some_and(|c| c.is_ascii_digit() || c == ')')
                && next.is_some_and(|c| c.is_ascii_digit() || c == '(') =>
            {
                Step::Keep
            }
            // "a 5* hotel", but not the end of "*at 5*"
            '*' if !self.starred
                && !self.space
                && at_space
                && self.last.is_some_and(|c| matches!(c, '1'..='7')) =>
            {
                Step::Keep
            }
            '*' => {
                self.starred = true;
                Step::Drop(size)
            }
            '~' if next.is_some_and(|c| c.is_ascii_digit() || "/$€£".contains(c)) => Step::Keep,
            '_' if !self.space && after_word && next.is_some_and(char::is_alphanumeric) => {
                Step::Keep
            }
            '\\' if next.is_some_and(char::is_alphanumeric) => Step::Keep,
            '!' if next == Some('[') => match link(&rest[1..], end) {
                Step::Wait => Step::Wait,
                Step::Replace(n, text) => Step::Replace(n + 1, text),
                _ => Step::Keep,
            },
            // "so it is[^1]"
            '[' if next == Some('^') && (!self.space || !self.in_line) => footnote(rest, end),
            '[' => link(rest, end),
            '(' if self.last.is_none_or(|last| matches!(last, '.' | '!' | '?')) => {
                direction(rest, end)
            }
            '|' if self.row => match rest[1..].trim_start_matches([' ', '\t']).chars().next() {
                None if !end => Step::Wait,
                None | Some('\n' | '\r') => Step::Drop(1),
                Some(_) => Step::Give(1, ",".into()),
            },
            '~' | '_' | ']' | '\\' => Step::Drop(size),
            _ => Step::Keep,
        }
    }

    /// A step at a star before digits: that of a number to dial, or emphasis, which another star
    /// ends ("*30 minutes*").
    fn dialled(&mut self, rest: &str, end: bool) -> Step {
        /// How far to look for the other star, in characters.
        const LONGEST: usize = 60;
        let after = rest[1..].trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = rest.len() - 1 - after.len();
        let number = (2..=3).contains(&digits) && (after.is_empty() || after.starts_with(' '));
        let next = after.chars().take(LONGEST).find(|c| matches!(c, '*' | '\n'));
        let known = end || next.is_some() || after.chars().nth(LONGEST).is_some();
        match () {
            () if !known && (number || after.is_empty() && digits < 4) => Step::Wait,
            () if number && next != Some('*') => Step::Keep,
            () => {
                self.starred = true;
                Step::Drop(1)
            }
        }
    }

    /// Whether the last character may end an operand.
    fn operand(&self) -> bool {
        self.single || self.last.is_some_and(|c| c.is_ascii_digit() || c == ')')
    }

    /// A step at a star right after an operand: a sign between two operands, or emphasis.
    fn times(&mut self, rest: &str, end: bool) -> Step {
        let stars = rest.len() - rest.trim_start_matches('*').len();
        let mut after = rest[stars..].chars();
        let (first, second) = (after.next(), after.next());
        let known = end || second.is_some();
        match first {
            None if !end && stars < 3 => Step::Wait,
            Some(c) if stars < 3 && (c.is_ascii_digit() || c == '(') => {
                Step::Give(stars, rest[..stars].into())
            }
            Some(c) if stars < 3 && c.is_alphabetic() && !known => Step::Wait,
            Some(c)
                if stars < 3
                    && c.is_alphabetic()
                    && second.is_none_or(|c| !c.is_alphabetic() && c != '\'')
                    // "1*a*" is emphasis, "2*a*b" is not.
                    && (stars == 1 || second != Some('*')) =>
            {
                Step::Give(stars, rest[..stars].into())
            }
            // "a 5* hotel", but not the end of "*at 5*"
            _ if stars == 1
                && first.is_none_or(char::is_whitespace)
                && self.last.is_some_and(|c| matches!(c, '1'..='7')) =>
            {
                Step::Keep
            }
            _ => {
                self.starred = true;
                Step::Drop(1)
            }
        }
    }

    /// Marks that mean something only where a line starts.
    pub(super) fn line_mark(&mut self, c: char, rest: &str, end: bool) -> Option<Step> {
        let run = |of: &[char]| rest.len() - rest.trim_start_matches(of).len();
        let after = |n: usize| rest[n..].chars().next();
        let wait = |other: Option<Step>| if end { other } else { Some(Step::Wait) };
        match c {
            // A quote; but "> 5 km" compares.
            '>' => match rest[1..].trim_start_matches(' ').chars().next() {
                None => wait(Some(Step::Drop(1))),
                Some(next) if next.is_ascii_digit() || matches!(next, '$' | '€' | '=') => None,
                Some(_) => Some(Step::Drop(1)),
            },
            '#' => {
                let n = run(&['#']);
                // "# of items" counts.
                let counts = " of ";
                let start = rest[n..].bytes().zip(counts.bytes()).all(|(a, b)| a == b);
                if n == 1 && start && (rest.len() > counts.len() || !end) {
                    return if rest.len() > counts.len() { None } else { Some(Step::Wait) };
                }
                match after(n) {
                    None => wait(Some(Step::Drop(n))),
                    Some(c) if c.is_whitespace() => Some(Step::Drop(n)),
                    Some(_) => None,
                }
            }
            // The line under a table's header; after it, a row.
            '|' => {
                let n = run(&['|', '-', ':', ' ']);
                match after(n) {
                    None if !end => Some(Step::Wait),
                    None | Some('\n' | '\r') => Some(Step::Drop(n)),
                    Some(_)
                        if matches!(after(1), Some(' ' | '*' | '`'))
                            || after(1).is_some_and(char::is_uppercase) =>
                    {
                        self.row = true;
                        self.in_line = true;
                        Some(Step::Drop(1))
                    }
                    Some(_) => None,
                }
            }
            '=' if rest.len() < 3 && !end && !rest[1..].contains(|c| c != '=') => Some(Step::Wait),
            '=' if rest[1..].starts_with('=') && after(2).is_some_and(char::is_alphanumeric) => {
                None
            }
            '-' | '+' | '*' | '•' | '–' | '=' | '‣' | '◦' | '·' => {
                match after(c.len_utf8()) {
                    None => wait(Some(Step::Drop(c.len_utf8()))),
                    Some(next) if next.is_whitespace() || next == c => {
                        self.listed = true;
                        Some(Step::Drop(c.len_utf8()))
                    }
                    Some(_) => None,
                }
            }
            // The box of a task list.
            '[' if self.listed || self.last.is_none() => match rest.get(..3) {
                None => wait(None),
                Some("[ ]") => Some(Step::Give(3, "☐".into())),
                Some("[x]" | "[X]") => Some(Step::Give(3, "☑".into())),
                Some(_) => None,
            },
            // "a) …"
            'a'..='z' if self.lines > 0 && !self.listed => match after(1) {
                None => wait(None),
                Some(')') => {
                    self.listed = true;
                    None
                }
                Some(_) => None,
            },
            _ => None,
        }
    }
}

impl Plain {
    /// A step at a formula in LaTeX, if there is one.
    fn formula(&self, rest: &str, end: bool) -> Option<Step> {
        if self.coded || self.fenced {
            return None;
        }
        let joined = !self.space && self.lines == 0;
        if rest.starts_with('$') {
            return tex::dollar(rest, joined && self.last.is_some_and(char::is_alphanumeric), end);
        }
        let letter = |c: char| c.is_alphabetic() || matches!(c, ':' | '\\' | '.' | '_');
        tex::backslash(rest, joined && self.last.is_some_and(letter), end)
    }

    /// A step at "==", which marks text if it is joined to it on the inner side.
    fn highlight(&mut self, rest: &str, end: bool) -> Step {
        let begins = self.space || !self.in_line || self.last == Some('(');
        match rest[2..].chars().next() {
            None if !end => Step::Wait,
            Some(inner) if begins && inner.is_alphanumeric() => {
                self.marked = true;
                Step::Drop(2)
            }
            _ if self.marked && !self.space => {
                self.marked = false;
                Step::Drop(2)
            }
            _ => Step::Give(2, "==".into()),
        }
    }
}

/// Digits between two signs: a power or an index.
fn script(sign: char, rest: &str, end: bool) -> Step {
    const LONGEST: usize = 4;
    let inside: String = rest[1..].chars().take_while(char::is_ascii_digit).take(LONGEST).collect();
    match rest[1 + inside.len()..].chars().next() {
        None if !end => Step::Wait,
        Some(close) if close == sign => {
            let form = if sign == '^' { html::raise } else { html::lower };
            Step::Give(inside.len() + 2, inside.chars().map(form).collect())
        }
        _ => Step::Keep,
    }
}

/// The mark of a footnote, with the colon where the note itself begins.
fn footnote(rest: &str, end: bool) -> Step {
    const LONGEST: usize = 20;
    let name: String =
        rest[2..].chars().take_while(|c| c.is_alphanumeric()).take(LONGEST).collect();
    let close = 2 + name.len();
    let mut after = rest[close..].chars();
    match (after.next(), after.next()) {
        (None, _) | (Some(']'), None) if !end => Step::Wait,
        (Some(']'), next) if !name.is_empty() => {
            Step::Drop(close + 1 + usize::from(next == Some(':')))
        }
        _ => link(rest, end),
    }
}

/// Of `[text](target)` the text stays; other brackets separate.
fn link(rest: &str, end: bool) -> Step {
    /// The position of `close`; `Err` if it is not known yet.
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
    let Some(close) = close else { return Step::Space(1) };
    match rest[close + 1..].chars().next() {
        None if !end => Step::Wait,
        Some('(') => match find(&rest[close + 1..], ')', end) {
            Err(()) => Step::Wait,
            Ok(None) => Step::Space(1),
            Ok(Some(target)) => Step::Replace(close + target + 2, rest[1..close].to_owned()),
        },
        _ => Step::Space(1),
    }
}

/// "(laughs)" before a sentence is a stage direction; other brackets stay.
fn direction(rest: &str, end: bool) -> Step {
    const LONGEST: usize = 32;
    let silent = |c: &char| c.is_lowercase() || *c == ' ';
    let inside: String = rest[1..].chars().take_while(silent).take(LONGEST).collect();
    match rest[1 + inside.len()..].chars().next() {
        None if !end => Step::Wait,
        // "(a) Do this."
        Some(')') if inside.len() > 1 => Step::Drop(inside.len() + 2),
        _ => Step::Keep,
    }
}
