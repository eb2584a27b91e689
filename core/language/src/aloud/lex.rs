//! Divides text into the pieces that recognisers work on: numbers, words, single characters.

use std::ops::Range;

use super::fold::{Chars, characters, lowered, raised};
use super::numerals::Numerals;
use super::script;
use crate::work;

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Digits, with commas between groups of three, and one decimal point, whatever the language
    /// writes.
    Number,
    /// Letters, with apostrophes between them.
    Word,
    /// White space; the text is "\n" if it holds a line break, else " ".
    Space,
    /// Superscript digits and signs, stored as ordinary ones.
    Raised,
    /// Subscript digits and signs, stored as ordinary ones.
    Lowered,
    /// Letters of a [`script`] that the voice cannot say.
    Foreign,
    /// Any other character.
    Sign,
}

/// A stretch of the text.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) kind: Kind,
    /// The characters, folded: one kind of apostrophe, hyphen, digit and space.
    pub(crate) text: String,
    /// Their position in the original text.
    pub(crate) at: Range<usize>,
}

/// Letters that the voice's reader of unknown words may know: Latin, Greek, Cyrillic.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() && (c as u32) < 0x530 && !matches!(c, 'ª' | 'º')
        || ('\u{1e00}'..='\u{1eff}').contains(&c)
}

/// Cuts the text up.
pub(crate) fn pieces(numerals: Numerals, text: &str) -> Vec<Piece> {
    let (chars, alone) = characters(numerals, text);
    work::steps(chars.len());
    let mut pieces: Vec<Piece> = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i].1;
        let blank = |c: char| c.is_whitespace() || c.is_control();
        let (kind, end) = if alone.binary_search(&i).is_ok() {
            let whole = chars[i..].iter().take_while(|c| c.0 == chars[i].0).count();
            (Kind::Number, i + whole)
        } else if blank(c) {
            (Kind::Space, run(&chars, i, blank))
        } else if c.is_ascii_digit() {
            (Kind::Number, number(numerals, &chars, i))
        } else if raised(c).is_some() {
            (Kind::Raised, run(&chars, i, |c| raised(c).is_some()))
        } else if lowered(c).is_some() {
            (Kind::Lowered, run(&chars, i, |c| lowered(c).is_some()))
        } else if is_letter(c) {
            (Kind::Word, word(&chars, i))
        } else if let Some(script) = script::of(c) {
            (Kind::Foreign, run(&chars, i, |c| script::of(c) == Some(script)))
        } else {
            (Kind::Sign, i + 1)
        };
        let of = || chars[i..end].iter().map(|c| c.1);
        let text: String = match kind {
            Kind::Space if of().any(|c| c == '\n') => "\n".to_owned(),
            Kind::Space => " ".to_owned(),
            Kind::Number => of().map(|c| numerals.canonical(c)).collect(),
            Kind::Raised => of().filter_map(raised).collect(),
            Kind::Lowered => of().filter_map(lowered).collect(),
            _ => of().collect(),
        };
        pieces.push(Piece { kind, text, at: chars[i].0..chars[end - 1].2 });
        i = end;
    }
    pieces
}

fn run(chars: &Chars, from: usize, belongs: impl Fn(char) -> bool) -> usize {
    from + chars[from..].iter().take_while(|c| belongs(c.1)).count()
}

/// Where the number that begins at `from` ends.
fn number(numerals: Numerals, chars: &Chars, from: usize) -> usize {
    let digits = |at: usize| {
        if at < chars.len() { run(chars, at, |c| c.is_ascii_digit()) } else { at }
    };
    let first = digits(from);
    let mut end = first;
    if first - from <= 3 {
        let groups = |sign: &char| groups(chars, from, first, *sign);
        // "1_000" is of a program.
        end = numerals.groups.iter().chain(&['_']).find_map(groups).unwrap_or(first);
        if numerals.groups.contains(&',') {
            end = end.max(lakhs(chars, from, first));
        }
    }
    // One point only: with two it is an address or a version.
    let point = |at: usize| chars.get(at).is_some_and(|c| c.1 == numerals.point);
    if point(end) && digits(end + 1) > end + 1 {
        let after = digits(end + 1);
        let more = point(after) && digits(after + 1) > after + 1;
        let before = from > 1 && point(from - 1) && chars[from - 2].1.is_ascii_digit();
        if !more && !before {
            end = after;
        }
    }
    end
}

