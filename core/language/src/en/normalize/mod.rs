//! Turns text as people write it into words that can be spoken: numbers, times, dates, units,
//! money, abbreviations, addresses. American English. Pure: no state, no files, linear in the
//! length of the text.

mod lex;
mod numbers;
mod quantity;
mod tables;
mod web;
mod when;
mod words;

use std::ops::Range;

use crate::token::{Token, TokenKind};
use lex::{Kind, Piece};

/// Normalises a text. What cannot be spoken (emoji, markup, scripts other than Latin, Greek and
/// Cyrillic) is left out.
pub(super) fn normalize(text: &str) -> Vec<Token> {
    let pieces = lex::pieces(text);
    let mut reader = Reader { pieces: &pieces, out: Vec::new(), spoken: false };
    let mut i = 0;
    while i < pieces.len() {
        i = reader.step(i).max(i + 1);
    }
    reader.out
}

/// The pieces of a text, and the tokens for those before the current one.
struct Reader<'a> {
    pieces: &'a [Piece],
    out: Vec<Token>,
    /// Whether there was a word already.
    spoken: bool,
}

/// Marks at which the voice pauses, from the weakest to the strongest.
const PAUSES: &str = ",—:;….!?";

impl Reader<'_> {
    /// Reads what begins at piece `i`. Returns the piece at which to continue.
    fn step(&mut self, i: usize) -> usize {
        if (i == 0 || self.text(i - 1) == "\n")
            && i < self.pieces.len()
            && let Some(next) = self.line_start(i)
        {
            return next;
        }
        let rules: &[fn(&mut Self, usize) -> Option<usize>] = match self.pieces[i].kind {
            Kind::Space => return self.space(i),
            Kind::Number => &[Self::address, Self::date, Self::clock, Self::phone, Self::number],
            Kind::Word => &[Self::address, Self::date, Self::money, Self::word],
            Kind::Sign => &[Self::money, Self::phone, Self::sign],
        };
        rules.iter().find_map(|rule| rule(self, i)).unwrap_or(i + 1)
    }

    /// Markup at the start of a line: headings, bullets, quotes.
    fn line_start(&mut self, i: usize) -> Option<usize> {
        let mut end = i;
        while matches!(self.text(end), "#" | ">") {
            end += 1;
        }
        if end == i && matches!(self.text(i), "-" | "*" | "+" | "•") && self.is_space(i + 1) {
            end += 1;
        }
        // Fences and rules.
        if end == i && matches!(self.text(i), "`" | "-" | "*" | "=" | "_") {
            let fence = self.text(i).to_owned();
            while self.text(end) == fence {
                end += 1;
            }
            if end < i + 3 {
                end = i;
            }
        }
        (end > i && (self.is_space(end) || end >= self.pieces.len() || self.text(i) == "`"))
            .then_some(end)
    }

    /// A line break that ends a sentence, unless the sentence goes on.
    fn space(&mut self, i: usize) -> usize {
        let goes_on = self.text(i + 1).starts_with(char::is_lowercase);
        if self.text(i) == "\n" && i + 1 < self.pieces.len() && !goes_on {
            self.mark('.', self.at(i));
        }
        i + 1
    }

    fn kind(&self, i: usize) -> Option<Kind> {
        self.pieces.get(i).map(|p| p.kind)
    }

    /// The text of a piece; empty beyond the end.
    fn text(&self, i: usize) -> &str {
        self.pieces.get(i).map_or("", |p| &p.text)
    }

    fn at(&self, i: usize) -> Range<usize> {
        self.pieces.get(i).map_or(0..0, |p| p.at.clone())
    }

    /// The bytes from piece `from` to the end of piece `to`.
    fn span(&self, from: usize, to: usize) -> Range<usize> {
        self.at(from).start..self.at(to).end
    }

    fn is_number(&self, i: usize) -> bool {
        self.kind(i) == Some(Kind::Number)
    }

    fn is_word(&self, i: usize) -> bool {
        self.kind(i) == Some(Kind::Word)
    }

    fn is_space(&self, i: usize) -> bool {
        self.kind(i) == Some(Kind::Space)
    }

    /// Whether piece `i` is a number that consists only of digits, with `count` of them.
    fn is_digits(&self, i: usize, count: std::ops::RangeInclusive<usize>) -> bool {
        self.is_number(i)
            && count.contains(&self.text(i).len())
            && self.text(i).bytes().all(|b| b.is_ascii_digit())
    }

    /// The value of a short number of only digits.
    fn value(&self, i: usize) -> Option<usize> {
        if self.is_digits(i, 1..=6) { self.text(i).parse().ok() } else { None }
    }

    /// The piece after a space on the same line, if there is one at `i`; otherwise `i`.
    fn past_space(&self, i: usize) -> usize {
        if self.is_space(i) && self.text(i) == " " { i + 1 } else { i }
    }

    /// Whether piece `i` stands apart from what is before it.
    fn starts_fresh(&self, i: usize) -> bool {
        i == 0
            || self.is_space(i - 1)
            || matches!(self.text(i - 1), "(" | "[" | "\"" | "“" | "'" | "*" | "_")
    }

    /// Adds words, separated by spaces.
    fn say(&mut self, words: &str, source: Range<usize>) {
        for word in words.split(' ').filter(|w| !w.is_empty()) {
            self.push(TokenKind::Word, word, source.clone());
        }
    }

    fn say_all<S: AsRef<str>>(&mut self, words: &[S], source: Range<usize>) {
        words.iter().for_each(|word| self.push(TokenKind::Word, word.as_ref(), source.clone()));
    }

    fn spell(&mut self, letters: &str, source: Range<usize>) {
        self.push(TokenKind::Letters, letters, source);
    }

    fn push(&mut self, kind: TokenKind, text: &str, source: Range<usize>) {
        self.spoken = true;
        self.out.push(Token { kind, text: text.to_owned(), source });
    }

    /// Adds a mark. Of several pauses in a row the strongest remains; none comes before the first
    /// word.
    fn mark(&mut self, mark: char, source: Range<usize>) {
        let text = mark.to_string();
        if let Some(rank) = PAUSES.find(mark) {
            if !self.spoken {
                return;
            }
            let last = self.out.last_mut().filter(|t| t.kind == TokenKind::Mark);
            if let Some(last) = last {
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
        self.out.push(Token { kind: TokenKind::Mark, text, source });
    }

    /// Whether nothing but space follows, up to the end of the line.
    fn ends_line(&self, i: usize) -> bool {
        i >= self.pieces.len()
            || self.text(i) == "\n"
            || (self.is_space(i) && i + 1 >= self.pieces.len())
    }
}
