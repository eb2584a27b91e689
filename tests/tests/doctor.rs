//! What `sayso doctor` reports about the files and devices that the settings name.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
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

/// What is reported on `what` with a settings file of this text.
fn findings(text: &str, what: &str) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("sayso.toml");
    fs::write(&file, text).expect("settings");
    let output = sayso().arg("--config").arg(&file).args(["doctor", "--json"]).output();
    let text = String::from_utf8(output.expect("runs").stdout).expect("UTF-8");
    let all =
        text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let wanted = all.filter(|finding| finding["what"] == what);
    wanted.map(|finding| (text(&finding["found"]), text(&finding["todo"]))).collect()
}

#[test]
fn what_keeps_a_server_of_tools_from_working_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().expect("folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let write = |name: &str, text: &str, mode: u32| {
        fs::write(at(name), text).expect("file");
        fs::set_permissions(at(name), fs::Permissions::from_mode(mode)).expect("mode");
    };
    write("notes", "#!/bin/sh\nexit 0\n", 0o644);
    write("gone", "#!/no/such/python3\n", 0o755);
    write("key", "sk-1\n", 0o644);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = nobody.local_addr().expect("its address");
    drop(nobody);
    for (server, why, todo) in [
        (format!("run = [{:?}]", at("notes")), "chmod +x", "mcp.notes.run"),
        (format!("run = [{:?}]", at("gone")), "/no/such/python3", "mcp.notes.run"),
        (
            format!("run = [\"/bin/cat\"]\nkey_env = \"KEY\"\nkey_file = {:?}", at("key")),
            "chmod 600",
            "correct this file, or name another in mcp.notes.key_file",
        ),
        (
            format!("url = \"http://{address}/mcp\"\nkey_file = {:?}", at("key")),
            "chmod 600",
            "correct this file, or name another in mcp.notes.key_file",
        ),
        (format!("url = \"http://{address}/mcp\""), "refuses the connection", "mcp.notes.url"),
    ] {
        let settings =
            format!("[mcp.notes]\n{server}\n[tools.a]\nintent = \"A\"\nserver = \"notes\"\n");
        let found = findings(&settings, "tools");
        assert_eq!(found.len(), 1, "{server}: {found:?}");
        assert!(found[0].0.contains(why) && found[0].1.contains(todo), "{server}: {found:?}");
        if server.starts_with("run") && why.starts_with("chmod +x") {
            let skills = findings(&settings, "skills");
            assert!(skills.iter().any(|(found, _)| found.contains("mcp.notes: ")), "{skills:?}");
        }
    }
}

#[test]
fn commands_that_cannot_be_started_and_music_that_cannot_be_read_are_named() {
    let folder = tempfile::tempdir().expect("folder");
    let program = folder.path().join("night");
    fs::write(&program, "echo good night\n").expect("file");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("mode");
    let settings = format!(
        "[skills]\nmusic = \"{}/none\\u001b[31m\"\n[commands.night]\nintent = \"Night\"\nrun = \
         [{program:?}]\n",
        folder.path().display()
    );
    let skills = findings(&settings, "skills");
    assert!(skills.iter().any(|(found, _)| found.contains("without an interpreter")), "{skills:?}");
    let music = findings(&settings, "music");
    assert!(music[0].0.contains("none") && !music[0].0.contains('\u{1b}'), "{music:?}");
    assert!(music[0].1.contains("skills.music"), "{music:?}");

    let file = folder.path().join("sayso.toml");
    fs::write(&file, &settings).expect("settings");
    for what in [&["skills", "list"][..], &["skills", "test", "good night"]] {
        let output = output(sayso().arg("--config").arg(&file).args(what));
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).expect("UTF-8");
        assert!(said.contains("none\\u{1b}[31m"), "{what:?}: {said}");
    }
}
