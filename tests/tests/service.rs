//! The program as a service: it waits for its board, answers over its socket, remembers mute and
//! volume, logs no words, and keeps the service manager informed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sayso_tests::{data, failure, json, output, sayso};
use serde_json::Value;

const QUESTION: &str = "commands-misc-en/gdo_audio.flac";

/// If something has not happened by then, even on a busy machine, it never will.
const DEADLINE: Duration = Duration::from_secs(120);

fn wait_until(what: &str, mut is: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !is() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The folders of one program, and a board that does not exist.
struct Place {
    folder: tempfile::TempDir,
    absent: String,
}

impl Place {
    fn new() -> Self {
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
        let absent = format!("tcp:{}", nobody.local_addr().unwrap());
        Self { folder: tempfile::tempdir().unwrap(), absent }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn socket(&self) -> PathBuf {
        self.path("run").join("control.sock")
    }

    /// The program, with a store that holds no models.
    fn program(&self) -> Command {
        fs::create_dir_all(self.path("models")).unwrap();
        let mut command = sayso();
        command
            .env("SAYSO_MODELS", self.path("models"))
            .env("SAYSO_STATE", self.path("state"))
            .env("SAYSO_CONTROL", self.socket());
        command
    }

    /// `sayso run`, waiting for the board that does not exist.
    fn waiting(&self) -> Running {
        let mut command = self.program();
        command.args(["run", "--wait", "--board", &self.absent]);
        let running = Running::start(command);
        wait_until("it waits", || running.said().contains("Sayso waits for it"));
        running
    }

    fn ctl(&self, arguments: &[&str]) -> Output {
        output(self.program().arg("ctl").args(arguments))
    }

    /// The status of its only board.
    fn status(&self) -> Value {
        let lines = json(self.program().args(["ctl", "status", "--json"]));
        lines[0]["boards"][0].clone()
    }
}

/// A running program, and everything that it prints.
struct Running {
    child: Child,
    said: Arc<Mutex<String>>,
}

impl Running {
    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let out: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for pipe in out {
            let said = Arc::clone(&said);
            std::thread::spawn(move || {
                for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                    let mut said = said.lock().unwrap();
                    said.push_str(&line);
                    said.push('\n');
                }
            });
        }
        Self { child, said }
    }

    fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Clock ticks of processor time that it has used.
    fn ticks(&self) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields = stat.rsplit_once(") ").unwrap().1;
        let field = |n: usize| fields.split(' ').nth(n).unwrap().parse::<u64>().unwrap();
        // utime and stime are fields 14 and 15, and the state is field 3.
        field(11) + field(12)
    }

    fn interrupt(&mut self) -> bool {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        let mut status = None;
        wait_until("it ends", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap().success()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Stands for the service manager: keeps the messages sent to it.
struct Manager {
    messages: Receiver<String>,
    path: PathBuf,
}

impl Manager {
    fn new(folder: &Path) -> Self {
        let path = folder.join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        let (sender, messages) = channel();
        // Read at once: a socket holds only a few messages before the sender is blocked.
        std::thread::spawn(move || {
            let mut buffer = [0; 4_096];
            while let Ok(length) = socket.recv(&mut buffer) {
                let message = String::from_utf8_lossy(&buffer[..length]).into_owned();
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Self { messages, path }
    }

    fn manage(&self, command: &mut Command, watchdog: Duration) {
        command.env("NOTIFY_SOCKET", &self.path);
        command.env("WATCHDOG_USEC", watchdog.as_micros().to_string());
    }

    fn next(&self) -> String {
        self.messages.recv_timeout(DEADLINE).expect("a message")
    }

    /// Waits for a message.
    fn wait(&self, what: &str) -> String {
        loop {
            let message = self.next();
            if message.contains(what) {
                return message;
            }
        }
    }
}

#[test]
fn without_its_board_it_waits_and_loads_nothing() {
    let place = Place::new();
    let manager = Manager::new(place.folder.path());
    // With the real models, so that there is something that it could load.
    let mut command = sayso();
    command.env("SAYSO_STATE", place.path("state")).env("SAYSO_CONTROL", place.socket());
    command.args(["--profile", "small", "run", "--board", &place.absent]);
    manager.manage(&mut command, Duration::from_millis(800));
    let mut running = Running::start(command);

    // A service waits without an option that says so.
    manager.wait("READY=1");
    let status = manager.wait("STATUS=waiting");
    assert!(status.contains(&place.absent), "{status}");
    wait_until("it says so", || running.said().contains("Sayso waits for it"));
    assert!(running.said().contains(&place.absent), "{}", running.said());
    // The watchdog is fed while it waits too, as often as it must be.
    let before = running.ticks();
    let began = Instant::now();
    for _ in 0..20 {
        let asked = Instant::now();
        manager.wait("WATCHDOG=1");
        assert!(asked.elapsed() < Duration::from_secs(30), "{:?}", asked.elapsed());
    }
    // 100 ticks are a second of one core.
    let (ticks, seconds) = (running.ticks() - before, began.elapsed().as_secs_f64());
    println!("{ticks} ticks in {seconds:.1} s");
    assert!(ticks as f64 <= (seconds * 100.0 * 0.01).max(2.0), "{ticks} ticks in {seconds} s");
    let maps = fs::read_to_string(format!("/proc/{}/maps", running.child.id())).unwrap();
    let files = fs::read_dir(format!("/proc/{}/fd", running.child.id())).unwrap();
    let files = files.filter_map(|file| fs::read_link(file.unwrap().path()).ok());
    for file in files.map(|file| file.display().to_string()).chain([maps]) {
        let model = [".gguf", ".onnx", "ggml-"].iter().any(|part| file.contains(part));
        assert!(!model, "{file}");
    }
    // Reported once, however often it looks.
    assert_eq!(running.said().matches("Sayso waits for it").count(), 1);
    assert!(running.interrupt());
    manager.wait("STOPPING=1");
}

#[test]
fn models_are_loaded_only_when_the_board_is_there() {
    let place = Place::new();
    // Started on a terminal it does not wait, and the board is checked first.
    let error = failure(place.program().args(["run", "--board", &place.absent]));
    assert!(error.contains(&place.absent) && !error.contains("model"), "{error}");
    let mut running = place.waiting();
    assert!(!running.said().contains("sayso models fetch"), "{}", running.said());
    // Once the board is there, the missing models are reported.
    let listener = TcpListener::bind(place.absent.strip_prefix("tcp:").unwrap()).unwrap();
    let (stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
    let description = support::description(sayso_core::link::Codec::Pcm);
    let _satellite = support::Satellite::start(stream, description, Arc::default());
    wait_until("it ends", || running.child.try_wait().unwrap().is_some());
    wait_until("it says why", || running.said().contains("error: "));
    let said = running.said();
    assert!(said.contains("sayso models fetch"), "{said}");
    assert!(said.contains(&format!("{} is connected", place.absent)), "{said}");
}

// Shared with the tests of the board, which use more of it.
#[allow(dead_code)]
#[path = "../../boards/satellite/tests/support/mod.rs"]
mod support;

#[test]
fn mute_and_volume_survive_a_kill() {
    let place = Place::new();
    let mut running = place.waiting();
    assert_eq!(place.status()["muted"], false);
    assert!(place.ctl(&["mute"]).status.success());
    assert!(place.ctl(&["--board", &place.absent, "volume", "25%"]).status.success());
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    assert!(place.socket().exists(), "it had no time to remove it");

    let again = place.waiting();
    let status = place.status();
    assert_eq!((&status["muted"], &status["volume"]), (&true.into(), &0.25.into()), "{status}");
    drop(again);

    // A damaged file, as after a disk error: it starts muted, to be safe, and says so.
    let files: Vec<PathBuf> =
        fs::read_dir(place.path("state")).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let whole = fs::read(&files[0]).unwrap();
    fs::write(&files[0], &whole[..whole.len() / 2]).unwrap();
    let doubting = place.waiting();
    assert_eq!(place.status()["muted"], true);
    assert!(doubting.said().contains("is damaged"), "{}", doubting.said());
    assert!(place.ctl(&["unmute"]).status.success());
    drop(doubting);
    let _healed = place.waiting();
    assert_eq!(place.status()["muted"], false);
}

#[test]
fn only_its_user_can_use_its_socket() {
    let place = Place::new();
    let nobody = failure(place.program().args(["ctl", "status"]));
    let socket = place.socket().display().to_string();
    assert!(nobody.contains(&socket) && nobody.contains("sayso run"), "{nobody}");

    let running = place.waiting();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&place.socket()), mode(&place.path("run"))), (0o600, 0o700));
    let status = place.status();
    assert_eq!(status["board"], place.absent);
    assert_eq!(status["phase"], "waiting");
    assert!(status["reason"].as_str().unwrap().contains(&place.absent), "{status}");
    let shown = String::from_utf8(place.ctl(&["status"]).stdout).unwrap();
    assert!(shown.contains(&format!("process {}", running.child.id())), "{shown}");
    assert!(shown.contains("waiting for it: ") && shown.contains("volume 100%"), "{shown}");
    // No board is connected yet that could say it.
    let error = failure(place.program().args(["ctl", "say", "tea is ready"]));
    assert!(error.contains("Sayso waits for it"), "{error}");
    let error = failure(place.program().args(["ctl", "--board", "attic", "stop"]));
    assert!(error.contains("attic") && error.contains(&place.absent), "{error}");
    for (arguments, why) in [
        (&["say"][..], "TEXT"),
        (&["volume", "3"], "0% to 200%"),
        (&["sing"], "unrecognized subcommand"),
    ] {
        let ended = place.ctl(arguments);
        let error = String::from_utf8(ended.stderr).unwrap();
        assert!(!ended.status.success() && error.contains(why), "{error}");
    }
    // A second program is refused and shown the process that has the socket.
    let mut second = place.program();
    let error = failure(second.args(["run", "--wait", "--board", &place.absent]));
    assert!(error.contains(&running.child.id().to_string()), "{error}");

    // Clients that are slow, do not read, or send nonsense: the next one is still answered.
    let mut hostile: Vec<UnixStream> = Vec::new();
    for bytes in [&b"{\"op\":\"sta"[..], b"", &[0; 100_000], &[b'['; 30_000], b"\xff\xfe\n"] {
        let mut stream = UnixStream::connect(place.socket()).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(1))).unwrap();
        // It may close the connection on input that is too long.
        let _ = stream.write_all(bytes);
        hostile.push(stream);
    }
    for _ in 0..5 {
        assert_eq!(place.status()["phase"], "waiting");
    }
}

/// The arguments with which the service starts the program, without the board.
fn as_the_service() -> Vec<String> {
    let unit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../firmware/cli/package/sayso.service");
    let unit = fs::read_to_string(unit).unwrap();
    let start = unit.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/bin/sayso "));
    let words = start.expect("how it is started").split(' ');
    words.filter(|word| *word != "$SAYSO_OPTIONS").map(str::to_owned).collect()
}

/// Everything that the program prints as a service that hears the question.
fn logged(place: &Place, options: &[&str]) -> String {
    let settings = place.path("sayso.toml");
    fs::write(&settings, include_str!("../../firmware/assistant/src/sayso.toml")).unwrap();
    let mut arguments = as_the_service();
    for word in &mut arguments {
        if word.ends_with("sayso.toml") {
            *word = settings.display().to_string();
        }
    }
    let mut command = sayso();
    command.env("SAYSO_BOARD", format!("replay:{}", data(QUESTION).display()));
    let manager = Manager::new(place.folder.path());
    manager.manage(&mut command, Duration::from_secs(30));
    let ended = output(command.args(arguments).args(options));
    manager.wait("READY=1");
    manager.wait("STOPPING=1");
    fs::remove_file(&manager.path).unwrap();
    let all = [ended.stdout, ended.stderr].concat();
    let all = String::from_utf8_lossy(&all).to_lowercase();
    assert!(ended.status.success(), "{all}");
    all
}

#[test]
fn a_service_logs_no_words() {
    let place = Place::new();
    let board = format!("replay:{}", data(QUESTION).display());
    let lines = json(sayso().args(["run", "--json", "--board", &board]));
    let turn = lines.iter().find(|line| line["event"] == "turn").expect("a turn");
    // Every run of three words, as they are written.
    let mut spans: Vec<String> = Vec::new();
    for key in ["transcript", "reply"] {
        let text = turn[key].as_str().unwrap().to_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        assert!(words.len() > 3, "{text}");
        spans.extend(words.windows(3).map(|span| span.join(" ")));
    }
    // With the option they are all there: this shows that the search finds them.
    let spoken = logged(&place, &["--set", "privacy.log_words=true"]);
    assert!(spans.iter().all(|span| spoken.contains(span)), "{spans:?}\n{spoken}");
    for options in [&[][..], &["-v"], &["-vv"]] {
        let all = logged(&place, options);
        for span in spans.iter().map(String::as_str).chain(["brooklyn"]) {
            assert!(!all.contains(span), "{options:?}: {span:?} in\n{all}");
        }
        // What is logged in their place.
        assert!(all.contains("a turn: answered") && all.contains("listening"), "{all}");
    }
}

#[test]
fn a_board_can_be_addressed_by_its_name() {
    let place = Place::new();
    let settings = place.path("sayso.toml");
    let text = format!(
        "[boards.kitchen]\naddress = \"replay:{}\"\narea = \"ground floor\"\n",
        data(QUESTION).display()
    );
    fs::write(&settings, text).unwrap();
    let mut command = sayso();
    command.args(["--profile", "small", "--config"]).arg(&settings);
    let lines = json(command.args(["run", "--json", "--board", "kitchen"]));
    assert!(!lines.is_empty() && lines.iter().all(|line| line["board"] == "kitchen"), "{lines:?}");
    let error = failure(sayso().arg("--config").arg(&settings).args(["run", "--board", "hall"]));
    for there in ["`kitchen`", "`desktop`", "`raspberry-pi`", "`satellite:PORT[@BAUD]`"] {
        assert!(error.contains(there), "{error}");
    }
    let help = output(sayso().args(["run", "--help"])).stdout;
    let help = String::from_utf8(help).unwrap();
    for there in ["satellite:PORT[@BAUD]", "tcp:HOST:PORT", "replay:IN[:OUT]", "tcp:ADDRESS:PORT"] {
        assert!(help.contains(there), "{help}");
    }
}
