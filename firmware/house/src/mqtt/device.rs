//! How a device is told what to do, and how it says what it does.
//!
//! There are three styles. In a *plain* one, a payload is a word or a number, as Home Assistant's
//! own MQTT devices have it. In *JSON*, it is an object (`{"state": "ON", "brightness": 128}`), as
//! Home Assistant's JSON schema and Zigbee2MQTT have it. *Tasmota* has topics of its own.

use sayso_skills::{Change, State};
use serde_json::{Value, json};

use crate::device::{Confirms, Device, measured};

/// The kinds of devices.
pub const KINDS: [&str; 7] = ["light", "switch", "fan", "cover", "lock", "sensor", "binary_sensor"];

/// The styles.
pub const STYLES: [&str; 3] = ["plain", "json", "tasmota"];

/// A longer payload is no state.
const LONGEST: usize = 65_536;

/// A device as the settings describe it. What is "" or 0 follows from the kind and the style.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceSettings {
    /// The name of its section.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its other names.
    pub aliases: Vec<String>,
    /// The area where it is.
    pub area: String,
    /// One of [`KINDS`].
    pub kind: String,
    /// Its kind within the kind: `blind`, `garage`.
    pub class: String,
    /// One of [`STYLES`].
    pub style: String,
    /// The beginning of its topics, for JSON and Tasmota.
    pub topic: String,
    /// Where it is told what to do.
    pub command_topic: String,
    /// Where it says what it does.
    pub state_topic: String,
    /// Where it says whether it is there.
    pub availability_topic: String,
    /// What it is told: on, open, locked.
    pub on: String,
    /// What it is told: off, closed, unlocked.
    pub off: String,
    /// What it says when it is on, open, locked.
    pub state_on: String,
    /// What it says when it is off, closed, unlocked.
    pub state_off: String,
    /// Where it is told how bright it shall be, or how far open.
    pub level_command_topic: String,
    /// Where it says how bright or how far open it is.
    pub level_state_topic: String,
    /// The level that is full.
    pub level_scale: u32,
    /// The field in an object that holds the state of a sensor.
    pub field: String,
    /// The unit of a sensor.
    pub unit: String,
}

/// A message to a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub topic: String,
    pub payload: String,
}

/// A device with all that follows from its settings.
#[derive(Clone, Debug)]
pub struct Described {
    settings: DeviceSettings,
    /// A message that asks for its state.
    query: Option<Message>,
}

fn or(text: &mut String, default: impl Into<String>) {
    if text.is_empty() {
        *text = default.into();
    }
}

impl Described {
    /// Fills in what follows from the kind and the style.
    ///
    /// # Errors
    /// If something is missing, or a topic cannot be used.
    pub fn new(settings: &DeviceSettings) -> Result<Self, String> {
        let mut known = settings.clone();
        let wrong = |why: String| Err(format!("mqtt.devices.{}: {why}", settings.id));
        or(&mut known.name, known.id.replace(['-', '_'], " "));
        or(&mut known.kind, "switch");
        or(&mut known.style, "plain");
        if !KINDS.contains(&&*known.kind) {
            return wrong(format!("kind = {:?}: there are {}", known.kind, KINDS.join(", ")));
        }
        if !STYLES.contains(&&*known.style) {
            return wrong(format!("style = {:?}: there are {}", known.style, STYLES.join(", ")));
        }
        let is_sensor = known.kind.ends_with("sensor");
        let topic = known.topic.trim_matches('/').to_owned();
        let mut query = None;
        match &*known.style {
            "json" if !topic.is_empty() => {
                or(&mut known.state_topic, topic.clone());
                or(&mut known.command_topic, format!("{topic}/set"));
                let payload = json!({"state": ""}).to_string();
                query = Some(Message { topic: format!("{topic}/get"), payload });
            }
            "tasmota" if !topic.is_empty() => {
                or(&mut known.state_topic, format!("stat/{topic}/RESULT"));
                or(&mut known.command_topic, format!("cmnd/{topic}/POWER"));
                or(&mut known.level_command_topic, format!("cmnd/{topic}/Dimmer"));
                or(&mut known.availability_topic, format!("tele/{topic}/LWT"));
                query = Some(Message { topic: format!("cmnd/{topic}/STATE"), payload: "".into() });
            }
            "tasmota" => return wrong("topic is missing".into()),
            _ => {}
        }
        if is_sensor && known.state_topic.is_empty() {
            return wrong("state_topic is missing".into());
        }
        if !is_sensor && known.command_topic.is_empty() {
            return wrong("command_topic is missing".into());
        }
        let scale = match &*known.style {
            "tasmota" => 100,
            "json" => 254,
            _ => 255,
        };
        if known.level_scale == 0 {
            known.level_scale = if known.kind == "cover" { 100 } else { scale };
        }
        let (on, off, is_on, is_off) = match &*known.kind {
            "cover" => ("OPEN", "CLOSE", "open", "closed"),
            "lock" => ("LOCK", "UNLOCK", "LOCKED", "UNLOCKED"),
            _ => ("ON", "OFF", "ON", "OFF"),
        };
        or(&mut known.on, on);
        or(&mut known.off, off);
        // What a device is told is usually what it says.
        let told = |default: &str, word: &str, usual: &str| {
            if word == usual { default.to_owned() } else { word.to_owned() }
        };
        let (told_on, told_off) = (told(is_on, &known.on, on), told(is_off, &known.off, off));
        or(&mut known.state_on, told_on);
        or(&mut known.state_off, told_off);
        let described = Self { settings: known, query };
        for topic in described.topics().chain(described.told()) {
            if !is_topic(topic) {
                return wrong(format!("{topic:?} is no topic"));
            }
        }
        Ok(described)
    }

