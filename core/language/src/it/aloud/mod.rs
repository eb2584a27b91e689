//! The reading of Italian.

mod codes;
mod dates;
mod grammar;
mod nouns;
mod numbers;
mod ordinals;
mod series;
mod short;
mod symbols;
mod tables;
mod units;
mod words;

use crate::aloud::tables::{Aloud, Numerals};
use crate::aloud::{
    amount, angle, chemistry, code, compass, electronic, flag, foreign, letters, marks, math,
    money, network, number, pointed, rate, roman as numerals, short as abbreviation, sign, sums,
    when as common,
};

/// The reading of Italian.
pub(super) static ALOUD: Aloud = Aloud {
    rules: &[
        sign::space,
        foreign::foreign,
        flag::flag,
        sign::emoji,
        ordinals::ordinal_number,
        marks::list,
        abbreviation::inner,
        electronic::electronic,
        network::network,
        compass::coordinates,
        common::date,
        dates::date,
        dates::names,
        dates::month_year,
        codes::shape,
        dates::first,
        dates::clock,
        common::lap,
        common::time,
        codes::telephone,
        codes::emergency,
        code::telephone,
        codes::post_code,
        codes::thousands,
        codes::aged,
        code::account,
        codes::plate,
        codes::province,
        codes::floor,
        code::code,
        money::money,
        words::has,
        number::resolution,
        rate::grade,
        rate::pressure,
        rate::ratio,
        words::metres,
        marks::clocked,
        amount::duration,
        amount::measure,
        pointed::measure,
        math::scientific,
        code::version,
        amount::fraction,
        words::first,
        codes::elided,
        number::number,
        codes::times,
        codes::with,
        codes::by_sound,
        rate::times,
        amount::after_scale,
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
        marks::season,
        codes::stroke,
        marks::spans,
        rate::amounts,
        rate::per,
        marks::slashed,
        codes::saint,
        words::extreme,
        abbreviation::abbreviation,
        abbreviation::elided,
        ordinals::roman,
        numerals::to,
        abbreviation::initial,
        compass::direction,
        letters::compound,
        letters::elided,
        letters::single,
        marks::noon,
        angle::bracket,
        math::operator,
        marks::minutes,
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
    compass: tables::COMPASS,
    emoji: symbols::EMOJI,
    symbols: symbols::SYMBOLS,
    scripts: symbols::SCRIPTS,
    flags: symbols::FLAGS,
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
    // "mar. y jue."
    let name = tables::calendar_name(word).is_some_and(|name| name.len() > word.len());
    // "l'art. 12"
    let word = word.rsplit(['\'', '’']).next().unwrap_or(word);
    (if name { 2 } else { 0 }).max(abbreviation::shortens(&ALOUD, word))
}
