//! Whether a program of the user's can be started, without starting it.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::PATH;

/// How much of a file is looked at. Linux looks at as much for the interpreter of a script.
const BEGINNING: u64 = 256;
/// The program that looks for an interpreter by its name.
const ENV: &str = "env";

/// Why a program cannot be started, and what to do; `None` if nothing is known to be wrong.
pub fn fault(program: &Path) -> Option<String> {
    executable(program).err().or_else(|| script(program).err())
}

/// Checks that there is a file that this user may execute.
fn executable(program: &Path) -> Result<(), String> {
    let shown = program.display();
    if program.as_os_str().as_encoded_bytes().contains(&0) {
        return Err(format!("the program {program:?} has a NUL byte in its path"));
    }
    let about = fs::metadata(program).map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!("there is no program {shown}"),
        _ => format!("{shown}: {error}"),
    })?;
    if !about.is_file() {
        return Err(format!("{shown} is no file, so it cannot be started"));
    }
    access(program, Access::EXEC_OK)
        .map_err(|_| format!("{shown} may not be executed: `chmod +x {shown}`"))
}

/// Checks that a script has an interpreter. Of another file nothing can be said.
fn script(program: &Path) -> Result<(), String> {
    let shown = program.display();
    let mut beginning = Vec::new();
    let read =
        File::open(program).and_then(|file| file.take(BEGINNING).read_to_end(&mut beginning));
    if read.is_err() {
        // One may execute what one may not read.
        return Ok(());
    }
    let Some(line) = beginning.strip_prefix(b"#!") else {
        let is_text = beginning.iter().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | 32..));
        return match is_text {
            true => Err(format!(
                "{shown} is a script without an interpreter: let its first line name one, as in \
                 #!/bin/sh"
            )),
            false => Ok(()),
        };
    };
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    if line.ends_with('\r') {
        return Err(format!(
            "the lines of {shown} end as on Windows, so its interpreter is not found: `sed -i \
             's/\\r$//' {shown}`"
        ));
    }
    let mut words = line.split_whitespace();
    let interpreter = words.next().unwrap_or_default();
    let named = |why: String| format!("{shown}: {why}: correct its first line");
    executable(Path::new(interpreter))
        .map_err(|_| named(format!("its interpreter {interpreter:?} cannot be started")))?;
    if Path::new(interpreter).file_name().is_none_or(|name| name != ENV) {
        return Ok(());
    }
    let name = words.find(|word| !word.starts_with('-') && !word.contains('=')).unwrap_or_default();
    let mut places = PATH.split(':').map(|folder| PathBuf::from(folder).join(name));
    match places.any(|place| executable(&place).is_ok()) {
        true => Ok(()),
        false => Err(named(format!("its interpreter {name:?} is in none of the folders {PATH}"))),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_cannot_be_started_is_named() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("program");
        let with = |text: &[u8], mode: u32| {
            fs::write(&path, text).expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("mode");
            fault(&path)
        };
        let good: [&[u8]; 4] = [
            b"#!/bin/sh\nexit 0\n",
            b"#! /usr/bin/env -S sh -e\n",
            b"\x7fELF\x02\x01\x01\0",
            b"#!/usr/bin/env LANG=C sh",
        ];
        for text in good {
            assert_eq!(with(text, 0o755), None, "{:?}", String::from_utf8_lossy(text));
        }
        let bad: [(&[u8], u32, &str); 7] = [
            (b"#!/bin/sh\n", 0o644, "chmod +x"),
            (b"exit 0\n", 0o755, "without an interpreter"),
            (b"", 0o755, "without an interpreter"),
            (b"#!/no/such/python3\n", 0o755, "\"/no/such/python3\" cannot be started"),
            (b"#!/usr/bin/env no-such-python\n", 0o755, "\"no-such-python\" is in none"),
            (b"#!/bin/sh\r\nexit 0\r\n", 0o755, "end as on Windows"),
            (b"#!\n", 0o755, "\"\" cannot be started"),
        ];
        for (text, mode, due) in bad {
            let why = with(text, mode).expect("a fault");
            assert!(why.contains(due), "{:?}: {why}", String::from_utf8_lossy(text));
        }
        let none = folder.path().join("none");
        assert_eq!(fault(&none), Some(format!("there is no program {}", none.display())));
        assert!(fault(folder.path()).expect("a fault").contains("is no file"));
        assert!(fault(Path::new("/bin/\0sh")).expect("a fault").contains("NUL byte"));
        assert_eq!(fault(&std::env::current_exe().expect("this program")), None);
    }
}
