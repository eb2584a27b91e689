//! Tries the package for 64-bit ARM in an emulated machine: Debian's kernel, systemd, a sound card
//! without a loudspeaker, and GPIO pins simulated by the kernel.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cross::Cross;
use crate::sh::{Result, Sh, cargo};
use crate::{QUESTION, answer, deb};

/// Installs, starts, stops, upgrades and removes the package there, tests the pins of
/// `boards/raspberry-pi`, and checks the spoken answer to a spoken question.
///
/// # Errors
/// If the machine does not start, or something in it is not as expected.
pub fn check(sh: &Sh, cross: &Cross, package: &Path, program: &Path) -> Result<()> {
    sh.step("the tests of boards/raspberry-pi for 64-bit ARM");
    let tests = tests(sh, cross)?;
    sh.step("the package in an emulated machine");
    let out = package.with_extension("machine");
    let script = sh.root().join(deb::PARTS).join("machine.sh");
    let question = sh.root().join(QUESTION);
    sh.run(
        Command::new(script).arg(package).arg(answer::models(sh)?).args([&question, &tests, &out]),
    )?;
    let turns = out.join("turns");
    let turns = fs::read_to_string(&turns).map_err(|e| format!("{}: {e}", turns.display()))?;
    let turn = turns.lines().last().unwrap_or_default();
    let emulated = || {
        let mut command = cross.emulator();
        command.arg(program);
        command
    };
    // Emulation sometimes falls behind, which leaves gaps in the sound: "3:48" becomes "3-4-48".
    answer::hear(sh, &emulated, "What time is it?", turn, &out.join("answer.wav"), 60.0)?;
    Ok(())
}

/// Builds the tests of the pins, and returns their path.
fn tests(sh: &Sh, cross: &Cross) -> Result<PathBuf> {
    let mut build = cargo();
    build.args(["test", "--no-run", "--release", "--package", "sayso-raspberry-pi", "--lib"]);
    build.arg("--message-format=json-render-diagnostics");
    cross.apply(&mut build);
    let told = sh.read(&mut build)?;
    told.lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| "cargo built no tests of sayso-raspberry-pi".into())
}
