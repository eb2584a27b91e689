//! Names that people can tell apart: the skill knows a device by its name.

use std::collections::BTreeMap;

use sayso_intents::{Entity, Home, Place};

use crate::device::{Area, Device, Floor};

/// More devices than a home has, and more letters than a name has: a limit for what a wrong or a
/// hostile origin may fill the memory with.
const MOST: usize = 4_000;
const LONGEST: usize = 100;

/// The home of some devices, and the place of each in `devices` by its name.
pub fn home(
    floors: &[Floor],
    areas: &[Area],
    devices: &[Device],
) -> (Home, BTreeMap<String, usize>) {
    let devices: Vec<&Device> = devices.iter().take(MOST).collect();
    let names = unique(&devices);
    let entity = |(device, name): (&&Device, &String)| {
        let mut aliases: Vec<String> = device.aliases.iter().map(|name| short(name)).collect();
        // Its own name is shared with others: whoever says it is asked which one.
        if *name != short(&device.name) {
            aliases.push(short(&device.name));
        }
        Entity {
            name: name.clone(),
            aliases,
            domain: Some(device.kind.clone()),
            area: device.area.as_deref().map(short),
            floor: None,
            device_class: device.class.clone(),
        }
    };
    let entities = devices.iter().zip(&names).map(entity).collect();
    let listed = |names: &[String]| names.iter().map(|name| short(name)).collect();
    let places = areas.iter().take(MOST).map(|area| Place {
        name: short(&area.name),
        aliases: listed(&area.aliases),
        floor: area.floor.as_deref().map(short),
    });
    let mut places: Vec<Place> = places.collect();
    // A broker knows no areas: those of its devices are the areas.
    for name in devices.iter().filter_map(|device| device.area.as_deref().map(short)) {
        if !places.iter().any(|place| place.name.to_lowercase() == name.to_lowercase()) {
            places.push(Place { name, aliases: Vec::new(), floor: None });
        }
    }
    let storeys = floors.iter().take(MOST).map(|floor| Place {
        name: short(&floor.name),
        aliases: listed(&floor.aliases),
        floor: None,
    });
    let home = Home::new(places, storeys.collect(), entities);
    (home, names.into_iter().enumerate().map(|(place, name)| (name, place)).collect())
}

fn short(name: &str) -> String {
    name.trim().chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}

/// A name for each device. If several have the same, that of their area comes before it; if this
/// does not help, they are numbered.
fn unique(devices: &[&Device]) -> Vec<String> {
    let mut names: Vec<String> = devices.iter().map(|device| short(&device.name)).collect();
    let shared = |names: &[String], name: &str| {
        names.iter().filter(|other| other.to_lowercase() == name.to_lowercase()).count() > 1
    };
    let before = names.clone();
    for (name, device) in names.iter_mut().zip(devices) {
        if let Some(area) = device.area.as_deref().filter(|_| shared(&before, name)) {
            *name = short(&format!("{area} {name}"));
        }
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for name in &mut names {
        let count = seen.entry(name.to_lowercase()).or_default();
        *count += 1;
        if *count > 1 {
            *name = format!("{name} {count}");
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(name: &str, area: &str) -> Device {
        let area = Some(area.to_owned()).filter(|area| !area.is_empty());
        Device { name: name.into(), kind: "light".into(), area, ..Device::default() }
    }

    #[test]
    fn devices_with_the_same_name_can_be_told_apart() {
        let devices = [
            device("Lamp", "Kitchen"),
            device("lamp", "Bedroom"),
            device("Fan", "Bedroom"),
            device("Lamp", ""),
            device("Lamp", ""),
        ];
        let (home, places) = home(&[], &[], &devices);
        let names: Vec<&str> = home.entities().map(|entity| entity.name.as_str()).collect();
        assert_eq!(names, ["Kitchen Lamp", "Bedroom lamp", "Fan", "Lamp", "Lamp 2"]);
        assert_eq!(places["Bedroom lamp"], 1);
        let first = home.entities().next().map(|entity| entity.aliases.clone());
        assert_eq!(first, Some(vec!["Lamp".to_owned()]));
    }

    #[test]
    fn names_and_numbers_are_bounded() {
        let mut devices = vec![device(&"x".repeat(1_000_000), "")];
        devices.resize(MOST + 10, device("a\nb", ""));
        let (home, _) = home(&[], &[], &devices);
        assert_eq!(home.entities().count(), MOST);
        assert!(home.entities().all(|entity| entity.name.len() <= LONGEST + 10));
        assert!(home.entities().any(|entity| entity.name == "ab"));
    }
}
