//! Home Assistant's words for states, as the skill understands them.

use sayso_skills::State;
use serde_json::Value;

use crate::colour::colour_name;
use crate::device::{Device, measured};

/// The kinds of devices that the skill knows, by Home Assistant's domains.
pub fn kind(domain: &str) -> Option<&'static str> {
    Some(match domain {
        "light" => "light",
        "switch" | "input_boolean" => "switch",
        "fan" => "fan",
        "cover" => "cover",
        "lock" => "lock",
        "climate" => "climate",
        "media_player" => "media_player",
        "scene" => "scene",
        "script" => "script",
        "vacuum" => "vacuum",
        "sensor" => "sensor",
        "binary_sensor" => "binary_sensor",
        _ => return None,
    })
}

/// The states of an entity that cannot be reached.
const AWAY: &str = "unavailable";

/// Takes the state of an entity over to its device.
pub fn take(device: &mut Device, state: &str, attributes: &Value) {
    device.moves_to = None;
    device.colour = None;
    if state == AWAY {
        device.state = None;
        return;
    }
    let number = |key: &str| attributes.get(key).and_then(Value::as_f64);
    let mut known = State::default();
    match &*device.kind {
        "light" => {
            let modes = attributes.get("supported_color_modes").and_then(Value::as_array);
            let has = |wanted: fn(&str) -> bool| {
                modes.is_none_or(|modes| modes.iter().filter_map(Value::as_str).any(wanted))
            };
            device.dims = has(|mode| !matches!(mode, "onoff" | "unknown"));
            device.colours = has(|mode| matches!(mode, "hs" | "xy" | "rgb" | "rgbw" | "rgbww"));
            known.on = on(state);
            known.brightness = number("brightness").map(|level| percent(level / 255.0));
            let colour = attributes.get("hs_color").and_then(Value::as_array);
            device.colour =
                colour.and_then(|pair| pair.first()?.as_f64().zip(pair.get(1)?.as_f64()));
            known.color = device.colour.and_then(colour_name).map(str::to_owned);
        }
        "cover" => {
            let open = match state {
                "open" | "opening" | "closing" => Some(100),
                "closed" => Some(0),
                _ => None,
            };
            let exact = number("current_position").map(|level| percent(level / 100.0));
            known.position = exact.or(open);
            device.moves_to = match state {
                "opening" => Some(100),
                "closing" => Some(0),
                _ => None,
            };
        }
        "lock" => {
            known.locked = match state {
                "locked" => Some(true),
                "unlocked" | "open" => Some(false),
                _ => None,
            };
        }
        "climate" => {
            known.on = (state != "unknown").then_some(state != "off");
            known.temperature = number("current_temperature");
            known.target = number("temperature");
        }
        "media_player" => {
            known.on = (state != "unknown").then_some(!matches!(state, "off" | "standby"));
        }
        "vacuum" => {
            known.on = match state {
                "cleaning" => Some(true),
                "docked" | "returning" | "idle" | "paused" => Some(false),
                _ => None,
            };
        }
        "binary_sensor" => {
            let opens = ["door", "garage_door", "opening", "window"];
            match device.class.as_deref() {
                Some(class) if opens.contains(&class) => {
                    known.position = on(state).map(|open| if open { 100 } else { 0 });
                }
                // One that is on is unlocked.
                Some("lock") => known.locked = on(state).map(|open| !open),
                _ => known.on = on(state),
            }
        }
        "sensor" if state != "unknown" => {
            let unit = attributes.get("unit_of_measurement").and_then(Value::as_str);
            known.value = Some(measured(state, unit.unwrap_or_default()));
            if device.class.as_deref() == Some("temperature") {
                known.temperature = state.parse().ok();
            }
        }
        _ => known.on = on(state),
    }
    device.state = Some(known);
}

fn on(state: &str) -> Option<bool> {
    match state {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

/// A share in per cent. What is on shines, so it is one per cent at least.
fn percent(share: f64) -> u8 {
    let percent = (share.clamp(0.0, 1.0) * 100.0).round();
    if share > 0.0 { percent.max(1.0) as u8 } else { 0 }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn state(kind: &str, class: &str, state: &str, attributes: Value) -> Device {
        let class = Some(class.to_owned()).filter(|class| !class.is_empty());
        let mut device = Device { kind: kind.into(), class, ..Device::default() };
        take(&mut device, state, &attributes);
        device
    }

    fn known(device: Device) -> State {
        device.state.expect("it can be reached")
    }

    #[test]
    fn states_are_understood() {
        let lamp = state("light", "", "on", json!({"brightness": 128, "hs_color": [240.0, 99.0]}));
        let blue = known(lamp);
        assert_eq!((blue.on, blue.brightness), (Some(true), Some(50)));
        assert_eq!(blue.color.as_deref(), Some("blue"));
        let plain = state("light", "", "on", json!({"supported_color_modes": ["onoff"]}));
        assert!(!plain.dims && !plain.colours);
        let white = state("light", "", "on", json!({"supported_color_modes": ["color_temp"]}));
        assert!(white.dims && !white.colours);
        let dim = known(state("light", "", "on", json!({"brightness": 1})));
        assert_eq!(dim.brightness, Some(1));
        let blind = state("cover", "blind", "opening", json!({"current_position": 30}));
        assert_eq!((blind.moves_to, known(blind).position), (Some(100), Some(30)));
        assert_eq!(known(state("cover", "", "closed", json!({}))).position, Some(0));
        assert_eq!(known(state("lock", "", "locked", json!({}))).locked, Some(true));
        assert_eq!(known(state("lock", "", "locking", json!({}))).locked, None);
        let heating = json!({"current_temperature": 20.5, "temperature": 21});
        let heating = known(state("climate", "", "heat", heating));
        assert_eq!(
            (heating.on, heating.temperature, heating.target),
            (Some(true), Some(20.5), Some(21.0))
        );
        assert_eq!(known(state("vacuum", "", "returning", json!({}))).on, Some(false));
        assert_eq!(known(state("media_player", "", "playing", json!({}))).on, Some(true));
    }

    #[test]
    fn sensors_are_understood() {
        assert_eq!(known(state("binary_sensor", "window", "on", json!({}))).position, Some(100));
        assert_eq!(known(state("binary_sensor", "lock", "on", json!({}))).locked, Some(false));
        assert_eq!(known(state("binary_sensor", "motion", "on", json!({}))).on, Some(true));
        let celsius = json!({"unit_of_measurement": "°C"});
        let value = known(state("sensor", "temperature", "21.4999", celsius)).value;
        assert_eq!(value.as_deref(), Some("21.5 °C"));
        assert_eq!(measured("54", "%"), "54%");
        assert_eq!(measured("ready\u{7}", ""), "ready");
    }

    #[test]
    fn what_is_unknown_is_not_made_up() {
        assert_eq!(state("light", "", "unavailable", json!({})).state, None);
        for kind in ["light", "cover", "lock", "climate", "media_player", "vacuum", "sensor"] {
            assert_eq!(known(state(kind, "", "unknown", json!({}))), State::default(), "{kind}");
        }
        let odd = json!({"brightness": "x", "hs_color": {"a": 1}, "current_position": []});
        assert_eq!(known(state("light", "", "on", odd)).brightness, None);
    }
}
