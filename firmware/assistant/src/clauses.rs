//! The clauses of a text that is known as a whole.

use sayso_language::{Clause, ClauseSplitter, Language};

/// The text without markup, and its clauses, in the order in which they are spoken.
pub fn split(language: &Language, text: &str) -> (String, Vec<Clause>) {
    let mut splitter = ClauseSplitter::new(language.reader());
    let mut clauses = Vec::new();
    let mut plain = splitter.push(text, &mut |clause| clauses.push(clause));
    plain += &splitter.finish(&mut |clause| clauses.push(clause));
    (plain, clauses)
}
