//! Timers, lists, control and the description over HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use serde_json::{Value, json};
use support::{Answer, Client, Server};

fn send(server: &Server, method: &str, path: &str, body: &Value) -> Answer {
    let body = body.to_string();
    server.request(method, path, &["Content-Type: application/json"], body.as_bytes())
}

#[test]
fn timers_are_set_shown_and_removed() {
    let server = Server::start(&[], |_| {});
    assert_eq!(server.get("/api/timers").json(), json!([]));
    let made = send(&server, "POST", "/api/timers", &json!({"seconds": 600, "name": "tea"}));
    assert_eq!(made.status, 201);
    let timer = made.json();
    assert_eq!((&timer["label"], &timer["left_s"]), (&json!("tea timer"), &json!(600)));
    assert_eq!(server.get("/api/timers").json()[0]["id"], timer["id"]);
    let path = format!("/api/timers/timers/{}", timer["id"]);
    assert_eq!(server.request("DELETE", &path, &[], b"").status, 204);
    assert_eq!(server.request("DELETE", &path, &[], b"").status, 404);
    assert_eq!(server.get("/api/timers").json(), json!([]));
    for bad in [
        json!({}),
        json!({"seconds": 0}),
        json!({"seconds": 1e12}),
        json!({"seconds": 1, "name": "\n"}),
    ] {
        assert_eq!(send(&server, "POST", "/api/timers", &bad).status, 400, "{bad}");
    }
}

#[test]
fn lists_are_read_and_changed() {
    let server = Server::start(&[], |_| {});
    let items = json!({"items": ["milk", "brown bread"]});
    assert_eq!(send(&server, "PUT", "/api/lists/shopping", &items).status, 204);
    let list = server.get("/api/lists/shopping").json();
    assert_eq!(list, json!({"name": "shopping", "items": ["milk", "brown bread"]}));
    assert_eq!(server.get("/api/lists").json(), json!([list]));
    assert_eq!(server.request("DELETE", "/api/lists/shopping", &[], b"").status, 204);
    assert_eq!(server.request("DELETE", "/api/lists/shopping", &[], b"").status, 404);
    assert_eq!(server.get("/api/lists/shopping").json()["items"], json!([]));
    for (path, bad) in [
        ("/api/lists/shopping", json!({"items": [""]})),
        ("/api/lists/shopping", json!({"items": ["a\u{1b}[2J"]})),
        ("/api/lists/shopping", json!({"items": vec!["x"; 501]})),
        ("/api/lists/shopping", json!([])),
        ("/api/lists/Shopping", json!({"items": ["milk"]})),
    ] {
        assert_eq!(send(&server, "PUT", path, &bad).status, 400, "{path} {bad}");
    }
    let overview = server.get("/api/overview").json();
    assert_eq!((&overview["lists"], &overview["coming"]), (&json!([]), &json!([])));
}

#[test]
fn the_operations_of_the_control_socket_are_carried_out() {
    let server = Server::start(&[], |_| {});
    let nobody = send(&server, "POST", "/api/say", &json!({"text": "hello"}));
    assert_eq!((nobody.status, &nobody.json()["refusal"]), (404, &json!("unknown_board")));
    let mut client = Client::connect(&server.address, "/api/conversation?name=hall", &[]).unwrap();
    client.event("state");
    let say = send(&server, "POST", "/api/say", &json!({"text": "One two three."}));
    assert_eq!((say.status, say.json()), (200, json!({"ok": true})));
    assert_eq!(client.event("turn")["reply"], "One two three.");
    assert!(client.sound.len() > 6_000);
    let mute = send(&server, "POST", "/api/mute", &json!({"board": "listen:hall"}));
    assert_eq!(mute.status, 200);
    let status = server.get("/api/status").json();
    assert_eq!(status["boards"][0]["muted"], true, "{status}");
    assert_eq!(server.request("POST", "/api/unmute", &[], b"").status, 200);
    for (path, bad, due) in [
        ("/api/say", json!({}), 400),
        ("/api/say", json!({"text": ""}), 400),
        ("/api/say", json!({"op": "stop", "text": "x"}), 400),
        ("/api/say", json!({"text": "x", "more": 1}), 400),
        ("/api/volume", json!({"volume": 3}), 400),
        ("/api/stop", json!([]), 400),
        ("/api/ask", json!({"text": "x", "board": "none"}), 404),
    ] {
        assert_eq!(send(&server, "POST", path, &bad).status, due, "{path} {bad}");
    }
}

/// The values of a response that its schema requires.
#[test]
fn the_description_has_the_fields_that_are_sent() {
    let server = Server::start(&[], |_| {});
    let description = server.get("/api/openapi.json").json();
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
    let schemas = &description["components"]["schemas"];
    let properties = |name: &str| -> Vec<String> {
        let fields = schemas[name]["properties"].as_object();
        fields.unwrap_or_else(|| panic!("{name}: {schemas}")).keys().cloned().collect()
    };
    let known = |value: &Value, name: &str| {
        let properties = properties(name);
        for field in value.as_object().unwrap().keys() {
            assert!(properties.contains(field), "{name}.{field} is not described");
        }
    };
    let mut client = Client::connect(&server.address, "/api/conversation?name=hall", &[]).unwrap();
    client.event("state");
    let status = server.get("/api/status").json();
    known(&status, "Answer");
    known(&status["program"], "Program");
    known(&status["boards"][0], "BoardStatus");
    send(&server, "POST", "/api/timers", &json!({"seconds": 600}));
    send(&server, "PUT", "/api/lists/shopping", &json!({"items": ["milk"]}));
    let overview = server.get("/api/overview").json();
    known(&overview, "Overview");
    known(&overview["coming"][0], "Coming");
    known(&overview["lists"][0], "List");
}

#[test]
fn metrics_are_in_the_form_of_prometheus() {
    let server = Server::start(&["Repeat: one two."], |_| {});
    let mut client = Client::connect(&server.address, "/api/conversation", &[]).unwrap();
    client.event("hello");
    let sound = [(false, 300), (true, 800), (false, 1_500)];
    client.hear(&support::scripted::sound(&sound));
    client.event("turn");
    let mut text = String::new();
    support::wait_until("the turn is counted", || {
        text = server.get("/metrics").body;
        text.contains("sayso_turns_total{ending=\"complete\"} 1\n")
    });
    assert!(text.ends_with("# EOF\n"));
    for name in [
        "sayso_guesses_total{fate=\"kept\"} 1",
        "sayso_sessions_in_use 1",
        "sayso_sessions_limit 4",
        "sayso_conversations_total 1",
        "sayso_boards 1",
        "sayso_ready 1",
        "sayso_voice_to_voice_seconds_count 1",
        "sayso_xruns_total{stream=\"microphone\"} 0",
    ] {
        assert!(text.lines().any(|line| line == name), "{name} is missing: {text}");
    }
    assert!(!text.contains("one two"));
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(name.starts_with("sayso_") && value.parse::<f64>().is_ok(), "{line}");
    }
}
