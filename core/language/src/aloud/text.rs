//! A text in pieces, and questions that recognisers ask about it.

use std::ops::{Range, RangeInclusive};

use super::lex::{self, Kind, Piece};
use super::numerals::Numerals;
use crate::work;

/// A text in pieces. Questions about a piece beyond either end have an empty answer, so an index
/// may be out of range by one (also after `wrapping_sub`).
#[derive(Debug)]
pub(crate) struct Text {
    pieces: Vec<Piece>,
}

impl Text {
    pub(crate) fn new(numerals: Numerals, text: &str) -> Self {
        Self { pieces: lex::pieces(numerals, text) }
    }

    pub(crate) fn len(&self) -> usize {
        self.pieces.len()
    }

    pub(crate) fn kind(&self, i: usize) -> Option<Kind> {
        work::steps(1);
        self.pieces.get(i).map(|p| p.kind)
    }

    /// The text of a piece.
    pub(crate) fn get(&self, i: usize) -> &str {
        work::steps(1);
        self.pieces.get(i).map_or("", |p| &p.text)
    }

    pub(crate) fn is(&self, i: usize, text: &str) -> bool {
        self.get(i) == text
    }

    pub(crate) fn lower(&self, i: usize) -> String {
        self.get(i).to_lowercase()
    }

    /// Whether a piece, in lower case, is one of these.
    pub(crate) fn one_of(&self, i: usize, words: &[&str]) -> bool {
        self.is_word(i) && words.contains(&self.lower(i).as_str())
    }

    /// The bytes of a piece.
    pub(crate) fn at(&self, i: usize) -> Range<usize> {
        self.pieces.get(i).map_or(0..0, |p| p.at.clone())
    }

    /// The bytes from piece `from` up to and with piece `to`.
    pub(crate) fn span(&self, from: usize, to: usize) -> Range<usize> {
        let last = self.pieces.len().saturating_sub(1);
        self.at(from).start..self.at(to.max(from).min(last)).end
    }

    pub(crate) fn is_number(&self, i: usize) -> bool {
        self.kind(i) == Some(Kind::Number)
    }

    pub(crate) fn is_word(&self, i: usize) -> bool {
        self.kind(i) == Some(Kind::Word)
    }

    pub(crate) fn is_space(&self, i: usize) -> bool {
        self.kind(i) == Some(Kind::Space)
    }

    /// A word that begins with a capital.
    pub(crate) fn is_capital(&self, i: usize) -> bool {
        self.is_word(i) && self.get(i).starts_with(char::is_uppercase)
    }

    /// A word of capitals only.
    pub(crate) fn is_capitals(&self, i: usize) -> bool {
        self.is_word(i) && self.get(i).chars().all(char::is_uppercase)
    }

    /// A word of one letter.
    pub(crate) fn is_letter(&self, i: usize) -> bool {
        self.is_word(i) && self.get(i).chars().count() == 1
    }

    /// Whether a word is joined to what begins at `i`, other than the sign of "4x3".
    pub(crate) fn follows_letters(&self, i: usize) -> bool {
        let before = i.wrapping_sub(1);
        let by = self.is(before, "x") && self.is_number(i.wrapping_sub(2));
        self.is_word(before) && !by
    }

    /// Whether something is joined to what ends at `i`: a power, a stroke, a hyphen before a word.
    pub(crate) fn is_joined(&self, i: usize) -> bool {
        matches!(self.kind(i), Some(Kind::Raised))
            || self.is(i, "/")
            || self.is(i, "-") && self.is_word(i + 1)
    }

    /// Any kind of dash, hyphen or minus sign.
    pub(crate) fn is_dash(&self, i: usize) -> bool {
        matches!(self.get(i), "-" | "–" | "—" | "−")
    }

    /// Whether it is a number of digits only, with so many of them.
    pub(crate) fn is_digits(&self, i: usize, count: RangeInclusive<usize>) -> bool {
        self.is_number(i)
            && count.contains(&self.get(i).len())
            && self.get(i).bytes().all(|b| b.is_ascii_digit())
    }

    /// The value of a short number of only digits.
    pub(crate) fn value(&self, i: usize) -> Option<usize> {
        if self.is_digits(i, 1..=6) { self.get(i).parse().ok() } else { None }
    }

    /// The approximate value of a number.
    pub(crate) fn size(&self, i: usize) -> f64 {
        if self.is_number(i) { self.get(i).replace(',', "").parse().unwrap_or(0.0) } else { 0.0 }
    }

    /// Whether it is a number that can be read as a year.
    pub(crate) fn is_year(&self, i: usize) -> bool {
        self.is_digits(i, 4..=4) && self.value(i).is_some_and(|y| (1000..2100).contains(&y))
    }

    /// The piece at `i`, or the one after it if it is a space on the same line.
    pub(crate) fn past_space(&self, i: usize) -> usize {
        if self.is_space(i) && self.is(i, " ") { i + 1 } else { i }
    }

    /// The piece before `i`, skipping a space on the same line.
    pub(crate) fn before(&self, i: usize) -> usize {
        let before = i.wrapping_sub(1);
        if self.is(before, " ") { i.wrapping_sub(2) } else { before }
    }

    /// Whether piece `i` stands apart from what is before it.
    pub(crate) fn starts_fresh(&self, i: usize) -> bool {
        let before = i.wrapping_sub(1);
        i == 0
            || self.is_space(before)
            || matches!(self.get(before), "(" | "[" | "\"" | "“" | "‘" | "'" | "*" | "_")
    }

    /// Whether nothing but closing marks and space follows, up to the end of the line.
    pub(crate) fn ends_line(&self, i: usize) -> bool {
        let mut i = i;
        while matches!(self.get(i), "\"" | "”" | "'" | ")" | "]") {
            i += 1;
        }
        i >= self.len() || self.is(i, "\n") || (self.is_space(i) && i + 1 >= self.len())
    }

    /// Whether a full stop before `i` ends the sentence too: at the end of the line, but not before
    /// a bracket.
    pub(crate) fn ends_sentence(&self, i: usize) -> bool {
        self.ends_line(i) && !self.is(i, ")")
    }

    /// Whether the marker of a list is at `i`: "3. Stir".
    pub(crate) fn is_marker(&self, i: usize) -> bool {
        self.is_digits(i, 1..=2)
            && matches!(self.get(i + 1), "." | ")")
            && self.is_space(i + 2)
            && self.is_capital(i + 3)
    }

    /// The digits of a number, without separators of groups.
    pub(crate) fn digits(&self, i: usize) -> String {
        self.get(i).replace(',', "")
    }
}
