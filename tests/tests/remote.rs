//! The language model on a server, by a real llama.cpp server.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use sayso_store::Store;
use sayso_test_support::skip;
use sayso_tests::{data, peers, sayso};
use serde_json::Value;

/// The package that has the server, and what it is part of.
const PACKAGE: (&str, &str) = ("xllamacpp", "2026.10.11549");

/// A running server.
struct Server {
    child: Child,
    /// It ends with this.
    input: Option<ChildStdin>,
    url: String,
}

impl Server {
    /// A server of the small model.
    fn start() -> Result<Self, String> {
        let folder = peers::python_package(PACKAGE.0, PACKAGE.1)?;
        let store = Store::open(sayso_store::default_dir());
        let model = store.path("smollm2-135m", "q8_0.gguf").expect("the small model");
        let mut python = Command::new("python3");
        python.arg(peers::script("llama_server.py")).arg(model).env("PYTHONPATH", folder);
        python.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = python.spawn().map_err(|error| format!("python3: {error}"))?;
        let mut address = String::new();
        let output = child.stdout.take().expect("output");
        BufReader::new(output).read_line(&mut address).expect("UTF-8");
        let input = child.stdin.take();
        if !address.starts_with("http") {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("{} {} does not start here", PACKAGE.0, PACKAGE.1));
        }
        Ok(Self { child, input, url: format!("{}/v1", address.trim()) })
    }

    fn stop(&mut self) {
        self.input = None;
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

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
