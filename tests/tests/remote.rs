//! The language model on a server, by a real llama.cpp server.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use sayso_test_support::skip;
use sayso_tests::llama_server::Server;
use sayso_tests::{data, sayso};
use serde_json::Value;

/// What neither a skill nor a rule answers.
const QUESTION: &str = "Why do people like dogs so much?";

/// The tokens that the model on this machine read for an answer.
fn read_here(reply: &Value) -> u64 {
    let tokens = &reply["tokens"];
    tokens["prompt"].as_u64().unwrap() + tokens["cached"].as_u64().unwrap()
}

#[test]
fn a_server_answers_typed_questions_until_it_is_gone() {
    let mut server = match Server::start() {
        Ok(server) => server,
        Err(why) => return skip(why),
    };
    let mut child = sayso()
        .args(["--profile", "small", "--set", &format!("llm.url={}", server.url)])
        .args(["chat", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("sayso starts");
    let mut input = child.stdin.take().expect("input");
    let mut output = BufReader::new(child.stdout.take().expect("output"));
    let mut ask = |text: &str| {
        writeln!(input, "{text}").expect("is read");
        let mut line = String::new();
        output.read_line(&mut line).expect("a reply");
        let reply: Value = serde_json::from_str(&line).expect("JSON");
        assert!(!reply["reply"].as_str().unwrap().trim().is_empty(), "{line}");
        reply
    };
    let reply = ask(QUESTION);
    assert_eq!(read_here(&reply), 0, "the server answers: {reply}");
    assert!(reply["tokens"]["reply"].as_u64().unwrap() > 3, "{reply}");
    let reply = ask("What time is it?");
    assert!(reply["reply"].as_str().unwrap().contains("It is"), "{reply}");

    server.stop();
    for _ in 0..2 {
        let reply = ask(QUESTION);
        assert!(read_here(&reply) > 0, "the model on this machine answers: {reply}");
    }
    drop(input);
    let ended = child.wait_with_output().expect("ends");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{said}");
    assert_eq!(said.matches("cannot be reached").count(), 1, "said once: {said}");
}

#[test]
fn a_server_answers_a_spoken_question() {
    let server = match Server::start() {
        Ok(server) => server,
        Err(why) => return skip(why),
    };
    let question = data("smoke/jfk.flac");
    let output = sayso()
        .args(["--profile", "small", "--set", &format!("llm.url={}", server.url)])
        .args(["ask", "--json"])
        .arg(question)
        .output()
        .expect("sayso runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text} {}", String::from_utf8_lossy(&output.stderr));
    let record: Value = serde_json::from_str(text.lines().last().unwrap()).expect("JSON");
    assert_eq!(read_here(&record), 0, "{record}");
    assert!(!record["reply"].as_str().unwrap().is_empty(), "{record}");
}
