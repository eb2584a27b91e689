//! Numbers in French words, as they are spoken in France. Those below a hundred have hyphens,
//! except around "et".

use crate::aloud::grammar::Gender;

const ONES: [&str; 20] = [
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze",
    "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
];
const TENS: [&str; 7] = ["", "", "vingt", "trente", "quarante", "cinquante", "soixante"];
/// The scales from a million on; they have a plural.
const SCALES: [&str; 6] = ["million", "milliard", "billion", "billiard", "trillion", "trilliard"];
/// Longer numbers are read digit by digit.
const MOST_DIGITS: usize = 3 * (SCALES.len() + 2);
/// Decimals that are read as one number, at most.
const DECIMALS: usize = 3;

/// Words of a whole number given by its digits: "80" is "quatre-vingts".
pub(super) fn cardinal(digits: &str) -> String {
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return ONES[0].to_owned();
    }
    if digits.len() > MOST_DIGITS {
        return spelt(digits);
    }
    let mut words: Vec<String> = Vec::new();
    let mut rest = digits;
    while !rest.is_empty() {
        let scale = (rest.len() - 1) / 3;
        let (group, later) = rest.split_at(rest.len() - 3 * scale);
        rest = later;
        match (group.parse().unwrap_or(0), scale) {
            (0, _) => {}
            (n, 0) => words.push(below_thousand(n)),
            (1, 1) => words.push("mille".to_owned()),
            (n, 1) => words.push(invariable(&below_thousand(n)) + " mille"),
            (n, _) => {
                let name = SCALES[(scale - 2).min(SCALES.len() - 1)];
                let plural = if n > 1 { "s" } else { "" };
                words.push(format!("{} {name}{plural}", below_thousand(n)));
            }
        }
    }
    words.join(" ")
}

/// The digits one by one.
pub(super) fn spelt(digits: &str) -> String {
    let digit = |d: u8| ONES[usize::from(d - b'0')];
    let digits: Vec<&str> = digits.bytes().filter(u8::is_ascii_digit).map(digit).collect();
    digits.join(" ")
}

/// "quatre-vingt" and "deux cent", as before "mille" and after "page".
pub(super) fn invariable(words: &str) -> String {
    match words.strip_suffix('s') {
        Some(stem) if stem.ends_with("vingt") || stem.ends_with("cent") => stem.to_owned(),
        _ => words.to_owned(),
    }
}

/// A whole number before a noun of this gender: "21" is "vingt et une".
pub(super) fn agreeing(digits: &str, gender: Gender) -> String {
    let words = cardinal(digits);
    let one = words.rsplit([' ', '-']).next() == Some(ONES[1]);
    if one && gender == Gender::Feminine { words + "e" } else { words }
}

/// A number with a fraction in decimals: "0,05" is "zéro virgule zéro cinq".
pub(super) fn decimal(whole: &str, part: &str) -> String {
    let rest = part.trim_start_matches('0');
    let zeros = "zéro ".repeat(part.len() - rest.len());
    let rest = match rest.len() {
        0 => String::new(),
        1..=DECIMALS => cardinal(rest),
        _ => spelt(rest),
    };
    format!("{} virgule {zeros}{rest}", cardinal(whole)).trim_end().to_owned()
}

/// Digits in twos, as in telephone numbers: "0612" is "zéro six douze".
pub(super) fn pairs(digits: &str) -> String {
    let mut words = Vec::new();
    let mut rest = digits;
    while !rest.is_empty() {
        let (pair, later) = rest.split_at(rest.len().min(2));
        rest = later;
        words.push(after_zeros(pair));
    }
    words.join(" ")
}

/// "06000" is "zéro six mille".
pub(super) fn after_zeros(digits: &str) -> String {
    let rest = digits.trim_start_matches('0');
    let zeros = "zéro ".repeat(digits.len() - rest.len());
    if rest.is_empty() { zeros.trim_end().to_owned() } else { zeros + &cardinal(rest) }
}

