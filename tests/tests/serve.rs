//! `sayso serve`, the real program with real models: a recorded question over a WebSocket, sockets
//! of systemd, the end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../firmware/server/tests/support/client.rs"]
mod client;

use std::net::TcpListener;
use std::os::fd::AsRawFd as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use client::{Client, request, wait_until};
use sayso_tests::live::Live;
use sayso_tests::wer::Wer;
use sayso_tests::{data, failure, json, peers, sayso};

const QUESTION: &str = "commands-misc-en/gdo_audio.flac";

/// An address of this machine on which nothing listens.
fn free() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// A recording, and a second and a half of silence.
fn recording(name: &str) -> Vec<f32> {
    let mut sound = sayso_audio_io::read_all(data(name), Duration::from_secs(60)).unwrap().samples;
    sound.resize(sound.len() + 24_000, 0.0);
    sound
}

fn ready(address: &str) {
    wait_until("it is ready", || {
        std::net::TcpStream::connect(address).is_ok()
            && request(address, "GET", "/readyz", &[], b"").status == 200
    });
}

#[test]
fn a_recorded_question_is_answered_over_a_websocket() {
    let address = free();
    let listen = format!("http:{address}");
    let arguments = ["--profile", "small", "--set", "models.sessions=1", "--listen", &listen];
    let live = Live::serving(sayso(), &arguments);
    ready(&address);
    let path = "/api/conversation?name=tablet";
    let mut client = Client::connect(&address, path, &[]).unwrap();
    assert_eq!(client.event("hello")["board"], "listen:tablet");
    assert_eq!(Client::connect(&address, path, &[]).err(), Some(503));
    client.hear(&recording(QUESTION));
    let turn = client.event("turn");
    assert_eq!(turn["ending"], "complete", "{turn}");
    let said = turn["transcript"].as_str().unwrap();
    let due = &json(sayso().args(["transcribe", "--json"]).arg(data(QUESTION)))[0];
    let due = due["text"].as_str().unwrap();
    assert!(Wer::of(due, said).percent() < 35.0, "{said:?} for {due:?}");
    // The sound of the answer, transcribed, is the answer.
    let folder = tempfile::tempdir().unwrap();
    let answer = folder.path().join("answer.wav");
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 24_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(&answer, spec).unwrap();
    client.sound.iter().for_each(|sample| file.write_sample(*sample).unwrap());
    file.finalize().unwrap();
    let heard = &json(sayso().args(["transcribe", "--json"]).arg(&answer))[0];
    let (heard, reply) = (heard["text"].as_str().unwrap(), turn["reply"].as_str().unwrap());
    assert!(Wer::of(reply, heard).percent() < 40.0, "{heard:?} for {reply:?}");
    // The metrics count it, without its words.
    let metrics = request(&address, "GET", "/metrics", &[], b"").body;
    for line in ["sayso_turns_total{ending=\"complete\"} 1", "sayso_sessions_limit 1", "# EOF"] {
        assert!(metrics.lines().any(|known| known == line), "{line}: {metrics}");
    }
    assert!(metrics.contains("sayso_voice_to_voice_seconds_count 1"), "{metrics}");
    let long = said.split_whitespace().filter(|word| word.len() > 5);
    assert!(long.clone().count() == 0 || long.clone().all(|word| !metrics.contains(word)));
    drop(client);
    wait_until("the session is free", || request(&address, "GET", path, &[], b"").status == 426);
    assert!(live.ctrl_c(), "it does not end");
}

/// The lines of code in the documentation that begin after this mark.
fn documented(mark: &str) -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/api.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once(mark).unwrap_or_else(|| panic!("{mark} is not in docs/api.md"));
    rest.split_once("```").expect("the end of the code").0.to_owned()
}

