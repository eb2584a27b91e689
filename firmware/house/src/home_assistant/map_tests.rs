use serde_json::json;

use super::*;

fn raw() -> Raw {
    let states = json!({
        "light.desk": {"state": "on", "attributes": {"friendly_name": "Desk Lamp", "brightness": 255}},
        "light.hidden": {"state": "on", "attributes": {"friendly_name": "Hidden"}},
        "light.attic": {"state": "unavailable", "attributes": {"friendly_name": "Attic Light"}},
        "sensor.outside": {"state": "7.5", "attributes": {"friendly_name": "Outside",
            "device_class": "temperature", "unit_of_measurement": "°C"}},
        "sensor.signal": {"state": "-60", "attributes": {"friendly_name": "Signal"}},
        "sun.sun": {"state": "above_horizon", "attributes": {}},
        "script.night": {"state": "off", "attributes": {"friendly_name": "Good Night"}},
        "input_boolean.guests": {"state": "off", "attributes": {}},
    });
    let states = states.as_object().expect("object").clone();
    Raw {
        floors: json!([{"floor_id": "up", "name": "Upstairs", "aliases": ["first floor"]}]),
        areas: json!([
            {"area_id": "study", "name": "Study", "aliases": ["office"], "floor_id": "up"},
            {"area_id": "attic", "name": "Attic", "aliases": [], "floor_id": null},
        ]),
        devices: json!([{"id": "d1", "area_id": "study"}]),
        entities: json!([
            {"entity_id": "light.desk", "device_id": "d1", "area_id": null},
            {"entity_id": "light.hidden", "hidden_by": "user"},
            {"entity_id": "light.attic", "area_id": "attic", "device_id": "d1"},
            {"entity_id": "sensor.signal", "entity_category": "diagnostic"},
        ]),
        aliases: json!({"light.desk": {"aliases": ["work light"]}, "light.attic": null}),
        exposed: None,
        expose_new: true,
        states: states.into_iter().collect(),
    }
}

fn used(raw: &Raw) -> Vec<&str> {
    raw.used().into_iter().map(|(id, _)| id).collect()
}

#[test]
fn without_a_list_all_usual_kinds_are_used() {
    let all =
        ["input_boolean.guests", "light.attic", "light.desk", "script.night", "sensor.outside"];
    assert_eq!(used(&raw()), all);
}

#[test]
fn what_is_exposed_is_used_and_nothing_else() {
    let mut raw = raw();
    raw.exposed = Some(json!({"exposed_entities": {
        "light.desk": {"conversation": true},
        "light.hidden": {"cloud.alexa": true},
        "script.night": {"conversation": true},
        "sun.sun": {"conversation": true},
    }}));
    // The attic light is registered, and nobody has said anything about it.
    assert_eq!(used(&raw), ["light.attic", "light.desk", "script.night"]);
    raw.expose_new = false;
    assert_eq!(used(&raw), ["light.desk", "script.night"]);
    raw.expose_new = true;
    raw.entities[2]["options"] = json!({"conversation": {"should_expose": false}});
    assert_eq!(used(&raw), ["light.desk", "script.night"]);
}

#[test]
fn an_empty_list_means_the_usual_ones() {
    let mut raw = raw();
    raw.exposed = Some(json!({"exposed_entities": {}}));
    assert_eq!(used(&raw), ["light.attic", "light.desk", "sensor.outside"]);
}

#[test]
fn devices_have_their_areas_aliases_and_states() {
    let raw = raw();
    let devices = raw.devices();
    let device = |id: &str| devices.iter().find(|device| device.id == id).expect("there");
    let desk = device("light.desk");
    assert_eq!((&*desk.name, desk.area.as_deref()), ("Desk Lamp", Some("Study")));
    assert_eq!(desk.aliases, ["work light"]);
    assert_eq!(desk.state.as_ref().and_then(|state| state.brightness), Some(100));
    let attic = device("light.attic");
    assert_eq!((attic.area.as_deref(), &attic.state), (Some("Attic"), &None));
    assert_eq!(device("input_boolean.guests").kind, "switch");
    assert_eq!(device("input_boolean.guests").name, "input boolean guests");
    assert_eq!(device("script.night").confirms, Confirms::Accepting);
    let names = raw.names();
    assert_eq!(names.areas[0].floor.as_deref(), Some("Upstairs"));
    assert_eq!(names.areas[0].aliases, ["office"]);
    assert_eq!(names.floors[0].aliases, ["first floor"]);
}

#[test]
fn nonsense_gives_no_devices_and_no_panic() {
    let odd = [json!(null), json!(7), json!([1, "a", [], {}]), json!({"a": {"b": []}}), json!("x")];
    for value in odd {
        let mut raw = raw();
        raw.areas = value.clone();
        raw.floors = value.clone();
        raw.devices = value.clone();
        raw.entities = value.clone();
        raw.aliases = value.clone();
        raw.exposed = Some(value.clone());
        assert!(raw.names().areas.is_empty());
        raw.devices();
        raw.states = [("light.a".to_owned(), value)].into();
        assert!(raw.devices().len() <= 1);
    }
}
