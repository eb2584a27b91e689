//! The devices of a home: switching, setting, and asking for their state.

mod orders;
mod states;

use std::sync::Arc;

use jiff::Zoned;
use sayso_intents::{Entity, Home};

use crate::house::{Change, House, State};
use crate::language::Texts;
use crate::overview::{DeviceStatus, Overview};
use crate::plan::{Claim, Command, Said, Scene, Slots};
use crate::skill::Skill;
use orders::{Order, carry_out};
use states::{asked, changed, described, has, switched};

/// By how much "brighter" and "warmer" change something.
const BRIGHTER: i64 = 20;
const WARMER: f64 = 1.0;
/// "Darker" leaves a light on.
const DIMMEST: i64 = 10;

/// The covers that keep nobody out: they open without a question.
const HARMLESS: [&str; 5] = ["blind", "curtain", "shade", "shutter", "awning"];

/// The kinds of devices that "everything" means: neither locks nor doors.
const EVERYTHING: [&str; 5] = ["light", "switch", "fan", "media_player", "climate"];

/// The kinds that are started, and have no state of their own.
const STARTED: [&str; 2] = ["scene", "script"];

/// The slots that say which devices are meant.
const TARGET: [&str; 7] = ["name", "area", "floor", "domain", "device_class", "one", "all"];

/// The skill.
pub struct Devices {
    house: Box<dyn House>,
}

