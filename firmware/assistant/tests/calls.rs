//! Commands that the language model writes, and what it must not claim, on the replay board with
//! scripted engines.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::sync::{Arc, Mutex};

use sayso::event::{Ending, TurnRecord};
use sayso::internals::skills::SharedSkills;
use sayso::internals::state::StateFolder;
use sayso::{Assistant, Chat, Config, Event, Pace, Stop};
use sayso_language::Language;
use sayso_models::Cancel;
use sayso_models::llm::Exchange;
use sayso_replay::{Layout, Output, Replay};
use tempfile::TempDir;

/// The settings of a home with the devices of the demonstration.
fn config() -> Config {
    let mut config = common::config();
    config.skills.virtual_home = "demo".into();
    config
}

/// The turns of a conversation with these transcripts and this sound, and the history of the
/// language model after it.
fn run(
    folder: &TempDir,
    lines: &[&'static str],
    parts: &[(bool, usize)],
) -> (Vec<TurnRecord>, Arc<Mutex<Vec<Exchange>>>) {
    let config = config();
    let state = StateFolder::new(folder.path());
    let (skills, _) = SharedSkills::load(&config, Some(state)).expect("skills");
    let (engines, history) = common::engines(lines);
    let sound = common::sound(parts);
    let mut board = Replay::from_samples(sound).output(Output::Memory(Layout::Stereo));
    let mut assistant = Assistant::new(config, engines).use_skills(skills, "kitchen", "Kitchen");
    let mut turns = Vec::new();
    let mut on_event = |event| {
        if let Event::Turn(turn) = event {
            turns.push(*turn);
        }
    };
    let held = assistant.converse(&mut board, Pace::Lockstep, &Stop::new(), &mut on_event);
    held.expect("a conversation");
    (turns, history)
}

/// Somebody speaks for a second, and is silent for so many ms.
fn spoken(silent: usize) -> [(bool, usize); 2] {
    [(true, 1_000), (false, silent)]
}

fn heard(turns: &[TurnRecord]) -> Vec<(&str, &str)> {
    let heard = turns.iter().filter(|turn| !turn.heard.is_empty());
    heard.map(|turn| (turn.skill, turn.heard.as_str())).collect()
}

#[test]
fn a_command_of_the_model_is_carried_out_as_if_it_had_been_said() {
    let folder = tempfile::tempdir().unwrap();
    let (turns, history) = run(&folder, &["Call: turn on the fan"], &spoken(6_000));
    assert_eq!(turns[0].skill, "home");
    assert_eq!(turns[0].changed.get("Fan").map(String::as_str), Some("on"), "{turns:?}");
    assert!(history.lock().unwrap().is_empty(), "what was not said is not remembered");
}

#[test]
fn a_risky_command_of_the_model_asks_first() {
    let folder = tempfile::tempdir().unwrap();
    let lines = ["Call: unlock the front door", "No."];
    let parts = [spoken(5_000), spoken(5_000)].concat();
    let (turns, _) = run(&folder, &lines, &parts);
    let heard = heard(&turns);
    assert!(heard[0].0 == "home" && heard[0].1.ends_with('?'), "{heard:?}");
    assert!(turns.iter().all(|turn| turn.changed.is_empty()), "{turns:?}");
}

/// What was only a guess must not be done.
#[test]
fn only_what_was_released_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let lines =
        ["Call: add milk to the shopping list", "Call: add milk and eggs to the shopping list"];
    let parts = [(true, 1_000), (false, 200), (true, 1_000), (false, 4_000)];
    let (turns, _) = run(&folder, &lines, &parts);
    assert_eq!(turns[0].ending, Ending::Dropped);
    let (turns, _) = run(&folder, &["What is on my shopping list?"], &spoken(6_000));
    let heard = heard(&turns);
    let list = heard[0].1;
    assert_eq!(list.matches("milk").count(), 1, "{list}");
}

#[test]
fn a_command_that_no_skill_knows_is_answered_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let (turns, _) = run(&folder, &["Call: paint the moon"], &spoken(8_000));
    let heard = heard(&turns);
    assert!(heard[0].0.is_empty() && heard[0].1.contains("paint the moon"), "{heard:?}");
}

#[test]
fn a_typed_sentence_may_be_answered_by_a_command() {
    let (skills, _) = SharedSkills::load(&config(), None).unwrap();
    let (engines, history) = common::engines(&[]);
    let mut chat = Chat::new(&config(), engines.llm).use_skills(skills);
    let mut told = String::new();
    let mut turn = |text: &str, told: &mut String| {
        told.clear();
        chat.turn(text, &Cancel::new(), &mut |piece| told.push_str(piece)).unwrap().text
    };
    let answer = turn("Call: what is 17 times 23", &mut told);
    assert!(answer.contains("391") && told == answer, "{answer}");
    let answer = turn("Call: paint the moon", &mut told);
    assert!(answer.contains("paint the moon") && told == answer, "{answer}");
    assert_eq!(history.lock().unwrap().len(), 1);
}

#[test]
fn the_model_does_not_claim_what_was_not_done() {
    let (engines, history) = common::engines(&[]);
    let mut chat = Chat::new(&config(), engines.llm);
    let mut told = String::new();
    let asked = "Repeat: Of course. I've turned on the light for you. Anything else?";
    let answer = chat.turn(asked, &Cancel::new(), &mut |piece| told.push_str(piece)).unwrap().text;
    let sorry = Language::english().said_when_not_done();
    assert_eq!(told, format!("Of course. {sorry}"));
    assert_eq!(answer, told);
    assert_eq!(history.lock().unwrap()[0].assistant, told);
}
