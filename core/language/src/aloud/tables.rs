//! The tables and rules of a language's reading, as used by the recognisers and verbalisers that
//! are common to all languages.

use super::class::Item;
use super::spoken::Spoken;
use super::text::Text;
use crate::token::Token;

/// A recogniser: returns the item that begins at a piece, if it knows its class.
pub(crate) type Rule = fn(&Aloud, &Text, usize) -> Option<Item>;

/// How one language is read aloud.
#[derive(Debug)]
pub(crate) struct Aloud {
    /// Recognisers; the first that finds an item wins. The last accepts anything.
    pub(crate) rules: &'static [Rule],
    /// The verbaliser: puts an item into words.
    pub(crate) say: fn(&Item, &mut Spoken<'_>),
    /// Chooses the pronunciation of homographs.
    pub(crate) pronounce: fn(&mut [Token]),
    /// Whether a full stop after this word, or the number before it, may only mark an
    /// abbreviation, so that the text after it must be seen.
    pub(crate) shortens: fn(&str) -> bool,
    /// The month that a word names, from 1, and whether in full.
    pub(crate) month: fn(&str) -> Option<(usize, bool)>,
    /// Whether a word names a day of the week.
    pub(crate) weekday: fn(&str) -> bool,
    /// The mark of the half of the day after a time: the letters, and the last piece.
    pub(crate) half: fn(&Text, usize) -> Option<(&'static str, usize)>,
    pub(crate) units: &'static [Unit],
    /// What else may come after a slash ("$20/month").
    pub(crate) per: &'static [Unit],
    pub(crate) currencies: &'static [Currency],
    /// What may follow an amount ("million", "k"), and how it is read.
    pub(crate) scales: &'static [(&'static str, &'static str)],
    /// Operators and other signs, and how they are read.
    pub(crate) signs: &'static [(&'static str, &'static str)],
    /// Emoji that stand for a word.
    pub(crate) emoji: &'static [Emoji],
    /// Words around an amount that says what kind of thing follows ("a …", "… note").
    pub(crate) kinds: &'static Kinds,
    /// Words after a number with "m", "h", "s" that mean time.
    pub(crate) of_time: &'static [&'static str],
    /// Words before a number that is a code.
    pub(crate) codes: &'static [&'static str],
    /// Words before a number that names a thing: a room, a road, a flight.
    pub(crate) named: &'static [&'static str],
    /// Words before a sum ("what is …").
    pub(crate) sums: &'static [&'static str],
    /// Units of the greater of two lengths ("6 ft 2 in").
    pub(crate) feet: &'static [&'static str],
    /// Words before a year; the first is "year".
    pub(crate) years: &'static [&'static str],
    /// Words after a length ("tall").
    pub(crate) sizes: &'static [&'static str],
    /// Words before the number of a version.
    pub(crate) versioned: &'static [&'static str],
    /// Words before or after a temperature without a degree sign ("180 C").
    pub(crate) heat: &'static [&'static str],
    /// Whether 3/4 means the 3rd of April.
    pub(crate) day_first: bool,
}

/// A unit of measure, by its sign after a number, which is case-sensitive.
#[derive(Debug, PartialEq)]
pub(crate) struct Unit {
    pub(crate) sign: &'static str,
    /// Its name after one, and after several.
    pub(crate) one: &'static str,
    pub(crate) several: &'static str,
    pub(crate) when: When,
}

/// When a sign counts as a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// After any number.
    Any,
    /// Only next to the number, because it is also a word or a name.
    Joined,
    /// Next to the number, or if no name follows.
    NoName,
    /// A unit of time.
    Time,
    /// A temperature scale, whose letter may also stand for something else.
    Heat,
}

/// A currency, by the sign or code next to an amount.
#[derive(Debug, PartialEq)]
pub(crate) struct Currency {
    pub(crate) sign: &'static str,
    pub(crate) one: &'static str,
    pub(crate) several: &'static str,
    /// Hundredths, if it has them.
    pub(crate) cent: &'static str,
    pub(crate) cents: &'static str,
}

/// An emoji that stands for a word.
#[derive(Debug)]
pub(crate) struct Emoji {
    pub(crate) sign: char,
    /// Alone.
    pub(crate) alone: &'static str,
    /// Between words.
    pub(crate) between: &'static str,
    /// After a colon, as an answer.
    pub(crate) answer: &'static str,
    /// If it is counted: the words for one, and for several.
    pub(crate) counted: Option<[&'static str; 2]>,
}

/// Distinguishes "a five dollar bill" from "five dollars".
#[derive(Debug)]
pub(crate) struct Kinds {
    /// Words before the amount.
    pub(crate) articles: &'static [&'static str],
    /// Words after the amount that make it such an amount even without an article.
    pub(crate) things: &'static [&'static str],
    /// Words after an amount that continue the sentence.
    pub(crate) no_things: &'static [&'static str],
}

impl Aloud {
    pub(crate) fn unit(&self, sign: &str) -> Option<&'static Unit> {
        self.units.iter().find(|unit| unit.sign == sign)
    }

    pub(crate) fn currency(&self, sign: &str) -> Option<&'static Currency> {
        self.currencies.iter().find(|currency| currency.sign == sign)
    }

    pub(crate) fn scale(&self, word: &str) -> Option<&'static str> {
        self.scales.iter().find(|(sign, _)| *sign == word).map(|(_, word)| *word)
    }

    pub(crate) fn sign(&self, sign: &str) -> Option<&'static str> {
        self.signs.iter().find(|(known, _)| *known == sign).map(|(_, word)| *word)
    }

    /// Whether the amount from piece `from` up to `end` says what kind of thing follows.
    pub(crate) fn is_kind(&self, text: &Text, from: usize, end: usize) -> bool {
        let dash = text.is(end, "-");
        let next = if dash { end + 1 } else { text.past_space(end) };
        if !text.is_word(next) || (next == end && !dash) {
            return false;
        }
        let before = text.before(from);
        let after = text.lower(next);
        let after = after.as_str();
        let article = text.one_of(before, self.kinds.articles);
        self.kinds.things.contains(&after)
            || dash
            || article && !self.kinds.no_things.contains(&after)
    }
}
