//! Currencies, with the genders of their names, and what comes after an amount.

use crate::aloud::grammar::Gender::{Feminine, Masculine};
use crate::aloud::names::money;
use crate::aloud::tables::{Currency, Scale};

const EURO: [&str; 4] = ["euro", "euros", "centime", "centimes"];
const DOLLAR: [&str; 4] = ["dollar", "dollars", "cent", "cents"];
const CANADIAN: [&str; 4] = ["dollar canadien", "dollars canadiens", "cent", "cents"];
const POUND: [&str; 4] = ["livre", "livres", "penny", "pence"];
const FRANC: [&str; 4] = ["franc suisse", "francs suisses", "centime", "centimes"];

pub(super) const CURRENCIES: &[Currency] = &[
    money("€", Masculine, EURO),
    money("EUR", Masculine, EURO),
    money("$", Masculine, DOLLAR),
    money("R$", Masculine, ["real", "reals", "centavo", "centavos"]),
    money("USD", Masculine, DOLLAR),
    money("US$", Masculine, ["dollar américain", "dollars américains", "cent", "cents"]),
    money("CAD", Masculine, CANADIAN),
    money("C$", Masculine, CANADIAN),
    money("£", Feminine, POUND),
    money("GBP", Feminine, POUND),
    money("CHF", Masculine, FRANC),
    money("¥", Masculine, ["yen", "yens", "", ""]),
    money("JPY", Masculine, ["yen", "yens", "", ""]),
    money("₽", Masculine, ["rouble", "roubles", "", ""]),
    money("₿", Masculine, ["bitcoin", "bitcoins", "", ""]),
];

const fn scale(sign: &'static str, one: &'static str, several: &'static str) -> Scale {
    Scale { sign, one, several, gender: Masculine }
}

pub(super) const SCALES: &[Scale] = &[
    scale("M", "million", "millions"),
    scale("million", "million", "millions"),
    scale("millions", "million", "millions"),
    scale("Md", "milliard", "milliards"),
    scale("Mds", "milliard", "milliards"),
    scale("Mrd", "milliard", "milliards"),
    scale("milliard", "milliard", "milliards"),
    scale("milliards", "milliard", "milliards"),
    scale("k", "mille", "mille"),
    scale("K", "mille", "mille"),
];
