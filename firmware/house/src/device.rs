//! What is known of a device.

use sayso_skills::{Change, State};

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
    /// The hue in degrees, and the saturation in per cent, if it has a colour.
    pub colour: Option<(f64, f64)>,
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

/// The colours that have a name: hue in degrees, saturation in per cent. Home Assistant takes them
/// from CSS.
const COLOURS: [(&str, (f64, f64)); 11] = [
    ("white", (0.0, 0.0)),
    ("red", (0.0, 100.0)),
    ("orange", (38.824, 100.0)),
    ("yellow", (60.0, 100.0)),
    ("green", (120.0, 100.0)),
    ("blue", (240.0, 100.0)),
    ("purple", (300.0, 100.0)),
    ("pink", (349.524, 24.706)),
    ("brown", (0.0, 74.545)),
    ("turquoise", (174.0, 71.429)),
    ("black", (0.0, 0.0)),
];

/// How far two colours may differ and still be called the same: in degrees of hue at full
/// saturation, and in per cent of saturation. Lamps show colours only nearly.
const NEAR: f64 = 20.0;

/// Hue and saturation of a colour, by its English name.
pub fn colour(name: &str) -> Option<(f64, f64)> {
    COLOURS.iter().find(|(known, _)| *known == name).map(|(_, colour)| *colour)
}

/// How far one colour is from another.
fn distance(one: (f64, f64), other: (f64, f64)) -> f64 {
    let turn = (one.0 - other.0).rem_euclid(360.0);
    let hue = turn.min(360.0 - turn) * one.1.min(other.1) / 100.0;
    hue.hypot(one.1 - other.1)
}

/// Whether a lamp that shows one colour shows the other.
pub fn is_near(one: (f64, f64), other: (f64, f64)) -> bool {
    distance(one, other) <= NEAR
}

/// The name of the nearest colour.
pub fn colour_name(colour: (f64, f64)) -> Option<&'static str> {
    let near = |(name, known): &(&'static str, (f64, f64))| (*name, distance(*known, colour));
    let all = COLOURS.iter().map(near);
    let nearest = all.min_by(|one, other| one.1.total_cmp(&other.1))?;
    (nearest.1 <= NEAR).then_some(nearest.0)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_called_by_the_nearest_name() {
        assert_eq!(colour_name((2.0, 98.0)), Some("red"));
        assert_eq!(colour_name((359.0, 100.0)), Some("red"));
        assert_eq!(colour_name((250.0, 95.0)), Some("blue"));
        assert_eq!(colour_name((30.0, 8.0)), Some("white"), "warm white");
        assert_eq!(colour_name((90.0, 50.0)), None);
        for (name, known) in COLOURS {
            assert!(is_near(known, known), "{name}");
        }
        assert!(!is_near((120.0, 100.0), (240.0, 100.0)));
    }
}
