//! The tables and rules of a language's reading, as used by the recognisers and verbalisers that
//! are common to all languages.

use super::class::Item;
use super::grammar::Grammar;
pub(crate) use super::names::{Currency, Kinds, Scale, Unit, When, Words};
pub(crate) use super::numerals::Numerals;
use super::text::Text;
use crate::token::Token;

/// A recogniser: returns the item that begins at a piece, if it knows its class.
pub(crate) type Rule = fn(&Aloud, &Text, usize) -> Option<Item>;

/// How one language is read aloud.
#[derive(Debug)]
pub(crate) struct Aloud {
    /// Recognisers; the first that finds an item wins. The last accepts anything.
    pub(crate) rules: &'static [Rule],
    /// How numbers are written.
    pub(crate) numerals: Numerals,
    pub(crate) grammar: &'static dyn Grammar,
    /// Words that the common verbalisers say.
    pub(crate) words: &'static Words,
    /// Words by which the common recognisers decide.
    pub(crate) cues: &'static Cues,
    /// Chooses the pronunciation of homographs.
    pub(crate) pronounce: fn(&mut [Token]),
    /// How many of the words after a full stop must be seen to know whether it marks an
    /// abbreviation or an ordinal number, by the word or number before it; none if it ends a
    /// sentence in any case.
    pub(crate) shortens: fn(&str) -> usize,
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
    pub(crate) scales: &'static [Scale],
    /// Operators and other signs, and how they are read.
    pub(crate) signs: &'static [(&'static str, &'static str)],
    /// Greek letters, small.
    pub(crate) greek: &'static [(&'static str, &'static str)],
    /// Words in capitals, and single letters.
    pub(crate) letters: &'static Letters,
    /// Abbreviations for the recogniser that is common to all languages.
    pub(crate) short: &'static [Short],
    /// Points of the compass by their letters ("NW").
    pub(crate) compass: &'static [(&'static str, &'static str)],
    /// Emoji that stand for a word.
    pub(crate) emoji: &'static [Emoji],
    /// Signs that are not operators, and their names.
    pub(crate) symbols: &'static [(&'static str, &'static str)],
    /// What is said for text in a script that the voice cannot say, in the order of
    /// [`Script`](super::script::Script).
    pub(crate) scripts: &'static [&'static str; 10],
    /// What flags stand for, by the two letters of the country.
    pub(crate) flags: &'static [(&'static str, &'static str)],
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

/// Words by which the common recognisers decide, in lower case.
#[derive(Debug)]
pub(crate) struct Cues {
    /// Before a month and a day in digits ("on 3/4"), and after them.
    pub(crate) before_date: &'static [&'static str],
    pub(crate) after_date: &'static [&'static str],
    /// Before a time of day; `at` can come before nothing else with a colon.
    pub(crate) before_time: &'static [&'static str],
    pub(crate) at: &'static [&'static str],
    /// After a ratio.
    pub(crate) ratio: &'static [&'static str],
    /// After a time, in the same sentence although they have capitals.
    pub(crate) after_time: &'static [&'static str],
    /// After and before a duration that looks like a time.
    pub(crate) lasting: &'static [&'static str],
    pub(crate) timers: &'static [&'static str],
    /// Before a telephone number.
    pub(crate) calls: &'static [&'static str],
    /// Between a word such as "number" and the number.
    pub(crate) linking: &'static [&'static str],
    pub(crate) telephones: &'static [&'static str],
    pub(crate) texting: &'static [&'static str],
    /// Between a word such as "code" and the code.
    pub(crate) linking_code: &'static [&'static str],
    /// The beginning of words before a code that may have one digit.
    pub(crate) extension: &'static str,
    /// Before the number of a flight.
    pub(crate) flights: &'static [&'static str],
    /// Between "million" and what is counted.
    pub(crate) of: &'static [&'static str],
    /// Before the two numbers of a blood pressure.
    pub(crate) pressure: &'static [&'static str],
    /// What is counted by a number, and its plural before a range of numbers ("p. 45-48").
    pub(crate) ranged: &'static [(&'static str, &'static str)],
    /// Words for noon and midnight.
    pub(crate) noons: &'static [&'static str],
    /// Near a point of the compass.
    pub(crate) winds: &'static [&'static str],
    /// Before or after a grade ("9/10").
    pub(crate) grades: &'static [&'static str],
    /// Before one of several parts ("step 2/5").
    pub(crate) steps: &'static [&'static str],
    /// Before "/" and a span of time ("three times/week").
    pub(crate) times: &'static [&'static str],
    /// Whether two equal numbers are the ends of a result, which has a word between them ("2-2").
    pub(crate) draws: bool,
    /// Whether nouns are written with capitals, so that a capital does not show where a sentence
    /// begins.
    pub(crate) capital_nouns: bool,
    /// Words that begin sentences and are no names.
    pub(crate) starters: &'static [&'static str],
    /// Words of one letter: a pronoun, an article.
    pub(crate) pronoun: &'static str,
    pub(crate) article: &'static str,
}

