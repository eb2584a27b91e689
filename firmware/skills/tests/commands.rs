//! Commands of the user's own.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use sayso_skills::{Claim, Effect, Program, Run, RunError, Said};
use serde_json::json;
use support::Room;
use tempfile::TempDir;

const SENTENCES: &str = r#"
lists:
  what:
    wildcard: true
  minutes:
    values: [few]
intents:
  GoodNight:
    data:
      - sentences: ["good night [everybody]", "(sleep well;everybody)"]
  Note:
    data:
      - sentences: ["take down {what:note}"]
  OpenGate:
    data:
      - sentences: ["open the garden gate"]
  HassTurnOn:
    data:
      - sentences: ["make [the] {name} shine"]
"#;

fn program(name: &str, intent: &str) -> Program {
    Program {
        name: name.into(),
        intent: intent.into(),
        run: vec!["/opt/tell".into(), "--quiet".into()],
        time_limit_s: 5,
        ..Program::default()
    }
}

/// A room with these files of sentences, and the errors in them.
fn room(files: &[(&str, &str)]) -> (Room, Vec<String>) {
    let folder: TempDir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let mut room = Room::new();
    let errors = room.skills.use_sentences(folder.path());
    room.skills.use_commands(vec![
        program("good-night", "GoodNight"),
        Program { say: "Noted.".into(), ..program("note", "Note") },
        Program { confirm: true, ..program("garden_gate", "OpenGate") },
    ]);
    (room, errors.iter().map(ToString::to_string).collect())
}

/// The program that is to be run after a sentence.
fn run(room: &mut Room, text: &str) -> Run {
    let plan = room.claim(text).unwrap_or_else(|| panic!("not claimed: {text}"));
    assert_eq!((plan.skill, plan.say()), ("commands", None));
    match room.act(plan).effects.as_slice() {
        [Effect::Run(run)] => Run::clone(run),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_sentence_of_the_user_runs_the_program_of_its_intent() {
    let (mut room, errors) = room(&[("mine.yaml", SENTENCES)]);
    assert_eq!(errors, Vec::<String>::new());
    let run = run(&mut room, "Good night, everybody!");
    assert_eq!(run.program, program("good-night", "GoodNight"));
    let told = json!({
        "intent": "GoodNight",
        "slots": {},
        "sentence": "Good night, everybody!",
        "board": "kitchen",
        "area": "Kitchen",
    });
    assert_eq!(serde_json::to_value(&run.input).unwrap(), told);
}

#[test]
fn a_claim_runs_nothing() {
    let (room, _) = room(&[("mine.yaml", SENTENCES)]);
    let plan = room.claim("good night").unwrap();
    let Claim::Do { action, say: None } = &plan.claim else { panic!("{plan:?}") };
    assert_eq!(action["program"]["run"], json!(["/opt/tell", "--quiet"]));
}

#[test]
fn what_a_shell_would_take_for_its_own_stays_text() {
    let (mut room, _) = room(&[("mine.yaml", SENTENCES)]);
    for text in ["$(reboot)", "`reboot`; rm -rf *", "a && b | c > /etc/passwd", "\"'\\ ${HOME}"] {
        let sentence = format!("take down {text}");
        let Some(plan) = room.claim(&sentence) else { continue };
        let said = room.act(plan);
        let [Effect::Run(run)] = said.effects.as_slice() else { panic!("{said:?}") };
        assert_eq!(run.program.run, ["/opt/tell", "--quiet"], "{text}");
        assert_eq!(run.input.sentence, sentence);
    }
    let run = run(&mut room, "take down $(reboot) now");
    assert!(run.input.slots["note"].as_str().unwrap().contains("reboot"), "{:?}", run.input);
}

#[test]
fn what_must_be_confirmed_is_asked_first() {
    let (mut room, _) = room(&[("mine.yaml", SENTENCES)]);
    assert_eq!(room.say("Open the garden gate").unwrap(), "Should I run garden gate?");
    let run = run(&mut room, "Yes.");
    assert_eq!(run.program.name, "garden_gate");
    assert_eq!(run.input.sentence, "Open the garden gate");
    assert_eq!(room.say("Open the garden gate").unwrap(), "Should I run garden gate?");
    assert_eq!(room.say("No").unwrap(), "All right, I won't.");
}

#[test]
fn how_it_went_is_said() {
    let (mut room, _) = room(&[("mine.yaml", SENTENCES)]);
    let night = run(&mut room, "good night");
    let note = run(&mut room, "take down milk");
    let said = |run: &Run, printed: &str| room.skills.ran(run, Ok(printed.into()));
    assert_eq!(said(&night, "Sleep well.\n"), Said::text("Sleep well."));
    assert_eq!(said(&night, ""), Said::text("Done."));
    assert_eq!(said(&note, " \n"), Said::text("Noted."));
    for (error, words) in [
        (RunError::Missing, "I can't find the program of good night."),
        (RunError::Late, "good night took too long, so I ended it."),
        (RunError::Failed("exit status: 3".into()), "good night failed."),
    ] {
        let trouble = format!("commands.good-night: {error}");
        let said = room.skills.ran(&night, Err(error));
        assert_eq!(said, Said::text(words).and(Effect::Trouble(trouble)));
    }
}

#[test]
fn the_skills_still_understand_their_own_sentences() {
    let (mut room, _) = room(&[("mine.yaml", SENTENCES)]);
    let set = room.say("Set a timer for ten minutes").unwrap();
    assert_eq!(set, "Timer set for 10 minutes.");
    // An intent of a skill, in other words.
    assert_eq!(room.claim("make the bedroom lamp shine").unwrap().skill, "home");
    assert_eq!(room.claim("Tell me about the moon"), None);
}

#[test]
fn a_file_with_errors_is_named_and_left_out() {
    let broken = "intents:\n  A:\n    data:\n      - sentences: ['good (day']\n";
    let (mut room, errors) = room(&[("a.yaml", broken), ("mine.yaml", SENTENCES)]);
    let [error] = errors.as_slice() else { panic!("{errors:?}") };
    assert!(error.contains("a.yaml:4:") && error.contains("not closed"), "{error}");
    run(&mut room, "good night");
}

#[test]
fn without_a_program_the_sentence_is_for_nobody() {
    let (mut room, _) = room(&[("mine.yaml", SENTENCES)]);
    room.skills.use_commands(Vec::new());
    assert_eq!(room.claim("take down milk"), None);
}
