//! What is said of devices that answer later, or not at all.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::sync::{Arc, Mutex};

use sayso_intents::{Entity, Home};
use sayso_skills::{Change, Effect, Failure, House, Origin, Progress, Said, Skills, State};
use support::Room;

/// What the devices of a [`Far`] do.
#[derive(Default)]
struct Plan {
    /// What comes of the next changes, each in these steps.
    steps: Vec<Result<Progress, Failure>>,
    away: bool,
    state: State,
    told: Vec<(String, Change)>,
}

/// A house that answers later.
struct Far {
    home: Arc<Home>,
    plan: Arc<Mutex<Plan>>,
}

impl Far {
    fn next(&self) -> Result<Progress, Failure> {
        let mut plan = self.plan.lock().unwrap();
        if plan.steps.is_empty() { Ok(Progress::Waits(7)) } else { plan.steps.remove(0) }
    }
}

impl House for Far {
    fn home(&self) -> &Arc<Home> {
        &self.home
    }

    fn state(&self, _: &str) -> Option<State> {
        let plan = self.plan.lock().unwrap();
        (!plan.away).then(|| plan.state.clone())
    }

    fn change(&mut self, name: &str, change: &Change) -> Result<Progress, Failure> {
        self.plan.lock().unwrap().told.push((name.to_owned(), change.clone()));
        self.next()
    }

    fn progress(&mut self, _: u64) -> Result<Progress, Failure> {
        self.next()
    }

    fn unreachable(&self) -> Vec<Origin> {
        let away = self.plan.lock().unwrap().away;
        if away { vec![Origin::HomeAssistant] } else { Vec::new() }
    }
}

/// A room with such devices, and what they do.
fn room(devices: &[(&str, &str)]) -> (Room, Arc<Mutex<Plan>>) {
    let entity = |(name, domain): &(&str, &str)| Entity {
        name: (*name).to_owned(),
        aliases: Vec::new(),
        domain: Some((*domain).to_owned()),
        area: None,
        floor: None,
        device_class: None,
    };
    let home = Home::new(Vec::new(), Vec::new(), devices.iter().map(entity).collect());
    let plan: Arc<Mutex<Plan>> = Arc::default();
    let house = Far { home: Arc::new(home), plan: Arc::clone(&plan) };
    let mut room = Room::new();
    room.skills = Skills::new("en", &[], Some(Box::new(house))).unwrap();
    (room, plan)
}

/// Says a sentence and looks after what waits until nothing does. Returns what is said in the end.
fn say(room: &mut Room, text: &str) -> (String, Vec<Effect>) {
    let plan = room.claim(text).expect("it is for a skill");
    let before = plan.say().map(str::to_owned);
    let mut said = room.act(plan);
    let mut looks = 0;
    while let Some(place) = said.effects.iter().position(|e| matches!(e, Effect::Again(_))) {
        let Effect::Again(again) = said.effects.remove(place) else { unreachable!() };
        let later = room.skills.go_on(*again, &room.now, &room.situation);
        said = said.then(later);
        looks += 1;
        assert!(looks < 10, "it waits for ever");
    }
    let said: Said = said.in_the_end();
    let parts: Vec<String> = before.into_iter().chain(said.text).collect();
    (parts.join(" "), said.effects)
}

#[test]
fn nothing_is_done_before_the_device_says_so() {
    let (mut room, plan) = room(&[("Lamp", "light")]);
    let waits = || Ok(Progress::Waits(7));
    plan.lock().unwrap().steps = vec![waits(), waits(), waits(), Ok(Progress::Done)];
    let claim = room.claim("turn on the lamp").unwrap();
    assert_eq!(claim.say(), None, "nothing is said before");
    let (said, effects) = say(&mut room, "turn on the lamp");
    assert_eq!(said, "The Lamp is on.");
    assert!(matches!(&effects[..], [Effect::Changed(name, _)] if name == "Lamp"));
    assert!(plan.lock().unwrap().steps.is_empty());
}

