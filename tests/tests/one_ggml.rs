//! whisper.cpp and llama.cpp share one ggml in one program.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::process::Command;

#[test]
fn every_ggml_symbol_is_defined_once() {
    let program = sayso_tests::sayso();
    let output = Command::new("nm").arg("--defined-only").arg(program.get_program()).output();
    let output = output.expect("nm, from binutils");
    assert!(output.status.success());
    let mut defined: BTreeMap<String, usize> = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let mut fields = line.split_whitespace().skip(1);
        let (kind, name) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
        // Weak and local symbols (templates, statics) may stand in several objects.
        if matches!(kind, "T" | "D" | "B" | "R") && name.starts_with("ggml_") {
            *defined.entry(name.into()).or_default() += 1;
        }
    }
    assert!(defined.len() > 500, "only {} ggml symbols: is the program stripped?", defined.len());
    for name in ["ggml_init", "ggml_backend_cpu_init", "ggml_graph_compute"] {
        assert_eq!(defined.get(name), Some(&1), "{name}");
    }
    let twice: Vec<_> = defined.iter().filter(|(_, count)| **count != 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}
