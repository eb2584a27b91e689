//! Who is served: tokens, origins, names, limits.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use support::{Client, Server, connect, wait_until};

const TOKEN: &str = "a-token-of-a-test-0123456789";

/// A server that requires the token.
fn guarded(folder: &tempfile::TempDir) -> Server {
    let path = token_file(folder);
    Server::start(&[], move |config| config.server.token_file = path)
}

fn token_file(folder: &tempfile::TempDir) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.path().join("token");
    std::fs::write(&path, TOKEN).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

/// The routes that the description lists.
fn described(server: &Server, headers: &[&str]) -> Vec<(String, String)> {
    let description = server.request("GET", "/api/openapi.json", headers, b"").json();
    let paths = description["paths"].as_object().unwrap();
    let mut routes = Vec::new();
    for (path, methods) in paths {
        for method in methods.as_object().unwrap().keys() {
            routes.push((method.to_uppercase(), path.replace("{id}", "1").replace("{name}", "x")));
        }
    }
    routes
}

#[test]
fn without_the_token_every_route_answers_401_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let server = guarded(&folder);
    let bearer = format!("Authorization: Bearer {TOKEN}");
    let mut routes = described(&server, &[&bearer]);
    assert!(routes.len() > 10, "{routes:?}");
    for path in ["/", "/metrics", "/readyz", "/api/openapi.json", "/api", "/v1/models", "/none"] {
        routes.push(("GET".into(), path.into()));
    }
    // It shows nothing but that the program runs.
    routes.retain(|(_, path)| path != "/healthz");
    for (method, path) in routes {
        for wrong in [None, Some("Authorization: Bearer x"), Some("Cookie: sayso=x")] {
            let headers: Vec<&str> = wrong.into_iter().collect();
            let answer = server.request(&method, &path, &headers, b"{}");
            assert_eq!(answer.status, 401, "{method} {path}: {answer:?}");
            let why = "the token of this server is required";
            // The form in which OpenAI's clients show the message.
            let due = match path.starts_with("/v1/") {
                true => openai_error(why, "invalid_request_error", "token"),
                false => json!({"ok": false, "refusal": "token", "error": why}),
            };
            assert_eq!(answer.json(), due);
            assert!(answer.header("www-authenticate").is_some(), "{method} {path}");
        }
    }
    for path in ["/api/conversation", "/api/events"] {
        assert_eq!(Client::connect(&server.address, path, &[]).err(), Some(401), "{path}");
    }
    assert_eq!(server.get("/healthz").body, "ok\n");
}

/// An error in the form of OpenAI's.
fn openai_error(message: &str, kind: &str, code: &str) -> Value {
    json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
}

#[test]
fn openai_clients_are_refused_in_their_form() {
    let server = Server::start(&[], |config| {
        config.server.body_kb = 10;
        config.server.requests_per_s = 5;
    });
    let long = server.request("POST", "/v1/audio/transcriptions", &[], &vec![b'x'; 20_000]);
    let due = openai_error("the body is too long", "invalid_request_error", "body");
    assert_eq!((long.status, long.json()), (413, due));
    let foreign = server.request("GET", "/v1/models", &["Origin: http://evil.example"], b"");
    assert_eq!(foreign.status, 403);
    assert_eq!(foreign.json()["error"]["code"], "origin", "{foreign:?}");
    let none = server.get("/v1/images");
    let due = openai_error("there is nothing here", "invalid_request_error", "path");
    assert_eq!((none.status, none.json()), (404, due));
    let refused = (0..100).map(|_| server.get("/v1/models")).find(|answer| answer.status == 429);
    let refused = refused.expect("ten times as many as in a second are too many");
    assert_eq!(refused.json(), openai_error("too many requests", "server_error", "rate"));
    assert_eq!(refused.header("retry-after"), Some("1"));
}

