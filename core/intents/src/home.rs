//! A home: its areas, floors and entities, and their names.

use std::collections::HashSet;

use serde_json::Value;

use crate::near::{self, Known};
use crate::text;
use crate::trie::Trie;

/// An area or a floor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its name, which is the value of a slot.
    pub name: String,
    /// Its other names.
    pub aliases: Vec<String>,
    /// The name of an area's floor.
    pub floor: Option<String>,
}

/// A device, a scene, a person, or anything else with a name and a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// Its name, which is the value of a slot.
    pub name: String,
    /// Its other names.
    pub aliases: Vec<String>,
    /// Its kind: `light`, `cover`, `person`.
    pub domain: Option<String>,
    /// The name of the area where it is.
    pub area: Option<String>,
    /// The name of the floor where it is, if it is in no area.
    pub floor: Option<String>,
    /// Its kind within the domain: `window`, `curtain`.
    pub device_class: Option<String>,
}

/// A home, indexed by its names.
#[derive(Clone, Debug, Default)]
pub struct Home {
    pub(crate) areas: Vec<Place>,
    pub(crate) floors: Vec<Place>,
    pub(crate) entities: Vec<Entity>,
    pub(crate) area_names: Trie<u32>,
    pub(crate) floor_names: Trie<u32>,
    pub(crate) entity_names: Trie<u32>,
    /// All names, folded and in order.
    pub(crate) names: Vec<Vec<char>>,
    /// The same names, only their letters and digits.
    pub(crate) squeezed: Vec<Known>,
    /// The words of all names.
    pub(crate) words: HashSet<Vec<char>>,
}

impl Home {
    /// A home with these areas, floors and entities.
    pub fn new(areas: Vec<Place>, floors: Vec<Place>, entities: Vec<Entity>) -> Self {
        let mut home = Self { areas, floors, entities, ..Self::default() };
        let named = |name: &String, aliases: &[String]| -> Vec<Vec<char>> {
            let all = std::iter::once(name).chain(aliases);
            all.map(|name| text::folded(name).chars).collect()
        };
        let mut names = Vec::new();
        let mut index = |trie: &mut Trie<u32>, at: usize, called: Vec<Vec<char>>| {
            for name in called {
                trie.insert(name.iter().copied(), u32::try_from(at).unwrap_or(u32::MAX));
                names.push(name);
            }
        };
        for (at, area) in home.areas.iter().enumerate() {
            index(&mut home.area_names, at, named(&area.name, &area.aliases));
        }
        for (at, floor) in home.floors.iter().enumerate() {
            index(&mut home.floor_names, at, named(&floor.name, &floor.aliases));
        }
        for (at, entity) in home.entities.iter().enumerate() {
            index(&mut home.entity_names, at, named(&entity.name, &entity.aliases));
        }
        names.sort();
        names.dedup();
        names.retain(|name| !name.is_empty());
        home.squeezed = names.iter().map(|name| Known::squeezed(name)).collect();
        let words = names.iter().flat_map(|name| name.split(|c| near::joins(*c)));
        home.words = words.map(<[char]>::to_vec).collect();
        home.names = names;
        home
    }

