//! Cuts a reply into clauses while it is still being written, so that its
//! beginning can be spoken before its end is known.
//!
//! The first clause is cut early (a few words, at a natural break), because the time until the
//! first sound depends on it. Later clauses grow: longer ones sound better, and there is time to
//! speak them.

use std::ops::Range;

use crate::Language;

/// A piece of the reply that can be spoken by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// The words, without surrounding space.
    pub text: String,
    /// Where they are in the reply, in bytes.
    pub range: Range<usize>,
}

/// Words that the first clause needs before it may be cut at a comma.
const FIRST_WORDS: usize = 2;
/// Words that the first clause needs before it may be cut before a word that begins another
/// phrase, where a speaker may breathe.
const FIRST_PHRASE: usize = 4;
/// Words that the first clause needs before it may be cut before its verb, if its subject is long
/// enough to stand alone ("The capital of France | is …").
const FIRST_SUBJECT: usize = 3;
/// Words that a later clause needs before it may be cut at a comma.
const LATER_WORDS: usize = 7;
/// A clause of so many words is cut at the next space in any case.
const MOST_WORDS: usize = 24;
/// The same in bytes, so that text without spaces cannot grow without limit.
const MOST_BYTES: usize = 400;

/// The words of a language that decide where a reply is cut. Each list is sorted, in lower case.
#[derive(Debug)]
pub(crate) struct Clauses {
    /// Words that begin another phrase, before which a speaker may breathe.
    pub(crate) joining: &'static [&'static str],
    /// Verbs before which a long subject ends.
    pub(crate) verbs: &'static [&'static str],
    /// Words that cannot stand alone as a subject, and pronouns that need their verb.
    pub(crate) leaning: &'static [&'static str],
    /// Abbreviations after which a full stop does not end a sentence.
    pub(crate) abbreviations: &'static [&'static str],
    /// Words of one capital letter that are not initials.
    pub(crate) capitals: &'static [&'static str],
}

/// Cuts one reply. The clauses do not depend on how the text is divided into pieces.
#[derive(Debug)]
pub struct ClauseSplitter {
    words: &'static Clauses,
    /// Text since the last cut.
    open: String,
    /// Bytes of `open` that were already examined.
    seen: usize,
    /// Byte offset of `open` in the reply.
    start: usize,
    /// Whether the first clause has been handed over.
    spoken: bool,
}

impl ClauseSplitter {
    /// A splitter at the beginning of a reply in `language`.
    pub fn new(language: &Language) -> Self {
        let words = language.clauses;
        Self { words, open: String::new(), seen: 0, start: 0, spoken: false }
    }

    /// Takes the next piece of the reply and hands over the clauses that it completes.
    pub fn push(&mut self, piece: &str, out: &mut dyn FnMut(Clause)) {
        self.open.push_str(piece);
        // A break is known only from the character after it, so the last character waits.
        while let Some(cut) = self.next_cut() {
            self.cut(cut, out);
        }
    }

    /// Hands over the rest, at the end of the reply.
    pub fn finish(&mut self, out: &mut dyn FnMut(Clause)) {
        self.cut(self.open.len(), out);
    }

    fn cut(&mut self, at: usize, out: &mut dyn FnMut(Clause)) {
        let rest = self.open.split_off(at);
        let piece = std::mem::replace(&mut self.open, rest);
        self.seen = 0;
        let from = self.start + piece.len() - piece.trim_start().len();
        let text = piece.trim();
        if can_be_said(text) {
            self.spoken = true;
            out(Clause { text: text.into(), range: from..from + text.len() });
        }
        self.start += at;
    }

    /// Where the open text can be cut, if it can.
    fn next_cut(&mut self) -> Option<usize> {
        let mut chars = self.open[self.seen..].char_indices().peekable();
        let mut seen = self.seen;
        let mut cut = None;
        while let Some((offset, mark)) = chars.next() {
            let Some(&(_, next)) = chars.peek() else { break };
            let at = self.seen + offset;
            seen = at + mark.len_utf8();
            if breaks(self.words, &self.open[..at], mark, next, self.spoken) {
                cut = Some(seen);
                break;
            }
            if !self.spoken
                && next == ' '
                && let Some(phrase) = phrase_before(self.words, &self.open[..seen])
            {
                cut = Some(phrase);
                break;
            }
        }
        // A character that was examined together with the next one need not be examined again.
        self.seen = seen;
        cut
    }
}

/// Whether the text may be cut after `before` and `mark`, if `next` follows.
fn breaks(words: &Clauses, before: &str, mark: char, next: char, spoken: bool) -> bool {
    let length = before.len();
    if mark == '\n' || length >= 2 * MOST_BYTES {
        return true;
    }
    if !next.is_whitespace() {
        return false;
    }
    // A closing quote or bracket belongs to the mark before it.
    let (before, mark) = match (mark, before.char_indices().next_back()) {
        ('"' | '\'' | ')' | '”' | '’', Some((at, inner))) => (&before[..at], inner),
        _ => (before, mark),
    };
    let count = || before.split_whitespace().count();
    match mark {
        '!' | '?' | '…' => true,
        '.' => !abbreviated(words, before),
        ',' | ';' | ':' | '–' | '—' => {
            count() >= if spoken { LATER_WORDS } else { FIRST_WORDS }
        }
        _ => length >= MOST_BYTES || count() >= MOST_WORDS,
    }
}

