//! What is known of a device.

use sayso_skills::{Change, State};

use crate::colour::Colour;

/// A device, as its origin describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Device {
    /// What its origin calls it: the entity in Home Assistant, the name of the setting for MQTT.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its other names.
    pub aliases: Vec<String>,
    /// Its kind, as in Home Assistant: `light`, `cover`.
    pub kind: String,
    /// Its kind within the kind: `blind`, `window`.
    pub class: Option<String>,
    /// The name of the area where it is.
    pub area: Option<String>,
    /// Its state; `None` if it cannot be reached.
    pub state: Option<State>,
    /// Where it moves to, in per cent, while it moves.
    pub moves_to: Option<u8>,
    /// Its colour, if it has one.
    pub colour: Option<Colour>,
    /// Whether its light can be dimmed.
    pub dims: bool,
    /// Whether its light has colours.
    pub colours: bool,
    /// How it confirms that something was done.
    pub confirms: Confirms,
    /// Counts the reports of its state.
    pub reports: u64,
}

impl Device {
    /// Whether it can do this at all, as far as is known.
    pub fn can(&self, change: &Change) -> bool {
        match change {
            Change::Brightness(1..) => self.dims,
            Change::Color(_) => self.colours,
            _ => true,
        }
    }
}

/// How a device confirms that something was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Confirms {
    /// By its state.
    #[default]
    State,
    /// By accepting it: a scene has no state that lasts.
    Accepting,
    /// Not at all.
    Never,
}

/// An area, and the floor it is on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// Its name.
    pub name: String,
    /// Its other names.
    pub aliases: Vec<String>,
    /// The name of its floor.
    pub floor: Option<String>,
}

/// A floor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Floor {
    /// Its name.
    pub name: String,
    /// Its other names.
    pub aliases: Vec<String>,
}

/// What a sensor measures, as it is written for a person.
pub fn measured(value: &str, unit: &str) -> String {
    let value: String = value.chars().filter(|c| !c.is_control()).take(100).collect();
    // "21.5600000" is more exact than anyone wants to hear.
    let value = match value.parse::<f64>() {
        Ok(number) if number.is_finite() && value.contains('.') => {
            format!("{}", (number * 10.0).round() / 10.0)
        }
        _ => value,
    };
    let space = if unit.is_empty() || unit == "%" { "" } else { " " };
    format!("{value}{space}{unit}")
}
