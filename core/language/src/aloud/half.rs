//! Fractions where "and a half" comes after what is counted ("two kilos and a half").

use super::class::Amount;
use super::grammar::{Gender, Spoken};
use super::text::Text;

/// The words of a language for such fractions, and what it knows of its nouns.
pub(crate) struct Halves {
    pub(crate) and: &'static str,
    /// Between a fraction and a noun.
    pub(crate) of: &'static str,
    /// A half of a masculine and of a feminine noun.
    pub(crate) half: [&'static str; 2],
    /// A quarter after a whole number, if it has no article there.
    pub(crate) quarter: Option<&'static str>,
    /// Articles before an hour.
    pub(crate) hours: &'static [&'static str],
    /// Whether a piece can be a noun.
    pub(crate) is_noun: fn(&Text, usize) -> bool,
    /// The gender of a noun or of a unit by its sign.
    pub(crate) gender: fn(&str) -> Gender,
    /// The whole number of a piece, before the noun of another piece, if it has this gender.
    pub(crate) whole: fn(&Text, usize, usize, Option<Gender>) -> String,
    /// Any other fraction before a piece.
    pub(crate) part: fn((usize, usize), &Text, usize) -> String,
}

impl Halves {
    fn half(&self, feminine: bool) -> &'static str {
        self.half[usize::from(feminine)]
    }

    /// A fraction after a whole number of nouns of this gender: "and a half".
    pub(crate) fn after(
        &self,
        part: (usize, usize),
        gender: Option<Gender>,
        text: &Text,
    ) -> String {
        let words = match (part, self.quarter) {
            ((1, 2), _) => self.half(gender == Some(Gender::Feminine)).to_owned(),
            ((1, 4), Some(quarter)) => quarter.to_owned(),
            _ => (self.part)(part, text, text.len()),
        };
        format!("{} {words}", self.and)
    }

    /// Says an amount with a fraction, before a noun of this gender if one follows.
    pub(crate) fn say(&self, amount: &Amount, noun: Option<Gender>, spoken: &mut Spoken<'_>) {
        let text = spoken.text;
        let Some(part) = amount.part else { return };
        let span = text.span(amount.from, amount.to);
        let next = text.past_space(amount.to + 1);
        let counts = next > amount.to + 1 && (self.is_noun)(text, next);
        let gender = noun.or(counts.then(|| (self.gender)(text.get(next))));
        if let Some(whole) = amount.whole {
            spoken.say(&(self.whole)(text, whole, next, gender), text.at(whole));
            // After a unit, the fraction comes at the end.
            if noun.is_none() {
                spoken.say(&self.after(part, gender, text), span);
            }
            return;
        }
        let half = match gender {
            Some(gender) => Some(gender == Gender::Feminine),
            None => self.follows(text, amount.from),
        };
        if part == (1, 2)
            && let Some(feminine) = match noun {
                Some(_) => half,
                None => self.follows(text, amount.from).or(half),
            }
        {
            return spoken.say(self.half(feminine), span);
        }
        spoken.say(&(self.part)(part, text, next), span.clone());
        let elided = text.get(next).contains('\'');
        let parts = (self.part)(part, text, next) != (self.part)(part, text, text.len());
        if counts && !elided && !parts && noun.is_none() {
            spoken.say(self.of, span);
        }
    }

    /// "1 kilo and 1/2", "half past 5": whether what comes before the half is feminine.
    fn follows(&self, text: &Text, from: usize) -> Option<bool> {
        let and = text.before(from);
        let counted = text.before(and);
        if !text.is(and, self.and) {
            return None;
        }
        if text.is_number(counted) {
            return Some(text.one_of(text.before(counted), self.hours));
        }
        let noun = text.lower(counted);
        let noun = noun.rsplit('\'').next().unwrap_or_default();
        text.is_word(counted).then(|| (self.gender)(noun) == Gender::Feminine)
    }
}
