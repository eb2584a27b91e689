//! What the common verbalisers ask a language: its numbers in words, and the words of classes
//! whose order and form differ between languages.

use std::fmt::Debug;

use super::class::{Amount, Date, Item, Measure, Money, Time};
use super::spoken::Spoken;
use super::tables::{Currency, Unit};
use super::text::Text;

/// The grammatical gender of a noun, with which numbers agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gender {
    Masculine,
    Feminine,
    Neuter,
}

/// The grammar of one language. Texts that it returns are words separated by spaces; a word with
/// full stops in it is spelt ("U.S.").
pub(crate) trait Grammar: Debug + Sync {
    /// A whole number as in counting, given by its digits.
    fn cardinal(&self, digits: &str) -> String;

    /// A whole number before a noun of this gender. The number is piece `i`, and the words around
    /// it may show the case.
    fn agreeing(&self, digits: &str, _gender: Gender, _text: &Text, _i: usize) -> String {
        self.cardinal(digits)
    }

    /// A whole number without separators of groups ("1500"), which some languages read in
    /// hundreds.
    fn ungrouped(&self, digits: &str) -> String {
        self.cardinal(digits)
    }

    /// Whether what this number counts is in the singular. It is written as a piece holds it.
    fn is_one(&self, written: &str) -> bool {
        written == "1"
    }

    /// A number with a fraction in decimals.
    fn decimal(&self, whole: &str, part: &str) -> String;

    /// A plain number, piece `i`, which may agree with the word after it.
    fn plain(&self, text: &Text, i: usize) -> String {
        digits(self, text.get(i))
    }

    /// A year.
    fn year(&self, n: usize) -> String;

    /// The number of a house, a road or a model.
    fn pairs(&self, digits: &str) -> String {
        self.cardinal(digits)
    }

    /// A group of digits in a telephone number. `first` is true for the first two groups.
    fn group(&self, digits: &str, _first: bool) -> String {
        spelt(self, digits)
    }

    /// An amount with a fraction ("2 1/2"), before a noun of this gender if one follows.
    fn fraction(&self, amount: &Amount, noun: Option<Gender>, spoken: &mut Spoken<'_>);

    /// The name of a currency after an amount; `one` if the amount is one.
    fn currency(&self, money: &Money, one: bool) -> String {
        let currency = money.currency;
        if one { currency.one } else { currency.several }.to_owned()
    }

    /// Hundredths of a currency by their two digits, after the whole or alone.
    fn cents(&self, currency: &Currency, cents: &str, alone: bool) -> String;

    /// The name of a unit after its amount, with its power and what it is per; `one` if the amount
    /// is one. The words around it may show the case.
    fn unit(&self, measure: &Measure, one: bool, text: &Text) -> String;

    /// "per hour"
    fn per(&self, unit: &Unit) -> String;

    /// An ordinal number, piece `i` of the item.
    fn ordinal(&self, item: &Item, i: usize, spoken: &mut Spoken<'_>);

    /// A Roman numeral of this value; `order` if it is an ordinal number, and `article` if an
    /// article must come before it.
    fn roman(&self, item: &Item, n: usize, order: bool, article: bool, spoken: &mut Spoken<'_>);

    /// `1990s`: the number is piece `i`; `own` if something belongs to it.
    fn decade(&self, item: &Item, i: usize, own: bool, spoken: &mut Spoken<'_>);

    fn date(&self, date: &Date, spoken: &mut Spoken<'_>);

    /// The words before a range and between its ends, if the language says more there than
    /// "to".
    fn range(&self, _first: &Item, _second: &Item, _text: &Text) -> Option<[&'static str; 2]> {
        None
    }

    /// A time of day; with `bare`, the full hour without "o'clock".
    fn time(&self, time: &Time, bare: bool, spoken: &mut Spoken<'_>);
}

/// The digits one by one.
pub(crate) fn spelt<G: Grammar + ?Sized>(grammar: &G, digits: &str) -> String {
    let digit = |c: char| grammar.cardinal(c.encode_utf8(&mut [0; 4]));
    digits.chars().filter(char::is_ascii_digit).map(digit).collect::<Vec<_>>().join(" ")
}

/// A number as a piece holds it: "1,234.5".
pub(crate) fn digits<G: Grammar + ?Sized>(grammar: &G, written: &str) -> String {
    let (whole, part) = written.split_once('.').unwrap_or((written, ""));
    let grouped = whole.contains(',');
    let whole = whole.replace(',', "");
    let code = part.is_empty() && whole.len() > 1 && whole.starts_with('0')
        || !grouped && whole.len() > 15;
    match () {
        () if !part.is_empty() => grammar.decimal(&whole, part),
        () if code => spelt(grammar, &whole),
        () if grouped => grammar.cardinal(&whole),
        () => grammar.ungrouped(&whole),
    }
}
