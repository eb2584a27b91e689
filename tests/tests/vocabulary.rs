//! Names of a vocabulary file in transcripts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use sayso_tests::{data, failure, json, sayso};

/// The text of a recording, with this vocabulary file.
fn heard(recording: &std::path::Path, vocabulary: Option<&str>) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("names.txt");
    let mut command = sayso();
    command.args(["transcribe", "--json"]).arg(recording);
    if let Some(vocabulary) = vocabulary {
        std::fs::write(&file, vocabulary).expect("written");
        command.arg("--vocabulary").arg(&file);
    }
    json(&mut command)[0]["text"].as_str().expect("a text").to_owned()
}

#[test]
fn a_name_is_written_as_the_vocabulary_has_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let spoken = folder.path().join("spoken.wav");
    json(
        sayso()
            .args(["say", "--json", "Our neighbour Kuznetsov repairs clocks.", "-o"])
            .arg(&spoken),
    );
    assert!(!heard(&spoken, None).contains("Kuznetsov"), "no name to correct");
    let found = heard(&spoken, Some("# People\nKuznetsov\n"));
    assert!(found.contains("Kuznetsov"), "{found}");
}

#[test]
fn replacements_are_made() {
    let found = heard(
        &data("commands-misc-en/rh3_turn_on_the_lamp.flac"),
        Some("the lamp => The Lamp of Old\n"),
    );
    assert!(found.contains("The Lamp of Old"), "{found}");
}

#[test]
fn an_error_says_file_and_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("names.txt");
    std::fs::write(&file, "Hibari\n=> nothing\n").expect("written");
    let recording = data("commands-misc-en/rh3_turn_on_the_lamp.flac");
    let error = failure(sayso().arg("transcribe").arg("--vocabulary").arg(&file).arg(recording));
    assert!(error.contains("names.txt:2: there must be words before"), "{error}");
    // The setting does the same.
    let setting = format!("stt.vocabulary={}", file.display());
    let other = failure(
        sayso()
            .args(["--set", &setting, "transcribe"])
            .arg(data("commands-misc-en/rh3_turn_on_the_lamp.flac")),
    );
    assert!(other.contains("names.txt:2"), "{other}");
}
