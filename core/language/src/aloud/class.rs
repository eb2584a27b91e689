//! The classes of what is written, as far as they are read differently.

use super::tables::{Currency, Unit};

/// A stretch of the text of one class: the pieces from `from` up to `end`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) class: Class,
    pub(crate) from: usize,
    pub(crate) end: usize,
    /// Whether a full stop in it also ends the sentence.
    pub(crate) ends: bool,
}

/// What an [`Item`] is. Numbers in it are those of pieces.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Class {
    /// What separates or adorns, and is not said.
    Silent,
    /// A pause or intonation.
    Mark(char),
    /// The letters of the pieces, as one word.
    Word,
    /// A shortened word, a sign or an emoji: what it stands for.
    Abbreviation(&'static str),
    /// Letter by letter: the letters of the pieces.
    Initialism,
    /// A number, read in one of several ways.
    Number(usize, Style),
    Ordinal(usize),
    /// `1990s`: the number, and whether something belongs to it (`1990's`).
    Decade(usize, bool),
    Fraction(Amount),
    Money(Money),
    Measure(Measure),
    /// From, to; whether the second is below zero.
    Range(Box<Item>, Box<Item>, bool),
    Date(Date),
    Time(Time),
    /// Amounts of units, one after the other.
    Duration(Vec<(usize, &'static Unit, usize)>),
    /// Groups of digits and letters.
    Telephone(Vec<usize>),
    /// Of a computer: groups and the signs between them.
    Network,
    /// Letters and digits, one by one; `,` between groups.
    Code,
    /// A page, a file, a mailbox.
    Electronic,
    /// Its value, and whether it orders ("the second") rather than counts.
    Roman(usize, bool, bool),
    /// An operator, in words, and the piece it stands at.
    Mathematics(&'static str),
    /// A raised exponent.
    Power(usize),
    /// A marker of a list.
    List(usize),
}

/// How to read a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// One thousand five.
    Amount,
    /// Nineteen eighty four.
    Year,
    /// One by one.
    Digits,
    /// A version: the part after the point is a number too.
    Version,
    /// As numbers of houses and roads: four oh four.
    Pairs,
}

/// A number that may have a fraction.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Amount {
    pub(crate) whole: Option<usize>,
    /// Numerator and denominator.
    pub(crate) part: Option<(usize, usize)>,
    /// The pieces of the fraction.
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// "million" and the like, and its piece.
    pub(crate) scale: Option<(&'static str, usize)>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Money {
    pub(crate) currency: &'static Currency,
    /// The piece of its sign.
    pub(crate) sign: usize,
    pub(crate) minus: bool,
    pub(crate) amount: Amount,
    /// Hundredths after a decimal comma.
    pub(crate) cents: Option<usize>,
    pub(crate) per: Option<(&'static Unit, usize)>,
    /// It says what kind a thing is ("a five dollar bill").
    pub(crate) kind: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measure {
    pub(crate) amount: Amount,
    pub(crate) unit: &'static Unit,
    /// The pieces of the unit.
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// 2 for square, 3 for cubic.
    pub(crate) power: u8,
    pub(crate) per: Option<&'static Unit>,
    /// … per second squared.
    pub(crate) per_power: u8,
    pub(crate) kind: bool,
}

/// A date, as far as it is given.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Date {
    /// Month, from 1, and its piece.
    pub(crate) month: Option<(usize, usize)>,
    pub(crate) day: Option<(usize, usize)>,
    /// The last day of several.
    pub(crate) until: Option<(usize, usize)>,
    pub(crate) year: Option<(usize, usize)>,
    /// A comma stands before the year, or belongs there.
    pub(crate) comma: bool,
    /// The day is written before the month.
    pub(crate) day_first: bool,
    /// "the" stands before it.
    pub(crate) article: bool,
}

/// A time of day.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Time {
    pub(crate) hour: (usize, usize),
    pub(crate) minute: Option<(usize, usize)>,
    pub(crate) second: Option<(usize, usize)>,
    /// Before or after noon: letters, and the pieces from and to.
    pub(crate) half: Option<(&'static str, usize, usize)>,
    /// The full hour has no more words ("seven" of "7:00-7:30").
    pub(crate) bare: bool,
}
