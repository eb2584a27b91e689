//! The user's own files of sentences.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use sayso_intents::{Context, Folder, Grammar, Home, Source};

fn errors(text: &str) -> Vec<String> {
    let source = match Source::read("mine.yaml", text, true) {
        Ok(source) => source,
        Err(error) => return vec![error.to_string()],
    };
    let errors = Grammar::compile("en", &[source]).expect_err("it is wrong");
    errors.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn says(text: &str, place: &str, reason: &str) {
    let errors = errors(text);
    let found =
        errors.iter().any(|e| e.starts_with(&format!("mine.yaml:{place}")) && e.contains(reason));
    assert!(found, "{place} {reason}: {errors:#?}");
}

#[test]
fn errors_have_a_file_a_line_and_a_reason() {
    let block = |inner: &str| format!("intents:\n  A:\n    data:\n      - {inner}\n");
    says(&block("sentences: ['turn (on|off']"), "4:27:", "not closed");
    says(&block("sentences: [turn <on>]"), "4:21:", "no rule <on>");
    says(&block("sentences: ['{thing}']"), "4:", "no list {thing}");
    says(&block("sentense: [a]"), "4:", "unknown key `sentense`");
    says(&block("sentences: ['']"), "4:", "empty");
    says(&block("sentences: turn on"), "4:", "`sentences` must be a list");
    says("intents: [a]\n", "1:", "`intents` must be a map");
    says("lists:\n  a: {values: b}\n", "2:", "`values` must be a list");
    says("intents:\n  A: {}\n", "2:", "no `data`");
    says("lists:\n  a: {range: {from: 5, to: 1}}\n", "2:", "after its end");
    says("lists:\n  a: {}\n", "2:", "no values, range or wildcard");
    says("expansion_rules:\n  a: x <b>\n  b: y <a>\n", "2:", "uses itself");
    says("expansion_rules:\n  a: x (\n", "2:8:", "not closed");
    says("intents: [\n", "2:", "");
    says("- a\n", "1:", "must be a map");
    // Places in JSON are found too.
    says(
        "{\n\"intents\": {\"A\": {\"data\": [\n{\"sentences\": [\"a (\"]}]}}}",
        "3:",
        "not closed",
    );
    // All errors are reported, not only the first one.
    assert_eq!(errors(&block("sentences: ['(', '[', '<a>']")).len(), 3);
}

#[test]
fn a_folder_is_read_again_when_it_changes() {
    let base = "intents: {Base: {data: [{sentences: [good night, turn on {name}]}]}}";
    let base =
        Source::read("base.yaml", &base.replace("turn on {name}", "'turn on {name}'"), false);
    let folder = tempfile::tempdir().unwrap();
    let mut sentences = Folder::open("en", vec![base.unwrap()], folder.path()).unwrap();
    let intent = |sentences: &Folder, text: &str| {
        let found = sentences.grammar().parse(&Home::default(), &Context::default(), text);
        found.map(|found| found.intent.to_string())
    };
    assert_eq!(intent(&sentences, "Good night!").as_deref(), Some("Base"));
    assert_eq!(sentences.refresh(), None);

    let file = folder.path().join("mine.yaml");
    std::fs::write(&file, "intents: {Mine: {data: [{sentences: [good night, film time]}]}}")
        .unwrap();
    assert_eq!(sentences.refresh(), Some(Vec::new()));
    // The user's own sentences take precedence.
    assert_eq!(intent(&sentences, "good night").as_deref(), Some("Mine"));
    assert_eq!(intent(&sentences, "film time").as_deref(), Some("Mine"));

    // An error is reported once and changes nothing.
    std::fs::write(&file, "intents: {Mine: {data: [{sentences: ['good (night']}]}}").unwrap();
    let errors = sentences.refresh().unwrap();
    assert!(errors[0].to_string().contains("mine.yaml:1:"), "{errors:?}");
    assert_eq!(sentences.refresh(), None);
    assert_eq!(intent(&sentences, "film time").as_deref(), Some("Mine"));

    std::fs::remove_file(&file).unwrap();
    assert_eq!(sentences.refresh(), Some(Vec::new()));
    assert_eq!(intent(&sentences, "good night").as_deref(), Some("Base"));
    assert_eq!(intent(&sentences, "film time"), None);
}

#[test]
fn files_with_errors_are_left_out_and_the_others_are_used() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("a.yaml", "intents: {A: {data: [{sentences: [film time]}]}}");
    write("b.yaml", "intents: {B: {data: [{sentences: ['good (night']}]}}");
    write("c.yaml", "intents: [\n");
    write("d.yaml", "intents: {D: {data: [{sentences: [<e>]}]}}");
    write("e.yaml", "expansion_rules: {e: dinner time}\nintents: {E: [}");
    let (sentences, errors) = Folder::open_good("en", Vec::new(), folder.path()).unwrap();
    let files = ["b.yaml:1:", "c.yaml:", "d.yaml:1:", "e.yaml:2:"];
    for file in files {
        assert!(errors.iter().any(|e| e.to_string().contains(file)), "{file}: {errors:?}");
    }
    assert_eq!(sentences.grammar().own_intents().into_iter().collect::<Vec<_>>(), ["A"]);

    let broken = Source::read("base.yaml", "intents: {A: {data: [{sentences: [<e>]}]}}", false);
    let base = vec![broken.unwrap()];
    let errors = Folder::open_good("en", base, folder.path()).unwrap_err();
    assert!(errors.iter().all(|e| e.file == "base.yaml"), "{errors:?}");
}