/// Which devices a command means.
enum Meant<'h> {
    None,
    Some(Vec<&'h Entity>),
    Unclear(Vec<&'h Entity>),
}

impl Devices {
    /// The devices of a home.
    pub fn new(house: Box<dyn House>) -> Self {
        Self { house }
    }

    /// The devices that a command means. If there are none here, they are elsewhere.
    fn meant(&self, command: &Command, scene: &Scene<'_>) -> Meant<'_> {
        let meant = self.named(command);
        let is_here = command.text("area").is_some()
            && command.text("area") == scene.situation.area.as_deref();
        if !(matches!(meant, Meant::None) && is_here) {
            return meant;
        }
        let mut anywhere = command.clone();
        anywhere.slots.remove("area");
        anywhere.slots.insert("one".to_owned(), true.into());
        self.named(&anywhere)
    }

    /// The devices whose names, places and kinds are those in the slots.
    fn named(&self, command: &Command) -> Meant<'_> {
        let place = |slot: &str| command.text(slot).map(str::to_lowercase);
        let (name, area, floor) = (place("name"), place("area"), place("floor"));
        let domain = command.text("domain");
        let class = command.text("device_class");
        let home = self.house.home();
        let is = |entity: &&Entity| {
            let in_area = entity.area.as_deref().map(str::to_lowercase);
            let on_floor = || {
                let area = home.area(entity.area.as_deref()?)?;
                area.floor.as_deref().map(str::to_lowercase)
            };
            name.as_ref().is_none_or(|name| entity.name.to_lowercase() == *name)
                && area.as_ref().is_none_or(|area| in_area.as_ref() == Some(area))
                && floor.as_ref().is_none_or(|floor| on_floor().as_ref() == Some(floor))
                && domain.is_none_or(|domain| entity.domain.as_deref() == Some(domain))
                && class.is_none_or(|class| entity.device_class.as_deref() == Some(class))
        };
        let found: Vec<&Entity> = self.entities().filter(is).collect();
        match found.len() {
            0 => Meant::None,
            2.. if command.slots.contains_key("one") => Meant::Unclear(found),
            _ => Meant::Some(found),
        }
    }

    fn entities(&self) -> impl Iterator<Item = &Entity> {
        self.house.home().entities()
    }

    /// That something cannot be reached, if that is so: a device may be there that is not known.
    fn unreachable(&self, texts: &Texts) -> Option<String> {
        let origins = self.house.unreachable().into_iter();
        let said: Vec<String> = origins.map(|origin| orders::unreachable(origin, texts)).collect();
        (!said.is_empty()).then(|| said.join(" "))
    }

    /// This answer, which is only right if everything can be reached.
    fn unless_unreachable(&self, texts: &Texts, said: String) -> Option<Claim<Order>> {
        Some(Claim::Say(self.unreachable(texts).unwrap_or(said)))
    }

    /// The claim for the devices that are meant, or the question which ones.
    fn with_meant(
        &self,
        command: &Command,
        scene: &Scene<'_>,
        claim: impl Fn(Vec<&Entity>) -> Option<Claim<Order>>,
    ) -> Option<Claim<Order>> {
        let texts = scene.texts;
        match self.meant(command, scene) {
            Meant::Some(found) => claim(found),
            Meant::None => {
                let area = command.text("area");
                let id = if area.is_some() { "home-none-there" } else { "home-none" };
                let area = area.unwrap_or_default().to_owned();
                self.unless_unreachable(texts, texts.get(id, [("area", area.into())]))
            }
            Meant::Unclear(found) => {
                let choice = |entity: &&Entity| {
                    let mut command = command.clone();
                    TARGET.iter().for_each(|slot| drop(command.slots.remove(*slot)));
                    command.slots.insert("name".to_owned(), entity.name.as_str().into());
                    (entity.name.clone(), command)
                };
                let choices: Vec<(String, Command)> = found.iter().map(choice).collect();
                let names: Vec<String> = choices.iter().map(|(name, _)| name.clone()).collect();
                let question = texts.get("home-which", [("choices", texts.or(&names).into())]);
                Some(Claim::Which { question, choices })
            }
        }
    }

    fn switch(&self, command: &Command, scene: &Scene<'_>, on: bool) -> Option<Claim<Order>> {
        self.with_meant(command, scene, |found| {
            let everything = command.slots.contains_key("all");
            let first = found.first().map(|entity| entity.name.clone()).unwrap_or_default();
            let found = found.into_iter().filter(|entity| {
                let domain = entity.domain.as_deref().unwrap_or_default();
                !everything || EVERYTHING.contains(&domain)
            });
            let changes: Vec<(&Entity, Change)> =
                found.filter_map(|entity| Some((entity, switched(entity, on)?))).collect();
            if changes.is_empty() {
                return Some(Claim::Say(scene.texts.get("home-cannot", [("name", first.into())])));
            }
            let opens = |(entity, change): &(&Entity, Change)| match change {
                Change::Locked(locked) => !locked,
                Change::Position(position) => {
                    let class = entity.device_class.as_deref();
                    *position > 0 && !class.is_some_and(|class| HARMLESS.contains(&class))
                }
                _ => false,
            };
            let risky = everything && !on || changes.iter().any(opens);
            self.order(&changes, command, scene, risky)
        })
    }

    /// The claim for some changes, all of one kind.
    fn order(
        &self,
        changes: &[(&Entity, Change)],
        command: &Command,
        scene: &Scene<'_>,
        risky: bool,
    ) -> Option<Claim<Order>> {
        let texts = scene.texts;
        let (first, change) = changes.first()?;
        let everything = command.slots.contains_key("all");
        let area = command.text("area").filter(|_| changes.len() > 1);
        let domain = first.domain.as_deref().unwrap_or_default();
        let id = match (everything, changes.len(), area) {
            (true, ..) => "home-everything",
            (_, 1, _) if STARTED.contains(&domain) => "home-started",
            (_, 1, _) => "home-is",
            (_, _, Some(_)) => "home-are-there",
            _ => "home-are",
        };
        let kind = texts.get("home-kind", [("domain", domain.into())]);
        let words = |id: &str, state: String| {
            texts.get(
                id,
                [
                    ("name", first.name.as_str().into()),
                    ("state", state.into()),
                    ("kind", kind.as_str().into()),
                    ("area", area.unwrap_or_default().to_owned().into()),
                ],
            )
        };
        let said = words(id, changed(change, texts));
        let all = changes.iter();
        let changes = all.map(|(entity, change)| (entity.name.clone(), change.clone())).collect();
        let action = Order::new(changes, said);
        if risky {
            let question = words(&format!("{id}-ask"), asked(change, texts));
            return Some(Claim::Confirm { question, action });
        }
        Some(Claim::Do { action, say: None })
    }

    fn light(&self, command: &Command, scene: &Scene<'_>) -> Option<Claim<Order>> {
        let fits = |entity: &&Entity| entity.domain.as_deref() == Some("light");
        self.with_meant(command, scene, |found| {
            let found: Vec<&Entity> = found.into_iter().filter(fits).collect();
            let change = |entity: &Entity| {
                if let Some(color) = command.text("color") {
                    return Some(Change::Color(color.to_owned()));
                }
                let brightness = match command.whole("brightness") {
                    Some(brightness) => brightness,
                    None => {
                        let state = self.house.state(&entity.name).unwrap_or_default();
                        let on = state.on.unwrap_or(true);
                        let now = if on { state.brightness.unwrap_or(100) } else { 0 };
                        (i64::from(now) + BRIGHTER * command.whole("step")?).max(DIMMEST)
                    }
                };
                u8::try_from(brightness.clamp(0, 100)).ok().map(Change::Brightness)
            };
            let changes = found.iter().map(|entity| Some((*entity, change(entity)?)));
            let changes: Option<Vec<(&Entity, Change)>> = changes.collect();
            self.order(&changes?, command, scene, false)
        })
    }

    fn position(&self, command: &Command, scene: &Scene<'_>) -> Option<Claim<Order>> {
        let position = u8::try_from(command.whole("position")?).ok()?.min(100);
        self.with_meant(command, scene, |found| {
            let changes: Vec<(&Entity, Change)> =
                found.into_iter().map(|entity| (entity, Change::Position(position))).collect();
            let harmless = |entity: &Entity| {
                entity.device_class.as_deref().is_some_and(|class| HARMLESS.contains(&class))
            };
            let risky = position > 0 && !changes.iter().all(|(entity, _)| harmless(entity));
            self.order(&changes, command, scene, risky)
        })
    }

    /// The thermostat that is meant: that of the area, or the only one.
    fn thermostat(&self, command: &Command, scene: &Scene<'_>) -> Option<&Entity> {
        let mut command = command.clone();
        command.slots.insert("domain".to_owned(), "climate".into());
        let mut found = match self.meant(&command, scene) {
            Meant::Some(found) | Meant::Unclear(found) => found.into_iter(),
            Meant::None => return self.only("climate"),
        };
        found.next()
    }

    /// The only device of a kind.
    fn only(&self, domain: &str) -> Option<&Entity> {
        let mut all = self.entities().filter(|entity| entity.domain.as_deref() == Some(domain));
        all.next().filter(|_| all.next().is_none())
    }

    fn climate(&self, command: &Command, scene: &Scene<'_>) -> Option<Claim<Order>> {
        let texts = scene.texts;
        let Some(entity) = self.thermostat(command, scene) else {
            return self.unless_unreachable(texts, texts.get("home-no-heating", []));
        };
        let state = self.house.state(&entity.name).unwrap_or_default();
        if command.intent == "HassClimateGetTemperature" {
            let Some(temperature) = state.temperature else {
                return self.unless_unreachable(texts, texts.get("home-no-heating", []));
            };
            let area = entity.area.clone().unwrap_or_else(|| entity.name.clone());
            let values = [("temperature", temperature.into()), ("area", area.into())];
            return Some(Claim::Say(texts.get("home-temperature", values)));
        }
        let step = || Some(state.target? + WARMER * command.slots.get("step")?.as_f64()?);
        let target = command.slots.get("temperature").and_then(serde_json::Value::as_f64);
        let target = target.or_else(step)?;
        self.order(&[(entity, Change::Target(target))], command, scene, false)
    }

    fn state(&self, command: &Command, scene: &Scene<'_>) -> Option<Claim<Order>> {
        let texts = scene.texts;
        let wanted = command.text("state");
        let is = |entity: &Entity| {
            let state = self.house.state(&entity.name)?;
            (state != State::default()).then_some(has(&state, wanted?))
        };
        if command.slots.contains_key("list") {
            let (Meant::Some(found) | Meant::Unclear(found)) = self.meant(command, scene) else {
                return self
                    .unless_unreachable(texts, texts.get("home-none", [("area", "".into())]));
            };
            let found = found.iter().filter(|entity| is(entity) == Some(true));
            let names: Vec<String> = found.map(|entity| entity.name.clone()).collect();
            let n = i64::try_from(names.len()).unwrap_or(0);
            let state = texts.get(&format!("state-{}", wanted?), []);
            let values =
                [("n", n.into()), ("names", texts.and(&names).into()), ("state", state.into())];
            return self.unless_unreachable(texts, texts.get("home-list", values));
        }
        self.with_meant(command, scene, |found| {
            let said = found.iter().map(|entity| {
                let Some(state) = self.house.state(&entity.name) else {
                    let silent =
                        || texts.get("home-failed", [("name", entity.name.as_str().into())]);
                    return self.unreachable(texts).unwrap_or_else(silent);
                };
                let described = described(&state, texts);
                let id = match is(entity) {
                    Some(true) => "home-yes",
                    Some(false) => "home-no",
                    None => "home-is",
                };
                let name = entity.name.as_str().into();
                texts.get(id, [("name", name), ("state", described.into())])
            });
            let mut said: Vec<String> = said.collect();
            said.dedup();
            Some(Claim::Say(said.join(" ")))
        })
    }
}

impl Skill for Devices {
    type Action = Order;
    const NAME: &'static str = "home";

    fn refresh(&mut self) {
        self.house.refresh();
    }

    fn is_connecting(&self) -> bool {
        self.house.is_connecting()
    }

    fn claim(&self, command: &Command, scene: &Scene<'_>) -> Option<Claim<Order>> {
        match command.intent.as_str() {
            "HassTurnOn" => self.switch(command, scene, true),
            "HassTurnOff" => self.switch(command, scene, false),
            "HassLightSet" => self.light(command, scene),
            "HassSetPosition" => self.position(command, scene),
            "HassClimateSetTemperature" | "HassClimateGetTemperature" => {
                self.climate(command, scene)
            }
            "HassGetState" => self.state(command, scene),
            "SaysoNoDevice" => {
                let thing = command.text("thing")?.to_owned();
                let said = scene.texts.get("home-no-device", [("name", thing.into())]);
                self.unless_unreachable(scene.texts, said)
            }
            _ => None,
        }
    }

    fn complete(&self, command: &Command, scene: &Scene<'_>) -> Option<Command> {
        let last = scene.last_of(Self::NAME)?;
        if command.slots.contains_key("it") {
            let target = |slot: &&str| Some(((*slot).to_owned(), last.slots.get(*slot)?.clone()));
            let target: Slots = TARGET.iter().filter_map(target).collect();
            return Some(command.with(&target));
        }
        if command.intent != "SaysoAgain" {
            return None;
        }
        let mut again = last.clone();
        let domain = last
            .text("name")
            .and_then(|name| self.entities().find(|entity| entity.name == name)?.domain.clone());
        // The domain stays if only the place is another one.
        let kept = |slot: &str| matches!(slot, "domain" | "device_class");
        again.slots.retain(|slot, _| kept(slot) || !(TARGET.contains(&&**slot) || slot == "it"));
        if command.slots.contains_key("area") {
            again.slots.extend(domain.map(|domain| ("domain".to_owned(), domain.into())));
        } else {
            again.slots.remove("domain");
        }
        Some(again.with(&command.slots))
    }

    fn act(&mut self, order: Order, scene: &Scene<'_>) -> Said {
        carry_out(&mut *self.house, order, scene.texts)
    }

    fn overview(&self, _: &Zoned, texts: &Texts) -> Overview {
        let devices = self.entities().map(|entity| {
            let state = self.house.state(&entity.name);
            DeviceStatus {
                name: entity.name.clone(),
                kind: entity.domain.clone(),
                area: entity.area.clone(),
                shown: described(state.as_ref().unwrap_or(&State::default()), texts),
                state,
            }
        });
        Overview { devices: devices.collect(), ..Overview::default() }
    }

    fn home(&self) -> Option<&Arc<Home>> {
        Some(self.house.home())
    }
}
