//! The reading of French.

mod abbreviations;
mod code;
mod context;
mod cues;
mod dates;
mod grammar;
mod nouns;
mod numbers;
mod order;
mod symbols;
mod tables;
mod units;
mod words;

use crate::aloud::tables::{Aloud, Numerals};
use crate::aloud::{
    amount, angle, code as common_code, compass, electronic, flag, foreign, letters, marks, math,
    money, number, rate, roman as numerals, short, sign, when as common,
};

/// The reading of French.
pub(super) static ALOUD: Aloud = Aloud {
    rules: &[
        sign::space,
        foreign::foreign,
        flag::flag,
        sign::emoji,
        marks::list,
        electronic::electronic,
        common_code::network,
        compass::coordinates,
        words::elided,
        words::preposition,
        dates::days,
        dates::digits,
        common::date,
        dates::names,
        dates::date,
        dates::clock,
        common::lap,
        common::time,
        code::telephone,
        code::short_telephone,
        common_code::telephone,
        code::postal,
        code::train,
        rate::ratio,
        code::article,
        code::offset,
        common_code::account,
        common_code::code,
        order::ordinal,
        order::roman_ordinal,
        order::century,
        units::dollars,
        units::francs,
        units::millions,
        number::resolution,
        money::money,
        units::long,
        rate::grade,
        amount::duration,
        amount::measure,
        math::scientific,
        common_code::version,
        units::screen,
        units::thermostat,
        units::mixed,
        amount::fraction,
        context::thousands,
        number::number,
        units::times,
        rate::times,
        amount::after_scale,
        rate::units,
        number::by,
        number::sides,
        units::alone,
        amount::after_power,
        math::chemistry,
        math::formula,
        marks::greek,
        units::pressure,
        rate::per,
        marks::season,
        marks::slashed,
        short::abbreviation,
        short::elided,
        words::saint,
        words::initials,
        words::inverted,
        order::roman,
        numerals::to,
        compass::direction,
        letters::compound,
        letters::single,
        marks::noon,
        angle::bracket,
        math::operator,
        words::hashtag,
        marks::minutes,
        marks::inches,
        sign::mark,
    ],
    numerals: Numerals { point: ',', groups: &['.', ' ', '\''] },
    grammar: &grammar::French,
    words: &tables::WORDS,
    cues: &cues::CUES,
    pronounce: |_| {},
    shortens: |word| {
        // "l'art. 12"
        let word = word.rsplit(['\'', '’']).next().unwrap_or(word);
        short::shortens(&ALOUD, word).max(usize::from(dates::shortens(word)))
    },
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
    compass: tables::COMPASS,
    emoji: symbols::EMOJI,
    symbols: symbols::SYMBOLS,
    scripts: symbols::SCRIPTS,
    flags: symbols::FLAGS,
    kinds: &cues::KINDS,
    of_time: cues::OF_TIME,
    codes: cues::CODES,
    named: cues::NAMED,
    sums: cues::SUMS,
    feet: &["pieds", "pied"],
    years: cues::YEARS,
    sizes: cues::SIZES,
    versioned: cues::VERSIONED,
    heat: cues::HEAT,
    day_first: true,
};
