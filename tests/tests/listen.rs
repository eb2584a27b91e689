//! Satellites that dial in: each has a conversation, as long as there is room.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

// It serves the tests of the board, which use more of it.
#[allow(dead_code)]
#[path = "../../boards/satellite/tests/support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use sayso_core::link::Codec;
use sayso_tests::live::Live;
use sayso_tests::wer::Wer;
use sayso_tests::{data, failure, json, sayso};
use support::{Satellite, description, wait_until};

const QUESTION: &str = "commands-misc-en/gdo_audio.flac";

/// An address of this machine that nobody listens at.
fn free() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

fn dial(address: &str) -> TcpStream {
    let mut stream = None;
    wait_until("it listens", || {
        stream = TcpStream::connect(address).ok();
        stream.is_some()
    });
    let stream = stream.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

fn satellite(address: &str) -> Satellite {
    let stream = dial(address);
    stream.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
    Satellite::start(stream, description(Codec::Pcm), Arc::default())
}

#[test]
fn two_that_dial_in_are_talked_with_and_a_third_is_refused() {
    let address = free();
    let listen = format!("tcp:{address}");
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("control.sock").display().to_string();
    let two = "models.sessions=2";
    let arguments = ["--profile", "small", "--set", two, "--listen", &listen, "--control", &socket];
    let live = Live::listening(&arguments);
    let mut listening = BTreeSet::new();
    let next = || {
        let event = live.wait("state", |event| event["state"] == "listening");
        event["board"].as_str().unwrap().to_owned()
    };
    let kitchen = satellite(&address);
    listening.insert(next());
    let hall = satellite(&address);
    listening.insert(next());
    assert_eq!(Vec::from_iter(&listening), ["tcp:127.0.0.1", "tcp:127.0.0.1#2"]);

    // The third is hung up on, and that is said.
    let mut third = dial(&address);
    third.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    assert_eq!(third.read(&mut [0; 16]).unwrap_or(0), 0);
    let refused = live.trouble();
    assert!(refused["message"].as_str().unwrap().starts_with("refused: "), "{refused}");

    // Those who are there are answered, each by itself.
    let sound = sayso_audio_io::read_all(data(QUESTION), Duration::from_secs(60)).unwrap();
    let samples = sound.samples.iter().map(|sample| (sample * 32_767.0) as i16);
    hall.body.lock().unwrap().hears.extend(samples);
    let turn = live.wait("turn", |turn| turn["ending"] == "complete");
    assert_eq!(turn["board"], "tcp:127.0.0.1#2");
    let said = turn["transcript"].as_str().unwrap();
    assert!(Wer::of("how old is the brooklyn bridge", said).errors <= 1, "{said}");
    let spoke = |satellite: &Satellite| {
        satellite.body.lock().unwrap().played.iter().any(|sample| sample.abs() > 1_000)
    };
    assert!(spoke(&hall) && !spoke(&kitchen));

    // One leaves, and its place is free.
    drop(kitchen);
    live.wait("device_lost", |event| event["board"] == "tcp:127.0.0.1");
    wait_until("its conversation is over", || {
        let status = json(sayso().args(["ctl", "status", "--json", "--control", &socket]));
        status[0]["boards"].as_array().unwrap().len() == 1
    });
    std::thread::sleep(Duration::from_millis(200));
    let attic = satellite(&address);
    let event = live.wait("state", |event| event["state"] == "listening");
    assert_eq!(event["board"], "tcp:127.0.0.1");
    drop((hall, attic));
    assert!(live.ctrl_c(), "Ctrl-C ends it cleanly");
}

#[test]
fn only_this_machine_can_dial_in_without_a_key() {
    let error = failure(sayso().args(["run", "--listen", "tcp:0.0.0.0:7000"]));
    assert!(error.contains("without a key"), "{error}");
    let error = failure(sayso().args(["run", "--listen", "radio:1"]));
    assert!(error.contains("`tcp:ADDRESS:PORT`"), "{error}");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp:{}", taken.local_addr().unwrap());
    let error = failure(sayso().args(["run", "--listen", &address]));
    assert!(error.contains("choose another port"), "{error}");
}
