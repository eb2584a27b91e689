//! The package client: finds, runs and stops it.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use sayso_models::Cancel;

use super::{Job, Progress};
use crate::error::{Error, ErrorKind, Result, check_cancel};
use crate::store::disk::{create_dir, create_file, failed};

/// How often a running client is checked.
const TICK: Duration = Duration::from_millis(50);
/// How many characters of the client's output an error shows.
const WORDS: usize = 200;

impl Job<'_> {
    /// The first of the client commands that works.
    pub(super) fn client(&mut self) -> Result<Vec<OsString>> {
        if let Some(client) = &self.client {
            return Ok(client.clone());
        }
        for client in &self.options.clients {
            let Some(mut command) = command(client, self.work) else { continue };
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
        let message = "pip was not found: install it (Debian, Ubuntu: `apt-get install \
                       python3-pip`; Fedora: `dnf install python3-pip`; others: `python3 -m \
                       ensurepip`) and run this again";
        Err(Error::new(ErrorKind::Client, message))
    }
}

/// The client's command, to be run in `dir`, a folder of ours: Python looks for modules, and uv
/// for settings, in the working folder, where somebody else may have put them.
fn command(words: &[OsString], dir: &Path) -> Option<Command> {
    let (program, arguments) = words.split_first()?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(dir).env("PYTHONSAFEPATH", "1");
    Some(command)
}

/// Runs `client` so that the one wheel of `requirement` lands in `dir/wheel`.
///
/// No code of the package is run (wheels only), and everything that the client writes stays below
/// `dir`. The progress is shown relative to `total` bytes.
pub(super) fn run(
    client: &[OsString],
    requirement: &str,
    dir: &Path,
    total: u64,
    timeout: Duration,
    progress: &mut dyn Progress,
    cancel: &Cancel,
) -> Result<()> {
    let missing = || Error::new(ErrorKind::Client, "the package client cannot be started any more");
    // A relative path would be taken relative to the client's working folder.
    let dir = &std::path::absolute(dir)
        .map_err(|error| failed("could not find the folder", dir, error))?;
    let (wheel, temporary, log) = (dir.join("wheel"), dir.join("tmp"), dir.join("log"));
    create_dir(&wheel)?;
    create_dir(&temporary)?;
    let cannot = |error| failed("could not write the client's log", &log, error);
    let output = create_file(&log).map_err(cannot)?;
    let errors = output.try_clone().map_err(cannot)?;
    let mut command = command(client, dir).ok_or_else(missing)?;
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
    // A process group of its own, so that stopping the client also stops what it has started.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let child = command.spawn().map_err(|error| missing().because(error))?;
    let status = Running(child).watch(dir, total, timeout, progress, cancel)?;
    if status.success() {
        return Ok(());
    }
    let log = fs::read(&log).unwrap_or_default();
    let why = reason(&String::from_utf8_lossy(&log));
    Err(Error::new(ErrorKind::Source, format!("the package client failed on {requirement}: {why}")))
}

/// Why a client failed, taken from its output, in one line for people: its last error and, if its
/// connection broke, the reason. pip prints the reason before the error, between names of Python's
/// classes.
fn reason(log: &str) -> String {
    let lines = || log.lines().map(str::trim).filter(|line| !line.is_empty());
    let broken = lines().filter_map(|line| line.split_once("connection broken by ")).next_back();
    let broken = broken.map(|(_, cause)| format!("the connection broke: {}", innermost(cause)));
    // "Exception:" only begins a trace, and the name of an object with its address is useless.
    let told = |line: &&str| !line.starts_with("Exception:") && !line.contains(" object at 0x");
    let error = lines().filter_map(|line| line.strip_prefix("ERROR: ")).next_back().filter(told);
    let words = match (error, broken) {
        (Some(error), Some(broken)) => format!("{error} ({broken})"),
        (Some(error), None) => error.into(),
        (None, Some(broken)) => broken,
        (None, None) => lines().next_back().unwrap_or("it printed nothing").into(),
    };
    match words.char_indices().nth(WORDS) {
        Some((end, _)) => format!("{} …", words[..end].trim_end()),
        None => words,
    }
}

