//! Checks that words that are spoken or matched stand only in this crate. In the sources of the
//! other crates of the assistant:
//!
//! 1. No string literal is a phrase of two or more words that English holds.
//! 2. No list of string literals has four or more words that are all held by English.
//! 3. A source that handles such text (a transcript, a reply, a text to be spoken) has no string
//!    literal with letters, except in what is logged or shown. So it can neither say nor recognise
//!    a word. Each source that names a type of such text is in [`HANDLING`], or in [`OTHERS`] with
//!    the reason why it may have other literals.
//! 4. In the sources of the skills, whose words are in data files, a string literal is a name that
//!    the data files of English define, or it is shown (`sources/skills.rs`).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "sources/rust.rs"]
mod rust;
#[path = "sources/skills.rs"]
mod skills;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rust::{Literal, literals, names};
use sayso_language::Language;

/// The folders whose sources are the assistant.
const FOLDERS: [&str; 5] =
    ["core", "models", "firmware/assistant", "firmware/cli", "firmware/skills"];

/// Types of text that is heard or spoken, and this crate.
const TYPES: [&str; 6] =
    ["Transcript", "Clause", "Announcement", "Speak", "Reply", "sayso_language"];

/// Functions and macros whose text is logged or shown, and never spoken; attributes.
const MESSAGES: [&str; 9] = [
    "#",
    "log::error!",
    "log::warn!",
    "log::info!",
    "log::debug!",
    "Error::new",
    "Error::input",
    "files::damaged",
    "self.trouble",
];

/// Sources that handle such text, and literals in them that are neither spoken nor matched.
const HANDLING: &[(&str, &[&str])] = &[
    ("firmware/assistant/src/announcements.rs", &[]),
    // The name of its board.
    ("firmware/assistant/src/chat.rs", &["chat"]),
    ("firmware/assistant/src/claims.rs", &[]),
    ("firmware/assistant/src/clauses.rs", &[]),
    ("firmware/assistant/src/conversation.rs", &[", and it has forgotten the conversation before"]),
    ("firmware/assistant/src/conversation/announcing.rs", &[]),
    ("firmware/assistant/src/commands.rs", &[]),
    ("firmware/assistant/src/conversation/commands.rs", &[]),
    ("firmware/assistant/src/conversation/current.rs", &[]),
    ("firmware/assistant/src/conversation/devices.rs", &[]),
    ("firmware/assistant/src/conversation/errands.rs", &[]),
    ("firmware/assistant/src/conversation/listening.rs", &[]),
    ("firmware/assistant/src/conversation/waking.rs", &[]),
    ("firmware/assistant/src/conversation/reports.rs", &[]),
    ("firmware/assistant/src/partial.rs", &[]),
    ("firmware/assistant/src/event.rs", &[]),
    ("firmware/assistant/src/responder.rs", &[]),
    ("firmware/assistant/src/outcome.rs", &[]),
    ("firmware/assistant/src/hangover.rs", &[]),
    ("firmware/assistant/src/playback/mod.rs", &[]),
    ("firmware/assistant/src/playback/speech.rs", &[]),
    ("firmware/assistant/src/transcriber.rs", &[]),
    ("firmware/assistant/src/synthesizer.rs", &[]),
    ("firmware/assistant/src/workers.rs", &[]),
    ("models/src/llm/config.rs", &[]),
    ("models/src/llm/doubt.rs", &[]),
    ("models/src/llm/guard.rs", &[]),
    // The roles of a chat template, and a message whose tokens are counted.
    ("models/src/llm/llama.rs", &["system", "user", "assistant", "a"]),
    ("models/src/llm/mod.rs", &[]),
    ("models/src/llm/sample.rs", &[]),
    ("models/src/llm/utf8.rs", &[]),
    ("models/src/llm/writing.rs", &[]),
    ("models/src/stt/mod.rs", &[]),
    ("models/src/stt/whisper/guard.rs", &[]),
    (
        "models/src/stt/whisper/mod.rs",
        &[
            "en",
            "Whisper knows no language {code:?}: use an ISO 639-1 code",
            "this model understands only English: use a multilingual one for {code:?}",
        ],
    ),
    // Codes of languages without spaces.
    ("models/src/stt/whisper/words.rs", &["zh", "yue", "ja", "th", "lo", "my", "km", "bo"]),
    ("models/src/tts/hibari/mod.rs", &["vocab.json", "hibari.onnx"]),
    ("models/src/tts/mod.rs", &[]),
];

