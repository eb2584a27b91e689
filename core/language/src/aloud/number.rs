//! Plain numbers, and the letter between two of them.

use super::amount::is_named;
use super::class::{Class, Item, Style};
use super::item;
use super::tables::Aloud;
use super::text::Text;

/// 737-800
pub(crate) fn is_airliner(text: &Text, i: usize) -> bool {
    let digits = text.get(i).as_bytes();
    matches!(digits, [b'7', _, b'7'])
        && text.is(i + 1, "-")
        && text.is_digits(i + 2, 3..=3)
        && !text.is(i + 3, "-")
}

/// LxWxH: the names of the sides.
pub(crate) fn sides(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let letters: Vec<&str> = text.get(i).split('x').collect();
    let capital = |part: &&str| part.len() == 1 && part.bytes().all(|b| b.is_ascii_uppercase());
    let fits = text.is_word(i) && letters.len() > 1 && letters.iter().all(capital);
    let by = aloud.sign("x").filter(|_| fits)?;
    let words = letters.join(&format!(". {by} ")) + ".";
    Some(item(Class::Coined(words), i, i + 1))
}

/// 4K: the letter after it is no unit.
pub(crate) fn resolution(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let fits = text.is_digits(i, 1..=1) && text.is(i + 1, "K");
    fits.then(|| item(Class::Number(i, Style::Amount), i, i + 1))
}

/// 9x13, 20 cm x 30 cm, 2 x 4 = 8, 3x faster: the letter.
pub(crate) fn by(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if !matches!(text.get(i), "x" | "X" | "×") {
        return None;
    }
    // "f(x) = 2x"
    let variable = text.is(i, "x") && (i.saturating_sub(10)..i).any(|at| text.is(at, "="));
    let (before, after) = (text.before(i), text.past_space(i + 1));
    // "72 in. x 36 in."
    let before = if text.is(before, ".") { before.wrapping_sub(1) } else { before };
    let number = text.is_number(before)
        || text.is_number(text.before(before))
        || text.is_number(before.wrapping_sub(1)) && text.is_word(before);
    if number && text.is_number(after) {
        let sum = (after..after + 6).any(|at| text.is(at, "=")) || is_product(aloud, text, i);
        let words = aloud.sign(if sum { "×" } else { "x" })?;
        return Some(item(Class::Mathematics(words), i, i + 1));
    }
    // "3x faster", and at the end; but "3x - 7".
    let joined = text.is_number(i.wrapping_sub(1))
        && !text.is(i, "×")
        // "Ryzen 9 5900X"
        && (text.is(i, "x") || text.get(i.wrapping_sub(1)).len() < 3);
    let thing = after > i + 1 && text.is_word(after) && !text.is_letter(after);
    let end = matches!(text.get(i + 1), "." | "," | "!" | "?" | ";" | ")" | "");
    (joined && !variable && (thing || end))
        .then(|| aloud.sign("×"))
        .flatten()
        .map(|words| item(Class::Mathematics(words), i, i + 1))
}

/// Whether the sign "×" at `i` multiplies: not in "3840×2160" and "a 10 × 12 room".
fn is_product(aloud: &Aloud, text: &Text, i: usize) -> bool {
    let (before, after) = (text.before(i), text.past_space(i + 1));
    let asked = (before.saturating_sub(5)..before).any(|at| text.one_of(at, aloud.sums));
    let end = text.past_space(after + 1);
    let thing =
        |end: usize| text.is_word(end) && text.is(end.wrapping_sub(1), " ") && !text.is_letter(end);
    // "30 × 20 × 10 cm"
    let more = text.past_space(end + 1);
    let chain = text.is(end, "×") && thing(text.past_space(more + 1));
    let thing = thing(end) || chain;
    let tight = before == i.wrapping_sub(1) && text.is_word(text.before(before));
    let lines = text.is_digits(before, 3..=4) && text.is_digits(after, 3..=4);
    let feet = matches!(text.get(after + 1), "'" | "\"" | "′" | "″");
    text.is(i, "×") && (asked || !(thing || tight || lines || feet))
}

/// A plain number; four digits are a year if they can be one.
pub(crate) fn number(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if !text.is_number(i) {
        return None;
    }
    let before = text.before(i);
    let value = text.value(i).unwrap_or_default();
    let year = text.is_digits(i, 4..=4)
        && ((1100..2100).contains(&value)
            || (1000..1100).contains(&value) && text.one_of(before, aloud.years)
            || (1000..3000).contains(&value) && text.one_of(before, &aloud.years[..1]));
    // U-235, F-150
    let model = text.is(i.wrapping_sub(1), "-")
        && text.is_capitals(i.wrapping_sub(2))
        && text.is_digits(i, 3..=4)
        // A380
        || text.is_letter(i.wrapping_sub(1))
            && text.is_capital(i.wrapping_sub(1))
            && text.is_digits(i, 3..=3);
    // 401(k), 737-800
    let plan = text.is_digits(i, 3..=3)
        && (text.is(i + 1, "(") && text.is_letter(i + 2) && text.is(i + 3, ")")
            || is_airliner(text, i)
            || text.is(i.wrapping_sub(1), "-") && is_airliner(text, i.wrapping_sub(2)));
    // 1920x1080
    let by = |at: usize| matches!(text.get(at), "x" | "×");
    let lines = |at: usize| text.is_digits(at, 3..=4);
    let (left, right) = (i.wrapping_sub(1), i + 1);
    let second = by(left) && text.is_number(left.wrapping_sub(1));
    // "3840 x 2160 @ 60 Hz", but not "1200 x 800 mm"
    let (apart, before_by) = (text.past_space(right), text.before(i));
    let last = if by(apart) { text.past_space(apart + 1) } else { i };
    let measured = aloud.unit(text.get(text.past_space(last + 1))).is_some();
    let spaced = by(apart) && lines(text.past_space(apart + 1))
        || by(before_by) && lines(text.before(before_by));
    let lines = lines(i) && (second || by(right) && lines(right + 1) || spaced && !measured);
    let version = text.one_of(before, aloud.versioned) && text.get(i).contains('.');
    let named = is_named(aloud, text, i);
    // 10 000
    if text.is_digits(i, 1..=3)
        && text.is(i + 1, " ")
        && text.is_digits(i + 2, 3..=3)
        && (text.is(i + 2, "000") || text.at(i + 1).len() > 1)
    {
        return Some(item(Class::Number(i, Style::Amount), i, i + 3));
    }
    let style = match text.get(i) {
        // 007
        zeros if zeros.starts_with('0') && zeros.len() > 1 && !zeros.contains('.') => Style::Digits,
        // "A-10293"
        _ if text.is(i.wrapping_sub(1), "-")
            && text.is_capitals(i.wrapping_sub(2))
            && text.is_digits(i, 5..=9) =>
        {
            Style::Digits
        }
        _ if model || plan || lines => Style::Pairs,
        _ if version => Style::Version,
        _ if year => Style::Year,
        _ if named && text.is_digits(i, 3..=4) => Style::Pairs,
        _ if named && text.is_digits(i, 5..=9) => Style::Digits,
        _ => Style::Amount,
    };
    Some(item(Class::Number(i, style), i, i + 1))
}
