//! Holds back the end of a text that may be the beginning of a mark. Pure.

/// A text that is written piece by piece, and the marks that are looked for in it.
pub(super) struct Held {
    marks: Vec<String>,
    /// What may be the beginning of a mark.
    kept: String,
}

/// A mark that was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Which of the marks.
    pub(super) mark: usize,
    /// The text before it that was still held.
    pub(super) before: String,
}

impl Held {
    /// Empty marks are ignored, but counted.
    pub(super) fn new(marks: impl IntoIterator<Item = String>) -> Self {
        Self { marks: marks.into_iter().collect(), kept: String::new() }
    }

    /// Adds a piece. Returns the text that can be no part of a mark, or the first mark.
    pub(super) fn push(&mut self, piece: &str) -> Result<String, Found> {
        self.kept.push_str(piece);
        let found = self.marks.iter().enumerate().filter(|(_, mark)| !mark.is_empty());
        let first = found
            .filter_map(|(n, mark)| Some((self.kept.find(mark.as_str())?, n)))
            .min_by_key(|(at, n)| (*at, std::cmp::Reverse(self.marks[*n].len())));
        if let Some((at, mark)) = first {
            self.kept.truncate(at);
            return Err(Found { mark, before: std::mem::take(&mut self.kept) });
        }
        let free = self.kept.len() - self.beginning();
        let kept = self.kept.split_off(free);
        Ok(std::mem::replace(&mut self.kept, kept))
    }

    /// The rest, when nothing follows.
    pub(super) fn finish(&mut self) -> String {
        std::mem::take(&mut self.kept)
    }

    /// The length of the longest end of the text that is the beginning of a mark.
    fn beginning(&self) -> usize {
        let longest = self.marks.iter().map(String::len).max().unwrap_or(0).saturating_sub(1);
        let starts = (0..self.kept.len()).filter(|at| self.kept.is_char_boundary(*at));
        let mut ends = starts.map(|at| &self.kept[at..]).filter(|end| end.len() <= longest);
        let is_beginning = |end: &&str| self.marks.iter().any(|mark| mark.starts_with(*end));
        ends.find(is_beginning).map_or(0, str::len)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(text: &str, marks: &[&str], size: usize) -> (String, Option<usize>) {
        let mut held = Held::new(marks.iter().map(|mark| (*mark).to_owned()));
        let mut out = String::new();
        let chars: Vec<char> = text.chars().collect();
        for piece in chars.chunks(size) {
            match held.push(&piece.iter().collect::<String>()) {
                Ok(text) => out.push_str(&text),
                Err(found) => return (out + &found.before, Some(found.mark)),
            }
        }
        (out + &held.finish(), None)
    }

    #[test]
    fn a_text_ends_before_the_first_mark() {
        for size in 1..8 {
            assert_eq!(all("one\nUser: two", &["\nUser:", "two"], size), ("one".into(), Some(0)));
            assert_eq!(all("naïve ☃ ok", &["☃☃", "☃!"], size), ("naïve ☃ ok".into(), None));
            assert_eq!(all("aab", &["ab", ""], size), ("a".into(), Some(0)));
            assert_eq!(all("plain", &[], size), ("plain".into(), None));
        }
    }

    #[test]
    fn only_what_may_become_a_mark_is_held() {
        let mut held = Held::new(["<tool>".to_owned()]);
        assert_eq!(held.push("a < b <to").unwrap(), "a < b ");
        assert_eq!(held.push("p").unwrap(), "<top");
        assert_eq!(held.push("<tool>x"), Err(Found { mark: 0, before: String::new() }));
    }

    proptest! {
        #[test]
        fn without_a_mark_nothing_is_lost(text in "[ab☃]{0,40}", mark in "[ab☃]{1,4}", size in 1usize..5) {
            let (out, found) = all(&text, &[&mark], size);
            match text.find(&mark) {
                Some(at) => prop_assert_eq!((out.as_str(), found), (&text[..at], Some(0))),
                None => prop_assert_eq!((out, found), (text, None)),
            }
        }
    }
}
