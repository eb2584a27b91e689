//! The reading of English, as it is spoken in America.

mod abbreviations;
mod cues;
mod dates;
mod grammar;
mod homographs;
mod letters;
mod numbers;
mod roman;
mod series;
mod signs;
mod street;
mod symbols;
mod tables;
mod units;
mod when;
mod words;

use crate::aloud::tables::{Aloud, Numerals};
use crate::aloud::{
    amount, angle, chemistry, code, compass, electronic, flag, foreign, letters as common_letters,
    marks, math, money, network, number, rate, roman as numerals, sign, sums, when as common,
};

/// The reading of English.
pub(super) static ALOUD: Aloud = Aloud {
    rules: &[
        sign::space,
        foreign::foreign,
        flag::flag,
        sign::emoji,
        marks::list,
        electronic::electronic,
        network::network,
        compass::coordinates,
        when::month_year,
        common::date,
        when::names,
        when::date,
        common::lap,
        when::hours,
        common::time,
        signs::emergency,
        signs::book,
        signs::amperes,
        signs::millions,
        signs::flight,
        signs::pack,
        code::telephone,
        street::number,
        when::quarter,
        code::code,
        money::money,
        when::ordinal,
        when::decade,
        signs::resolution,
        rate::grade,
        rate::ratio,
        amount::duration,
        amount::measure,
        math::scientific,
        code::version,
        amount::fraction,
        number::number,
        rate::times,
        rate::units,
        number::by,
        number::sides,
        amount::after_power,
        sums::bounds,
        rate::kelvin,
        chemistry::formula,
        math::formula,
        marks::greek,
        marks::diameter,
        marks::spans,
        rate::amounts,
        rate::per,
        marks::season,
        marks::slashed,
        signs::road,
        street::word,
        words::dotted,
        words::abbreviation,
        roman::roman,
        numerals::to,
        compass::direction,
        common_letters::compound,
        common_letters::single,
        marks::noon,
        angle::bracket,
        math::operator,
        signs::sign,
        sign::mark,
    ],
    numerals: Numerals { point: '.', groups: &[','] },
    grammar: &grammar::English,
    words: &tables::WORDS,
    cues: &cues::CUES,
    pronounce: homographs::pronounce,
    shortens: |word| usize::from(words::shortens(word)),
    month: tables::month,
    weekday: |word| tables::calendar_name(word).is_some_and(|name| name.ends_with("day")),
    half: when::half,
    units: units::UNITS,
    per: units::PER,
    currencies: units::CURRENCIES,
    scales: tables::SCALES,
    signs: tables::SIGNS,
    greek: tables::GREEK,
    letters: &letters::LETTERS,
    // English has a recogniser of its own.
    short: &[],
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
    feet: &["ft", "feet", "foot"],
    years: cues::YEARS,
    sizes: cues::SIZES,
    versioned: cues::VERSIONED,
    heat: cues::HEAT,
    day_first: false,
};
