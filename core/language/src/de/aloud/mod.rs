//! The reading of German.

mod context;
mod dates;
mod grammar;
mod numbers;
mod tables;
mod units;

use crate::aloud::tables::{Aloud, Numerals};
use crate::aloud::{
    amount, code, electronic, letters, marks, math, money, short, sign, when as common,
};

/// The reading of German.
pub(super) static ALOUD: Aloud = Aloud {
    rules: &[
        sign::space,
        sign::emoji,
        marks::list,
        electronic::electronic,
        code::network,
        common::date,
        dates::date,
        dates::clock,
        common::time,
        code::telephone,
        code::code,
        money::money,
        dates::ordinal,
        dates::decade,
        amount::duration,
        amount::measure,
        math::scientific,
        code::version,
        amount::fraction,
        amount::number,
        amount::by,
        amount::after_power,
        math::chemistry,
        math::formula,
        marks::greek,
        marks::slashed,
        short::abbreviation,
        letters::compound,
        letters::single,
        math::operator,
        sign::mark,
    ],
    numerals: Numerals { point: ',', groups: &['.', ' ', '\''] },
    grammar: &grammar::German,
    words: &tables::WORDS,
    cues: &tables::CUES,
    pronounce: |_| {},
    shortens: |word| {
        // "am 3. Oktober"
        let number = word.len() <= 4 && word.bytes().all(|b| b.is_ascii_digit());
        number || short::shortens(&ALOUD, word)
    },
    month: tables::month,
    weekday: |word| tables::DAYS.contains(&word),
    half: |_, _| None,
    units: units::UNITS,
    per: units::PER,
    currencies: units::CURRENCIES,
    scales: units::SCALES,
    signs: tables::SIGNS,
    greek: tables::GREEK,
    letters: &tables::LETTERS,
    short: tables::SHORT,
    emoji: tables::EMOJI,
    kinds: &tables::KINDS,
    of_time: tables::OF_TIME,
    codes: tables::CODES,
    named: tables::NAMED,
    sums: tables::SUMS,
    feet: &["fuß"],
    years: tables::YEARS,
    sizes: tables::SIZES,
    versioned: tables::VERSIONED,
    heat: tables::HEAT,
    day_first: true,
};