#[test]
fn the_token_is_accepted_in_each_form() {
    let folder = tempfile::tempdir().unwrap();
    let server = guarded(&folder);
    let basic = base64_of(&format!("me:{TOKEN}"));
    let answer =
        server.request("GET", "/api/status", &[&format!("Authorization: Basic {basic}")], b"");
    assert_eq!(answer.status, 200);
    // A browser that has asked its user gets a cookie, which it sends with each WebSocket.
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let pair = cookie.split(';').next().unwrap().to_owned();
    let connects =
        |headers: &[(&str, &str)]| Client::connect(&server.address, "/api/events", headers).is_ok();
    assert!(connects(&[("Cookie", &pair)]));
    assert!(connects(&[("Authorization", &format!("Bearer {TOKEN}"))]));
    // A page of another server can only name a protocol.
    let protocols = format!("sayso, sayso-token.{TOKEN}");
    for path in ["/api/events", "/api/conversation"] {
        let headers = [("Sec-WebSocket-Protocol", protocols.as_str())];
        assert!(Client::connect(&server.address, path, &headers).is_ok(), "{path}");
    }
    // A bearer token leaves no cookie.
    let bearer =
        server.request("GET", "/api/status", &[&format!("Authorization: Bearer {TOKEN}")], b"");
    assert_eq!(bearer.header("set-cookie"), None);
}

#[test]
fn words_are_only_for_clients_with_the_token() {
    let folder = tempfile::tempdir().unwrap();
    let token = token_file(&folder);
    let words = |with: bool, path: &str| {
        let token = token.clone();
        let server = Server::start(&["Repeat: a secret."], move |config| {
            if with {
                config.server.token_file = token;
            }
        });
        let bearer = format!("Bearer {TOKEN}");
        let headers: &[(&str, &str)] = if with { &[("Authorization", &bearer)] } else { &[] };
        let mut watching = Client::connect(&server.address, path, headers).unwrap();
        let mut talking = Client::connect(&server.address, "/api/conversation", headers).unwrap();
        talking.event("hello");
        let sound = support::scripted::sound(&[(false, 300), (true, 800), (false, 1_500)]);
        talking.hear(&sound);
        // The own conversation is always heard.
        assert_eq!(talking.event("turn")["transcript"], "Repeat: a secret.");
        watching.event("turn");
        watching.events.iter().any(|event| event.to_string().contains("secret"))
    };
    assert!(words(true, "/api/events"));
    assert!(!words(true, "/api/events?words=false"));
    assert!(!words(false, "/api/events"));
    let server = Server::start(&[], |_| {});
    assert_eq!(Client::connect(&server.address, "/api/events?words=true", &[]).err(), Some(403));
}

#[test]
fn other_names_and_foreign_pages_are_refused() {
    let server = Server::start(&[], |config| {
        config.server.origins = vec!["https://home.example.org".into()];
    });
    let get = |headers: &[&str]| server.request("GET", "/api/status", headers, b"");
    assert_eq!(get(&["Host: evil.example"]).status, 403);
    assert_eq!(get(&["Host: 127.0.0.1:1", "Origin: http://evil.example"]).status, 403);
    assert_eq!(get(&["Origin: null"]).status, 403);
    let own = format!("Origin: http://{}", server.address);
    assert_eq!(get(&[&own]).status, 200);
    let mine = get(&["Origin: https://home.example.org"]);
    assert_eq!(mine.status, 200);
    let allowed = mine.header("access-control-allow-origin");
    assert_eq!(allowed, Some("https://home.example.org"));
    let foreign = [("Origin", "http://evil.example")];
    for path in ["/api/conversation", "/api/events"] {
        assert_eq!(Client::connect(&server.address, path, &foreign).err(), Some(403), "{path}");
    }
    let preflight = server.request(
        "OPTIONS",
        "/api/say",
        &["Origin: https://home.example.org", "Access-Control-Request-Method: POST"],
        b"",
    );
    assert_eq!(preflight.status, 204);
    assert_eq!(server.request("OPTIONS", "/api/say", &["Origin: http://a"], b"").status, 403);
}

#[test]
fn other_machines_are_not_served_without_token_and_encryption() {
    let listen = |scheme: &str, change: &dyn Fn(&mut sayso::Config)| {
        let made = Server::at(scheme, "0.0.0.0:0", &[], |config| change(config));
        made.err().map(|error| error.to_string())
    };
    let folder = tempfile::tempdir().unwrap();
    let token = token_file(&folder);
    let refused = listen("http", &|_| {}).unwrap();
    assert!(refused.contains("--make-token"), "{refused}");
    let with = |config: &mut sayso::Config| config.server.token_file.clone_from(&token);
    let refused = listen("http", &with).unwrap();
    assert!(refused.contains("--make-certificate"), "{refused}");
    assert_eq!(
        listen("http", &|config| {
            with(config);
            config.server.insecure = true;
        }),
        None
    );
}

