//! Patterns over words, as regular expressions are over letters.
//!
//! `|`, `(…)`, `?`, `*` and `+` mean the same as in a regular expression, after a group or a part.
//! After a word, `?` makes its last letter optional (`an?`). A word in capitals is a part, which
//! is defined once and used by name. `NUMBER` is any word with a digit in it, and `WORD` is any
//! word.
//!
//! The regex crate was tried: with the parts written out at each use, the expressions were 70 kB
//! long, took 11 MB of memory, and needed 100 ms before the first match.

/// A set of places between words: bit `n` for the place before word `n`.
type Places = u32;

/// A sentence with more words than this matches nothing.
pub(crate) const LONGEST: usize = 24;

/// Named parts of patterns.
#[derive(Default)]
pub(crate) struct Parts(Vec<(&'static str, Pattern)>);

/// A pattern over words.
pub(crate) struct Pattern(Node);

enum Node {
    Word(&'static str),
    Number,
    /// Any word.
    Wild,
    /// The part with this index.
    Part(usize),
    /// One after the other.
    All(Vec<Node>),
    /// One of these.
    Any(Vec<Node>),
    /// Once; also not at all if `missing`, and repeatedly if `again`.
    Some {
        of: Box<Node>,
        missing: bool,
        again: bool,
    },
}

impl Parts {
    /// Adds a part, which may use those added before.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub(crate) fn add(&mut self, name: &'static str, text: &'static str) -> Result<(), String> {
        let pattern = self.parse(text)?;
        self.0.push((name, pattern));
        Ok(())
    }

    /// The pattern written as `text`.
    ///
    /// # Errors
    /// What is wrong with it, when it is not well formed or uses an unknown part.
    pub(crate) fn parse(&self, text: &'static str) -> Result<Pattern, String> {
        let mut reader = Reader { parts: self, text, rest: text };
        let node = reader.any()?;
        if reader.rest.is_empty() { Ok(Pattern(node)) } else { Err(reader.wrong("unopened )")) }
    }

    /// Whether all of the words match.
    pub(crate) fn matches(&self, pattern: &Pattern, words: &[&str]) -> bool {
        words.len() <= LONGEST && self.walk(&pattern.0, 1, words) & (1 << words.len()) != 0
    }

    /// The places that can be reached after `node` from any of the places `from`.
    fn walk(&self, node: &Node, from: Places, words: &[&str]) -> Places {
        let step = |fits: &dyn Fn(&str) -> bool| {
            let fitting = |n: &usize| from & (1 << n) != 0 && fits(words[*n]);
            (0..words.len()).filter(fitting).fold(0, |to, n| to | (2 << n))
        };
        if from == 0 {
            return 0;
        }
        match node {
            Node::Word(word) => step(&|other| other == *word),
            Node::Number => step(&|other| other.contains(|c: char| c.is_ascii_digit())),
            Node::Wild => step(&|_| true),
            Node::Part(index) => {
                self.0.get(*index).map_or(0, |(_, part)| self.walk(&part.0, from, words))
            }
            Node::All(nodes) => nodes.iter().fold(from, |at, node| self.walk(node, at, words)),
            Node::Any(nodes) => nodes.iter().fold(0, |to, node| to | self.walk(node, from, words)),
            Node::Some { of, missing, again } => {
                let mut to = self.walk(of, from, words);
                let mut before = 0;
                while *again && to != before {
                    before = to;
                    to |= self.walk(of, to, words);
                }
                if *missing { to | from } else { to }
            }
        }
    }
}

/// Reads a pattern from left to right.
struct Reader<'p> {
    parts: &'p Parts,
    text: &'static str,
    rest: &'static str,
}

impl Reader<'_> {
    fn wrong(&self, what: &str) -> String {
        let at = self.text.len() - self.rest.len();
        format!("{what} at {at} of {:?}", self.text)
    }

    /// Whether that character comes next; if so, it is read.
    fn next_is(&mut self, c: char) -> bool {
        self.rest = self.rest.trim_start_matches(' ');
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn any(&mut self) -> Result<Node, String> {
        let mut nodes = vec![self.all()?];
        while self.next_is('|') {
            nodes.push(self.all()?);
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Any(nodes) })
    }

    fn all(&mut self) -> Result<Node, String> {
        let mut nodes = Vec::new();
        loop {
            self.rest = self.rest.trim_start_matches(' ');
            match self.rest.chars().next() {
                None | Some('|' | ')') if nodes.is_empty() => return Err(self.wrong("nothing")),
                None | Some('|' | ')') => return Ok(Node::All(nodes)),
                Some(_) => nodes.push(self.one()?),
            }
        }
    }

    fn one(&mut self) -> Result<Node, String> {
        let node = if self.next_is('(') {
            let node = self.any()?;
            if !self.next_is(')') {
                return Err(self.wrong("unclosed ("));
            }
            node
        } else {
            let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let end = self.rest.find(|c: char| !letter(c)).unwrap_or(self.rest.len());
            let (word, rest) = self.rest.split_at(end);
            self.rest = rest;
            match word.chars().next() {
                None => return Err(self.wrong("no word")),
                Some(first) if !first.is_ascii_uppercase() => return Ok(self.word(word)),
                Some(_) if word == "NUMBER" => Node::Number,
                Some(_) if word == "WORD" => Node::Wild,
                Some(_) => {
                    let known = self.parts.0.iter().position(|(name, _)| *name == word);
                    Node::Part(known.ok_or_else(|| self.wrong("unknown part"))?)
                }
            }
        };
        let (missing, again) = match self.rest.chars().next() {
            Some('?') => (true, false),
            Some('*') => (true, true),
            Some('+') => (false, true),
            _ => return Ok(node),
        };
        self.rest = &self.rest[1..];
        Ok(Node::Some { of: Box::new(node), missing, again })
    }

    /// A word, whose last letter may be optional.
    fn word(&mut self, word: &'static str) -> Node {
        match self.rest.strip_prefix('?') {
            Some(rest) => {
                self.rest = rest;
                Node::Any(vec![Node::Word(word), Node::Word(&word[..word.len() - 1])])
            }
            None => Node::Word(word),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &'static str, text: &str) -> bool {
        let mut parts = Parts::default();
        parts.add("ARE", "are you|you are").expect("a part");
        parts.add("ARE_IT", "ARE (it|NUMBER)").expect("a part");
        let pattern = parts.parse(pattern).expect("a pattern");
        parts.matches(&pattern, &text.split_whitespace().collect::<Vec<_>>())
    }

    #[test]
    fn patterns_match_whole_sentences() {
        for (pattern, fits, others) in [
            ("who are you", &["who are you"][..], &["who are", "who are you now", "", "you"][..]),
            ("(who|what) ARE", &["who are you", "what you are"], &["who you", "are you"]),
            ("an? dogs?", &["a dog", "an dogs"], &["dog", "a do", "a dogss"]),
            ("a (b)? c", &["a c", "a b c"], &["a b b c", "a", "a b"]),
            ("a (b|c d)* e", &["a e", "a b e", "a c d b e"], &["a c e", "a d e", "a c"]),
            ("(a)+", &["a", "a a a"], &["", "a b"]),
            ("((a)?)* b", &["b", "a a b"], &["a"]),
            ("ARE_IT", &["are you it", "you are 4o"], &["are you", "are you x"]),
            ("a|b c", &["a", "b c"], &["a c", "b"]),
            ("a WORD (WORD)?", &["a b", "a b c"], &["a", "b c", "a b c d"]),
        ] {
            for text in fits {
                assert!(matches(pattern, text), "{pattern} × {text}");
            }
            for text in others {
                assert!(!matches(pattern, text), "{pattern} × {text}");
            }
        }
        let longest = vec!["a"; LONGEST].join(" ");
        assert!(matches("(a)+", &longest));
        assert!(!matches("(a)+", &format!("{longest} a")));
    }

    #[test]
    fn an_error_says_what_is_wrong_and_where() {
        let parts = Parts::default();
        for (text, wrong) in [
            ("(a", "unclosed ( at 2"),
            ("a)", "unopened ) at 1"),
            ("a||b", "nothing at 2"),
            ("", "nothing at 0"),
            ("a ARE", "unknown part at 5"),
            ("a ? b", "no word at 2"),
        ] {
            let error = parts.parse(text).err().unwrap_or_default();
            assert!(error.starts_with(wrong), "{text}: {error}");
        }
    }
}
