//! Properties of all sentences and templates.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::sync::LazyLock;

use proptest::prelude::*;
use sayso_intents::{Context, Grammar, Home, Source, Walk};
use support::{Cases, data, grammar};

struct Both {
    grammar: Grammar,
    home: Home,
}

fn open(language: &str) -> Both {
    let cases = Cases::open(&data(&format!("cases.{language}.json")));
    let grammar = grammar(&data(&format!("sentences.{language}.json")));
    let home = cases.homes.into_iter().max_by_key(Home::len).unwrap();
    Both { grammar, home }
}

static ENGLISH: LazyLock<Both> = LazyLock::new(|| open("en"));
static GERMAN: LazyLock<Both> = LazyLock::new(|| open("de"));

/// Checks that a sentence of a template has its intent and its slots.
fn parses_back(both: &Both, template: usize, choices: &[usize]) -> Result<(), TestCaseError> {
    let Both { grammar, home } = both;
    let mut choices = choices.iter().copied().cycle();
    let mut choose = |ways: usize| choices.next().unwrap_or(0) % ways.max(1);
    let Some(sample) = grammar.sample(template % grammar.len(), home, &mut choose) else {
        return Ok(());
    };
    // A word without a meaning is not taken for a zone or a command.
    let nonsense = sample.slots.iter().any(|(slot, value)| {
        let free = ["xylophon", "quokka xerxes", "zyzzyva"].map(serde_json::Value::from);
        ["state", "conversation_command"].contains(&slot.as_str()) && free.contains(value)
    });
    if nonsense || sample.sentence.is_empty() {
        return Ok(());
    }
    let found = grammar.exact_matches(home, &Context::default(), &sample.sentence);
    let right = found.iter().any(|found| {
        found.intent == sample.intent
            && sample.slots.iter().all(|(slot, value)| found.slots.get(slot) == Some(value))
    });
    prop_assert!(right, "{sample:?} is {found:#?}");
    Ok(())
}

/// Checks that a sentence of a template without wildcards can be walked to its end, but not on.
fn is_walked(both: &Both, template: usize, choices: &[usize]) -> Result<(), TestCaseError> {
    let Both { grammar, home } = both;
    let mut choices = choices.iter().copied().cycle();
    let mut choose = |ways: usize| choices.next().unwrap_or(0) % ways.max(1);
    let Some(sample) = grammar.sample(template % grammar.len(), home, &mut choose) else {
        return Ok(());
    };
    let wild = ["xylophon", "quokka", "zyzzyva"].iter().any(|word| sample.sentence.contains(word));
    // Numbers below zero are walked in words only.
    if wild || sample.sentence.contains("-") {
        return Ok(());
    }
    let mut walk = grammar.walk(home);
    let mut at = Some(Walk::START);
    for word in sample.sentence.split_inclusive(' ') {
        at = at.and_then(|at| walk.step(at, word));
    }
    prop_assert!(at.is_some_and(|at| walk.may_end(at)), "{sample:?}");
    prop_assert!(at.and_then(|at| walk.step(at, " xylophon")).is_none(), "{sample:?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn english_sentences_of_templates_are_walked(
        template in any::<usize>(),
        choices in prop::collection::vec(any::<usize>(), 24),
    ) {
        is_walked(&ENGLISH, template, &choices)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn english_sentences_of_templates_parse_back(
        template in any::<usize>(),
        choices in prop::collection::vec(any::<usize>(), 24),
    ) {
        parses_back(&ENGLISH, template, &choices)?;
    }

    #[test]
    fn german_sentences_of_templates_parse_back(
        template in any::<usize>(),
        choices in prop::collection::vec(any::<usize>(), 24),
    ) {
        parses_back(&GERMAN, template, &choices)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_sentence_panics(text in "\\PC{0,120}") {
        let Both { grammar, home } = &*ENGLISH;
        let _ = grammar.matches(home, &Context::default(), &text);
    }

    #[test]
    fn no_sentence_of_known_words_panics(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "turn", "on", "the", "kitchen", "light", "for", "5", "minutes", "and", "add",
                "to", "list", "-", "'", "21.5", "timer", "play", "in", "°", "%", "ß", "é",
            ]),
            0..60,
        ),
    ) {
        let Both { grammar, home } = &*ENGLISH;
        let _ = grammar.matches(home, &Context::default(), &words.join(" "));
    }

    #[test]
    fn no_template_panics(
        template in "[ab \\[\\](){}<>|;:@\\\\.,0-9-]{0,40}",
        text in "[ab 0-9]{0,12}",
    ) {
        let json = serde_json::json!({
            "intents": {"A": {"data": [{"sentences": [template]}]}},
            "lists": {"a": {"wildcard": true}, "b": {"values": ["a", "b [a]"]}},
            "expansion_rules": {"a": "{b} [<b>]", "b": "(a;{a:x};b)"},
        });
        let source = Source::read("test.json", &json.to_string(), true).unwrap();
        if let Ok(grammar) = Grammar::compile("en", &[source]) {
            let _ = grammar.matches(&Home::default(), &Context::default(), &text);
        }
    }
}

#[test]
fn matching_ends_however_many_sentences_a_template_has() {
    // 2⁴⁰ sentences each, and rules that double at every step.
    let optional = "[a] ".repeat(40);
    let wild = "{w:x} a ".repeat(12);
    let rules: String =
        (1..40).map(|n| format!("  r{n}: (<r{0}>|<r{0}> <r{0}>)\n", n - 1)).collect();
    let text = format!(
        "lists: {{w: {{wildcard: true}}}}\nexpansion_rules:\n  r0: '[a]'\n{rules}intents:\n  A:\n    \
         data: [{{sentences: ['{optional}b', '{wild}b', '<r39> b', '(a;[a];[a] a;a a;a;[b])']}}]\n"
    );
    let source = Source::read("test.yaml", &text, true).unwrap();
    let grammar = Grammar::compile("en", &[source]).unwrap();
    // Without a bound on the work, this would not end.
    for text in ["a ".repeat(100), format!("{}b", "a ".repeat(60)), "a".repeat(10_000)] {
        let _ = grammar.matches(&Home::default(), &Context::default(), &text);
    }
    let home = Home::default();
    let mut walk = grammar.walk(&home);
    let _ = walk.step(Walk::START, "a a a a a a a a a a a a b");
}
