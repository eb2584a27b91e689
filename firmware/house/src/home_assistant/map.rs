//! From Home Assistant's registries and states to names and devices.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::words::{kind, take};
use crate::device::{Area, Confirms, Device, Floor};
use crate::exchange::Names;

/// The assistant that entities are exposed to in Home Assistant's settings.
const ASSISTANT: &str = "conversation";

/// The domains that Home Assistant exposes unless it is told otherwise.
const EXPOSED: [&str; 7] = ["climate", "cover", "fan", "light", "media_player", "scene", "switch"];

/// The classes of sensors that it exposes as well.
const EXPOSED_CLASSES: [&str; 10] = [
    "door",
    "garage_door",
    "lock",
    "motion",
    "opening",
    "presence",
    "window",
    "humidity",
    "temperature",
    "carbon_dioxide",
];

/// What Home Assistant has answered.
#[derive(Clone, Debug, Default)]
pub struct Raw {
    /// The areas.
    pub areas: Value,
    /// The floors.
    pub floors: Value,
    /// The devices: what several entities are parts of.
    pub devices: Value,
    /// The entities that are registered.
    pub entities: Value,
    /// The same with their aliases, by their ids.
    pub aliases: Value,
    /// The entities that are exposed to assistants; `None` if it does not tell.
    pub exposed: Option<Value>,
    /// Whether new ones are exposed.
    pub expose_new: bool,
    /// The state of each entity.
    pub states: BTreeMap<String, Value>,
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str().filter(|text| !text.is_empty())
}

fn texts(value: &Value, key: &str) -> Vec<String> {
    let list = value.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The objects of a list, by the text under `key`.
fn by<'a>(list: &'a Value, key: &str) -> BTreeMap<&'a str, &'a Value> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(|item| Some((text(item, key)?, item))).collect()
}

impl Raw {
    /// The entities that are used, and whether each is registered.
    pub fn used(&self) -> Vec<(&str, bool)> {
        let registered = by(&self.entities, "entity_id");
        let listed = self.exposed.as_ref().map(|exposed| exposed_to_us(exposed));
        let used = |id: &str, state: &Value| {
            let entry = registered.get(id).copied();
            let domain = id.split('.').next().unwrap_or_default();
            if kind(domain).is_none()
                || entry.is_some_and(|entry| text(entry, "disabled_by").is_some())
            {
                return false;
            }
            let Some(listed) = &listed else {
                return entry.is_none_or(is_plain);
            };
            let told = entry.and_then(|entry| {
                entry.get("options")?.get(ASSISTANT)?.get("should_expose")?.as_bool()
            });
            listed.contains(id)
                || told.unwrap_or_else(|| {
                    // Of what is not registered, the list says only what is exposed.
                    let unknown = entry.is_some() || listed.is_empty();
                    let class = state.get("attributes").and_then(|a| text(a, "device_class"));
                    let usual = EXPOSED.contains(&domain)
                        || class.is_some_and(|class| EXPOSED_CLASSES.contains(&class));
                    unknown && self.expose_new && usual && entry.is_none_or(is_plain)
                })
        };
        let used = self.states.iter().filter(|(id, state)| used(id, state));
        used.map(|(id, _)| (id.as_str(), registered.contains_key(id.as_str()))).collect()
    }

    /// The floors and areas.
    pub fn names(&self) -> Names {
        let floors = by(&self.floors, "floor_id");
        let floor = |item: &Value| {
            Some(Floor { name: text(item, "name")?.to_owned(), aliases: texts(item, "aliases") })
        };
        let area = |item: &Value| {
            let floor = text(item, "floor_id").and_then(|id| text(floors.get(id)?, "name"));
            Some(Area {
                name: text(item, "name")?.to_owned(),
                aliases: texts(item, "aliases"),
                floor: floor.map(str::to_owned),
            })
        };
        let areas = self.areas.as_array().into_iter().flatten();
        Names {
            floors: floors.values().filter_map(|item| floor(item)).collect(),
            areas: areas.filter_map(area).collect(),
        }
    }

    /// The devices that are used.
    pub fn devices(&self) -> Vec<Device> {
        let areas = by(&self.areas, "area_id");
        let devices = by(&self.devices, "id");
        let entities = by(&self.entities, "entity_id");
        let device = |(id, _): (&str, bool)| {
            let entry = entities.get(id).copied();
            let of_device = || {
                let device = devices.get(text(entry?, "device_id")?)?;
                text(device, "area_id")
            };
            let area = entry.and_then(|entry| text(entry, "area_id")).or_else(of_device);
            let area = area.and_then(|id| text(areas.get(id)?, "name"));
            let state = self.states.get(id)?;
            let mut device = described(id, state)?;
            device.area = area.map(str::to_owned);
            device.aliases = self.aliases.get(id).map(|e| texts(e, "aliases")).unwrap_or_default();
            Some(device)
        };
        self.used().into_iter().filter_map(device).collect()
    }
}

/// The ids in a list of exposed entities that are exposed to us.
fn exposed_to_us(list: &Value) -> BTreeSet<&str> {
    let all = list.get("exposed_entities").and_then(Value::as_object);
    let to_us = |to: &Value| to.get(ASSISTANT).and_then(Value::as_bool) == Some(true);
    all.into_iter().flatten().filter(|(_, to)| to_us(to)).map(|(id, _)| id.as_str()).collect()
}

/// Whether an entry is for daily use: neither hidden nor for the maintenance of a device.
fn is_plain(entry: &Value) -> bool {
    text(entry, "entity_category").is_none() && text(entry, "hidden_by").is_none()
}

/// What the state of an entity says of its device.
pub fn described(id: &str, state: &Value) -> Option<Device> {
    let kind = kind(id.split('.').next()?)?;
    let attributes = state.get("attributes").unwrap_or(&Value::Null);
    let name = text(attributes, "friendly_name").map(str::to_owned);
    let confirms = match kind {
        "scene" | "script" => Confirms::Accepting,
        _ => Confirms::State,
    };
    let mut device = Device {
        id: id.to_owned(),
        name: name.unwrap_or_else(|| id.replace(['.', '_'], " ")),
        kind: kind.to_owned(),
        class: text(attributes, "device_class").map(str::to_owned),
        confirms,
        ..Device::default()
    };
    take(&mut device, text(state, "state").unwrap_or_default(), attributes);
    Some(device)
}

#[cfg(test)]
#[path = "map_tests.rs"]
mod tests;
