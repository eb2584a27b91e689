//! Numbers in Italian words.

use crate::aloud::grammar::Gender;

const ONES: [&str; 20] = [
    "zero",
    "uno",
    "due",
    "tre",
    "quattro",
    "cinque",
    "sei",
    "sette",
    "otto",
    "nove",
    "dieci",
    "undici",
    "dodici",
    "tredici",
    "quattordici",
    "quindici",
    "sedici",
    "diciassette",
    "diciotto",
    "diciannove",
];
const TENS: [&str; 10] = [
    "",
    "",
    "venti",
    "trenta",
    "quaranta",
    "cinquanta",
    "sessanta",
    "settanta",
    "ottanta",
    "novanta",
];
/// One and several of each scale from a million on.
const SCALES: [[&str; 2]; 4] = [
    ["milione", "milioni"],
    ["miliardo", "miliardi"],
    ["bilione", "bilioni"],
    ["biliardo", "biliardi"],
];
/// Longer numbers are read digit by digit.
const MOST_DIGITS: usize = 3 * (SCALES.len() + 2);

/// Words of a whole number given by its digits: "1234" is "milleduecentotrentaquattro".
pub(super) fn cardinal(digits: &str) -> String {
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
            1 => words.push(format!("un {one}")),
            n => words.push(format!("{} {several}", accented(below_thousand(n)))),
        }
    }
    let n: usize = low.parse().unwrap_or(0);
    let thousands = match n / 1000 {
        0 => String::new(),
        1 => "mille".to_owned(),
        thousands => format!("{}mila", below_thousand(thousands)),
    };
    let last = thousands + &below_thousand(n % 1000);
    if !last.is_empty() {
        words.push(accented(last));
    }
    words.join(" ")
}

/// "ventitré": "tre" has an accent at the end of a longer number.
fn accented(words: String) -> String {
    match words.strip_suffix("tre") {
        Some(before) if !before.is_empty() => format!("{before}tré"),
        _ => words,
    }
}

fn below_thousand(n: usize) -> String {
    let hundreds = match n / 100 {
        0 => String::new(),
        1 => "cento".to_owned(),
        hundreds => format!("{}cento", ONES[hundreds]),
    };
    // "centottanta", but "centootto"
    let hundreds = match n % 100 / 10 {
        8 => hundreds.trim_end_matches('o').to_owned(),
        _ => hundreds,
    };
    hundreds + &below_hundred(n % 100)
}

fn below_hundred(n: usize) -> String {
    match (n / 10, n % 10) {
        (0, 0) => String::new(),
        (0 | 1, _) => ONES[n].to_owned(),
        (tens, 0) => TENS[tens].to_owned(),
        // "ventuno", "ventotto"
        (tens, ones @ (1 | 8)) => format!("{}{}", &TENS[tens][..TENS[tens].len() - 1], ONES[ones]),
        (tens, ones) => format!("{}{}", TENS[tens], ONES[ones]),
    }
}

/// The word for one before a noun of this gender: "un", "uno", "una", "un'".
pub(super) fn one(gender: Gender, noun: &str) -> &'static str {
    let noun = noun.to_lowercase();
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u', 'è', 'é']);
    let mut letters = noun.chars();
    let hard = matches!(
        (letters.next(), letters.next()),
        (Some('s'), Some('b'..='d' | 'f'..='h' | 'j'..='n' | 'p'..='t' | 'v'..='z'))
            | (Some('z' | 'x' | 'y'), _)
            | (Some('p'), Some('s' | 'n'))
            | (Some('g'), Some('n'))
    );
    match gender {
        Gender::Feminine if vowel => "un'",
        Gender::Feminine => "una",
        _ if hard => "uno",
        _ => "un",
    }
}

/// An ordinal number: "3" is "terzo" or "terza".
pub(super) fn ordinal(n: usize, gender: Gender) -> String {
    const ONES: [&str; 10] =
        ["prim", "second", "terz", "quart", "quint", "sest", "settim", "ottav", "non", "decim"];
    let words = cardinal(&n.to_string());
    let stem = match (n, words.as_str()) {
        (1..=10, _) => ONES[n - 1].to_owned(),
        (1000, _) => "millesim".to_owned(),
        _ if words.ends_with("tré") => format!("{}eesim", words.trim_end_matches('é')),
        _ if words.ends_with("sei") => format!("{words}esim"),
        _ if words.ends_with("mila") => format!("{}millesim", words.trim_end_matches("mila")),
        _ => {
            let last = words.chars().next_back().map_or(0, char::len_utf8);
            format!("{}esim", &words[..words.len() - last])
        }
    };
    stem + if gender == Gender::Feminine { "a" } else { "o" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words() {
        for (digits, words) in [
            ("0", "zero"),
            ("3", "tre"),
            ("23", "ventitré"),
            ("28", "ventotto"),
            ("101", "centouno"),
            ("180", "centottanta"),
            ("1000", "mille"),
            ("1990", "millenovecentonovanta"),
            ("2003", "duemilatré"),
            ("21000", "ventunomila"),
            ("1000000", "un milione"),
            ("2300000", "due milioni trecentomila"),
        ] {
            assert_eq!(cardinal(digits), words);
        }
    }

    #[test]
    fn ordinals_in_words() {
        for (n, words) in [
            (1, "primo"),
            (9, "nono"),
            (11, "undicesimo"),
            (20, "ventesimo"),
            (23, "ventitreesimo"),
            (36, "trentaseiesimo"),
            (100, "centesimo"),
            (1000, "millesimo"),
            (2000, "duemillesimo"),
        ] {
            assert_eq!(ordinal(n, Gender::Masculine), words);
        }
        assert_eq!(ordinal(25, Gender::Feminine), "venticinquesima");
    }

    #[test]
    fn one_agrees_with_its_noun() {
        for (gender, noun, word) in [
            (Gender::Masculine, "litro", "un"),
            (Gender::Masculine, "euro", "un"),
            (Gender::Masculine, "zaino", "uno"),
            (Gender::Masculine, "studente", "uno"),
            (Gender::Masculine, "secondo", "un"),
            (Gender::Feminine, "ora", "un'"),
            (Gender::Feminine, "tazza", "una"),
        ] {
            assert_eq!(one(gender, noun), word, "{noun}");
        }
    }
}
