//! The skills' words are in data files. So a string literal in their sources is a name that the
//! data files of English define (of an intent, a slot, its value, an answer), one of [`OTHERS`],
//! or it is in what is shown.

use std::collections::BTreeSet;

use crate::rust::{Literal, literals};
use crate::{named, root, sources};

/// Literals in the skills that are names of something else than data files define.
const OTHERS: &[&str] = &[
    // Intents and slots of Home Assistant, for its sentences.
    "HassShoppingListAddItem",
    "HassShoppingListCompleteItem",
    "HassListCompleteItem",
    "floor",
    // Slots that a skill fills itself, and the beginning of `start_hours` and the like.
    "id",
    "written",
    "start_",
    // What a command waits for.
    "confirm",
    // Kinds of devices in Home Assistant.
    "climate",
    "awning",
    "media_player",
    "scene",
    "script",
    "sensor",
    "binary_sensor",
    // A part of an error of fend-core.
    "by zero",
    // Folders of data files, and languages that have a stemmer.
    "en",
    "de",
    "es",
    "fr",
    "it",
    // Slots of music.
    "search_query",
    "artist",
    "music",
    // Endings of documents.
    "md",
    "markdown",
    "txt",
    // What a log calls a command of the user's.
    "commands.{}: {error}",
    "tools.{}: {error}",
    // A fraction, and what fend-core converts.
    "0.{decimals}",
    "{from} to {}",
];

/// The names that the skills' data files of English define: no words that are said.
fn defined() -> BTreeSet<String> {
    let folder = root().join("firmware/skills/languages/en");
    let mut names = BTreeSet::new();
    let mut add = |name: &str| {
        names.insert(name.trim().trim_matches(['"', '$', '@']).to_owned());
    };
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        add(path.file_stem().unwrap().to_str().unwrap());
        let answers = path.extension().is_some_and(|e| e == "ftl");
        let table = path.extension().is_some_and(|e| e == "tsv");
        let (open, close) = if answers { ('[', ']') } else { ('{', '}') };
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if table {
                // The words come after the kind and what it is.
                line.split('\t').take(2).for_each(&mut add);
                continue;
            }
            let key = line.split_once(if answers { " = " } else { ":" });
            if let Some((key, _)) = key.filter(|(key, _)| !key.contains(['{', '(', '|'])) {
                add(key.trim_start_matches([' ', '-']));
            }
            for inner in line.split(open).skip(1).filter_map(|rest| rest.split(close).next()) {
                for part in inner.split(',') {
                    match part.split_once(':') {
                        Some((key, _)) if key.trim() == "in" => {}
                        Some((list, slot)) => [list, slot].into_iter().for_each(&mut add),
                        None => add(part),
                    }
                }
            }
            let variables = line.split('$').skip(1).filter_map(|rest| rest.split(' ').next());
            variables.for_each(&mut add);
        }
    }
    names
}

/// The literals in a source of a skill that are neither names nor shown.
fn unnamed(source: &str, defined: &BTreeSet<String>) -> Vec<String> {
    let known = |literal: &Literal| {
        let text = literal.text.as_str();
        let shown = |called: &String| {
            let errors = [
                "Error::",
                "Failure",
                "write!",
                "include_str!",
                "concat!",
                "debug_struct",
                "field",
            ];
            called == "#" || errors.iter().any(|error| called.contains(error))
        };
        // An id that is put together begins or ends like others.
        let part = match (text.find('{'), text.rfind('}')) {
            (Some(0), Some(to)) => &text[to + 1..],
            (Some(from), _) => &text[..from],
            _ => text,
        };
        let composed = part.len() < text.len()
            && !part.contains(' ')
            && defined.iter().any(|name| name.starts_with(part) || name.ends_with(part));
        !part.chars().any(char::is_alphabetic)
            || composed
            || defined.contains(text)
            || OTHERS.contains(&text)
            // A file.
            || text.contains('/') && !text.contains(' ')
            || literal.within.iter().any(shown)
    };
    literals(source).iter().filter(|literal| !known(literal)).map(named).collect()
}

#[test]
fn skills_have_names_and_no_words() {
    let defined = defined();
    assert!(defined.len() > 300, "{}", defined.len());
    for word in ["please", "turn", "yes", "wake", "what"] {
        assert!(!defined.contains(word), "{word}");
    }
    let skills = sources("firmware/skills/src");
    assert!(skills.len() > 20, "{}", skills.len());
    let found = skills.iter().flat_map(|(path, text)| {
        unnamed(text, &defined).into_iter().map(move |what| format!("{path}, {what}"))
    });
    let found: Vec<String> = found.collect();
    assert!(found.is_empty(), "these belong into firmware/skills/languages:\n{}", found.join("\n"));

    let lines = |source: &str| unnamed(source, &defined).len();
    assert_eq!(lines(r#"fn f() { if text == "please" { texts.get("time-is") } }"#), 1);
    assert_eq!(lines(r#"fn f() { Said::text(format!("The lamp is {state}")) }"#), 1);
    assert_eq!(lines(r#"fn f() { texts.get(&format!("state-{state}"), slots["hour"]) }"#), 0);
}
