//! What the user has added: sentences that change, and tools of others.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;
use std::time::{Duration, Instant};

use sayso::config::OwnCommand;
use sayso::internals::skills::{SharedSkills, wall_now};
use sayso::{Assistant, Config, Event, Pace, Stop};
use sayso_models::stt::Transcript;
use sayso_replay::Replay;
use sayso_skills::{Request, Situation};

const SENTENCES: &str = "intents: {GoodNight: {data: [{sentences: [good night]}]}}";
const MORE: &str = "intents: {GoodNight: {data: [{sentences: [good night, that was the day]}]}}";
const BROKEN: &str = "intents: {GoodNight: {data: [{sentences: ['good (night']}]}}";

/// Settings in a folder with one file of sentences, and a command for them.
fn config(folder: &Path) -> Config {
    std::fs::create_dir(folder.join("intents")).unwrap();
    write(folder, SENTENCES);
    let mut config = common::config();
    config.folder = folder.into();
    let command = OwnCommand {
        intent: "GoodNight".into(),
        run: ["/bin/echo", "Sleep well."].map(str::to_owned).into(),
        ..OwnCommand::default()
    };
    config.commands.insert("good-night".into(), command);
    config
}

fn write(folder: &Path, text: &str) {
    std::fs::write(folder.join("intents/mine.yaml"), text).unwrap();
}

/// Whether a sentence is for the user's command.
fn is_claimed(skills: &SharedSkills, text: &str) -> bool {
    let (now, situation) = (wall_now(), Situation::new("kitchen"));
    let plan = skills.claim(&Request::new(text, &now, &situation));
    plan.is_some_and(|plan| plan.skill == "commands")
}

#[test]
fn sentences_that_change_are_understood_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (skills, _) = SharedSkills::load(&config(folder.path()), None).unwrap();
    // What the transcriber expects.
    let mut commands = skills.commands();
    let mut expected = |text: &str| {
        commands.refresh();
        let mut transcript = Transcript::default();
        transcript.text = text.into();
        commands.judge(transcript).command().is_some()
    };
    assert!(is_claimed(&skills, "Good night.") && expected("Good night."));
    assert!(!is_claimed(&skills, "That was the day.") && !expected("That was the day."));
    write(folder.path(), MORE);
    skills.read_sentences();
    assert!(is_claimed(&skills, "That was the day.") && expected("That was the day."));
    assert_eq!(skills.faults(), Vec::<String>::new());

    // A broken version changes nothing but what is reported.
    write(folder.path(), BROKEN);
    skills.read_sentences();
    assert!(is_claimed(&skills, "That was the day.") && expected("That was the day."));
    let faults = skills.faults();
    assert!(faults.len() == 1 && faults[0].contains("mine.yaml:1:"), "{faults:?}");
    std::fs::remove_file(folder.path().join("intents/mine.yaml")).unwrap();
    skills.read_sentences();
    assert!(!is_claimed(&skills, "Good night.") && !expected("Good night."));
    let faults = skills.faults();
    assert!(faults.len() == 1 && faults[0].contains("sentences of the intent GoodNight"));
}

#[test]
fn files_are_looked_at_by_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let (skills, _) = SharedSkills::load(&config(folder.path()), None).unwrap();
    write(folder.path(), MORE);
    let since = Instant::now();
    while !is_claimed(&skills, "That was the day.") {
        assert!(since.elapsed() < Duration::from_secs(60), "it was never read");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_broken_file_is_reported_in_the_conversation() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    let (skills, _) = SharedSkills::load(&config, None).unwrap();
    let (engines, _) = common::engines(&["Good night.", "Good night."]);
    let sound = common::sound(&[(true, 1_000), (false, 5_000), (true, 1_000), (false, 5_000)]);
    let mut board = Replay::from_samples(sound);
    let shared = skills.clone();
    let mut assistant = Assistant::new(config, engines).use_skills(skills, "kitchen", "Kitchen");
    let (mut heard, mut troubles) = (Vec::new(), Vec::new());
    let mut on_event = |event| match event {
        Event::Turn(turn) => {
            if heard.is_empty() {
                write(folder.path(), BROKEN);
                shared.read_sentences();
            }
            heard.push(turn.heard.clone());
        }
        Event::Trouble { message, .. } => troubles.push(message),
        _ => {}
    };
    let held = assistant.converse(&mut board, Pace::Lockstep, &Stop::new(), &mut on_event);
    held.expect("a conversation");
    assert_eq!(heard, ["Sleep well.", "Sleep well."], "the old version stays");
    assert!(troubles.len() == 1 && troubles[0].contains("mine.yaml:1:"), "{troubles:?}");
}

#[cfg(feature = "mcp")]
mod tools {
    use std::os::unix::fs::PermissionsExt;

    use sayso::config::{McpServer, McpTool};
    use sayso_models::Cancel;
    use sayso_test_support::{peers, skip};

    use super::*;

    const TELL: &str = "lists: {what: {wildcard: true}}\n\
                        intents:\n  Tell: {data: [{sentences: ['pass on {what:text}']}]}\n  \
                        Other: {data: [{sentences: ['pass nothing on']}]}\n";

