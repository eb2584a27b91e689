//! Units of measure and currencies, with the genders of their names.

use crate::aloud::grammar::Gender::{self, Feminine, Masculine, Neuter};
use crate::aloud::names::{money, when};
use crate::aloud::tables::{Currency, Scale, Unit, When};

const fn el(sign: &'static str, one: &'static str, several: &'static str) -> Unit {
    Unit { sign, one, several, gender: Masculine, when: When::Any }
}

const fn la(sign: &'static str, one: &'static str, several: &'static str) -> Unit {
    Unit { sign, one, several, gender: Feminine, when: When::Any }
}

/// A name that does not change, with which a number does not agree.
const fn lo(sign: &'static str, name: &'static str) -> Unit {
    Unit { sign, one: name, several: name, gender: Neuter, when: When::Any }
}

pub(super) const UNITS: &[Unit] = &[
    lo("%", "por ciento"),
    lo("‰", "por mil"),
    la("ppm", "parte por millón", "partes por millón"),
    el("°", "grado", "grados"),
    el("°C", "grado Celsius", "grados Celsius"),
    el("ºC", "grado Celsius", "grados Celsius"),
    el("℃", "grado Celsius", "grados Celsius"),
    el("°F", "grado Fahrenheit", "grados Fahrenheit"),
    el("ºF", "grado Fahrenheit", "grados Fahrenheit"),
    el("℉", "grado Fahrenheit", "grados Fahrenheit"),
    el("º", "grado", "grados"),
    when(When::NoName, el("K", "kelvin", "kélvines")),
    el("km", "kilómetro", "kilómetros"),
    el("Km", "kilómetro", "kilómetros"),
    el("m", "metro", "metros"),
    el("cm", "centímetro", "centímetros"),
    el("mm", "milímetro", "milímetros"),
    el("dm", "decímetro", "decímetros"),
    el("nm", "nanómetro", "nanómetros"),
    el("µm", "micrómetro", "micrómetros"),
    el("kg", "kilo", "kilos"),
    el("Kg", "kilo", "kilos"),
    el("g", "gramo", "gramos"),
    el("gr", "gramo", "gramos"),
    el("mg", "miligramo", "miligramos"),
    el("µg", "microgramo", "microgramos"),
    la("lb", "libra", "libras"),
    la("oz", "onza", "onzas"),
    la("mi", "milla", "millas"),
    el("ft", "pie", "pies"),
    when(When::NoName, la("t", "tonelada", "toneladas")),
    when(When::NoName, el("l", "litro", "litros")),
    when(When::NoName, el("L", "litro", "litros")),
    el("ml", "mililitro", "mililitros"),
    el("mL", "mililitro", "mililitros"),
    el("cl", "centilitro", "centilitros"),
    el("dl", "decilitro", "decilitros"),
    el("hl", "hectolitro", "hectolitros"),
    la("ha", "hectárea", "hectáreas"),
    when(When::Time, el("s", "segundo", "segundos")),
    when(When::Time, el("seg", "segundo", "segundos")),
    when(When::Time, el("min", "minuto", "minutos")),
    when(When::Time, la("h", "hora", "horas")),
    when(When::Time, la("hs", "hora", "horas")),
    el("ms", "milisegundo", "milisegundos"),
    el("Hz", "hercio", "hercios"),
    el("kHz", "kilohercio", "kilohercios"),
    el("MHz", "megahercio", "megahercios"),
    el("GHz", "gigahercio", "gigahercios"),
    el("kB", "kilobyte", "kilobytes"),
    el("KB", "kilobyte", "kilobytes"),
    el("MB", "megabyte", "megabytes"),
    el("GB", "gigabyte", "gigabytes"),
    el("TB", "terabyte", "terabytes"),
    el("Mb", "megabit", "megabits"),
    el("Mbps", "megabit por segundo", "megabits por segundo"),
    el("Gb", "gigabit", "gigabits"),
    when(When::NoName, el("W", "vatio", "vatios")),
    el("kW", "kilovatio", "kilovatios"),
    el("MW", "megavatio", "megavatios"),
    el("GW", "gigavatio", "gigavatios"),
    el("kWh", "kilovatio hora", "kilovatios hora"),
    el("MWh", "megavatio hora", "megavatios hora"),
    when(When::NoName, el("V", "voltio", "voltios")),
    when(When::Joined, el("A", "amperio", "amperios")),
    el("mA", "miliamperio", "miliamperios"),
    la("UI", "unidad internacional", "unidades internacionales"),
    el("mAh", "miliamperio hora", "miliamperios hora"),
    la("kcal", "kilocaloría", "kilocalorías"),
    la("cal", "caloría", "calorías"),
    el("kJ", "kilojulio", "kilojulios"),
    when(When::NoName, el("J", "julio", "julios")),
    when(When::NoName, el("N", "newton", "newtons")),
    el("N·m", "newton metro", "newtons metro"),
    el("Nm", "newton metro", "newtons metro"),
    el("Pa", "pascal", "pascales"),
    el("hPa", "hectopascal", "hectopascales"),
    el("kPa", "kilopascal", "kilopascales"),
    el("mbar", "milibar", "milibares"),
    el("Mpx", "megapíxel", "megapíxeles"),
    el("MP", "megapíxel", "megapíxeles"),
    el("px", "píxel", "píxeles"),
    el("dB", "decibelio", "decibelios"),
    el("Ω", "ohmio", "ohmios"),
    el("kΩ", "kiloohmio", "kiloohmios"),
    el("MΩ", "megaohmio", "megaohmios"),
    el("µF", "microfaradio", "microfaradios"),
    el("nF", "nanofaradio", "nanofaradios"),
    el("pF", "picofaradio", "picofaradios"),
    el("µA", "microamperio", "microamperios"),
    el("mV", "milivoltio", "milivoltios"),
    el("kV", "kilovoltio", "kilovoltios"),
    el("mW", "milivatio", "milivatios"),
    el("MPa", "megapascal", "megapascales"),
    el("MJ", "megajulio", "megajulios"),
    el("lm", "lumen", "lúmenes"),
    el("lx", "lux", "lux"),
    el("mSv", "milisievert", "milisieverts"),
    el("kN", "kilonewton", "kilonewtons"),
    el("comp", "comprimido", "comprimidos"),
    la("cáps", "cápsula", "cápsulas"),
    el("CV", "caballo", "caballos"),
    la("rpm", "revolución por minuto", "revoluciones por minuto"),
    // Names that a fraction may come before or after: "2 1/2 tazas".
    la("taza", "taza", "tazas"),
    la("tazas", "taza", "tazas"),
    la("hora", "hora", "horas"),
    la("horas", "hora", "horas"),
    el("litro", "litro", "litros"),
    el("litros", "litro", "litros"),
    el("kilo", "kilo", "kilos"),
    el("kilos", "kilo", "kilos"),
    el("metro", "metro", "metros"),
    el("metros", "metro", "metros"),
    el("kilómetro", "kilómetro", "kilómetros"),
    el("kilómetros", "kilómetro", "kilómetros"),
    la("cucharada", "cucharada", "cucharadas"),
    la("cucharadas", "cucharada", "cucharadas"),
    la("cucharadita", "cucharadita", "cucharaditas"),
    la("cucharaditas", "cucharadita", "cucharaditas"),
    la("cda", "cucharada", "cucharadas"),
    la("cdas", "cucharada", "cucharadas"),
    la("cdta", "cucharadita", "cucharaditas"),
    la("cdtas", "cucharadita", "cucharaditas"),
    la("cdita", "cucharadita", "cucharaditas"),
    la("cditas", "cucharadita", "cucharaditas"),
    el("año", "año", "años"),
    el("años", "año", "años"),
];

