//! A name that was heard unsurely is asked back before anything is done.

#![allow(clippy::unwrap_used)]

mod support;

use sayso_skills::{Claim, How, Plan, Request};
use support::Room;

fn claim(room: &Room, text: &str, doubtful: &[&str]) -> Plan {
    let doubtful: Vec<String> = doubtful.iter().map(|word| (*word).to_owned()).collect();
    let request = Request { doubtful: &doubtful, ..Request::new(text, &room.now, &room.situation) };
    room.skills.claim(&request).unwrap()
}

#[test]
fn an_unsure_name_is_asked_back_and_yes_does_it() {
    let mut room = Room::new();
    for heard in ["Kitchen", "kitten,"] {
        let plan = claim(&room, "Turn on the kitchen light.", &[heard]);
        assert!(plan.asks(), "{heard}: {plan:?}");
        assert_eq!(plan.say(), Some("Did you say Kitchen Light?"));
        assert_eq!(room.act(plan).effects, [], "nothing is done yet");
    }
    assert_eq!(room.say("Yes.").as_deref(), Some("The Kitchen Light is on."));
    let plan = claim(&room, "Turn off the kitchen light.", &["kitchen"]);
    room.act(plan);
    let plan = room.claim("Yes.").unwrap();
    assert_eq!(plan.how, How::Confirmed);
}

#[test]
fn no_leaves_everything_as_it_was() {
    let mut room = Room::new();
    let plan = claim(&room, "Turn on the kitchen light.", &["kitchen"]);
    room.act(plan);
    assert_eq!(room.say("No.").as_deref(), Some("All right, I won't."));
    let state = room.say("Is the kitchen light on?").unwrap();
    assert!(state.to_lowercase().contains("off") || state.starts_with("No"), "{state}");
}

#[test]
fn other_unsure_words_and_sure_names_are_not_asked_back() {
    let room = Room::new();
    for doubtful in [&[][..], &["Turn"], &["the", "on"]] {
        let plan = claim(&room, "Turn on the kitchen light.", doubtful);
        assert!(matches!(plan.claim, Claim::Do { .. }), "{doubtful:?}: {plan:?}");
    }
    // A question does no harm if it is wrong.
    let plan = claim(&room, "Is the kitchen light on?", &["kitchen"]);
    assert!(matches!(plan.claim, Claim::Say(_)), "{plan:?}");
}
