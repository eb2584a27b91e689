//! Turns the decoder's tokens into words.

use super::super::Word;

/// A token of text from the decoder.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// Its bytes; a character may be spread over several tokens.
    pub bytes: Vec<u8>,
    /// Its probability.
    pub p: f32,
    /// Start and end in ms from the start of the piece.
    pub start_ms: i64,
    pub end_ms: i64,
}

/// A word, and whether there is a space before it in the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spaced {
    pub word: Word,
    pub space: bool,
}

/// Merges tokens into words. `spaces`: whether the language puts spaces between words. Without
/// them, every token that completes a character is a word of its own.
///
/// Times are shifted by `offset_ms`, never go backwards and end at `end_ms`. Words without a time
/// of their own share that of the word before them.
pub(super) fn merge(tokens: &[Token], spaces: bool, offset_ms: u32, end_ms: u32) -> Vec<Spaced> {
    let mut words: Vec<Spaced> = Vec::new();
    let mut bytes: Vec<u8> = Vec::new();
    let (mut start, mut end, mut p) = (0, 0, 1f32);
    let mut now = offset_ms;
    let mut close = |bytes: &mut Vec<u8>, start: i64, end: i64, p: f32| {
        let text = String::from_utf8_lossy(bytes);
        let trimmed = text.trim();
        if !trimmed.is_empty() {
            let shift = |ms: i64| {
                u32::try_from(ms.max(0)).unwrap_or(u32::MAX).saturating_add(offset_ms).min(end_ms)
            };
            let start_ms = shift(start).max(now);
            let end_ms = shift(end).max(start_ms);
            now = end_ms;
            let word = Word { text: trimmed.to_owned(), start_ms, end_ms, confidence: p };
            words.push(Spaced { word, space: text.starts_with(char::is_whitespace) });
        }
        bytes.clear();
    };
    for token in tokens {
        let whole = std::str::from_utf8(&bytes).is_ok();
        if !bytes.is_empty() && whole && (token.bytes.starts_with(b" ") || !spaces) {
            close(&mut bytes, start, end, p);
        }
        if bytes.is_empty() {
            (start, p) = (token.start_ms, 1.0);
        }
        bytes.extend_from_slice(&token.bytes);
        end = token.end_ms;
        p = p.min(token.p.clamp(0.0, 1.0));
    }
    close(&mut bytes, start, end, p);
    spread(&mut words);
    words
}

/// If the decoder gave several words the same time, usually the last ones of an utterance, they
/// share the time of the word before them, each according to its letters.
fn spread(words: &mut [Spaced]) {
    let lasts = |spaced: &Spaced| spaced.word.end_ms > spaced.word.start_ms;
    let letters = |spaced: &Spaced| spaced.word.text.chars().count().max(1) as u32;
    for run in words.chunk_by_mut(|_, next| !lasts(next)) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        let (start, end) = (first.word.start_ms, last.word.end_ms);
        let (all, mut so_far) = (run.iter().map(letters).sum::<u32>(), 0);
        let at = |letters: u32| {
            start + (u64::from(end - start) * u64::from(letters) / u64::from(all)) as u32
        };
        for spaced in run {
            spaced.word.start_ms = at(so_far);
            so_far += letters(spaced);
            spaced.word.end_ms = at(so_far);
        }
    }
}

/// Removes descriptions of sounds: `[MUSIC]`, "(wind blowing)", "*coughs*", "♪ la la ♪". A
/// description that is never closed extends to the end.
pub(super) fn without_annotations(words: Vec<Spaced>) -> Vec<Spaced> {
    const PAIRS: [(char, char); 6] =
        [('[', ']'), ('(', ')'), ('*', '*'), ('♪', '♪'), ('♫', '♫'), ('（', '）')];
    let mut closing = None;
    words
        .into_iter()
        .filter(|spaced| {
            let text = spaced.word.text.as_str();
            let inside = match closing {
                Some(close) => text
                    .strip_suffix(['.', ',', '!', '?'])
                    .unwrap_or(text)
                    .strip_suffix(close)
                    .map(|_| false),
                None => {
                    let Some((open, close)) =
                        PAIRS.into_iter().find(|(open, _)| text.starts_with(*open))
                    else {
                        return true;
                    };
                    closing = Some(close);
                    Some(!text[open.len_utf8()..].contains(close))
                }
            };
            if inside == Some(false) {
                closing = None;
            }
            false
        })
        .collect()
}

