//! Units of measure and currencies, with the genders of their names.

use super::{context, cues, numbers};
use crate::aloud::amount::amount;
use crate::aloud::class::{Class, Item, Measure, Money, Style};
use crate::aloud::grammar::Gender::{Feminine, Masculine};
use crate::aloud::item;
use crate::aloud::lex::Kind;
use crate::aloud::names::when;
use crate::aloud::short::end_of;
use crate::aloud::tables::{Aloud, Unit, When};
use crate::aloud::text::Text;

const fn un(sign: &'static str, one: &'static str, several: &'static str) -> Unit {
    Unit { sign, one, several, gender: Masculine, when: When::Any }
}

const fn une(sign: &'static str, one: &'static str, several: &'static str) -> Unit {
    Unit { gender: Feminine, ..un(sign, one, several) }
}

pub(super) const UNITS: &[Unit] = &[
    un("%", "pour cent", "pour cent"),
    un("‰", "pour mille", "pour mille"),
    un("°", "degré", "degrés"),
    un("°C", "degré Celsius", "degrés Celsius"),
    un("℃", "degré Celsius", "degrés Celsius"),
    un("°F", "degré Fahrenheit", "degrés Fahrenheit"),
    un("℉", "degré Fahrenheit", "degrés Fahrenheit"),
    when(When::NoName, un("K", "kelvin", "kelvins")),
    un("km", "kilomètre", "kilomètres"),
    un("m", "mètre", "mètres"),
    un("dm", "décimètre", "décimètres"),
    un("cm", "centimètre", "centimètres"),
    un("mm", "millimètre", "millimètres"),
    un("µm", "micromètre", "micromètres"),
    un("nm", "nanomètre", "nanomètres"),
    un("kg", "kilogramme", "kilogrammes"),
    un("g", "gramme", "grammes"),
    un("gr", "gramme", "grammes"),
    un("mg", "milligramme", "milligrammes"),
    un("µg", "microgramme", "microgrammes"),
    when(When::NoName, une("t", "tonne", "tonnes")),
    when(When::NoName, un("l", "litre", "litres")),
    when(When::NoName, un("L", "litre", "litres")),
    un("dl", "décilitre", "décilitres"),
    un("cl", "centilitre", "centilitres"),
    un("cL", "centilitre", "centilitres"),
    un("ml", "millilitre", "millilitres"),
    un("mL", "millilitre", "millilitres"),
    un("hl", "hectolitre", "hectolitres"),
    un("ha", "hectare", "hectares"),
    when(When::Time, une("s", "seconde", "secondes")),
    when(When::Time, une("sec", "seconde", "secondes")),
    when(When::Time, une("min", "minute", "minutes")),
    when(When::Time, une("mn", "minute", "minutes")),
    when(When::Time, une("h", "heure", "heures")),
    when(When::Time, un("j", "jour", "jours")),
    when(When::Time, une("sem", "semaine", "semaines")),
    une("ms", "milliseconde", "millisecondes"),
    un("Hz", "hertz", "hertz"),
    un("kHz", "kilohertz", "kilohertz"),
    un("MHz", "mégahertz", "mégahertz"),
    un("GHz", "gigahertz", "gigahertz"),
    un("o", "octet", "octets"),
    un("ko", "kilooctet", "kilooctets"),
    un("Ko", "kilooctet", "kilooctets"),
    un("Mo", "mégaoctet", "mégaoctets"),
    un("Go", "gigaoctet", "gigaoctets"),
    un("To", "téraoctet", "téraoctets"),
    un("MB", "mégaoctet", "mégaoctets"),
    un("GB", "gigaoctet", "gigaoctets"),
    un("Mbit", "mégabit", "mégabits"),
    un("Mb", "mégabit", "mégabits"),
    un("Gbit", "gigabit", "gigabits"),
    un("Gb", "gigabit", "gigabits"),
    when(When::NoName, un("W", "watt", "watts")),
    un("kW", "kilowatt", "kilowatts"),
    un("MW", "mégawatt", "mégawatts"),
    un("GW", "gigawatt", "gigawatts"),
    un("Wh", "wattheure", "wattheures"),
    un("kWh", "kilowattheure", "kilowattheures"),
    un("MWh", "mégawattheure", "mégawattheures"),
    un("TWh", "térawattheure", "térawattheures"),
    when(When::NoName, un("V", "volt", "volts")),
    when(When::Joined, un("A", "ampère", "ampères")),
    un("mA", "milliampère", "milliampères"),
    un("mAh", "milliampère heure", "milliampères heures"),
    une("UI", "unité internationale", "unités internationales"),
    when(When::NoName, un("N", "newton", "newtons")),
    when(When::NoName, un("J", "joule", "joules")),
    une("kcal", "kilocalorie", "kilocalories"),
    une("cal", "calorie", "calories"),
    un("kJ", "kilojoule", "kilojoules"),
    un("Pa", "pascal", "pascals"),
    un("hPa", "hectopascal", "hectopascals"),
    un("bar", "bar", "bars"),
    un("cp", "comprimé", "comprimés"),
    un("N·m", "newton mètre", "newtons mètres"),
    un("Nm", "newton mètre", "newtons mètres"),
    un("ppm", "partie par million", "parties par million"),
    un("MP", "mégapixel", "mégapixels"),
    un("dB", "décibel", "décibels"),
    un("Ω", "ohm", "ohms"),
    un("kΩ", "kiloohm", "kiloohms"),
    un("MΩ", "mégaohm", "mégaohms"),
    un("µF", "microfarad", "microfarads"),
    un("nF", "nanofarad", "nanofarads"),
    un("pF", "picofarad", "picofarads"),
    un("µA", "microampère", "microampères"),
    un("mV", "millivolt", "millivolts"),
    un("kV", "kilovolt", "kilovolts"),
    un("mW", "milliwatt", "milliwatts"),
    un("kPa", "kilopascal", "kilopascals"),
    un("MPa", "mégapascal", "mégapascals"),
    un("MJ", "mégajoule", "mégajoules"),
    un("lm", "lumen", "lumens"),
    un("lx", "lux", "lux"),
    un("mSv", "millisievert", "millisieverts"),
    un("kN", "kilonewton", "kilonewtons"),
    un("px", "pixel", "pixels"),
    un("Mpx", "mégapixel", "mégapixels"),
    un("ch", "cheval", "chevaux"),
    un("tr", "tour", "tours"),
    un("kt", "nœud", "nœuds"),
];

