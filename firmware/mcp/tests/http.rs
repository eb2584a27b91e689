//! Servers at an address that do not behave.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sayso_mcp::{Access, Server, Servers};
use sayso_skills::CallError;
use support::echo;

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

fn unreachable(servers: &Servers) -> String {
    match echo(servers, "a") {
        Err(CallError::Unreachable(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn nobody_there_is_said() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{nobody}/mcp");
    let access = Access::Address { url, key_file: PathBuf::new(), ca_file: PathBuf::new() };
    let servers = Servers::start(vec![Server { name: "double".into(), access }]).unwrap();
    let why = unreachable(&servers);
    assert!(why.to_lowercase().contains("refused"), "{why}");
}

#[test]
fn garbage_floods_and_hang_ups_are_bounded() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: ";
    let long = "content-length: 9000000000\r\n\r\n";
    let answers = [
        "no HTTP at all\r\n\r\n".to_owned(),
        String::new(),
        format!("{head}application/json\r\ncontent-length: 5\r\n\r\n{{\"a\":"),
        format!("{head}text/html\r\ncontent-length: 4\r\n\r\n<p/>"),
        format!("{head}application/json\r\n{long}"),
        format!("{head}text/event-stream\r\n\r\ndata: "),
        "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n"
            .into(),
        "HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n".into(),
    ];
    for answer in answers {
        let floods = answer.ends_with(long) || answer.ends_with("data: ");
        let begin = answer.clone();
        let servers = server(
            move |mut stream| {
                let _ = stream.read(&mut [0; 10_000]);
                let _ = stream.write_all(begin.as_bytes());
                while floods && stream.write_all(&[b'x'; 65_536]).is_ok() {}
            },
            Path::new(""),
        );
        let why = unreachable(&servers);
        assert!(!why.contains("xxx") && !why.contains("::"), "{answer:?}: {why}");
    }
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let held = std::sync::Mutex::new(Vec::new());
    let servers = server(move |stream| held.lock().unwrap().push(stream), Path::new(""));
    assert_eq!(unreachable(&servers), "it does not answer");
}

#[test]
fn a_key_that_others_can_read_is_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, "sk-1\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (asked, was_asked) = std::sync::mpsc::channel();
    let servers = server(move |_| asked.send(()).unwrap(), &file);
    let why = unreachable(&servers);
    assert!(why.contains("chmod 600"), "{why}");
    assert!(was_asked.try_recv().is_err());
}
