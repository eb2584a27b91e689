//! The output of verbalisers.

use std::ops::Range;

use super::tables::Aloud;
use super::text::Text;
use crate::token::{Token, TokenKind};

/// Marks at which the voice pauses, the weakest first.
const PAUSES: &str = ",—:;….!?";

/// Words and marks, in the order in which they are spoken.
#[derive(Debug)]
pub(crate) struct Spoken<'t> {
    pub(crate) aloud: &'static Aloud,
    pub(crate) text: &'t Text,
    pub(crate) out: Vec<Token>,
    /// Whether there was a word already.
    spoken: bool,
}

impl<'t> Spoken<'t> {
    pub(crate) fn new(aloud: &'static Aloud, text: &'t Text) -> Self {
        Self { aloud, text, out: Vec::new(), spoken: false }
    }

    /// Adds words, separated by spaces, for these bytes of the text.
    pub(crate) fn say(&mut self, words: &str, source: Range<usize>) {
        for word in words.split(' ').filter(|w| !w.is_empty()) {
            self.push(TokenKind::Word, word, source.clone());
        }
    }

    /// Adds letters that are spoken one by one.
    pub(crate) fn spell(&mut self, letters: &str, source: Range<usize>) {
        let letters: String = letters.chars().filter(|c| c.is_alphabetic()).collect();
        if !letters.is_empty() {
            self.push(TokenKind::Letters, &letters, source);
        }
    }

    fn push(&mut self, kind: TokenKind, text: &str, source: Range<usize>) {
        self.spoken = true;
        self.out.push(Token { kind, text: text.to_owned(), source, ipa: None });
    }

    /// The last word that was said.
    pub(crate) fn last(&self) -> &str {
        self.out.last().map_or("", |token| &token.text)
    }

    /// Adds a mark. Of several pauses in a row the strongest stays; none comes before the first
    /// word.
    pub(crate) fn mark(&mut self, mark: char, source: Range<usize>) {
        let text = mark.to_string();
        if let Some(rank) = PAUSES.find(mark) {
            if !self.spoken {
                return;
            }
            if let Some(last) = self.out.last_mut().filter(|t| t.kind == TokenKind::Mark) {
                match last.text.chars().next().and_then(|c| PAUSES.find(c)) {
                    Some(before) => {
                        if rank > before {
                            last.text = text;
                        }
                        return;
                    }
                    None if last.text == "(" => return,
                    None => {}
                }
            }
        }
        // Empty brackets.
        if mark == ')' && self.last() == "(" {
            self.out.pop();
            return;
        }
        self.out.push(Token { kind: TokenKind::Mark, text, source, ipa: None });
    }
}
