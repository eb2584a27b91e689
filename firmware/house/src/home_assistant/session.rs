//! A conversation with Home Assistant, from the authentication to the loss of the connection.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use sayso_network::secret;
use sayso_skills::Failure;
use serde_json::{Value, json};

use super::map::{Raw, described};
use super::service::service;
use super::socket::Socket;
use super::{Address, Settings};
use crate::exchange::Exchange;
use crate::wait::Sleeper;

/// If nothing is heard for so long, it is asked whether it is still there; after twice that time it
/// counts as lost.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// How long the first answers may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Changes of names come in groups: it is read once what they are then.
const SETTLES: Duration = Duration::from_millis(300);

/// So many messages are read before orders are looked at.
const IN_A_ROW: usize = 256;

/// More entities are not remembered.
const MOST: usize = 20_000;

/// What is used of an entry of the registry.
const OF_ENTITIES: [&str; 7] =
    ["entity_id", "area_id", "device_id", "disabled_by", "hidden_by", "entity_category", "options"];

/// The events that are followed.
const EVENTS: [&str; 5] = [
    "state_changed",
    "entity_registry_updated",
    "device_registry_updated",
    "area_registry_updated",
    "floor_registry_updated",
];

/// What an answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    Floors,
    Areas,
    Devices,
    Entities,
    Exposed,
    ExposeNew,
    States,
    Aliases,
    Order(u64),
    Nothing,
}

/// See the module's documentation.
pub struct Session {
    socket: Socket,
    number: u64,
    asked: BTreeMap<u64, About>,
    raw: Raw,
    /// Whether all was read once.
    is_up: bool,
    /// Since when names may be different from those that were read.
    stale: Option<Instant>,
    opened: Instant,
    heard: Instant,
    pinged: bool,
}

impl Session {
    /// Connects, and proves who we are.
    pub fn open(settings: &Settings, address: &Address) -> Result<Self, String> {
        let token = secret::read(&settings.token_file)?;
        let mut socket = Socket::open(address, &settings.ca_file)?;
        let silent = || "it does not answer".to_owned();
        let first = socket.read()?.ok_or_else(silent)?;
        if kind(&first) != "auth_required" {
            return Err("there is no Home Assistant: it does not ask for a token".into());
        }
        socket.send(&json!({"type": "auth", "access_token": token}))?;
        let answer = socket.read()?.ok_or_else(silent)?;
        if kind(&answer) != "auth_ok" {
            return Err(format!(
                "it does not accept the token in {}: make another one in your profile in Home \
                 Assistant, under Security",
                settings.token_file.display()
            ));
        }
        socket.stop_waiting()?;
        let now = Instant::now();
        let (asked, raw) = (BTreeMap::new(), Raw { expose_new: true, ..Raw::default() });
        Ok(Self {
            socket,
            number: 0,
            asked,
            raw,
            is_up: false,
            stale: None,
            opened: now,
            heard: now,
            pinged: false,
        })
    }

    /// Follows what happens and does what is ordered. Returns without an error when the house is
    /// gone.
    pub fn serve(
        &mut self,
        exchange: &Exchange,
        sleeper: &mut Sleeper,
        was_up: &mut bool,
    ) -> Result<(), String> {
        for event in EVENTS {
            self.ask(About::Nothing, json!({"type": "subscribe_events", "event_type": event}))?;
        }
        self.ask(About::States, json!({"type": "get_states"}))?;
        self.ask_names()?;
        while !exchange.is_over() {
            *was_up |= self.is_up;
            while let Some(order) = exchange.take() {
                match service(&order.id, &order.change) {
                    Some((domain, service, data)) => {
                        let target = json!({"entity_id": order.id});
                        let call = json!({"type": "call_service", "domain": domain,
                            "service": service, "service_data": data, "target": target});
                        self.ask(About::Order(order.number), call)?;
                    }
                    None => {
                        let why = format!("Home Assistant has no service for {:?}", order.change);
                        exchange.refused(order.number, Failure::Refused(why));
                    }
                }
            }
            self.socket.flush()?;
            let mut read = 0;
            while read < IN_A_ROW
                && let Some(message) = self.socket.read()?
            {
                self.heard = Instant::now();
                self.pinged = false;
                self.take(&message, exchange)?;
                read += 1;
            }
            let pause = if read == IN_A_ROW { Duration::ZERO } else { self.look_at_the_clock()? };
            let (socket, writes) = self.socket.awaited();
            sleeper.sleep(Some((socket, writes)), pause);
        }
        Ok(())
    }

    /// Does what is due. Returns how long nothing will be.
    fn look_at_the_clock(&mut self) -> Result<Duration, String> {
        let quiet = self.heard.elapsed();
        if !self.is_up && self.opened.elapsed() >= PATIENCE || quiet >= 2 * HEARTBEAT {
            return Err("it does not answer any more".into());
        }
        if quiet >= HEARTBEAT && !self.pinged {
            self.pinged = true;
            self.ask(About::Nothing, json!({"type": "ping"}))?;
        }
        if let Some(since) = self.stale {
            if since.elapsed() < SETTLES {
                return Ok(SETTLES);
            }
            if self.is_up {
                self.stale = None;
                self.ask_names()?;
            }
        }
        Ok(if self.is_up { HEARTBEAT } else { Duration::from_secs(1) })
    }

    fn ask(&mut self, about: About, mut message: Value) -> Result<(), String> {
        self.number += 1;
        message["id"] = self.number.into();
        self.asked.insert(self.number, about);
        self.socket.send(&message)
    }

