//! Cuts text into pieces for the rules: numbers, words, single characters.

use std::ops::Range;

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Digits, with commas between groups of three, and one decimal point.
    Number,
    /// Letters, with apostrophes between them.
    Word,
    /// White space; the text is "\n" if it holds a line break, else " ".
    Space,
    /// Any other character.
    Sign,
}

/// A stretch of the text.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    /// The characters, folded: one kind of apostrophe, hyphen, digit and space.
    pub(super) text: String,
    /// Their place in the original text.
    pub(super) at: Range<usize>,
}

/// Maps variants of a character to one. `None` for invisible characters.
fn fold(c: char) -> Option<char> {
    Some(match c {
        '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{ff07}' => '\'',
        '\u{2010}' | '\u{2011}' | '\u{2012}' | '\u{2212}' => '-',
        '\u{2014}' | '\u{2015}' => '—',
        '\u{201e}' | '\u{201f}' | '«' => '“',
        '»' => '”',
        '\u{3bc}' => 'µ',
        '。' => '.',
        '、' => ',',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        // Soft hyphen, zero-width characters, variation selectors, combining marks.
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2060}'
        | '\u{feff}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{300}'..='\u{36f}' => return None,
        _ => c,
    })
}

/// Letters that the voice's network for unknown words may know: Latin, Greek, Cyrillic.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() && (c as u32) < 0x530 && !matches!(c, 'ª' | 'º')
        || ('\u{1e00}'..='\u{1eff}').contains(&c)
}

/// Cuts the text up.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let chars: Vec<(usize, char, usize)> =
        text.char_indices().filter_map(|(at, c)| Some((at, fold(c)?, at + c.len_utf8()))).collect();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i].1;
        let (kind, end) = if c.is_whitespace() || c.is_control() {
            (Kind::Space, run(&chars, i, |c| c.is_whitespace() || c.is_control()))
        } else if c.is_ascii_digit() {
            (Kind::Number, number(&chars, i))
        } else if is_letter(c) {
            (Kind::Word, word(&chars, i))
        } else {
            (Kind::Sign, i + 1)
        };
        let text: String = match kind {
            Kind::Space if chars[i..end].iter().any(|c| c.1 == '\n') => "\n".to_owned(),
            Kind::Space => " ".to_owned(),
            _ => chars[i..end].iter().map(|c| c.1).collect(),
        };
        pieces.push(Piece { kind, text, at: chars[i].0..chars[end - 1].2 });
        i = end;
    }
    pieces
}

fn run(chars: &[(usize, char, usize)], from: usize, belongs: impl Fn(char) -> bool) -> usize {
    from + chars[from..].iter().take_while(|c| belongs(c.1)).count()
}

fn number(chars: &[(usize, char, usize)], from: usize) -> usize {
    let digits = |at: usize| run(chars, at, |c| c.is_ascii_digit());
    let sign = |at: usize, c: char| chars.get(at).is_some_and(|x| x.1 == c);
    let mut end = digits(from);
    if end - from <= 3 {
        while sign(end, ',') && digits(end + 1) == end + 4 {
            end += 4;
        }
    }
    // One point; with two it would be an address or a version.
    if sign(end, '.') && digits(end + 1) > end + 1 {
        let after = digits(end + 1);
        let more = sign(after, '.') && digits(after + 1) > after + 1;
        let before = from > 1 && chars[from - 1].1 == '.' && chars[from - 2].1.is_ascii_digit();
        if !more && !before {
            end = after;
        }
    }
    end
}

fn word(chars: &[(usize, char, usize)], from: usize) -> usize {
    let letters = |at: usize| if at < chars.len() { run(chars, at, is_letter) } else { at };
    let mut end = letters(from);
    while end < chars.len() && chars[end].1 == '\'' && letters(end + 1) > end + 1 {
        end = letters(end + 1);
    }
    end
}