/// The text in nested exceptions as Python prints them: `'ProxyError('no', OSError('Tunnel failed
/// (403)'))': /simple/x/` gives `Tunnel failed`.
fn innermost(cause: &str) -> &str {
    let cause = cause.rsplit_once("': /").map_or(cause, |(cause, _)| cause);
    let cause = cause.trim_start_matches('\'').trim_end_matches(['\'', '"', ')']);
    let begins = [">: ", "('", "(\"", ", '", "): ", "] "];
    let from = begins.iter().filter_map(|begin| Some(cause.rfind(begin)? + begin.len())).max();
    let text = &cause[from.unwrap_or(0)..];
    text.split_once(" (").map_or(text, |(text, _)| text).trim()
}

/// A child process that ends with this guard.
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
                Error::new(ErrorKind::Client, "the package client's end cannot be read")
                    .because(error)
            })?;
            if let Some(status) = status {
                return Ok(status);
            }
            check_cancel(cancel)?;
            let size = size_below(dir);
            if size > most {
                (most, since) = (size, Instant::now());
                progress.bytes(size.min(total));
            } else if since.elapsed() > timeout {
                let message =
                    format!("the package client made no progress for {} s", timeout.as_secs());
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
            // SAFETY: sends a signal to the group that this child leads. The child has not been
            // waited for, so the number still belongs to it.
            unsafe { libc::kill(-id, libc::SIGKILL) };
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Bytes in the files below `dir`, only for display. What cannot be read counts 0.
fn size_below(dir: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(dir) else { return 0 };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => size_below(&entry.path()),
        Ok(meta) => meta.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn errors_of_pip_are_shown_without_pythons_names() {
        let retry = |cause: &str| {
            format!(
                "Looking in links: /wheels\nWARNING: Retrying (Retry(total=0, connect=None, \
                 read=None, redirect=None, status=None)) after connection broken by '{cause}': \
                 /simple/x/\nERROR: Could not find a version that satisfies the requirement x==1 \
                 (from versions: none)\nERROR: No matching distribution found for x==1\n\n"
            )
        };
        let object = "<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f03e3ec6ed0>";
        let cases = [
            (
                format!("NewConnectionError('{object}: Failed: [Errno 111] Connection refused')"),
                "Connection refused",
            ),
            (
                format!("ProxyError('Cannot connect.', NewConnectionError('{object}: Unknown'))"),
                "Unknown",
            ),
            (
                "ProxyError('Cannot connect.', OSError('Tunnel failed: 403 Forbidden'))".into(),
                "Tunnel failed: 403 Forbidden",
            ),
            (
                "ReadTimeoutError(\"HTTPSConnectionPool(host='h', port=443): Read timed out. \
                 (read timeout=10)\")"
                    .into(),
                "Read timed out.",
            ),
            (
                "SSLError(SSLCertVerificationError(1, '[SSL: FAILED] verify failed (_ssl.c:1)'))"
                    .into(),
                "verify failed",
            ),
            (
                format!("ConnectTimeoutError({object}, 'Connection to h timed out. (10)')"),
                "Connection to h timed out.",
            ),
            ("ConnectionResetError(104, 'Connection reset')".into(), "Connection reset"),
        ];
        for (cause, due) in cases {
            let due =
                format!("No matching distribution found for x==1 (the connection broke: {due})");
            assert_eq!(reason(&retry(&cause)), due);
        }
        // The trace shows nothing that the connection's error did not.
        let trace = "  WARNING: Retrying (Retry(total=0)) after connection broken by \
                     'NewConnectionError('<x object at 0x7>: Name not known')': /x.whl\n\
                     ERROR: Exception:\nTraceback (most recent call last):\n  File \"x\"\n\
                     ConnectionError: HTTPSConnectionPool(host='x'): (Caused by <x object at 0x7>)";
        assert_eq!(reason(trace), "the connection broke: Name not known");
        assert_eq!(reason("WARNING: a\nERROR: b\nWARNING: c"), "b");
        assert_eq!(reason("cp: cannot stat 'x'\n\n"), "cp: cannot stat 'x'");
        assert_eq!(reason(""), "it printed nothing");
        assert_eq!(reason(&format!("ERROR: {}", "ä".repeat(500))).chars().count(), 202);
    }
}