#[test]
fn bodies_heads_and_rates_are_bounded() {
    let server = Server::start(&[], |config| {
        config.server.body_kb = 10;
        config.server.requests_per_s = 5;
    });
    let long = vec![b'x'; 20_000];
    assert_eq!(server.request("POST", "/api/say", &[], &long).status, 413);
    let chunked = format!("4e20\r\n{}\r\n0\r\n\r\n", "x".repeat(20_000));
    let mut stream = connect(&server.address);
    let head = format!(
        "POST /api/say HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nTransfer-Encoding: \
         chunked\r\n\r\n{chunked}",
        server.address
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text);
    let status = support::parsed(&text).status;
    assert!((400..500).contains(&status), "{status}");
    let header = format!("X-Long: {}", "x".repeat(100_000));
    assert_eq!(server.request("GET", "/api/status", &[&header], b"").status, 431);
    // Ten times as many at once as a second.
    let statuses: Vec<u16> = (0..100).map(|_| server.get("/healthz").status).collect();
    assert!(statuses.contains(&429), "{statuses:?}");
    wait_until("it may ask again", || server.get("/healthz").status == 200);
}

#[test]
fn a_client_that_takes_its_time_is_disconnected() {
    let server = Server::start(&[], |config| {
        (config.server.head_s, config.server.body_s) = (1, 1);
    });
    let ends = |text: &str| {
        let mut stream = connect(&server.address);
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it is closed within a minute");
        support::parsed(&answer).status
    };
    assert!([0, 408].contains(&ends("")));
    assert!([0, 408].contains(&ends("GET / HTTP/1.1\r\nHost: loc")));
    let half = format!(
        "POST /api/say HTTP/1.1\r\nHost: {}\r\nContent-Length: 100\r\n\r\n{{",
        server.address
    );
    assert!((400..500).contains(&ends(&half)), "{}", ends(&half));
    // Between two requests.
    let whole = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    assert_eq!(ends(&whole), 200);
}

#[test]
fn a_client_that_does_not_read_is_disconnected_and_counted() {
    let server = Server::start(&[], |config| config.server.slow_reader_s = 1);
    let slow = |server: &Server| {
        let metrics = server.get("/metrics").body;
        metrics.lines().any(|line| line == "sayso_slow_readers_total 1")
    };
    let mut stream = connect(&server.address);
    let one = format!("GET /api/openapi.json HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    stream.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
    wait_until("it is given up", || {
        // It asks again and again, and reads nothing.
        let _ = stream.write_all(one.repeat(50).as_bytes());
        slow(&server)
    });
}

#[test]
fn the_description_lists_what_there_is() {
    let server = Server::start(&[], |_| {});
    for (method, path) in described(&server, &[]) {
        let answer = server.request(&method, &path, &[], b"");
        assert!(![0, 405, 500].contains(&answer.status), "{method} {path}: {answer:?}");
        if answer.status == 404 {
            assert_ne!(answer.json()["refusal"], "path", "{method} {path}");
        }
    }
    // A method that nobody has is answered with those that there are.
    let mut methods: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (method, path) in described(&server, &[]) {
        methods.entry(path).or_default().insert(method);
    }
    for (path, described) in methods {
        let answer = server.request("BREW", &path, &[], b"");
        assert_eq!(answer.status, 405, "{path}: {answer:?}");
        let allowed = answer.header("allow").unwrap_or_default().split(',').map(str::trim);
        let allowed: BTreeSet<String> =
            allowed.filter(|method| *method != "HEAD").map(str::to_owned).collect();
        assert_eq!(allowed, described, "{path}");
    }
    let status: Value = server.get("/api/status").json();
    assert_eq!(status["ok"], true);
    assert_eq!(server.get("/api/none").status, 404);
}

#[test]
fn connections_are_limited() {
    let server = Server::start(&[], |config| config.server.per_address = 2);
    let held: Vec<_> = (0..2).map(|_| connect(&server.address)).collect();
    wait_until("a third is closed", || {
        let mut third = connect(&server.address);
        third.read(&mut [0; 1]).unwrap_or(0) == 0
    });
    drop(held);
    wait_until("there is a place again", || server.get("/healthz").status == 200);
}

fn base64_of(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}
