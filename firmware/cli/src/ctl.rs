//! `sayso ctl`: sends requests to a running program.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use sayso::internals::control::operation::{Answer, BoardStatus, Operation, Phase, Request};
use sayso::internals::control::socket;
use sayso::{Config, Error, ErrorKind, Result};

use super::{GlobalOptions, term};

/// How long to wait for an answer. It comes at once, even if a board is busy.
const WAIT: Duration = Duration::from_secs(10);

const EXAMPLES: &str = "\
It reaches the `sayso run` that this user started or, if there is none, the service of
this machine. The service answers only its own user and root.

Examples:
  sayso ctl status                              what it is doing
  sayso ctl say \"Tea is ready.\"                 when nobody else speaks
  sayso ctl announce --urgent \"Fire!\"           at once, after a chime
  sayso ctl ask \"What time is it?\"              answered aloud, as if it had been spoken
  sayso ctl listen                              as after the wake phrase: push to talk
  sayso ctl stop                                end what it is saying
  sayso ctl --board kitchen mute                stop hearing there, also after a restart
  sayso ctl volume 50%
  sudo sayso ctl status                         of the service";

/// Control a running `sayso run`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Ctl {
    /// The board, by its name or address as `status` shows it [default: all boards; `ask` needs
    /// one if there are several]
    #[arg(long, global = true, value_name = "BOARD")]
    board: Option<OsString>,
    /// The program's Unix socket [default: the user's own, otherwise /run/sayso/control.sock]
    #[arg(long, global = true, value_name = "PATH", env = "SAYSO_CONTROL")]
    control: Option<OsString>,
    /// Print the answer as JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Say something when nobody else speaks
    Say(Text),
    /// Say something after a chime, when nobody else speaks
    Announce(Text),
    /// Answer a question as if it had been spoken
    Ask {
        /// The question
        #[arg(required = true, value_name = "TEXT")]
        text: Vec<String>,
    },
    /// Listen to what is said next, as after the wake phrase
    Listen,
    /// End what is being said or answered
    Stop,
    /// Mute, also after a restart
    Mute,
    /// Unmute
    Unmute,
    /// Set the volume of everything that is played, also after a restart
    Volume {
        /// A factor (0 to 2) or percent (0% to 200%)
        #[arg(value_name = "VOLUME", value_parser = volume)]
        volume: f32,
    },
    /// Show what the boards are doing
    Status,
}

#[derive(Args)]
struct Text {
    /// The words
    #[arg(required = true, value_name = "TEXT")]
    text: Vec<String>,
    /// Interrupt a reply, and do not wait until nobody speaks
    #[arg(long)]
    urgent: bool,
}

/// `0.5` or `50%`.
fn volume(text: &str) -> std::result::Result<f32, String> {
    let (number, scale) = match text.strip_suffix('%') {
        Some(percent) => (percent, 0.01),
        None => (text, 1.0),
    };
    let number: f32 = number.trim().parse().map_err(|_| "not a number".to_owned())?;
    let volume = number * scale;
    if sayso::internals::state::Sound::is_volume(volume) {
        Ok(volume)
    } else {
        Err("out of range: 0 to 2, or 0% to 200%".into())
    }
}

impl Ctl {
    pub fn run(&self, shared: &GlobalOptions) -> Result<()> {
        let mut config = shared.settings()?;
        super::put_option(&shared.set, "control.socket", &self.control, &mut config.control.socket);
        let operation = match &self.what {
            What::Say(Text { text, urgent }) => {
                Operation::Say { text: text.join(" "), urgent: *urgent }
            }
            What::Announce(Text { text, urgent }) => {
                Operation::Announce { text: text.join(" "), urgent: *urgent }
            }
            What::Ask { text } => Operation::Ask { text: text.join(" ") },
            What::Listen => Operation::Listen {},
            What::Stop => Operation::Stop {},
            What::Mute => Operation::Mute {},
            What::Unmute => Operation::Unmute {},
            What::Volume { volume } => Operation::Volume { volume: *volume },
            What::Status => Operation::Status {},
        };
        // As `status` shows it.
        let board = self.board.as_ref().map(|board| board.to_string_lossy().into_owned());
        let answer = ask(&config, &Request { board, operation })?;
        if self.json {
            println!("{}", term::json(&answer.to_line()));
        } else {
            show(&answer);
        }
        match answer {
            Answer { ok: true, .. } => Ok(()),
            answer => {
                let why = answer.error;
                Err(Error::input(why.unwrap_or("it was not done, and no reason was given".into())))
            }
        }
    }
}

/// Sends the request to the first socket on which a program listens.
fn ask(config: &Config, request: &Request) -> Result<Answer> {
    let mut paths: Vec<PathBuf> = socket::path(config).into_iter().collect();
    if paths.is_empty() {
        let message = "there is no socket to use, because --control, SAYSO_CONTROL or the setting \
                       control.socket is `none`. Name one with --control";
        return Err(Error::input(message));
    }
    if config.control.socket.as_os_str().is_empty() {
        paths.push(socket::OF_THE_SERVICE.into());
    }
    let mut nobody = Vec::new();
    for path in &paths {
        match socket::ask(path, request, WAIT) {
            Ok(answer) => return Ok(answer),
            Err(error) if is_nobody(&error) => nobody.push(path.as_path()),
            Err(error) => return Err(failed(path, error)),
        }
    }
    let places: Vec<String> = nobody.iter().map(|path| path.display().to_string()).collect();
    Err(Error::input(format!(
        "no running sayso listens at {}: start `sayso run`, or name its socket with --control",
        places.join(" or ")
    )))
}

/// Whether there is no program at a socket, as opposed to one that does not answer.
fn is_nobody(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
}

fn failed(path: &Path, error: io::Error) -> Error {
    let hint = match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "; only the user who started it and root may use it: try with sudo"
        }
        _ => "",
    };
    let message = format!("{}: {error}{hint}", path.display());
    Error::new(ErrorKind::Io, message).with_source(error)
}

fn show(answer: &Answer) {
    let Some(boards) = &answer.boards else { return };
    if let Some(program) = &answer.program {
        println!("{}", term::dim(format!("sayso {}, process {}", program.version, program.pid)));
    }
    for board in boards {
        println!("{}", line(board));
    }
}

/// A board and what it is doing.
fn line(status: &BoardStatus) -> String {
    let mut line = term::bold(&status.board);
    if !status.area.is_empty() {
        line.push_str(&format!(" ({})", status.area));
    }
    line.push_str(": ");
    line.push_str(&match (status.phase, status.state, &status.reason) {
        (Phase::Waiting, _, Some(reason)) => term::shown(format!("waiting for it: {reason}")),
        (Phase::Waiting, _, None) => "being opened".into(),
        (Phase::Loading, ..) => "loading the models".into(),
        (Phase::Open, Some(state), _) => format!("{state:?}").to_lowercase(),
        (Phase::Open, None, _) => "open".into(),
    });
    if status.muted {
        line.push_str(", muted");
    }
    line.push_str(&format!(", volume {:.0}%", status.volume * 100.0));
    if status.waiting > 0 {
        line.push_str(&format!(", {} to be said", status.waiting));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::volume;

    #[test]
    fn a_volume_is_a_factor_or_percent() {
        assert_eq!(volume("0.5"), Ok(0.5));
        assert_eq!(volume("50%"), Ok(0.5));
        assert_eq!(volume("200 %"), Ok(2.0));
        for wrong in ["", "loud", "2.1", "-1", "201%", "nan", "inf"] {
            assert!(volume(wrong).is_err(), "{wrong}");
        }
    }
}
