//! Satellites that connect by themselves: each has a conversation, as long as there is room.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

// Shared with the tests of the board, which use more of it.
#[allow(dead_code)]
#[path = "../../boards/satellite/tests/support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sayso_core::link::{Codec, Description};
use sayso_tests::live::Live;
use sayso_tests::wer::Wer;
use sayso_tests::{data, failure, json, sayso};
use serde_json::Value;
use support::{Body, Satellite, description, wait_until};

const QUESTION: &str = "commands-misc-en/gdo_audio.flac";

/// An address of this machine on which nothing listens.
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
fn two_that_connect_have_conversations_and_a_third_is_refused() {
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
    assert_eq!(Vec::from_iter(&listening), ["listen:test", "listen:test#2"]);

    // The third is disconnected, and a message says so.
    let mut third = dial(&address);
    third.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    assert_eq!(third.read(&mut [0; 16]).unwrap_or(0), 0);
    let refused = live.trouble();
    assert!(refused["message"].as_str().unwrap().starts_with("refused: "), "{refused}");

    // The two that are connected are answered, each separately.
    let sound = sayso_audio_io::read_all(data(QUESTION), Duration::from_secs(60)).unwrap();
    let samples = sound.samples.iter().map(|sample| (sample * 32_767.0) as i16);
    hall.body.lock().unwrap().hears.extend(samples);
    let turn = live.wait("turn", |turn| turn["ending"] == "complete");
    assert_eq!(turn["board"], "listen:test#2");
    let said = turn["transcript"].as_str().unwrap();
    assert!(Wer::of("how old is the brooklyn bridge", said).errors <= 1, "{said}");
    let spoke = |satellite: &Satellite| {
        satellite.body.lock().unwrap().played.iter().any(|sample| sample.abs() > 1_000)
    };
    assert!(spoke(&hall) && !spoke(&kitchen));

    // One leaves, and its place is free.
    drop(kitchen);
    live.wait("device_lost", |event| event["board"] == "listen:test");
    wait_until("its conversation is over", || {
        let status = json(sayso().args(["ctl", "status", "--json", "--control", &socket]));
        status[0]["boards"].as_array().unwrap().len() == 1
    });
    std::thread::sleep(Duration::from_millis(200));
    let attic = satellite(&address);
    // The other may begin to listen only now.
    let listens = |event: &Value| event["state"] == "listening" && event["board"] == "listen:test";
    live.wait("state", listens);
    drop((hall, attic));
    assert!(live.ctrl_c(), "Ctrl-C ends it cleanly");
}

/// A satellite named pico, after a loss of power.
fn pico(address: &str) -> (Satellite, Arc<Mutex<Body>>) {
    let body: Arc<Mutex<Body>> = Arc::default();
    body.lock().unwrap().cold = true;
    let stream = dial(address);
    stream.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
    let description = Description { name: "pico", ..description(Codec::Pcm) };
    (Satellite::start(stream, description, Arc::clone(&body)), body)
}

#[test]
fn a_satellite_is_known_by_its_name_and_stays_muted_across_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("control.sock").display().to_string();
    let state = format!("state.dir={}", folder.path().join("state").display());
    let ctl = |op: &str| {
        let done = sayso().args(["ctl", "--control", &socket, "--board", "kitchen", op]).status();
        assert!(done.unwrap().success(), "{op}");
    };
    let status = || -> Value {
        let all = json(sayso().args(["ctl", "status", "--json", "--control", &socket]));
        all[0]["boards"][0].clone()
    };
    // Whether it was muted in the last run, and what mutes or unmutes it in this one.
    let lives = [(false, "mute"), (true, "button"), (false, "button"), (true, "unmute")];
    for (before, act) in lives.into_iter().chain([(false, "nothing")]) {
        let address = free();
        let listen = format!("tcp:{address}");
        let live = Live::listening(&[
            "--profile",
            "small",
            "--listen",
            &listen,
            "--control",
            &socket,
            "--set",
            &state,
            "--set",
            "boards.kitchen.address=listen:pico",
            "--set",
            "boards.kitchen.area=ground floor",
        ]);
        let (_satellite, body) = pico(&address);
        wait_until("it is talked with", || status()["phase"] == "open");
        let is = status();
        assert_eq!((&is["board"], &is["area"]), (&"kitchen".into(), &"ground floor".into()));
        assert_eq!((&is["muted"], body.lock().unwrap().muted), (&before.into(), before));
        match act {
            "button" => body.lock().unwrap().muted = !before,
            "nothing" => continue,
            op => ctl(op),
        }
        wait_until("both know", || {
            status()["muted"] == !before && body.lock().unwrap().muted != before
        });
        drop(live);
    }
}

#[test]
fn without_a_key_only_this_machine_can_connect() {
    let error = failure(sayso().args(["run", "--listen", "tcp:0.0.0.0:7000"]));
    assert!(error.contains("without a key"), "{error}");
    let error = failure(sayso().args(["run", "--listen", "radio:1"]));
    assert!(error.contains("`tcp:ADDRESS:PORT`"), "{error}");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp:{}", taken.local_addr().unwrap());
    let error = failure(sayso().args(["run", "--listen", &address]));
    assert!(error.contains("choose another port"), "{error}");
}
