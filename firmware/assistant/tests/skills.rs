//! Skills in a conversation, on the replay board with scripted engines.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::sync::{Arc, Mutex};

use sayso::event::{Ending, Origin, TurnRecord};
use sayso::internals::skills::SharedSkills;
use sayso::internals::state::StateFolder;
use sayso::{Assistant, Event, Pace, Stop};
use sayso_models::llm::Exchange;
use sayso_replay::{Layout, Output, Replay};
use tempfile::TempDir;

struct Run {
    turns: Vec<TurnRecord>,
    /// Turn, skill and intent of each event, in order.
    intents: Vec<(u64, &'static str, String)>,
    history: Arc<Mutex<Vec<Exchange>>>,
}

impl Run {
    /// The turns that were heard.
    fn heard(&self) -> Vec<(&str, &str)> {
        let heard = self.turns.iter().filter(|turn| !turn.heard.is_empty());
        heard.map(|turn| (turn.skill, turn.heard.as_str())).collect()
    }
}

/// A conversation with these transcripts and this sound, whose skills are saved in `folder`.
fn run(folder: &TempDir, lines: &[&'static str], parts: &[(bool, usize)]) -> Run {
    let config = common::config();
    let state = StateFolder::new(folder.path());
    let (skills, doubt) = SharedSkills::load(&config, Some(state)).expect("skills");
    assert_eq!(doubt, None);
    let (engines, history) = common::engines(lines);
    let sound = common::sound(parts);
    let mut board = Replay::from_samples(sound).output(Output::Memory(Layout::Stereo));
    let mut assistant = Assistant::new(config, engines).use_skills(skills, "kitchen", "Kitchen");
    let (mut turns, mut intents) = (Vec::new(), Vec::new());
    let mut on_event = |event| match event {
        Event::Intent { turn, skill, intent, .. } => intents.push((turn.0.into(), skill, intent)),
        Event::Turn(turn) => turns.push(*turn),
        Event::Trouble { message, .. } => panic!("{message}"),
        _ => {}
    };
    let held = assistant.converse(&mut board, Pace::Lockstep, &Stop::new(), &mut on_event);
    held.expect("a conversation");
    Run { turns, intents, history }
}

/// Somebody speaks for a second, and is silent for so many ms.
fn spoken(silent: usize) -> [(bool, usize); 2] {
    [(true, 1_000), (false, silent)]
}

#[test]
fn a_skill_answers_and_the_language_model_is_not_asked() {
    let folder = tempfile::tempdir().unwrap();
    let lines = ["What is 17 times 23?", "Who was Ada Lovelace?"];
    let run = run(&folder, &lines, &[spoken(5_000), spoken(8_000)].concat());
    let heard = run.heard();
    let [(skill, answer), ("", said)] = heard[..] else { panic!("{heard:?}") };
    assert_eq!(skill, "calculator");
    assert!(answer.contains("391"), "{answer}");
    assert!(said.contains("Ada Lovelace"), "{said}");
    let history = run.history.lock().unwrap();
    assert_eq!(history.len(), 1, "{history:?}");
    assert_eq!(history[0].user, "Who was Ada Lovelace?");
}

#[test]
fn a_timer_rings_where_it_was_set_until_somebody_says_stop() {
    let folder = tempfile::tempdir().unwrap();
    let lines = ["Set a timer for ten seconds.", "Stop."];
    let parts = [spoken(16_000), spoken(20_000)].concat();
    let run = run(&folder, &lines, &parts);
    assert_eq!(run.intents[0].1, "timers");
    let rang = |turn: &&TurnRecord| turn.origin == Origin::Announcement;
    let rings: Vec<_> = run.turns.iter().filter(rang).collect();
    assert!(!rings.is_empty(), "{:?}", run.turns);
    // It was set a second or so after the sentence began, and the sample clock is exact.
    let first = rings[0].begun.as_ms();
    assert!((11_000..14_500).contains(&first), "{first}");
    // "Stop" is over at about 18.5 s.
    let last = rings.last().unwrap().begun.as_ms();
    assert!(last < 20_000, "it still rings at {last}");
}

/// What was only a guess must not be done, however often it is guessed.
#[test]
fn only_what_was_released_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let lines = ["Add milk to the shopping list.", "Add milk and eggs to the shopping list."];
    let parts = [(true, 1_000), (false, 200), (true, 1_000), (false, 4_000)];
    let first = run(&folder, &lines, &parts);
    let turns: Vec<_> = first.intents.iter().map(|(turn, ..)| turn).collect();
    assert_eq!(turns.len(), 2, "a guess, and the whole sentence: {:?}", first.intents);
    assert_eq!(first.turns[0].ending, Ending::Dropped);

    // Another conversation, after a restart.
    let second = run(&folder, &["What is on my shopping list?"], &spoken(6_000));
    let heard = second.heard();
    let [(_, list)] = heard[..] else { panic!("{heard:?}") };
    assert_eq!(list.matches("milk").count(), 1, "{list}");
    assert_eq!(list.matches("eggs").count(), 1, "{list}");
}

#[test]
fn a_question_is_asked_back_and_answered() {
    let folder = tempfile::tempdir().unwrap();
    let lines = [
        "Add bread to the shopping list.",
        "Clear the shopping list.",
        "Yes.",
        "What is on the shopping list?",
    ];
    let parts = [spoken(5_000), spoken(6_000), spoken(5_000), spoken(5_000)].concat();
    let run = run(&folder, &lines, &parts);
    let heard = run.heard();
    let [_, (_, question), _, (_, list)] = heard[..] else { panic!("{heard:?}") };
    assert!(question.ends_with('?'), "{question}");
    assert!(!list.contains("bread"), "{list}");
}

#[test]
fn what_was_asked_before_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let lines = ["Who was Ada Lovelace?", "What did I just ask you?"];
    let run = run(&folder, &lines, &[spoken(10_000), spoken(8_000)].concat());
    let heard = run.heard();
    let [_, (skill, answer)] = heard[..] else { panic!("{heard:?}") };
    assert!(!skill.is_empty() && answer.contains("Ada Lovelace"), "{answer}");
}
