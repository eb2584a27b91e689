//! Carrying an order out, and what is said of it. Only what a device reports counts as done.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Devices;
use super::states::{back, described};
use crate::house::{Change, Failure, House, Origin, Progress};
use crate::language::Texts;
use crate::plan::{Again, Effect, Said};
use crate::skill::Skill;

/// What is done.
#[derive(Debug, Serialize, Deserialize)]
pub struct Order {
    /// The devices, and what to do to each.
    changes: Vec<(String, Change)>,
    /// What is said if they do it.
    said: String,
    /// What has come of it so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    begun: Option<Begun>,
}

/// What has come of an order so far.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Begun {
    waits: Vec<(String, u64)>,
    done: Vec<String>,
    moving: Vec<String>,
    sent: Vec<String>,
    failed: Vec<(String, Failure)>,
}

impl Order {
    /// Changes, and what is said if all are done.
    pub fn new(changes: Vec<(String, Change)>, said: String) -> Self {
        Self { changes, said, begun: None }
    }
}

impl Begun {
    fn note(&mut self, name: String, progress: Result<Progress, Failure>) {
        match progress {
            Ok(Progress::Done) => self.done.push(name),
            Ok(Progress::Moving) => self.moving.push(name),
            Ok(Progress::Sent) => self.sent.push(name),
            Ok(Progress::Waits(number)) => self.waits.push((name, number)),
            Err(failure) => self.failed.push((name, failure)),
        }
    }

    /// What is said instead of the order's own words.
    fn exceptions(&self, texts: &Texts) -> Vec<String> {
        let named = |id: &str, names: &[String]| {
            let all = texts.and(names);
            (!names.is_empty()).then(|| texts.get(id, [("name", all.into())]))
        };
        let failed = |is: fn(&Failure) -> bool| -> Vec<String> {
            let failed = self.failed.iter().filter(|(_, failure)| is(failure));
            failed.map(|(name, _)| name.clone()).collect()
        };
        let origins = |pick: fn(&Failure) -> Option<Origin>| -> BTreeSet<Origin> {
            self.failed.iter().filter_map(|(_, failure)| pick(failure)).collect()
        };
        let away = origins(|failure| match failure {
            Failure::Unreachable(origin) => Some(*origin),
            _ => None,
        });
        let lost = origins(|failure| match failure {
            Failure::Lost(origin) => Some(*origin),
            _ => None,
        });
        let mut said: Vec<String> = [("home-moving", &self.moving), ("home-sent", &self.sent)]
            .into_iter()
            .filter_map(|(id, names)| named(id, names))
            .collect();
        said.extend(away.into_iter().map(|origin| unreachable(origin, texts)));
        let names = texts.and(&failed(|failure| matches!(failure, Failure::Lost(_))));
        said.extend(lost.into_iter().map(|origin| {
            let values = [("origin", called(origin, texts).into()), ("name", names.clone().into())];
            texts.get("home-lost", values)
        }));
        said.extend(named("home-failed", &failed(|failure| *failure == Failure::Silent)));
        said.extend(named("home-late", &failed(|failure| *failure == Failure::Late)));
        said.extend(named(
            "home-refused",
            &failed(|failure| matches!(failure, Failure::Refused(_))),
        ));
        said
    }
}

/// The name of what devices belong to.
fn called(origin: Origin, texts: &Texts) -> String {
    let id = match origin {
        Origin::HomeAssistant => "origin-home-assistant",
        Origin::Mqtt => "origin-mqtt",
    };
    texts.get(id, [])
}

/// That something cannot be reached.
pub fn unreachable(origin: Origin, texts: &Texts) -> String {
    texts.get("home-unreachable", [("origin", called(origin, texts).into())])
}

/// Carries an order out, or looks what has come of it.
pub fn carry_out(house: &mut dyn House, mut order: Order, texts: &Texts) -> Said {
    let (mut begun, mut undo) = (Begun::default(), None);
    match order.begun.take() {
        None => {
            let mut changes = Vec::new();
            for (name, change) in &order.changes {
                let before = house.state(name).unwrap_or_default();
                let progress = house.change(name, change);
                if progress.is_ok() {
                    let before = back(&before, change).into_iter();
                    changes.extend(before.map(|change| (name.clone(), change)));
                }
                begun.note(name.clone(), progress);
            }
            undo = serde_json::to_value(Order::new(changes, String::new())).ok();
        }
        Some(before) => {
            begun = Begun { waits: Vec::new(), ..before };
            for (name, number) in before.waits {
                let progress = house.progress(number);
                begun.note(name, progress);
            }
        }
    }
    if !begun.waits.is_empty() {
        order.begun = Some(begun);
        let again = serde_json::to_value(order).ok().map(|action| {
            Effect::Again(Box::new(Again { skill: Devices::NAME.to_owned(), action }))
        });
        return Said { undo, effects: again.into_iter().collect(), ..Said::default() };
    }
    house.refresh();
    let mut effects = Vec::new();
    for name in begun.done.iter().chain(&begun.moving) {
        let state = house.state(name).unwrap_or_default();
        effects.push(Effect::Changed(name.clone(), described(&state, texts)));
    }
    for (_, failure) in &begun.failed {
        if let Failure::Refused(why) = failure {
            effects.push(Effect::Trouble(why.clone()));
        }
    }
    let exceptions = begun.exceptions(texts);
    let failed = !exceptions.is_empty();
    let text = if failed { exceptions.join(" ") } else { order.said };
    let text = Some(text).filter(|text| !text.is_empty());
    Said { text, effects, undo, failed, otherwise: None }
}
