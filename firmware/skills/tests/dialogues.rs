//! Conversations of several steps.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use support::Room;

#[test]
fn conversations_go_as_written() {
    let script = include_str!("dialogues.txt");
    let mut room = Room::new();
    let mut said: Option<String> = None;
    let mut wrong = Vec::new();
    let mut steps = 0;
    for (n, line) in script.lines().enumerate() {
        let Some(kind) = line.chars().next() else { continue };
        let rest = line[1..].trim();
        let mut expect = |found: String| {
            steps += 1;
            if found != rest {
                wrong.push(format!("line {}: {found:?} instead of {rest:?}", n + 1));
            }
        };
        match kind {
            '#' => room = Room::new(),
            '>' => said = room.say(rest),
            '<' => expect(match said.take() {
                None => "?".into(),
                Some(said) if said.is_empty() => "-".into(),
                Some(said) => said,
            }),
            '!' => expect(room.rings().join(" ")),
            '+' => room.pass(rest.parse().unwrap()),
            '~' => room.set_clock(rest.parse().unwrap()),
            _ => panic!("line {}: {line}", n + 1),
        }
    }
    assert!(steps > 100, "{steps}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
