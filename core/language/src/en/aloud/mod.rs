//! The reading of English, as it is spoken in America.

mod abbreviations;
mod homograph_words;
mod homographs;
mod initialisms;
mod numbers;
mod roman;
mod say;
mod signs;
mod street;
mod tables;
mod units;
mod when;
mod words;

use crate::aloud::class::Item;
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;
use crate::aloud::{amount, code, electronic, math, money, sign, when as common};

/// The reading of English.
pub(super) static ALOUD: Aloud = Aloud {
    rules: &[
        sign::space,
        sign::emoji,
        signs::list,
        electronic::electronic,
        code::network,
        common::date,
        when::names,
        when::date,
        common::time,
        code::telephone,
        street::number,
        when::quarter,
        code::code,
        money::money,
        when::ordinal,
        when::decade,
        signs::resolution,
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
        signs::greek,
        signs::slashed,
        street::word,
        words::dotted,
        words::abbreviation,
        roman::roman,
        initialisms::compound,
        initialisms::single,
        math::operator,
        signs::sign,
        sign::mark,
    ],
    say: say::say,
    pronounce: homographs::pronounce,
    shortens: words::shortens,
    month: tables::month,
    weekday: |word| tables::calendar_name(word).is_some_and(|name| name.ends_with("day")),
    half: when::half,
    units: units::UNITS,
    per: units::PER,
    currencies: units::CURRENCIES,
    scales: tables::SCALES,
    signs: tables::SIGNS,
    emoji: tables::EMOJI,
    kinds: &tables::KINDS,
    of_time: tables::OF_TIME,
    codes: tables::CODES,
    named: tables::NAMED,
    sums: tables::SUMS,
    feet: &["ft", "feet", "foot"],
    years: tables::YEARS,
    sizes: tables::SIZES,
    versioned: tables::VERSIONED,
    heat: tables::HEAT,
    day_first: false,
};

/// Whether a code is a chemical formula, whose digits are read as numbers.
fn is_formula(text: &Text, item: &Item) -> bool {
    math::is_formula(text, item.from, item.end)
}
