//! The page of `sayso serve` in a real Chromium: with scripted events, and with the real program.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../firmware/server/tests/support/client.rs"]
mod client;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use client::{request, wait_until};
use sayso_audio_io::{WavWriter, read_all};
use sayso_tests::live::Live;
use sayso_tests::wer::Wer;
use sayso_tests::{data, json, sayso, skip};
use serde_json::Value;

/// The folder with the scripts of these tests.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("page")
}

/// Whether node, its packages and a browser are there: `cargo xtask test` installs them.
fn is_there() -> bool {
    let browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    let node = Command::new("node").arg("--version").stdout(Stdio::null()).status();
    if !node.is_ok_and(|status| status.success()) {
        skip("there is no node");
    } else if !folder().join("node_modules/puppeteer-core").is_dir() {
        skip("npm has not installed the packages in tests/page");
    } else if !browsers.iter().any(|path| Path::new(path).exists()) {
        skip("there is no Chromium");
    } else {
        return true;
    }
    false
}

/// Runs the tests in a folder of scripts.
fn node(tests: &str) {
    let mut command = Command::new("node");
    command.arg("--test").arg(format!("{tests}/")).current_dir(folder());
    let output = command.output().expect("node");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("pass ") && !text.contains("pass 0"), "it ran no test: {text}");
}

#[test]
fn what_the_page_decides() {
    if Command::new("node").arg("--version").stdout(Stdio::null()).status().is_err() {
        return skip("there is no node");
    }
    node("unit");
}

#[test]
fn the_page_with_scripted_events() {
    if is_there() {
        node("ui");
    }
}

/// The real program, and its address.
fn serve() -> (Live, String) {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let listen = format!("http:{address}");
    let live = Live::serving(sayso(), &["--profile", "small", "--listen", &listen]);
    wait_until("it is ready", || {
        std::net::TcpStream::connect(&address).is_ok()
            && request(&address, "GET", "/readyz", &[], b"").status == 200
    });
    (live, format!("http://{address}/"))
}

/// Recordings as one, for the microphone of the browser: each begins after so many seconds.
fn microphone(parts: &[(f64, &str)]) -> tempfile::TempPath {
    let mut sound = Vec::new();
    for (at, name) in parts {
        sound.resize((at * 16_000.0) as usize, 0.0);
        sound.extend(read_all(data(name), Duration::from_secs(60)).unwrap().samples);
    }
    sound.resize(sound.len() + 160_000, 0.0);
    let path = tempfile::Builder::new().suffix(".wav").tempfile().unwrap().into_temp_path();
    let mut file = WavWriter::create(&path, 16_000, 1).unwrap();
    file.write(&sound).unwrap();
    file.finish().unwrap();
    path
}

/// A conversation in a browser: what the page showed, and what it played as text.
fn talk(address: &str, scenario: &str, parts: &[(f64, &str)]) -> (Value, String) {
    let played = tempfile::Builder::new().suffix(".wav").tempfile().unwrap().into_temp_path();
    let recording = microphone(parts);
    let mut command = Command::new("node");
    command.arg("talk.mjs").args([address, scenario]).current_dir(folder());
    command.arg(&*recording).arg(&*played);
    let output = command.output().expect("node");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let shown = serde_json::from_slice(&output.stdout).expect("JSON");
    let heard = &json(sayso().args(["transcribe", "--json"]).arg(&*played))[0];
    (shown, heard["text"].as_str().unwrap().to_owned())
}

#[test]
fn a_question_to_the_page_is_answered_aloud() {
    if !is_there() {
        return;
    }
    let (live, address) = serve();
    let (shown, heard) =
        talk(&address, "ask", &[(2.0, "commands-misc-en/rh3_what_time_is_it.flac")]);
    assert!(live.ctrl_c());
    let exchange = &shown["exchanges"][0];
    let (you, answer) = (exchange["you"].as_str().unwrap(), exchange["sayso"].as_str().unwrap());
    assert!(Wer::of("what time is it", you).percent() < 30.0, "{shown}");
    assert!(Wer::of(answer, &heard).percent() < 50.0, "{heard:?} for {answer:?}");
}

#[test]
fn a_question_by_webrtc_is_answered_aloud() {
    if !is_there() {
        return;
    }
    let (live, address) = serve();
    let address = format!("{address}?transport=webrtc");
    let (shown, heard) =
        talk(&address, "ask", &[(2.0, "commands-misc-en/rh3_what_time_is_it.flac")]);
    assert!(live.ctrl_c());
    assert_eq!(shown["calls"], 1, "it called, and needed nothing else: {shown}");
    let exchange = &shown["exchanges"][0];
    let (you, answer) = (exchange["you"].as_str().unwrap(), exchange["sayso"].as_str().unwrap());
    assert!(Wer::of("what time is it", you).percent() < 30.0, "{shown}");
    assert!(Wer::of(answer, &heard).percent() < 50.0, "{heard:?} for {answer:?}");
}

#[test]
fn speech_interrupts_the_page_by_webrtc() {
    interrupted("?transport=webrtc");
}

#[test]
fn speech_interrupts_the_page() {
    interrupted("");
}

fn interrupted(query: &str) {
    if !is_there() {
        return;
    }
    let (live, address) = serve();
    let address = address + query;
    let parts = [(1.0, "commands-misc-en/v2j_turn_on_living_room_lamp.flac")];
    let (shown, _) = talk(&address, "interrupt", &parts);
    assert!(live.ctrl_c());
    let story = shown["exchanges"][0]["sayso"].as_str().unwrap();
    assert!(story.ends_with('…'), "{shown}");
    let second = shown["exchanges"][1]["you"].as_str().unwrap();
    assert!(Wer::of("turn on the living room lamp", second).percent() < 50.0, "{shown}");
}

#[test]
fn two_pages_have_a_conversation_each() {
    if !is_there() {
        return;
    }
    let (live, address) = serve();
    let (shown, _) = talk(&address, "two", &[]);
    assert!(live.ctrl_c());
    let one = shown["exchanges"][0]["sayso"].as_str().unwrap();
    let other = shown["other"]["exchanges"][0]["sayso"].as_str().unwrap();
    assert!(one.contains('5') || one.to_lowercase().contains("five"), "{shown}");
    assert!(other.contains('9') || other.to_lowercase().contains("nine"), "{shown}");
}
