//! What describes a device, and what follows from its kind and its style.

use serde_json::json;

/// The kinds of devices.
pub const KINDS: [&str; 8] =
    ["light", "switch", "fan", "cover", "lock", "climate", "sensor", "binary_sensor"];

/// The styles.
pub const STYLES: [&str; 3] = ["plain", "json", "tasmota"];

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
    /// Whether a lamp has colours, for JSON and Tasmota.
    pub colour: bool,
    /// Where it is told its colour.
    pub colour_command_topic: String,
    /// Where it says its colour.
    pub colour_state_topic: String,
    /// Where a thermostat is told the temperature to hold.
    pub target_command_topic: String,
    /// Where it says which temperature it is to hold.
    pub target_state_topic: String,
    /// The field in an object with the temperature to hold.
    pub target_field: String,
    /// Where it says which temperature it measures.
    pub temperature_topic: String,
    /// The field in an object that holds the state of a sensor, or the temperature that a thermostat
    /// measures.
    pub field: String,
    /// The unit of a sensor.
    pub unit: String,
}

/// The field of a thermostat's object that says whether it heats, and the one with the temperature
/// that it measures: those of Zigbee2MQTT.
pub(super) const MODE: &str = "system_mode";
const MEASURED: &str = "local_temperature";

/// A topic and a payload that make a device report.
type Query = Option<(String, String)>;

fn or(text: &mut String, default: impl Into<String>) {
    if text.is_empty() {
        *text = default.into();
    }
}

impl DeviceSettings {
    /// These settings with what follows from the kind and the style, and what makes the device
    /// report.
    ///
    /// # Errors
    /// If something is missing, or is not known.
    pub(super) fn filled(&self) -> Result<(Self, Query), String> {
        let mut known = self.clone();
        or(&mut known.name, self.id.replace(['-', '_'], " "));
        or(&mut known.kind, "switch");
        or(&mut known.style, "plain");
        let choice = |key: &str, value: &str, all: &[&str]| {
            Err(self.wrong(format!("{key} = {value:?}: there are {}", all.join(", "))))
        };
        if !KINDS.contains(&&*known.kind) {
            return choice("kind", &known.kind, &KINDS);
        }
        if !STYLES.contains(&&*known.style) {
            return choice("style", &known.style, &STYLES);
        }
        let query = known.fill_topics()?;
        known.has_topics()?;
        known.fill_words();
        Ok((known, query))
    }

    /// What is wrong with this device.
    pub(super) fn wrong(&self, why: impl AsRef<str>) -> String {
        format!("mqtt.devices.{}: {}", self.id, why.as_ref())
    }

    /// Whether this is a lamp that can show colours.
    pub(super) fn has_colours(&self) -> bool {
        self.kind == "light" && (self.colour || !self.colour_command_topic.is_empty())
    }

    /// Fills in the topics of the style.
    fn fill_topics(&mut self) -> Result<Query, String> {
        let topic = self.topic.trim_matches('/').to_owned();
        match &*self.style {
            "json" if !topic.is_empty() => {
                or(&mut self.state_topic, topic.clone());
                or(&mut self.command_topic, format!("{topic}/set"));
                let field = if self.kind == "climate" { MEASURED } else { "state" };
                let payload = json!({field: ""}).to_string();
                Ok(Some((format!("{topic}/get"), payload)))
            }
            "tasmota" if self.kind == "climate" => {
                Err(self.wrong("style = \"tasmota\": a thermostat is \"plain\" or \"json\""))
            }
            "tasmota" if !topic.is_empty() => {
                or(&mut self.state_topic, format!("stat/{topic}/RESULT"));
                or(&mut self.command_topic, format!("cmnd/{topic}/POWER"));
                or(&mut self.level_command_topic, format!("cmnd/{topic}/Dimmer"));
                or(&mut self.availability_topic, format!("tele/{topic}/LWT"));
                if self.colour {
                    // It keeps the brightness.
                    or(&mut self.colour_command_topic, format!("cmnd/{topic}/Color2"));
                }
                Ok(Some((format!("cmnd/{topic}/STATE"), String::new())))
            }
            "tasmota" => Err(self.wrong("topic is missing")),
            _ => Ok(None),
        }
    }

    /// Checks that it has the topics that its kind needs.
    fn has_topics(&self) -> Result<(), String> {
        let missing = |topic: &str| Err(self.wrong(format!("{topic} is missing")));
        match &*self.kind {
            "sensor" | "binary_sensor" if self.state_topic.is_empty() => missing("state_topic"),
            "sensor" | "binary_sensor" => Ok(()),
            "climate" if self.style == "json" && self.command_topic.is_empty() => missing("topic"),
            "climate" if self.style == "json" => Ok(()),
            "climate" if self.target_command_topic.is_empty() => missing("target_command_topic"),
            "climate" => Ok(()),
            _ if self.command_topic.is_empty() => missing("command_topic"),
            _ => Ok(()),
        }
    }

    /// Fills in the words and numbers that it is told, and says.
    fn fill_words(&mut self) {
        if self.level_scale == 0 {
            self.level_scale = match (&*self.kind, &*self.style) {
                ("cover", _) | (_, "tasmota") => 100,
                (_, "json") => 254,
                _ => 255,
            };
        }
        if self.kind == "climate" {
            or(&mut self.field, MEASURED);
            or(&mut self.target_field, "occupied_heating_setpoint");
        }
        let (on, off, is_on, is_off) = match &*self.kind {
            "cover" => ("OPEN", "CLOSE", "open", "closed"),
            "lock" => ("LOCK", "UNLOCK", "LOCKED", "UNLOCKED"),
            "climate" => ("heat", "off", "heat", "off"),
            _ => ("ON", "OFF", "ON", "OFF"),
        };
        or(&mut self.on, on);
        or(&mut self.off, off);
        // What a device is told is usually what it says.
        let told = |default: &str, word: &str, usual: &str| {
            if word == usual { default.to_owned() } else { word.to_owned() }
        };
        let (told_on, told_off) = (told(is_on, &self.on, on), told(is_off, &self.off, off));
        or(&mut self.state_on, told_on);
        or(&mut self.state_off, told_off);
    }
}
