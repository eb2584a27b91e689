//! The user's own commands: run by the program itself, or by a unit, as in the installed service.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sayso_tests::{json, sayso};

const SENTENCES: &str = "intents: {GoodNight: {data: [{sentences: [good night]}]}}";

/// A folder with settings whose command says this.
fn settings(folder: &Path, name: &str, words: &str) -> PathBuf {
    let folder = folder.join(name);
    std::fs::create_dir_all(folder.join("intents")).unwrap();
    std::fs::write(folder.join("intents/mine.yaml"), SENTENCES).unwrap();
    let file = folder.join("sayso.toml");
    let text =
        format!("[commands.night]\nintent = \"GoodNight\"\nrun = [\"/bin/echo\", {words:?}]\n");
    std::fs::write(&file, text).unwrap();
    file
}

fn with(settings: &Path) -> Command {
    let mut command = sayso();
    command.args(["--profile", "small", "--config"]).arg(settings);
    command
}

/// What is answered to "good night".
fn answer(command: &mut Command) -> String {
    let lines = json(command.args(["chat", "--json", "good night"]));
    lines[0]["reply"].as_str().expect("a reply").to_owned()
}

/// Starts the unit for each connection, as systemd does: the connection is its standard input.
fn listen(socket: &Path, settings: PathBuf) {
    let listener = UnixListener::bind(socket).unwrap();
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let mut unit = sayso();
            unit.arg("--config").arg(&settings).arg("run-program");
            unit.stdin(OwnedFd::from(client)).stdout(Stdio::null()).stderr(Stdio::null());
            let mut unit = unit.spawn().unwrap();
            std::thread::spawn(move || unit.wait());
        }
    });
}

#[test]
fn a_command_is_run_by_the_program_or_by_the_unit() {
    let folder = tempfile::tempdir().unwrap();
    let ours = settings(folder.path(), "ours", "This is the program.");
    assert_eq!(answer(&mut with(&ours)), "This is the program.");

    // Its own settings say what the unit runs.
    let theirs = settings(folder.path(), "theirs", "This is the unit.");
    let socket = folder.path().join("socket");
    listen(&socket, theirs);
    assert_eq!(answer(with(&ours).env("SAYSO_COMMANDS", &socket)), "This is the unit.");

    // Nothing is run in its place if it is not there.
    let none = folder.path().join("none");
    assert_eq!(answer(with(&ours).env("SAYSO_COMMANDS", &none)), "night failed.");
}
