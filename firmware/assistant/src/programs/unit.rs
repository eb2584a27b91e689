//! Programs that a unit of the installed service starts: its client, and what is sent.
//!
//! A connection is for one program. The client sends a line of JSON, [`Asked`], and gets one,
//! [`Answered`]. If a server of tools was started, the connection is then its standard input and
//! output.

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use sayso_models::Cancel;
use sayso_skills::{Input, Run, RunError};
use serde::{Deserialize, Serialize};

/// The longest line, in bytes, its end included. What was said is much shorter.
const LONGEST: usize = 65_536;
/// How long a line may take at most, beside what a program may take.
pub const PATIENCE: Duration = Duration::from_secs(3);
/// How often it is looked whether the work was cancelled.
const LOOK: Duration = Duration::from_millis(20);

/// What a unit is asked for. It reads in its own settings what belongs to a name.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Asked {
    /// To run the program of `[commands.NAME]`.
    Command {
        /// NAME.
        name: String,
        /// The standard input of the program.
        input: Input,
    },
    /// To start the server of tools `[mcp.NAME]`.
    Server {
        /// NAME.
        name: String,
    },
}

/// What a unit answers.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    /// What the program has printed.
    Printed(String),
    /// The server of tools was started.
    Started,
    /// There is no such program.
    Missing,
    /// It took too long and was ended.
    Late,
    /// It could not be run, or failed.
    Failed(String),
}

impl From<Result<String, RunError>> for Answered {
    fn from(result: Result<String, RunError>) -> Self {
        match result {
            Ok(printed) => Self::Printed(printed),
            Err(error) => error.into(),
        }
    }
}

impl From<RunError> for Answered {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Missing => Self::Missing,
            RunError::Late => Self::Late,
            RunError::Failed(why) => Self::Failed(why),
        }
    }
}

/// Has the program of a command run by the unit at `path`.
///
/// # Errors
/// [`RunError`] if the unit cannot be reached or refuses, or as the program fails.
pub fn run(path: &Path, run: &Run, cancel: &Cancel) -> Result<String, RunError> {
    let limit = Duration::from_secs(u64::from(run.program.time_limit_s)) + PATIENCE;
    let asked = Asked::Command { name: run.program.name.clone(), input: run.input.clone() };
    let (_, answered) = ask(path, &asked, limit, cancel).map_err(RunError::Failed)?;
    match answered {
        Answered::Printed(printed) => Ok(printed),
        Answered::Missing => Err(RunError::Missing),
        Answered::Late => Err(RunError::Late),
        Answered::Failed(why) => Err(RunError::Failed(why)),
        Answered::Started => Err(RunError::Failed("the unit has misunderstood".into())),
    }
}

/// Has a server of tools started by the unit at `path`. Returns its standard input and output.
///
/// # Errors
/// Why it was not started.
#[cfg(feature = "mcp")]
pub fn open(path: &Path, name: &str) -> Result<UnixStream, String> {
    let asked = Asked::Server { name: name.to_owned() };
    let (stream, answered) = ask(path, &asked, PATIENCE, &Cancel::new())?;
    stream.set_read_timeout(None).map_err(|error| error.to_string())?;
    match answered {
        Answered::Started => Ok(stream),
        Answered::Failed(why) => Err(why),
        Answered::Missing => Err(RunError::Missing.to_string()),
        Answered::Late | Answered::Printed(_) => Err("the unit has misunderstood".into()),
    }
}

/// Asks the unit at `path`, and waits for its answer.
fn ask(
    path: &Path,
    asked: &Asked,
    limit: Duration,
    cancel: &Cancel,
) -> Result<(UnixStream, Answered), String> {
    let failed = |error: io::Error| {
        format!("{}: {error}: see `systemctl status sayso-commands.socket`", path.display())
    };
    let mut stream = UnixStream::connect(path).map_err(failed)?;
    stream.set_write_timeout(Some(PATIENCE)).map_err(failed)?;
    write(&mut stream, asked).map_err(failed)?;
    let until = Instant::now() + limit;
    let line = read(&mut stream, until, &|| cancel.is_cancelled()).map_err(failed)?;
    let answered = serde_json::from_slice(&line);
    Ok((stream, answered.map_err(|error| format!("{}: {error}", path.display()))?))
}

/// Writes a line.
pub fn write(stream: &mut UnixStream, what: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(what)?;
    line.push(b'\n');
    if line.len() > LONGEST {
        return Err(io::Error::other("it is too long to be sent"));
    }
    stream.write_all(&line)
}

/// Reads a line, and nothing after it: that may be for somebody else.
pub fn read(
    stream: &mut UnixStream,
    until: Instant,
    is_over: &dyn Fn() -> bool,
) -> io::Result<Vec<u8>> {
    stream.set_read_timeout(Some(LOOK))?;
    let (mut line, mut byte) = (Vec::new(), [0]);
    loop {
        if is_over() {
            return Err(io::Error::other("it was stopped"));
        }
        if Instant::now() >= until {
            return Err(ErrorKind::TimedOut.into());
        }
        match stream.read(&mut byte) {
            Ok(0) => return Err(io::Error::other("it hung up")),
            Ok(_) if byte == *b"\n" => return Ok(line),
            Ok(_) if line.len() + 1 < LONGEST => line.extend(byte),
            Ok(_) => return Err(io::Error::other("the line is too long")),
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => {}
                _ => return Err(error),
            },
        }
    }
}
