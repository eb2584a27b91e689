//! Running other programs, and printing which.

use std::cell::RefCell;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::steps::Steps;

/// A result whose error is a sentence for the user.
pub type Result<T> = std::result::Result<T, String>;

/// Runs programs in the workspace's root.
pub struct Sh {
    root: PathBuf,
    steps: RefCell<Steps>,
}

/// The cargo that runs this task, without the variables that cargo set for this task: build
/// scripts that depend on them would run again whenever they change.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    forget_cargo(&mut command);
    command
}

/// Removes from `command` the variables that cargo set for this task.
pub fn forget_cargo(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let ours = ["CARGO_PKG_", "CARGO_MANIFEST_"];
        if ours.iter().any(|ours| name.to_string_lossy().starts_with(ours)) {
            command.env_remove(name);
        }
    }
}

impl Sh {
    /// Runs programs in `root`.
    pub fn new(root: PathBuf) -> Self {
        Self { root, steps: RefCell::default() }
    }

    /// The workspace's root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Prints which step comes next, and begins to time it.
    pub fn step(&self, what: &str) {
        eprintln!("\n── {what}");
        self.steps.borrow_mut().begin(what);
    }

    /// Ends the current step and adds its parts, with the time that each took.
    pub fn end_step_with_parts(&self, parts: Vec<(String, Duration)>) {
        self.steps.borrow_mut().end_with_parts(parts);
    }

    /// Ends the last step and returns the table of all steps and their times.
    pub fn table(&self) -> String {
        let mut steps = self.steps.borrow_mut();
        steps.end();
        steps.to_string()
    }

    /// The folder that cargo builds into.
    pub fn target(&self) -> PathBuf {
        self.root.join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
    }

    /// The user's folder for things that can be made again.
    ///
    /// # Errors
    /// If the environment names none.
    pub fn cache(&self) -> Result<PathBuf> {
        let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
        std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(home).ok_or_else(|| {
            "neither XDG_CACHE_HOME nor HOME is set: set one to a folder for what is fetched".into()
        })
    }

    /// The release build of the `sayso` program.
    pub fn sayso(&self) -> Command {
        let program = format!("sayso{}", std::env::consts::EXE_SUFFIX);
        Command::new(self.target().join("release").join(program))
    }

    /// Runs `command`; its output goes where this program's output goes.
    ///
    /// # Errors
    /// If it cannot be started or does not exit with status 0.
    pub fn run(&self, command: &mut Command) -> Result<()> {
        let status = command
            .current_dir(&self.root)
            .stdin(Stdio::null())
            .status()
            .map_err(|error| format!("{}: {error}", shown(command)))?;
        if status.success() { Ok(()) } else { Err(format!("{}: {status}", shown(command))) }
    }

    /// Runs `command` and returns what it prints.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn read(&self, command: &mut Command) -> Result<String> {
        let output = command
            .current_dir(&self.root)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("{}: {error}", shown(command)))?;
        if !output.status.success() {
            return Err(format!("{}: {}", shown(command), output.status));
        }
        String::from_utf8(output.stdout).map_err(|_| format!("{}: not text", shown(command)))
    }

    /// Starts `command`, which runs in parallel until it is [waited for](Self::wait); its output
    /// goes to a file in the target folder until then.
    ///
    /// # Errors
    /// If it cannot be started, or the file cannot be written.
    pub fn start(&self, what: &'static str, command: &mut Command) -> Result<Beside> {
        eprintln!("\n── {what}: runs in parallel with the next steps");
        let said = self.target().join(format!("{}.txt", what.replace(' ', "-")));
        let failed = |error: std::io::Error| format!("{}: {error}", said.display());
        fs::create_dir_all(self.target()).map_err(failed)?;
        let out = File::create(&said).map_err(failed)?;
        let err = out.try_clone().map_err(failed)?;
        command.current_dir(&self.root).stdin(Stdio::null()).stdout(out).stderr(err);
        let child = command.spawn().map_err(|error| format!("{}: {error}", shown(command)))?;
        Ok(Beside { what, name: shown(command), child, said })
    }

    /// Waits until a [started](Self::start) program has ended, and shows what it printed.
    ///
    /// # Errors
    /// If it does not exit with status 0.
    pub fn wait(&self, mut beside: Beside) -> Result<()> {
        self.step(beside.what);
        let status = beside.child.wait().map_err(|error| format!("{}: {error}", beside.name))?;
        let said = fs::read(&beside.said).map_err(|e| format!("{}: {e}", beside.said.display()))?;
        println!("{}", String::from_utf8_lossy(&said));
        if status.success() { Ok(()) } else { Err(format!("{}: {status}", beside.name)) }
    }

    /// Whether `command` can be started and exits with 0; its output is thrown away.
    pub fn works(&self, command: &mut Command) -> bool {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }
}

/// A program that runs in parallel with other steps. Dropping it ends it, so that nothing runs on
/// after the task.
pub struct Beside {
    what: &'static str,
    name: String,
    child: Child,
    said: PathBuf,
}

impl Drop for Beside {
    fn drop(&mut self) {
        // In most cases it has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|arg| arg.to_string_lossy().into_owned()));
    words.join(" ")
}
