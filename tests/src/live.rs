//! Runs the program in a live conversation.

#![allow(clippy::expect_used, clippy::panic)] // These are helpers of tests.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use sayso_pulse::Pulse;
use serde_json::Value;

use crate::sayso;

/// A running `sayso run --json` and the events that it prints.
///
/// # Panics
/// In its methods, if the program does not do what they wait for.
pub struct Live {
    child: Child,
    events: Receiver<(Instant, Value)>,
}

/// How long the program may take to end when asked to.
const END: Duration = Duration::from_secs(30);

impl Live {
    /// Starts it with these arguments, on the devices of this server.
    pub fn start(pulse: &Pulse, arguments: &[&str]) -> Self {
        let program = sayso();
        let mut command = pulse.command(program.get_program());
        command.args(program.get_args());
        // The server's HOME has no models.
        command.env("SAYSO_MODELS", sayso_store::default_dir());
        Self::spawn(command, arguments)
    }

    /// Starts it on these boards, none of which is this machine.
    pub fn on(boards: &[&str]) -> Self {
        let arguments: Vec<&str> = boards.iter().flat_map(|board| ["--board", *board]).collect();
        Self::spawn(sayso(), &arguments)
    }

    /// Starts it with these arguments, without a board of its own.
    pub fn listening(arguments: &[&str]) -> Self {
        Self::spawn(sayso(), arguments)
    }

    /// Starts `sayso serve` with these arguments.
    pub fn serving(mut command: Command, arguments: &[&str]) -> Self {
        command.args(["serve", "--json"]).args(arguments);
        Self::begin(command)
    }

    fn spawn(mut command: Command, arguments: &[&str]) -> Self {
        command.args(["run", "--json"]).args(arguments);
        Self::begin(command)
    }

    fn begin(mut command: Command) -> Self {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("sayso starts");
        let out = child.stdout.take().expect("its output");
        let (send, events) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let event = serde_json::from_str(&line).expect("JSON");
                if send.send((Instant::now(), event)).is_err() {
                    break;
                }
            }
        });
        Self { child, events }
    }

    /// Waits for an event of this name for which `is` returns true.
    pub fn wait(&self, name: &str, mut is: impl FnMut(&Value) -> bool) -> Value {
        let end = Instant::now() + Duration::from_secs(180);
        let mut seen = Vec::new();
        while let Some((_, event)) = self.next(end.saturating_duration_since(Instant::now())) {
            if event["event"] == name && is(&event) {
                return event;
            }
            seen.push(event);
        }
        panic!("no {name} came; only {seen:?}");
    }

    /// The next event and when it came, or `None` if none comes in time.
    pub fn next(&self, within: Duration) -> Option<(Instant, Value)> {
        let (at, event) = self.events.recv_timeout(within).ok()?;
        assert_ne!(event["event"], "trouble", "{event}");
        Some((at, event))
    }

    /// Waits for an event about a failure.
    pub fn trouble(&self) -> Value {
        let end = Instant::now() + Duration::from_secs(180);
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let (_, event) = self.events.recv_timeout(left).expect("trouble");
            if event["event"] == "trouble" {
                return event;
            }
        }
    }

    /// Ends it as Ctrl-C does. Returns whether it ended in time and with success.
    pub fn ctrl_c(mut self) -> bool {
        let pid = self.child.id().to_string();
        let sent = std::process::Command::new("kill").args(["-INT", &pid]).status();
        let end = Instant::now() + END;
        while sent.as_ref().is_ok_and(ExitStatus::success) && Instant::now() < end {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        false
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // It has already ended if `interrupt` was called.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
