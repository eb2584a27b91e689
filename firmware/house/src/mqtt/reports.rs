//! What a device says about itself.

use sayso_skills::State;
use serde_json::Value;

use super::device::Described;
use super::settings::MODE;
use crate::colour::{Colour, colour_name, from_rgb};
use crate::device::{Device, measured};

/// A longer payload is no state.
const LONGEST: usize = 65_536;

impl Described {
    /// Takes over what it reports on a topic. Returns whether this was about its state.
    pub fn take(&self, device: &mut Device, topic: &str, payload: &[u8]) -> bool {
        let known = &self.settings;
        let Some(text) = std::str::from_utf8(payload).ok().filter(|text| text.len() <= LONGEST)
        else {
            return false;
        };
        let text = text.trim();
        if topic == known.availability_topic {
            let there = match text.to_lowercase().as_str() {
                "online" | "true" | "{\"state\":\"online\"}" => true,
                "offline" | "false" | "{\"state\":\"offline\"}" => false,
                _ => return false,
            };
            match there {
                true => drop(device.state.get_or_insert_default()),
                false => device.state = None,
            }
            return false;
        }
        // Whoever reports is there.
        let mut state = device.state.clone().unwrap_or_default();
        let object = serde_json::from_str::<Value>(text).ok().filter(Value::is_object);
        let mut took = false;
        if known.kind == "sensor" {
            let value = match (&object, &*known.field) {
                (Some(object), field) => found(object, field).and_then(shown),
                (None, _) => Some(text.to_owned()),
            };
            state.value = value.map(|value| measured(&value, &known.unit));
            took = true;
        } else if known.kind == "climate" {
            took = self.climate(&mut state, topic, text, object.as_ref());
        } else if let Some(object) = &object {
            let field = match (&*known.field, &*known.style) {
                ("", "tasmota") => "POWER",
                ("", _) => "state",
                (field, _) => field,
            };
            let word = found(object, field).and_then(shown);
            took |= word.is_some_and(|word| self.word(device, &mut state, &word));
            let level =
                ["brightness", "Dimmer", "position"].iter().find_map(|key| object.get(*key));
            took |= level.and_then(Value::as_f64).is_some_and(|n| self.level(&mut state, n));
            took |= self.colour(device, &mut state, colour_in(object));
        } else {
            if topic == known.state_topic {
                took |= self.word(device, &mut state, text);
            }
            if topic == known.level_state_topic {
                took |= text.parse().is_ok_and(|number| self.level(&mut state, number));
            }
            if topic == known.colour_state_topic {
                took |= self.colour(device, &mut state, numbers(text).and_then(from_rgb));
            }
        }
        if took {
            device.state = Some(state);
        }
        took
    }

    /// Takes over a word: on, off.
    fn word(&self, device: &mut Device, state: &mut State, word: &str) -> bool {
        let known = &self.settings;
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        device.moves_to = None;
        if known.kind == "cover" && (is("opening") || is("closing")) {
            device.moves_to = Some(if is("opening") { 100 } else { 0 });
            return true;
        }
        let on = match (is(&known.state_on), is(&known.state_off)) {
            (true, false) => true,
            (false, true) => false,
            _ => return false,
        };
        match &*known.kind {
            "lock" => state.locked = Some(on),
            "cover" if known.level_state_topic.is_empty() || !on => {
                state.position = Some(if on { 100 } else { 0 });
            }
            "cover" => {}
            "binary_sensor" if ["door", "window", "opening"].contains(&&*known.class) => {
                state.position = Some(if on { 100 } else { 0 });
            }
            _ => state.on = Some(on),
        }
        true
    }

    /// Takes over a level: how bright, how far open.
    fn level(&self, state: &mut State, number: f64) -> bool {
        let share = number / f64::from(self.settings.level_scale.max(1));
        if !share.is_finite() {
            return false;
        }
        let percent = (share.clamp(0.0, 1.0) * 100.0).round() as u8;
        match &*self.settings.kind {
            "cover" => state.position = Some(percent),
            "light" => state.brightness = Some(percent),
            _ => return false,
        }
        true
    }

    /// Takes over a colour.
    fn colour(&self, device: &mut Device, state: &mut State, colour: Option<Colour>) -> bool {
        let Some(colour) = colour.filter(|_| self.settings.has_colours()) else { return false };
        device.colour = Some(colour);
        state.color = colour_name(colour).map(str::to_owned);
        true
    }

    /// Takes over what a thermostat says: whether it heats, the temperature that it measures, and the
    /// one that it is to hold.
    fn climate(&self, state: &mut State, topic: &str, text: &str, object: Option<&Value>) -> bool {
        let known = &self.settings;
        let degrees = |text: &str| text.parse::<f64>().ok().filter(|degrees| degrees.is_finite());
        let on = |mode: &str| !mode.eq_ignore_ascii_case(&known.state_off);
        let (mode, measured, target) = match object {
            Some(object) => {
                let within = |field: &str| found(object, field).and_then(shown);
                let number = |field: &str| within(field).and_then(|text| degrees(&text));
                (within(MODE), number(&known.field), number(&known.target_field))
            }
            None => {
                let at = |of: &str| topic == of;
                (
                    at(&known.state_topic).then(|| text.to_owned()),
                    degrees(text).filter(|_| at(&known.temperature_topic)),
                    degrees(text).filter(|_| at(&known.target_state_topic)),
                )
            }
        };
        let took = mode.is_some() || measured.is_some() || target.is_some();
        state.on = mode.as_deref().map(on).or(state.on);
        state.temperature = measured.or(state.temperature);
        state.target = target.or(state.target);
        took
    }
}

/// The colour in an object: as red, green and blue, or as hue and saturation.
fn colour_in(object: &Value) -> Option<Colour> {
    if let Some(text) = object.get("HSBColor").and_then(Value::as_str) {
        let [hue, saturation, _] = numbers(text)?;
        return hue_and_saturation(hue, saturation);
    }
    let colour = object.get("color")?;
    let number = |key: &str| colour.get(key).and_then(Value::as_f64);
    if let (Some(hue), Some(saturation)) =
        (number("h").or(number("hue")), number("s").or(number("saturation")))
    {
        return hue_and_saturation(hue, saturation);
    }
    from_rgb([number("r")?, number("g")?, number("b")?])
}

fn hue_and_saturation(hue: f64, saturation: f64) -> Option<Colour> {
    let colour = (hue.rem_euclid(360.0), saturation.clamp(0.0, 100.0));
    (hue.is_finite() && saturation.is_finite()).then_some(colour)
}

/// Three numbers with commas between them.
fn numbers(text: &str) -> Option<[f64; 3]> {
    let numbers = text.split(',').map(|part| part.trim().parse().ok());
    numbers.collect::<Option<Vec<f64>>>()?.try_into().ok()
}

/// A field of an object; fields within fields are separated by dots.
fn found<'a>(object: &'a Value, field: &str) -> Option<&'a Value> {
    field.split('.').filter(|key| !key.is_empty()).try_fold(object, |object, key| object.get(key))
}

/// A word or a number, as text.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        _ => None,
    }
}
