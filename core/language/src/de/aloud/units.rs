//! Units of measure and currencies, with the genders of their names.

use crate::aloud::grammar::Gender::{self, Feminine, Masculine, Neuter};
use crate::aloud::names::{money, when};
use crate::aloud::tables::{Currency, Scale, Unit, When};

const fn der(sign: &'static str, one: &'static str) -> Unit {
    Unit { sign, one, several: one, gender: Masculine, when: When::Any }
}

const fn die(sign: &'static str, one: &'static str, several: &'static str) -> Unit {
    Unit { sign, one, several, gender: Feminine, when: When::Any }
}

const fn das(sign: &'static str, one: &'static str) -> Unit {
    Unit { sign, one, several: one, gender: Neuter, when: When::Any }
}

pub(super) const UNITS: &[Unit] = &[
    das("%", "Prozent"),
    das("‰", "Promille"),
    der("°", "Grad"),
    der("°C", "Grad Celsius"),
    der("℃", "Grad Celsius"),
    der("°F", "Grad Fahrenheit"),
    der("℉", "Grad Fahrenheit"),
    der("km", "Kilometer"),
    der("m", "Meter"),
    der("cm", "Zentimeter"),
    der("mm", "Millimeter"),
    der("dm", "Dezimeter"),
    der("nm", "Nanometer"),
    der("µm", "Mikrometer"),
    das("kg", "Kilogramm"),
    das("g", "Gramm"),
    das("mg", "Milligramm"),
    das("µg", "Mikrogramm"),
    die("t", "Tonne", "Tonnen"),
    der("l", "Liter"),
    when(When::NoName, der("L", "Liter")),
    der("ml", "Milliliter"),
    der("cl", "Zentiliter"),
    der("dl", "Deziliter"),
    der("ha", "Hektar"),
    when(When::Time, die("s", "Sekunde", "Sekunden")),
    when(When::Time, die("Sek", "Sekunde", "Sekunden")),
    when(When::Time, die("min", "Minute", "Minuten")),
    when(When::Time, die("Min", "Minute", "Minuten")),
    when(When::Time, die("h", "Stunde", "Stunden")),
    when(When::Time, die("Std", "Stunde", "Stunden")),
    die("ms", "Millisekunde", "Millisekunden"),
    das("Hz", "Hertz"),
    das("kHz", "Kilohertz"),
    das("MHz", "Megahertz"),
    das("GHz", "Gigahertz"),
    das("kB", "Kilobyte"),
    das("KB", "Kilobyte"),
    das("MB", "Megabyte"),
    das("GB", "Gigabyte"),
    das("TB", "Terabyte"),
    das("W", "Watt"),
    das("kW", "Kilowatt"),
    das("MW", "Megawatt"),
    die("kWh", "Kilowattstunde", "Kilowattstunden"),
    das("V", "Volt"),
    das("mA", "Milliampere"),
    die("kcal", "Kilokalorie", "Kilokalorien"),
    das("kJ", "Kilojoule"),
    das("hPa", "Hektopascal"),
    das("kbit", "Kilobit"),
    das("Mbit", "Megabit"),
    das("Gbit", "Gigabit"),
    das("dB", "Dezibel"),
    der("mmHg", "Millimeter Quecksilbersäule"),
    das("bar", "Bar"),
    das("N·m", "Newtonmeter"),
    das("Nm", "Newtonmeter"),
    der("EL", "Esslöffel"),
    der("TL", "Teelöffel"),
    der("Esslöffel", "Esslöffel"),
    der("Teelöffel", "Teelöffel"),
    der("Liter", "Liter"),
    der("Meter", "Meter"),
    der("Kilometer", "Kilometer"),
    die("Stunde", "Stunde", "Stunden"),
    die("Stunden", "Stunden", "Stunden"),
    die("Minute", "Minute", "Minuten"),
    die("Minuten", "Minuten", "Minuten"),
    das("Prozent", "Prozent"),
    der("Grad", "Grad"),
    das("Ω", "Ohm"),
    das("MP", "Megapixel"),
    das("PS", "P.S."),
    when(When::Joined, das("A", "Ampere")),
    die("U/min", "Umdrehung pro Minute", "Umdrehungen pro Minute"),
    das("mAh", "Milliamperestunden"),
    das("kN", "Kilonewton"),
    die("Wh", "Wattstunde", "Wattstunden"),
    der("ccm", "Kubikzentimeter"),
    der("qm", "Quadratmeter"),
];

