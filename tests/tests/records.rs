//! What is kept of a conversation: counts, and words only if the user asked for them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use sayso_tests::{data, output, sayso};
use serde_json::Value;

/// What is asked in the recording.
const ASKED: &str = "What time is it?";

/// Holds a conversation whose state is in `state`.
fn converse(state: &Path, review_days: u32) {
    let question = data("commands-misc-en/rh3_what_time_is_it.flac");
    let board = format!("replay:{}:{}", question.display(), state.join("answer.wav").display());
    let mut command = sayso();
    command.env("SAYSO_STATE", state).args(["--profile", "small"]);
    command.args(["--set", &format!("privacy.review_days={review_days}")]);
    let ran = output(command.args(["run", "--board", &board]));
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

fn asked(state: &Path, words: &[&str]) -> Vec<Value> {
    let ran = output(sayso().env("SAYSO_STATE", state).args(words));
    assert!(ran.status.success(), "{words:?}: {}", String::from_utf8_lossy(&ran.stderr));
    let text = String::from_utf8(ran.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Everything that is stored, but for the sound.
fn stored(state: &Path) -> String {
    let files = std::fs::read_dir(state).expect("a folder").flatten();
    let texts = files.filter(|file| file.path().extension().is_some_and(|e| e == "json"));
    texts.map(|file| std::fs::read_to_string(file.path()).expect("UTF-8")).collect()
}

#[test]
fn a_conversation_is_counted_and_its_words_are_kept_only_on_request() {
    let state = tempfile::tempdir().expect("a folder");
    let state = state.path();
    converse(state, 0);
    let stats = asked(state, &["stats", "--json"]);
    assert_eq!(stats.len(), 3);
    for period in &stats {
        assert_eq!(period["utterances"], 1, "{period}");
        assert_eq!((&period["words"], &period["skills"]), (&4.into(), &1.into()), "{period}");
        let sure = period["mean_confidence"].as_f64().expect("a number");
        assert!((0.5..=1.0).contains(&sure), "{period}");
    }
    let kept = stored(state).to_lowercase();
    assert!(!kept.contains("time is it") && kept.contains("utterances"), "{kept}");
    assert!(asked(state, &["review", "--json"]).is_empty());

    converse(state, 7);
    let kept = asked(state, &["--set", "privacy.review_days=7", "review", "--json"]);
    assert_eq!(kept.len(), 1);
    assert_eq!((&kept[0]["transcript"], &kept[0]["skill"]), (&ASKED.into(), &"clock".into()));
    asked(state, &["review", "--erase"]);
    assert!(!stored(state).to_lowercase().contains("time is it"));

    converse(state, 7);
    assert!(stored(state).contains(ASKED));
    converse(state, 0);
    assert!(!stored(state).contains(ASKED), "switched off, it is deleted");
    assert_eq!(asked(state, &["stats", "--json"])[0]["utterances"], 4);
}
