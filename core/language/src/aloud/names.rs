//! What a language has names for: numbers, units, currencies, and the words around them.

use super::text::Text;

/// The grammatical gender of a noun, with which numbers agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gender {
    Masculine,
    Feminine,
    Neuter,
}

/// Words that the common verbalisers say.
#[derive(Debug)]
pub(crate) struct Words {
    /// In versions and addresses.
    pub(crate) point: &'static str,
    pub(crate) plus: &'static str,
    pub(crate) minus: &'static str,
    /// Between the ends of a range.
    pub(crate) to: &'static str,
    /// Before the last part of a duration.
    pub(crate) and: &'static str,
    /// For a stroke between words.
    pub(crate) or: &'static str,
    /// For the stroke of a grade.
    pub(crate) out_of: &'static str,
    /// For the stroke before the amount that a price or a dose is of ("€2/100 g").
    pub(crate) each: &'static str,
    pub(crate) version: &'static str,
    /// For the "e" of "1.5e10".
    pub(crate) exponent: &'static str,
    pub(crate) squared: &'static str,
    pub(crate) cubed: &'static str,
    pub(crate) power: &'static str,
    pub(crate) stars: &'static str,
    pub(crate) hashtag: &'static str,
    /// The names of signs in addresses.
    pub(crate) address: &'static [(&'static str, &'static str)],
    /// Short parts of addresses that are said as words, in lower case.
    pub(crate) address_words: &'static [&'static str],
}

impl Words {
    pub(crate) fn address_sign(&self, sign: &str) -> &'static str {
        self.address.iter().find(|(known, _)| *known == sign).map_or("", |(_, words)| words)
    }
}

/// "million" and the like after an amount.
#[derive(Debug, PartialEq)]
pub(crate) struct Scale {
    pub(crate) sign: &'static str,
    pub(crate) one: &'static str,
    pub(crate) several: &'static str,
    pub(crate) gender: Gender,
}

/// A unit of measure, by its sign after a number, which is case-sensitive.
#[derive(Debug, PartialEq)]
pub(crate) struct Unit {
    pub(crate) sign: &'static str,
    /// Its name after one, and after several.
    pub(crate) one: &'static str,
    pub(crate) several: &'static str,
    pub(crate) gender: Gender,
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
    pub(crate) gender: Gender,
}

/// A currency with the names of one, of several, and of its hundredths.
pub(crate) const fn money(
    sign: &'static str,
    gender: Gender,
    [one, several, cent, cents]: [&'static str; 4],
) -> Currency {
    Currency { sign, one, several, cent, cents, gender }
}

impl Unit {
    /// Whether it is a length, which has squares and cubes.
    pub(crate) fn is_length(&self) -> bool {
        matches!(self.sign, "m" | "km" | "cm" | "dm" | "mm" | "ft" | "in" | "mi" | "yd")
    }
}

/// A unit whose sign counts as one only then.
pub(crate) const fn when(when: When, unit: Unit) -> Unit {
    Unit { when, ..unit }
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

impl Kinds {
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
        let article = text.one_of(before, self.articles);
        self.things.contains(&after) || dash || article && !self.no_things.contains(&after)
    }
}
