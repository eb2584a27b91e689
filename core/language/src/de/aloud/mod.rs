//! The reading of German.

mod codes;
mod context;
mod cues;
mod dates;
mod genders;
mod grammar;
mod nouns;
mod numbers;
mod ordinals;
mod short;
mod symbols;
mod tables;
mod times;
mod units;
mod words;

use crate::aloud::tables::{Aloud, Numerals};
use crate::aloud::{
    amount, angle, chemistry, code, compass, electronic, flag, foreign, letters, marks, math,
    money, network, number, rate, roman as numerals, short as abbreviation, sign, sums,
    when as common,
};

/// The reading of German.
pub(super) static ALOUD: Aloud = Aloud {
    rules: &[
        sign::space,
        foreign::foreign,
        flag::flag,
        sign::emoji,
        dates::date,
        ordinals::added,
        ordinals::ordinal,
        marks::list,
        electronic::electronic,
        network::network,
        compass::coordinates,
        dates::names,
        common::date,
        times::length,
        times::clock,
        common::lap,
        common::time,
        codes::telephone,
        code::telephone,
        codes::emergency,
        codes::account,
        codes::plate,
        codes::post_code,
        code::code,
        money::money,
        dates::decade,
        dates::century,
        words::often,
        words::tales,
        words::compound,
        rate::grade,
        rate::pressure,
        rate::ratio,
        marks::clocked,
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
        marks::season,
        dates::month_stroke,
        dates::and,
        words::shared,
        words::stroke,
        words::consumption,
        marks::spans,
        rate::amounts,
        rate::per,
        marks::slashed,
        words::street,
        words::adjective,
        words::numbered,
        words::counted,
        words::alone,
        words::decided,
        abbreviation::abbreviation,
        ordinals::roman,
        numerals::to,
        abbreviation::initial,
        compass::direction,
        letters::compound,
        letters::single,
        marks::noon,
        angle::bracket,
        math::operator,
        marks::minutes,
        marks::inches,
        sign::mark,
    ],
    numerals: Numerals { point: ',', groups: &['.', ' ', '\''] },
    grammar: &grammar::German,
    words: &tables::WORDS,
    cues: &cues::CUES,
    pronounce: |_| {},
    shortens,
    month: tables::month,
    weekday: |word| tables::calendar_name(word).is_some_and(|name| tables::DAYS.contains(&name)),
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
    kinds: &cues::KINDS,
    of_time: cues::OF_TIME,
    codes: cues::CODES,
    named: cues::NAMED,
    sums: cues::SUMS,
    feet: &["fuß"],
    years: cues::YEARS,
    sizes: cues::SIZES,
    versioned: cues::VERSIONED,
    heat: cues::HEAT,
    day_first: true,
};

/// How many words after a full stop show what it means after this word.
fn shortens(word: &str) -> usize {
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    // "am 3. Oktober", "am 24.12. abends"
    let number = word.len() <= 5 && word.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let roman = !word.is_empty() && word.chars().all(|c| "IVXL".contains(c));
    let street = word.ends_with("str") || word == "Str" || word.ends_with("nr");
    let name = tables::calendar_name(word).is_some_and(|name| name.len() > word.len());
    let adjective = words::is_adjective(word);
    usize::from(number || roman || street || name || adjective)
        .max(abbreviation::shortens(&ALOUD, word))
}
