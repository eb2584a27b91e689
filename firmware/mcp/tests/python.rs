//! Real servers: those of the protocol's own Python SDK.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::io::{BufRead, BufReader};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sayso_mcp::{Access, Server, Servers, Stream};
use sayso_skills::CallError;
use sayso_test_support::{peers, skip};
use serde_json::json;
use support::call_of;

/// The package.
const PACKAGE: (&str, &str) = ("mcp", "2.3.0");

/// Ends a process with its test.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The server's command, if the package is available here.
fn python(how: &str, notes: &Path) -> Option<Command> {
    let package = match peers::python_package(PACKAGE.0, PACKAGE.1) {
        Ok(package) => package,
        Err(why) => {
            skip(why);
            return None;
        }
    };
    let mut python = Command::new("python3");
    python.arg(peers::script("mcp_server.py")).arg(how).arg(notes).env("PYTHONPATH", package);
    Some(python)
}

/// A server that is started as a program.
fn program(notes: &Path) -> Option<Servers> {
    python("stdio", notes)?;
    let notes = notes.to_owned();
    let opener = move || {
        let mut python = python("stdio", &notes).ok_or("no package")?;
        let failed = |error: std::io::Error| error.to_string();
        let (socket, theirs) = UnixStream::pair().map_err(failed)?;
        let input = OwnedFd::from(theirs.try_clone().map_err(failed)?);
        python.stdin(input).stdout(OwnedFd::from(theirs)).stderr(Stdio::null());
        let child = python.spawn().map_err(failed)?;
        Ok(Stream { socket, keeper: Box::new(Ending(child)) })
    };
    let access = Access::Program(Box::new(opener));
    Some(Servers::start(vec![Server { name: "notes".into(), access }]).unwrap())
}

/// A server at an address, and what keeps it there.
fn address(notes: &Path, key: Option<&str>, key_file: &Path) -> Option<(Servers, Ending)> {
    let mut python = python("http", notes)?;
    python.envs(key.map(|key| ("MCP_KEY", key)));
    python.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = Ending(python.spawn().unwrap());
    let mut url = String::new();
    BufReader::new(child.0.stdout.take().unwrap()).read_line(&mut url).unwrap();
    assert!(url.starts_with("http://"), "it does not start: {url:?}");
    let (url, ca_file) = (url.trim().to_owned(), PathBuf::new());
    let access = Access::Address { url, key_file: key_file.into(), ca_file };
    Some((Servers::start(vec![Server { name: "notes".into(), access }]).unwrap(), child))
}

fn call(servers: &Servers, tool: &str, slots: serde_json::Value) -> Result<String, CallError> {
    // Long enough for a busy machine.
    servers.call(&call_of("notes", tool, slots, 60), &|| true)
}

/// What works with a server, however it is connected.
fn works(servers: &Servers, notes: &Path) {
    let added = call(servers, "add_note", json!({"text": "buy milk", "times": "2"}));
    assert_eq!(added, Ok("That is note number 2.\n".into()));
    assert_eq!(std::fs::read_to_string(notes).unwrap(), "buy milk\nbuy milk\n");
    let weather = call(servers, "weather", json!({})).unwrap();
    assert!(weather.contains("**12 °C**"), "{weather}");

    let tools = servers.offered("notes", Duration::from_secs(60)).unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
    assert!(names.contains(&"add_note") && names.contains(&"hang"), "{names:?}");
    let add = tools.iter().find(|tool| tool.name == "add_note").unwrap();
    let faults = |slots: &[&str]| add.faults(&slots.iter().copied().collect());
    assert!(faults(&["text", "times"]).is_empty() && faults(&["text"]).is_empty());
    assert_eq!(faults(&["times", "loud"]).len(), 2);

    let error = CallError::Failed("it reports an error".into());
    assert_eq!(call(servers, "fail", json!({})), Err(error));
    let missing = call(servers, "remove_all", json!({}));
    assert_eq!(missing, Err(CallError::Changed("the server has no such tool".into())));
    let short = call_of("notes", "hang", json!({}), 1);
    assert_eq!(servers.call(&short, &|| true), Err(CallError::Late));
    // It goes on all the same.
    assert!(call(servers, "weather", json!({})).is_ok());
    let flood = servers.call(&call_of("notes", "flood", json!({}), 5), &|| true);
    assert!(flood.is_err(), "{flood:?}");
    assert!(call(servers, "weather", json!({})).is_ok());
}

#[test]
fn a_program_works() {
    let folder = tempfile::tempdir().unwrap();
    let notes = folder.path().join("notes");
    let Some(servers) = program(&notes) else { return };
    works(&servers, &notes);
    assert!(matches!(call(&servers, "crash", json!({})), Err(CallError::Lost(_))));
    let added = call(&servers, "add_note", json!({"text": "eggs"}));
    assert_eq!(added, Ok("That is note number 3.\n".into()));
}

#[test]
fn an_address_works() {
    let folder = tempfile::tempdir().unwrap();
    let notes = folder.path().join("notes");
    let Some((servers, mut child)) = address(&notes, None, Path::new("")) else { return };
    works(&servers, &notes);
    child.0.kill().unwrap();
    let gone = call(&servers, "weather", json!({}));
    assert!(matches!(gone, Err(CallError::Unreachable(_))), "{gone:?}");
}

#[test]
fn an_address_is_given_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let (notes, file) = (folder.path().join("notes"), folder.path().join("key"));
    std::fs::write(&file, "sk-1\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let Some((servers, _child)) = address(&notes, Some("sk-1"), &file) else { return };
    assert!(call(&servers, "weather", json!({})).is_ok());
    let Some((servers, _child)) = address(&notes, Some("sk-2"), &file) else { return };
    let refused = call(&servers, "weather", json!({}));
    let Err(CallError::Unreachable(why)) = &refused else { panic!("{refused:?}") };
    assert_eq!(why.why, "it refuses the key (HTTP 401)");
    assert_eq!(why.todo, format!("put the right key into {}", file.display()));
    let Some((servers, _child)) = address(&notes, Some("sk-2"), Path::new("")) else { return };
    let refused = call(&servers, "weather", json!({}));
    let Err(CallError::Unreachable(why)) = &refused else { panic!("{refused:?}") };
    assert_eq!(why.why, "it wants a key (HTTP 401)");
    assert!(why.todo.contains("mcp.notes.key_file"), "{why}");
}
