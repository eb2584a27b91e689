//! Skills in a conversation, on the replay board with scripted engines.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::sync::{Arc, Mutex};

use sayso::event::{Ending, Origin, TurnRecord};
use sayso::internals::skills::{SharedSkills, wall_now};
use sayso::internals::state::StateFolder;
use sayso::{Assistant, Config, Event, Pace, Stop};
use sayso_models::Cancel;
use sayso_models::llm::Exchange;
use sayso_replay::{Layout, Output, Replay};
use sayso_skills::{Request, Situation};
use tempfile::TempDir;

struct Run {
    turns: Vec<TurnRecord>,
    /// Turn, skill and intent of each event, in order.
    intents: Vec<(u64, &'static str, String)>,
    history: Arc<Mutex<Vec<Exchange>>>,
    troubles: Vec<String>,
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
    let run = run_with(common::config(), folder, lines, parts);
    assert_eq!(run.troubles, Vec::<String>::new());
    run
}

/// The same with other settings.
fn run_with(
    config: Config,
    folder: &TempDir,
    lines: &[&'static str],
    parts: &[(bool, usize)],
) -> Run {
    let state = StateFolder::new(folder.path());
    let (skills, doubt) = SharedSkills::load(&config, Some(state)).expect("skills");
    assert_eq!(doubt, None);
    let (engines, history) = common::engines(lines);
    let sound = common::sound(parts);
    let mut board = Replay::from_samples(sound).output(Output::Memory(Layout::Stereo));
    let mut assistant = Assistant::new(config, engines).use_skills(skills, "kitchen", "Kitchen");
    let (mut turns, mut intents, mut troubles) = (Vec::new(), Vec::new(), Vec::new());
    let mut on_event = |event| match event {
        Event::Intent { turn, skill, intent, .. } => intents.push((turn.0.into(), skill, intent)),
        Event::Turn(turn) => turns.push(*turn),
        Event::Trouble { message, .. } => troubles.push(message),
        _ => {}
    };
    let held = assistant.converse(&mut board, Pace::Lockstep, &Stop::new(), &mut on_event);
    held.expect("a conversation");
    Run { turns, intents, history, troubles }
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

/// Settings with which what was said is forgotten after so many seconds.
fn forgetting_after(seconds: u32) -> Config {
    let mut config = common::config();
    config.skills.forget_after_s = seconds;
    config
}

#[test]
fn what_was_said_is_forgotten_if_nobody_speaks() {
    let lines = [
        "Add milk to the shopping list.",
        "Who was Ada Lovelace?",
        "What did I just ask you?",
        "What is on the shopping list?",
    ];
    let parts = [spoken(5_000), spoken(35_000), spoken(8_000), spoken(6_000)].concat();
    let answers = |config: Config| {
        let folder = tempfile::tempdir().unwrap();
        let run = run_with(config, &folder, &lines, &parts);
        assert_eq!(run.troubles, Vec::<String>::new());
        let heard: Vec<String> = run.heard().iter().map(|(_, heard)| (*heard).into()).collect();
        let [_, _, asked, list] = heard.as_slice() else { panic!("{heard:?}") };
        let history = run.history.lock().unwrap().len();
        (asked.contains("Ada Lovelace"), list.contains("milk"), history)
    };
    assert_eq!(answers(forgetting_after(0)), (true, true, 1));
    assert_eq!(answers(forgetting_after(20)), (false, false, 0));
    // Answering takes time too: the silence is counted from its end.
    assert_eq!(answers(forgetting_after(40)), (true, true, 1));
}

#[test]
fn a_question_that_waits_is_forgotten_if_nobody_speaks() {
    let lines = ["Add bread to the shopping list.", "Clear the shopping list.", "Yes."];
    let parts = [spoken(5_000), spoken(16_000), spoken(6_000)].concat();
    let last = |seconds: u32| {
        let folder = tempfile::tempdir().unwrap();
        let run = run_with(forgetting_after(seconds), &folder, &lines, &parts);
        run.turns.last().unwrap().skill
    };
    assert_eq!(last(0), "lists");
    assert_eq!(last(5), "", "nothing was asked any more");
}

#[test]
fn lists_are_cleared_when_nobody_has_spoken_at_any_board() {
    let (skills, _) = SharedSkills::load(&common::config(), None).unwrap();
    for board in ["kitchen", "hall"] {
        skills.set_present(board, true);
    }
    let say = |board: &str, text: &str| {
        let (now, situation) = (wall_now(), Situation::new(board));
        let plan = skills.claim(&Request::new(text, &now, &situation)).unwrap();
        let said = plan.say().map(str::to_owned);
        said.or(skills.act(plan, &now, &situation, &Cancel::new()).text).unwrap_or_default()
    };
    let list = |board: &str| say(board, "What is on the shopping list?");
    say("kitchen", "Add milk to the shopping list.");
    skills.forget("kitchen");
    assert!(list("hall").contains("milk"));
    assert!(list("kitchen").contains("milk"));
    // Somebody has spoken in the kitchen since.
    skills.forget("hall");
    assert!(list("kitchen").contains("milk"));
    skills.forget("kitchen");
    skills.forget("hall");
    assert!(!list("kitchen").contains("milk"));
    // A board that is not used any more does not count.
    say("kitchen", "Add milk to the shopping list.");
    skills.set_present("hall", false);
    skills.forget("kitchen");
    assert!(!list("kitchen").contains("milk"));
}

#[cfg(unix)]
mod own_commands {
    use std::path::Path;

    use sayso::config::OwnCommand;

    use super::*;

    const SENTENCES: &str = "intents:\n  GoodNight:\n    data:\n      - sentences:\n          \
                             - \"good night [everybody]\"\n";

    /// Settings with a script for "good night", in `folder`.
    fn config(folder: &Path, script: &str) -> Config {
        std::fs::create_dir(folder.join("intents")).unwrap();
        std::fs::write(folder.join("intents/mine.yaml"), SENTENCES).unwrap();
        let mut config = common::config();
        config.folder = folder.into();
        let command = OwnCommand {
            intent: "GoodNight".into(),
            run: ["/bin/sh", "-c", script].map(str::to_owned).into(),
            ..OwnCommand::default()
        };
        config.commands.insert("good-night".into(), command);
        config
    }

    #[test]
    fn a_program_answers() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path(), "grep -q '\"board\":\"kitchen\"' && echo Sleep well.");
        let run = run_with(config, &folder, &["Good night, everybody."], &spoken(6_000));
        assert_eq!(run.heard(), [("commands", "Sleep well.")]);
        assert_eq!(run.troubles, Vec::<String>::new());
        assert!(run.history.lock().unwrap().is_empty());
    }

    #[test]
    fn a_failure_is_said_and_shown_without_words() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path(), "cat; exit 3");
        let run = run_with(config, &folder, &["Good night, everybody."], &spoken(6_000));
        assert_eq!(run.heard(), [("commands", "good night failed.")]);
        assert_eq!(run.troubles, ["commands.good-night: exit status: 3"]);
    }

    /// What was only a guess must not be run.
    #[test]
    fn a_program_is_run_when_the_turn_is_released() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let config = config(folder.path(), &format!("cat >> {}; echo Yes.", log.display()));
        let lines = ["Good night.", "Good night everybody."];
        let parts = [(true, 1_000), (false, 200), (true, 1_000), (false, 4_000)];
        let run = run_with(config, &folder, &lines, &parts);
        assert_eq!(run.intents.len(), 2, "a guess, and the whole sentence: {:?}", run.intents);
        let log = std::fs::read_to_string(log).unwrap();
        assert_eq!(log.matches("sentence").count(), 1, "{log}");
        assert!(log.contains("Good night everybody."), "{log}");
    }

    #[test]
    fn faults_are_named_and_the_rest_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(folder.path(), "echo Sleep well.");
        let broken = "intents:\n  A:\n    data:\n      - sentences: ['good (day']\n";
        std::fs::write(folder.path().join("intents/broken.yaml"), broken).unwrap();
        // Sentences for a skill are no fault.
        let idle = "intents:\n  Idle: {data: [{sentences: [hum]}]}\n  \
                    SaysoRepeat: {data: [{sentences: [say whatever]}]}\n";
        std::fs::write(folder.path().join("intents/idle.yaml"), idle).unwrap();
        let command = OwnCommand {
            intent: "A".into(),
            run: vec!["/no/such/program".into()],
            ..OwnCommand::default()
        };
        config.commands.insert("a".into(), command);
        // A command in place of a skill is none either.
        let command = OwnCommand {
            intent: "HassTurnOn".into(),
            run: vec!["/bin/true".into()],
            ..OwnCommand::default()
        };
        config.commands.insert("on".into(), command);
        let (skills, _) = SharedSkills::load(&config, None).unwrap();
        let faults = skills.faults();
        let [file, idle, intent, program] = faults.as_slice() else { panic!("{faults:?}") };
        assert!(idle.contains("the intent Idle do nothing"), "{idle}");
        assert!(file.contains("intents/broken.yaml:4:") && file.contains("not closed"), "{file}");
        assert!(intent.starts_with("commands.a: ") && intent.ends_with("the intent A"), "{intent}");
        assert_eq!(program, "commands.a: there is no program /no/such/program");
        let run = run_with(config, &folder, &["Good night."], &spoken(6_000));
        assert_eq!(run.heard(), [("commands", "Sleep well.")]);
    }
}

