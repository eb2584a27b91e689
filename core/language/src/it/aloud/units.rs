//! Units of measure and currencies, with the genders of their names.

use crate::aloud::grammar::Gender::{self, Feminine, Masculine, Neuter};
use crate::aloud::names::{money, when};
use crate::aloud::tables::{Currency, Scale, Unit, When};

const fn il(sign: &'static str, one: &'static str, several: &'static str) -> Unit {
    Unit { sign, one, several, gender: Masculine, when: When::Any }
}

const fn la(sign: &'static str, one: &'static str, several: &'static str) -> Unit {
    Unit { sign, one, several, gender: Feminine, when: When::Any }
}

/// A name that does not change.
const fn same(sign: &'static str, name: &'static str) -> Unit {
    Unit { sign, one: name, several: name, gender: Masculine, when: When::Any }
}

/// A sign with which a number does not agree.
const fn per(sign: &'static str, name: &'static str) -> Unit {
    Unit { gender: Neuter, ..same(sign, name) }
}

pub(super) const UNITS: &[Unit] = &[
    per("%", "per cento"),
    per("‰", "per mille"),
    la("ppm", "parte per milione", "parti per milione"),
    il("°", "grado", "gradi"),
    il("º", "grado", "gradi"),
    il("°C", "grado Celsius", "gradi Celsius"),
    il("ºC", "grado Celsius", "gradi Celsius"),
    il("℃", "grado Celsius", "gradi Celsius"),
    il("°F", "grado Fahrenheit", "gradi Fahrenheit"),
    il("℉", "grado Fahrenheit", "gradi Fahrenheit"),
    when(When::NoName, same("K", "kelvin")),
    il("km", "chilometro", "chilometri"),
    il("Km", "chilometro", "chilometri"),
    il("m", "metro", "metri"),
    il("mt", "metro", "metri"),
    il("cm", "centimetro", "centimetri"),
    il("mm", "millimetro", "millimetri"),
    il("dm", "decimetro", "decimetri"),
    il("nm", "nanometro", "nanometri"),
    il("µm", "micrometro", "micrometri"),
    il("mq", "metro quadrato", "metri quadrati"),
    il("kmq", "chilometro quadrato", "chilometri quadrati"),
    il("mc", "metro cubo", "metri cubi"),
    il("kg", "chilo", "chili"),
    il("Kg", "chilo", "chili"),
    il("hg", "etto", "etti"),
    il("g", "grammo", "grammi"),
    il("gr", "grammo", "grammi"),
    il("mg", "milligrammo", "milligrammi"),
    il("µg", "microgrammo", "microgrammi"),
    il("q", "quintale", "quintali"),
    when(When::NoName, la("t", "tonnellata", "tonnellate")),
    when(When::NoName, il("l", "litro", "litri")),
    when(When::NoName, il("L", "litro", "litri")),
    il("lt", "litro", "litri"),
    il("ml", "millilitro", "millilitri"),
    il("mL", "millilitro", "millilitri"),
    il("cl", "centilitro", "centilitri"),
    il("dl", "decilitro", "decilitri"),
    il("hl", "ettolitro", "ettolitri"),
    il("ha", "ettaro", "ettari"),
    la("lb", "libbra", "libbre"),
    la("oz", "oncia", "once"),
    il("mi", "miglio", "miglia"),
    when(When::Time, il("s", "secondo", "secondi")),
    when(When::Time, il("sec", "secondo", "secondi")),
    when(When::Time, il("min", "minuto", "minuti")),
    when(When::Time, la("h", "ora", "ore")),
    il("ms", "millisecondo", "millisecondi"),
    same("Hz", "hertz"),
    same("kHz", "chilohertz"),
    same("MHz", "megahertz"),
    same("GHz", "gigahertz"),
    same("kB", "kilobyte"),
    same("KB", "kilobyte"),
    same("MB", "megabyte"),
    same("GB", "gigabyte"),
    same("TB", "terabyte"),
    same("Mb", "megabit"),
    same("Mbps", "megabit al secondo"),
    same("Gb", "gigabit"),
    when(When::NoName, same("W", "watt")),
    same("kW", "chilowatt"),
    same("MW", "megawatt"),
    same("GW", "gigawatt"),
    il("kWh", "chilowattora", "chilowattora"),
    il("MWh", "megawattora", "megawattora"),
    when(When::NoName, same("V", "volt")),
    when(When::Joined, same("A", "ampere")),
    same("mA", "milliampere"),
    same("mAh", "milliampereora"),
    la("UI", "unità internazionale", "unità internazionali"),
    il("giri/min", "giro al minuto", "giri al minuto"),
    il("gg", "giorno", "giorni"),
    la("kcal", "chilocaloria", "chilocalorie"),
    la("cal", "caloria", "calorie"),
    same("kJ", "chilojoule"),
    when(When::NoName, same("J", "joule")),
    when(When::NoName, same("N", "newton")),
    same("Pa", "pascal"),
    same("hPa", "ettopascal"),
    same("kPa", "chilopascal"),
    same("bar", "bar"),
    same("N·m", "newton metro"),
    same("Nm", "newton metro"),
    same("mbar", "millibar"),
    il("Mpx", "megapixel", "megapixel"),
    il("MP", "megapixel", "megapixel"),
    il("px", "pixel", "pixel"),
    same("dB", "decibel"),
    same("Ω", "ohm"),
    same("kΩ", "chiloohm"),
    same("MΩ", "megaohm"),
    same("µF", "microfarad"),
    same("nF", "nanofarad"),
    same("pF", "picofarad"),
    same("µA", "microampere"),
    same("mV", "millivolt"),
    same("kV", "chilovolt"),
    same("mW", "milliwatt"),
    same("MPa", "megapascal"),
    same("MJ", "megajoule"),
    same("lm", "lumen"),
    same("lx", "lux"),
    same("mSv", "millisievert"),
    same("kN", "chilonewton"),
    la("cpr", "compressa", "compresse"),
    la("cps", "capsula", "capsule"),
    il("CV", "cavallo", "cavalli"),
    il("cv", "cavallo", "cavalli"),
    // Names that a fraction may come before or after: "2 1/2 tazze".
    la("tazza", "tazza", "tazze"),
    la("tazze", "tazza", "tazze"),
    la("ora", "ora", "ore"),
    la("ore", "ora", "ore"),
    il("litro", "litro", "litri"),
    il("litri", "litro", "litri"),
    il("chilo", "chilo", "chili"),
    il("chili", "chilo", "chili"),
    il("metro", "metro", "metri"),
    il("metri", "metro", "metri"),
    il("chilometro", "chilometro", "chilometri"),
    il("chilometri", "chilometro", "chilometri"),
    il("cucchiaio", "cucchiaio", "cucchiai"),
    il("cucchiai", "cucchiaio", "cucchiai"),
    il("cucchiaino", "cucchiaino", "cucchiaini"),
    il("cucchiaini", "cucchiaino", "cucchiaini"),
    il("anno", "anno", "anni"),
    il("anni", "anno", "anni"),
];

