//! Numbers in Spanish words.

use crate::aloud::grammar::Gender::{self, Feminine, Masculine, Neuter};

const ONES: [&str; 30] = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciséis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
];
const TENS: [&str; 10] =
    ["", "", "", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"];
const HUNDREDS: [&str; 10] = [
    "",
    "ciento",
    "doscientos",
    "trescientos",
    "cuatrocientos",
    "quinientos",
    "seiscientos",
    "setecientos",
    "ochocientos",
    "novecientos",
];
/// One and several of each scale, by six digits.
const SCALES: [[&str; 2]; 3] =
    [["millón", "millones"], ["billón", "billones"], ["trillón", "trillones"]];
/// Longer numbers are read digit by digit.
const MOST_DIGITS: usize = 6 * (SCALES.len() + 1);

/// The ending of a number.
#[derive(Clone, Copy)]
struct Form {
    /// With which a one at the end agrees; alone, it is "uno".
    one: Gender,
    /// Whether hundreds are feminine ("doscientas").
    feminine: bool,
}

/// Words of a whole number given by its digits, as in counting.
pub(super) fn cardinal(digits: &str) -> String {
    agreeing(digits, Neuter)
}

/// A whole number before a noun of this gender: "21" is "veintiún" or "veintiuna". Before nothing
/// ([`Gender::Neuter`]), it is "veintiuno".
pub(super) fn agreeing(digits: &str, gender: Gender) -> String {
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return ONES[0].to_owned();
    }
    let mut words = Vec::new();
    if digits.len() > MOST_DIGITS {
        let digit = |d: u8| ONES[usize::from(d - b'0')];
        words.extend(digits.bytes().filter(u8::is_ascii_digit).map(digit));
        return words.join(" ");
    }
    let mut rest = digits;
    while !rest.is_empty() {
        let scale = (rest.len() - 1) / 6;
        let (group, later) = rest.split_at(rest.len() - 6 * scale);
        rest = later;
        let n: usize = group.parse().unwrap_or(0);
        match scale.checked_sub(1).map(|at| SCALES[at.min(SCALES.len() - 1)]) {
            None => below_million(n, gender, &mut words),
            Some(_) if n == 0 => {}
            Some([one, several]) => {
                below_million(n, Masculine, &mut words);
                words.push(if n == 1 { one } else { several });
            }
        }
    }
    words.join(" ")
}

fn below_million(n: usize, gender: Gender, words: &mut Vec<&str>) {
    let feminine = gender == Feminine;
    match n / 1000 {
        0 => {}
        1 => words.push("mil"),
        thousands => {
            below_thousand(thousands, Form { one: Masculine, feminine }, words);
            words.push("mil");
        }
    }
    below_thousand(n % 1000, Form { one: gender, feminine }, words);
}

fn below_thousand(n: usize, form: Form, words: &mut Vec<&str>) {
    match (n / 100, n % 100) {
        (0, _) => {}
        (1, 0) => words.push("cien"),
        (hundreds, _) if hundreds > 1 && form.feminine => words.push(match hundreds {
            2 => "doscientas",
            3 => "trescientas",
            4 => "cuatrocientas",
            5 => "quinientas",
            6 => "seiscientas",
            7 => "setecientas",
            8 => "ochocientas",
            _ => "novecientas",
        }),
        (hundreds, _) => words.push(HUNDREDS[hundreds]),
    }
    match (n % 100, form.one) {
        (0, _) => {}
        (1, one) => words.push(self::one(one)),
        (21, Masculine) => words.push("veintiún"),
        (21, Feminine) => words.push("veintiuna"),
        (n @ 2..30, _) => words.push(ONES[n]),
        (n, one) => {
            words.push(TENS[n / 10]);
            match n % 10 {
                0 => {}
                1 => words.extend(["y", self::one(one)]),
                ones => words.extend(["y", ONES[ones]]),
            }
        }
    }
}

fn one(gender: Gender) -> &'static str {
    match gender {
        Masculine => "un",
        Feminine => "una",
        Neuter => "uno",
    }
}

/// An ordinal number below 1000 in the masculine; the cardinal from there on.
fn masculine_ordinal(n: usize) -> String {
    const ONES: [&str; 13] = [
        "",
        "primero",
        "segundo",
        "tercero",
        "cuarto",
        "quinto",
        "sexto",
        "séptimo",
        "octavo",
        "noveno",
        "décimo",
        "undécimo",
        "duodécimo",
    ];
    const TENS: [&str; 10] = [
        "",
        "",
        "vigésimo",
        "trigésimo",
        "cuadragésimo",
        "quincuagésimo",
        "sexagésimo",
        "septuagésimo",
        "octogésimo",
        "nonagésimo",
    ];
    const HUNDREDS: [&str; 10] = [
        "",
        "centésimo",
        "ducentésimo",
        "tricentésimo",
        "cuadringentésimo",
        "quingentésimo",
        "sexcentésimo",
        "septingentésimo",
        "octingentésimo",
        "noningentésimo",
    ];
    let below_hundred = match n % 100 {
        n @ 0..13 => ONES[n].to_owned(),
        // "decimosexto", without the accent.
        n @ 13..20 => format!("decimo{}", ONES[n - 10]),
        n @ (20 | 30..) => format!("{} {}", TENS[n / 10], ONES[n % 10]),
        n => format!("vigesimo{}", ONES[n - 20]),
    };
    match n {
        0 | 1001.. => cardinal(&n.to_string()),
        1000 => "milésimo".to_owned(),
        _ => format!("{} {below_hundred}", HUNDREDS[n / 100]).trim().to_owned(),
    }
}

/// An ordinal number: "3" is "tercero", "tercera", or, before a noun, "tercer".
pub(super) fn ordinal(n: usize, gender: Gender, before_noun: bool) -> String {
    let words = masculine_ordinal(n);
    if gender == Feminine {
        let feminine = |word: &str| match word.strip_suffix('o') {
            Some(stem) if n <= 1000 => format!("{stem}a"),
            _ => word.to_owned(),
        };
        return words.split(' ').map(feminine).collect::<Vec<_>>().join(" ");
    }
    let short = words.ends_with("primero") || words.ends_with("tercero");
    match words.strip_suffix('o') {
        Some(stem) if before_noun && short => stem.to_owned(),
        _ => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words() {
        for (digits, words) in [
            ("0", "cero"),
            ("16", "dieciséis"),
            ("21", "veintiuno"),
            ("100", "cien"),
            ("101", "ciento uno"),
            ("555", "quinientos cincuenta y cinco"),
            ("1000", "mil"),
            ("21000", "veintiún mil"),
            ("1000001", "un millón uno"),
            ("21000000", "veintiún millones"),
            ("2000000000000", "dos billones"),
            ("1500000000", "mil quinientos millones"),
        ] {
            assert_eq!(cardinal(digits), words);
        }
        assert_eq!(agreeing("201301", Feminine), "doscientas un mil trescientas una");
        assert_eq!(agreeing("31", Masculine), "treinta y un");
    }

    #[test]
    fn ordinals_in_words() {
        for (n, words) in [
            (1, "primero"),
            (11, "undécimo"),
            (16, "decimosexto"),
            (20, "vigésimo"),
            (25, "vigesimoquinto"),
            (31, "trigésimo primero"),
            (100, "centésimo"),
            (120, "centésimo vigésimo"),
        ] {
            assert_eq!(ordinal(n, Masculine, false), words);
        }
        assert_eq!(ordinal(13, Masculine, true), "decimotercer");
        assert_eq!(ordinal(33, Feminine, true), "trigésima tercera");
    }
}
