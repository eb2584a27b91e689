//! The reading of Italian.

mod codes;
mod dates;
mod grammar;
mod nouns;
mod numbers;
mod ordinals;
mod series;
mod short;
mod tables;
mod units;

use crate::aloud::tables::{Aloud, Numerals};
use crate::aloud::{
    amount, code, electronic, letters, marks, math, money, pointed, short as abbreviation, sign,
    when as common,
};

/// The reading of Italian.
pub(super) static ALOUD: Aloud = Aloud {
    rules: &[
        sign::space,
        sign::emoji,
        ordinals::ordinal_number,
        marks::list,
        electronic::electronic,
        code::network,
        common::date,
        dates::date,
        dates::names,
        codes::shape,
        dates::first,
        dates::clock,
        common::time,
        codes::telephone,
        code::telephone,
        codes::post_code,
        codes::thousands,
        codes::aged,
        code::account,
        codes::plate,
        code::code,
        money::money,
        codes::resolution,
        amount::duration,
        amount::measure,
        pointed::measure,
        math::scientific,
        code::version,
        amount::fraction,
        codes::elided,
        amount::number,
        codes::times,
        amount::by,
        amount::after_power,
        math::chemistry,
        math::formula,
        marks::greek,
        codes::stroke,
        marks::slashed,
        codes::saint,
        abbreviation::abbreviation,
        ordinals::roman,
        abbreviation::initial,
        letters::compound,
        letters::elided,
        letters::single,
        math::operator,
        marks::inches,
        sign::mark,
    ],
    numerals: Numerals { point: ',', groups: &['.', ' ', '\''] },
    grammar: &grammar::Italian,
    words: &tables::WORDS,
    cues: &tables::CUES,
    pronounce: |_| {},
    shortens,
    month: tables::month,
    weekday: tables::is_weekday,
    half: |_, _| None,
    units: units::UNITS,
    per: units::PER,
    currencies: units::CURRENCIES,
    scales: units::SCALES,
    signs: tables::SIGNS,
    greek: tables::GREEK,
    letters: &tables::LETTERS,
    short: short::SHORT,
    emoji: tables::EMOJI,
    kinds: &tables::KINDS,
    of_time: tables::OF_TIME,
    codes: tables::CODES,
    named: tables::NAMED,
    sums: tables::SUMS,
    feet: &["piedi"],
    years: tables::YEARS,
    sizes: tables::SIZES,
    versioned: tables::VERSIONED,
    heat: tables::HEAT,
    day_first: true,
};

/// How many words after a full stop show what it means after this word.
fn shortens(word: &str) -> usize {
    let month = tables::month(word).is_some_and(|(_, full)| !full);
    usize::from(month).max(abbreviation::shortens(&ALOUD, word))
}
