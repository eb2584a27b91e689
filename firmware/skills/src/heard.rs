//! A transcript, put into the form that the templates have.

/// A text with the numbers of a time of day apart ("7:30" becomes "7 30"), and numbers apart from
/// the letters after them ("7pm", "10min"). Ordinals ("1st") stay as they are.
pub(crate) fn plain(text: &str) -> String {
    let chars: Vec<char> = text.trim().chars().collect();
    let digit = |n: usize| chars.get(n).is_some_and(char::is_ascii_digit);
    let letter = |n: usize| chars.get(n).is_some_and(|c| c.is_alphabetic());
    let mut plain = String::with_capacity(text.len() + 8);
    for (n, &c) in chars.iter().enumerate() {
        let after_digit = n > 0 && digit(n - 1);
        if c == ':' && after_digit && digit(n + 1) && digit(n + 2) && !digit(n + 3) {
            plain.push(' ');
            continue;
        }
        if after_digit && letter(n) && !is_ordinal(&chars, n) {
            plain.push(' ');
        }
        plain.push(c);
    }
    plain
}

/// Whether the letters from `at` make an ordinal number of the digits before them: exactly two,
/// and not those of half a day.
fn is_ordinal(chars: &[char], at: usize) -> bool {
    let letters = chars[at..].iter().take_while(|c| c.is_alphabetic()).count();
    letters == 2 && !matches!(chars.get(at + 1), Some('m' | 'M'))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn numbers_stand_apart() {
        for (text, expected) in [
            (" Wake me at 7:30. ", "Wake me at 7 30."),
            ("7:30pm", "7 30 pm"),
            ("at 7am, 10min", "at 7 am, 10 min"),
            ("May 1st, 22nd", "May 1st, 22nd"),
            ("1:2:3", "1:2:3"),
            ("ratio 1:100", "ratio 1:100"),
            ("", ""),
        ] {
            assert_eq!(plain(text), expected);
        }
    }
}
