//! The unit and its client, over a socket.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use sayso_models::Cancel;
use sayso_skills::{Input, Program, Run, RunError};

use super::super::unit;
use super::serve;
use crate::config::{Config, OwnCommand};

/// A unit: a socket, and the settings that it reads.
struct Unit {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Unit {
    /// A unit with the command `test`, which is this script.
    fn new(script: &str) -> Self {
        let mut config = Config::default();
        let command = OwnCommand {
            intent: "Test".into(),
            run: ["/bin/sh", "-c", script].map(str::to_owned).into(),
            time_limit_s: 5,
            ..OwnCommand::default()
        };
        config.commands.insert("test".into(), command);
        #[cfg(feature = "mcp")]
        for (name, run) in [("echo", "/bin/cat"), ("gone", "/no/such/program")] {
            config.mcp.entry(name.into()).or_default().run = vec![run.into()];
        }
        Self::with(config)
    }

    fn with(config: Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let listener = UnixListener::bind(&path).unwrap();
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let config = config.clone();
                std::thread::spawn(move || serve(client, &config));
            }
        });
        Self { _folder: folder, path }
    }

    /// Has a command run.
    fn run(&self, name: &str, sentence: &str, cancel: &Cancel) -> Result<String, RunError> {
        unit::run(&self.path, &run(name, sentence), cancel)
    }

    /// What is answered to a line.
    fn answer(&self, line: &[u8]) -> String {
        let mut client = UnixStream::connect(&self.path).unwrap();
        // It may hang up before all is written.
        let _ = client.write_all(line);
        let mut answer = String::new();
        let _ = BufReader::new(client).read_line(&mut answer);
        answer
    }
}

fn run(name: &str, sentence: &str) -> Run {
    // What the client thinks of the program does not count.
    let program = Program {
        name: name.into(),
        run: vec!["/bin/echo".into(), "another program".into()],
        time_limit_s: 5,
        ..Program::default()
    };
    let input = Input {
        intent: "Test".into(),
        slots: [].into(),
        sentence: sentence.into(),
        board: "kitchen".into(),
        area: None,
    };
    Run { program, input }
}

#[test]
fn a_command_is_run_as_the_settings_of_the_unit_say() {
    let unit = Unit::new("cat; echo; echo done");
    let printed = unit.run("test", "Good night!", &Cancel::new()).unwrap();
    let (told, rest) = printed.split_once('\n').unwrap();
    let told: serde_json::Value = serde_json::from_str(told).unwrap();
    assert_eq!((told["sentence"].as_str(), rest), (Some("Good night!"), "done\n"));
}

#[test]
fn what_the_settings_do_not_name_is_not_run() {
    let unit = Unit::new("echo done");
    let failed = unit.run("other", "", &Cancel::new());
    let why = "the settings of the unit have no section [commands.other]";
    assert_eq!(failed, Err(RunError::Failed(why.into())));
    // A client cannot bring a program of its own.
    let asked = br#"{"command":{"name":"test","run":["/bin/id"],"input":{}}}"#;
    assert_eq!(unit.answer(&[&asked[..], b"\n"].concat()), "");
}

#[test]
fn failures_come_back() {
    let failed = |script: &str| Unit::new(script).run("test", "", &Cancel::new());
    assert_eq!(failed("exit 3"), Err(RunError::Failed("exit status: 3".into())));
    let mut config = Config::default();
    let (intent, run) = ("Test".to_owned(), vec!["/no/such/program".to_owned()]);
    let command = OwnCommand { intent, run, ..OwnCommand::default() };
    config.commands.insert("test".into(), command);
    let gone = Unit::with(config.clone()).run("test", "", &Cancel::new());
    assert_eq!(gone, Err(RunError::Missing));
    config.commands.insert(
        "test".into(),
        OwnCommand {
            run: ["/bin/sleep", "100"].map(str::to_owned).into(),
            time_limit_s: 1,
            ..OwnCommand::default()
        },
    );
    assert_eq!(Unit::with(config).run("test", "", &Cancel::new()), Err(RunError::Late));
}

