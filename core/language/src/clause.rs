//! Cuts a reply into clauses while it is still being written, so that its
//! beginning can be spoken before its end is known.
//!
//! Everything that is spoken goes through here: the splitter first makes it [plain](Plain), and
//! asks the recognisers of the reading whether it may cut at a full stop, a dash or a space. So
//! the voice never gets half of a date, and an abbreviation's full stop does not end a clause. In
//! ordinary text a cut needs one character after it; only after a word that may be an
//! abbreviation, or a dash after a number, does it need the next words.
//!
//! The first clause is cut early (a few words, at a natural break), because the time until the
//! first sound depends on it. Later ones are longer, because longer clauses sound better and there
//! is time to speak them.

use std::ops::Range;

use crate::Reader;
use crate::aloud::tables::Aloud;
use crate::aloud::{self, Stop};
use crate::plain::{self, Plain};

/// A piece of the reply that can be spoken by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// The words, without surrounding space.
    pub text: String,
    /// Their place in the reply, in bytes.
    pub range: Range<usize>,
}

/// Words that the first clause needs before it may be cut at a comma.
const FIRST_WORDS: usize = 2;
/// Words that the first clause needs before it may be cut before a word that begins another
/// phrase, where a speaker may draw breath.
const FIRST_PHRASE: usize = 4;
/// Words that the first clause needs before it may be cut before its verb, if its subject is long
/// enough to be spoken alone ("The capital of France | is …").
const FIRST_SUBJECT: usize = 3;
/// Words that a later clause needs before it may be cut at a comma.
const LATER_WORDS: usize = 7;
/// A clause of so many words is cut at the next space in any case.
const MOST_WORDS: usize = 24;
/// The same in bytes, so that text without spaces does not grow without limit.
const MOST_BYTES: usize = 400;

/// The most bytes of a text that are examined at once. Any number gives the same clauses.
const CHUNK: usize = 1024;
/// The longest word to wait for when the next word decides.
const LONGEST_WORD: usize = 64;

/// The words of a language by which a reply is cut. Each list is sorted, in lower case.
#[derive(Debug)]
pub(crate) struct Clauses {
    /// Words that begin another phrase, before which a speaker may draw breath.
    pub(crate) joining: &'static [&'static str],
    /// Verbs before which a long subject ends.
    pub(crate) verbs: &'static [&'static str],
    /// Words that cannot be a subject alone, and pronouns that are spoken together with the verb.
    pub(crate) leaning: &'static [&'static str],
}

/// Cuts one reply. Any chunking of the same text gives the same clauses.
#[derive(Debug)]
pub struct ClauseSplitter {
    words: &'static Clauses,
    aloud: &'static Aloud,
    plain: Plain,
    /// Text since the last cut.
    open: String,
    /// Bytes of `open` already examined.
    seen: usize,
    /// Byte offset of `open` in the plain text of the reply.
    start: usize,
    /// Whether the first clause is out.
    spoken: bool,
}

impl ClauseSplitter {
    /// A splitter at the beginning of a reply in the language of `reader`.
    pub fn new(reader: &Reader) -> Self {
        Self::within(reader, Plain::new())
    }

    /// A splitter of what `plain` gives.
    pub(crate) fn within(reader: &Reader, plain: Plain) -> Self {
        Self {
            words: reader.clauses,
            aloud: reader.aloud,
            plain,
            open: String::new(),
            seen: 0,
            start: 0,
            spoken: false,
        }
    }

    /// Takes the next piece of the reply and passes on the clauses that it completes. Returns the
    /// [plain text](Plain) that the piece adds.
    pub fn push(&mut self, piece: &str, out: &mut dyn FnMut(Clause)) -> String {
        let mut all = String::new();
        let mut rest = piece;
        while !rest.is_empty() {
            let (chunk, later) = rest.split_at(rest.floor_char_boundary(CHUNK));
            rest = later;
            let plain = self.plain.push(chunk);
            all.push_str(&plain);
            self.take(&plain, out);
        }
        all
    }

    /// Passes on the rest at the end of the reply. Returns the plain text that was held back.
    pub fn finish(&mut self, out: &mut dyn FnMut(Clause)) -> String {
        let plain = self.plain.finish();
        self.take(&plain, out);
        while let Some(cut) = self.next_cut(true) {
            self.cut(cut, out);
        }
        self.cut(self.open.len(), out);
        plain
    }

    /// The filter, after the text.
    pub(crate) fn into_plain(self) -> Plain {
        self.plain
    }