/// Where the groups of three digits end that follow the digits from `from` up to `first`, if there
/// are any with this sign between them.
fn groups(chars: &Chars, from: usize, first: usize, sign: char) -> Option<usize> {
    let digit = |at: usize| chars.get(at).is_some_and(|c| c.1.is_ascii_digit());
    let separates = |at: usize| {
        chars.get(at).is_some_and(|c| match sign {
            ' ' => c.1.is_whitespace() && c.1 != '\n',
            _ => c.1 == sign,
        })
    };
    let mut end = first;
    while separates(end) && (end + 1..end + 4).all(digit) && !digit(end + 4) {
        end += 4;
    }
    // Groups of other lengths around them: a telephone number, a date, an address.
    let group = |at: usize| separates(at) && digit(at + 1);
    let before = from > 1 && separates(from - 1) && digit(from - 2);
    let named = |at: usize| chars.get(at).is_some_and(|c| c.1 == '_' || is_letter(c.1));
    let name = sign == '_' && (from > 0 && named(from - 1) || named(end));
    let odd = name || sign != ',' && (group(end) || before || chars[from].1 == '0');
    // "+1 217 %" is no telephone number.
    let long = end - from > 8;
    let called =
        sign == ' ' && from > 0 && (chars[from - 1].1 == '/' || chars[from - 1].1 == '+' && long);
    // 192.168.100.1 is the address of a computer.
    let address = sign == '.'
        && end == first + 12
        && !(first..end).step_by(4).any(|at| chars[at + 1].1 == '0');
    // 600 123 456 is a telephone number.
    let telephone = sign == ' '
        && end == from + 11
        && matches!(chars[from].1, '6'..='9')
        && chars[first].1 == ' '
        && !(end - 3..end).all(|at| chars[at].1 == '0');
    (end > first && !odd && !called && !address && !telephone).then_some(end)
}

/// Where the groups of "1,00,000" end, as India writes them.
fn lakhs(chars: &Chars, from: usize, first: usize) -> usize {
    let digit = |at: usize| chars.get(at).is_some_and(|c| c.1.is_ascii_digit());
    let comma = |at: usize| chars.get(at).is_some_and(|c| c.1 == ',');
    let mut end = first;
    while comma(end) && digit(end + 1) && digit(end + 2) && comma(end + 3) {
        end += 3;
    }
    let last = comma(end) && (end + 1..end + 4).all(digit) && !digit(end + 4);
    if first - from <= 2 && end > first && last { end + 4 } else { first }
}

fn word(chars: &Chars, from: usize) -> usize {
    // "ΔT" is two pieces.
    let greek = |c: char| ('\u{370}'..'\u{400}').contains(&c);
    let alike = |at: usize| {
        let first = greek(chars[at].1);
        run(chars, at, |c| is_letter(c) && greek(c) == first)
    };
    let letters = |at: usize| if at < chars.len() { alike(at) } else { at };
    let mut end = letters(from);
    // "kΩ"
    let prefix = end == from + 1 && matches!(chars[from].1, 'k' | 'M' | 'G' | 'm' | 'µ');
    if prefix && chars.get(end).is_some_and(|c| c.1 == 'Ω') && letters(end) == end + 1 {
        return end + 1;
    }
    while end < chars.len() && chars[end].1 == '\'' && letters(end + 1) > end + 1 {
        end = letters(end + 1);
    }
    end
}