#[test]
fn an_error_in_one_file_does_not_keep_the_others_old() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let one = |intent: &str, sentence: &str| {
        format!("intents: {{{intent}: {{data: [{{sentences: ['{sentence}']}}]}}}}")
    };
    write("a.yaml", &one("A", "film time"));
    write("b.yaml", &one("B", "dinner <time>"));
    write("rules.yaml", "expansion_rules: {time: time}");
    let mut sentences = Folder::open("en", Vec::new(), folder.path()).unwrap();
    let has = |sentences: &Folder, text: &str| {
        sentences.grammar().parse(&Home::default(), &Context::default(), text).is_some()
    };
    assert!(has(&sentences, "film time") && has(&sentences, "dinner time"));

    // Its old version stays, and what is new in another is used.
    write("a.yaml", &one("A", "film (time|night"));
    write("c.yaml", &one("C", "good morning"));
    let errors = sentences.refresh().unwrap();
    assert!(errors.len() == 1 && errors[0].to_string().contains("a.yaml:1:"), "{errors:?}");
    assert!(has(&sentences, "film time") && has(&sentences, "good morning"));

    // The error is only found when all are compiled.
    write("a.yaml", &one("A", "film <night> and more"));
    let errors = sentences.refresh().unwrap();
    assert!(errors.len() == 1 && errors[0].to_string().contains("no rule <night>"), "{errors:?}");
    assert!(has(&sentences, "film time") && !has(&sentences, "film night and more"));

    // A file that needs another one is named with it, and is back when that is well.
    std::fs::remove_file(folder.path().join("rules.yaml")).unwrap();
    let errors = sentences.refresh().unwrap();
    assert!(errors.iter().any(|error| error.to_string().contains("b.yaml:1:")), "{errors:?}");
    assert!(!has(&sentences, "dinner time") && has(&sentences, "good morning"));
    write("rules.yaml", "expansion_rules: {time: time, night: night}");
    assert_eq!(sentences.refresh(), Some(Vec::new()));
    assert!(has(&sentences, "dinner time") && has(&sentences, "film night and more"));
}

#[test]
fn the_slots_of_an_intent_are_known() {
    let text = "lists: {what: {wildcard: true}, n: {range: {from: 1, to: 9}}}\n\
                expansion_rules: {many: '[{n:count}] times'}\n\
                intents: {A: {data: [{sentences: ['note {what:text} [<many>]']}, \
                {sentences: [bell], slots: {kind: loud}}]}, B: {data: [{sentences: ['say {what}']}]}}";
    let source = Source::read("mine.yaml", text, true).unwrap();
    let grammar = Grammar::compile("en", &[source]).unwrap();
    let slots = |intent| grammar.slots_of(intent).into_iter().collect::<Vec<_>>();
    assert_eq!(slots("A"), ["count", "kind", "text"]);
    assert_eq!(slots("B"), ["what"]);
    assert_eq!(slots("C"), Vec::<&str>::new());
}

#[test]
fn what_the_user_defines_does_not_change_other_sentences() {
    let base = "lists: {minutes: {range: {from: 1, to: 90}}}\nexpansion_rules: {set: (set|start)}\n\
                intents: {Timer: {data: [{sentences: ['<set> {minutes} minutes']}]}}";
    let own = "lists: {minutes: {values: [few]}}\nexpansion_rules: {set: give}\n\
               intents: {Own: {data: [{sentences: ['<set> {minutes} of them']}]}}";
    let sources = [Source::read("base.yaml", base, false), Source::read("own.yaml", own, true)];
    let grammar = Grammar::compile("en", &sources.map(Result::unwrap)).unwrap();
    let intent = |text: &str| {
        let found = grammar.parse(&Home::default(), &Context::default(), text);
        found.filter(|found| found.score == 1.0).map(|found| found.intent.to_string())
    };
    assert_eq!(intent("set 20 minutes").as_deref(), Some("Timer"));
    assert_eq!(intent("give few of them").as_deref(), Some("Own"));
    assert_eq!(intent("give 20 minutes"), None);
    assert_eq!(grammar.own_intents().into_iter().collect::<Vec<_>>(), ["Own"]);
}
