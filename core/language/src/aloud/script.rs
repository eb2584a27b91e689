//! Scripts that the voice cannot say. Their digits are digits.

/// A script whose name a language knows, in the order of `Aloud::scripts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Script {
    /// Chinese characters, which Japanese has as well.
    Chinese,
    /// Characters that only Japanese has.
    Japanese,
    Korean,
    Arabic,
    Hebrew,
    Hindi,
    Thai,
    Georgian,
    Armenian,
    Other,
}

/// The script of a letter, or of a sign that belongs to letters, by its block.
pub(crate) fn of(c: char) -> Option<Script> {
    Some(match u32::from(c) {
        0x2E80..=0x2FDF
        | 0x3005..=0x3007
        | 0x3400..=0x4DBF
        | 0x4E00..=0x9FFF
        | 0xF900..=0xFAFF
        | 0x20000..=0x3FFFD => Script::Chinese,
        0x3041..=0x30FF | 0x31F0..=0x31FF | 0xFF66..=0xFF9F => Script::Japanese,
        0x1100..=0x11FF | 0x3130..=0x318F | 0xA960..=0xA97F | 0xAC00..=0xD7FF => Script::Korean,
        0x610..=0x61A
        | 0x620..=0x669
        | 0x66E..=0x6FF
        | 0x750..=0x77F
        | 0x8A0..=0x8FF
        | 0xFB50..=0xFDFF
        | 0xFE70..=0xFEFC => Script::Arabic,
        0x591..=0x5F4 | 0xFB1D..=0xFB4F => Script::Hebrew,
        0x900..=0x97F | 0xA8E0..=0xA8FF => Script::Hindi,
        0xE01..=0xE5B => Script::Thai,
        0x10A0..=0x10FF | 0x1C90..=0x1CBF => Script::Georgian,
        0x531..=0x58A => Script::Armenian,
        other if other >= 0x530 && c.is_alphabetic() => Script::Other,
        _ => return None,
    })
}

/// The first digits of the scripts that have their own.
const ZEROS: &[u32] = &[
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6,
    0xE50, 0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50,
    0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
];

/// The digit that a digit of any script stands for.
pub(crate) fn digit(c: char) -> Option<char> {
    let c = u32::from(c);
    let zero = ZEROS.iter().find(|&&zero| (zero..zero + 10).contains(&c))?;
    char::from_digit(c - zero, 10)
}
