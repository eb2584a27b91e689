//! Conversations over a WebSocket, with scripted engines.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::Duration;

use sayso::Event;
use serde_json::json;
use support::scripted::sound;
use support::{Client, Server};

const PATH: &str = "/api/conversation";

#[test]
fn a_question_is_heard_and_its_answer_is_sent() {
    let server = Server::start(&["Repeat: one two three four five."], |_| {});
    let mut client = Client::connect(&server.address, PATH, &[]).unwrap();
    let hello = client.event("hello");
    assert_eq!(hello["hears"], 16_000);
    assert_eq!(hello["plays"], 24_000);
    client.hear(&sound(&[(false, 300), (true, 800), (false, 1_500)]));
    let turn = client.event("turn");
    assert_eq!(turn["transcript"], "Repeat: one two three four five.");
    assert_eq!(turn["ending"], "complete", "{turn}");
    assert_eq!(turn["board"], hello["board"]);
    // A tenth of a second for each word.
    let seconds = client.sound.len() as f64 / 24_000.0;
    assert!((0.5..0.6).contains(&seconds), "{seconds} s of sound");
    assert!(client.sound.iter().any(|sample| sample.unsigned_abs() > 5_000));
    drop(client);
    server.wait_until_free();
}

#[test]
fn what_was_heard_is_what_the_client_reports() {
    let server = Server::start(&["Repeat: one two three four five six seven eight."], |_| {});
    let mut client = Client::connect(&server.address, PATH, &[]).unwrap();
    client.send(r#"{"op":"played","samples":0,"stops":0}"#);
    client.hear(&sound(&[(false, 300), (true, 800), (false, 1_000)]));
    client.wait("speech", |event| event["event"] == "state" && event["state"] == "speaking");
    while client.sound.len() < 12_000 {
        client.take();
    }
    // It has played two and a half words when the user says that it should stop.
    client.send(r#"{"op":"played","samples":6000,"stops":0}"#);
    std::thread::sleep(Duration::from_millis(50));
    client.send(r#"{"op":"stop","id":1}"#);
    let answer = client.event("answer");
    assert_eq!((&answer["ok"], &answer["id"]), (&json!(true), &json!(1)));
    let stop = client.event("stop_sound");
    let at = stop["at"].as_u64().unwrap();
    assert!((6_000..12_000).contains(&at), "{stop}");
    client.send(&format!(r#"{{"op":"played","samples":{at},"stops":1}}"#));
    let turn = client.event("turn");
    assert_eq!(turn["ending"], "interrupted", "{turn}");
    let heard = turn["heard"].as_str().unwrap();
    assert!(heard.starts_with("one two") && !heard.contains("six"), "{heard}");
}

#[test]
fn speech_over_the_answer_interrupts_it() {
    let lines = ["Repeat: one two three four five six seven eight nine ten.", "Repeat: two."];
    let server = Server::start(&lines, |_| {});
    let mut client = Client::connect(&server.address, PATH, &[]).unwrap();
    client.hear(&sound(&[(false, 300), (true, 800), (false, 1_000), (true, 900), (false, 2_000)]));
    client.event("stop_sound");
    let turn = client.wait("the first", |event| event["ending"] == "interrupted");
    assert!(turn["transcript"].as_str().unwrap().contains("ten"), "{turn}");
    client.wait("the second", |event| {
        event["ending"] == "complete" && event["heard"].as_str().unwrap().trim() == "two."
    });
}

#[test]
fn beyond_the_most_conversations_others_are_told_to_try_again() {
    let server = Server::start(&["Hello."], |config| config.models.sessions = 1);
    let mut first = Client::connect(&server.address, PATH, &[]).unwrap();
    first.event("hello");
    assert_eq!(Client::connect(&server.address, PATH, &[]).err(), Some(503));
    // A page asks why.
    let why = server.get(PATH);
    assert_eq!((why.status, &why.json()["refusal"]), (503, &json!("busy")));
    // The first is unharmed.
    first.hear(&sound(&[(false, 300), (true, 800), (false, 1_200)]));
    first.event("transcript");
    drop(first);
    server.wait_until_free();
    assert_eq!(server.get(PATH).status, 426);
    Client::connect(&server.address, PATH, &[]).unwrap().event("hello");
}

#[test]
fn a_name_is_remembered_with_its_mute() {
    let server = Server::start(&[], |config| {
        let board =
            sayso::config::NamedBoard { address: "listen:tablet".into(), area: "Kitchen".into() };
        config.boards.insert("kitchen".into(), board);
    });
    let path = "/api/conversation?name=tablet";
    let mut client = Client::connect(&server.address, path, &[]).unwrap();
    assert_eq!(client.event("hello")["board"], "kitchen");
    client.send(r#"{"op":"mute"}"#);
    assert_eq!(client.event("answer")["ok"], true);
    drop(client);
    server.wait_until_free();
    let mut client = Client::connect(&server.address, path, &[]).unwrap();
    client.event("hello");
    client.event("state");
    let status = server.get("/api/status?board=kitchen").json();
    assert_eq!(status["boards"][0]["muted"], true, "{status}");
    assert_eq!(status["boards"][0]["area"], "Kitchen");
}

#[test]
fn a_client_that_leaves_is_not_lost() {
    let server =
        Server::start(&["Repeat: one two three four five six seven eight."; 2], |config| {
            config.server.idle_s = 2;
        });
    let events = server.hub.events().subscribe();
    let mut page = Client::connect(&server.address, PATH, &[]).unwrap();
    page.hear(&sound(&[(false, 300), (true, 800), (false, 1_000)]));
    page.wait("speech", |event| event["event"] == "state" && event["state"] == "speaking");
    page.socket.close(None).unwrap();
    support::wait_until("it is closed", || {
        page.take();
        page.closed.is_some()
    });
    server.wait_until_free();
    // This one is there no longer, but has not said so.
    let silent = Client::connect(&server.address, PATH, &[]).unwrap();
    let lost = "sayso_lost_devices_total ";
    support::wait_until("it is lost", || {
        let metrics = server.get("/metrics").body;
        let line = metrics.lines().find_map(|line| line.strip_prefix(lost));
        line.expect("a counter") != "0"
    });
    server.wait_until_free();
    drop(silent);
    let mut told = Vec::new();
    while let Ok(Some(event)) = events.next(Duration::ZERO) {
        if let Event::DeviceLost { message, .. } | Event::Trouble { message, .. } = event.event {
            told.push(message);
        }
    }
    assert_eq!(told, ["nothing came for too long"]);
}

#[test]
fn other_rates_are_converted_and_odd_ones_are_refused() {
    let server = Server::start(&["Repeat: one two three."], |_| {});
    for bad in
        ["hears=44000", "plays=1", "hears=x", "name=%0A", &format!("name={}", "x".repeat(65))]
    {
        let path = format!("{PATH}?{bad}");
        assert_eq!(Client::connect(&server.address, &path, &[]).err(), Some(400), "{bad}");
    }
    let mut client =
        Client::connect(&server.address, "/api/conversation?plays=48000", &[]).unwrap();
    assert_eq!(client.event("hello")["plays"], 48_000);
    client.hear(&sound(&[(false, 300), (true, 800), (false, 1_200)]));
    client.event("turn");
    let seconds = client.sound.len() as f64 / 48_000.0;
    assert!((0.3..0.4).contains(&seconds), "{seconds} s of sound");
}

#[test]
fn when_the_program_ends_everybody_is_told() {
    let mut server = Server::start(&[], |_| {});
    let mut talking = Client::connect(&server.address, PATH, &[]).unwrap();
    let mut watching = Client::connect(&server.address, "/api/events", &[]).unwrap();
    talking.event("hello");
    server.end();
    let goodbye = talking.event("goodbye");
    assert_eq!(goodbye["reason"], "the program ends");
    for client in [&mut talking, &mut watching] {
        support::wait_until("it is closed", || {
            client.take();
            client.closed.is_some()
        });
        assert_eq!(client.closed, Some(1001));
    }
    assert!(std::net::TcpStream::connect(&server.address).is_err(), "it still listens");
}

#[test]
fn misuse_ends_one_conversation_only() {
    let server = Server::start(&["Hello."], |_| {});
    let mut good = Client::connect(&server.address, PATH, &[]).unwrap();
    good.event("hello");
    // A half of a sample.
    let mut odd = Client::connect(&server.address, PATH, &[]).unwrap();
    odd.socket.send(tungstenite::Message::Binary(vec![1].into())).unwrap();
    odd.event("goodbye");
    // Far more sound than anybody can speak.
    let mut flood = Client::connect(&server.address, PATH, &[]).unwrap();
    let second = vec![0; 32_000];
    for _ in 0..200 {
        if flood.socket.send(tungstenite::Message::Binary(second.clone().into())).is_err() {
            break;
        }
    }
    support::wait_until("the flood is ended", || {
        flood.take();
        flood.closed.is_some()
    });
    // A text that is no message is answered, and nothing ends.
    good.send("{");
    assert_eq!(good.event("answer")["refusal"], "bad_request");
    good.hear(&sound(&[(false, 300), (true, 800), (false, 1_200)]));
    good.event("transcript");
}
