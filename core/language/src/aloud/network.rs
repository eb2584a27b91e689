//! Addresses of computers, and identifiers.

use super::class::{Class, Item};
use super::code::LONGEST;
use super::item;
use super::lex::Kind;
use super::tables::Aloud;
use super::text::Text;

/// 192.168.0.1:80, 10.0.0.0/8, 00:1A:2B:3C:4D:5E, fe80::1, localhost:3000
pub(crate) fn network(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    // "::1"
    let double_first = text.is(i, ":") && text.is(i + 1, ":") && text.starts_fresh(i);
    if matches!(text.get(i.wrapping_sub(1)), "." | ":")
        || !(text.is_number(i) || text.is_word(i) || double_first)
    {
        return None;
    }
    if let Some(end) = uuid(text, i) {
        return Some(item(Class::Code, i, end));
    }
    let octet = |at: usize| text.value(at).is_some_and(|n| n < 256);
    let four = (0..4).all(|n| octet(i + 2 * n)) && (0..3).all(|n| text.is(i + 2 * n + 1, "."));
    let port = |end: usize| {
        let more = matches!(text.get(end), ":" | "/") && text.is_digits(end + 1, 1..=5);
        if more { end + 2 } else { end }
    };
    if four && !(text.is(i + 7, ".") && text.is_number(i + 8)) {
        return Some(item(Class::Network, i, port(i + 7)));
    }
    if text.is(i, "localhost") && port(i + 1) > i + 1 {
        return Some(item(Class::Network, i, port(i + 1)));
    }
    // Groups of hexadecimal digits between colons.
    let hex = |at: usize| {
        matches!(text.kind(at), Some(Kind::Number | Kind::Word))
            && text.get(at).len() <= 4
            && text.get(at).bytes().all(|b| b.is_ascii_hexdigit())
    };
    let (mut at, mut colons, mut letters, mut double) = (i, 0, false, false);
    while at < i + LONGEST && (hex(at) || text.is(at, ":") && (hex(at + 1) || text.is(at + 1, ":")))
    {
        colons += usize::from(text.is(at, ":"));
        double |= text.is(at, ":") && text.is(at + 1, ":");
        letters |= text.is_word(at);
        at += 1;
    }
    let fits = colons >= 5 || double && letters && colons >= 2 || double_first && at > i + 2;
    fits.then(|| item(Class::Network, i, at))
}

/// Where 550e8400-e29b-41d4-a716-446655440000 ends: groups of hexadecimal digits.
fn uuid(text: &Text, i: usize) -> Option<usize> {
    let part = |at: usize| matches!(text.kind(at), Some(Kind::Number | Kind::Word));
    let mut at = i;
    for (group, length) in UUID.iter().enumerate() {
        if group > 0 {
            at += text.is(at, "-").then_some(1)?;
        }
        let mut digits = 0;
        while digits < *length && part(at) {
            if !text.get(at).bytes().all(|b| b.is_ascii_hexdigit()) {
                return None;
            }
            digits += text.get(at).len();
            at += 1;
        }
        if digits != *length {
            return None;
        }
    }
    (!part(at) && text.starts_fresh(i)).then_some(at)
}

/// The digits in the groups of a universally unique identifier.
const UUID: [usize; 5] = [8, 4, 4, 4, 12];
