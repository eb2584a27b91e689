//! The reading of French.

mod abbreviations;
mod code;
mod context;
mod dates;
mod grammar;
mod numbers;
mod order;
mod tables;
mod units;
mod words;

use crate::aloud::tables::{Aloud, Numerals};
use crate::aloud::{
    amount, code as common_code, electronic, letters, marks, math, money, short, sign,
    when as common,
};

/// The reading of French.
pub(super) static ALOUD: Aloud = Aloud {
    rules: &[
        sign::space,
        sign::emoji,
        marks::list,
        electronic::electronic,
        common_code::network,
        words::elided,
        dates::days,
        dates::digits,
        common::date,
        dates::names,
        dates::date,
        dates::clock,
        common::time,
        code::telephone,
        code::short_telephone,
        common_code::telephone,
        code::postal,
        code::train,
        code::ratio,
        common_code::code,
        order::ordinal,
        order::roman_ordinal,
        money::money,
        units::long,
        amount::duration,
        amount::measure,
        math::scientific,
        common_code::version,
        units::screen,
        amount::fraction,
        context::thousands,
        amount::number,
        amount::by,
        amount::after_power,
        math::chemistry,
        math::formula,
        marks::greek,
        words::per,
        marks::slashed,
        short::abbreviation,
        words::saint,
        words::initials,
        words::inverted,
        order::roman,
        letters::compound,
        letters::single,
        math::operator,
        words::hashtag,
        sign::mark,
    ],
    numerals: Numerals { point: ',', groups: &['.', ' ', '\''] },
    grammar: &grammar::French,
    words: &tables::WORDS,
    cues: &tables::CUES,
    pronounce: |_| {},
    shortens: |word| short::shortens(&ALOUD, word).max(usize::from(dates::shortens(word))),
    month: dates::month,
    weekday: |word| dates::DAYS.contains(&word.to_lowercase().as_str()),
    half: |_, _| None,
    units: units::UNITS,
    per: units::PER,
    currencies: units::CURRENCIES,
    scales: units::SCALES,
    signs: tables::SIGNS,
    greek: tables::GREEK,
    letters: &abbreviations::LETTERS,
    short: abbreviations::SHORT,
    emoji: tables::EMOJI,
    kinds: &tables::KINDS,
    of_time: tables::OF_TIME,
    codes: tables::CODES,
    named: tables::NAMED,
    sums: tables::SUMS,
    feet: &["pieds", "pied"],
    years: tables::YEARS,
    sizes: tables::SIZES,
    versioned: tables::VERSIONED,
    heat: tables::HEAT,
    day_first: true,
};
