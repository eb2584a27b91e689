//! What a home is to the skills: names, states, and a way to change them.

use std::sync::Arc;

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
    /// What a sensor measures, with its unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
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

/// How far a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The device is in the state that was asked for, as it reports itself.
    Done,
    /// The device is on its way there, which takes long: a cover that moves.
    Moving,
    /// The device was told, but it never reports its state.
    Sent,
    /// It is not known yet. [`House::progress`] tells more of this number.
    Waits(u64),
}

/// Where devices are, if they are not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Home Assistant.
    HomeAssistant,
    /// An MQTT broker.
    Mqtt,
}

/// A device did not do it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// Its origin cannot be reached: nothing was sent.
    Unreachable(Origin),
    /// Its origin was lost before it answered: nobody knows whether it was done.
    Lost(Origin),
    /// The device cannot be reached from its origin, or there is no such device.
    Silent,
    /// The device has not reported the new state within the time limit.
    Late,
    /// It was refused. Why, for a log.
    Refused(String),
}

/// A home: a virtual one, Home Assistant, devices over MQTT.
///
/// Names and states are those known at the last [`refresh`](Self::refresh). Nothing waits.
pub trait House: Send {
    /// Takes up what is known now.
    fn refresh(&mut self) {}

    /// Whether it is not known yet whether its origin can be reached. Not for long.
    fn is_connecting(&self) -> bool {
        false
    }

    /// The names of its areas and devices.
    fn home(&self) -> &Arc<Home>;

    /// The state of the device with a name. `None` if there is none, or it cannot be reached.
    fn state(&self, name: &str) -> Option<State>;

    /// Begins to change a device. Does not wait for it.
    ///
    /// # Errors
    /// If it is known already that the device does not do it.
    fn change(&mut self, name: &str, change: &Change) -> Result<Progress, Failure>;

    /// How far a change is that [`change`](Self::change) left waiting. It does not wait for ever.
    ///
    /// # Errors
    /// If the device did not do it.
    fn progress(&mut self, _waits: u64) -> Result<Progress, Failure> {
        Err(Failure::Silent)
    }

    /// What cannot be reached now.
    fn unreachable(&self) -> Vec<Origin> {
        Vec::new()
    }
}

/// A home that exists only here, for demonstrations and tests.
#[derive(Clone, Debug, Default)]
pub struct VirtualHouse {
    home: Arc<Home>,
    states: std::collections::BTreeMap<String, State>,
}

impl VirtualHouse {
    /// Reads a home as [`Home::from_json`] does. An entity may have a `state`, an object with the
    /// fields of [`State`].
    ///
    /// # Errors
    /// With the reason, if it is no such object.
    pub fn from_json(json: &serde_json::Value) -> Result<Self, String> {
        let home = Arc::new(Home::from_json(json)?);
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
    fn home(&self) -> &Arc<Home> {
        &self.home
    }

    fn state(&self, name: &str) -> Option<State> {
        self.states.get(name).cloned()
    }

    fn change(&mut self, name: &str, change: &Change) -> Result<Progress, Failure> {
        let state = self.states.get_mut(name).ok_or(Failure::Silent)?;
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
        Ok(Progress::Done)
    }
}
