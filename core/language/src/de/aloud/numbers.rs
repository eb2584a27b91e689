//! Numbers in German words.

use crate::aloud::grammar::Gender;

const ONES: [&str; 20] = [
    "null",
    "eins",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
    "achtzehn",
    "neunzehn",
];
const TENS: [&str; 10] = [
    "", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig",
];
/// One and several of each scale from a million on.
const SCALES: [[&str; 2]; 6] = [
    ["Million", "Millionen"],
    ["Milliarde", "Milliarden"],
    ["Billion", "Billionen"],
    ["Billiarde", "Billiarden"],
    ["Trillion", "Trillionen"],
    ["Trilliarde", "Trilliarden"],
];
/// Longer numbers are read digit by digit.
const MOST_DIGITS: usize = 3 * (SCALES.len() + 2);

/// The case of a noun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Nominative,
    Accusative,
    Dative,
    Genitive,
}

/// The word for one before a noun.
pub(super) fn one(gender: Gender, case: Case) -> &'static str {
    match (gender, case) {
        (Gender::Feminine, Case::Nominative | Case::Accusative) => "eine",
        (Gender::Feminine, _) => "einer",
        (Gender::Masculine, Case::Accusative) => "einen",
        (_, Case::Nominative | Case::Accusative) => "ein",
        (_, Case::Dative) => "einem",
        (_, Case::Genitive) => "eines",
    }
}

/// Words of a whole number given by its digits: "105" is "einhundertfünf".
pub(super) fn cardinal(digits: &str) -> String {
    let words = stem(digits);
    // "hunderteins", but "einundzwanzig".
    if words.ends_with("ein") { words + "s" } else { words }
}

/// A whole number before a noun of this gender: "21" is "einundzwanzig", "1" is "eine", "101" is
/// "einhunderteine".
pub(super) fn agreeing(digits: &str, gender: Gender, case: Case) -> String {
    let words = stem(digits);
    match words.strip_suffix("ein") {
        Some("") => one(gender, case).to_owned(),
        Some(before) => format!("{before}ein"),
        None => words,
    }
}

/// A number in words; a one at its end is "ein".
pub(super) fn stem(digits: &str) -> String {
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return ONES[0].to_owned();
    }
    if digits.len() > MOST_DIGITS {
        let digit = |d: u8| ONES[usize::from(d - b'0')];
        let digits: Vec<&str> = digits.bytes().filter(u8::is_ascii_digit).map(digit).collect();
        return digits.join(" ");
    }
    let (high, low) = digits.split_at(digits.len().saturating_sub(6));
    let mut words = Vec::new();
    let mut rest = high;
    while !rest.is_empty() {
        let scale = (rest.len() - 1) / 3;
        let (group, later) = rest.split_at(rest.len() - 3 * scale);
        rest = later;
        let [one, several] = SCALES[scale.min(SCALES.len() - 1)];
        match group.parse().unwrap_or(0) {
            0 => {}
            1 => words.push(format!("eine {one}")),
            n => words.push(format!("{} {several}", counted(below_thousand(n)))),
        }
    }
    let n: usize = low.parse().unwrap_or(0);
    let mut last = String::new();
    match n / 1000 {
        0 => {}
        thousands => last += &format!("{}tausend", below_thousand(thousands)),
    }
    last += &below_thousand(n % 1000);
    if !last.is_empty() {
        words.push(last);
    }
    words.join(" ")
}

/// "hundertein" before a noun that is several.
fn counted(words: String) -> String {
    if words.ends_with("hundertein") { words + "e" } else { words }
}

fn below_thousand(n: usize) -> String {
    let hundreds = match n / 100 {
        0 => String::new(),
        1 => "einhundert".to_owned(),
        h => format!("{}hundert", ONES[h]),
    };
    hundreds + &below_hundred(n % 100)
}

fn below_hundred(n: usize) -> String {
    match (n / 10, n % 10) {
        (0, 0) => String::new(),
        (0, 1) => "ein".to_owned(),
        (0 | 1, _) => ONES[n].to_owned(),
        (tens, 0) => TENS[tens].to_owned(),
        (tens, 1) => format!("einund{}", TENS[tens]),
        (tens, ones) => format!("{}und{}", ONES[ones], TENS[tens]),
    }
}

/// The stem of an ordinal number, without its ending: "3" is "dritt", "21" is "einundzwanzigst".
pub(super) fn ordinal(digits: &str) -> String {
    let last: usize = digits[digits.len().saturating_sub(2)..].parse().unwrap_or(0);
    let words = stem(digits);
    let ending = if (1..20).contains(&last) { "t" } else { "st" };
    for (cardinal, ordinal) in
        [("ein", "erst"), ("drei", "dritt"), ("sieben", "siebt"), ("acht", "acht")]
    {
        if last < 13
            && let Some(before) = words.strip_suffix(cardinal)
        {
            return format!("{before}{ordinal}");
        }
    }
    format!("{}{ending}", words.replace(' ', ""))
}

/// A year: "1984" is "neunzehnhundertvierundachtzig".
pub(super) fn year(n: usize) -> String {
    if (1100..2000).contains(&n) {
        let rest = below_hundred(n % 100);
        let words = format!("{}hundert{rest}", ONES[n / 100]);
        return if words.ends_with("ein") { words + "s" } else { words };
    }
    cardinal(&n.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words() {
        for (digits, words) in [
            ("0", "null"),
            ("1", "eins"),
            ("16", "sechzehn"),
            ("21", "einundzwanzig"),
            ("101", "einhunderteins"),
            ("1000", "eintausend"),
            ("234567", "zweihundertvierunddreißigtausendfünfhundertsiebenundsechzig"),
            ("1000001", "eine Million eins"),
            ("21000000", "einundzwanzig Millionen"),
        ] {
            assert_eq!(cardinal(digits), words);
        }
        for (digits, words) in [
            ("1", "erst"),
            ("3", "dritt"),
            ("7", "siebt"),
            ("8", "acht"),
            ("12", "zwölft"),
            ("19", "neunzehnt"),
            ("20", "zwanzigst"),
            ("21", "einundzwanzigst"),
            ("101", "einhunderterst"),
            ("113", "einhundertdreizehnt"),
        ] {
            assert_eq!(ordinal(digits), words);
        }
        assert_eq!(year(1984), "neunzehnhundertvierundachtzig");
        assert_eq!(year(1901), "neunzehnhunderteins");
        assert_eq!(year(2026), "zweitausendsechsundzwanzig");
    }
}
