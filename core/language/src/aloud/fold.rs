//! Characters in one form: variants of a sign, digits of any script, ligatures, superscripts, and
//! letters with a mark over them.

use unicode_normalization::char::{compose, decompose_compatible};

use super::numerals::Numerals;
use super::script;

/// Maps variants of a character to one of them, and invisible characters to `None`.
fn fold(c: char) -> Option<char> {
    Some(match c {
        '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{ff07}' => '\'',
        '\u{2010}' | '\u{2011}' | '\u{2012}' => '-',
        '\u{2015}' => '—',
        '\u{201e}' | '\u{201f}' | '«' => '“',
        '»' => '”',
        '\u{3bc}' => 'µ',
        '\u{2126}' => 'Ω',
        '⌀' => 'Ø',
        '\u{305}' => BAR,
        '\u{2044}' | '\u{2215}' => '/',
        '\u{2236}' => ':',
        '\u{2217}' | '\u{22c5}' => '×',
        '\u{2206}' => 'Δ',
        '\u{2b50}' | '\u{1f31f}' => '★',
        '\u{2705}' | '\u{2714}' => '✓',
        '\u{274c}' | '\u{274e}' | '\u{2718}' | '\u{2716}' => '✗',
        '\u{1f9e1}' | '\u{1f499}'..='\u{1f49c}' | '\u{1f5a4}' => '❤',
        '😀' | '😃' | '😄' | '😁' | '😊' | '☺' => '🙂',
        '😭' | '😞' | '😔' | '🙁' | '☹' | '😟' => '😢',
        '🤣' => '😂',
        '😠' => '😡',
        '🥰' => '😍',
        '😨' => '😱',
        '\u{1f4de}' | '\u{2706}' | '\u{1f57f}' => '☎',
        '\u{27a1}' | '\u{2794}' | '\u{279c}' | '\u{27f6}' => '→',
        // "1ᵉʳ", "Mᵐᵉ"
        '\u{1d49}' => 'e',
        '\u{2b3}' => 'r',
        '\u{1d50}' => 'm',
        '\u{1d52}' => 'º',
        // "5ᵗʰ"
        '\u{1d57}' => 't',
        '\u{2b0}' => 'h',
        '\u{2e2}' => 's',
        '\u{1d48}' => 'd',
        '。' | '।' | '۔' => '.',
        '、' | '،' => ',',
        '؛' => ';',
        '؟' => '?',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        // Soft hyphen, zero-width characters, variation selectors, combining marks, keycaps.
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2060}'
        | '\u{feff}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{20e3}'
        | '\u{300}'..='\u{36f}' => return None,
        _ => c,
    })
}

fn digit(c: char, first: char, of: u32) -> char {
    char::from_digit(c as u32 - first as u32 + of, 10).unwrap_or(c)
}

/// The ordinary form of a superscript character.
pub(crate) fn raised(c: char) -> Option<char> {
    Some(match c {
        '⁰' => '0',
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        '⁴'..='⁹' => digit(c, '⁴', 4),
        '⁺' => '+',
        '⁻' => '-',
        'ⁿ' => 'n',
        'ⁱ' => 'i',
        'ᵏ' => 'k',
        'ᵀ' => 'T',
        'ˣ' => 'x',
        '⁼' => '=',
        _ => return None,
    })
}

/// The ordinary form of a subscript character.
pub(crate) fn lowered(c: char) -> Option<char> {
    const LETTERS: &[(char, char)] = &[
        ('ₐ', 'a'),
        ('ₑ', 'e'),
        ('ₕ', 'h'),
        ('ᵢ', 'i'),
        ('ⱼ', 'j'),
        ('ₖ', 'k'),
        ('ₗ', 'l'),
        ('ₘ', 'm'),
        ('ₙ', 'n'),
        ('ₒ', 'o'),
        ('ₚ', 'p'),
        ('ᵣ', 'r'),
        ('ₛ', 's'),
        ('ₜ', 't'),
        ('ᵤ', 'u'),
        ('ᵥ', 'v'),
        ('ₓ', 'x'),
        ('₊', '+'),
        ('₋', '-'),
        ('₌', '='),
    ];
    match c {
        '₀'..='₉' => Some(digit(c, '₀', 0)),
        _ => LETTERS.iter().find(|(known, _)| *known == c).map(|(_, letter)| *letter),
    }
}

/// The mark of "x̄".
const BAR: char = '\u{304}';

