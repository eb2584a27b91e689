//! Printing what would be spoken, by the program.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write;
use std::process::{Output, Stdio};

use sayso_tests::sayso;

/// What `say --print` with these arguments gives for these bytes on standard input.
fn output(arguments: &[&str], bytes: &[u8]) -> Output {
    let mut child = sayso()
        .args(["say", "--print"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    // The program may end before it has read everything.
    let _ = child.stdin.take().expect("stdin").write_all(bytes);
    child.wait_with_output().expect("ends")
}

/// What `say --print -` prints for this text on standard input.
fn printed(arguments: &[&str], text: &str) -> String {
    let output = output(&[arguments, &["-"]].concat(), text.as_bytes());
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

/// Languages as systems name them, with a country.
#[test]
fn a_language_may_have_a_country() {
    let words = "Es sind einundzwanzig Grad.\n";
    for language in ["de_DE", "de-AT", "DE", "de_DE.UTF-8"] {
        assert_eq!(printed(&["--language", language], "Es sind 21 Grad.\n"), words, "{language}");
        let set = format!("language={language}");
        assert_eq!(printed(&["--set", &set], "Es sind 21 Grad.\n"), words, "{set}");
    }
}

/// Of a line that is not UTF-8, the readable part is printed, and the error names the line.
#[test]
fn each_line_that_is_not_utf_8_is_a_line_too() {
    let output = output(&["-"], b"It is 5 pm.\nSo \xff it is.\nIt is 6 pm.\n");
    let words = String::from_utf8(output.stdout).expect("text");
    assert_eq!(words, "It is five P M.\nSo it is.\nIt is six P M.\n");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && error.contains("line 2 on stdin"), "{error}");
}

#[test]
fn words_after_a_dash_are_refused() {
    let output = output(&["-", "Hello"], b"It is 5 pm.\n");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && output.stdout.is_empty(), "{error}");
    assert!(error.contains("no words may follow"), "{error}");
}

/// What a model thought is silent, although the beginning of it is missing.
#[test]
fn text_before_the_end_of_reasoning_is_silent() {
    let output = output(&["The user asks.\n</think>\nIt is 5 pm."], b"");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "\n\nIt is five P M.\n");
}
