//! A part of Rust's grammar: enough to find the string literals of a source.

use std::collections::BTreeSet;

/// A piece of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// A name or a number.
    Name(String),
    /// A string, as it is written between its quotes.
    Text(String),
    Sign(char),
}

/// A string literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// Its line, counted from 1.
    pub line: usize,
    /// What is between the quotes, as it is written.
    pub text: String,
    /// What is before each bracket that is open around it, the outermost first: the function or
    /// macro that is called (`Error::new`, `log::warn!`), `#` for an attribute, nothing for most
    /// others.
    pub within: Vec<String>,
    /// The list (`[…]`) that it is directly in.
    pub list: Option<usize>,
    /// The constant that it is the whole value of, if there is one.
    pub constant: Option<String>,
}

/// The string literals of a source, except in its tests.
pub fn literals(source: &str) -> Vec<Literal> {
    let tokens = tokens(source);
    let mut found = Vec::new();
    let mut within: Vec<String> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    while let Some((line, token)) = tokens.get(at) {
        if let Some(after) = after_test(&tokens, at) {
            at = after;
            continue;
        }
        match token {
            Token::Sign('(' | '[' | '{') => {
                within.push(before(&tokens[..at]));
                open.push(at);
            }
            Token::Sign(')' | ']' | '}') => {
                within.pop();
                open.pop();
            }
            Token::Text(text) => found.push(Literal {
                line: *line,
                text: text.clone(),
                within: within.clone(),
                list: open.last().copied().filter(|at| tokens[*at].1 == Token::Sign('[')),
                constant: constant(&tokens[..at]),
            }),
            _ => {}
        }
        at += 1;
    }
    found
}

/// The token after an item that is compiled only for tests, if one begins here.
fn after_test(tokens: &[(usize, Token)], at: usize) -> Option<usize> {
    let name = |offset: usize, name: &str| matches!(tokens.get(at + offset), Some((_, Token::Name(found))) if found == name);
    let sign = |at: usize, sign: char| tokens.get(at).is_some_and(|t| t.1 == Token::Sign(sign));
    let attribute = sign(at, '#') && sign(at + 1, '[');
    // `#[cfg(test)]`, `#[cfg(all(test, …))]` and `#[test]`.
    let cfg = name(2, "cfg") && (name(4, "test") || name(4, "all") && name(6, "test"));
    if !attribute || !(cfg || name(2, "test")) {
        return None;
    }
    // To the end of the attribute, and to the end of the item.
    let mut at = at + 1;
    let mut depth = 0;
    let mut attributes_over = false;
    while let Some((_, token)) = tokens.get(at) {
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']') => {
                depth -= 1;
                attributes_over |= depth == 0;
            }
            Token::Sign('}') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            Token::Sign(';' | ',') if depth == 0 && attributes_over => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    Some(at)
}

/// The function, macro or attribute whose bracket opens after these tokens.
fn before(tokens: &[(usize, Token)]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (_, token) in tokens.iter().rev() {
        match (token, parts.last().map(String::as_str)) {
            (Token::Sign('#'), None) => return "#".into(),
            (Token::Sign(sign @ ('!' | ':' | '.')), _) => parts.push(sign.to_string()),
            (Token::Name(name), None | Some("!" | ":" | ".")) => parts.push(name.clone()),
            _ => break,
        }
    }
    parts.reverse();
    parts.concat()
}

/// The name of the constant whose value begins after these tokens.
fn constant(tokens: &[(usize, Token)]) -> Option<String> {
    let (_, Token::Sign('=')) = tokens.last()? else { return None };
    let from = tokens.iter().rposition(|(_, t)| matches!(t, Token::Name(n) if n == "const"))?;
    let between = &tokens[from + 1..];
    let ends = |t: &(usize, Token)| matches!(t.1, Token::Sign(';' | '{' | '}'));
    match between.first()? {
        (_, Token::Name(name)) if !between.iter().any(ends) => Some(name.clone()),
        _ => None,
    }
}

/// The names in a source, except in its tests.
pub fn names(source: &str) -> BTreeSet<String> {
    let tokens = tokens(source);
    let (mut found, mut at) = (BTreeSet::new(), 0);
    while let Some((_, token)) = tokens.get(at) {
        if let Some(after) = after_test(&tokens, at) {
            at = after;
            continue;
        }
        if let Token::Name(name) = token {
            found.insert(name.clone());
        }
        at += 1;
    }
    found
}

fn tokens(source: &str) -> Vec<(usize, Token)> {
    let mut found = Vec::new();
    let mut rest = source;
    let mut line = 1;
    while let Some(c) = rest.chars().next() {
        let of_name = |c: char| c.is_alphanumeric() || c == '_';
        let (token, length) = if rest.starts_with("//") {
            (None, rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            (None, rest.find("*/").map_or(rest.len(), |end| end + 2))
        } else if let Some((text, length)) = string(rest) {
            (Some(Token::Text(text.into())), length)
        } else if c == '\'' {
            (None, character(rest))
        } else if of_name(c) {
            let end = rest.find(|c| !of_name(c)).unwrap_or(rest.len());
            (Some(Token::Name(rest[..end].into())), end)
        } else {
            let sign = Some(Token::Sign(c)).filter(|_| !c.is_whitespace());
            (sign, c.len_utf8())
        };
        found.extend(token.map(|token| (line, token)));
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    found
}

/// The string literal at the beginning of `rest`: its content and its whole length.
fn string(rest: &str) -> Option<(&str, usize)> {
    let prefix = ["br", "cr", "r", "b", "c"].into_iter().find(|prefix| {
        let after = rest.strip_prefix(prefix).map(|after| after.trim_start_matches('#'));
        after.is_some_and(|after| after.starts_with('"'))
    });
    let raw = prefix.is_some_and(|prefix| prefix.ends_with('r'));
    let body = &rest[prefix.map_or(0, str::len)..];
    let hashes = if raw { body.len() - body.trim_start_matches('#').len() } else { 0 };
    let text = body[hashes..].strip_prefix('"')?;
    let end = if raw {
        text.find(&format!("\"{}", "#".repeat(hashes)))?
    } else {
        let mut escaped = false;
        text.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        })?
    };
    Some((&text[..end], rest.len() - text.len() + end + 1 + hashes))
}

/// The length of the character or the lifetime at the beginning of `rest`.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some(_)) => {
            chars.find(|(_, c)| *c == '\'').map_or(rest.len(), |(at, _)| at + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}
