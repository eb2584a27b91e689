//! Servers at an address that do not behave.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sayso_mcp::{Access, Server, Servers};
use sayso_skills::{CallError, Obstacle};
use support::echo;
use support::tls::Tls;

/// A server that does this with each connection, after it has read a request.
fn server(answer: impl Fn(TcpStream) + Send + 'static, key_file: &Path) -> Servers {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(stream);
        }
    });
    let access = Access::Address { url, key_file: key_file.into(), ca_file: PathBuf::new() };
    Servers::start(vec![Server { name: "double".into(), access }]).unwrap()
}

/// A server that answers each request so.
fn answering(answer: &str, key_file: &Path) -> Servers {
    let answer = answer.to_owned();
    server(
        move |mut stream| {
            let _ = stream.read(&mut [0; 10_000]);
            let _ = stream.write_all(answer.as_bytes());
        },
        key_file,
    )
}

/// A server at an address.
fn at(url: String, ca_file: &Path) -> Servers {
    let access = Access::Address { url, key_file: PathBuf::new(), ca_file: ca_file.into() };
    Servers::start(vec![Server { name: "double".into(), access }]).unwrap()
}

fn unreachable(servers: &Servers) -> Obstacle {
    match echo(servers, "a") {
        Err(CallError::Unreachable(why)) => why,
        other => panic!("{other:?}"),
    }
}

/// A file that only this user can read.
fn private(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn nobody_there_is_said() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let why = unreachable(&at(format!("http://{nobody}/mcp"), Path::new("")));
    assert_eq!(why.why, format!("{nobody} refuses the connection"));
    assert!(why.todo.contains("mcp.double.url"), "{why}");
    // The name cannot exist (RFC 6761).
    let why = unreachable(&at("http://no-such-host.invalid/mcp".into(), Path::new("")));
    assert_eq!(why.why, "there is no host called no-such-host.invalid");
}

#[test]
fn each_status_says_what_is_wrong_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    private(&file, "sk-1\n");
    let mut seen = std::collections::BTreeSet::new();
    for (status, with_key, why, todo) in [
        ("401 No", true, "it refuses the key (HTTP 401)", "put the right key into"),
        ("403 No", true, "it refuses the key (HTTP 403)", "put the right key into"),
        (
            "401 No\r\nwww-authenticate: Bearer",
            true,
            "it refuses the key (HTTP 401)",
            "the right key",
        ),
        ("401 No", false, "it wants a key (HTTP 401)", "mcp.double.key_file"),
        ("403 No", false, "it wants a key (HTTP 403)", "mcp.double.key_file"),
        (
            "404 No",
            false,
            "no server of tools at this path (HTTP 404)",
            "the path in mcp.double.url",
        ),
        (
            "405 No",
            false,
            "no server of tools at this path (HTTP 405)",
            "the path in mcp.double.url",
        ),
        (
            "301 There\r\nlocation: http://169.254.169.254/",
            false,
            "at another address (HTTP 301)",
            "curl -I",
        ),
        ("302 There\r\nlocation: /other", false, "at another address (HTTP 302)", "curl -I"),
        ("429 Slow", false, "asked too often (HTTP 429)", "wait"),
        ("400 Oh", false, "it refuses the request (HTTP 400)", "check that"),
        ("500 Oh", false, "it has failed (HTTP 500)", "the log of the server"),
        ("503 Oh", false, "it has failed (HTTP 503)", "the log of the server"),
    ] {
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
        let key = if with_key { file.as_path() } else { Path::new("") };
        let obstacle = unreachable(&answering(&answer, key));
        assert!(obstacle.why.contains(why), "{status}: {obstacle}");
        assert!(obstacle.todo.contains(todo), "{status}: {obstacle}");
        seen.insert(obstacle.to_string());
    }
    assert!(seen.len() >= 11, "each has a text of its own: {seen:#?}");
}

#[test]
fn other_answers_say_what_they_are() {
    let page = "<!doctype html><title>hush</title>";
    for (head, body, why) in [
        ("text/html; charset=utf-8", page, "it answers with a web page"),
        ("TEXT/HTML", page, "it answers with a web page"),
        ("application/json", "{\"hush\": 1}", "it does not answer as a server of tools does"),
        ("application/json", "hush", "it does not answer as a server of tools does"),
        ("text/plain", "hush", "it does not answer as a server of tools does"),
    ] {
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {head}\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        let obstacle = unreachable(&answering(&answer, Path::new("")));
        assert_eq!(obstacle.why, why, "{head}");
        assert!(obstacle.todo.contains("mcp.double.url"), "{head}: {obstacle}");
        assert!(!obstacle.to_string().contains("hush"), "{head}: {obstacle}");
    }
}