    /// The name of its section.
    pub fn id(&self) -> &str {
        &self.settings.id
    }

    /// The topics that it reports on.
    pub fn topics(&self) -> impl Iterator<Item = &str> {
        let known = &self.settings;
        let all = [&known.state_topic, &known.level_state_topic, &known.availability_topic];
        all.into_iter().map(String::as_str).filter(|topic| !topic.is_empty())
    }

    /// The topics on which it is told what to do.
    fn told(&self) -> impl Iterator<Item = &str> {
        let known = &self.settings;
        let query = self.query.iter().map(|query| query.topic.as_str());
        let all = [known.command_topic.as_str(), known.level_command_topic.as_str()];
        all.into_iter().chain(query).filter(|topic| !topic.is_empty())
    }

    /// A message that makes it report.
    pub fn query(&self) -> Option<&Message> {
        self.query.as_ref()
    }

    /// What is known of it before it has reported anything.
    pub fn device(&self) -> Device {
        let known = &self.settings;
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let reports = !known.state_topic.is_empty() || !known.level_state_topic.is_empty();
        Device {
            id: known.id.clone(),
            name: known.name.clone(),
            aliases: known.aliases.clone(),
            kind: known.kind.clone(),
            class: some(&known.class),
            area: some(&known.area),
            state: Some(State::default()),
            // What it has no topic for is refused later.
            dims: true,
            confirms: if reports { Confirms::State } else { Confirms::Never },
            ..Device::default()
        }
    }

    /// How it is told about a change. `None` if it cannot do that.
    pub fn message(&self, change: &Change) -> Option<Message> {
        let known = &self.settings;
        let plain = |topic: &str, payload: String| {
            (!topic.is_empty()).then(|| Message { topic: topic.to_owned(), payload })
        };
        let level = |percent: u8| (u32::from(percent) * known.level_scale + 50) / 100;
        let word = |on: bool| if on { known.on.clone() } else { known.off.clone() };
        if known.style == "json" {
            let object = match (&*known.kind, change) {
                ("light" | "switch" | "fan", Change::On(on)) => json!({"state": word(*on)}),
                ("light", Change::Brightness(0)) => json!({"state": word(false)}),
                ("light", Change::Brightness(percent)) => {
                    json!({"state": word(true), "brightness": level(*percent)})
                }
                ("cover", Change::Position(0)) => json!({"state": word(false)}),
                ("cover", Change::Position(100)) => json!({"state": word(true)}),
                ("cover", Change::Position(percent)) => json!({"position": level(*percent)}),
                ("lock", Change::Locked(locked)) => json!({"state": word(*locked)}),
                _ => return None,
            };
            return plain(&known.command_topic, object.to_string());
        }
        match (&*known.kind, change) {
            ("light" | "switch" | "fan", Change::On(on)) => plain(&known.command_topic, word(*on)),
            ("light", Change::Brightness(0)) => plain(&known.command_topic, word(false)),
            ("light", Change::Brightness(percent)) => {
                plain(&known.level_command_topic, level(*percent).to_string())
            }
            ("cover", Change::Position(0)) => plain(&known.command_topic, word(false)),
            ("cover", Change::Position(100)) => plain(&known.command_topic, word(true)),
            ("cover", Change::Position(percent)) => {
                plain(&known.level_command_topic, level(*percent).to_string())
            }
            ("lock", Change::Locked(locked)) => plain(&known.command_topic, word(*locked)),
            _ => None,
        }
    }

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
        } else {
            if topic == known.state_topic {
                took |= self.word(device, &mut state, text);
            }
            if topic == known.level_state_topic {
                took |= text.parse().is_ok_and(|number| self.level(&mut state, number));
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

/// Whether a topic can be subscribed to and written to.
fn is_topic(topic: &str) -> bool {
    topic.len() <= 65_535 && !topic.contains(['#', '+', '\0'])
}

#[cfg(test)]
#[path = "device_tests.rs"]
mod tests;
