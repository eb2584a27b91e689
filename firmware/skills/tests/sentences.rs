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

/// What is claimed of the sentences that are for no skill.
fn claimed_of_others(room: &Room) -> Vec<String> {
    let others = lines(include_str!("others.txt"));
    let claimed = others.filter_map(|text| {
        let plan = room.claim(text)?;
        Some(format!("{text}: {}", serde_json::to_string(&plan).unwrap()))
    });
    claimed.collect()
}

#[test]
fn other_sentences_are_for_no_skill() {
    assert!(lines(include_str!("others.txt")).count() >= 200);
    let claimed = claimed_of_others(&Room::new());
    assert!(claimed.len() <= 2, "{} claimed:\n{}", claimed.len(), claimed.join("\n"));
}

#[test]
fn other_sentences_are_for_no_skill_after_a_command() {
    for command in [
        "What time is it?",
        "What is 17 times 23?",
        "Set a timer for ten minutes",
        "Set a timer",
        "Set an alarm for 3 pm",
        "Remind me at five to call Ann",
        "Remind me to call Ann",
        "Add milk to the shopping list",
        "Turn on the kitchen light",
        "Unlock the front door",
        "Louder",
    ] {
        let mut room = Room::new();
        room.say(command).unwrap();
        let claimed = claimed_of_others(&room);
        assert!(claimed.len() <= 4, "{command}: {}:\n{}", claimed.len(), claimed.join("\n"));
    }
}
