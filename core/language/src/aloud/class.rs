//! The classes of written text that are read differently.

use super::names::{Currency, Scale, Unit};

/// A part of the text that belongs to one class: the pieces from `from` up to `end`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) class: Class,
    pub(crate) from: usize,
    pub(crate) end: usize,
    /// Whether its full stop also ends the sentence.
    pub(crate) ends: bool,
}

/// The class of an [`Item`]. The numbers in it are indices of pieces.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Class {
    /// A separator or ornament that is not spoken.
    Silent,
    /// A pause or intonation.
    Mark(char),
    /// The letters of the pieces, as one word.
    Word,
    /// An abbreviation, a sign or an emoji, with the words that it stands for.
    Abbreviation(&'static str),
    /// Words that the recogniser has put together ("20-jährig"), some of which may be letters
    /// ("l' U.E.").
    Coined(String),
    /// The letters of the pieces, one by one.
    Initialism,
    /// A number, read in one of several ways.
    Number(usize, Style),
    Ordinal(usize),
    /// `1990s`: the number, and whether something belongs to it (`1990's`).
    Decade(usize, bool),
    Fraction(Amount),
    Money(Money),
    Measure(Measure),
    /// The two ends; and whether the second is below zero.
    Range(Box<Item>, Box<Item>, bool),
    Date(Date),
    Time(Time),
    /// Amounts of units, one after the other.
    Duration(Vec<(usize, &'static Unit, usize)>),
    /// Groups of digits and letters.
    Telephone(Vec<usize>),
    /// The address of a computer: groups and the signs between them.
    Network,
    /// Letters and digits, one by one, with a pause between groups.
    Code,
    /// The address of a page or mailbox, or the name of a file.
    Electronic,
    /// Its value, and whether it is an ordinal ("the second") and not a cardinal number.
    Roman(usize, bool, bool),
    /// The words for an operator, and the index of its piece.
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
    /// Like numbers of houses and roads: four oh four.
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
    pub(crate) scale: Option<(&'static Scale, usize)>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Money {
    pub(crate) currency: &'static Currency,
    /// The index of its sign's piece.
    pub(crate) sign: usize,
    pub(crate) minus: bool,
    pub(crate) amount: Amount,
    /// Hundredths after a decimal comma.
    pub(crate) cents: Option<usize>,
    pub(crate) per: Option<(&'static Unit, usize)>,
    /// … per square meter.
    pub(crate) per_power: u8,
    /// Whether it says what kind of thing follows ("a five dollar bill").
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
    /// Whether the year has a comma before it, or needs one.
    pub(crate) comma: bool,
    /// Whether the day is written before the month.
    pub(crate) day_first: bool,
    /// Whether "the" comes before it.
    pub(crate) article: bool,
}

/// A time of day.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Time {
    pub(crate) hour: (usize, usize),
    pub(crate) minute: Option<(usize, usize)>,
    pub(crate) second: Option<(usize, usize)>,
    /// Before or after noon: the letters, and the first and last piece.
    pub(crate) half: Option<(&'static str, usize, usize)>,
    /// The piece of the word for the hour after it ("Uhr", "h").
    pub(crate) word: Option<usize>,
    /// Whether the full hour is said without "o'clock" ("seven" in "7:00-7:30").
    pub(crate) bare: bool,
}
