//! What a screen shows of the skills, and what it changes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use sayso_skills::{ComingPhase, Edit, List, Now, Overview, Request, Situation, Skills};

fn now(minute: i64) -> Now {
    let wall: jiff::Zoned = "2026-11-30T14:05[Europe/London]".parse().expect("a time");
    let wall = wall.checked_add(jiff::Span::new().minutes(minute)).expect("a time");
    Now { wall, steady: Duration::from_secs(u64::try_from(minute).expect("positive") * 60) }
}

fn say(skills: &mut Skills, text: &str, minute: i64) {
    let (now, situation) = (now(minute), Situation::new("kitchen"));
    let plan = skills.claim(&Request::new(text, &now, &situation)).expect(text);
    skills.act(plan, &now, &situation);
}

#[test]
fn timers_alarms_and_reminders_are_shown_with_what_is_left() {
    let mut skills = Skills::new("en", &[], None).expect("skills");
    assert_eq!(skills.overview(&now(0)).coming, []);
    say(&mut skills, "set a timer for 10 minutes", 0);
    say(&mut skills, "set a pasta timer for 3 minutes", 0);
    say(&mut skills, "wake me up tomorrow at 7", 0);
    say(&mut skills, "remind me to call the doctor at 6 pm", 0);
    let seen = |overview: &Overview| {
        let one = |coming: &sayso_skills::Coming| {
            (coming.skill, coming.label.clone(), coming.left_s, coming.phase)
        };
        overview.coming.iter().map(one).collect::<Vec<_>>()
    };
    let hour = 3_600;
    assert_eq!(
        seen(&skills.overview(&now(1))),
        [
            ("timers", "pasta timer".into(), 120, ComingPhase::Waits),
            ("timers", "timer for 10 minutes".into(), 540, ComingPhase::Waits),
            ("reminders", "call the doctor".into(), 4 * hour - 6 * 60, ComingPhase::Waits),
            ("alarms", "tomorrow at 7:00 AM".into(), 17 * hour - 6 * 60, ComingPhase::Waits),
        ]
    );
    say(&mut skills, "pause the pasta timer", 1);
    let paused = skills.overview(&now(2));
    let pasta = paused.coming.last().expect("the pasta");
    assert_eq!((pasta.phase, pasta.left_s, pasta.at), (ComingPhase::Paused, 120, None));
    let _ = skills.due(&now(11));
    let rings = skills.overview(&now(11));
    assert!(rings.coming.iter().any(|coming| coming.phase == ComingPhase::Rings));
}

#[test]
fn a_screen_can_remove_what_is_coming() {
    let mut skills = Skills::new("en", &[], None).expect("skills");
    say(&mut skills, "set a timer for 10 minutes", 0);
    say(&mut skills, "wake me up tomorrow at 7", 0);
    say(&mut skills, "remind me to call the doctor at 6 pm", 0);
    let ids: Vec<_> =
        skills.overview(&now(0)).coming.iter().map(|c| (c.skill.to_owned(), c.id)).collect();
    assert_eq!(ids.len(), 3);
    for (skill, id) in ids {
        let edit = Edit::Cancel { skill, id };
        assert!(skills.edit(&edit));
        assert!(!skills.edit(&edit), "it is gone");
    }
    assert_eq!(skills.overview(&now(0)).coming, []);
}

#[test]
fn a_screen_can_change_lists() {
    let mut skills = Skills::new("en", &[], None).expect("skills");
    say(&mut skills, "add milk to the shopping list", 0);
    let list = |items: &[&str]| List {
        name: "shopping".into(),
        items: items.iter().map(|item| (*item).to_owned()).collect(),
    };
    assert_eq!(skills.overview(&now(0)).lists, [list(&["milk"])]);
    assert!(skills.edit(&Edit::List(list(&["milk", "eggs"]))));
    assert_eq!(skills.overview(&now(0)).lists, [list(&["milk", "eggs"])]);
    assert!(skills.edit(&Edit::List(list(&[]))));
    assert!(!skills.edit(&Edit::List(list(&[]))));
    assert_eq!(skills.overview(&now(0)).lists, []);
}

#[test]
fn devices_are_shown_with_their_state() {
    let mut skills = Skills::new("en", &[], None).expect("skills");
    let lamp = |skills: &Skills| {
        let devices = skills.overview(&now(0)).devices;
        devices.into_iter().find(|device| device.name == "Living Room Lamp").expect("the lamp")
    };
    assert_eq!(lamp(&skills).shown, "off");
    say(&mut skills, "turn on the living room lamp", 0);
    let lamp = lamp(&skills);
    assert_eq!((lamp.shown.as_str(), lamp.kind.as_deref()), ("on", Some("light")));
}

#[test]
fn a_program_can_set_a_timer() {
    let mut skills = Skills::new("en", &[], None).expect("skills");
    let situation = Situation::new("kitchen");
    let length = jiff::SignedDuration::from_mins(10);
    let mut start = |name: Option<&str>| {
        skills.start_timer(length, name.map(str::to_owned), &now(0), &situation)
    };
    let tea = start(Some("tea")).expect("a timer");
    assert_eq!((tea.label.as_str(), tea.left_s, tea.board.as_str()), ("tea timer", 600, "kitchen"));
    let other = start(None).expect("a timer");
    assert_eq!(other.label, "timer for 10 minutes");
    assert_ne!(tea.id, other.id);
    let set = (0..100).filter(|_| start(None).is_some()).count();
    assert_eq!(set, 48, "50 in all");
    let off = ["timers".to_owned()];
    let mut without = Skills::new("en", &off, None).expect("skills");
    assert_eq!(without.start_timer(length, None, &now(0), &situation), None);
}
