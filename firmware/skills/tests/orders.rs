//! What a language model reads of the skills, and the sentences with which it is measured.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

use sayso_skills::Skills;
use support::Room;

/// What stands for the capitals in an order.
const VALUES: [(&str, &str); 13] = [
    ("DEVICE", "living room lamp"),
    ("NUMBER UNIT to UNIT", "5 miles to kilometers"),
    ("NUMBER percent", "30 percent"),
    ("NUMBER degrees", "20 degrees"),
    ("NUMBER", "5"),
    ("COLOR", "blue"),
    ("TIME", "7 am"),
    ("DAY", "Saturday"),
    ("TASK", "feed the cat"),
    ("THING", "milk"),
    ("CITY", "Paris"),
    ("HOLIDAY", "Christmas"),
    ("NAME", "Ann"),
];

/// The lines of a file, without remarks.
fn lines(name: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/language-model");
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn every_order_is_a_sentence_of_a_skill() {
    let room = Room::new();
    let (orders, devices) = room.skills.orders();
    assert!(orders.len() >= 8 && devices.iter().any(|name| name == "Living Room Lamp"));
    for order in orders.iter().flat_map(|line| line.split("; ")) {
        let mut sentence = order.to_owned();
        // "DAY" is in "HOLIDAY".
        let mut values = VALUES;
        values.sort_by_key(|(placeholder, _)| std::cmp::Reverse(placeholder.len()));
        for (placeholder, value) in values {
            // A lock is locked, a cover opened.
            let value = match order.split(' ').next() {
                Some("lock" | "unlock") if placeholder == "DEVICE" => "front door",
                Some("open" | "close") if placeholder == "DEVICE" => "garage door",
                _ => value,
            };
            sentence = sentence.replace(placeholder, value);
        }
        assert!(room.claim(&sentence).is_some(), "{order}: {sentence}");
    }
}

#[test]
fn skills_that_are_off_give_no_orders() {
    let skills = Skills::new("en", &["timers".to_owned()], None).unwrap();
    assert!(skills.orders().0.iter().all(|order| !order.contains("timer")));
}

#[test]
fn the_sentences_for_the_language_model_are_claimed_by_no_skill() {
    let room = Room::new();
    let paraphrases = lines("paraphrases.tsv");
    assert_eq!(paraphrases.len(), 100);
    for line in &paraphrases {
        let (said, wanted) = line.split_once('\t').unwrap();
        assert_eq!(room.claim(said), None, "{said}");
        for wanted in wanted.split(" | ") {
            assert!(room.claim(wanted).is_some(), "{said}: {wanted}");
        }
    }
    let chat = lines("chit-chat.txt");
    let questions = lines("questions.tsv");
    assert_eq!((chat.len(), questions.len()), (150, 240));
    for line in chat.iter().chain(&questions) {
        let said = line.split('\t').next().unwrap();
        assert_eq!(room.claim(said), None, "{said}");
    }
}
