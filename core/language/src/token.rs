//! Text in words that can be spoken.

use std::ops::Range;

/// What to speak, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// How to speak it.
    pub kind: TokenKind,
    /// The word, the letters, or the mark.
    pub text: String,
    /// The bytes of the original text that it stands for.
    pub source: Range<usize>,
    /// How to pronounce it, if its letters leave that open ("read", "live") and the context
    /// decides: in IPA, with stress marks before the vowels.
    pub ipa: Option<&'static str>,
}

/// How to speak a [`Token`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// As a word: letters, with apostrophes and hyphens inside. One that ends with an apostrophe
    /// ("l'") is spoken together with the letters after it.
    Word,
    /// Spoken letter by letter; an `s` after capitals is a plural ending.
    Letters,
    /// As a pause or intonation: one of `. , ; : ! ? … — ( )`.
    Mark,
}

/// The tokens as one line, for people and tests: letters separated, words unchanged.
pub fn line(tokens: &[Token]) -> String {
    let mut line = String::new();
    for token in tokens {
        let open = line.is_empty() || line.ends_with(['(', '\'']);
        let joined = token.kind == TokenKind::Mark && !matches!(token.text.as_str(), "(" | "—");
        if !open && !joined {
            line.push(' ');
        }
        if token.kind != TokenKind::Letters {
            line.push_str(&token.text.replace('-', " "));
            continue;
        }
        let letters: Vec<char> = token.text.chars().collect();
        for (n, letter) in letters.iter().enumerate() {
            let plural = *letter == 's' && n > 0 && letters[n - 1].is_uppercase();
            if n > 0 && !plural {
                line.push(' ');
            }
            line.extend(if plural { vec![*letter] } else { letter.to_uppercase().collect() });
        }
    }
    line
}
