//! Restarts, clocks that are set, and the ends of summer time.

#![allow(clippy::unwrap_used)]

mod support;

use sayso_skills::{Skills, Snapshot};
use support::Room;

/// The program ends and begins again, `seconds` later, with another steady clock.
fn restart(room: &mut Room, seconds: u64) {
    let saved = serde_json::to_string(&room.skills.snapshot()).unwrap();
    room.pass(seconds);
    room.now.steady = std::time::Duration::from_secs(5);
    room.skills = Skills::new("en", &[], None).unwrap();
    let saved: Snapshot = serde_json::from_str(&saved).unwrap();
    room.skills.restore(saved).unwrap();
}

#[test]
fn everything_survives_a_restart() {
    let mut room = Room::new();
    for said in [
        "Set a pizza timer for ten minutes",
        "Set an alarm for 3 pm",
        "Remind me at five to call Ann",
        "Add milk to the shopping list",
    ] {
        assert!(room.say(said).is_some(), "{said}");
    }
    restart(&mut room, 300);
    assert_eq!(
        room.say("How long is left on the pizza timer?").unwrap(),
        "The pizza timer has 5 minutes left."
    );
    assert_eq!(room.say("When is my alarm?").unwrap(), "The alarm is set at 3:00 PM.");
    assert_eq!(
        room.say("What's on the shopping list?").unwrap(),
        "There is one thing on the shopping list: milk."
    );
    room.pass(300);
    assert_eq!(room.rings(), ["The pizza timer is done."]);
    // While it rings, too.
    restart(&mut room, 20);
    assert_eq!(room.rings(), ["The pizza timer is done."]);
    assert!(room.skills.rings("kitchen") && !room.skills.rings("hall"));
    let now = room.now.clone();
    assert!(!room.skills.hush("hall", &now) && room.skills.hush("kitchen", &now));
    assert!(!room.skills.hush("kitchen", &now));
    room.pass(3 * 3600);
    let rings = room.rings();
    // The alarm of 3 pm was missed by more than two hours; the reminder by a few minutes.
    assert_eq!(
        rings,
        [
            "There was an alarm at 3:00 PM, which I missed.",
            "Here is your reminder for 5:00 PM: call Ann.",
        ]
    );
}

#[test]
fn what_ended_while_the_program_did_not_run_is_told_late() {
    let mut room = Room::new();
    room.say("Set a timer for ten minutes").unwrap();
    restart(&mut room, 1_800);
    assert_eq!(room.rings(), ["The timer for 10 minutes was done at 2:15 PM."]);
}

#[test]
fn a_timer_from_before_a_restart_follows_the_wall_clock() {
    // A machine without a clock of its own starts with an old time, which is then corrected.
    let mut room = Room::new();
    room.say("Set a timer for ten minutes").unwrap();
    room.rings();
    restart(&mut room, 0);
    room.rings();
    room.set_clock(540);
    assert!(room.rings().is_empty());
    room.pass(59);
    assert!(room.rings().is_empty());
    room.pass(1);
    assert_eq!(room.rings().len(), 1);
}

#[test]
fn small_corrections_of_the_clock_add_up() {
    let mut room = Room::new();
    room.say("Set a timer for ten minutes").unwrap();
    for _ in 0..60 {
        room.pass(9);
        room.set_clock(1);
        assert!(room.rings().is_empty());
    }
    // They add up to a minute, and nine minutes have passed.
    room.pass(59);
    assert!(room.rings().is_empty());
    room.pass(1);
    assert_eq!(room.rings().len(), 1);
}

#[test]
fn an_alarm_does_not_ring_again_when_the_clock_is_set_back_unless_it_is_to_come_again() {
    let mut room = Room::new();
    room.say("Wake me every day at 3 pm").unwrap();
    room.pass(3_300);
    assert_eq!(room.rings(), ["Good morning. It is 3:00 PM."]);
    room.say("stop").unwrap();
    room.pass(60);
    assert!(room.rings().is_empty());
    // The clock was an hour fast, so it was not three yet.
    room.set_clock(-3_600);
    assert!(room.rings().is_empty());
    room.pass(3_600 - 61);
    assert!(room.rings().is_empty());
    room.pass(1);
    assert_eq!(room.rings(), ["Good morning. It is 3:00 PM."]);
}

