//! A transcript, put into the form that the templates have.

use sayso_intents::Match;

/// A text in the form of the templates, which knows what was said.
pub(crate) struct Plain<'t> {
    /// The text.
    pub text: String,
    said: &'t str,
    /// The byte of `said` from which each byte of the text comes; at last, the end of `said`.
    origin: Vec<usize>,
}

impl Plain<'_> {
    /// Puts what was said back into the slots that hold words of the text.
    pub fn restore(&self, found: &mut Match) {
        for (slot, span) in &found.spans {
            let at = |byte: usize| self.origin.get(byte).copied();
            let said = at(span.start).zip(at(span.end));
            let said = said.and_then(|(from, to)| self.said.get(from..to));
            if let Some(said) = said.map(str::trim) {
                found.slots.insert(slot.clone(), said.into());
            }
        }
    }
}

/// A text with the numbers of a time of day apart ("7:30" becomes "7 30"), and numbers apart from
/// the letters after them ("7pm", "10min"). Ordinals ("1st") stay as they are.
pub(crate) fn plain(said: &str) -> Plain<'_> {
    let all: Vec<(usize, char)> = said.char_indices().collect();
    let chars: Vec<char> = all.iter().map(|(_, c)| *c).collect();
    let digit = |n: usize| chars.get(n).is_some_and(char::is_ascii_digit);
    let letter = |n: usize| chars.get(n).is_some_and(|c| c.is_alphabetic());
    let mut plain = Plain { text: String::with_capacity(said.len() + 8), said, origin: Vec::new() };
    let mut push = |c: char, at: usize| {
        plain.text.push(c);
        plain.origin.extend(std::iter::repeat_n(at, c.len_utf8()));
    };
    for (n, &(at, c)) in all.iter().enumerate() {
        let after_digit = n > 0 && digit(n - 1);
        if c == ':' && after_digit && digit(n + 1) && digit(n + 2) && !digit(n + 3) {
            push(' ', at);
            continue;
        }
        if after_digit && letter(n) && !is_ordinal(&chars, n) {
            push(' ', at);
        }
        push(c, at);
    }
    plain.origin.push(said.len());
    plain
}

/// Whether the letters from `at` make an ordinal number of the digits before them: exactly two,
/// and not those of half a day.
fn is_ordinal(chars: &[char], at: usize) -> bool {
    let letters = chars.iter().skip(at).take_while(|c| c.is_alphabetic()).count();
    letters == 2 && !matches!(chars.get(at + 1), Some('m' | 'M'))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn numbers_stand_apart() {
        for (text, expected) in [
            ("Wake me at 7:30.", "Wake me at 7 30."),
            ("7:30pm", "7 30 pm"),
            ("at 7am, 10min", "at 7 am, 10 min"),
            ("May 1st, 22nd", "May 1st, 22nd"),
            ("1:2:3", "1:2:3"),
            ("ratio 1:100", "ratio 1:100"),
            ("", ""),
        ] {
            assert_eq!(plain(text).text, expected);
        }
    }
}
