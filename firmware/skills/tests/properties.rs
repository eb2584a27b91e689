//! Nothing that is said makes the skills panic.

#![allow(clippy::unwrap_used)]

mod support;

use std::sync::{Mutex, OnceLock};

use proptest::prelude::*;
use support::Room;

/// Skills that remember what was said before: so follow-ups are tried, too.
fn room() -> &'static Mutex<Room> {
    static ROOM: OnceLock<Mutex<Room>> = OnceLock::new();
    ROOM.get_or_init(|| Mutex::new(Room::new()))
}

/// The words of the sentences in the tests.
fn words() -> Vec<&'static str> {
    let sentences = include_str!("sentences.tsv").lines().filter(|line| !line.starts_with('#'));
    let mut words: Vec<&str> = sentences
        .filter_map(|line| line.split('\t').next())
        .flat_map(str::split_whitespace)
        .chain(["999999999999", "-1", "1e400", "0", "31", "25", ":", "%", "9^9^9^9", "no", "yes"])
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

fn try_it(text: &str) {
    let mut room = room().lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(plan) = room.claim(text) {
        room.act(plan);
    }
    room.pass(7);
    room.rings();
    let now = room.now.clone();
    room.skills.next_due(&now);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in ".{0,80}") {
        try_it(&text);
    }

    #[test]
    fn any_known_words(text in prop::collection::vec(prop::sample::select(words()), 0..12)) {
        try_it(&text.join(" "));
    }
}

#[test]
fn what_is_restored_is_what_was_saved() {
    let (mut room, mut other) = (Room::new(), Room::new());
    let sentences = include_str!("sentences.tsv").lines().filter(|line| !line.starts_with('#'));
    for text in sentences.filter_map(|line| line.split('\t').next()) {
        room.say(text);
        let saved = serde_json::to_string(&room.skills.snapshot()).unwrap();
        other.skills.restore(serde_json::from_str(&saved).unwrap()).unwrap();
        assert_eq!(serde_json::to_string(&other.skills.snapshot()).unwrap(), saved, "{text}");
    }
}
