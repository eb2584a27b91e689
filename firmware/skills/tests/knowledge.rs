//! Questions about documents: the example's, and sentences that have nothing to do with them.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::path::{Path, PathBuf};

use sayso_skills::Documents;
use support::Room;

/// The answer when the documents have none.
const NOT_THERE: &str = "That isn't in my documents.";

fn example(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/kiosk").join(name)
}

/// Skills with documents.
fn with(documents: &Documents) -> Room {
    let mut room = Room::new();
    room.skills.use_documents(documents.clone());
    room
}

/// Skills with the documents of a folder, which are without fault.
fn room(folder: &Path) -> Room {
    let documents = Documents::new(folder, "en").unwrap();
    assert_eq!(documents.refresh(), Some(Vec::new()));
    with(&documents)
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
        let plan = room.claim(question).filter(|plan| plan.skill == "knowledge");
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
    assert!(odd.right + even.right >= 31, "{odd:?}, {even:?}");
    assert!(odd.invented + even.invented <= 1, "{odd:?}, {even:?}");
}

#[test]
fn documents_of_a_plant_answer_their_questions() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plant");
    let table = include_str!("plant/questions.tsv");
    let [odd, even] = ask(&room(&folder), table);
    println!("{odd:?}, {even:?}");
    assert_eq!(odd.all + even.all, 30);
    assert!(odd.right + even.right >= 26, "{odd:?}, {even:?}");
    assert!(odd.invented + even.invented <= 1, "{odd:?}, {even:?}");
}

#[test]
fn documents_of_a_hotel_answer_their_questions() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hotel");
    let table = include_str!("hotel/questions.tsv");
    let [odd, even] = ask(&room(&folder), table);
    println!("{odd:?}, {even:?}");
    assert_eq!(odd.all + even.all, 32);
    assert!(odd.right + even.right >= 25, "{odd:?}, {even:?}");
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

#[test]
fn what_changes_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hours.md");
    std::fs::write(&file, "# Shop\n\nThe shop opens at 9 am.\n").unwrap();
    let documents = Documents::new(folder.path(), "en").unwrap();
    let room = with(&documents);
    let ask = |question: &str| room.claim(question)?.say().map(str::to_owned);
    let opening = "When does the shop open?";
    assert_eq!(ask(opening), None, "nothing is read yet");
    assert_eq!(documents.refresh(), Some(Vec::new()));
    assert_eq!(ask(opening).as_deref(), Some("The shop opens at 9 am."));
    assert_eq!(documents.refresh(), None, "nothing has changed");

    std::fs::write(&file, "# Shop\n\nThe shop opens at 10:30 am.\n").unwrap();
    std::fs::write(folder.path().join("lift.txt"), "The lift is next to the shop.\n").unwrap();
    assert_eq!(documents.refresh(), Some(Vec::new()));
    assert_eq!(ask(opening).as_deref(), Some("The shop opens at 10:30 am."));
    let lift = "Where is the lift by the shop?";
    assert_eq!(ask(lift).as_deref(), Some("The lift is next to the shop."));

    std::fs::remove_file(&file).unwrap();
    assert_eq!(documents.refresh(), Some(Vec::new()));
    assert_eq!(ask(opening).as_deref(), Some(NOT_THERE));
    assert_eq!(documents.passages(), 1);
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = (folder.path().join("good.md"), folder.path().join("bad.md"));
    std::fs::write(&good, "# Pool\n\nThe pool is 2 metres deep.\n").unwrap();
    std::fs::write(&bad, b"# Pool\n\nThe slide is \xff\xfe metres long.\n").unwrap();
    std::fs::write(folder.path().join("photo.png"), b"\xff\xfe").unwrap();
    let documents = Documents::new(folder.path(), "en").unwrap();
    let faults = documents.refresh().unwrap();
    let [fault] = &faults[..] else { panic!("{faults:?}") };
    assert!(fault.to_string().contains(bad.to_str().unwrap()), "{fault}");
    assert!(fault.to_string().contains("UTF-8"), "{fault}");
    assert_eq!(documents.refresh(), None, "it is told once");
    let room = with(&documents);
    let ask = |question: &str| room.claim(question)?.say().map(str::to_owned);
    assert_eq!(ask("How deep is the pool?").as_deref(), Some("The pool is 2 metres deep."));

    std::fs::write(&bad, "# Pool\n\nThe slide is 80 metres long.\n").unwrap();
    assert_eq!(documents.refresh(), Some(Vec::new()));
    assert_eq!(ask("How long is the slide?").as_deref(), Some("The slide is 80 metres long."));

    std::fs::write(&bad, "word ".repeat(300_000)).unwrap();
    let faults = documents.refresh().unwrap();
    let [fault] = &faults[..] else { panic!("{faults:?}") };
    assert!(fault.to_string().contains("larger than"), "{fault}");
}

#[test]
fn without_the_folder_what_was_read_remains() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("documents");
    let documents = Documents::new(&folder, "en").unwrap();
    let faults = documents.refresh().unwrap();
    let [fault] = &faults[..] else { panic!("{faults:?}") };
    assert!(fault.to_string().contains(folder.to_str().unwrap()), "{fault}");
    assert_eq!(documents.refresh(), None, "it is told once");

    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("pool.md"), "The pool is 2 metres deep.\n").unwrap();
    assert_eq!(documents.refresh(), Some(Vec::new()));
    std::fs::rename(&folder, parent.path().join("elsewhere")).unwrap();
    assert_eq!(documents.refresh().map(|faults| faults.len()), Some(1));
    assert_eq!(documents.passages(), 1);
}

#[test]
fn other_skills_come_first_and_other_questions_go_on() {
    let room = kiosk();
    let skill = |text: &str| room.claim(text).map(|plan| plan.skill);
    assert_eq!(skill("What time is it?"), Some("clock"));
    assert_eq!(skill("How deep is the leisure pool?"), Some("knowledge"));
    assert_eq!(skill("Who wrote Moby Dick?"), None);
    let unanswered = room.claim("How deep is the whirlpool?").unwrap();
    assert_eq!(unanswered.say(), Some(NOT_THERE));
}

#[test]
fn codes_are_found_as_they_are_said() {
    let folder = tempfile::tempdir().unwrap();
    let text = "# Errors\n\nFault F-03: the belt is jammed.\nFault F-13: the motor is hot.\n\n\
                Alarm 218: the tank is empty.\n";
    std::fs::write(folder.path().join("errors.md"), text).unwrap();
    let room = room(folder.path());
    for (question, answer) in [
        ("What does F-03 mean?", "belt"),
        ("What does fault F 3 mean?", "belt"),
        ("Fault F03", "belt"),
        ("The display says F 13.", "motor"),
        ("What is alarm 218?", "tank"),
    ] {
        let plan = room.claim(question).unwrap();
        assert!(plan.say().unwrap().contains(answer), "{question}: {:?}", plan.say());
    }
}