/// An ordinal number: "21" is "vingt et unième"; "1" is "premier" or "première".
pub(super) fn ordinal(digits: &str, gender: Gender) -> String {
    let words = invariable(&cardinal(digits));
    match (words.as_str(), gender) {
        ("un", Gender::Feminine) => return "première".to_owned(),
        ("un", _) => return "premier".to_owned(),
        _ => {}
    }
    let stem = match words.strip_suffix('s') {
        Some(million) if million.ends_with("ion") || million.ends_with("ard") => million,
        _ => &words,
    };
    match stem {
        _ if stem.ends_with("cinq") => format!("{stem}uième"),
        _ if stem.ends_with("neuf") => format!("{}vième", stem.trim_end_matches('f')),
        _ => format!("{}ième", stem.strip_suffix('e').unwrap_or(stem)),
    }
}

/// A year, which has no plural: "1900" is "mille neuf cent".
pub(super) fn year(n: usize) -> String {
    invariable(&cardinal(&n.to_string()))
}

fn below_thousand(n: usize) -> String {
    let rest = below_hundred(n % 100);
    match (n / 100, n % 100) {
        (0, _) => rest,
        (1, 0) => "cent".to_owned(),
        (1, _) => format!("cent {rest}"),
        (hundreds, 0) => format!("{} cents", ONES[hundreds]),
        (hundreds, _) => format!("{} cent {rest}", ONES[hundreds]),
    }
}

fn below_hundred(n: usize) -> String {
    match (n / 10, n % 10) {
        (0 | 1, _) => ONES[n].to_owned(),
        (7, 1) => "soixante et onze".to_owned(),
        (7, _) => format!("soixante-{}", ONES[n - 60]),
        (8, 0) => "quatre-vingts".to_owned(),
        (8 | 9, _) => format!("quatre-vingt-{}", ONES[n - 80]),
        (tens, 0) => TENS[tens].to_owned(),
        (tens, 1) => format!("{} et un", TENS[tens]),
        (tens, ones) => format!("{}-{}", TENS[tens], ONES[ones]),
    }
}

/// A fraction: "trois quarts".
pub fn part(over: usize, under: usize) -> String {
    let name = match under {
        2 => "demi".to_owned(),
        3 => "tiers".to_owned(),
        4 => "quart".to_owned(),
        _ => ordinal(&under.to_string(), Gender::Masculine),
    };
    let plural = if over > 1 && under != 3 { "s" } else { "" };
    format!("{} {name}{plural}", cardinal(&over.to_string()))
}

/// A fraction after a whole number of nouns of this gender: "et demie".
pub fn after_whole(over: usize, under: usize, gender: Gender) -> String {
    match (over, under, gender) {
        (1, 2, Gender::Feminine) => "et demie".to_owned(),
        (1, 2, _) => "et demi".to_owned(),
        _ => part(over, under),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words() {
        for (digits, words) in [
            ("0", "zéro"),
            ("17", "dix-sept"),
            ("21", "vingt et un"),
            ("70", "soixante-dix"),
            ("71", "soixante et onze"),
            ("80", "quatre-vingts"),
            ("81", "quatre-vingt-un"),
            ("91", "quatre-vingt-onze"),
            ("200", "deux cents"),
            ("201", "deux cent un"),
            ("1000", "mille"),
            ("80000", "quatre-vingt mille"),
            ("200000", "deux cent mille"),
            ("200000000", "deux cents millions"),
            ("1000001", "un million un"),
        ] {
            assert_eq!(cardinal(digits), words);
        }
        assert_eq!(agreeing("21", Gender::Feminine), "vingt et une");
        assert_eq!(agreeing("81", Gender::Feminine), "quatre-vingt-une");
        assert_eq!(agreeing("11", Gender::Feminine), "onze");
        assert_eq!(year(1980), "mille neuf cent quatre-vingt");
    }

    #[test]
    fn ordinals_in_words() {
        for (digits, words) in [
            ("1", "première"),
            ("2", "deuxième"),
            ("4", "quatrième"),
            ("5", "cinquième"),
            ("9", "neuvième"),
            ("21", "vingt et unième"),
            ("80", "quatre-vingtième"),
            ("200", "deux centième"),
            ("1000", "millième"),
            ("2000000", "deux millionième"),
        ] {
            assert_eq!(ordinal(digits, Gender::Feminine), words);
        }
    }

    #[test]
    fn decimals_and_groups_in_words() {
        assert_eq!(decimal("0", "05"), "zéro virgule zéro cinq");
        assert_eq!(decimal("2", "0"), "deux virgule zéro");
        assert_eq!(decimal("3", "1415"), "trois virgule un quatre un cinq");
        assert_eq!(pairs("060012"), "zéro six zéro zéro douze");
    }
}
