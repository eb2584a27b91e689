//! Reading aloud: from text as people write it to words that can be spoken.
//!
//! Text is divided into [pieces](lex). [Recognisers](tables::Rule) join pieces to
//! [items](class::Item) of a class: a date, an amount of money, an abbreviation. The
//! [verbalisers](say) put each item into words, with the [grammar](grammar::Grammar) and the
//! [tables] of the language. The clause splitter asks the same recognisers whether it may cut
//! ([`stop`]).
//!
//! Recognisers for what most languages write in the same way are here; a language has its own ones
//! next to its grammar and tables.

pub(crate) mod amount;
pub(crate) mod angle;
pub(crate) mod calendar;
pub(crate) mod chemistry;
pub(crate) mod class;
pub(crate) mod code;
pub(crate) mod compass;
pub(crate) mod electronic;
pub(crate) mod flag;
pub(crate) mod fold;
pub(crate) mod foreign;
pub(crate) mod grammar;
pub(crate) mod half;
pub(crate) mod label;
pub(crate) mod letters;
pub(crate) mod lex;
pub(crate) mod marks;
pub(crate) mod math;
pub(crate) mod money;
pub(crate) mod names;
pub(crate) mod network;
pub(crate) mod number;
pub(crate) mod numerals;
pub(crate) mod pointed;
pub(crate) mod range;
pub(crate) mod rate;
pub(crate) mod roman;
pub(crate) mod say;
pub(crate) mod script;
pub(crate) mod short;
pub(crate) mod sign;
pub(crate) mod sums;
pub(crate) mod tables;
pub(crate) mod text;
pub(crate) mod when;

use class::{Class, Item};
use grammar::Spoken;
use tables::Aloud;
use text::Text;

use crate::token::{Token, TokenKind};

/// The words of a text.
pub(crate) fn read(aloud: &'static Aloud, written: &str) -> Vec<Token> {
    let text = Text::new(aloud.numerals, written);
    let mut spoken =
        Spoken::new(aloud.grammar, aloud.words, aloud.kinds, aloud.letters.articles, &text);
    each(aloud, &text, |item| say::say(&item, &mut spoken));
    let mut tokens = spoken.out;
    (aloud.pronounce)(&mut tokens);
    join(written, tokens)
}

/// Joins words with a hyphen between them to one word, because a voice may know "mother-in-law" as
/// a whole; and a word that ends with an apostrophe with the one after it.
fn join(written: &str, tokens: Vec<Token>) -> Vec<Token> {
    let mut joined: Vec<Token> = Vec::with_capacity(tokens.len());
    for of_one in tokens.chunk_by(|a, b| a.source == b.source) {
        let words: Vec<&str> = of_one.iter().map(|token| token.text.as_str()).collect();
        let whole = words.join("-");
        // Only if it is spoken as it is written, so that no number or unit in words is joined, and
        // if it is read by its letters alone.
        let plain = of_one.len() > 1
            && of_one.iter().all(|token| token.kind == TokenKind::Word && token.ipa.is_none());
        match of_one.first() {
            Some(first) if plain && written.get(first.source.clone()) == Some(whole.as_str()) => {
                joined.push(Token { text: whole, ..first.clone() });
            }
            _ => joined.extend_from_slice(of_one),
        }
    }
    // "d'" and "un"
    joined.dedup_by(|next, elided| {
        let words = next.kind == TokenKind::Word && elided.kind == TokenKind::Word;
        let joins = words && elided.text.ends_with('\'');
        if joins {
            elided.text.push_str(&next.text);
            // They may be spoken in another order than they are written ("£1").
            elided.source.start = elided.source.start.min(next.source.start);
            elided.source.end = elided.source.end.max(next.source.end);
        }
        joins
    });
    joined
}

/// Whether a text may be cut at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Yes: it is between items, or at a mark.
    Free,
    /// No: it is inside an item, or at the end of one whose full stop does not end a sentence.
    Held,
    /// Yes: an item ends here whose full stop also ends the sentence.
    Ends,
}

/// Whether a text that continues may be cut at byte `at`.
pub(crate) fn stop(aloud: &Aloud, text: &str, at: usize) -> Stop {
    let text = Text::new(aloud.numerals, text);
    let mut stop = Stop::Free;
    each(aloud, &text, |item| {
        let span = text.span(item.from, item.end - 1);
        if span.contains(&at) && !matches!(item.class, Class::Mark(_) | Class::Silent) {
            stop = match () {
                () if at + 1 < span.end => Stop::Held,
                () if item.ends => Stop::Ends,
                () => Stop::Held,
            };
        }
    });
    stop
}

/// Recognises the items of a text, in order.
fn each(aloud: &Aloud, text: &Text, mut take: impl FnMut(Item)) {
    let mut i = 0;
    while i < text.len() {
        let item = recognise(aloud, text, i);
        let item = range::range(aloud, text, &item).unwrap_or(item);
        i = item.end;
        take(item);
    }
}

/// The item that begins at piece `i`.
pub(crate) fn recognise(aloud: &Aloud, text: &Text, i: usize) -> Item {
    let found = aloud.rules.iter().find_map(|rule| rule(aloud, text, i));
    let mut item = found.unwrap_or_else(|| item(Class::Silent, i, i + 1));
    item.end = item.end.clamp(i + 1, text.len().max(i + 1));
    item
}

/// An item that does not end a sentence.
pub(crate) fn item(class: Class, from: usize, end: usize) -> Item {
    Item { class, from, end, ends: false }
}

#[cfg(test)]
mod tests {
    use crate::Reader;

    #[test]
    fn a_voice_gets_words_with_their_hyphens() {
        let words = |text: &str| -> Vec<String> {
            let tokens = Reader::english().normalize(text);
            tokens.into_iter().map(|token| token.text).collect()
        };
        assert_eq!(words("a well-known mother-in-law"), ["a", "well-known", "mother-in-law"]);
        assert_eq!(
            words("5-10 days, Mon-Fri"),
            ["five", "to", "ten", "days", ",", "Monday", "to", "Friday"]
        );
    }
}
