//! Shared by the end-to-end tests: the program, the recordings, the word error rate.

pub mod live;
pub mod llama_server;
pub mod turns;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sayso_audio_io::{SoundFile, WavWriter};
pub use sayso_test_support::recordings::{further, shipped as recordings};
pub use sayso_test_support::{Recording, channels, peers, skip, wer};

/// A file of `tests/data`.
pub fn data(path: &str) -> PathBuf {
    sayso_test_support::recordings::folder().join(path)
}

/// Writes a recording of `tests/data` to a WAV file: mono, 16 bits, 24 kHz.
///
/// # Panics
/// If the recording cannot be read, or the file cannot be written.
pub fn write_wav(recording: &str, file: &Path) {
    let write = || -> Result<(), sayso_audio_io::Error> {
        let mut sound = SoundFile::open_at(data(recording), 24_000)?;
        let mut wav = WavWriter::create(file, 24_000, 1)?;
        while let Some(block) = sound.next_block()? {
            wav.write(block)?;
        }
        wav.finish()
    };
    if let Err(error) = write() {
        unreachable!("{recording}: {error}");
    }
}

/// The `sayso` program built beside this test, which finds no settings of the user's.
///
/// # Panics
/// If it is not built: `cargo build --release --workspace --bin sayso`.
pub fn sayso() -> Command {
    let test = std::env::current_exe().unwrap_or_default();
    let folder = test.ancestors().nth(2).unwrap_or(Path::new("."));
    let program = folder.join(format!("sayso{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.is_file(),
        "{} is not built: cargo build --release --workspace --bin sayso",
        program.display()
    );
    let mut command = Command::new(program);
    // One thread per engine: two stall when the machine has other work.
    command.args(["--set", "llm.threads=1", "--set", "stt.threads=1"]);
    // Settings of the user who runs the tests must not apply.
    command.env("XDG_CONFIG_HOME", folder.join("no-such-folder")).current_dir(std::env::temp_dir());
    for (name, _) in std::env::vars() {
        if name.starts_with("SAYSO_") && name != "SAYSO_MODELS" {
            command.env_remove(name);
        }
    }
    // Nothing is remembered from one run to the next, and many run at once.
    command.env("SAYSO_STATE", folder.join("no-such-folder")).env("SAYSO_CONTROL", "none");
    // The tests may be run by a service.
    for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] {
        command.env_remove(name);
    }
    command
}

/// Runs it and returns what it printed.
///
/// # Panics
/// If it cannot be started.
pub fn output(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| unreachable!("{command:?}: {error}"))
}

/// Runs it, which must succeed, and parses its lines as JSON.
///
/// # Panics
/// If it fails or prints something else.
pub fn json(command: &mut Command) -> Vec<serde_json::Value> {
    let output = output(command);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{out}\n{err}", output.status);
    out.lines()
        .map(|line| match serde_json::from_str(line) {
            Ok(value) => value,
            Err(error) => unreachable!("not JSON: {error}: {line}"),
        })
        .collect()
}

/// Runs it, which must fail with an error message, and returns that message.
///
/// # Panics
/// If it succeeds, is killed by a signal, or panics.
pub fn failure(command: &mut Command) -> String {
    let output = output(command);
    let err = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{command:?}: {}\n{err}", output.status);
    assert!(err.contains("error: "), "no word of error: {err}");
    assert!(!err.contains("panicked"), "{err}");
    err
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
