//! The segments of a transcript, and subtitles of them: SubRip (SRT) and WebVTT. Pure.

use std::fmt::Write as _;

use sayso_models::stt::Word;

/// A sentence or two, with its times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its beginning, in ms from the first sample.
    pub start_ms: u32,
    /// Its end.
    pub end_ms: u32,
    /// Its words.
    pub text: String,
}

/// A segment of subtitles is at most about so long: two lines of 42 characters (BBC subtitle
/// guidelines use 37 to 42).
const LONGEST: usize = 84;
/// A pause after which another segment begins.
const PAUSE_MS: u32 = 1_000;

/// `HH:MM:SS` and milliseconds, after `mark`.
fn time(ms: u32, mark: char) -> String {
    let (seconds, ms) = (ms / 1000, ms % 1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}{mark}{ms:03}")
}

/// One line: a line end in a text would end its subtitle.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One line without the arrow that stands between two times.
fn arrowless(text: &str) -> String {
    let mut text = line(text);
    // A longer arrow may become one.
    while text.contains("-->") {
        text = text.replace("-->", "->");
    }
    text
}

/// The segments in SubRip's format.
pub fn srt(segments: &[Segment]) -> String {
    let mut out = String::new();
    for (n, segment) in segments.iter().enumerate() {
        let (start, end) = (time(segment.start_ms, ','), time(segment.end_ms, ','));
        let text = arrowless(&segment.text);
        let _ = write!(out, "{}\n{start} --> {end}\n{text}\n\n", n + 1);
    }
    out
}

/// The segments in WebVTT, where `<`, `>` and `&` are written as entities.
pub fn vtt(segments: &[Segment]) -> String {
    let mut out = String::from("WEBVTT\n\n");
    for segment in segments {
        let (start, end) = (time(segment.start_ms, '.'), time(segment.end_ms, '.'));
        let text = line(&segment.text).replace('&', "&amp;");
        let text = text.replace('<', "&lt;").replace('>', "&gt;");
        let _ = write!(out, "{start} --> {end}\n{text}\n\n");
    }
    out
}

/// The words in segments: each ends with a sentence, at a long pause, or when it is long.
pub fn segments(words: &[Word]) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    let mut ended = true;
    for word in words {
        match segments.last_mut() {
            Some(last)
                if !ended
                    && word.start_ms.saturating_sub(last.end_ms) < PAUSE_MS
                    && last.text.len() + word.text.len() < LONGEST =>
            {
                last.end_ms = last.end_ms.max(word.end_ms);
                last.text.push(' ');
                last.text.push_str(&word.text);
            }
            _ => segments.push(Segment {
                start_ms: word.start_ms,
                end_ms: word.end_ms.max(word.start_ms),
                text: word.text.clone(),
            }),
        }
        ended = word.text.ends_with(['.', '?', '!', '。', '？', '！', '…']);
    }
    segments
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn segment(start_ms: u32, end_ms: u32, text: &str) -> Segment {
        Segment { start_ms, end_ms, text: text.into() }
    }

    fn word(text: &str, start_ms: u32, end_ms: u32) -> Word {
        Word { text: text.into(), start_ms, end_ms, confidence: 1.0 }
    }

    #[test]
    fn segments_end_with_sentences_and_at_pauses() {
        let words = [
            word("Turn", 100, 300),
            word("it", 300, 400),
            word("on.", 400, 700),
            word("Now", 800, 1_000),
            word("wait", 2_500, 2_900),
        ];
        let found = segments(&words);
        let found: Vec<_> = found.iter().map(|s| (s.start_ms, s.end_ms, s.text.as_str())).collect();
        assert_eq!(found, [(100, 700, "Turn it on."), (800, 1_000, "Now"), (2_500, 2_900, "wait")]);
        let long: Vec<_> = (0..40).map(|n| word("word", n * 100, n * 100 + 90)).collect();
        assert!(segments(&long).iter().all(|segment| segment.text.len() <= LONGEST));
    }

    #[test]
    fn both_formats_are_as_specified() {
        let segments = [segment(0, 1_234, "Hello & <you>."), segment(3_723_004, 3_725_000, "b\nc")];
        assert_eq!(
            srt(&segments),
            "1\n00:00:00,000 --> 00:00:01,234\nHello & <you>.\n\n\
             2\n01:02:03,004 --> 01:02:05,000\nb c\n\n"
        );
        assert_eq!(
            vtt(&segments),
            "WEBVTT\n\n00:00:00.000 --> 00:00:01.234\nHello &amp; &lt;you&gt;.\n\n\
             01:02:03.004 --> 01:02:05.000\nb c\n\n"
        );
        assert!(srt(&[segment(0, 1, "a ----> b")]).ends_with("\na -> b\n\n"));
        assert_eq!((srt(&[]).as_str(), vtt(&[]).as_str()), ("", "WEBVTT\n\n"));
    }

    proptest! {
        /// Whatever was said, each segment is one block of as many lines as it should have.
        #[test]
        fn text_cannot_break_the_format(texts in prop::collection::vec("[a\\n\\r <>&>-]{0,20}", 0..5)) {
            let segments: Vec<_> = texts.iter().map(|text| segment(1, 2, text)).collect();
            prop_assert_eq!(srt(&segments).matches(" --> ").count(), texts.len());
            prop_assert_eq!(vtt(&segments).matches("-->").count(), texts.len());
            prop_assert_eq!(srt(&segments).lines().count(), 4 * texts.len());
        }
    }
}
