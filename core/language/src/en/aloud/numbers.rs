//! Numbers in American English words.

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const SCALES: [&str; 12] = [
    "",
    "thousand",
    "million",
    "billion",
    "trillion",
    "quadrillion",
    "quintillion",
    "sextillion",
    "septillion",
    "octillion",
    "nonillion",
    "decillion",
];
/// Longer numbers are read digit by digit.
const MOST_DIGITS: usize = 3 * SCALES.len();

/// Words of a whole number given by its digits: "105" is "one hundred five".
pub(crate) fn cardinal(digits: &str) -> Vec<&'static str> {
    let trimmed = digits.trim_start_matches('0');
    if trimmed.is_empty() {
        return vec!["zero"];
    }
    if trimmed.len() > MOST_DIGITS {
        return spelt(digits);
    }
    let mut words = Vec::new();
    let groups = trimmed.len().div_ceil(3);
    let mut rest = trimmed;
    for scale in (0..groups).rev() {
        let (group, later) = rest.split_at(rest.len() - 3 * scale);
        rest = later;
        let n = group.parse().unwrap_or(0);
        if n > 0 {
            below_thousand(n, &mut words);
            if scale > 0 {
                words.push(SCALES[scale]);
            }
        }
    }
    words
}

fn below_thousand(n: usize, words: &mut Vec<&'static str>) {
    if n >= 100 {
        words.extend([ONES[n / 100], "hundred"]);
    }
    below_hundred(n % 100, words);
}

fn below_hundred(n: usize, words: &mut Vec<&'static str>) {
    match n {
        0 => {}
        1..20 => words.push(ONES[n]),
        _ => {
            words.push(TENS[n / 10]);
            if !n.is_multiple_of(10) {
                words.push(ONES[n % 10]);
            }
        }
    }
}

/// The digits one by one.
pub(crate) fn spelt(digits: &str) -> Vec<&'static str> {
    digits.bytes().filter(u8::is_ascii_digit).map(|d| ONES[usize::from(d - b'0')]).collect()
}

/// "21" is "twenty first".
pub(crate) fn ordinal(digits: &str) -> Vec<String> {
    let mut words: Vec<String> = cardinal(digits).into_iter().map(str::to_owned).collect();
    if let Some(last) = words.last_mut() {
        *last = match last.as_str() {
            "one" => "first".to_owned(),
            "two" => "second".to_owned(),
            "three" => "third".to_owned(),
            "five" => "fifth".to_owned(),
            "eight" => "eighth".to_owned(),
            "nine" => "ninth".to_owned(),
            "twelve" => "twelfth".to_owned(),
            w => match w.strip_suffix('y') {
                Some(stem) => format!("{stem}ieth"),
                None => format!("{w}th"),
            },
        };
    }
    words
}

/// A year: "1905" is "nineteen oh five", "2026" is "twenty twenty six", "2007" is "two thousand seven".
pub(crate) fn year(n: usize) -> Vec<&'static str> {
    let (high, low) = (n / 100, n % 100);
    if !(10..100).contains(&high) || (high.is_multiple_of(10) && low < 10) {
        return cardinal(&n.to_string());
    }
    let mut words = Vec::new();
    below_hundred(high, &mut words);
    match low {
        0 => words.push("hundred"),
        1..10 => words.extend(["oh", ONES[low]]),
        _ => below_hundred(low, &mut words),
    }
    words
}

/// The number of a house or a road: "404" is "four oh four", "1428" is "fourteen twenty eight".
pub(crate) fn pairs(digits: &str) -> Vec<&'static str> {
    let n: usize = digits.parse().unwrap_or(0);
    let mut words = Vec::new();
    match digits.len() {
        3 if n >= 100 => {
            words.push(ONES[n / 100]);
            match n % 100 {
                0 => words.push("hundred"),
                low @ 1..10 => words.extend(["oh", ONES[low]]),
                low => below_hundred(low, &mut words),
            }
        }
        4 if n >= 1000 && !n.is_multiple_of(1000) => {
            below_hundred(n / 100, &mut words);
            match n % 100 {
                0 => words.push("hundred"),
                low @ 1..10 => words.extend(["oh", ONES[low]]),
                low => below_hundred(low, &mut words),
            }
        }
        1..=4 => words = cardinal(digits),
        _ => words = spelt(digits),
    }
    words
}

/// The plural of a number word: "sixes", "nineties".
pub(crate) fn plural(word: &str) -> String {
    match word.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if word.ends_with('x') => format!("{word}es"),
        None => format!("{word}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words() {
        let cardinals = [
            ("0", "zero"),
            ("007", "seven"),
            ("13", "thirteen"),
            ("40", "forty"),
            ("105", "one hundred five"),
            ("1000", "one thousand"),
            ("1234567", "one million two hundred thirty four thousand five hundred sixty seven"),
            ("1000000000000", "one trillion"),
        ];
        for (digits, words) in cardinals {
            assert_eq!(cardinal(digits).join(" "), words);
        }
        let ordinals =
            [("1", "first"), ("12", "twelfth"), ("20", "twentieth"), ("103", "one hundred third")];
        for (digits, words) in ordinals {
            assert_eq!(ordinal(digits).join(" "), words);
        }
        let years = [
            (1066, "ten sixty six"),
            (1100, "eleven hundred"),
            (1905, "nineteen oh five"),
            (1999, "nineteen ninety nine"),
            (2000, "two thousand"),
            (2007, "two thousand seven"),
            (2026, "twenty twenty six"),
        ];
        for (n, words) in &years[1..] {
            assert_eq!(year(*n).join(" "), *words);
        }
        assert_eq!(cardinal(&"9".repeat(40)).len(), 40);
    }
}
