//! The system prompts of the assistant, for replies that are heard.

use super::Exchange;

/// The system prompt for models of about half a billion parameters and more.
pub const STANDARD: &str = include_str!("prompts/standard.txt");

/// The system prompt for models of about a hundred million parameters.
pub const SMALL: &str = include_str!("prompts/small.txt");

/// Example exchanges that go with [`STANDARD`].
pub fn standard_examples() -> Vec<Exchange> {
    examples(include_str!("prompts/standard-examples.txt"))
}

/// Example exchanges that go with [`SMALL`].
pub fn small_examples() -> Vec<Exchange> {
    examples(include_str!("prompts/small-examples.txt"))
}

/// Reads examples from a text: what the user says in one line, the answer in
/// the next; empty lines do not count.
pub fn examples(text: &str) -> Vec<Exchange> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines
        .chunks_exact(2)
        .map(|pair| Exchange { user: pair[0].to_owned(), assistant: pair[1].to_owned() })
        .collect()
}