/// Marks over a letter that stands for a quantity: hat, tilde, bar, dots, arrow.
fn is_over(c: char) -> bool {
    matches!(c, '\u{302}' | '\u{303}' | BAR | '\u{307}' | '\u{308}' | '\u{20d7}')
}

/// A character of the text, folded: its first byte, the character, its end.
pub(crate) type Chars = [(usize, char, usize)];

/// Characters that stand for several, or for letters in another form: ligatures, numbers in
/// circles and in brackets, Roman numerals, letters in circles, mathematical alphabets.
fn is_compatible(c: char) -> bool {
    matches!(u32::from(c),
        0x2460..=0x24FF | 0x2776..=0x2793 | 0x2160..=0x2188 | 0x1F100..=0x1F169
        | 0xFB00..=0xFB06 | 0x1D400..=0x1D7FF | 0x132..=0x133 | 0x1C4..=0x1CC | 0x1F1..=0x1F3
        | 0x2100..=0x2101 | 0x2105..=0x2106 | 0x210A..=0x2115 | 0x2118..=0x211D | 0x2121 | 0x2124
        | 0x2128 | 0x212C..=0x2134 | 0x3380..=0x33DF)
}

/// The value of a character that is a whole number by itself: ②, Ⅳ.
fn single_number(c: char) -> Option<u32> {
    let c = u32::from(c);
    Some(match c {
        0x2460..=0x2473 => c - 0x2460 + 1,
        0x2474..=0x2487 => c - 0x2474 + 1,
        0x2488..=0x249B => c - 0x2488 + 1,
        0x24EA | 0x24FF => 0,
        0x24EB..=0x24F4 => c - 0x24EB + 11,
        0x24F5..=0x24FE => c - 0x24F5 + 1,
        0x2776..=0x277F => c - 0x2776 + 1,
        0x2780..=0x2789 => c - 0x2780 + 1,
        0x278A..=0x2793 => c - 0x278A + 1,
        0x2160..=0x216B => c - 0x2160 + 1,
        0x2170..=0x217B => c - 0x2170 + 1,
        _ => return None,
    })
}

/// The letter and the mark over it, if a letter with a mark stands for a quantity: alone, and one
/// that no word has alone.
fn quantity(c: char, alone: bool) -> Option<(char, char)> {
    Some(match c {
        'ŷ' if alone => ('y', '\u{302}'),
        'ẑ' if alone => ('z', '\u{302}'),
        'ȳ' if alone => ('y', BAR),
        'ẋ' if alone => ('x', '\u{307}'),
        'ẏ' if alone => ('y', '\u{307}'),
        'ẍ' if alone => ('x', '\u{308}'),
        _ => return None,
    })
}

/// The characters of the text, and which of them are a number by themselves.
pub(crate) fn characters(
    numerals: Numerals,
    text: &str,
) -> (Vec<(usize, char, usize)>, Vec<usize>) {
    let mut chars: Vec<(usize, char, usize)> = Vec::with_capacity(text.len());
    let mut alone = Vec::new();
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let next = text[end..].chars().next();
        // Whether a letter before the character at this place would be alone.
        let fresh = |chars: &Chars| chars.last().is_none_or(|last| !last.1.is_alphabetic());
        let ends = !next.is_some_and(char::is_alphabetic);
        // "x̄", "ŷ"
        if ends && let Some((letter, over)) = quantity(c, fresh(&chars)) {
            chars.extend([(at, letter, end), (at, over, end)]);
            continue;
        }
        if let Some(over) = fold(c).or(Some(c)).filter(|&over| ends && is_over(over))
            && chars.last().is_some_and(|last| last.1.is_alphabetic() && !"aeiou".contains(last.1))
            && fresh(&chars[..chars.len() - 1])
        {
            chars.push((at, over, end));
            continue;
        }
        if let Some(number) = single_number(c) {
            alone.push(chars.len());
            chars.extend(number.to_string().chars().map(|c| (at, c, end)));
        } else if is_compatible(c) {
            decompose_compatible(c, |c| chars.extend(fold(c).map(|c| (at, c, end))));
        } else if let Some(digit) = script::digit(c) {
            chars.push((at, digit, end));
        } else if c == '٫' {
            chars.push((at, numerals.point, end));
        } else if ('\u{300}'..='\u{36f}').contains(&c) {
            // "e" and an accent are one letter.
            if let Some(last) = chars.last_mut()
                && let Some(letter) = compose(last.1, c)
            {
                (last.1, last.2) = (letter, end);
            }
        } else if let Some(c) = fold(c) {
            chars.push((at, c, end));
        }
    }
    (chars, alone)
}