/// After a slash, by their names.
pub(super) const PER: &[Unit] = &[
    un("mois", "mois", "mois"),
    un("an", "an", "ans"),
    un("jour", "jour", "jours"),
    un("j", "jour", "jours"),
    une("semaine", "semaine", "semaines"),
    une("heure", "heure", "heures"),
    une("minute", "minute", "minutes"),
    une("seconde", "seconde", "secondes"),
    une("personne", "personne", "personnes"),
    une("pers", "personne", "personnes"),
    une("sem", "semaine", "semaines"),
    un("habitant", "habitant", "habitants"),
    un("véhicule", "véhicule", "véhicules"),
    une("page", "page", "pages"),
    une("unité", "unité", "unités"),
    une("part", "part", "parts"),
    une("nuit", "nuit", "nuits"),
    une("pièce", "pièce", "pièces"),
    une("année", "année", "années"),
    un("litre", "litre", "litres"),
    un("kilo", "kilo", "kilos"),
    un("utilisateur", "utilisateur", "utilisateurs"),
];

/// Units that consist of several words and signs. A raised digit is written as an ordinary one.
const LONG: &[Unit] = &[
    une("c. à s.", SPOON, SPOONS),
    une("c. à soupe", SPOON, SPOONS),
    une("cuil. à soupe", SPOON, SPOONS),
    une("càs", SPOON, SPOONS),
    une("c. à c.", TEASPOON, TEASPOONS),
    une("c. à café", TEASPOON, TEASPOONS),
    une("cuil. à café", TEASPOON, TEASPOONS),
    une("càc", TEASPOON, TEASPOONS),
    un("hab./km2", "habitant par kilomètre carré", "habitants par kilomètre carré"),
    un("L/100 km", "litre aux cent kilomètres", "litres aux cent kilomètres"),
    un("l/100 km", "litre aux cent kilomètres", "litres aux cent kilomètres"),
];

const SPOON: &str = "cuillère à soupe";
const SPOONS: &str = "cuillères à soupe";
const TEASPOON: &str = "cuillère à café";
const TEASPOONS: &str = "cuillères à café";

