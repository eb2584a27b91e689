//! A conversation in writing, from the outside.

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
    // More than the model's context; more than is kept of a line; and a clock's question.
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
