//! A long utterance is transcribed while it is spoken, and committed words stay.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use sayso_tests::wer::Wer;
use sayso_tests::{data, json, sayso};

/// One sentence of 12.6 s, and its words.
const SENTENCE: (&str, &str) = (
    "librispeech/1688-142285-0001.flac",
    "Margaret, said Mr. Hale, as he returned from showing his guest downstairs, I could not \
     help watching your face with some anxiety, when Mr. Thornton made his confession of having \
     been a shop boy.",
);

#[test]
fn a_committed_word_never_changes() {
    let (file, words) = SENTENCE;
    let board = format!("replay:{}", data(file).display());
    let lines = json(sayso().args(["run", "--profile", "small", "--json", "--board", &board]));
    let (mut partials, mut early, mut transcripts) = (0, String::new(), Vec::new());
    for line in &lines {
        match line["event"].as_str() {
            Some("partial") => {
                partials += 1;
                early.push_str(line["text"].as_str().expect("text"));
            }
            Some("transcript") => {
                let text = line["transcript"]["text"].as_str().expect("text");
                assert!(text.starts_with(&early), "{early:?} was shown, then {text:?}");
                transcripts.push(text);
            }
            _ => {}
        }
    }
    println!("{partials} partials: {early:?}");
    assert!(partials >= 2, "{lines:?}");
    // Most of it is there when the last words are spoken.
    let last = transcripts.last().expect("a transcript");
    assert!(early.len() * 2 > last.len(), "{early:?} of {last:?}");
    let wer = Wer::of(words, last);
    println!("{last:?}: {wer}");
    assert!(wer.percent() < 20.0, "{last}");
}
