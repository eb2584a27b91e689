//! The answers in the data files, and those that the code uses.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::Path;

/// The files in a folder, and in those in it, that end so.
fn files(folder: &str, ending: &str) -> Vec<String> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == ending) {
                files.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    files
}

#[test]
fn every_answer_is_in_the_data_files_and_is_used() {
    let texts = files("languages/en", "ftl").join("\n");
    let ids: BTreeSet<&str> = texts
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(id, _)| id)
        .filter(|id| !id.starts_with([' ', '#', '*', '[']))
        .collect();
    // Without the tests in them.
    let code = |file: &String| {
        file.split_once("\n#[cfg(test)]\nmod ").map_or(file.as_str(), |(code, _)| code).to_owned()
    };
    let code: Vec<String> = files("src", "rs").iter().map(code).collect();
    let sources = code.join("\n").replace("'\"'", "");
    // The literals of the code, with `{}` for what is put in.
    let literals: BTreeSet<&str> = sources.split('"').skip(1).step_by(2).collect();
    let composed =
        ["help-", "orders-", "weekday-", "month-", "every-", "list-", "color-", "state-", "part-"];
    let used = |id: &&&str| {
        literals.contains(**id)
            || composed.iter().any(|start| id.starts_with(start))
            || id.strip_suffix("-ask").is_some_and(|id| literals.contains(id))
    };
    let unused: Vec<_> = ids.iter().filter(|id| !used(id)).collect();
    assert!(unused.is_empty(), "no code uses {unused:?}");
    // An id of two words or more is nothing else.
    let is_id = |literal: &&&str| {
        literal.contains('-')
            && literal.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            && !literal.starts_with('-')
            && !literal.ends_with('-')
    };
    let missing: Vec<_> = literals.iter().filter(is_id).filter(|id| !ids.contains(**id)).collect();
    assert!(missing.is_empty(), "no file has {missing:?}");
}
