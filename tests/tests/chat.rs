//! A conversation in writing, through the program's input and output.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use sayso_tests::sayso;

const SMALL: [&str; 4] = ["--profile", "small", "chat", "--json"];

#[test]
fn a_line_that_is_too_long_is_refused_and_the_chat_goes_on() {
    let mut child = sayso()
        .args(SMALL)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("sayso starts");
    let mut input = child.stdin.take().expect("input");
    // Longer than the model's context; longer than a line may be; and a question for the clock.
    let lines = ["why ".repeat(20_000), "x".repeat(3 << 20), "What time is it?".to_owned()];
    let writer = std::thread::spawn(move || {
        for line in lines {
            writeln!(input, "{line}").expect("is read");
        }
    });
    let output = child.wait_with_output().expect("ends");
    writer.join().expect("all was read");
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "not all was answered: {error}");
    assert!(error.contains("line 1: ") && error.contains("line 2: "), "{error}");
    let replies = String::from_utf8(output.stdout).expect("UTF-8");
    let replies: Vec<serde_json::Value> =
        replies.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(replies.len(), 1, "{replies:?}");
    assert_eq!(replies[0]["text"], "What time is it?");
}

#[test]
fn ctrl_c_ends_the_wait_for_a_line() {
    let mut child = sayso()
        .args(SMALL)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("sayso starts");
    let mut input = child.stdin.take().expect("input");
    writeln!(input, "What time is it?").expect("is read");
    let mut reply = String::new();
    let mut output = BufReader::new(child.stdout.take().expect("output"));
    output.read_line(&mut reply).expect("a reply");
    assert!(reply.contains("What time is it?"), "{reply}");
    // The input stays open: only the signal can end it.
    let pid = child.id().to_string();
    let sent = std::process::Command::new("kill").args(["-INT", &pid]).status().expect("kill");
    assert!(sent.success());
    assert!(child.wait().expect("ends").success(), "Ctrl-C ends it cleanly");
    drop(input);
}

#[test]
fn questions_about_itself_have_true_answers_with_either_model() {
    let asked = [
        "Who are you?",
        "What's your name?",
        "Tell me about yourself.",
        "Who made you?",
        "Who built you, please?",
        "Do you work for Google?",
        "Were you made by OpenAI?",
        "Can you tell me who created you?",
        "Are you online?",
        "Are you connected to the internet?",
        "Can you go on the internet?",
        "Do you need Wi-Fi?",
        "Are you a real person?",
        "Are you human?",
        "Are you a robot?",
        "Am I talking to a real person?",
        "You're not a real person, are you?",
        "Are you Alexa?",
        "Are you Siri?",
        "Are you ChatGPT?",
        "Are you the Google Assistant?",
        "Are you spying on me?",
        "Is this being recorded?",
        "Are you listening to me?",
        "Do you store what I say?",
        "Do you send my voice to the cloud?",
        "What can you do?",
        "How can you help me?",
        "Where do you run?",
        "What model are you using?",
        "Are you based on GPT?",
        "Do you have feelings?",
        "How old are you?",
        "Can you see me?",
    ];
    let not_itself = "What is the name of the capital of France?";
    for profile in ["small", "standard"] {
        let mut child = sayso()
            .args(["--profile", profile, "chat", "--json"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("sayso starts");
        let mut input = child.stdin.take().expect("input");
        writeln!(input, "{}\n{not_itself}", asked.join("\n")).expect("is read");
        drop(input);
        let output = child.wait_with_output().expect("ends");
        assert!(output.status.success(), "{profile}: {output:?}");
        let replies = String::from_utf8(output.stdout).expect("UTF-8");
        let replies: Vec<serde_json::Value> =
            replies.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(replies.len(), asked.len() + 1, "{profile}");
        for (text, reply) in asked.iter().zip(&replies) {
            assert_eq!(reply["text"], *text);
            // Answered by rule: the language model wrote nothing.
            assert_eq!(reply["tokens"]["reply"], 0, "{profile}: {reply}");
            let said = reply["reply"].as_str().expect("text").to_lowercase();
            for claim in ["alexa", "siri", "chatgpt", "openai", "google", "amazon", "human"] {
                assert!(!said.contains(claim), "{profile}: {reply}");
            }
        }
        let name = replies[1]["reply"].as_str().expect("text");
        assert!(name.contains("Sayso"), "{profile}: {name}");
        let other = &replies[asked.len()];
        assert_ne!(other["tokens"]["reply"], 0, "{profile}: the language model answers: {other}");
    }
}

#[test]
fn what_can_only_be_meant_for_music_is_answered_without_the_model() {
    let mut child = sayso()
        .args(SMALL)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("sayso starts");
    let mut input = child.stdin.take().expect("input");
    let lines = ["Pause.", "Continue.", "Stop.", "stop it"];
    write!(input, "{}", lines.join("\n")).expect("is read");
    drop(input);
    let output = child.wait_with_output().expect("ends");
    let replies = String::from_utf8(output.stdout).expect("UTF-8");
    let replies: Vec<serde_json::Value> =
        replies.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(replies.len(), lines.len(), "{replies:?}");
    for reply in replies {
        assert_eq!(reply["reply"], "Nothing is playing.", "{reply}");
        assert_eq!(reply["tokens"]["reply"], 0, "{reply}");
    }
}
