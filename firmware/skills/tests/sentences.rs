//! Sentences, and what the skills make of them.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use support::Room;

/// The lines of a table, without comments.
fn lines(table: &str) -> impl Iterator<Item = &str> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[test]
fn sentences_are_claimed_with_the_right_answers_and_slots() {
    let room = Room::new();
    let mut wrong = Vec::new();
    let mut all = 0;
    for line in lines(include_str!("sentences.tsv")) {
        let columns: Vec<&str> = line.split('\t').collect();
        let &[text, said, intent, ref slots @ ..] = &columns[..] else { panic!("{line}") };
        all += 1;
        let Some(plan) = room.claim(text) else {
            wrong.push(format!("{text}: claimed by no skill"));
            continue;
        };
        let slots: Vec<&str> = slots.iter().flat_map(|slots| slots.split(' ')).collect();
        let is = |slot: &&str| {
            let (name, value) = slot.split_once('=').unwrap();
            let found = plan.command.slots.get(name);
            found
                .is_some_and(|found| found.to_string().trim_matches('"').replace(' ', "_") == value)
        };
        if plan.command.intent != intent
            || plan.say().unwrap_or("-") != said
            || !slots.iter().all(is)
        {
            wrong.push(format!(
                "{text}: {:?} {}",
                plan.say(),
                serde_json::to_string(&plan).unwrap()
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {all}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn other_sentences_are_for_no_skill() {
    let room = Room::new();
    let others = include_str!("others.txt").lines().filter(|line| !line.is_empty());
    let claimed = others.clone().filter_map(|text| {
        let plan = room.claim(text)?;
        Some(format!("{text}: {}", serde_json::to_string(&plan).unwrap()))
    });
    let claimed: Vec<String> = claimed.collect();
    assert!(others.count() >= 100);
    assert!(claimed.len() <= 2, "{} claimed:\n{}", claimed.len(), claimed.join("\n"));
}