#[test]
fn an_error_of_the_protocol_is_reported_with_any_status() {
    let body = r#"{"jsonrpc":"2.0","id":0,"error":{"code":-32001,"message":"hush"}}"#;
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 400 Bad\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    let obstacle = unreachable(&answering(&answer, Path::new("")));
    assert_eq!(obstacle.why, "it reports error -32001");
}

#[test]
fn what_is_wrong_with_encryption_is_said() {
    // This one does not encrypt.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 1_000]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad\r\ncontent-length: 0\r\n\r\n");
        }
    });
    let obstacle = unreachable(&at(format!("https://{place}/mcp"), Path::new("")));
    assert!(obstacle.why.contains("does not encrypt"), "{obstacle}");
    // These do, each in a way of its own.
    for (name, valid, why, todo) in [
        ("localhost", true, "nobody who is trusted has signed", "mcp.double.ca_file"),
        ("other.example", true, "is for another host", "the host that it is for"),
        ("localhost", false, "is not valid now", "renew it"),
        ("localhost", true, "no server of tools at this path", "the path"),
    ] {
        let tls = Tls::start(name, valid);
        let trusted = if why.contains("signed") { PathBuf::new() } else { tls.authority.clone() };
        let obstacle = unreachable(&at(format!("https://localhost:{}/mcp", tls.port), &trusted));
        assert!(obstacle.why.contains(why), "{name} {valid}: {obstacle}");
        assert!(obstacle.todo.contains(todo), "{name} {valid}: {obstacle}");
    }
    let none = unreachable(&at(format!("https://{place}/mcp"), Path::new("/none.pem")));
    assert!(none.why.contains("/none.pem") && none.todo.contains("mcp.double.ca_file"), "{none}");
}

#[test]
fn garbage_and_hang_ups_are_named() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: ";
    let answers = [
        "no HTTP at all\r\n\r\n".to_owned(),
        String::new(),
        format!("{head}application/json\r\ncontent-length: 5\r\n\r\n{{\"a\":"),
        format!("{head}text/event-stream\r\ncontent-length: 20\r\n\r\ndata: x"),
    ];
    for answer in answers {
        let obstacle = unreachable(&answering(&answer, Path::new("")));
        assert!(!obstacle.why.is_empty() && !obstacle.why.contains("::"), "{answer:?}: {obstacle}");
    }
}

#[test]
fn a_flood_is_cut_off_at_once() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: ";
    let event = "data: {\"jsonrpc\": \"2.0\", \"method\": \"x\"}\n\n";
    for (begin, again, what) in [
        (
            format!("{head}application/json\r\ncontent-length: 9000000000\r\n\r\n"),
            "x",
            "a message of",
        ),
        (format!("{head}text/event-stream\r\n\r\ndata: "), "x", "more than 8 MB"),
        (format!("{head}text/event-stream\r\n\r\n"), ": a comment\n", "more than 8 MB"),
        (format!("{head}text/event-stream\r\n\r\n"), event, "more than 8 MB"),
    ] {
        let sent = Arc::new(AtomicUsize::new(0));
        let (counted, chunk) = (Arc::clone(&sent), again.repeat(65_536 / again.len()));
        let servers = server(
            move |mut stream| {
                let _ = stream.read(&mut [0; 10_000]);
                let _ = stream.write_all(begin.as_bytes());
                while stream.write_all(chunk.as_bytes()).is_ok() {
                    counted.fetch_add(chunk.len(), Ordering::Relaxed);
                }
            },
            Path::new(""),
        );
        let obstacle = unreachable(&servers);
        assert!(obstacle.why.starts_with("it sent") && obstacle.why.contains(what), "{obstacle}");
        // What is in the buffers of the system may have been sent, and no more.
        let most = 8 << 20;
        assert!(sent.load(Ordering::Relaxed) < 3 * most, "{again:?}: {sent:?}");
    }
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let held = std::sync::Mutex::new(Vec::new());
    let servers = server(move |stream| held.lock().unwrap().push(stream), Path::new(""));
    assert_eq!(unreachable(&servers).why, "it does not answer");
}

#[test]
fn a_key_that_others_can_read_is_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, "sk-1\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (asked, was_asked) = std::sync::mpsc::channel();
    let servers = server(move |_| asked.send(()).unwrap(), &file);
    let obstacle = unreachable(&servers);
    assert!(obstacle.why.contains("chmod 600"), "{obstacle}");
    assert!(obstacle.todo.contains("mcp.double.key_file"), "{obstacle}");
    assert!(was_asked.try_recv().is_err());
}
