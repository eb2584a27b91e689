//! Sums, products, integrals and limits with their bounds.
//!
//! The bounds are subscripts and superscripts ("∑ᵢ₌₁ⁿ"), or between [`OPEN`] and [`CLOSE`], as
//! LaTeX is put into plain text ("∑⟦i = 1⟧⟦n⟧").

use super::class::{Class, Item};
use super::item;
use super::lex::Kind;
use super::tables::Aloud;
use super::text::Text;

/// The brackets around a bound.
pub(crate) const OPEN: &str = "⟦";
pub(crate) const CLOSE: &str = "⟧";

/// The most pieces of a bound.
const LONGEST: usize = 24;

/// "∑", "lim" before a bound, and the brackets of one.
pub(crate) fn bounds(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let said = |sign: &str| aloud.sign(sign).map(|words| item(Class::Mathematics(words), i, i + 1));
    let of = || aloud.sign("(.").unwrap_or_default();
    match text.get(i) {
        sign if text.is(i + 1, OPEN) && has_bounds(sign) => {
            let two = text.is(closes(text, i + 1)? + 1, OPEN);
            said(&format!("{sign}{}", if two { "⟦" } else { "_" }))
        }
        OPEN => Some(item(Class::Silent, i, i + 1)),
        CLOSE if text.is(i + 1, OPEN) => said("⟧⟦"),
        CLOSE => Some(item(Class::Mathematics(of()), i, i + 1)),
        // "lim⟦x → 0⟧"
        "→" if (i.saturating_sub(6)..i).any(|at| text.is(at, OPEN) && text.is(at - 1, "lim")) => {
            said("lim→")
        }
        // "∑ᵢ₌₁ⁿ"
        sign if has_bounds(sign) && text.kind(i + 1) == Some(Kind::Lowered) => {
            let lower = script(aloud, text.get(i + 1));
            if text.kind(i + 2) != Some(Kind::Raised) {
                let words = aloud.sign(&format!("{sign}_"))?;
                let words = format!("{words} {lower} {}", of());
                return Some(item(Class::Coined(words), i, i + 2));
            }
            let words = aloud.sign(&format!("{sign}⟦"))?;
            let upper = script(aloud, text.get(i + 2));
            let to = aloud.sign("⟧⟦").unwrap_or(aloud.words.to);
            let words = format!("{words} {lower} {to} {upper} {}", of());
            Some(item(Class::Coined(words), i, i + 3))
        }
        _ => None,
    }
}

/// Whether a sign may have bounds.
fn has_bounds(sign: &str) -> bool {
    matches!(sign, "∑" | "∏" | "∫" | "√" | "lim" | "log")
}

/// Where the bracket closes that opens at `i`.
fn closes(text: &Text, i: usize) -> Option<usize> {
    (i + 1..i + LONGEST).find(|&at| text.is(at, CLOSE))
}

/// The words of a subscript or superscript: letters one by one, numbers and signs. A longer word
/// ("vₘₐₓ") is said whole.
pub(crate) fn script(aloud: &Aloud, written: &str) -> String {
    if written.chars().count() > 2 && written.chars().all(char::is_alphabetic) {
        return written.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    let mut rest = written;
    while let Some(c) = rest.chars().next() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let length = if digits > 0 { digits } else { c.len_utf8() };
        let part = &rest[..length];
        rest = &rest[length..];
        words.push(match part {
            "-" => aloud.words.minus.to_owned(),
            "+" => aloud.words.plus.to_owned(),
            "=" => aloud.sign("=").unwrap_or_default().to_owned(),
            _ if digits > 0 => aloud.grammar.cardinal(part),
            _ => format!("{}.", part.to_uppercase()),
        });
    }
    words.join(" ")
}
