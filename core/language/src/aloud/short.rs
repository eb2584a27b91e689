//! Abbreviations, from a table.

use super::class::{Class, Item};
use super::item;
use super::tables::{Aloud, Place, Short};
use super::text::Text;

/// z. B., p. ex., Dr., No. 5: the longest abbreviation of the table that is written here.
pub(crate) fn abbreviation(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let joined =
        matches!(text.get(i.wrapping_sub(1)), "." | "-") || text.is_number(i.wrapping_sub(1));
    // "Sevilla-Sta. Justa"
    let name = text.is(i.wrapping_sub(1), "-")
        && text.is_capital(i.wrapping_sub(2))
        && text.is_capital(i)
        && text.is(i + 1, ".")
        && text.is_capital(text.past_space(i + 2));
    if !text.is_word(i) || joined && !name && !text.is_number(i.wrapping_sub(1)) {
        return None;
    }
    let first = |text: &str| text.bytes().next().map(|b| b.to_ascii_lowercase());
    let (begins, ascii) = (first(text.get(i)), text.get(i).is_ascii());
    let fits = |short: &'static Short| {
        // Most are found not to fit by their first letters.
        if ascii && first(short.written) != begins {
            return None;
        }
        let end = end_of(text, i, short.written)?;
        // "J. S. Bach"
        let initials =
            text.is(text.before(i), ".") && text.is_letter(text.before(i).wrapping_sub(1));
        if initials && short.place == Place::BeforeName && text.is_letter(i) {
            return None;
        }
        is_in_place(text, i, end, short.place).then_some((short, end))
    };
    let (short, end) = aloud.short.iter().filter_map(fits).max_by_key(|(_, end)| *end)?;
    let next = text.past_space(end);
    let mut found = item(Class::Abbreviation(before_range(aloud, text, short.words, next)), i, end);
    let sentence = short.place == Place::Last && next > end && text.is_capital(next);
    // "Wait 30 sec. 3. Go on."
    let marker = !aloud.cues.capital_nouns && text.is_marker(next);
    let ends = text.ends_sentence(end) || short.place == Place::AfterNumber && marker;
    found.ends = short.written.ends_with('.') && (ends || sentence);
    Some(found)
}

/// What these words are before the number at `next`: in the plural if a range begins with it.
pub(crate) fn before_range(
    aloud: &Aloud,
    text: &Text,
    words: &'static str,
    next: usize,
) -> &'static str {
    let range = text.is_number(next)
        && (text.is(next + 1, "-") || text.is(next + 1, "–"))
        && text.size(next + 2) > text.size(next);
    let plural = aloud.cues.ranged.iter().find(|(one, _)| *one == words).filter(|_| range);
    plural.map_or(words, |(_, several)| several)
}

/// l'art. 12, l'Avv. Russo: an abbreviation after a word that has lost its vowel.
pub(crate) fn elided(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let (article, stem) = text.get(i).split_once('\'')?;
    if !text.is_word(i) || !text.is(i + 1, ".") {
        return None;
    }
    let fits = |short: &&Short| {
        let written = short.written.strip_suffix('.').and_then(|rest| strip_first(rest, stem));
        written == Some("") && is_in_place(text, i, i + 2, short.place)
    };
    let short = aloud.short.iter().find(fits)?;
    Some(item(Class::Coined(format!("{article}'{}", short.words)), i, i + 2))
}

/// L.go, Gent.mi: an abbreviation with a full stop inside, which may look like the name of a file.
pub(crate) fn inner(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let dotted = text.is(i + 1, ".") && text.is_word(i + 2);
    let found = if dotted { abbreviation(aloud, text, i)? } else { return None };
    (found.end > i + 2).then_some(found)
}

/// J. S. Bach: the first letters of names.
pub(crate) fn initial(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let next = text.past_space(i + 2);
    let name = text.is_capital(next) && !aloud.starts(text, next) && next > i + 2
        || text.is_letter(i + 2) && text.is_capital(i + 2);
    let fits = text.is_letter(i) && text.is_capital(i) && text.is(i + 1, ".") && name;
    fits.then(|| item(Class::Initialism, i, i + 2))
}

/// Where the abbreviation ends if it is written at piece `i`.
pub(crate) fn end_of(text: &Text, i: usize, written: &str) -> Option<usize> {
    let mut rest = written;
    let mut at = i;
    while !rest.is_empty() {
        if let Some(later) = rest.strip_prefix(' ') {
            rest = later;
            at = text.past_space(at);
            continue;
        }
        let piece = text.get(at);
        rest = match at == i {
            true => strip_first(rest, piece)?,
            false => rest.strip_prefix(piece).filter(|_| !piece.is_empty())?,
        };
        at += 1;
    }
    // "z.B" has more to come, and so has "S.M." of "S.M.N."
    let more = !written.ends_with('.') && text.is(at, ".") && text.is_word(at + 1)
        || written.ends_with('.') && text.is_letter(at) && text.is(at + 1, ".");
    (!more).then_some(at)
}

/// What follows `word` in `written`. Where a sentence begins, the first letter of the word is a
/// capital.
fn strip_first<'a>(written: &'a str, word: &str) -> Option<&'a str> {
    let (mut ours, mut theirs) = (written.chars(), word.chars());
    let (known, first) = (ours.next()?, theirs.next()?);
    let alike = known == first || first.is_uppercase() && first.to_lowercase().eq([known]);
    if alike { ours.as_str().strip_prefix(theirs.as_str()) } else { None }
}

fn is_in_place(text: &Text, i: usize, end: usize, place: Place) -> bool {
    let next = text.past_space(end);
    match place {
        Place::Inside | Place::Last => !text.is_number(i.wrapping_sub(1)),
        Place::BeforeNumber => {
            let roman =
                text.is_capitals(next) && text.get(next).chars().all(|c| "IVXLC".contains(c));
            // "n. A-10293"
            let number = next + 1 + usize::from(text.is(next + 1, "-"));
            let code = text.is_capitals(next) && text.is_digits(number, 2..=9);
            next > end && (text.is_number(next) || roman || code)
                || next == end && text.is_number(next)
        }
        Place::AfterNumber => {
            let before = text.before(i);
            text.is_number(before) || text.is(before, ".") && text.is_number(before.wrapping_sub(1))
        }
        Place::BeforeName => next > end && text.is_capital(next),
    }
}

/// How many words after a full stop show whether it marks an abbreviation, after this word, which
/// may have stops inside.
pub(crate) fn shortens(aloud: &Aloud, word: &str) -> usize {
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    let listed = |written: &str| {
        let mut parts = written.split(' ').filter_map(|part| part.strip_suffix('.'));
        parts.any(|part| strip_first(part, word) == Some(""))
    };
    let letter = word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
    // "v. l. n. r."
    if letter {
        return 3;
    }
    let short = word.contains('.')
        || aloud.short.iter().any(|short| listed(short.written))
        || word.len() > 1 && aloud.units.iter().any(|unit| unit.sign == word)
        || aloud.scales.iter().any(|scale| scale.sign.strip_suffix('.') == Some(word));
    usize::from(short)
}
