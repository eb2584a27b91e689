//! whisper.cpp and llama.cpp share one ggml in one program.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The `ggml_` functions and data that a program or an archive defines, and how often. Weak and
/// local symbols (templates, statics) may be in several objects.
fn ggml_symbols(file: &Path) -> BTreeMap<String, usize> {
    let output = Command::new("nm").arg("--defined-only").arg(file).output();
    let output = output.expect("nm, from binutils");
    assert!(output.status.success(), "{}", file.display());
    let mut defined = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let mut fields = line.split_whitespace().skip(1);
        let (kind, name) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
        if matches!(kind, "T" | "D" | "B" | "R") && name.starts_with("ggml_") {
            *defined.entry(name.to_owned()).or_default() += 1;
        }
    }
    defined
}

fn archives(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            archives(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "a") {
            found.push(path);
        }
    }
}

#[test]
fn every_ggml_symbol_is_defined_once() {
    let defined = ggml_symbols(Path::new(sayso_tests::sayso().get_program()));
    assert!(defined.len() > 500, "only {} ggml symbols: is the program stripped?", defined.len());
    for name in ["ggml_init", "ggml_backend_cpu_init", "ggml_graph_compute"] {
        assert_eq!(defined.get(name), Some(&1), "{name}");
    }
    let twice: Vec<_> = defined.iter().filter(|(_, count)| **count != 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

/// A linker that finds a symbol in two archives silently takes the first, and the program then
/// contains it once. So it is not enough to look at the program: the archives must contain no ggml
/// except the shared one.
#[test]
fn neither_crate_links_its_own_ggml() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.native/ggml/lib");
    let program = sayso_tests::sayso();
    let built = Path::new(program.get_program()).with_file_name("build");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&built).expect("what was built") {
        let folder = entry.expect("an entry").path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let ours = name.starts_with("whisper-rs-sys-") || name.starts_with("llama-cpp-sys-2-");
        if ours && folder.join("out").is_dir() {
            archives(&folder.join("out"), &mut found);
        }
    }
    for name in ["libwhisper.a", "libllama.a"] {
        assert!(found.iter().any(|file| file.ends_with(name)), "no {name} in {}", built.display());
    }
    for file in &found {
        if ggml_symbols(file).is_empty() {
            continue;
        }
        let same = shared.join(file.file_name().expect("a name"));
        let same =
            std::fs::read(&same).is_ok_and(|ours| ours == std::fs::read(file).expect("read"));
        assert!(same, "{} holds a ggml that is not the shared one", file.display());
    }
}