/// The words as running text.
pub(super) fn text(words: &[Spaced]) -> String {
    let mut text = String::new();
    for Spaced { word, space } in words {
        if *space && !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&word.text);
    }
    text
}

/// Whether the language with this code is written with spaces between words.
pub(super) fn has_spaces(language: &str) -> bool {
    !matches!(language, "zh" | "yue" | "ja" | "th" | "lo" | "my" | "km" | "bo")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str, p: f32, start_ms: i64, end_ms: i64) -> Token {
        Token { bytes: text.as_bytes().to_vec(), p, start_ms, end_ms }
    }

    fn spaced(text: &str) -> Vec<Spaced> {
        let tokens: Vec<Token> =
            text.split(' ').map(|w| token(&format!(" {w}"), 0.9, 0, 0)).collect();
        merge(&tokens, true, 0, 1000)
    }

    #[test]
    fn tokens_become_words() {
        let tokens = [
            token(" Tur", 0.9, 0, 100),
            token("n", 0.5, 100, 200),
            token(" on", 0.8, 180, 300),
            token(".", 0.7, 300, 2000),
        ];
        let words = merge(&tokens, true, 1000, 2500);
        assert_eq!(text(&words), "Turn on.");
        let word = |i: usize| {
            let Word { start_ms, end_ms, confidence, .. } = words[i].word;
            (start_ms, end_ms, confidence)
        };
        assert_eq!(word(0), (1000, 1200, 0.5));
        assert_eq!(word(1), (1200, 2500, 0.7));
    }

    #[test]
    fn characters_spread_over_tokens_survive() {
        let e = "é".as_bytes();
        let part = |bytes: &[u8]| Token { bytes: bytes.to_vec(), p: 1.0, start_ms: 0, end_ms: 10 };
        let words = merge(&[part(b" caf"), part(&e[..1]), part(&e[1..])], true, 0, 10);
        assert_eq!(text(&words), "café");
        let words = merge(&[part("日".as_bytes()), part("本".as_bytes())], false, 0, 10);
        assert_eq!((words.len(), text(&words).as_str()), (2, "日本"));
    }

    #[test]
    fn times_never_run_backwards() {
        let tokens =
            [token(" a", 1.0, 500, 400), token(" b", 1.0, -30, 10), token(" c", 1.0, 20, 9_000)];
        let words = merge(&tokens, true, 0, 1000);
        let mut last = 0;
        for Spaced { word, .. } in &words {
            assert!(word.start_ms >= last && word.end_ms >= word.start_ms && word.end_ms <= 1000);
            last = word.end_ms;
        }
    }

    #[test]
    fn words_with_the_same_time_share_the_time_before() {
        let tokens = [
            token(" It", 1.0, 0, 200),
            token(" is", 1.0, 200, 600),
            token(" cold", 1.0, 600, 600),
            token(".", 1.0, 600, 600),
            token(" Yes", 1.0, 900, 1000),
        ];
        let words = merge(&tokens, true, 0, 1000);
        let times: Vec<_> = words.iter().map(|s| (s.word.start_ms, s.word.end_ms)).collect();
        assert_eq!(times, [(0, 200), (200, 314), (314, 600), (900, 1000)]);
        // There is no time to share.
        assert_eq!(merge(&[token(" a", 1.0, 5, 5)], true, 0, 5)[0].word.end_ms, 5);
    }

    #[test]
    fn annotations_are_removed() {
        for (before, after) in [
            ("[MUSIC]", ""),
            ("[BLANK_AUDIO] Stop.", "Stop."),
            ("(wind blowing) hello (sighs) there", "hello there"),
            ("♪ la la ♪", ""),
            ("*coughs* Yes.", "Yes."),
            ("[ Silence", ""),
            ("Turn it on", "Turn it on"),
        ] {
            assert_eq!(text(&without_annotations(spaced(before))).trim(), after, "{before}");
        }
    }
}