#[test]
fn the_program_in_the_documentation_asks_a_question() {
    let packages = [("websockets", "15.0.1"), ("prometheus-client", "0.22.1")];
    let mut folders = Vec::new();
    for (name, version) in packages {
        match peers::python_package(name, version) {
            Ok(folder) => folders.push(folder.display().to_string()),
            Err(why) => return sayso_tests::skip(why),
        }
    }
    let address = free();
    let listen = format!("http:{address}");
    let _live = Live::serving(sayso(), &["--profile", "small", "--listen", &listen]);
    ready(&address);
    let folder = tempfile::tempdir().unwrap();
    let (question, answer) = (folder.path().join("q.wav"), folder.path().join("a.wav"));
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(&question, spec).unwrap();
    for sample in recording(QUESTION) {
        file.write_sample((sample * 32_767.0) as i16).unwrap();
    }
    file.finalize().unwrap();
    let python = |code: &str, arguments: &[&std::path::Path]| {
        let mut python = Command::new("python3");
        python.arg("-c").arg(code).args(arguments).env("PYTHONPATH", folders.join(":"));
        let output = python.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let program = documented("```python\n").replace("127.0.0.1:8765", &address);
    let said = python(&program, &[&question, &answer]);
    assert!(said.contains(" -> "), "{said}");
    assert!(hound::WavReader::open(&answer).unwrap().duration() > 12_000);
    // The metrics, by a parser of their own authors.
    let metrics = folder.path().join("metrics");
    std::fs::write(&metrics, request(&address, "GET", "/metrics", &[], b"").body).unwrap();
    let parse = "import sys\n\
                 from prometheus_client.openmetrics.parser import text_string_to_metric_families\n\
                 for family in text_string_to_metric_families(open(sys.argv[1]).read()):\n    \
                 print(family.name, family.type)";
    let families = python(parse, &[&metrics]);
    for family in ["sayso_voice_to_voice_seconds histogram", "sayso_turns counter"] {
        assert!(families.lines().any(|line| line == family), "{family}: {families}");
    }
}

/// Runs a program with a socket as systemd passes it. No shell is needed, but a program that sets
/// its own process's number.
fn activated(listener: &TcpListener) -> Command {
    let mut command = Command::new("python3");
    let script = "import os, sys\n\
                  os.dup2(int(sys.argv[1]), 3)\n\
                  os.set_inheritable(3, True)\n\
                  os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()))\n\
                  os.execv(sys.argv[2], sys.argv[2:])";
    // Descriptors are not inherited, unless they are duplicated.
    let socket = rustix::io::dup(listener).unwrap();
    rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::empty()).unwrap();
    command.args(["-c", script]).arg(socket.as_raw_fd().to_string());
    // It stays open as long as this process.
    std::mem::forget(socket);
    let program = sayso();
    command.arg(program.get_program()).args(program.get_args());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

#[test]
fn systemd_may_open_the_socket() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    // A request waits while the program starts.
    let early = std::thread::spawn({
        let address = address.clone();
        move || request(&address, "GET", "/healthz", &[], b"")
    });
    let arguments = ["--profile", "small", "--listen", "http:systemd"];
    let live = Live::serving(activated(&listener), &arguments);
    assert_eq!(early.join().unwrap().body, "ok\n");
    assert!(live.ctrl_c(), "it does not end");
    let mut without = sayso();
    without.args(["serve", "--listen", "http:systemd"]);
    let message = failure(&mut without);
    assert!(message.contains("systemd has passed no socket"), "{message}");
}

#[test]
fn what_cannot_be_served_is_said_at_once() {
    let refused = |arguments: &[&str]| {
        let mut command = sayso();
        command.arg("serve").args(arguments);
        failure(&mut command)
    };
    let open = refused(&["--listen", "http:0.0.0.0:0"]);
    assert!(open.contains("--make-token"), "{open}");
    let name = refused(&["--listen", "http:localhost:8765"]);
    assert!(name.contains("not a numeric address"), "{name}");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http:{}", taken.local_addr().unwrap());
    let taken = refused(&["--listen", &address]);
    assert!(taken.contains("choose another port"), "{taken}");
}

#[test]
fn tokens_and_certificates_are_made() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("sayso.toml");
    std::fs::write(&settings, "").unwrap();
    let token = folder.path().join("token");
    let make = |arguments: &[&str]| {
        let mut command = sayso();
        command.arg("--config").arg(&settings).arg("serve").args(arguments);
        let output = command.stdout(Stdio::piped()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    make(&["--make-token", token.to_str().unwrap()]);
    let said = make(&["--make-certificate", "localhost", "127.0.0.1"]);
    assert!(said.contains("Certificate Trust Settings"), "{said}");
    let address = free();
    let mut command = sayso();
    command.arg("--config").arg(&settings);
    command.arg("--set").arg(format!("server.token_file={}", token.display()));
    let listen = format!("https:{address}");
    let _live = Live::serving(command, &["--profile", "small", "--listen", &listen]);
    let secret = std::fs::read_to_string(&token).unwrap();
    // A real client: curl.
    let curl = |more: &[&str], path: &str| {
        let mut curl = Command::new("curl");
        curl.args(["-s", "-o", "/dev/null", "-w", "%{http_code}", "--cacert"]);
        curl.arg(folder.path().join("tls/authority.crt")).args(more);
        let output = curl.arg(format!("https://{address}{path}")).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    wait_until("it listens", || curl(&[], "/healthz") == "200");
    assert_eq!(curl(&[], "/api/status"), "401");
    assert_eq!(curl(&["-u", &format!("me:{}", secret.trim())], "/api/status"), "200");
}