/// After a slash, by their names.
pub(super) const PER: &[Unit] = &[
    der("Monat", "Monat"),
    das("Jahr", "Jahr"),
    der("Tag", "Tag"),
    die("Woche", "Woche", "Wochen"),
    die("Stunde", "Stunde", "Stunden"),
    die("Minute", "Minute", "Minuten"),
    die("Sekunde", "Sekunde", "Sekunden"),
    die("Person", "Person", "Personen"),
    das("Stück", "Stück"),
    das("St", "Stück"),
    das("Jahrzehnt", "Jahrzehnt"),
    die("Nacht", "Nacht", "Nächte"),
    die("Pers", "Person", "Personen"),
    die("Std", "Stunde", "Stunden"),
    der("Einwohner", "Einwohner"),
    die("Seite", "Seite", "Seiten"),
    die("Einheit", "Einheit", "Einheiten"),
    die("Fahrt", "Fahrt", "Fahrten"),
    das("Quartal", "Quartal"),
];

const EURO: [&str; 4] = ["Euro", "Euro", "Cent", "Cent"];
const DOLLAR: [&str; 4] = ["Dollar", "Dollar", "Cent", "Cent"];
const POUND: [&str; 4] = ["Pfund", "Pfund", "Penny", "Pence"];
const FRANC: [&str; 4] = ["Franken", "Franken", "Rappen", "Rappen"];

pub(super) const CURRENCIES: &[Currency] = &[
    money("€", Masculine, EURO),
    money("EUR", Masculine, EURO),
    money("$", Masculine, DOLLAR),
    money("R$", Masculine, ["Real", "Reais", "Centavo", "Centavos"]),
    money("USD", Masculine, DOLLAR),
    money("£", Neuter, POUND),
    money("GBP", Neuter, POUND),
    money("CHF", Masculine, FRANC),
    money("¥", Masculine, ["Yen", "Yen", "", ""]),
    money("ct", Masculine, ["Cent", "Cent", "", ""]),
    money("Ct", Masculine, ["Cent", "Cent", "", ""]),
    money("Cent", Masculine, ["Cent", "Cent", "", ""]),
    money("Euro", Masculine, EURO),
    money("Dollar", Masculine, DOLLAR),
    money("Franken", Masculine, FRANC),
    money("Pfund", Neuter, POUND),
    money("SFr", Masculine, FRANC),
    money("¢", Masculine, ["Cent", "Cent", "", ""]),
    money("US$", Masculine, ["U.S. Dollar", "U.S. Dollar", "Cent", "Cent"]),
    money("PLN", Masculine, ["Zloty", "Zloty", "Groschen", "Groschen"]),
    money("JPY", Masculine, ["Yen", "Yen", "", ""]),
];

const fn scale(
    sign: &'static str,
    gender: Gender,
    one: &'static str,
    several: &'static str,
) -> Scale {
    Scale { sign, one, several, gender }
}

pub(super) const SCALES: &[Scale] = &[
    scale("Mio.", Feminine, "Million", "Millionen"),
    scale("Mrd.", Feminine, "Milliarde", "Milliarden"),
    scale("Bio.", Feminine, "Billion", "Billionen"),
    scale("Tsd.", Neuter, "Tausend", "Tausend"),
    scale("Mio", Feminine, "Million", "Millionen"),
    scale("Million", Feminine, "Million", "Millionen"),
    scale("Millionen", Feminine, "Million", "Millionen"),
    scale("Mrd", Feminine, "Milliarde", "Milliarden"),
    scale("Milliarde", Feminine, "Milliarde", "Milliarden"),
    scale("Milliarden", Feminine, "Milliarde", "Milliarden"),
    scale("Tausend", Neuter, "Tausend", "Tausend"),
    scale("k", Neuter, "tausend", "tausend"),
    scale("tausend", Neuter, "tausend", "tausend"),
];
