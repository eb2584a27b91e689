//! The grammar of sentence templates.
//!
//! | Template | Meaning |
//! |---|---|
//! | `word` | the word |
//! | `(a\|b)` | one of the parts |
//! | `[a]`, `[a\|b]` | one of the parts, or nothing |
//! | `(a;b)` | all parts, in any order |
//! | `{list}` | a value of the list, for the slot of the same name |
//! | `{list:slot}` | a value of the list, for another slot |
//! | `{list:@name}` | a value of the list, only for the response |
//! | `{0..100,5:slot}` | a number from 0 to 100 in steps of 5 |
//! | `<rule>` | the text of the expansion rule |
//! | `\(` | the character itself |

use crate::text;

/// How deep groups may be nested. It keeps the parser, which is recursive, from using up the
/// stack.
const MAX_DEPTH: usize = 32;
/// The number of parts in any order. A group of n parts is compiled to about n·2ⁿ expressions.
const MAX_PERMUTATION: usize = 6;

/// A parsed template.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A folded word or part of a word, or a space.
    Text(String),
    /// All parts, in this order.
    Sequence(Vec<Expr>),
    /// One of the parts.
    Alternatives(Vec<Expr>),
    /// All parts, in any order.
    Permutation(Vec<Expr>),
    /// A value of a list.
    List {
        /// The list.
        list: String,
        /// The slot that the value fills.
        slot: String,
        /// Whether the value is only for the response.
        capture: bool,
        /// Whether the value ends where a word ends.
        whole: bool,
    },
    /// A number.
    Range {
        /// The lowest number.
        from: i64,
        /// The highest number.
        to: i64,
        /// The distance from one number to the next.
        step: i64,
        /// The slot that the number fills.
        slot: String,
    },
    /// The name of an expansion rule.
    Rule(String),
}

/// An error in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The place, in characters from the start of the template.
    pub column: usize,
    /// The reason, in English.
    pub reason: String,
}

impl Error {
    fn new(column: usize, reason: impl Into<String>) -> Self {
        Self { column, reason: reason.into() }
    }
}

/// Parses a template.
///
/// # Errors
/// If the template does not follow the grammar.
pub fn parse(template: &str) -> Result<Expr, Error> {
    let chars: Vec<char> = template.trim().chars().collect();
    let mut parser = Parser { chars, at: 0 };
    let expr = parser.group(None, 0)?;
    if parser.at < parser.chars.len() {
        let closing = parser.chars[parser.at];
        return Err(Error::new(parser.at, format!("`{closing}` closes nothing")));
    }
    Ok(expr)
}

struct Parser {
    chars: Vec<char>,
    at: usize,
}

impl Parser {
    /// Parses up to the closing bracket of a group, but not the bracket itself. Without one, up to
    /// the end.
    fn group(&mut self, closing: Option<(char, usize)>, depth: usize) -> Result<Expr, Error> {
        if depth > MAX_DEPTH {
            return Err(Error::new(self.at, "the groups are nested too deeply"));
        }
        let mut branches = vec![Vec::new()];
        let mut separator = None;
        let mut word = String::new();
        while let Some(&c) = self.chars.get(self.at) {
            let column = self.at;
            let items: &mut Vec<Expr> = match branches.last_mut() {
                Some(items) => items,
                None => break,
            };
            match c {
                ')' | ']' => break,
                '}' | '>' => return Err(Error::new(column, format!("`{c}` closes nothing"))),
                '\\' => {
                    self.at += 1;
                    let Some(&escaped) = self.chars.get(self.at) else {
                        return Err(Error::new(column, "`\\` escapes nothing"));
                    };
                    word.push(escaped);
                    self.at += 1;
                }
                '|' | ';' => {
                    words(&mut word, items);
                    if *separator.get_or_insert(c) != c {
                        return Err(Error::new(column, "a group contains `|` and `;`"));
                    }
                    branches.push(Vec::new());
                    self.at += 1;
                }
                '(' | '[' => {
                    words(&mut word, items);
                    let end = if c == '(' { ')' } else { ']' };
                    self.at += 1;
                    let inner = self.group(Some((end, column)), depth + 1)?;
                    if self.chars.get(self.at) != Some(&end) {
                        return Err(Error::new(column, format!("`{c}` is not closed by `{end}`")));
                    }
                    self.at += 1;
                    items.push(if c == '(' { inner } else { optional(inner) });
                }
                '{' | '<' => {
                    words(&mut word, items);
                    let end = if c == '{' { '}' } else { '>' };
                    let name = self.name(c, end)?;
                    let whole = self.chars.get(self.at).is_none_or(|c| c.is_whitespace());
                    items.push(if c == '{' {
                        list(&name, whole, column)?
                    } else {
                        Expr::Rule(name)
                    });
                }
                _ => {
                    word.push(c);
                    self.at += 1;
                }
            }
        }
        if let Some(items) = branches.last_mut() {
            words(&mut word, items);
        }
        if let Some((end, opened)) = closing
            && self.at >= self.chars.len()
        {
            let open = if end == ')' { '(' } else { '[' };
            return Err(Error::new(opened, format!("`{open}` is not closed by `{end}`")));
        }
        let mut branches: Vec<Expr> = branches.into_iter().map(sequence).collect();
        Ok(match separator {
            Some('|') => Expr::Alternatives(branches),
            Some(_) if branches.len() > MAX_PERMUTATION => {
                let most = format!("more than {MAX_PERMUTATION} parts in any order");
                return Err(Error::new(closing.map_or(0, |(_, opened)| opened), most));
            }
            Some(_) => Expr::Permutation(branches),
            None => branches.pop().unwrap_or(Expr::Sequence(Vec::new())),
        })
    }

