//! A skipped test is reported, counted, and can be made to fail.

#![allow(clippy::unwrap_used)]

use std::process::{Command, Output};

/// Run by the tests below in a process of its own.
#[test]
#[ignore = "skips; run by the other tests"]
fn skips() {
    sayso_test_support::skip("there is no moon");
}

/// Runs [`skips`] as the test runner does, with its output captured.
fn run(variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "skips"]);
    command.env_remove("SAYSO_SKIPS").env_remove("SAYSO_NO_SKIP");
    command.envs(variables.iter().copied()).output().unwrap()
}

const LINE: &str = "skip::skips: there is no moon\n";

#[test]
fn a_skip_is_printed_past_the_capture() {
    let output = run(&[]);
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stderr).unwrap(), format!("SKIPPED {LINE}"));
}

#[test]
fn skips_are_recorded_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("skips");
    for _ in 0..2 {
        assert!(run(&[("SAYSO_SKIPS", file.to_str().unwrap())]).status.success());
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), LINE.repeat(2));
    // If the file cannot be written, the skip must still be noticed.
    let nowhere = folder.path().join("no/such/folder");
    assert!(!run(&[("SAYSO_SKIPS", nowhere.to_str().unwrap())]).status.success());
}

#[test]
fn a_skip_can_be_made_a_failure() {
    let output = run(&[("SAYSO_NO_SKIP", "1")]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("there is no moon"));
    assert!(run(&[("SAYSO_NO_SKIP", "0")]).status.success());
}