/// How words in capitals are said.
#[derive(Debug)]
pub(crate) struct Letters {
    /// Spelt, although their letters make a word.
    pub(crate) spelt: &'static [&'static str],
    /// Of those, words that are not spelt in a sentence that is all in capitals.
    pub(crate) loud: &'static [&'static str],
    /// Said as words.
    pub(crate) acronyms: &'static [&'static str],
    /// Spelt after a definite article.
    pub(crate) after_article: &'static [&'static str],
    pub(crate) articles: &'static [&'static str],
    /// Spelt, although not all letters are capitals.
    pub(crate) mixed: &'static [&'static str],
    /// Common words of two and three letters, in lower case: in capitals they are emphasis.
    pub(crate) short: &'static [&'static str],
    /// Words of one letter, in both cases.
    pub(crate) words: &'static [&'static str],
}

/// An abbreviation.
#[derive(Debug)]
pub(crate) struct Short {
    /// As it is written, with its full stops. A space in it may be missing in a text, and its
    /// first letter may be a capital.
    pub(crate) written: &'static str,
    pub(crate) words: &'static str,
    pub(crate) place: Place,
}

/// Where an abbreviation stands, which decides whether it is one and what its full stop means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Anywhere in a sentence; its full stop ends the sentence only at the end of a line.
    Inside,
    /// Anywhere; before a capital, its full stop also ends the sentence.
    Last,
    /// Only before a number.
    BeforeNumber,
    /// Only after a number.
    AfterNumber,
    /// Only before a word with a capital.
    BeforeName,
}

/// An emoji that stands for a word.
#[derive(Debug)]
pub(crate) struct Emoji {
    pub(crate) sign: char,
    /// Alone.
    pub(crate) alone: &'static str,
    /// Between words.
    pub(crate) between: &'static str,
    /// Only after one of these words, in lower case, is it said between words; if there are none,
    /// after any.
    pub(crate) after: &'static [&'static str],
    /// After a colon, as an answer.
    pub(crate) answer: &'static str,
    /// If it is counted: the words for one, and for several.
    pub(crate) counted: Option<[&'static str; 2]>,
}

/// An emoji that is not counted.
pub(crate) const fn emoji(
    sign: char,
    alone: &'static str,
    between: &'static str,
    answer: &'static str,
) -> Emoji {
    Emoji { sign, alone, between, after: &[], answer, counted: None }
}

/// An abbreviation, its words, and where it stands.
pub(crate) const fn short(written: &'static str, words: &'static str, place: Place) -> Short {
    Short { written, words, place }
}

impl Aloud {
    pub(crate) fn unit(&self, sign: &str) -> Option<&'static Unit> {
        self.units.iter().find(|unit| unit.sign == sign)
    }

    pub(crate) fn currency(&self, sign: &str) -> Option<&'static Currency> {
        self.currencies.iter().find(|currency| currency.sign == sign)
    }

    pub(crate) fn scale(&self, word: &str) -> Option<&'static Scale> {
        self.scales.iter().find(|scale| scale.sign == word)
    }

    pub(crate) fn sign(&self, sign: &str) -> Option<&'static str> {
        let all = self.signs.iter().chain(self.symbols);
        all.into_iter().find(|(known, _)| *known == sign).map(|(_, word)| *word)
    }

    /// Whether piece `i` is a word that begins a sentence and is no name.
    pub(crate) fn starts(&self, text: &Text, i: usize) -> bool {
        text.is_capital(i) && text.one_of(i, self.cues.starters)
    }
}