/// After a slash, by their names.
pub(super) const PER: &[Unit] = &[
    el("mes", "mes", "meses"),
    el("año", "año", "años"),
    el("día", "día", "días"),
    la("semana", "semana", "semanas"),
    la("hora", "hora", "horas"),
    el("minuto", "minuto", "minutos"),
    el("segundo", "segundo", "segundos"),
    la("persona", "persona", "personas"),
    la("pers", "persona", "personas"),
    la("hab", "habitación", "habitaciones"),
    la("pieza", "pieza", "piezas"),
    la("página", "página", "páginas"),
    el("trimestre", "trimestre", "trimestres"),
    la("noche", "noche", "noches"),
    la("unidad", "unidad", "unidades"),
    la("ud", "unidad", "unidades"),
    el("habitante", "habitante", "habitantes"),
];

const EURO: [&str; 4] = ["euro", "euros", "céntimo", "céntimos"];
const DOLLAR: [&str; 4] = ["dólar", "dólares", "centavo", "centavos"];
const POUND: [&str; 4] = ["libra", "libras", "penique", "peniques"];
const FRANC: [&str; 4] = ["franco", "francos", "céntimo", "céntimos"];
const YEN: [&str; 4] = ["yen", "yenes", "", ""];

pub(super) const CURRENCIES: &[Currency] = &[
    money("€", Masculine, EURO),
    money("EUR", Masculine, EURO),
    money("$", Masculine, DOLLAR),
    money("US$", Masculine, DOLLAR),
    money("R$", Masculine, ["real", "reales", "centavo", "centavos"]),
    money("USD", Masculine, DOLLAR),
    money("£", Feminine, POUND),
    money("GBP", Feminine, POUND),
    money("CHF", Masculine, FRANC),
    money("¥", Masculine, YEN),
    money("JPY", Masculine, YEN),
    money("MXN", Masculine, ["peso mexicano", "pesos mexicanos", "centavo", "centavos"]),
    money("ARS", Masculine, ["peso argentino", "pesos argentinos", "centavo", "centavos"]),
    money("COP", Masculine, ["peso colombiano", "pesos colombianos", "centavo", "centavos"]),
    money("CLP", Masculine, ["peso chileno", "pesos chilenos", "", ""]),
    money("₿", Masculine, ["bitcoin", "bitcoins", "", ""]),
    money("cts", Masculine, ["céntimo", "céntimos", "", ""]),
    money("¢", Masculine, ["centavo", "centavos", "", ""]),
];

const fn scale(sign: &'static str, one: &'static str, several: &'static str) -> Scale {
    Scale { sign, one, several, gender: Masculine }
}

pub(super) const SCALES: &[Scale] = &[
    scale("millón", "millón", "millones"),
    scale("millones", "millón", "millones"),
    scale("mill.", "millón", "millones"),
    scale("bill.", "billón", "billones"),
    scale("M", "millón", "millones"),
    scale("MM", "millón", "millones"),
    scale("billón", "billón", "billones"),
    scale("billones", "billón", "billones"),
    scale("mil", "mil", "mil"),
    scale("k", "mil", "mil"),
];

/// The gender of the unit with this sign.
pub(super) fn gender(sign: &str) -> Option<Gender> {
    UNITS.iter().find(|unit| unit.sign == sign).map(|unit| unit.gender)
}
