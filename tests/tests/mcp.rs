//! Tools of a real server by words, typed and spoken.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use sayso_tests::{data, json, output, peers, sayso, skip};
use serde_json::Value;

/// The package with the server.
const PACKAGE: (&str, &str) = ("mcp", "2.3.0");

/// "Turn on the living room lamp."
const SPOKEN: &str = "commands-misc-en/v2j_turn_on_living_room_lamp.flac";

const SENTENCES: &str = "
lists:
  what: {wildcard: true}
intents:
  TakeNote: {data: [{sentences: ['take a note {what:text}']}]}
  Weather: {data: [{sentences: ['how is it outside', 'turn on the living room lamp']}]}
  Crash: {data: [{sentences: ['break the notes']}]}
  Hang: {data: [{sentences: ['wait for the notes']}]}
  Gone: {data: [{sentences: ['empty the notes']}]}
";

/// Settings with a server of notes.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// `server` makes the line of the settings that says how the server is connected.
    fn new(server: impl FnOnce(&Path) -> String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Self { folder };
        std::fs::create_dir(place.path("intents")).unwrap();
        std::fs::write(place.path("intents/notes.yaml"), SENTENCES).unwrap();
        let tool = |name: &str, intent: &str, more: &str| {
            format!("[tools.{name}]\nintent = \"{intent}\"\nserver = \"notes\"\n{more}\n")
        };
        let text = [
            format!("[mcp.notes]\n{}\n", server(&place.path("notes"))),
            tool("add_note", "TakeNote", ""),
            tool("weather", "Weather", "safe = true"),
            tool("crash", "Crash", "safe = true"),
            tool("hang", "Hang", "safe = true\ntime_limit_s = 1"),
            tool("remove_all", "Gone", "safe = true"),
        ];
        std::fs::write(place.path("sayso.toml"), text.concat()).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn notes(&self) -> String {
        std::fs::read_to_string(self.path("notes")).unwrap_or_default()
    }

    /// The program with these settings, and the small model.
    fn program(&self) -> Command {
        let mut command = sayso();
        command.args(["--profile", "small", "--config"]).arg(self.path("sayso.toml"));
        command.env("SAYSO_STATE", self.path("state"));
        command
    }

    /// What is answered to lines of one conversation.
    fn chat(&self, lines: &[&str]) -> Vec<String> {
        let mut child = self
            .program()
            .args(["chat", "--json"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all((lines.join("\n") + "\n").as_bytes()).unwrap();
        drop(input);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        let replies = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        replies.map(|reply| reply["reply"].as_str().unwrap().to_owned()).collect()
    }

    /// What works, however the server is connected.
    fn works(&self) {
        let said = self.chat(&["take a note buy milk", "no", "take a note buy eggs", "yes"]);
        let due = [
            "Should I use add note?",
            "All right, I won't.",
            "Should I use add note?",
            "That is note number 1.",
        ];
        assert_eq!(said, due);
        assert_eq!(self.notes(), "buy eggs\n");

        // The other skills go on, and the server is started again.
        let said = self.chat(&["wait for the notes", "what is 2 plus 3", "empty the notes"]);
        assert_eq!(said[0], "hang took too long, so I don't know whether it worked.");
        assert!(said[1].contains('5'), "{said:?}");
        assert_eq!(said[2], "remove all isn't what it was, so I didn't use it.");

        let said = self.chat(&["how is it outside"]);
        assert!(said[0].contains("12 °C and raining"), "{said:?}");
        assert!(!said[0].contains(['*', '#', '[']), "{said:?}");

        let lines = json(self.program().args(["ask", "--json"]).arg(data(SPOKEN)));
        let reply = lines[0]["reply"].as_str().unwrap();
        assert!(reply.contains("raining") && !reply.contains(['*', '#', '[']), "{reply}");

        // To look at a sentence calls nothing.
        let lines = json(self.program().args(["skills", "test", "--json", "take a note buy ham"]));
        assert_eq!(lines[0]["plan"]["skill"], "tools");
        assert_eq!(self.notes(), "buy eggs\n");

        let output = output(self.program().args(["skills", "list"]));
        let list = String::from_utf8(output.stdout).unwrap();
        assert!(
            list.contains("add_note: TakeNote calls add_note of notes, after asking"),
            "{list}"
        );
        assert!(list.contains("cannot be used: notes has no tool remove_all"), "{list}");
        let output = self.program().args(["doctor", "--json"]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let findings = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let tools: Vec<_> = findings.filter(|finding| finding["what"] == "tools").collect();
        assert_eq!((tools.len(), tools[0]["health"].as_str()), (1, Some("bad")), "{tools:?}");
        let found = tools[0]["found"].as_str().unwrap();
        assert!(found.contains("tools.remove_all: notes has no tool remove_all"), "{found}");
    }
}

/// The arguments of Python that start the server.
fn server(package: &Path, how: &str, notes: &Path) -> [String; 4] {
    // Sayso's environment for programs has no PYTHONPATH.
    let code = format!(
        "import sys, runpy; sys.path.insert(0, {:?}); sys.argv = [{:?}, {how:?}, {:?}]; \
         runpy.run_path(sys.argv[0], run_name='__main__')",
        package.to_str().unwrap(),
        peers::script("mcp_server.py").to_str().unwrap(),
        notes.to_str().unwrap(),
    );
    [python(), "-I".into(), "-c".into(), code]
}

/// The whole path of Python.
fn python() -> String {
    let asked = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
    String::from_utf8(asked.unwrap().stdout).unwrap().trim().to_owned()
}

#[test]
fn a_server_that_is_a_program_works_by_words() {
    let package = match peers::python_package(PACKAGE.0, PACKAGE.1) {
        Ok(package) => package,
        Err(why) => return skip(why),
    };
    let place = Place::new(|notes| format!("run = {:?}", server(&package, "stdio", notes)));
    place.works();
    let said = place.chat(&["break the notes", "how is it outside"]);
    assert_eq!(said[0], "The server of crash broke off, so I don't know whether it worked.");
    assert!(said[1].contains("raining"), "{said:?}");
}

/// Ends a process with its test.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_server_at_an_address_works_by_words() {
    let package = match peers::python_package(PACKAGE.0, PACKAGE.1) {
        Ok(package) => package,
        Err(why) => return skip(why),
    };
    let mut child = None;
    let place = Place::new(|notes| {
        let [python, arguments @ ..] = server(&package, "http", notes);
        let mut python = Command::new(python);
        python.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut started = Ending(python.spawn().unwrap());
        let mut url = String::new();
        BufReader::new(started.0.stdout.take().unwrap()).read_line(&mut url).unwrap();
        child = Some(started);
        format!("url = {:?}", url.trim())
    });
    place.works();
    drop(child);
    let said = place.chat(&["how is it outside", "what is 2 plus 3"]);
    assert_eq!(said[0], "I can't reach the server of weather.");
    assert!(said[1].contains('5'), "{said:?}");
}
