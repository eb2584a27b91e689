//! Printing what would be spoken, by the program.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write;
use std::process::Stdio;

use sayso_tests::sayso;

/// What `say --print -` prints for this text on standard input.
fn printed(arguments: &[&str], text: &str) -> String {
    let mut child = sayso()
        .args(arguments)
        .args(["say", "--print", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    child.stdin.take().expect("stdin").write_all(text.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("ends");
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn each_line_of_the_input_is_a_line_and_reasoning_is_silent() {
    let text = "It is 5 pm.\n<think>\nThe user asks.\nI say 6 pm.\n</think>\nIt is 6 pm.\n";
    assert_eq!(printed(&[], text), "It is five P M.\n\n\n\n\nIt is six P M.\n");
}

#[test]
fn another_language_is_printed_without_its_voice() {
    let text = "Um 14:30 Uhr sind es 21 °C.\n";
    let words = "Um vierzehn Uhr dreißig sind es einundzwanzig Grad Celsius.\n";
    assert_eq!(printed(&["--language", "de"], text), words);
}
