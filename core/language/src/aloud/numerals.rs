//! How a language writes numbers.

/// How a language writes numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numerals {
    /// The sign before decimals.
    pub(crate) point: char,
    /// Signs between groups of three digits; ' ' stands for a space of any width.
    pub(crate) groups: &'static [char],
}

impl Numerals {
    /// A sign inside a number: the decimal point as ".", and what separates groups as ",".
    pub(crate) fn canonical(self, c: char) -> char {
        match c {
            _ if c.is_ascii_digit() => c,
            _ if c == self.point => '.',
            _ => ',',
        }
    }
}
