//! The package client: finding it, running it, stopping it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{Job, Progress};
use crate::store::disk::{create_dir, failed};
use crate::{Cancel, Error, ErrorKind, Result};

/// How often a running client is looked at.
const TICK: Duration = Duration::from_millis(50);
/// Lines of the client's output that an error shows.
const LINES: usize = 4;

impl Job<'_> {
    /// The first of the client commands that runs.
    pub(super) fn client(&mut self) -> Result<Vec<OsString>> {
        if let Some(client) = &self.client {
            return Ok(client.clone());
        }
        for client in &self.options.clients {
            let Some(mut command) = command(client) else { continue };
            command
                .arg("--version")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            if command.status().is_ok_and(|status| status.success()) {
                self.client = Some(client.clone());
                return Ok(client.clone());
            }
        }
        let message = "no pip was found: install it (Debian, Ubuntu: `apt-get install python3-pip`; \
                       Fedora: `dnf install python3-pip`; others: `python3 -m ensurepip`) and run \
                       this again";
        Err(Error::new(ErrorKind::Client, message))
    }
}

fn command(words: &[OsString]) -> Option<Command> {
    let (program, arguments) = words.split_first()?;
    let mut command = Command::new(program);
    command.args(arguments);
    Some(command)
}

/// Runs `client` so that the one wheel of `requirement` lands in `dir/wheel`.
///
/// No code of the package is run (wheels only), and everything that the client
/// writes stays below `dir`. Of what comes, `total` bytes are shown as headway.
pub(super) fn run(
    client: &[OsString],
    requirement: &str,
    dir: &Path,
    total: u64,
    timeout: Duration,
    progress: &mut dyn Progress,
    cancel: &Cancel,
) -> Result<()> {
    let missing = || Error::new(ErrorKind::Client, "the package client is gone");
    let (wheel, temporary, log) = (dir.join("wheel"), dir.join("tmp"), dir.join("log"));
    create_dir(&wheel)?;
    create_dir(&temporary)?;
    let cannot = |error| failed("could not write the client's log", &log, error);
    let output = File::create(&log).map_err(cannot)?;
    let errors = output.try_clone().map_err(cannot)?;
    let mut command = command(client).ok_or_else(missing)?;
    command
        .args(["download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--no-input"])
        .args(["--disable-pip-version-check", "--progress-bar", "off"])
        .args(["--retries", "2", "--timeout", "10", "--dest"])
        .arg(&wheel)
        .arg(requirement)
        .env("TMPDIR", &temporary)
        .env("TEMP", &temporary)
        .env("TMP", &temporary)
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors);
    // A group of its own, so that stopping it stops what it started.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let child = command.spawn().map_err(|error| missing().with_source(error))?;
    let status = Running(child).watch(dir, total, timeout, progress, cancel)?;
    if status.success() {
        return Ok(());
    }
    let text = fs::read(&log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines[lines.len().saturating_sub(LINES)..].join(" | ");
    Err(Error::new(
        ErrorKind::Source,
        format!("the package client failed on {requirement}: {last}"),
    ))
}

/// A child that does not outlive its guard.
struct Running(Child);

impl Running {
    fn watch(
        mut self,
        dir: &Path,
        total: u64,
        timeout: Duration,
        progress: &mut dyn Progress,
        cancel: &Cancel,
    ) -> Result<ExitStatus> {
        let (mut most, mut since) = (0, Instant::now());
        loop {
            let status = self.0.try_wait().map_err(|error| {
                Error::new(ErrorKind::Client, "the package client was lost").with_source(error)
            })?;
            if let Some(status) = status {
                return Ok(status);
            }
            cancel.check()?;
            let size = size_below(dir);
            if size > most {
                (most, since) = (size, Instant::now());
                progress.bytes(size.min(total));
            } else if since.elapsed() > timeout {
                let message =
                    format!("the package client made no headway for {} s", timeout.as_secs());
                return Err(Error::new(ErrorKind::Source, message));
            }
            thread::sleep(TICK);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(Some(_))) {
            return;
        }
        #[cfg(unix)]
        if let Ok(id) = libc::pid_t::try_from(self.0.id()) {
            // SAFETY: sends a signal to the group that this child leads; the child has not been
            // waited for, so the number is still its own.
            unsafe { libc::kill(-id, libc::SIGKILL) };
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Bytes in the files below `dir`. What cannot be looked at counts nothing: it is only shown.
fn size_below(dir: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(dir) else { return 0 };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => size_below(&entry.path()),
        Ok(meta) => meta.len(),
        Err(_) => 0,
    });
    sizes.sum()
}
