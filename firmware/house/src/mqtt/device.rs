//! How a device is told what to do. `reports` has how it says what it does.
//!
//! There are three styles. In a *plain* one, a payload is a word or a number, as Home Assistant's
//! own MQTT devices have it. In *JSON*, it is an object (`{"state": "ON", "brightness": 128}`), as
//! Home Assistant's JSON schema and Zigbee2MQTT have it. *Tasmota* has topics of its own.

use sayso_skills::{Change, State};
use serde_json::json;

use super::settings::{DeviceSettings, MODE};
use crate::colour::{colour, to_rgb};
use crate::device::{Confirms, Device};

/// A message to a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub topic: String,
    pub payload: String,
}

/// A device with all that follows from its settings.
#[derive(Clone, Debug)]
pub struct Described {
    pub(super) settings: DeviceSettings,
    /// A message that asks for its state.
    query: Option<Message>,
}

impl Described {
    /// A device as it is described.
    ///
    /// # Errors
    /// As [`DeviceSettings::filled`].
    pub fn new(settings: &DeviceSettings) -> Result<Self, String> {
        let (settings, query) = settings.filled()?;
        let query = query.map(|(topic, payload)| Message { topic, payload });
        let described = Self { settings, query };
        for topic in described.topics().chain(described.told()) {
            if !is_topic(topic) {
                return Err(described.settings.wrong(format!("{topic:?} is no topic")));
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
        let all = [
            &known.state_topic,
            &known.level_state_topic,
            &known.colour_state_topic,
            &known.target_state_topic,
            &known.temperature_topic,
            &known.availability_topic,
        ];
        all.into_iter().map(String::as_str).filter(|topic| !topic.is_empty())
    }

    /// The topics on which it is told what to do.
    fn told(&self) -> impl Iterator<Item = &str> {
        let known = &self.settings;
        let query = self.query.iter().map(|query| query.topic.as_str());
        let all = [
            known.command_topic.as_str(),
            known.level_command_topic.as_str(),
            known.colour_command_topic.as_str(),
            known.target_command_topic.as_str(),
        ];
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
        let reports = self.topics().any(|topic| topic != known.availability_topic);
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
            colours: known.has_colours(),
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
                ("light", Change::Color(name)) if known.has_colours() => {
                    let [r, g, b] = to_rgb(colour(name)?);
                    json!({"state": word(true), "color": {"r": r, "g": g, "b": b}})
                }
                ("cover", Change::Position(0)) => json!({"state": word(false)}),
                ("cover", Change::Position(100)) => json!({"state": word(true)}),
                ("cover", Change::Position(percent)) => json!({"position": level(*percent)}),
                ("climate", Change::On(on)) => json!({MODE: word(*on)}),
                ("climate", Change::Target(target)) => json!({&*known.target_field: target}),
                ("lock", Change::Locked(locked)) => json!({"state": word(*locked)}),
                _ => return None,
            };
            return plain(&known.command_topic, object.to_string());
        }
        match (&*known.kind, change) {
            ("light" | "switch" | "fan" | "climate", Change::On(on)) => {
                plain(&known.command_topic, word(*on))
            }
            ("climate", Change::Target(target)) => {
                plain(&known.target_command_topic, target.to_string())
            }
            ("light", Change::Color(name)) => {
                let [r, g, b] = to_rgb(colour(name)?);
                plain(&known.colour_command_topic, format!("{r},{g},{b}"))
            }
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
}

/// Whether a topic can be subscribed to and written to.
fn is_topic(topic: &str) -> bool {
    topic.len() <= 65_535 && !topic.contains(['#', '+', '\0'])
}

#[cfg(test)]
#[path = "device_tests.rs"]
mod tests;