/// 2 c. à s., 5 L/100 km
pub(super) fn long(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if text.is_word(i.wrapping_sub(1)) {
        return None;
    }
    let (amount, end) = amount(text, i)?;
    let from = text.past_space(end);
    let fits = |unit: &'static Unit| Some((unit, end_of(text, from, unit.sign)?));
    let (unit, end) = LONG.iter().filter_map(fits).max_by_key(|(_, end)| *end)?;
    let to = end - 1;
    let measure =
        Measure { amount, unit, from, to, power: 0, per: None, per_power: 0, kind: false };
    let mut found = item(Class::Measure(measure), i, end);
    found.ends = unit.sign.ends_with('.') && text.ends_line(end);
    Some(found)
}

/// 1 ½ tasse: the noun comes before the fraction.
pub(super) fn mixed(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let (amount, end) = amount(text, i)?;
    let (whole, (over, under)) = (amount.whole?, amount.part?);
    let noun = text.past_space(end);
    let fits = text.is_word(noun)
        && noun > end
        && text.get(noun).chars().count() > 2
        && !text.is_capital(noun)
        && !text.one_of(noun, &["des", "fois", "par", "pour", "sur"])
        && !text.get(noun).contains('\'');
    if !fits {
        return None;
    }
    let gender = context::gender(text, noun).unwrap_or(Masculine);
    let number = numbers::agreeing(&text.digits(whole), gender);
    let words =
        format!("{number} {} {}", text.get(noun), numbers::after_whole(over, under, gender));
    Some(item(Class::Coined(words), i, noun + 1))
}

/// "le prix du m²", "en °C", "10⁸ m/s": a unit without a number.
pub(super) fn alone(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let length = |at: usize| matches!(text.get(at), "cm" | "dm" | "km" | "m" | "mm");
    let power = |at: usize| match (text.kind(at), text.get(at)) {
        (Some(Kind::Raised), "2") => Some("carré"),
        (Some(Kind::Raised), "3") => Some("cube"),
        _ => None,
    };
    let (before, next) = (text.before(i), i + 1);
    if text.is(i, "°") && !text.is_number(before) {
        let unit = aloud.unit(&format!("°{}", text.get(next)))?;
        return Some(item(Class::Abbreviation(unit.several), i, i + 2));
    }
    let unit = aloud.unit(text.get(i))?;
    if text.kind(before) == Some(Kind::Raised) && text.is(next, "/") {
        let per = aloud.unit(text.get(i + 2))?;
        let words = format!("{} par {}", unit.several, per.one);
        return Some(item(Class::Coined(words), i, i + 3));
    }
    let said = text.is_word(before) && !text.is_letter(before) || text.is(before, "/");
    let known = matches!(text.get(i), "cm" | "kg" | "km" | "kWh" | "mm");
    let many = text.kind(before) == Some(Kind::Raised)
        || text.is(before, "de") && text.one_of(text.before(before), cues::MANY);
    let (name, plural) = if many { (unit.several, "s") } else { (unit.one, "") };
    match power(next).filter(|_| length(i)) {
        Some(power) if said => {
            Some(item(Class::Coined(format!("{name} {power}{plural}")), i, i + 2))
        }
        None if known && !text.is(next, "/") => Some(item(Class::Abbreviation(name), i, next)),
        _ => None,
    }
}

/// "à la 63e min.": the minute of a match.
pub(super) fn minute(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let ending = text.before(i);
    let ordinal = text.one_of(ending, &["e", "re", "ème", "ère"]);
    let fits = text.is(i, "min") && ordinal && text.is_number(ending.wrapping_sub(1));
    let stop = usize::from(text.is(i + 1, "."));
    let mut found = item(Class::Abbreviation("minute"), i, i + 1 + stop);
    found.ends = stop == 1 && text.ends_sentence(i + 2);
    fits.then_some(found)
}

/// 1 200 $ US, 5 $ CA
pub(super) fn dollars(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let (amount, end) = amount(text, i)?;
    let sign = text.past_space(end);
    let country = text.past_space(sign + 1);
    let currency = match text.get(country) {
        "US" | "USD" => aloud.currency("US$")?,
        "CA" | "CAN" | "CAD" => aloud.currency("C$")?,
        _ => return None,
    };
    let fits = text.is(sign, "$") && !text.is_word(i.wrapping_sub(1));
    let money = Money {
        currency,
        sign,
        minus: false,
        amount,
        cents: None,
        per: None,
        per_power: 0,
        kind: false,
    };
    fits.then(|| item(Class::Money(money), i, country + 1))
}

