//! A server with real models, and a client in Python that talks with it.

#![allow(dead_code, reason = "each test program uses a part of it")]

#[path = "../../../firmware/server/tests/support/client.rs"]
pub mod client;

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use client::{request, wait_until};
use sayso_tests::live::Live;
use sayso_tests::wer::Wer;
use sayso_tests::{json, peers, sayso, skip, write_wav};
use serde_json::Value;

/// "What time is it?"
pub const QUESTION: &str = "commands-misc-en/rh3_what_time_is_it.flac";
/// "Turn on the living room lamp."
pub const OTHER: &str = "commands-misc-en/v2j_turn_on_living_room_lamp.flac";

/// A server, and the client.
pub struct Place {
    pub live: Live,
    pub address: String,
    script: &'static str,
    packages: std::path::PathBuf,
    pub folder: tempfile::TempDir,
}

impl Place {
    /// The script is a client that needs the package of this name and version. `None`, loudly, where
    /// that cannot be installed.
    pub fn new(
        script: &'static str,
        (name, version): (&str, &str),
        arguments: &[&str],
    ) -> Option<Self> {
        let packages = match peers::python_package(name, version) {
            Ok(packages) => packages,
            Err(why) => {
                skip(why);
                return None;
            }
        };
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let listen = format!("http:{address}");
        let arguments = [arguments, &["--listen", &listen]].concat();
        let live = Live::serving(sayso(), &arguments);
        wait_until("it is ready", || {
            std::net::TcpStream::connect(&address).is_ok()
                && request(&address, "GET", "/readyz", &[], b"").status == 200
        });
        Some(Self { live, address, script, packages, folder: tempfile::tempdir().unwrap() })
    }

    /// Runs a scenario. Its last line is the result.
    pub fn run(&self, scenario: &str, arguments: &[&Path]) -> Value {
        let mut python = Command::new("python3");
        python.arg(peers::script(self.script)).args([&self.address, scenario]);
        python.args(arguments).env("PYTHONPATH", &self.packages).stdin(Stdio::null());
        json(&mut python).pop().expect("a result")
    }

    /// A recording as a WAV file with 16 bits at 24 kHz.
    pub fn wav(&self, recording: &str) -> std::path::PathBuf {
        let file = self.folder.path().join(recording.replace('/', "-")).with_extension("wav");
        write_wav(recording, &file);
        file
    }
}

/// What this program writes down of a file.
pub fn transcribed(file: &Path) -> String {
    let heard = json(sayso().args(["transcribe", "--json"]).arg(file));
    heard[0]["text"].as_str().unwrap().to_owned()
}

pub fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}"))
}

pub fn is_close(due: &str, heard: &str) {
    assert!(Wer::of(due, heard).percent() < 40.0, "{heard:?} for {due:?}");
}

/// The events are there in this order, others among them.
pub fn in_order(result: &Value, due: &[&str]) {
    let events: Vec<_> = result["events"].as_array().unwrap().iter().collect();
    let mut rest = events.iter();
    for kind in due {
        assert!(rest.any(|event| *event == kind), "{kind} in its place among {events:?}");
    }
}