/// Where to cut the first clause, if `text` ends with a word that begins a phrase,
/// or with a verb after a long subject.
fn phrase_before(words: &Clauses, text: &str) -> Option<usize> {
    let (before, word) = text.rsplit_once(' ')?;
    let count = before.split_whitespace().count();
    let joins = words.joining.binary_search(&word).is_ok() && count >= FIRST_PHRASE;
    let follows = words.verbs.binary_search(&word).is_ok() && count >= FIRST_SUBJECT && {
        let last = before.rsplit(' ').next().unwrap_or_default().to_lowercase();
        words.leaning.binary_search(&last.as_str()).is_err()
    };
    (joins || follows).then_some(before.len() + 1)
}

/// Whether the word at the end of `before` is an abbreviation, so that a full stop does not end a
/// sentence.
fn abbreviated(words: &Clauses, before: &str) -> bool {
    let word = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    let lower = word.to_lowercase();
    // Initials ("J. F. Kennedy"), except "I" and a digit, which may end a sentence.
    let capital = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
    capital && !words.capitals.contains(&word)
        || words.abbreviations.binary_search(&lower.as_str()).is_ok()
}

/// Whether there is anything in `text` that can be said: a letter or a digit.
pub fn can_be_said(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(pieces: &[&str]) -> Vec<Clause> {
        let mut splitter = ClauseSplitter::new(Language::english());
        let mut clauses = Vec::new();
        for piece in pieces {
            splitter.push(piece, &mut |clause| clauses.push(clause));
        }
        splitter.finish(&mut |clause| clauses.push(clause));
        clauses
    }

    fn texts(reply: &str) -> Vec<String> {
        split(&[reply]).into_iter().map(|clause| clause.text).collect()
    }

    #[test]
    fn the_first_clause_comes_early() {
        assert_eq!(
            texts("Well then, the Brooklyn Bridge was opened in 1883, and it is still in use."),
            ["Well then,", "the Brooklyn Bridge was opened in 1883,", "and it is still in use."]
        );
        assert_eq!(texts("Sure, I'll do it."), ["Sure, I'll do it."]);
    }

    #[test]
    fn a_long_first_clause_is_cut_before_the_next_phrase() {
        assert_eq!(
            texts("They built the Brooklyn Bridge because the ferries were full and slow."),
            ["They built the Brooklyn Bridge", "because the ferries were full and slow."]
        );
        // Not after a few words, and only once.
        assert_eq!(texts("Salt and pepper, and more."), ["Salt and pepper,", "and more."]);
    }

    #[test]
    fn a_long_subject_is_spoken_before_its_verb_is_written() {
        assert_eq!(
            texts("The capital of France is Paris, and it is old."),
            ["The capital of France", "is Paris, and it is old."]
        );
        assert_eq!(texts("The lamp is on."), ["The lamp is on."]);
        assert_eq!(texts("I think that it is late."), ["I think that it is late."]);
        assert_eq!(texts("Can you tell me what is wrong?"), ["Can you tell me what is wrong?"]);
    }

    #[test]
    fn a_stop_of_an_abbreviation_or_a_number_does_not_end_a_clause() {
        assert_eq!(
            texts("Dr. Smith paid 3.50 dollars to J. Doe. Fine!"),
            ["Dr. Smith paid 3.50 dollars to J. Doe.", "Fine!"]
        );
        assert_eq!(texts("Say \"yes.\" Then go."), ["Say \"yes.\"", "Then go."]);
    }

    #[test]
    fn endless_text_is_cut() {
        let words = "word ".repeat(100);
        assert!(texts(&words).iter().all(|c| c.split_whitespace().count() <= MOST_WORDS + 1));
        let solid = "a".repeat(5000);
        assert!(texts(&solid).iter().all(|c| c.len() <= 2 * MOST_BYTES + 1));
    }

    #[test]
    fn nothing_to_say_gives_nothing() {
        assert!(texts(" … \n -- ").is_empty());
        assert!(texts("").is_empty());
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same(text in "[a-zA-Z ,.!?\"'é0-9\n-]{0,200}", cuts in prop::collection::vec(0usize..200, 0..20)) {
            let mut cuts: Vec<usize> =
                cuts.into_iter().filter(|&cut| text.is_char_boundary(cut)).collect();
            cuts.extend([0, text.len()]);
            cuts.retain(|&cut| cut <= text.len());
            cuts.sort_unstable();
            let pieces: Vec<&str> = cuts.windows(2).map(|w| &text[w[0]..w[1]]).collect();
            prop_assert_eq!(split(&pieces), split(&[&text]));
        }

        #[test]
        fn clauses_lie_where_they_say_and_nothing_spoken_is_lost(text in "\\PC{0,300}") {
            let clauses = split(&[&text]);
            let mut end = 0;
            for clause in &clauses {
                prop_assert_eq!(&text[clause.range.clone()], clause.text.as_str());
                prop_assert!(clause.range.start >= end);
                prop_assert!(!text[end..clause.range.start].chars().any(char::is_alphanumeric));
                end = clause.range.end;
            }
            prop_assert!(!text[end..].chars().any(char::is_alphanumeric));
        }
    }
}
