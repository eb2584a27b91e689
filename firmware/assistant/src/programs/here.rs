//! Programs that this process starts.

use std::io::{self, ErrorKind, Read, Write};
use std::process::{ChildStdin, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use rustix::io::ioctl_fionbio;
use sayso_models::Cancel;
use sayso_skills::{Run, RunError};

use super::process::Process;

/// How many bytes of its output are kept. The rest is read and dropped, so that the program never
/// waits.
const KEPT: usize = 4_096;

/// How often a program is looked after.
const LOOK: Duration = Duration::from_millis(5);

/// How many bytes are moved at once, and how often in a row: a program that prints without end must
/// not keep this thread.
const CHUNK: usize = 65_536;
const IN_A_ROW: usize = 16;

/// Runs a program, and returns what it prints. `cancel` ends it, and is checked often.
///
/// # Errors
/// [`RunError`] if it cannot be run, fails, or takes too long.
pub fn run(run: &Run, cancel: &Cancel) -> Result<String, RunError> {
    let failed =
        |what: &str, error: &dyn std::fmt::Display| RunError::Failed(format!("{what}: {error}"));
    let input = serde_json::to_vec(&run.input).map_err(|error| failed("its input", &error))?;
    let limit = Duration::from_secs(u64::from(run.program.time_limit_s));
    let started = Instant::now();
    let mut running = Running::start(&run.program.run, input)?;
    loop {
        let ended = running.process.has_ended().map_err(|error| failed("it was lost", &error))?;
        running.exchange();
        if ended {
            return running.end();
        }
        if cancel.is_cancelled() {
            return Err(RunError::Failed("it was stopped".into()));
        }
        if started.elapsed() >= limit {
            return Err(RunError::Late);
        }
        std::thread::sleep(LOOK);
    }
}

/// The key of a server of tools, if it gets one.
///
/// # Errors
/// If its file cannot be read. The message names the file.
#[cfg(feature = "mcp")]
pub fn key(server: &crate::config::McpServer) -> Result<Option<String>, String> {
    match server.key_env.is_empty() {
        true => Ok(None),
        false => sayso_network::secret::read(&server.key_file).map(Some),
    }
}

/// Starts a server of tools with its key. It reads and writes the socket, and ends with the process.
///
/// # Errors
/// [`RunError`] if it cannot be started.
#[cfg(feature = "mcp")]
pub fn open(
    server: &crate::config::McpServer,
    key: Option<&str>,
) -> Result<(std::os::unix::net::UnixStream, Process), RunError> {
    let pair = std::os::unix::net::UnixStream::pair();
    let (ours, theirs) = pair.map_err(|error| RunError::Failed(format!("its pipe: {error}")))?;
    Ok((ours, attend(server, key, theirs)?))
}

/// Starts a server of tools with its key. It reads and writes this socket.
///
/// # Errors
/// As [`open`].
#[cfg(feature = "mcp")]
pub fn attend(
    server: &crate::config::McpServer,
    key: Option<&str>,
    socket: std::os::unix::net::UnixStream,
) -> Result<Process, RunError> {
    use std::os::fd::OwnedFd;

    let more = key.map(|key| (server.key_env.as_str(), key));
    let both = socket.try_clone();
    let both = both.map_err(|error| RunError::Failed(format!("its pipe: {error}")))?;
    let (input, output) = (OwnedFd::from(both).into(), OwnedFd::from(socket).into());
    Process::start(&server.run, input, output, more)
}

/// A running program, and what it reads and prints.
struct Running {
    process: Process,
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    /// What it has not read yet.
    input: Vec<u8>,
    printed: Vec<u8>,
}

impl Running {
    fn start(program: &[String], input: Vec<u8>) -> Result<Self, RunError> {
        let mut process = Process::start(program, Stdio::piped(), Stdio::piped(), None)?;
        let (stdin, stdout) = process.pipes();
        let unblocked = stdin.iter().try_for_each(|pipe| ioctl_fionbio(pipe, true));
        let unblocked =
            unblocked.and_then(|()| stdout.iter().try_for_each(|pipe| ioctl_fionbio(pipe, true)));
        let running = Self { process, stdin, stdout, input, printed: Vec::new() };
        match unblocked {
            Ok(()) => Ok(running),
            Err(error) => Err(RunError::Failed(format!("its pipes: {error}"))),
        }
    }

    /// Writes what it can read, and reads what it has printed.
    fn exchange(&mut self) {
        if let Some(stdin) = &mut self.stdin {
            match stdin.write(&self.input) {
                Ok(written) => drop(self.input.drain(..written)),
                Err(error) if is_for_later(&error) => {}
                // It reads no more.
                Err(_) => self.input.clear(),
            }
            if self.input.is_empty() {
                self.stdin = None;
            }
        }
        let mut chunk = vec![0; CHUNK];
        for _ in 0..IN_A_ROW {
            let Some(stdout) = &mut self.stdout else { return };
            match stdout.read(&mut chunk) {
                Ok(0) => self.stdout = None,
                Ok(read) => {
                    let room = KEPT.saturating_sub(self.printed.len());
                    self.printed.extend(chunk.iter().take(read.min(room)));
                }
                Err(error) if is_for_later(&error) => return,
                Err(_) => self.stdout = None,
            }
        }
    }

    /// What it has printed. It must have ended.
    fn end(mut self) -> Result<String, RunError> {
        match self.process.end() {
            Ok(status) if status.success() => {
                Ok(String::from_utf8_lossy(&self.printed).into_owned())
            }
            Ok(status) => Err(RunError::Failed(status.to_string())),
            Err(error) => Err(RunError::Failed(format!("it was lost: {error}"))),
        }
    }
}

fn is_for_later(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

#[cfg(test)]
#[path = "here_tests.rs"]
mod tests;
