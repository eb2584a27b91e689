//! What the common verbalisers ask a language: its numbers in words, and the words of classes
//! whose order and form differ between languages; and the output that they say it into.

use std::fmt::Debug;
use std::ops::Range;

use super::class::{Amount, Date, Item, Measure, Money, Time};
pub(crate) use super::names::Gender;
use super::names::{Currency, Kinds, Unit, Words};
use super::text::Text;
use crate::token::{Token, TokenKind};

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

    /// A number with a fraction in decimals before a noun of this gender.
    fn decimal_of(&self, whole: &str, part: &str, _gender: Gender) -> String {
        self.decimal(whole, part)
    }

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

    /// A number in the address of a computer.
    fn octet(&self, digits: &str) -> String {
        up_to(self, digits, 2)
    }

    /// An amount with a fraction ("2 1/2"), before a noun of this gender if one follows.
    fn fraction(&self, amount: &Amount, noun: Option<Gender>, spoken: &mut Spoken<'_>);

    /// The name of a currency after an amount; `one` if the amount is one.
    fn currency(&self, money: &Money, one: bool) -> String {
        let currency = money.currency;
        if one { currency.one } else { currency.several }.to_owned()
    }

    /// A name after a number of millions without anything behind ("un millón de euros").
    fn after_millions(&self, name: String) -> String {
        name
    }

    /// Hundredths of a currency by their two digits, after the whole or alone.
    fn cents(&self, currency: &Currency, cents: &str, alone: bool) -> String;

    /// The name of a unit after its amount, with its power and what it is per; `one` if the amount
    /// is one. The words around it may show the case.
    fn unit(&self, measure: &Measure, one: bool, text: &Text) -> String;

    /// "per hour"; "per square meter" and "per second squared" with a power.
    fn per(&self, unit: &Unit, power: u8) -> String;

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

/// The digits as one number if they are at most `most`, otherwise one by one, as also if the first
/// is zero.
pub(crate) fn up_to<G: Grammar + ?Sized>(grammar: &G, digits: &str, most: usize) -> String {
    match digits.len() <= most && !digits.starts_with('0') {
        true => grammar.cardinal(digits),
        false => spelt(grammar, digits),
    }
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

/// Marks at which the voice pauses, the weakest first.
const PAUSES: &str = ",—:;….!?";

/// Words and marks, in the order in which they are spoken.
#[derive(Debug)]
pub(crate) struct Spoken<'t> {
    pub(crate) grammar: &'static dyn Grammar,
    pub(crate) words: &'static Words,
    pub(crate) kinds: &'static Kinds,
    /// Articles after which capitals are spelt.
    pub(crate) articles: &'static [&'static str],
    pub(crate) text: &'t Text,
    pub(crate) out: Vec<Token>,
    /// Whether there was a word already.
    spoken: bool,
}

impl<'t> Spoken<'t> {
    /// Nothing so far, of `text`, in a language with this `grammar` and these words.
    pub(crate) fn new(
        grammar: &'static dyn Grammar,
        words: &'static Words,
        kinds: &'static Kinds,
        articles: &'static [&'static str],
        text: &'t Text,
    ) -> Self {
        Self { grammar, words, kinds, articles, text, out: Vec::new(), spoken: false }
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