/// Settings with a folder of documents: one about a pool, and one that is not text.
fn config_with_documents(folder: &TempDir) -> Config {
    std::fs::write(folder.path().join("pool.md"), "# Pool\n\nThe pool is 2 metres deep.\n")
        .unwrap();
    std::fs::write(folder.path().join("bad.md"), b"The slide \xff\xfe").unwrap();
    let mut config = common::config();
    config.skills.documents = folder.path().into();
    config
}

#[test]
fn documents_answer_what_is_in_them() {
    let (folder, documents) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let config = config_with_documents(&documents);
    let lines = ["How deep is the pool?", "How warm is the pool?", "Who was Ada Lovelace?"];
    let parts = [spoken(5_000), spoken(5_000), spoken(8_000)].concat();
    let run = run_with(config, &folder, &lines, &parts);
    let heard = run.heard();
    let [(first, answer), (second, none), ("", said)] = heard[..] else { panic!("{heard:?}") };
    assert_eq!((first, answer), ("knowledge", "The pool is 2 metres deep."));
    assert_eq!((second, none), ("knowledge", "That isn't in my documents."));
    assert!(said.contains("Ada Lovelace"), "{said}");
    assert_eq!(run.history.lock().unwrap().len(), 1, "the language model has one question");
}

#[test]
fn documents_that_change_are_read_again() {
    let documents = tempfile::tempdir().unwrap();
    let mut config = config_with_documents(&documents);
    let (skills, _) = SharedSkills::load(&config, None).expect("skills");
    let faults = skills.faults();
    let [fault] = faults.as_slice() else { panic!("{faults:?}") };
    let bad = documents.path().join("bad.md");
    assert!(fault.contains(bad.to_str().unwrap()) && fault.contains("UTF-8"), "{fault}");

    let (now, situation) = (wall_now(), Situation::new("kitchen"));
    let said = |skills: &SharedSkills| {
        let request = Request::new("How deep is the pool?", &now, &situation);
        skills.claim(&request).and_then(|plan| plan.say().map(str::to_owned))
    };
    assert_eq!(said(&skills).as_deref(), Some("The pool is 2 metres deep."));
    std::fs::write(documents.path().join("pool.md"), "# Pool\n\nThe pool is 75 cm deep.\n")
        .unwrap();
    skills.read_documents();
    assert_eq!(said(&skills).as_deref(), Some("The pool is 75 cm deep."));

    config.skills.off = vec!["knowledge".into()];
    let (skills, _) = SharedSkills::load(&config, None).expect("skills");
    assert_eq!(skills.faults(), Vec::<String>::new());
    assert_eq!(said(&skills), None);
}
