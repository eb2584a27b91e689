//! Addresses of pages, people and files.

use super::Reader;
use super::lex::Kind;
use super::numbers;

/// Addresses longer than this many pieces are read as ordinary text.
const LONGEST: usize = 120;
/// Endings that make a dotted name an address.
const ENDINGS: &[&str] = &[
    "com", "org", "net", "edu", "gov", "io", "co", "uk", "de", "fr", "info", "biz", "ca", "au",
    "tv", "ai", "app", "dev", "eu",
];

impl Reader<'_> {
    /// `https://example.com/page`, `www.example.org`, `someone@example.com`
    pub(super) fn address(&mut self, i: usize) -> Option<usize> {
        if i > 0 && !self.starts_fresh(i) {
            return None;
        }
        let mut end = i;
        while end < self.pieces.len().min(i + LONGEST)
            && !self.is_space(end)
            && !matches!(self.text(end), ">" | "<" | "\"" | ")" | "]" | "|")
        {
            end += 1;
        }
        // Punctuation at the end of the sentence is not part of the address.
        while end > i
            && matches!(
                self.text(end - 1),
                "." | "," | ";" | ":" | "!" | "?" | "'" | "*" | "_" | "`" | "…"
            )
        {
            end -= 1;
        }
        let scheme =
            (self.text(i + 1) == ":" && self.text(i + 2) == "/" && self.text(i + 3) == "/")
                .then_some(i + 4);
        let at =
            (i..end).find(|&p| self.text(p) == "@").filter(|&at| at > i && self.is_word(at + 1));
        let dotted = (i + 1..end).any(|p| self.text(p) == "." && p + 1 < end);
        let ending = (i + 2..end).any(|p| {
            self.text(p - 1) == "."
                && ENDINGS.contains(&self.text(p).to_lowercase().as_str())
                && (p + 1 == end || matches!(self.text(p + 1), "/" | "." | ":" | "?" | "#"))
        });
        let www = self.text(i) == "www" && dotted;
        if !(scheme.is_some() || www || (at.is_some() && dotted) || (ending && dotted)) {
            return None;
        }
        let mut p = scheme.unwrap_or(i);
        while p < end {
            let source = self.at(p);
            match (self.kind(p), self.text(p)) {
                // The query of an address is not spoken.
                (_, "?" | "#") => break,
                (_, "www") => self.spell("www", source),
                (Some(Kind::Word), text) => {
                    let text = text.to_owned();
                    if text.chars().count() == 1
                        || matches!(
                            text.as_str(),
                            "io" | "uk" | "tv" | "ai" | "eu" | "de" | "au" | "ca" | "fr"
                        )
                    {
                        self.spell(&text, source);
                    } else {
                        self.say(&text, source);
                    }
                }
                (Some(Kind::Number), text) => {
                    let words = if text.len() <= 2 {
                        numbers::cardinal(text)
                    } else {
                        numbers::spelt(text)
                    };
                    self.say_all(&words, source);
                }
                (_, "/") if p + 1 == end => {}
                (_, sign) => {
                    let words = match sign {
                        "." => "dot",
                        "/" => "slash",
                        "@" => "at",
                        "-" => "dash",
                        "_" => "underscore",
                        ":" => "colon",
                        "+" => "plus",
                        "~" => "tilde",
                        _ => "",
                    };
                    self.say(words, source);
                }
            }
            p += 1;
        }
        Some(end)
    }
}