    /// Reads a name in brackets, and the closing bracket.
    fn name(&mut self, open: char, close: char) -> Result<String, Error> {
        let start = self.at + 1;
        let rest = self.chars.get(start..).unwrap_or_default();
        let Some(length) = rest.iter().position(|c| *c == close) else {
            return Err(Error::new(self.at, format!("`{open}` is not closed by `{close}`")));
        };
        let name: String = rest[..length].iter().collect();
        let name = name.trim().to_owned();
        if name.is_empty() || name.contains(['{', '<', '(', ')', '[', ']', '|']) {
            return Err(Error::new(self.at, format!("`{open}{close}` contains no name")));
        }
        self.at = start + length + 1;
        Ok(name)
    }
}

/// Folds text, splits it into words and spaces, and empties it.
fn words(word: &mut String, items: &mut Vec<Expr>) {
    let folded = text::fold(word);
    word.clear();
    let mut current = String::new();
    for c in folded.chars() {
        if c != ' ' {
            current.push(c);
            continue;
        }
        if !current.is_empty() {
            items.push(Expr::Text(std::mem::take(&mut current)));
        }
        items.push(Expr::Text(" ".to_owned()));
    }
    if !current.is_empty() {
        items.push(Expr::Text(current));
    }
}

fn sequence(mut items: Vec<Expr>) -> Expr {
    match items.pop() {
        Some(only) if items.is_empty() => only,
        Some(last) => {
            items.push(last);
            Expr::Sequence(items)
        }
        None => Expr::Sequence(items),
    }
}

fn optional(inner: Expr) -> Expr {
    let mut branches = match inner {
        Expr::Alternatives(branches) => branches,
        other => vec![other],
    };
    branches.push(Expr::Sequence(Vec::new()));
    Expr::Alternatives(branches)
}

fn list(name: &str, whole: bool, column: usize) -> Result<Expr, Error> {
    let (list, slot) = match name.split_once(':') {
        Some((list, slot)) => (list.trim(), slot.trim()),
        None => (name, name),
    };
    let (slot, capture) = match slot.strip_prefix('@') {
        Some(slot) => (slot, true),
        None => (slot, false),
    };
    if list.is_empty() || slot.is_empty() {
        return Err(Error::new(column, "a list and a slot need a name each"));
    }
    let Some((from, rest)) = list.split_once("..") else {
        return Ok(Expr::List { list: list.to_owned(), slot: slot.to_owned(), capture, whole });
    };
    let (to, step) = rest.split_once(',').unwrap_or((rest, "1"));
    let number = |text: &str| {
        let error = || Error::new(column, format!("`{text}` is not a whole number"));
        text.trim().parse::<i32>().map(i64::from).map_err(|_| error())
    };
    let (from, to, step) = (number(from)?, number(to)?, number(step)?);
    check_range(from, to, step).map_err(|reason| Error::new(column, reason))?;
    Ok(Expr::Range { from, to, step, slot: slot.to_owned() })
}

/// Checks a range of numbers. The error is the reason.
pub(crate) fn check_range(from: i64, to: i64, step: i64) -> Result<(), String> {
    if from > to {
        return Err(format!("the range begins at {from}, after its end {to}"));
    }
    if step < 1 {
        return Err(format!("the step {step} is less than 1"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Expr {
        Expr::Text(text.to_owned())
    }

    #[test]
    fn words_groups_and_references() {
        let list = |list: &str, slot: &str, capture, whole| Expr::List {
            list: list.to_owned(),
            slot: slot.to_owned(),
            capture,
            whole,
        };
        let parsed = parse("Turn (on|off) [the] {name} <in> {area:room}s").unwrap();
        let nothing = Expr::Sequence(Vec::new());
        let expected = Expr::Sequence(vec![
            text("turn"),
            text(" "),
            Expr::Alternatives(vec![text("on"), text("off")]),
            text(" "),
            Expr::Alternatives(vec![text("the"), nothing]),
            text(" "),
            list("name", "name", false, true),
            text(" "),
            Expr::Rule("in".to_owned()),
            text(" "),
            list("area", "room", false, false),
            text("s"),
        ]);
        assert_eq!(parsed, expected);
        assert_eq!(parse("{a:@b}").unwrap(), list("a", "b", true, true));
        let range = Expr::Range { from: -5, to: 100, step: 5, slot: "n".to_owned() };
        assert_eq!(parse("{-5..100,5:n}").unwrap(), range);
        let both = Expr::Permutation(vec![text("a"), text("b")]);
        assert_eq!(parse("(a;b)").unwrap(), both);
        assert_eq!(parse("a;b").unwrap(), both);
        assert_eq!(parse(r"\(a\)").unwrap(), text("(a)"));
    }

    #[test]
    fn faults_have_a_place_and_a_reason() {
        for (template, column, part) in [
            ("turn (on|off the {name}", 5, "not closed"),
            ("turn [on", 5, "not closed"),
            ("turn on)", 7, "closes nothing"),
            ("turn on}", 7, "closes nothing"),
            ("(a]", 0, "not closed"),
            ("a {name", 2, "not closed"),
            ("a {}", 2, "contains no name"),
            ("a <>", 2, "contains no name"),
            ("(a|b;c)", 4, "contains `|` and `;`"),
            ("a {5..1:n}", 2, "after its end"),
            ("a {1..5,0:n}", 2, "less than 1"),
            ("a {1..x:n}", 2, "not a whole number"),
            ("(a;b;c;d;e;f;g)", 0, "any order"),
            ("a\\", 1, "escapes nothing"),
        ] {
            let error = parse(template).expect_err(template);
            assert_eq!(error.column, column, "{template}: {error:?}");
            assert!(error.reason.contains(part), "{template}: {error:?}");
        }
        assert!(parse(&"(".repeat(100_000)).is_err());
    }
}
