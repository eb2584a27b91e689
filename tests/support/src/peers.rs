//! Foreign programs that tests talk with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// One test of a program installs at a time.
static INSTALLS: Mutex<()> = Mutex::new(());

/// A folder with a Python package and what it needs, for `PYTHONPATH`. It is installed at its first
/// use, in the build folder, with the user's own pip.
///
/// # Errors
/// Why it is not available here: the test is to be skipped.
pub fn python_package(name: &str, version: &str) -> Result<PathBuf, String> {
    let peers = build_folder().join("peers");
    let folder = peers.join(format!("{name}-{version}"));
    let _one = INSTALLS.lock().unwrap_or_else(PoisonError::into_inner);
    if folder.is_dir() {
        return Ok(folder);
    }
    fs::create_dir_all(&peers).map_err(|error| format!("{}: {error}", peers.display()))?;
    // Whole or not at all, also if two programs install it at a time.
    let made = peers.join(format!("{name}-{version}.{}", std::process::id()));
    let package = format!("{name}=={version}");
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"]);
    let output = pip.arg(&made).arg(&package).output();
    let output = output.map_err(|error| format!("python3: {error}"))?;
    if !output.status.success() {
        // Whatever is left of it is in the way of nothing.
        let _ = fs::remove_dir_all(&made);
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("failed");
        return Err(format!("pip cannot install {package}: {last}"));
    }
    match fs::rename(&made, &folder) {
        Err(error) if !folder.is_dir() => Err(format!("{}: {error}", folder.display())),
        Err(_) => {
            // Another was quicker.
            let _ = fs::remove_dir_all(&made);
            Ok(folder)
        }
        Ok(()) => Ok(folder),
    }
}

/// A script in `tests/peers`.
pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../peers").join(name)
}

/// The folder in which the running test was built.
fn build_folder() -> PathBuf {
    // TARGET/release/deps/TEST
    let test = std::env::current_exe().unwrap_or_default();
    test.ancestors().nth(3).unwrap_or(Path::new(".")).to_owned()
}