/// Sources that name a type of text and have literals of another kind.
const OTHERS: &[(&str, &str)] = &[
    ("firmware/assistant/src/config.rs", "names of settings"),
    ("firmware/assistant/src/config/check.rs", "says what is wrong with settings"),
    ("firmware/assistant/src/control.rs", "shows an error"),
    ("firmware/assistant/src/control/hub.rs", "answers programs"),
    ("firmware/assistant/src/control/operation.rs", "answers programs"),
    ("firmware/assistant/src/engines/weights.rs", "names of files"),
    ("firmware/assistant/src/facts.rs", "names of models"),
    ("firmware/assistant/src/lost.rs", "shows an error"),
    ("firmware/assistant/src/vocabulary.rs", "says what is wrong with a file"),
    ("firmware/cli/src/ask.rs", "shows a conversation"),
    ("firmware/cli/src/chat.rs", "shows a conversation"),
    ("firmware/cli/src/run/screen.rs", "shows a conversation"),
    ("firmware/cli/src/run/tui/model.rs", "shows a conversation"),
    ("firmware/cli/src/say.rs", "shows errors and help"),
    ("firmware/cli/src/transcribe.rs", "shows errors and help"),
    ("firmware/cli/src/wake/add.rs", "shows errors and help"),
    ("firmware/assistant/src/stats.rs", "counts words"),
    ("models/src/llm/remote/mod.rs", "shows errors"),
    ("models/src/llm/remote/server.rs", "the fields of an interface, and its errors"),
    ("models/src/tts/hibari/phonemes.rs", "the sounds of this voice, which speaks English"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The sources in a folder of the workspace, with their paths from its root.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                let tests = ["tests", "benches", "examples", "fuzz", "target"];
                if !tests.contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|e| e == "rs")
                && name != "tests"
                && !name.ends_with("_tests")
                && !name.ends_with("_properties")
            {
                let text = std::fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}

/// All sources of the assistant except this crate's.
fn others() -> Vec<(String, String)> {
    let all = FOLDERS.into_iter().flat_map(sources);
    all.filter(|(path, _)| !path.starts_with("core/language/")).collect()
}

/// The words of a literal, in lower case.
fn words(text: &str) -> Vec<String> {
    let text = text.replace("\\n", " ").to_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'');
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// What English holds, each as its words.
fn held() -> BTreeSet<Vec<String>> {
    let sources = sources("core/language/src/en");
    let literals = sources.iter().flat_map(|(_, text)| literals(text));
    let mut held: BTreeSet<_> = literals.map(|literal| words(&literal.text)).collect();
    let prompts = Language::english().prompts();
    for prompt in [prompts.standard, prompts.small] {
        held.extend(prompt.system.lines().map(words));
        let examples = prompt.examples().into_iter();
        held.extend(examples.flat_map(|(user, assistant)| [words(user), words(assistant)]));
    }
    held
}

/// The literals of a source that repeat phrases or lists of words that English holds.
fn copies(source: &str, held: &BTreeSet<Vec<String>>) -> Vec<String> {
    let literals = literals(source);
    let word = |literal: &&Literal| {
        let words = words(&literal.text);
        words.len() == 1 && held.contains(&words)
    };
    let listed = |literal: &Literal| {
        let list = || literals.iter().filter(|other| other.list == literal.list);
        literal.list.is_some() && list().count() >= 4 && list().all(|other| word(&other))
    };
    let copied = literals.iter().filter(|literal| {
        let words = words(&literal.text);
        // The name of a model has no space in it.
        let phrase = words.len() >= 2 && literal.text.trim().contains(' ');
        phrase && held.contains(&words) || listed(literal)
    });
    copied.map(named).collect()
}

/// The literals, in a source that handles such text, that may be spoken or matched.
fn spoken(source: &str, allowed: &[&str]) -> Vec<String> {
    let silent = |literal: &Literal| {
        let mut letters = literal.text.replace("\\n", " ");
        // Placeholders in braces.
        while let Some((from, to)) = letters.find('{').zip(letters.find('}')) {
            letters.replace_range(from..=to.max(from), "");
        }
        let shown = |called: &String| {
            let called = called.strip_prefix("crate::").unwrap_or(called);
            MESSAGES.contains(&called)
        };
        !letters.chars().any(char::is_alphabetic)
            || literal.within.iter().any(shown)
            // The name of a worker.
            || literal.constant.as_deref() == Some("NAME")
            || allowed.contains(&literal.text.as_str())
    };
    literals(source).iter().filter(|literal| !silent(literal)).map(named).collect()
}

fn named(literal: &Literal) -> String {
    format!("line {}: {:?}", literal.line, literal.text)
}

#[test]
fn no_source_repeats_what_english_holds() {
    let held = held();
    assert!(held.len() > 1_000, "{}", held.len());
    let found = others().into_iter().flat_map(|(path, text)| {
        copies(&text, &held).into_iter().map(move |copy| format!("{path}, {copy}"))
    });
    let found: Vec<String> = found.collect();
    assert!(found.is_empty(), "these belong into core/language:\n{}", found.join("\n"));
}

#[test]
fn sources_that_handle_spoken_text_have_no_words_of_their_own() {
    let mut found = Vec::new();
    let mut left: BTreeSet<&str> = HANDLING.iter().map(|(path, _)| *path).collect();
    left.extend(OTHERS.iter().map(|(path, _)| *path));
    for (path, text) in others() {
        let handling = HANDLING.iter().find(|(handling, _)| *handling == path);
        if let Some((_, allowed)) = handling {
            found.extend(spoken(&text, allowed).iter().map(|what| format!("{path}, {what}")));
        }
        let names = names(&text);
        if !left.remove(path.as_str()) && TYPES.iter().any(|name| names.contains(*name)) {
            found.push(format!("{path} is in no list of this test"));
        }
    }
    found.extend(left.iter().map(|path| format!("there is no {path}")));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// A source with a forbidden word or two in each function.
const BAD: &str = r##"
const STOPS: [&str; 4] = ["please", "okay", "stop", "cancel"];
fn stops(text: &str) -> bool { text.trim() == "halt" }
fn asks(text: &str) -> bool { matches!(text, "why" | "how") }
fn greets() -> String { format!("Good morning, {}.", r#"Ann"#) }
fn thanks() -> &'static str { "Thank you." }
"##;

/// A source with no forbidden word.
const GOOD: &str = r##"
/// Says "stop".
#[cfg(feature = "models")]
impl Worker for Responder {
    const NAME: &'static str = "responder";
    fn run(&self, c: char) -> Result<String, Error> {
        log::debug!("stop {}", self.why());
        let quote = ['"', '\'', 'a']; // "never mind"
        let text = format!("{heard}… {}\n", "?");
        Err(Error::new(ErrorKind::Engine, format!("no answer to {text:?}")))
    }
}
#[cfg(test)]
mod tests {
    #[test]
    fn stops() { assert!(is_stop("Thank you.")); }
}
"##;

#[test]
fn misplaced_words_are_found() {
    let lines = |found: Vec<String>| -> Vec<String> {
        found.iter().filter_map(|found| found.split(':').next().map(str::to_owned)).collect()
    };
    let held = held();
    let copied = ["line 2", "line 2", "line 2", "line 2", "line 5", "line 6"];
    assert_eq!(lines(copies(BAD, &held)), copied);
    let all = [&copied[..4], &["line 3", "line 4", "line 4", "line 5", "line 5", "line 6"]];
    assert_eq!(lines(spoken(BAD, &[])), all.concat());
    assert_eq!(spoken(BAD, &["halt"]).len(), all.concat().len() - 1);

    assert_eq!(copies(GOOD, &held), [""; 0]);
    assert_eq!(spoken(GOOD, &[]), [""; 0]);
    let after = "#[test]\nfn a() { b(\"in a test\") }\nfn c() { d(\"after it\") }";
    assert_eq!(spoken(after, &[]), ["line 3: \"after it\""]);
}