    /// Asks for all names.
    fn ask_names(&mut self) -> Result<(), String> {
        let of = |what: &str| json!({"type": format!("config/{what}_registry/list")});
        self.ask(About::Floors, of("floor"))?;
        self.ask(About::Areas, of("area"))?;
        self.ask(About::Devices, of("device"))?;
        self.ask(About::Entities, of("entity"))?;
        self.ask(About::Exposed, json!({"type": "homeassistant/expose_entity/list"}))?;
        let new =
            json!({"type": "homeassistant/expose_new_entities/get", "assistant": "conversation"});
        self.ask(About::ExposeNew, new)
    }

    fn take(&mut self, message: &Value, exchange: &Exchange) -> Result<(), String> {
        match kind(message) {
            "result" => self.answered(message, exchange),
            "event" => {
                self.happened(message.get("event").unwrap_or(&Value::Null), exchange);
                Ok(())
            }
            "auth_invalid" => Err("it does not accept the token any more".into()),
            "pong" => {
                self.asked.retain(|_, about| *about != About::Nothing);
                Ok(())
            }
            // Of a later version.
            _ => Ok(()),
        }
    }

    fn answered(&mut self, message: &Value, exchange: &Exchange) -> Result<(), String> {
        let number = message.get("id").and_then(Value::as_u64);
        let Some(about) = number.and_then(|number| self.asked.remove(&number)) else {
            return Ok(());
        };
        let success = message.get("success").and_then(Value::as_bool) == Some(true);
        let result = message.get("result").filter(|_| success).cloned();
        let some = result.clone().unwrap_or(Value::Null);
        match about {
            About::Floors => self.raw.floors = some,
            About::Areas => self.raw.areas = some,
            About::Devices => self.raw.devices = slim(some, &["id", "area_id"], |_| true),
            About::Entities => {
                self.raw.entities = slim(some, &OF_ENTITIES, is_known);
            }
            // Only an administrator may ask.
            About::Exposed => self.raw.exposed = result,
            About::ExposeNew => {
                let new = some.get("expose_new").and_then(Value::as_bool);
                self.raw.expose_new = new.unwrap_or(true);
            }
            About::States => {
                let all = some.as_array().into_iter().flatten();
                let all = all.filter(|state| is_known(state)).take(MOST);
                let of = |state: &Value| {
                    Some((state.get("entity_id")?.as_str()?.to_owned(), state.clone()))
                };
                self.raw.states = all.filter_map(of).collect();
            }
            About::Aliases => {
                self.raw.aliases = some;
                self.is_up = true;
                exchange.up(self.raw.names(), self.raw.devices());
                return Ok(());
            }
            About::Order(number) if success => exchange.accepted(number),
            About::Order(number) => {
                let code = message.get("error").and_then(|error| error.get("code"));
                let code: String =
                    code.and_then(Value::as_str).unwrap_or("?").chars().take(60).collect();
                let why = format!("Home Assistant refused a service: {code}");
                exchange.refused(number, Failure::Refused(why));
            }
            About::Nothing => {}
        }
        let waits = |about: &About| !matches!(about, About::Order(_) | About::Nothing);
        if matches!(about, About::Order(_) | About::Nothing) || self.asked.values().any(waits) {
            return Ok(());
        }
        // All names have come. Only the entries of single entities hold aliases.
        let used = self.raw.used().into_iter();
        let registered: Vec<&str> = used.filter(|(_, is)| *is).map(|(id, _)| id).collect();
        let ask = json!({"type": "config/entity_registry/get_entries", "entity_ids": registered});
        self.ask(About::Aliases, ask)
    }

    fn happened(&mut self, event: &Value, exchange: &Exchange) {
        let data = event.get("data").unwrap_or(&Value::Null);
        if event.get("event_type").and_then(Value::as_str) != Some("state_changed") {
            self.stale.get_or_insert_with(Instant::now);
            return;
        }
        let Some(id) = data.get("entity_id").and_then(Value::as_str) else { return };
        let Some(state) = data.get("new_state").filter(|state| state.is_object()) else {
            self.raw.states.remove(id);
            self.stale.get_or_insert_with(Instant::now);
            return;
        };
        let Some(new) = described(id, state) else { return };
        let before = self.raw.states.get(id).and_then(|before| described(id, before));
        let same =
            before.is_some_and(|before| before.name == new.name && before.class == new.class);
        if !same {
            self.stale.get_or_insert_with(Instant::now);
        }
        if self.raw.states.len() < MOST || self.raw.states.contains_key(id) {
            self.raw.states.insert(id.to_owned(), state.clone());
        }
        exchange.report(id, true, |device| {
            device.state = new.state;
            (device.dims, device.colours) = (new.dims, new.colours);
            device.moves_to = new.moves_to;
            device.colour = new.colour;
        });
    }
}

/// Whether an entity is of a kind that the skill knows.
fn is_known(entity: &Value) -> bool {
    let id = entity.get("entity_id").and_then(Value::as_str).unwrap_or_default();
    id.split_once('.').is_some_and(|(domain, _)| super::words::kind(domain).is_some())
}

/// A list with only these fields of the items that are `wanted`: a big home has thousands of items,
/// each with many fields.
fn slim(list: Value, fields: &[&str], wanted: fn(&Value) -> bool) -> Value {
    let Value::Array(items) = list else { return Value::Null };
    let item = |mut item: Value| {
        item.as_object_mut()?.retain(|key, _| fields.contains(&key.as_str()));
        Some(item)
    };
    items.into_iter().filter(wanted).take(MOST).filter_map(item).collect()
}

fn kind(message: &Value) -> &str {
    message.get("type").and_then(Value::as_str).unwrap_or_default()
}
