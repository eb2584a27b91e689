//! Tests of the walk.

use super::*;
use crate::Source;

const SENTENCES: &str = "\
lists:
  colour: {values: [red, dark red, {in: \"(pale|light) blue\", out: blue}]}
  level: {range: {from: 0, to: 100, step: 10}}
  any: {wildcard: true}
skip_words: [please, would you]
intents:
  Set:
    data:
      - sentences:
          - \"(set|turn) [the] {name} [to] {colour}\"
          - \"{name} [at] {level} (percent|%)\"
          - \"remember {any}\"
";

fn accepts(text: &str) -> (bool, bool) {
    let source = Source::read("s.yaml", SENTENCES, true).unwrap();
    let grammar = Grammar::compile("en", &[source]).unwrap();
    let home = serde_json::json!({"entities": [{"name": "Bed Lamp"}, {"name": "Bed"}]});
    let home = Home::from_json(&home).unwrap();
    let mut walk = grammar.walk(&home);
    // As a recogniser would: in pieces.
    let (head, tail) = text.split_at(text.len() / 2);
    let end = walk.step(Walk::START, head).and_then(|at| walk.step(at, tail));
    (end.is_some(), end.is_some_and(|at| walk.may_end(at)))
}

#[test]
fn sentences_are_walked_to_their_ends() {
    for text in [
        " Set the bed lamp to red.",
        "turn bed dark red",
        " Turn the bed lamp, please, to light blue",
        "would you turn bed red please",
        "bed lamp at fifty percent",
        "Bed 50 %",
        "bed lamp 100 %",
    ] {
        assert_eq!(accepts(text), (true, true), "{text}");
    }
}

#[test]
fn beginnings_are_no_ends() {
    for text in ["set the", "Set the bed lamp to dark", "bed lamp at 5", "please", "bed lam"] {
        assert_eq!(accepts(text), (true, false), "{text}");
    }
}

#[test]
fn nothing_else_is_walked() {
    for text in ["make", "set the red", "bed at fifty five", "remember me", "pleased", "setthe"] {
        assert!(!accepts(text).0, "{text}");
    }
}

#[test]
fn a_free_walk_takes_any_words_for_a_wildcard() {
    let text = "\
lists: {any: {wildcard: true}}
intents:
  Add:
    data:
      - sentences: [\"add {any} to the list\"]
  Answer:
    data:
      - sentences: [\"{any}\", \"yes\"]
        requires_context: {asked: item}
";
    let source = Source::read("s.yaml", text, true).unwrap();
    let grammar = Grammar::compile("en", &[source]).unwrap();
    let home = Home::default();
    let ends = |text: &str| {
        let mut walk = grammar.walk_freely(&home, &["asked"]);
        let end = walk.step(Walk::START, text);
        end.is_some_and(|at| walk.may_end(at))
    };
    assert!(ends("Add rice and two lemons to the list."));
    for text in ["add rice", "add to the list", "yes", "anything at all", ""] {
        assert!(!ends(text), "{text}");
    }
}