    /// All names of areas, floors and entities, aliases included.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let places = self.areas.iter().chain(&self.floors);
        let places = places.flat_map(|place| std::iter::once(&place.name).chain(&place.aliases));
        let entities = self.entities.iter();
        let entities =
            entities.flat_map(|entity| std::iter::once(&entity.name).chain(&entity.aliases));
        places.chain(entities).map(String::as_str)
    }

    /// Reads an object with `areas`, `floors` and `entities`. Each is a list of objects with a
    /// `name` and, optionally, an `id` and `aliases`. An area may have a `floor`. An entity has a
    /// `domain`, or an `id` that begins with it, and may have an `area`, a `floor`, and
    /// `attributes` with a `device_class`. Areas and floors are referred to by name or id.
    /// Everything else is ignored.
    ///
    /// # Errors
    /// With the reason, if it is no such object.
    pub fn from_json(json: &Value) -> Result<Self, String> {
        const PARTS: [&str; 3] = ["areas", "floors", "entities"];
        let wrong = || format!("a home must be an object with {}", PARTS.join(", "));
        let Some(object) = json.as_object() else { return Err(wrong()) };
        if !object.is_empty() && !PARTS.iter().any(|part| object.contains_key(*part)) {
            return Err(wrong());
        }
        let all = |key: &str| -> Result<Vec<&Value>, String> {
            match json.get(key) {
                None | Some(Value::Null) => Ok(Vec::new()),
                Some(Value::Array(items)) => Ok(items.iter().collect()),
                Some(_) => Err(format!("`{key}` must be a list")),
            }
        };
        let string =
            |item: &Value, key: &str| item.get(key).and_then(Value::as_str).map(str::to_owned);
        // The name of an area or a floor that is given by its name or id.
        let named = |places: &[&Value], called: String| {
            let by_id = places.iter().find(|item| string(item, "id").as_ref() == Some(&called));
            by_id.and_then(|item| string(item, "name")).unwrap_or(called)
        };
        let (areas, floors) = (all("areas")?, all("floors")?);
        let places = |key: &str| -> Result<Vec<Place>, String> {
            let mut places: Vec<Place> = Vec::new();
            for item in all(key)? {
                let (name, aliases) = names(item, key)?;
                let floor = string(item, "floor").map(|floor| named(&floors, floor));
                match places.iter_mut().find(|place| place.name == name) {
                    Some(place) => place.floor = floor.or(place.floor.take()),
                    None => places.push(Place { name, aliases, floor }),
                }
            }
            Ok(places)
        };
        let mut entities: Vec<Entity> = Vec::new();
        for item in all("entities")? {
            let (name, aliases) = names(item, "entities")?;
            let id = string(item, "id").or_else(|| string(item, "entity_id"));
            let domain = string(item, "domain").or_else(|| {
                let (domain, _) = id.as_deref()?.split_once('.')?;
                Some(domain.to_owned())
            });
            let area = string(item, "area").map(|area| named(&areas, area));
            let floor = string(item, "floor").map(|floor| named(&floors, floor));
            let device_class = item.get("attributes").and_then(|a| string(a, "device_class"));
            let entity = Entity { name, aliases, domain, area, floor, device_class };
            if !entities.contains(&entity) {
                entities.push(entity);
            }
        }
        Ok(Self::new(places("areas")?, places("floors")?, entities))
    }

    /// Whether it is known that an entity is not in an area or not on a floor.
    pub(crate) fn is_elsewhere(
        &self,
        entity: &Entity,
        area: Option<&str>,
        floor: Option<&str>,
    ) -> bool {
        let differs = |a: Option<&str>, b: Option<&str>| {
            a.zip(b).is_some_and(|(a, b)| text::folded(a).chars != text::folded(b).chars)
        };
        let in_area = entity.area.as_deref();
        let on_floor = entity.floor.as_deref().or_else(|| {
            let area = self.areas.iter().find(|area| Some(area.name.as_str()) == in_area);
            area?.floor.as_deref()
        });
        differs(in_area, area) || differs(on_floor, floor)
    }

    /// The entities.
    pub fn entities(&self) -> impl Iterator<Item = &Entity> {
        self.entities.iter()
    }

    /// The number of areas, floors and entities.
    pub fn len(&self) -> usize {
        self.areas.len() + self.floors.len() + self.entities.len()
    }

    /// Whether there are no areas, floors and entities.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The area with a name, whatever its case.
    pub fn area(&self, name: &str) -> Option<&Place> {
        let folded = text::folded(name).chars;
        let is = |name: &String| text::folded(name).chars == folded;
        self.areas.iter().find(|area| is(&area.name) || area.aliases.iter().any(is))
    }
}

fn names(item: &Value, key: &str) -> Result<(String, Vec<String>), String> {
    let Some(name) = item.get("name").and_then(Value::as_str) else {
        return Err(format!("an item of `{key}` has no name"));
    };
    let aliases = item.get("aliases").and_then(Value::as_array);
    let aliases = aliases.into_iter().flatten().filter_map(Value::as_str);
    Ok((name.to_owned(), aliases.map(str::to_owned).collect()))
}
