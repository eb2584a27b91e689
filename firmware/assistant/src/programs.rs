//! Runs a program of the user's.
//!
//! It gets nothing of this process but a pipe to read from and one to write to: no other file, no
//! environment variable but a few, and another working folder. It has a process group of its own,
//! which is ended with it, and when its time is over.

use sayso_models::Cancel;
use sayso_skills::{Run, RunError};

/// How many bytes of its output are kept. The rest is read and dropped, so that the program never
/// waits.
#[cfg(unix)]
const KEPT: usize = 4_096;

/// Runs a program, and returns what it prints. `cancel` ends it, and is checked often.
///
/// # Errors
/// [`RunError`] if it cannot be run, fails, or takes too long.
#[cfg(unix)]
pub fn run(run: &Run, cancel: &Cancel) -> Result<String, RunError> {
    use std::time::{Duration, Instant};

    /// How often it is looked after.
    const LOOK: Duration = Duration::from_millis(5);

    let failed =
        |what: &str, error: &dyn std::fmt::Display| RunError::Failed(format!("{what}: {error}"));
    let input = serde_json::to_vec(&run.input).map_err(|error| failed("its input", &error))?;
    let limit = Duration::from_secs(u64::from(run.program.time_limit_s));
    let started = Instant::now();
    let mut running = unix::Running::start(&run.program.run, input)?;
    loop {
        let ended = running.has_ended().map_err(|error| failed("it was lost", &error))?;
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

/// Programs are run on Unix only.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub fn run(_: &Run, _: &Cancel) -> Result<String, RunError> {
    Err(RunError::Failed("programs are run on Unix only".into()))
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsString;
    use std::io::{self, ErrorKind, Read, Write};
    use std::os::unix::process::CommandExt;
    use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

    use close_fds::CloseFdsBuilder;
    use rustix::io::ioctl_fionbio;
    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
    use sayso_skills::RunError;

    use super::KEPT;

    /// How many bytes are moved at once, and how often in a row: a program that prints without end
    /// must not keep this thread.
    const CHUNK: usize = 65_536;
    const IN_A_ROW: usize = 16;

    /// The first file descriptor after standard input, output and error.
    const FIRST_OTHER: i32 = 3;

    /// A running program, which ends with this value.
    pub struct Running {
        child: Child,
        group: Pid,
        stdin: Option<ChildStdin>,
        stdout: Option<ChildStdout>,
        /// What it has not read yet.
        input: Vec<u8>,
        printed: Vec<u8>,
        /// Whether the process was waited for, so that its number may be another's now.
        reaped: bool,
    }

    impl Running {
        /// Starts a program with its arguments.
        pub fn start(program: &[String], input: Vec<u8>) -> Result<Self, RunError> {
            let [program, arguments @ ..] = program else { return Err(RunError::Missing) };
            let mut command = Command::new(program);
            command.args(arguments).env_clear().envs(environment()).current_dir("/");
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
            // The standard library's own files are marked so already; those of others may not be.
            CloseFdsBuilder::new().threadsafe(true).cloexecfrom(FIRST_OTHER);
            let child = command.process_group(0).spawn();
            let mut child = child.map_err(|error| match error.kind() {
                ErrorKind::NotFound => RunError::Missing,
                _ => RunError::Failed(format!("it cannot be started: {error}")),
            })?;
            let group = Pid::from_child(&child);
            let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
            let unblocked = stdin.iter().try_for_each(|pipe| ioctl_fionbio(pipe, true));
            let unblocked = unblocked
                .and_then(|()| stdout.iter().try_for_each(|pipe| ioctl_fionbio(pipe, true)));
            let printed = Vec::new();
            let running = Self { child, group, stdin, stdout, input, printed, reaped: false };
            match unblocked {
                Ok(()) => Ok(running),
                Err(error) => Err(RunError::Failed(format!("its pipes: {error}"))),
            }
        }

        /// Whether it has ended. It is not waited for yet: until then, the number of its group
        /// remains its own.
        pub fn has_ended(&self) -> io::Result<bool> {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
            Ok(waitid(WaitId::Pid(self.group), options)?.is_some())
        }

        /// Writes what it can read, and reads what it has printed.
        pub fn exchange(&mut self) {
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
        pub fn end(mut self) -> Result<String, RunError> {
            match self.finish() {
                Ok(status) if status.success() => {
                    Ok(String::from_utf8_lossy(&self.printed).into_owned())
                }
                Ok(status) => Err(RunError::Failed(status.to_string())),
                Err(error) => Err(RunError::Failed(format!("it was lost: {error}"))),
            }
        }

        /// Ends its group, and waits for it.
        fn finish(&mut self) -> io::Result<std::process::ExitStatus> {
            // Fails if all have ended.
            let _ = kill_process_group(self.group, Signal::KILL);
            // It may have left its group.
            let _ = self.child.kill();
            self.reaped = true;
            self.child.wait()
        }
    }

    impl Drop for Running {
        fn drop(&mut self) {
            if !self.reaped
                && let Err(error) = self.finish()
            {
                log::warn!("a program of the user's was lost: {error}");
            }
        }
    }

    fn is_for_later(error: &io::Error) -> bool {
        matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
    }

    /// The environment of a program.
    fn environment() -> Vec<(&'static str, OsString)> {
        let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        let own = ["HOME", "TZ"].iter().filter_map(|name| Some((*name, std::env::var_os(name)?)));
        own.chain([("PATH", path.into()), ("LANG", "C.UTF-8".into())]).collect()
    }
}

#[cfg(all(test, unix))]
#[path = "programs_tests.rs"]
mod tests;