/// 5 000 F: francs, after a round amount.
pub(super) fn francs(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let (digits, sign) = (text.digits(i), text.past_space(i + 1));
    let fits = text.is_number(i)
        && digits.len() >= 2
        && !digits.contains('.')
        && text.is(sign, "F")
        && sign > i + 1
        && !text.is_word(sign + 1)
        && !text.is_capital(text.past_space(sign + 1));
    let words = || format!("{} francs", numbers::agreeing(&digits, Masculine));
    fits.then(|| item(Class::Coined(words()), i, sign + 1))
}

/// "68 M d'habitants": millions of a noun that begins with a vowel.
pub(super) fn millions(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let (mut amount, end) = amount(text, i)?;
    let sign = text.past_space(end);
    let fits = matches!(text.get(sign), "M" | "Md" | "Mds") && text.is(sign + 1, " ");
    let of = text.lower(sign + 2).starts_with("d'");
    amount.scale = Some((aloud.scale(text.get(sign))?, sign));
    (fits && of && amount.part.is_none()).then(|| item(Class::Fraction(amount), i, sign + 1))
}

/// "2 x 500 ml": the sign, where a quantity is counted and not a size.
pub(super) fn times(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let next = text.past_space(i + 1);
    let unit = text.past_space(next + 1);
    let counted = text.one_of(unit, &["cl", "g", "h", "kg", "l", "mg", "min", "ml"])
        || aloud.currency(text.get(unit)).is_some();
    let number = i.wrapping_sub(1);
    // A car.
    if text.is(i, "x") && text.is(number, "4") && text.is(i + 1, "4") {
        return Some(item(Class::Silent, i, i + 1));
    }
    // A relay.
    if matches!(text.get(i), "x" | "×")
        && text.is(text.before(i), "4")
        && matches!(text.get(next), "100" | "200" | "400")
    {
        return Some(item(Class::Abbreviation("fois"), i, i + 1));
    }
    // "2 x par jour"
    if matches!(text.get(i), "x" | "×")
        && text.is_number(text.before(i))
        && text.one_of(next, &["par"])
    {
        return Some(item(Class::Abbreviation("fois"), i, i + 1));
    }
    let fits = matches!(text.get(i), "x" | "×")
        && text.is_number(text.before(i))
        && text.is_number(next)
        && counted;
    aloud.sign("×").filter(|_| fits).map(|words| item(Class::Mathematics(words), i, i + 1))
}

/// "th. 5/6": the number before the stroke, which is no fraction.
pub(super) fn thermostat(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let fits = text.is_number(i) && text.is(i + 1, "/") && is_thermostat(text, i);
    fits.then(|| item(Class::Number(i, Style::Amount), i, i + 1))
}

fn is_thermostat(text: &Text, i: usize) -> bool {
    let word = text.before(i);
    let word = if text.is(word, ".") { word.wrapping_sub(1) } else { word };
    text.one_of(word, &["th", "thermostat"])
}

/// Blood pressure ("tension : 12/8") and "th. 5/6": the stroke.
pub(super) fn pressure(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let number = i.wrapping_sub(1);
    let mut word = text.before(number);
    if text.is(word, ":") || text.is(word, "de") {
        word = text.before(word);
    }
    let fits = text.is(i, "/") && text.is_number(number) && text.is_number(i + 1);
    (fits && (text.one_of(word, &["tension", "ta"]) || is_thermostat(text, number)))
        .then(|| item(Class::Silent, i, i + 1))
}

/// A screen of 16/9 or 4/3.
pub(super) fn screen(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let words = match (text.get(i), text.get(i + 2)) {
        ("16", "9") => "seize neuvièmes",
        ("4", "3") => "quatre tiers",
        _ => return None,
    };
    let fits = matches!(text.get(i + 1), "/" | ":") && !text.is(i + 3, "/") && text.starts_fresh(i);
    fits.then(|| item(Class::Abbreviation(words), i, i + 3))
}
