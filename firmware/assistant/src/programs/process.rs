//! A process of the user's.
//!
//! It gets nothing of this process but its standard input and output: no other file, no environment
//! variable but a few, and another working folder. It has a process group of its own, which is ended
//! with it.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use close_fds::CloseFdsBuilder;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use sayso_skills::RunError;

use super::PATH;
use super::ready::fault;

/// The first file descriptor after standard input, output and error.
const FIRST_OTHER: i32 = 3;

/// A running process, which ends with this value.
pub struct Process {
    child: Child,
    group: Pid,
    /// Whether it was waited for, so that its number may be another's now.
    reaped: bool,
}

impl Process {
    /// Starts a program with its arguments. `more` is a variable for its environment.
    pub fn start(
        program: &[String],
        input: Stdio,
        output: Stdio,
        more: Option<(&str, &str)>,
    ) -> Result<Self, RunError> {
        let [program, arguments @ ..] = program else { return Err(RunError::Missing) };
        let mut command = Command::new(program);
        command.args(arguments).env_clear().envs(environment()).envs(more).current_dir("/");
        command.stdin(input).stdout(output).stderr(Stdio::null());
        // The standard library's own files are marked so already; those of others may not be.
        CloseFdsBuilder::new().threadsafe(true).cloexecfrom(FIRST_OTHER);
        let child = command.process_group(0).spawn();
        let child = child.map_err(|error| match (error.kind(), fault(Path::new(program))) {
            (ErrorKind::NotFound, _) if !Path::new(program).exists() => RunError::Missing,
            (_, Some(why)) => RunError::Failed(why),
            (_, None) => RunError::Failed(format!("it cannot be started: {error}")),
        })?;
        let group = Pid::from_child(&child);
        Ok(Self { child, group, reaped: false })
    }

    /// Its pipes, if it has any.
    pub fn pipes(&mut self) -> (Option<ChildStdin>, Option<ChildStdout>) {
        (self.child.stdin.take(), self.child.stdout.take())
    }

    /// Whether it has ended. It is not waited for yet: until then, the number of its group remains
    /// its own.
    pub fn has_ended(&self) -> io::Result<bool> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        Ok(waitid(WaitId::Pid(self.group), options)?.is_some())
    }

    /// Ends its group, and waits for it.
    pub fn end(&mut self) -> io::Result<ExitStatus> {
        // Fails if all have ended.
        let _ = kill_process_group(self.group, Signal::KILL);
        // It may have left its group.
        let _ = self.child.kill();
        self.reaped = true;
        self.child.wait()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.reaped
            && let Err(error) = self.end()
        {
            log::warn!("a program of the user's was lost: {error}");
        }
    }
}

/// The environment of a program.
fn environment() -> Vec<(&'static str, OsString)> {
    let own = ["HOME", "TZ"].iter().filter_map(|name| Some((*name, std::env::var_os(name)?)));
    own.chain([("PATH", PATH.into()), ("LANG", "C.UTF-8".into())]).collect()
}