#[test]
fn a_unit_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none");
    let Err(RunError::Failed(why)) = unit::run(&path, &run("test", ""), &Cancel::new()) else {
        panic!("it was run");
    };
    assert!(why.contains("sayso-commands.socket") && why.contains("none"), "{why}");
}

#[test]
fn a_client_that_hangs_up_ends_its_program() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let unit = Unit::new(&format!("echo $$ > {0}.new; mv {0}.new {0}; sleep 1000", file.display()));
    let cancel = Cancel::new();
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| unit.run("test", "", &cancel));
        let until = Instant::now() + Duration::from_secs(60);
        while !file.exists() {
            assert!(Instant::now() < until, "it never started");
            std::thread::sleep(Duration::from_millis(5));
        }
        cancel.cancel();
        assert!(matches!(asking.join().unwrap(), Err(RunError::Failed(_))));
    });
    let pid = std::fs::read_to_string(&file).unwrap();
    let stat = format!("/proc/{}/stat", pid.trim());
    // A process that nobody waits for is a zombie.
    while std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z ")) {
        std::thread::yield_now();
    }
}

#[test]
fn hostile_lines_are_not_answered() {
    let unit = Unit::new("echo done");
    let long = vec![b'x'; 200_000];
    let lines: [&[u8]; 6] = [b"\n", b"{}\n", b"\xff\xfe\n", b"null\n", b"{\"server\":{}}\n", &long];
    for line in lines {
        assert_eq!(unit.answer(line), "", "{:?}", &line[..line.len().min(20)]);
    }
    // A client that says nothing is given up, and a socket without a path is nobody's.
    let mut silent = UnixStream::connect(&unit.path).unwrap();
    assert_eq!(silent.read(&mut [0; 8]).unwrap(), 0);
    let (ours, _theirs) = UnixStream::pair().unwrap();
    assert!(serve(ours, &Config::default()).is_err());
    assert_eq!(unit.run("test", "", &Cancel::new()), Ok("done\n".into()));
}

#[cfg(feature = "mcp")]
#[test]
fn a_server_of_tools_reads_and_writes_the_connection() {
    let unit = Unit::new("");
    let mut server = unit::open(&unit.path, "echo").unwrap();
    server.write_all(b"{\"a\": 1}\n").unwrap();
    let mut line = String::new();
    BufReader::new(server.try_clone().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "{\"a\": 1}\n");
    // It ends with its input, and the connection with it.
    server.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(server.read(&mut [0; 8]).unwrap(), 0);

    let error = |name: &str| unit::open(&unit.path, name).unwrap_err();
    assert!(error("gone").starts_with("there is no program "), "{}", error("gone"));
    assert_eq!(error("other"), "the settings of the unit have no section [mcp.other]");
}

#[test]
fn another_user_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    // Another than the one to whom the socket belongs.
    const NOBODY: u32 = 65_534;
    if !rustix::process::geteuid().is_root() {
        return sayso_test_support::skip("only root can become another user");
    }
    let unit = Unit::new("echo done");
    let folder = unit.path.parent().unwrap();
    for path in [folder, &unit.path] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap();
    }
    let asked = r#"{"command":{"name":"test","input":{"intent":"","slots":{},"sentence":"","board":"","area":null}}}"#;
    let script = "import socket, sys\n\
                  s = socket.socket(socket.AF_UNIX)\n\
                  s.connect(sys.argv[1])\n\
                  try:\n \
                    s.sendall(sys.argv[2].encode() + b'\\n')\n \
                    print(s.makefile().readline())\n\
                  except (BrokenPipeError, ConnectionResetError): print()\n";
    // Another python3 may be that of root alone.
    const PYTHON: &str = "/usr/bin/python3";
    if !std::path::Path::new(PYTHON).exists() {
        return sayso_test_support::skip("there is no /usr/bin/python3");
    }
    let answer = |user: u32| {
        let mut python = std::process::Command::new(PYTHON);
        python.args(["-c", script]).arg(&unit.path).arg(asked).uid(user).current_dir("/");
        let output = python.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    assert_eq!(answer(NOBODY), "");
    assert_eq!(answer(0), r#"{"printed":"done\n"}"#);
}