/// The name of the unit or currency with this sign, after one.
pub(super) fn name(sign: &str) -> Option<&'static str> {
    UNITS.iter().find(|unit| unit.sign == sign).map(|unit| unit.one)
}

/// After a slash, by their names.
pub(super) const PER: &[Unit] = &[
    il("mese", "mese", "mesi"),
    il("anno", "anno", "anni"),
    il("giorno", "giorno", "giorni"),
    il("die", "giorno", "giorni"),
    il("gg", "giorno", "giorni"),
    la("settimana", "settimana", "settimane"),
    la("ora", "ora", "ore"),
    il("minuto", "minuto", "minuti"),
    il("secondo", "secondo", "secondi"),
    la("pers", "persona", "persone"),
    il("pz", "pezzo", "pezzi"),
    la("unità", "unità", "unità"),
    la("pagina", "pagina", "pagine"),
    il("trimestre", "trimestre", "trimestri"),
    il("abitante", "abitante", "abitanti"),
    la("persona", "persona", "persone"),
    la("notte", "notte", "notti"),
    il("pezzo", "pezzo", "pezzi"),
];

const EURO: [&str; 4] = ["euro", "euro", "centesimo", "centesimi"];
const DOLLAR: [&str; 4] = ["dollaro", "dollari", "centesimo", "centesimi"];
const POUND: [&str; 4] = ["sterlina", "sterline", "penny", "penny"];
const FRANC: [&str; 4] = ["franco", "franchi", "centesimo", "centesimi"];
const YEN: [&str; 4] = ["yen", "yen", "", ""];

pub(super) const CURRENCIES: &[Currency] = &[
    money("€", Masculine, EURO),
    money("EUR", Masculine, EURO),
    money("$", Masculine, DOLLAR),
    money("US$", Masculine, DOLLAR),
    money("R$", Masculine, ["real", "real", "centavo", "centavo"]),
    money("USD", Masculine, DOLLAR),
    money("£", Feminine, POUND),
    money("GBP", Feminine, POUND),
    money("CHF", Masculine, FRANC),
    money("¥", Masculine, YEN),
    money("JPY", Masculine, YEN),
    money("₿", Masculine, ["bitcoin", "bitcoin", "", ""]),
];

const fn scale(sign: &'static str, one: &'static str, several: &'static str) -> Scale {
    Scale { sign, one, several, gender: Masculine }
}

pub(super) const SCALES: &[Scale] = &[
    scale("milione", "milione", "milioni"),
    scale("milioni", "milione", "milioni"),
    scale("mln", "milione", "milioni"),
    scale("mln.", "milione", "milioni"),
    scale("M", "milione", "milioni"),
    scale("miliardo", "miliardo", "miliardi"),
    scale("miliardi", "miliardo", "miliardi"),
    scale("mld", "miliardo", "miliardi"),
    scale("mld.", "miliardo", "miliardi"),
    scale("mila", "mila", "mila"),
    scale("k", "mila", "mila"),
];

/// The gender of the unit with this sign.
pub(super) fn gender(sign: &str) -> Option<Gender> {
    UNITS.iter().find(|unit| unit.sign == sign).map(|unit| unit.gender)
}