#[test]
fn alarms_keep_their_time_when_summer_time_begins_and_ends() {
    // On 29 March 2026 clocks in Berlin go from 2:00 to 3:00.
    let mut room = Room::at("2026-03-28T22:00[Europe/Berlin]");
    room.say("Wake me tomorrow at seven").unwrap();
    room.pass(8 * 3_600 - 1);
    assert!(room.rings().is_empty());
    room.pass(1);
    assert_eq!(room.rings(), ["Good morning. It is 7:00 AM."]);
    // A time that is skipped comes as much later.
    let mut room = Room::at("2026-03-28T22:00[Europe/Berlin]");
    room.say("Wake me tomorrow at 2:30 am").unwrap();
    room.pass(4 * 3_600 + 1_800);
    assert_eq!(room.rings(), ["Good morning. It is 3:30 AM."]);
    // On 25 October 2026 they go from 3:00 to 2:00: the second half past two is not another one.
    let mut room = Room::at("2026-10-24T22:00[Europe/Berlin]");
    room.say("Wake me every day at 2:30 am").unwrap();
    room.pass(4 * 3_600 + 1_800);
    assert_eq!(room.rings(), ["Good morning. It is 2:30 AM."]);
    room.say("stop").unwrap();
    room.pass(3_600);
    assert_eq!(room.now.wall.datetime().to_string(), "2026-10-25T02:30:00");
    assert!(room.rings().is_empty());
    room.pass(24 * 3_600);
    assert_eq!(room.rings(), ["Good morning. It is 2:30 AM."]);
    // A timer of two hours lasts two hours.
    let mut room = Room::at("2026-10-25T01:30[Europe/Berlin]");
    room.say("Set a timer for two hours").unwrap();
    room.pass(7_199);
    assert!(room.rings().is_empty());
    room.pass(1);
    assert_eq!(room.now.wall.datetime().to_string(), "2026-10-25T02:30:00");
    assert_eq!(room.rings(), ["The timer for 2 hours is done."]);
}

#[test]
fn an_alarm_rings_by_the_clock_of_the_place_where_the_user_is() {
    let mut room = Room::new();
    room.say("Wake me tomorrow at seven in the morning").unwrap();
    room.now.wall = room.now.wall.in_tz("America/New_York").unwrap();
    room.pass(16 * 3_600 + 54 * 60);
    // Seven in Berlin.
    assert!(room.rings().is_empty());
    room.pass(6 * 3_600 + 60);
    assert_eq!(room.rings(), ["Good morning. It is 7:00 AM."]);
}

#[test]
fn the_next_moment_is_known() {
    let mut room = Room::new();
    assert_eq!(room.skills.next_due(&room.now), None);
    room.say("Set an alarm for 3 pm").unwrap();
    room.say("Set a timer for ten minutes").unwrap();
    let next = room.skills.next_due(&room.now).unwrap();
    assert_eq!(next.duration_since(room.now.wall.timestamp()).as_secs(), 600);
    room.say("Pause the timer").unwrap();
    let next = room.skills.next_due(&room.now).unwrap();
    assert_eq!(next.duration_since(room.now.wall.timestamp()).as_secs(), 3_300);
}

#[test]
fn only_changes_are_saved_and_damage_is_reported() {
    let mut room = Room::new();
    assert!(room.skills.unsaved().is_some());
    assert!(room.skills.unsaved().is_none());
    room.say("What time is it?").unwrap();
    assert!(room.skills.unsaved().is_none());
    room.say("Add milk to the shopping list").unwrap();
    let mut saved = room.skills.unsaved().unwrap();
    assert!(room.skills.unsaved().is_none());
    saved.skills.insert("timers".into(), serde_json::json!("none"));
    let mut skills = Skills::new("en", &["alarms".into()], None).unwrap();
    let error = skills.restore(saved.clone()).unwrap_err();
    assert!(error.to_string().contains("timers"), "{error}");
    // What is good was taken, and what a skill saved that is switched off is kept.
    let again = skills.snapshot();
    assert_eq!(again.skills["lists"], saved.skills["lists"]);
    assert_eq!(again.skills["alarms"], saved.skills["alarms"]);
    saved.version = 99;
    assert!(skills.restore(saved).is_err());
}

#[test]
fn a_skill_that_is_switched_off_claims_nothing() {
    let mut room = Room::new();
    assert!(room.claim("Set a timer for ten minutes").is_some());
    room.skills = Skills::new("en", &["timers".into()], None).unwrap();
    assert!(!room.skills.names().contains(&"timers"));
    assert!(room.claim("Set a timer for ten minutes").is_none());
    assert!(room.say("What can you do?").is_some_and(|said| !said.contains("timers")));
}

#[test]
fn each_skill_works_alone() {
    let all = Room::new().skills.names().to_vec();
    // Without folders of music and of documents there is none for them.
    let of_folders = ["music", "knowledge"];
    let due: Vec<&str> =
        Skills::all().into_iter().filter(|name| !of_folders.contains(name)).collect();
    assert_eq!(all, due);
    for name in &all {
        let off: Vec<String> =
            all.iter().filter(|other| *other != name).map(|other| (*other).to_owned()).collect();
        let skills = Skills::new("en", &off, None).unwrap();
        assert_eq!(skills.names(), [*name]);
    }
}

#[test]
fn what_was_saved_can_be_erased() {
    let mut room = Room::new();
    room.say("Add milk to the shopping list").unwrap();
    room.say("Set a timer for ten minutes").unwrap();
    room.skills.erase("lists");
    assert_eq!(room.say("What's on the shopping list?").unwrap(), "The shopping list is empty.");
    assert!(room.skills.next_due(&room.now).is_some());
    // What was said before is forgotten apart from that.
    room.skills.forget("kitchen");
    assert_eq!(room.say("and butter"), None);
}
