//! From a text to its words.

/// A mark in the place of a dash between two words.
pub const DASH: &str = "-";
/// A number with so many digits is a code, if it is no year.
const CODE_DIGITS: usize = 3;

/// Whether a word is a code: it has letters and digits ("E14"), or is a number of several digits.
pub fn is_code(word: &str) -> bool {
    let digit = |c: char| c.is_ascii_digit();
    word.contains(digit) && word.contains(char::is_alphabetic)
        || word.len() >= CODE_DIGITS && word.chars().all(digit) && !is_year(word)
}

/// Whether a word is the number of a year from 1000 to 2099.
pub fn is_year(word: &str) -> bool {
    word.len() == 4 && word.parse().is_ok_and(|year: u16| (1000..2100).contains(&year))
}

/// A code without the zeros before its number: "F-07" and "F 7" are the same.
pub fn code(letters: &str, number: &str) -> String {
    let short = number.trim_start_matches('0');
    format!("{letters}{}", if short.is_empty() { "0" } else { short })
}

/// Whether a text has something like "9:30".
pub fn has_time_of_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes
        .windows(3)
        .any(|part| part[0].is_ascii_digit() && part[1] == b':' && part[2].is_ascii_digit())
}

/// The words of a text in lower case, with a mark for a dash between two of them.
pub fn split(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut dash = false;
    let chars: Vec<char> = text.chars().collect();
    for (n, &c) in chars.iter().enumerate() {
        // The point of a decimal number.
        let point = matches!(c, '.' | ',')
            && word.ends_with(|c: char| c.is_ascii_digit())
            && chars.get(n + 1).is_some_and(char::is_ascii_digit);
        // "a.m."
        let initial = c == '.'
            && chars.get(n.wrapping_sub(2)).is_none_or(|c| !c.is_alphanumeric())
            && chars.get(n + 1).is_some_and(|c| c.is_alphabetic())
            && chars.get(n + 2) == Some(&'.');
        if initial {
            continue;
        }
        if c.is_alphanumeric() || point {
            if word.is_empty() && dash && !words.is_empty() {
                words.push(DASH.to_owned());
            }
            dash = false;
            word.extend(c.to_lowercase());
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if matches!(c, '€' | '£' | '$') {
            words.push(c.to_string());
        }
        dash = matches!(c, '-' | '–' | '—') || dash && c == ' ';
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}