#[test]
fn what_did_not_happen_is_not_claimed() {
    let origin = Origin::HomeAssistant;
    for (failure, due) in [
        (Failure::Unreachable(origin), "I can't reach Home Assistant."),
        (Failure::Lost(origin), "I lost Home Assistant, so I don't know about the Lamp."),
        (Failure::Silent, "The Lamp doesn't answer."),
        (Failure::Late, "The Lamp hasn't done it yet."),
        (Failure::Refused("x".into()), "The Lamp can't do that."),
    ] {
        for first in [None, Some(Ok(Progress::Waits(7)))] {
            let (mut room, plan) = room(&[("Lamp", "light")]);
            plan.lock().unwrap().steps = first.into_iter().chain([Err(failure.clone())]).collect();
            let (said, effects) = say(&mut room, "turn on the lamp");
            assert_eq!(said, due);
            assert!(!effects.iter().any(|effect| matches!(effect, Effect::Changed(..))));
        }
    }
}

#[test]
fn what_is_on_its_way_is_not_there() {
    let (mut room, plan) = room(&[("Blind", "cover"), ("Pump", "switch")]);
    plan.lock().unwrap().steps = vec![Ok(Progress::Waits(7)), Ok(Progress::Moving)];
    assert_eq!(say(&mut room, "close the blind").0, "The Blind is moving.");
    plan.lock().unwrap().steps = vec![Ok(Progress::Sent)];
    let due = "I've told the Pump, but it doesn't report back.";
    assert_eq!(say(&mut room, "turn on the pump").0, due);
}

#[test]
fn of_several_devices_those_that_failed_are_named() {
    let (mut room, plan) = room(&[("Lamp", "light"), ("Lantern", "light")]);
    plan.lock().unwrap().steps =
        vec![Ok(Progress::Waits(7)), Err(Failure::Silent), Ok(Progress::Done)];
    assert_eq!(say(&mut room, "turn on all the lights").0, "The Lantern doesn't answer.");
}

#[test]
fn taking_back_is_claimed_only_if_it_worked() {
    for (last, due) in [
        (Ok(Progress::Done), "I've taken that back."),
        (Err(Failure::Late), "The Lamp hasn't done it yet."),
    ] {
        let (mut room, plan) = room(&[("Lamp", "light")]);
        plan.lock().unwrap().state.on = Some(false);
        plan.lock().unwrap().steps = vec![Ok(Progress::Done), Ok(Progress::Waits(7)), last];
        say(&mut room, "turn on the lamp");
        assert_eq!(say(&mut room, "undo that").0, due);
        let told = &plan.lock().unwrap().told;
        assert_eq!(told.last(), Some(&("Lamp".to_owned(), Change::On(false))));
    }
}

#[test]
fn without_a_connection_nothing_is_known() {
    let (mut room, plan) = room(&[("Lamp", "light")]);
    plan.lock().unwrap().away = true;
    let due = "I can't reach Home Assistant.";
    for text in [
        "is the lamp on",
        "are any lights on",
        "turn on the toaster",
        "how warm is it",
        "turn off the lights in the house",
    ] {
        if let Some(plan) = room.claim(text) {
            assert_eq!(plan.say(), Some(due), "{text}");
        } else {
            assert_eq!(text, "turn off the lights in the house");
        }
    }
    plan.lock().unwrap().away = false;
    assert_ne!(say(&mut room, "is the lamp on").0, due);
}

#[test]
fn sensors_scenes_and_scripts_are_understood() {
    let (mut room, plan) =
        room(&[("Outside", "sensor"), ("Good Night", "scene"), ("Lamp", "light")]);
    plan.lock().unwrap().state.value = Some("7.5 °C".into());
    assert_eq!(say(&mut room, "what is the outside").0, "The Outside is 7.5 °C.");
    assert_eq!(say(&mut room, "how warm is the outside").0, "The Outside is 7.5 °C.");
    let no = "The Outside can't be switched like that.";
    assert_eq!(say(&mut room, "turn on the outside").0, no);
    plan.lock().unwrap().steps = vec![Ok(Progress::Done)];
    assert_eq!(say(&mut room, "activate good night").0, "Good Night is started.");
    let no = "The Good Night can't be switched like that.";
    assert_eq!(say(&mut room, "turn off good night").0, no);
    // Everything is neither scenes nor sensors.
    plan.lock().unwrap().told.clear();
    say(&mut room, "turn off everything");
    plan.lock().unwrap().steps = vec![Ok(Progress::Done)];
    say(&mut room, "yes");
    assert_eq!(plan.lock().unwrap().told, [("Lamp".to_owned(), Change::On(false))]);
}