    fn take(&mut self, plain: &str, out: &mut dyn FnMut(Clause)) {
        self.open.push_str(plain);
        // A break is recognised only by the character after it, so the last character waits.
        while let Some(cut) = self.next_cut(false) {
            self.cut(cut, out);
        }
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

    /// Where the open text can be cut, if it can; `end` means that no more text comes.
    fn next_cut(&mut self, end: bool) -> Option<usize> {
        let mut chars = self.open[self.seen..].char_indices().peekable();
        let mut seen = self.seen;
        let mut cut = None;
        while let Some((offset, mark)) = chars.next() {
            let Some(&(_, next)) = chars.peek() else { break };
            let at = self.seen + offset;
            let after = at + mark.len_utf8();
            if let Some(place) = self.may_break(at, mark, next) {
                match self.free(place, end) {
                    Free::Yes => {
                        cut = Some(after);
                        break;
                    }
                    Free::No => {}
                    Free::Unknown => break,
                }
            }
            seen = after;
            if !self.spoken
                && next == ' '
                && let Some(phrase) = phrase_before(self.words, self.aloud, &self.open[..after])
                && aloud::stop(self.aloud, &self.open[..after], phrase - 1) == Stop::Free
            {
                cut = Some(phrase);
                break;
            }
        }
        // A character that was examined together with the next one need not be examined again.
        self.seen = seen;
        cut
    }

    /// Whether the text may be cut after `mark` at byte `at` when `next` follows, as far as these
    /// show. If so, the place to ask the recognisers about.
    fn may_break(&self, at: usize, mark: char, next: char) -> Option<Place> {
        let before = &self.open[..at];
        if at >= 2 * MOST_BYTES {
            return Some(Place::Anywhere);
        }
        if !next.is_whitespace() {
            return None;
        }
        // A closing quote or bracket is taken along with the mark before it.
        let (before, mark, at) = match (mark, before.char_indices().next_back()) {
            ('"' | '\'' | ')' | '”' | '’', Some((inner_at, inner))) => {
                (&before[..inner_at], inner, inner_at)
            }
            _ => (before, mark, at),
        };
        let count = || before.split_whitespace().count();
        match mark {
            '!' | '?' | '…' | '.' => Some(Place::Mark(at, mark)),
            ',' | ';' | ':' | '–' | '—' => {
                let least = if self.spoken { LATER_WORDS } else { FIRST_WORDS };
                (count() >= least).then_some(Place::Mark(at, mark))
            }
            _ => {
                let long = at >= MOST_BYTES || count() >= MOST_WORDS;
                long.then_some(Place::Space(at + mark.len_utf8()))
            }
        }
    }

    /// Whether no item of the reading extends over a place.
    fn free(&self, place: Place, end: bool) -> Free {
        let (at, words) = match place {
            Place::Anywhere => return Free::Yes,
            Place::Space(at) => (at, 1),
            Place::Mark(at, mark) => {
                let before = &self.open[..at];
                (at, self.words_that_decide(before, mark))
            }
        };
        let Some(window) = self.window(at, words, end) else { return Free::Unknown };
        let after = window[at..].trim_start_matches([',', ':']).trim_start();
        let digit = |c: char| c.is_ascii_digit();
        // "The password of the guests: xK9-47b"
        let code = window[at..].starts_with(':')
            && self.leads_to_code(&self.open[..at])
            && after.split_whitespace().next().is_some_and(|word| word.contains(digit));
        let comma = window[at..].starts_with(',');
        let number = after.starts_with(digit) && (!comma || self.leads_to_number(&self.open[..at]));
        if window[at..].starts_with([',', ':']) && (number || code) && words == 1 {
            return Free::No;
        }
        if comma && is_state(after) {
            return Free::No;
        }
        // "HashMap<K, V>"
        if window[at..].starts_with(',') && in_brackets(&self.open[..at], window) {
            return Free::No;
        }
        match aloud::stop(self.aloud, window, at) {
            Stop::Free | Stop::Ends => Free::Yes,
            Stop::Held => Free::No,
        }
    }

    /// How many of the words after `mark` decide its meaning. None in ordinary text.
    fn words_that_decide(&self, before: &str, mark: char) -> usize {
        let from = before.rfind(char::is_whitespace).map_or(0, |at| at + 1);
        let word = before[from..].trim_start_matches(['(', '"', '“', '\'']);
        let digit = word.ends_with(|c: char| c.is_ascii_digit());
        let name = word.starts_with(char::is_uppercase) && !self.aloud.cues.capital_nouns;
        match mark {
            '.' => {
                let first = before[..from].trim_end();
                let begins = first.is_empty() || first.ends_with(['.', ':', '!', '?', ';']);
                let list = word.len() <= 2 && digit && begins;
                // "2000 W. Olympic Blvd": an address is recognised by its end.
                let point = word.len() == 1
                    && before[..from].trim_end().ends_with(|c: char| c.is_ascii_digit());
                // "a 30-yr. loan"
                let unit = word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-');
                // "Sevilla-Sta. Justa"
                let last = word.rsplit('-').next().unwrap_or(word);
                let short = [word, unit, last].map(self.aloud.shortens).into_iter().max();
                let short = short.unwrap_or_default();
                if point { 3 } else { usize::from(list).max(short) }
            }
            ',' if opens_bracket(before).is_some() => 3,
            // "in Tulsa, OK"
            ',' if name => 1,
            // "am Montag, 3. Mai", "1 Ei, 1 Becher": what is before shows how to read the number.
            ',' if self.leads_to_number(before) => 1,
            // "5!" is a factorial in a sum.
            '!' => usize::from(digit || word.chars().count() == 1),
            // "3 : 1"
            ':' => usize::from(digit || self.leads_to_code(before)),
            '–' | '—' => {
                let last = before.trim_end().chars().next_back().unwrap_or(' ');
                if last.is_alphabetic() && !last.is_uppercase() && last != 'm' { 0 } else { 2 }
            }
            _ => 0,
        }
    }

    /// Whether a number that follows may depend on this text: on numbers in it, or on the name of
    /// a day of the week at its end.
    fn leads_to_number(&self, before: &str) -> bool {
        let word = before.trim_end_matches('.').rsplit(' ').next().unwrap_or_default();
        before.contains(|c: char| c.is_ascii_digit()) || (self.aloud.weekday)(word)
    }

    /// Whether a word such as "code" is among the last words of this text.
    fn leads_to_code(&self, before: &str) -> bool {
        let code = |word: &str| {
            let word = word.to_lowercase();
            self.aloud.codes.iter().any(|code| word.ends_with(code))
        };
        before.rsplit(' ').take(7).any(code)
    }

    /// The open text up to the end of so many words after byte `at`, if they are known.
    fn window(&self, at: usize, words: usize, end: bool) -> Option<&str> {
        let mut to = at + self.open[at..].chars().next().map_or(0, char::len_utf8);
        // Closing quotes belong to the mark.
        to += self.open[to..].find(char::is_whitespace).filter(|_| words > 0).unwrap_or(0);
        for _ in 0..words {
            let rest = &self.open[to..];
            let word = rest.len() - rest.trim_start().len();
            let length = rest[word..].find(char::is_whitespace);
            match length {
                Some(length) => to += word + length,
                None if end || rest.len() - word > LONGEST_WORD => return Some(&self.open),
                None => return None,
            }
        }
        Some(&self.open[..to])
    }
}

/// Whether a text begins with two capitals, which may be those of a state: "OK.".
fn is_state(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or_default();
    let letters = word.trim_end_matches(|c: char| !c.is_alphanumeric());
    letters.len() == 2 && letters.bytes().all(|b| b.is_ascii_uppercase())
}

/// Where the angle bracket is that the last words of this text open right after a name:
/// "HashMap<K".
fn opens_bracket(before: &str) -> Option<usize> {
    const LONGEST: usize = 40;
    let from = before.floor_char_boundary(before.len().saturating_sub(LONGEST));
    let at = from + before[from..].rfind('<')?;
    let named = before[..at].ends_with(char::is_alphanumeric);
    (named && !before[at..].contains('>')).then_some(at)
}

/// Whether a text is inside an angle bracket that `window`, which continues it, closes.
fn in_brackets(before: &str, window: &str) -> bool {
    opens_bracket(before).is_some_and(|at| {
        let inside = window[at + 1..].split('>').next().unwrap_or_default();
        let name = |c: char| c.is_alphanumeric() || ", <&:[]_*'".contains(c);
        at + 1 + inside.len() < window.len() && inside.chars().all(name)
    })
}

/// A place where the text may be cut.
enum Place {
    /// Cut in any case.
    Anywhere,
    /// At this mark.
    Mark(usize, char),
    /// At this white space.
    Space(usize),
}

/// Whether a place is between the items of the reading.
enum Free {
    Yes,
    No,
    /// More of the text must be known.
    Unknown,
}

/// Where to cut the first clause, if `text` ends with a word that begins a phrase,
/// or with a verb after a long subject.
fn phrase_before(words: &Clauses, aloud: &Aloud, text: &str) -> Option<usize> {
    let (before, word) = text.rsplit_once(' ')?;
    let count = before.split_whitespace().count();
    // After an abbreviation's full stop, a cut would seem to end the sentence.
    if before.ends_with('.') {
        return None;
    }
    // "My PIN code is 1234": the subject says how to read the number.
    let code = |word: &str| {
        let word = word.to_lowercase();
        [aloud.codes, aloud.cues.telephones].iter().any(|list| list.contains(&word.as_str()))
    };
    // "1 pizza and 1 salad": what is before may show how to read a number after it.
    // So may a numeral: "en los siglos XIX y XX".
    let last = before.rsplit(' ').next().unwrap_or_default();
    let numeral = !last.is_empty() && last.bytes().all(|b| b"IVXLC".contains(&b));
    let number = numeral || before.contains(|c: char| c.is_ascii_digit());
    let joins = words.joining.binary_search(&word).is_ok() && count >= FIRST_PHRASE && !number;
    let follows = words.verbs.binary_search(&word).is_ok() && count >= FIRST_SUBJECT && {
        let last = before.rsplit(' ').next().unwrap_or_default().to_lowercase();
        words.leaning.binary_search(&last.as_str()).is_err() && !before.split(' ').any(code)
    };
    (joins || follows).then_some(before.len() + 1)
}

/// Whether `text` contains anything that can be spoken: a letter, a digit, or an emoji that stands
/// for a word.
pub fn can_be_said(text: &str) -> bool {
    text.chars().any(|c| c.is_alphanumeric() || plain::is_meant(c) || plain::is_face(c))
}

#[cfg(test)]
mod tests;
