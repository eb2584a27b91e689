//! Tools of others.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use sayso_skills::{Call, CallError, Claim, Effect, Said, Skills, Tool};
use serde_json::json;
use support::Room;

const SENTENCES: &str = "
lists:
  what: {wildcard: true}
  count: {range: {from: 1, to: 20}}
intents:
  Note: {data: [{sentences: ['jot down {what:text} [{count:times} times]']}]}
  Weather: {data: [{sentences: ['how is it outside']}]}
";

fn tool(name: &str, intent: &str) -> Tool {
    Tool {
        name: name.into(),
        intent: intent.into(),
        server: "notes".into(),
        tool: "add_note".into(),
        time_limit_s: 5,
        ..Tool::default()
    }
}

fn room() -> Room {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.yaml"), SENTENCES).unwrap();
    let mut room = Room::new();
    assert_eq!(room.skills.use_sentences(folder.path()), Vec::new());
    let weather = Tool { safe: true, ..tool("weather", "Weather") };
    room.skills.use_tools(vec![tool("jot-down", "Note"), weather]);
    room
}

/// The call that is to be made.
fn call(said: &Said) -> Call {
    match said.effects.as_slice() {
        [Effect::Call(call)] => Call::clone(call),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_tool_is_called_only_after_a_yes() {
    let mut room = room();
    let plan = room.claim("Jot down buy milk 2 times.").unwrap();
    assert_eq!((plan.skill, plan.say()), ("tools", Some("Should I use jot down?")));
    assert!(matches!(plan.claim, Claim::Confirm { .. }));
    assert_eq!(room.act(plan).effects, Vec::new(), "nothing is done yet");
    let plan = room.claim("No.").unwrap();
    assert_eq!(room.act(plan).effects, Vec::new());

    let plan = room.claim("Jot down buy milk 2 times.").unwrap();
    room.act(plan);
    let plan = room.claim("Yes.").unwrap();
    let call = call(&room.act(plan));
    assert_eq!(call.tool, tool("jot-down", "Note"));
    assert_eq!(json!(call.arguments), json!({"text": "buy milk", "times": 2}));
}

#[test]
fn words_stay_as_they_were_said() {
    let room = room();
    for (said, due) in [
        ("Jot down meet Ann at 5:30.", "meet Ann at 5:30"),
        ("jot down a 10min walk, 7pm", "a 10min walk, 7pm"),
        ("jot down \"buy milk\"", "\"buy milk\""),
        ("jot down say “no” 2 times", "say “no”"),
        ("Jot down who was Ada?", "who was Ada?"),
        ("jot down stop!", "stop!"),
        (
            "jot down It's 17:05 (CET) – Émile's train, isn't it?  ",
            "It's 17:05 (CET) – Émile's train, isn't it?",
        ),
    ] {
        let plan = room.claim(said).unwrap();
        assert_eq!(plan.command.slots["text"], json!(due), "{said}");
    }
}

#[test]
fn a_safe_tool_is_called_at_once() {
    let mut room = room();
    let plan = room.claim("How is it outside?").unwrap();
    assert_eq!((plan.skill, plan.say()), ("tools", None));
    assert_eq!(call(&room.act(plan)).tool.name, "weather");
}

#[test]
fn what_is_said_tells_what_is_known() {
    let room = room();
    let of = |tool: Tool| Call { tool, arguments: [].into() };
    let jot = of(tool("jot-down", "Note"));
    let said = |result| room.skills.called(&jot, result).text.unwrap();
    assert_eq!(said(Ok("Noted.\n\n  Twice.\n".into())), "Noted.\nTwice.");
    assert_eq!(said(Ok(" \n".into())), "Done.");
    let quiet = of(Tool { say: "I have it.".into(), ..tool("jot-down", "Note") });
    assert_eq!(room.skills.called(&quiet, Ok("{}".into())).text.unwrap(), "I have it.");
    let cases = [
        (CallError::Unreachable("gone".into()), "I can't reach the server of jot down.", "gone"),
        (
            CallError::Changed("no tool".into()),
            "jot down isn't what it was, so I didn't use it.",
            "no tool",
        ),
        (
            CallError::Late,
            "jot down took too long, so I don't know whether it worked.",
            "it did not answer in time",
        ),
        (
            CallError::Lost("cut".into()),
            "The server of jot down broke off, so I don't know whether it worked.",
            "cut",
        ),
        (CallError::Failed("error 7".into()), "jot down failed.", "error 7"),
    ];
    for (error, words, why) in cases {
        let trouble = Effect::Trouble(format!("tools.jot-down: {why}"));
        assert_eq!(room.skills.called(&jot, Err(error)), Said::text(words).and(trouble));
    }
}

#[test]
fn the_skill_can_be_switched_off() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.yaml"), SENTENCES).unwrap();
    let mut room = Room::new();
    room.skills = Skills::new("en", &["tools".into()], None).unwrap();
    room.skills.use_sentences(folder.path());
    room.skills.use_tools(vec![tool("jot-down", "Note")]);
    assert!(room.claim("Jot down buy milk.").is_none());
}