    /// Settings with a server that is a program, and a tool of it; or why there can be none.
    fn config(folder: &Path) -> Result<Config, String> {
        let python = ["/usr/bin/python3", "/usr/local/bin/python3"];
        let python = python.iter().find(|python| Path::new(python).exists());
        let python = python.ok_or("no python3 in /usr")?;
        let mut config = super::config(folder);
        write(folder, TELL);
        config.commands.clear();
        let key = folder.join("key");
        std::fs::write(&key, "sk-1\n").unwrap();
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        let script = peers::script("tiny_mcp_server.py").display().to_string();
        let server = McpServer {
            run: vec![(*python).to_owned(), script],
            key_file: key,
            key_env: "KEY".into(),
            ..McpServer::default()
        };
        config.mcp.insert("tiny".into(), server);
        let (intent, server) = ("Tell".to_owned(), "tiny".to_owned());
        let tool = McpTool { intent, server, time_limit_s: 15, ..McpTool::default() };
        config.tools.insert("echo".into(), tool);
        Ok(config)
    }

    /// What is answered to lines, one after another.
    fn answers(skills: &SharedSkills, lines: &[&str]) -> Vec<String> {
        let situation = Situation::new("kitchen");
        let answer = |line: &&str| {
            let now = wall_now();
            let plan = skills.claim(&Request::new(line, &now, &situation)).expect(line);
            let before = plan.say().map(str::to_owned);
            let said = skills.act(plan, &now, &situation, &Cancel::new());
            before.into_iter().chain(said.text).collect::<Vec<_>>().join(" ")
        };
        lines.iter().map(answer).collect()
    }

    #[test]
    fn a_tool_is_called_after_a_yes_and_its_result_is_spoken_without_markdown() {
        let folder = tempfile::tempdir().unwrap();
        let config = match config(folder.path()) {
            Ok(config) => config,
            Err(why) => return skip(why),
        };
        let (skills, _) = SharedSkills::load(&config, None).unwrap();
        assert_eq!(
            skills.faults(),
            ["the sentences of the intent Other do nothing: no section \
                                     [commands.NAME] or [tools.NAME] names it"]
        );
        let (engines, _) = common::engines(&["Pass on good news.", "Yes."]);
        let sound = common::sound(&[(true, 1_000), (false, 6_000), (true, 1_000), (false, 8_000)]);
        let mut board = Replay::from_samples(sound);
        let mut assistant = Assistant::new(config, engines).use_skills(skills, "kitchen", "");
        let (mut heard, mut troubles) = (Vec::new(), Vec::new());
        let mut on_event = |event| match event {
            Event::Turn(turn) => heard.push((turn.skill, turn.heard.clone())),
            Event::Trouble { message, .. } => troubles.push(message),
            _ => {}
        };
        let held = assistant.converse(&mut board, Pace::Lockstep, &Stop::new(), &mut on_event);
        held.expect("a conversation");
        assert_eq!(troubles, Vec::<String>::new());
        let [(first, asked), (second, said)] = heard.as_slice() else { panic!("{heard:?}") };
        assert_eq!((*first, asked.as_str()), ("tools", "Should I use echo?"));
        assert_eq!((*second, said.as_str()), ("tools", "good news with sk-1."));
    }

    #[test]
    fn what_is_wrong_with_tools_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = match config(folder.path()) {
            Ok(config) => config,
            Err(why) => return skip(why),
        };
        let good = config.tools["echo"].clone();
        let other = McpTool { intent: "Other".into(), tool: "echo".into(), ..good.clone() };
        config.tools.insert("other".into(), other);
        let gone = McpTool { intent: "None".into(), tool: "remove".into(), ..good };
        config.tools.insert("gone".into(), gone);
        let broken = McpServer { run: vec!["/no/such/program".into()], ..McpServer::default() };
        config.mcp.insert("broken".into(), broken);
        let (skills, _) = SharedSkills::load(&config, None).unwrap();
        let [broken, tiny] = &skills.look_at_tools(Duration::from_secs(60))[..] else {
            panic!("two servers");
        };
        let why = broken.tools.as_ref().expect_err("it cannot be used");
        assert_eq!(why.why, "there is no such program");
        assert_eq!(why.todo, "correct mcp.broken.run");
        let fault = "mcp.broken: there is no program /no/such/program".to_owned();
        assert!(skills.faults().contains(&fault), "{:?}", skills.faults());
        assert_eq!(tiny.tools, Ok(1));
        let faults: Vec<_> = tiny.faults.iter().map(|(of, why)| format!("{of}: {why}")).collect();
        assert_eq!(
            faults,
            [
                "gone: tiny has no tool remove; it has: echo",
                "other: the tool needs the argument text, which no sentence fills"
            ]
        );
    }

    #[test]
    fn a_server_that_fails_leaves_the_other_skills_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = match config(folder.path()) {
            Ok(config) => config,
            Err(why) => return skip(why),
        };
        let server = config.mcp.get_mut("tiny").unwrap();
        server.run = vec!["/bin/false".into()];
        let (skills, _) = SharedSkills::load(&config, None).unwrap();
        let said = answers(&skills, &["pass on good news", "yes", "what is 2 plus 3"]);
        assert_eq!(said[1], "I can't reach the server of echo.");
        assert!(said[2].contains('5'), "{said:?}");
        // A key that others can read is not passed on.
        let key = folder.path().join("key");
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
        let [found] = &skills.look_at_tools(Duration::from_secs(60))[..] else { panic!("one") };
        assert!(found.tools.as_ref().is_err_and(|why| why.why.contains("chmod 600")), "{found:?}");
    }
}
