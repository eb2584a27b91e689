//! A real Home Assistant: its lamp changes, and its names are followed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use sayso_home_assistant::{HomeAssistant, Missing};
use sayso_house::{RealHouse, Settings, home_assistant};
use sayso_skills::{Change, Failure, House, Origin, Progress, Skills};
use sayso_test_support::skip;
use serde_json::json;
use support::{change, down, names, say, until, up};

#[test]
#[ignore = "installs Home Assistant: cargo xtask test --all"]
fn a_real_lamp_changes_and_names_are_followed() {
    let mut home = match HomeAssistant::start() {
        Ok(home) => home,
        Err(Missing::Skip(why)) => return skip(why),
        Err(Missing::Broken(why)) => panic!("{why}"),
    };
    let settings = home_assistant::Settings {
        url: home.url(),
        token_file: home.token_file(),
        ..home_assistant::Settings::default()
    };
    let start = |settings: &home_assistant::Settings| {
        let home_assistant = Some(settings.clone());
        RealHouse::start(Settings { home_assistant, ..Settings::default() }).unwrap()
    };
    let mut house = start(&settings);
    up(&mut house);
    // Nobody has chosen what is exposed: those that Home Assistant exposes by itself.
    assert_eq!(names(&house), ["Living Room Lamp", "Outside Temperature"]);
    let lamp = house.home().entities().next().cloned().unwrap();
    assert_eq!(lamp.area.as_deref(), Some("Living Room"));
    assert_eq!(lamp.aliases, ["big lamp"]);
    let outside = house.state("Outside Temperature").unwrap();
    assert_eq!((outside.value.as_deref(), outside.temperature), (Some("7.5 °C"), Some(7.5)));

    let now = |home: &HomeAssistant| home.state("light.lamp").unwrap()["state"].clone();
    assert_eq!(now(&home), "off");
    for (on, due) in [(true, "on"), (false, "off"), (true, "on")] {
        let done = change(&mut house, "Living Room Lamp", &Change::On(on));
        assert_eq!(done, Ok(Progress::Done));
        assert_eq!(now(&home), due);
        assert_eq!(house.state("Living Room Lamp").unwrap().on, Some(on));
    }
    let done = change(&mut house, "Living Room Lamp", &Change::Brightness(40));
    assert_eq!(done, Ok(Progress::Done));
    assert_eq!(home.state("input_number.level").unwrap()["state"], "102.0");
    // This lamp has no colours.
    let red = change(&mut house, "Living Room Lamp", &Change::Color("red".into()));
    assert!(matches!(red, Err(Failure::Refused(_))), "{red:?}");

    // By words, as a conversation does it.
    let mut skills = Skills::new("en", &[], Some(Box::new(start(&settings)))).unwrap();
    for (text, answer, due) in [
        ("Turn off the big lamp.", "The Living Room Lamp is off.", "off"),
        ("Turn on the light.", "The Living Room Lamp is on.", "on"),
        ("Turn it off again.", "The Living Room Lamp is off.", "off"),
        ("Undo that.", "I've taken that back.", "on"),
        ("Is the lamp on?", "Yes, the Living Room Lamp is on, at 40 percent.", "on"),
        ("What is the outside temperature?", "The Outside Temperature is 7.5 °C.", "on"),
        (
            "Turn on the outside temperature.",
            "The Outside Temperature can't be switched like that.",
            "on",
        ),
    ] {
        assert_eq!(say(&mut skills, text), answer, "{text}");
        assert_eq!(now(&home), due, "{text}");
    }

    // Somebody else switches it.
    let off = json!({"type": "call_service", "domain": "light", "service": "turn_off",
        "target": {"entity_id": "light.lamp"}});
    home.ask(off).unwrap();
    until("the state", || house.state("Living Room Lamp").unwrap().on == Some(false));
    // The door is exposed now, and the lamp has another name and is elsewhere.
    let expose = json!({"type": "homeassistant/expose_entity", "assistants": ["conversation"],
        "entity_ids": ["lock.front_door", "input_boolean.bolt"], "should_expose": true});
    home.ask(expose).unwrap();
    let hall = home.ask(json!({"type": "config/area_registry/create", "name": "Hall"})).unwrap();
    let renamed = json!({"type": "config/entity_registry/update", "entity_id": "light.lamp",
        "name": "Lantern", "area_id": hall["area_id"], "aliases": ["glow"]});
    home.ask(renamed).unwrap();
    until("the new names", || {
        house.refresh();
        let lamp = house.home().entities().find(|entity| entity.name == "Lantern").cloned();
        names(&house).contains(&"Front Door".to_owned())
            && lamp.is_some_and(|l| l.area.as_deref() == Some("Hall") && l.aliases == ["glow"])
    });
    assert_eq!(house.state("Front Door").unwrap().locked, Some(false));
    let done = change(&mut house, "Front Door", &Change::Locked(true));
    assert_eq!(done, Ok(Progress::Done));
    assert_eq!(home.state("lock.front_door").unwrap()["state"], "locked");

    // A wrong token.
    let wrong = tempfile::tempdir().unwrap();
    let token_file = wrong.path().join("token");
    std::fs::copy(&settings.token_file, &token_file).unwrap();
    std::fs::write(&token_file, "eyJhbGciOiJIUzI1NiJ9.wrong").unwrap();
    let refused = start(&home_assistant::Settings { token_file, ..settings });
    assert!(down(&refused).contains("does not accept the token"));

    home.stop().unwrap();
    down(&house);
    until("that the skills know it", || {
        say(&mut skills, "turn on the lantern") == "I can't reach Home Assistant."
    });
    let gone = house.change("Lantern", &Change::On(true));
    assert_eq!(gone, Err(Failure::Unreachable(Origin::HomeAssistant)));
}
