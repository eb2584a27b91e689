//! Folding of sentences and templates, so that they can be compared: composed, in lower case, and
//! without the punctuation that transcribers add.

use unicode_normalization::UnicodeNormalization;

/// Whether a character is punctuation, which does not count at the edge of a word.
pub(crate) fn is_punctuation(c: char) -> bool {
    matches!(
        c,
        '.' | ','
            | '?'
            | '!'
            | ';'
            | ':'
            | '…'
            | '¿'
            | '¡'
            | '。'
            | '，'
            | '？'
            | '！'
            | '；'
            | '：'
            | '؟'
            | '،'
            | '、'
            | '—'
            | '–'
            | '―'
            | '"'
            | '“'
            | '”'
            | '„'
            | '«'
            | '»'
    )
}

/// Whether a character is of a script without spaces between words.
pub(crate) fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}')
}

/// Whether two folded characters are the same. Characters that join words count as spaces.
pub(crate) fn same(a: char, b: char) -> bool {
    let joins = |c| matches!(c, ' ' | '-' | '_');
    a == b || (joins(a) && joins(b))
}

/// A folded text, and the origin of each of its characters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Folded {
    pub chars: Vec<char>,
    /// The byte of the text at which each character begins, and the end of the last one.
    pub origin: Vec<usize>,
}

/// Folds a sentence.
pub(crate) fn folded(text: &str) -> Folded {
    let mut all: Vec<(char, usize)> = Vec::with_capacity(text.len());
    // A letter is composed with its marks alone, so that its origin is known.
    let mut cluster = String::new();
    let mut begin = 0;
    let mut flush = |cluster: &mut String, begin: usize| {
        for c in cluster.nfc() {
            push_lower(c, begin, &mut all);
        }
        cluster.clear();
    };
    for (at, c) in text.char_indices() {
        let mark = unicode_normalization::char::is_combining_mark(c);
        if !mark && !cluster.is_empty() {
            flush(&mut cluster, begin);
        }
        if cluster.is_empty() {
            begin = at;
        }
        cluster.push(c);
    }
    flush(&mut cluster, begin);
    let mut folded = Folded::default();
    let mut end = 0;
    for (n, &(c, at)) in all.iter().enumerate() {
        let near = |n: usize| all.get(n).map_or(' ', |(c, _)| *c);
        let (before, after) = (if n == 0 { ' ' } else { near(n - 1) }, near(n + 1));
        let edge = |c: char| !c.is_alphanumeric();
        if is_punctuation(c) && (edge(before) || edge(after)) && !is_initial(&all, n) {
            continue;
        }
        let c = if c.is_whitespace() { ' ' } else { c };
        if c == ' ' && folded.chars.last().is_none_or(|last| *last == ' ') {
            continue;
        }
        folded.chars.push(c);
        folded.origin.push(at);
        if c != ' ' {
            end = all.get(n + 1).map_or(text.len(), |(_, next)| *next);
        }
    }
    while folded.chars.last() == Some(&' ') {
        folded.chars.pop();
        folded.origin.pop();
    }
    folded.origin.push(end);
    folded
}

/// Whether the full stop at `n` belongs to initials: "A.C."
fn is_initial(all: &[(char, usize)], n: usize) -> bool {
    let at = |n: Option<usize>| n.and_then(|n| all.get(n)).map(|(c, _)| *c);
    at(Some(n)) == Some('.')
        && at(n.checked_sub(2)) == Some('.')
        && at(n.checked_sub(1)).is_some_and(char::is_alphanumeric)
}

fn push_lower(c: char, at: usize, all: &mut Vec<(char, usize)>) {
    match c {
        // Turkish has both letters, but a transcript in another language has only one.
        'ı' | 'İ' => all.push(('i', at)),
        'ß' | 'ẞ' => all.extend([('s', at), ('s', at)]),
        '’' | '‘' | '`' | '´' => all.push(('\'', at)),
        '\u{ad}' => {}
        _ => all.extend(c.to_lowercase().map(|c| (c, at))),
    }
}

/// Folds a part of a template, and keeps the spaces at its ends.
pub(crate) fn fold(text: &str) -> String {
    let mut all = Vec::new();
    for c in text.nfc() {
        push_lower(c, 0, &mut all);
    }
    let mut folded = String::new();
    for (n, &(c, _)) in all.iter().enumerate() {
        let near = |n: usize| all.get(n).map_or(' ', |(c, _)| *c);
        let inner = n > 0 && near(n - 1).is_alphanumeric() && near(n + 1).is_alphanumeric();
        if is_punctuation(c) && !inner && !is_initial(&all, n) {
            continue;
        }
        let c = if c.is_whitespace() { ' ' } else { c };
        if c != ' ' || !folded.ends_with(' ') {
            folded.push(c);
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_keeps_the_origin() {
        let text = "  Öffne die TÜR,  bitte! ";
        let folded = folded(text);
        assert_eq!(folded.chars.iter().collect::<String>(), "öffne die tür bitte");
        let at = |n: usize| &text[folded.origin[n]..folded.origin[n + 1]];
        assert_eq!(at(0), "Ö");
        assert_eq!(at(11), "Ü");
        assert_eq!(&text[folded.origin[14]..folded.origin[19]], "bitte");
        assert_eq!(folded.origin.len(), folded.chars.len() + 1);
    }

    #[test]
    fn numbers_and_initials_keep_their_points() {
        let fold = |text| folded(text).chars.iter().collect::<String>();
        assert_eq!(fold("21.5 degrees."), "21.5 degrees");
        assert_eq!(fold("turn on the A.C."), "turn on the a.c.");
        assert_eq!(fold("dell’ingresso?"), "dell'ingresso");
        assert_eq!(fold("e\u{301}te\u{301}"), "été");
        assert_eq!(fold("dreißig"), "dreissig");
        assert_eq!(fold("..."), "");
    }
}
