//! `sayso run --tui` in a real terminal (tmux), at a private PulseAudio.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sayso_audio_io::{WavWriter, read_all};
use sayso_pulse::Pulse;
use sayso_tests::{data, sayso, skip};

/// How long something may take before the test gives up.
const PATIENCE: Duration = Duration::from_secs(180);

/// A terminal in which the program runs.
struct Terminal {
    socket: String,
}

impl Terminal {
    /// Starts `sayso run --tui` in a terminal of this size. After it, the shell prints its exit
    /// status.
    fn start(pulse: &Pulse, name: &str, columns: u16, rows: u16) -> Self {
        let terminal = Self { socket: format!("sayso-{name}-{}", std::process::id()) };
        let program = sayso();
        let quoted = |text: &std::ffi::OsStr| format!("'{}'", text.to_str().unwrap());
        let mut line = quoted(program.get_program());
        for argument in program.get_args() {
            line.push_str(&format!(" {}", quoted(argument)));
        }
        let models = sayso_store::default_dir();
        line = format!(
            "SAYSO_MODELS='{}' {line} --profile small run --tui --control none; \
             echo \"ended with $?\"; sleep 600",
            models.display()
        );
        let mut tmux = pulse.command("tmux");
        tmux.args(["-L", &terminal.socket, "-f", "/dev/null", "new-session", "-d"]);
        tmux.args(["-x", &columns.to_string(), "-y", &rows.to_string(), "sh", "-c", &line]);
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => tmux.env(name, value),
                None => tmux.env_remove(name),
            };
        }
        assert!(tmux.status().expect("tmux").success());
        terminal
    }

    fn tmux(&self, arguments: &[&str]) -> String {
        let output =
            Command::new("tmux").args(["-L", &self.socket]).args(arguments).output().expect("tmux");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p"])
    }

    /// Waits until the screen has this text.
    fn wait(&self, text: &str) -> String {
        self.until(text, true)
    }

    /// Waits until the screen has this text, or has it no longer.
    fn until(&self, text: &str, is_there: bool) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen();
            if screen.contains(text) == is_there {
                return screen;
            }
            assert!(Instant::now() < end, "{text:?} there is not {is_there} in:\n{screen}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn press(&self, key: &str) {
        self.tmux(&["send-keys", key]);
    }

    /// Whether the terminal is as before.
    fn is_restored(&self) -> bool {
        self.tmux(&["display-message", "-p", "#{alternate_on} #{cursor_flag}"]).trim() == "0 1"
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

fn is_there() -> bool {
    let tmux = Command::new("tmux").arg("-V").stdout(Stdio::null()).status();
    tmux.is_ok_and(|status| status.success())
}

#[test]
fn a_spoken_question_its_answer_and_its_times_are_shown() {
    if !is_there() {
        return skip("there is no tmux");
    }
    let pulse = match Pulse::start() {
        Ok(pulse) => pulse,
        Err(why) => return skip(why),
    };
    let terminal = Terminal::start(&pulse, "talk", 100, 30);
    terminal.wait("● listening");
    let sound = read_all(data("commands-misc-en/rh3_what_time_is_it.flac"), PATIENCE).unwrap();
    let wav = tempfile::Builder::new().suffix(".wav").tempfile().unwrap().into_temp_path();
    let mut file = WavWriter::create(&wav, 16_000, 1).unwrap();
    file.write(&sound.samples).unwrap();
    file.finish().unwrap();
    pulse.speak(&wav).expect("it is said");
    let shown = terminal.wait("voice to voice");
    for text in ["you    What", "sayso  It", "boards", "desktop"] {
        assert!(shown.contains(text), "no {text:?} in:\n{shown}");
    }
    terminal.press("?");
    terminal.wait("q, Ctrl-C");
    terminal.press("Escape");
    // A key right after it would be one with Alt.
    terminal.until("q, Ctrl-C", false);
    terminal.press("m");
    terminal.wait("MUTED");
    terminal.press("q");
    terminal.wait("ended with 0");
    assert!(terminal.is_restored());
}

#[test]
fn the_terminal_is_given_back_after_a_signal() {
    if !is_there() {
        return skip("there is no tmux");
    }
    let pulse = match Pulse::start() {
        Ok(pulse) => pulse,
        Err(why) => return skip(why),
    };
    let terminal = Terminal::start(&pulse, "signal", 40, 12);
    terminal.wait("● ");
    assert!(!terminal.is_restored());
    let shell = terminal.tmux(&["display-message", "-p", "#{pane_pid}"]);
    let ended = Command::new("pkill").args(["-TERM", "-P", shell.trim(), "sayso"]).status();
    assert!(ended.expect("pkill").success());
    terminal.wait("ended with 0");
    assert!(terminal.is_restored());
}
