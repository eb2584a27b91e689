//! What `sayso doctor` reports about the files and devices that the settings name.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;

use sayso_tests::{output, sayso};

/// What it reports on `what` with these options, and whether it exits with success.
fn finding(options: &[&str], what: &str) -> (serde_json::Value, bool) {
    let output = output(sayso().args(options).args(["doctor", "--json"]));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let all = text.lines().map(|line| serde_json::from_str(line).expect("JSON"));
    let found = all.into_iter().find(|finding: &serde_json::Value| finding["what"] == what);
    (found.expect("a finding"), output.status.success())
}

#[test]
fn a_file_that_is_no_model_is_not_reported_as_fine() {
    let folder = tempfile::tempdir().expect("folder");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("file");
        path.to_str().expect("UTF-8").to_owned()
    };
    let store = sayso_store::default_dir();
    let whisper = store.join("whisper-tiny.en/ggml-q8_0.bin");
    let text = file("text.gguf", b"this is no model, only words in a file");
    let cut = file("cut.bin", &fs::read(&whisper).expect("installed")[..1 << 20]);
    let whisper = whisper.to_str().expect("UTF-8");
    let nowhere = folder.path().join("nowhere");
    let nowhere = nowhere.to_str().expect("UTF-8");
    for (option, what, given) in [
        ("--llm", "language model", text.as_str()),
        ("--llm", "language model", whisper),
        ("--llm", "language model", nowhere),
        ("--whisper", "speech model", &text),
        ("--whisper", "speech model", &cut),
        ("--voice", "voice", &text),
        ("--voice", "voice", nowhere),
    ] {
        let (finding, well) = finding(&[option, given], what);
        assert!(finding["health"] == "bad" && !well, "{option} {given}: {finding}");
        let name = Path::new(given).file_name().unwrap().to_str().unwrap();
        assert!(finding["found"].as_str().unwrap().contains(name), "{finding}");
        assert!(finding["todo"].as_str().unwrap().contains(option), "{finding}");
    }
    let (good, _) = finding(&["--whisper", whisper], "speech model");
    assert_eq!((&good["health"], &good["found"]), (&"fine".into(), &whisper.into()));
}

#[test]
fn a_missing_device_is_not_reported_as_fine() {
    let wrong = ["--set", "audio.input='No Such Microphone'"];
    let (finding, well) = finding(&wrong, "microphone");
    assert!(finding["health"] == "bad" && !well, "{finding}");
    assert!(finding["found"].as_str().unwrap().contains("No Such Microphone"), "{finding}");
}
