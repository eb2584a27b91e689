//! Questions about documents: the example's, and sentences that have nothing to do with them.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::path::{Path, PathBuf};

use sayso_skills::{Documents, Skills};
use support::Room;

/// The answer when the documents have none.
const NOT_THERE: &str = "That isn't in my documents.";

fn example(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/kiosk").join(name)
}

/// Skills with the documents of a folder.
fn room(folder: &Path) -> Room {
    let documents = Documents::read(folder, "en").unwrap();
    let mut room = Room::new();
    room.skills = Skills::new("en", &[], None).unwrap().with_documents(documents);
    room
}

/// Skills with the example's documents.
fn kiosk() -> Room {
    room(&example("documents"))
}

/// How many questions there are, how many are right, and how many answers are invented.
#[derive(Debug, Default)]
struct Tally {
    all: usize,
    right: usize,
    invented: usize,
}

/// What is made of the questions in a table: of those in odd places, and of those in even ones.
fn ask(room: &Room, table: &str) -> [Tally; 2] {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    let mut tallies = [Tally::default(), Tally::default()];
    for (n, line) in lines.enumerate() {
        let (question, expected) = line.split_once('\t').unwrap();
        let plan = room.claim(question);
        let said = plan.as_ref().and_then(|plan| plan.say());
        let answer = said.filter(|said| *said != NOT_THERE);
        let right = match expected {
            "-" => said == Some(NOT_THERE),
            _ => answer.is_some_and(|said| expected.split(", ").all(|word| said.contains(word))),
        };
        let tally = &mut tallies[n % 2];
        tally.all += 1;
        tally.right += usize::from(right);
        tally.invented += usize::from(!right && answer.is_some());
        if !right {
            println!("{question} ({expected}): {said:?}");
        }
    }
    tallies
}

#[test]
fn the_example_answers_its_questions() {
    let table = std::fs::read_to_string(example("questions.tsv")).unwrap();
    let [odd, even] = ask(&kiosk(), &table);
    println!("the thresholds were chosen on {odd:?}, and not on {even:?}");
    assert_eq!(odd.all + even.all, 60);
    assert!(odd.right + even.right >= 54, "{odd:?}, {even:?}");
    assert!(odd.invented + even.invented <= 1, "{odd:?}, {even:?}");
}

#[test]
fn other_documents_answer_their_questions() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/museum");
    let table = include_str!("museum/questions.tsv");
    let [odd, even] = ask(&room(&folder), table);
    println!("{odd:?}, {even:?}");
    assert_eq!(odd.all + even.all, 35);
    assert!(odd.right + even.right >= 29, "{odd:?}, {even:?}");
    assert!(odd.invented + even.invented <= 1, "{odd:?}, {even:?}");
}

/// The sentences of a file that the example claims.
fn claimed(file: &str) -> Vec<String> {
    let room = kiosk();
    let claimed = file.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let claimed = claimed.filter_map(|text| {
        let plan = room.claim(text).filter(|plan| plan.skill == "knowledge")?;
        Some(format!("{text}: {:?}", plan.say()))
    });
    claimed.collect()
}

#[test]
fn chit_chat_is_not_about_the_example() {
    let mut all = Vec::new();
    for (file, most) in [
        (include_str!("others.txt"), 2),
        (include_str!("../../../core/intents/tests/data/chit-chat.en.txt"), 3),
    ] {
        let claimed = claimed(file);
        println!("{} claimed: {claimed:#?}", claimed.len());
        all.push((claimed, most));
    }
    for (claimed, most) in all {
        assert!(claimed.len() <= most, "{claimed:#?}");
    }
}
