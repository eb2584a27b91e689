use std::io::{BufRead, BufReader};

use super::super::operation::{Operation, Refusal};
use super::*;

/// A server that answers each request with its line as the error.
fn server(path: &Path) -> Server {
    let answering = |request: Request| match request.operation {
        Operation::Status {} => Answer::done(),
        _ => Answer::refused(Refusal::NotReady, request.to_line()),
    };
    Server::start(path, Arc::new(answering)).expect("starts")
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("folder");
    let path = dir.path().join("sayso").join("control.sock");
    (dir, path)
}

/// How long a test waits for something that must happen.
const DEADLINE: Duration = Duration::from_secs(30);

fn connect(path: &Path) -> UnixStream {
    let stream = UnixStream::connect(path).expect("connects");
    stream.set_read_timeout(Some(DEADLINE)).expect("timeout");
    stream
}

/// The next answer; `None` if the server closed the connection.
fn answer(stream: &UnixStream) -> Option<Answer> {
    let mut line = String::new();
    match BufReader::new(stream).read_line(&mut line) {
        Ok(0) => None,
        Ok(_) => Some(serde_json::from_str(&line).expect("JSON")),
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => None,
        Err(error) => panic!("no answer: {error}"),
    }
}

#[test]
fn each_line_is_answered_by_a_line() {
    let (_dir, path) = folder();
    let _server = server(&path);
    let request = Request::parse(br#"{"op":"say","text":"hello"}"#).expect("a request");
    let said = ask(&path, &request, DEADLINE).expect("answered");
    assert_eq!(said.error, Some(request.to_line()));
    // Several on one connection, in pieces that do not match the lines.
    let mut stream = connect(&path);
    for byte in b"{\"op\":\"status\"}\n{\"op\":\"st" {
        stream.write_all(&[*byte]).expect("written");
    }
    assert!(answer(&stream).expect("answered").ok);
    stream.write_all(b"atus\"}\nnonsense\n").expect("written");
    let mut lines = BufReader::new(&stream).lines();
    let mut next = || lines.next().expect("a line").expect("read");
    assert!(next().contains(r#""ok":true"#));
    assert!(next().contains("bad_request"));
    (&stream).write_all(b"{\"op\":\"status\"}\n").expect("it goes on");
    assert!(next().contains(r#""ok":true"#));
}

#[test]
fn only_the_owner_can_open_it() {
    let (_dir, path) = folder();
    let _server = server(&path);
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().expect("a folder")), 0o700);
    assert!(fs::metadata(&path).expect("there").file_type().is_socket());
}

#[test]
fn a_running_server_is_named_and_a_dead_ones_socket_is_replaced() {
    let (_dir, path) = folder();
    let first = server(&path);
    let error = Server::start(&path, Arc::new(|_| Answer::done())).err().expect("refused");
    let pid = std::process::id().to_string();
    assert!(error.to_string().contains(&pid), "{error}");
    assert!(ask(&path, &status(), DEADLINE).expect("unharmed").ok);
    drop(first);
    assert!(!path.exists());
    // As a killed program leaves it.
    drop(UnixListener::bind(&path).expect("a socket"));
    assert!(UnixStream::connect(&path).is_err());
    let _server = server(&path);
    assert!(ask(&path, &status(), DEADLINE).expect("answered").ok);
}

fn status() -> Request {
    Request { board: None, operation: Operation::Status {} }
}

#[test]
fn a_file_that_is_not_a_socket_is_not_removed() {
    let (_dir, path) = folder();
    crate::state::make_private(path.parent().expect("a folder")).expect("made");
    fs::write(&path, "precious").expect("file");
    let error = Server::start(&path, Arc::new(|_| Answer::done())).err().expect("refused");
    assert!(error.to_string().contains("--control"), "{error}");
    assert_eq!(fs::read_to_string(&path).expect("there"), "precious");
}

#[test]
fn a_line_without_an_end_is_refused() {
    let (_dir, path) = folder();
    let _server = server(&path);
    let mut stream = connect(&path);
    // Much more than is ever kept: the server closes the connection, so writing fails at some
    // time.
    let piece = [b'x'; 4_096];
    let mut written = 0;
    while written < 64 << 20 {
        match stream.write(&piece) {
            Ok(n) => written += n,
            Err(_) => break,
        }
    }
    assert!(written < 4 << 20, "{written} bytes were taken");
    // A line of the greatest length is accepted.
    let mut stream = connect(&path);
    let long = "x".repeat(LONGEST_LINE - 1);
    stream.write_all(format!("{long}\n").as_bytes()).expect("written");
    let refused = answer(&stream).expect("answered");
    assert!(refused.error.expect("why").contains("not JSON"));
}

#[test]
fn clients_are_limited_and_release_their_places() {
    let (_dir, path) = folder();
    let _server = server(&path);
    let mut idle: Vec<UnixStream> = (0..CLIENTS).map(|_| connect(&path)).collect();
    // Connections wait in the order in which they arrived.
    let refused = answer(&connect(&path)).expect("answered");
    assert_eq!(refused.refusal, Some(Refusal::Busy));
    // Connected clients are served.
    idle[0].write_all(b"{\"op\":\"status\"}\n").expect("written");
    assert!(answer(&idle[0]).expect("answered").ok);
    drop(idle);
    let end = Instant::now() + DEADLINE;
    while ask(&path, &status(), DEADLINE).map_or(true, |answer| !answer.ok) {
        assert!(Instant::now() < end, "no place is free");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_client_that_does_not_read_delays_nobody() {
    let (_dir, path) = folder();
    let _server = server(&path);
    let mut deaf = connect(&path);
    deaf.set_write_timeout(Some(Duration::from_millis(200))).expect("timeout");
    let request = b"{\"op\":\"say\",\"text\":\"again and again\"}\n".repeat(100);
    // Until the answers fill the buffers and the server reads no more.
    let mut sent = 0;
    while let Ok(n) = deaf.write(&request) {
        sent += n;
        assert!(sent < 64 << 20, "the server keeps what nobody reads");
    }
    for _ in 0..20 {
        assert!(ask(&path, &status(), DEADLINE).expect("answered").ok);
    }
    // In the end its connection is closed.
    let end = Instant::now() + WRITE + DEADLINE;
    deaf.set_write_timeout(None).expect("timeout");
    deaf.set_nonblocking(true).expect("set");
    while deaf.write(b"\n").map_or_else(|error| error.kind() == io::ErrorKind::WouldBlock, |_| true)
    {
        assert!(Instant::now() < end, "it is still served");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn the_path_is_the_users_unless_the_settings_name_one() {
    let mut config = Config::default();
    config.state.dir = "/state".into();
    let own = path(&config).expect("somewhere");
    assert!(own.ends_with("control.sock"), "{}", own.display());
    config.control.socket = "/somewhere/else".into();
    assert_eq!(path(&config), Some("/somewhere/else".into()));
    config.control.socket = "none".into();
    assert_eq!(path(&config), None);
}
