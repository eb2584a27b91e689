//! What a home is to the skills: names, states, and a way to change them.

use sayso_intents::Home;
use serde::{Deserialize, Serialize};

/// The state of a device. What it does not have is `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Whether it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<bool>,
    /// How bright it is, in per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brightness: Option<u8>,
    /// Its colour: its English name, as in Home Assistant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// How far it is open, in per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u8>,
    /// Whether it is locked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locked: Option<bool>,
    /// The temperature that it measures, in degrees of the home's scale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// The temperature that it should have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
}

/// A change to a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// On or off.
    On(bool),
    /// A brightness, in per cent.
    Brightness(u8),
    /// A colour: its English name.
    Color(String),
    /// How far it is open, in per cent.
    Position(u8),
    /// Locked or not.
    Locked(bool),
    /// The temperature that it should have.
    Target(f64),
}

/// A device did not do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(
    /// Why, for a log.
    pub String,
);

/// A home: a virtual one, Home Assistant, devices over MQTT.
///
/// Names and states are those known now; asking for them must not wait.
pub trait House: Send {
    /// The names of its areas and devices.
    fn home(&self) -> &Home;

    /// The state of the device with a name. `None` if there is none, or it does not answer.
    fn state(&self, name: &str) -> Option<State>;

    /// Changes a device. May wait for it.
    ///
    /// # Errors
    /// If there is no such device, or it does not do it.
    fn change(&mut self, name: &str, change: &Change) -> Result<(), Failure>;
}

/// A home that exists only here, for demonstrations and tests.
#[derive(Clone, Debug, Default)]
pub struct VirtualHouse {
    home: Home,
    states: std::collections::BTreeMap<String, State>,
}

impl VirtualHouse {
    /// Reads a home as [`Home::from_json`] does. An entity may have a `state`, an object with the
    /// fields of [`State`].
    ///
    /// # Errors
    /// With the reason, if it is no such object.
    pub fn from_json(json: &serde_json::Value) -> Result<Self, String> {
        let home = Home::from_json(json)?;
        let entities = json.get("entities").and_then(serde_json::Value::as_array);
        let mut states = std::collections::BTreeMap::new();
        for entity in entities.into_iter().flatten() {
            let Some(name) = entity.get("name").and_then(serde_json::Value::as_str) else {
                continue;
            };
            let state = entity.get("state").cloned().unwrap_or_else(|| serde_json::json!({}));
            let state =
                serde_json::from_value(state).map_err(|error| format!("{name}: {error}"))?;
            states.insert(name.to_owned(), state);
        }
        Ok(Self { home, states })
    }
}

impl House for VirtualHouse {
    fn home(&self) -> &Home {
        &self.home
    }

    fn state(&self, name: &str) -> Option<State> {
        self.states.get(name).cloned()
    }

    fn change(&mut self, name: &str, change: &Change) -> Result<(), Failure> {
        let state = self.states.get_mut(name);
        let state = state.ok_or_else(|| Failure(format!("there is no {name}")))?;
        match change {
            Change::On(on) => state.on = Some(*on),
            Change::Brightness(brightness) => {
                state.on = Some(*brightness > 0);
                state.brightness = Some(*brightness);
            }
            Change::Color(color) => {
                state.on = Some(true);
                state.color = Some(color.clone());
            }
            Change::Position(position) => state.position = Some(*position),
            Change::Locked(locked) => state.locked = Some(*locked),
            Change::Target(target) => state.target = Some(*target),
        }
        Ok(())
    }
}
