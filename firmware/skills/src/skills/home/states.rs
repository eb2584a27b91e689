//! The states of devices in words, and the changes that lead to them.

use sayso_intents::Entity;

use crate::house::{Change, State};
use crate::language::Texts;

/// What switching a device on or off changes. For Home Assistant, a cover that is on is open, and
/// a lock that is on is locked. `None` if it cannot be switched.
pub fn switched(entity: &Entity, on: bool) -> Option<Change> {
    match entity.domain.as_deref() {
        Some("cover") => Some(Change::Position(if on { 100 } else { 0 })),
        Some("lock") => Some(Change::Locked(on)),
        Some("sensor" | "binary_sensor") => None,
        Some("scene" | "script") if !on => None,
        _ => Some(Change::On(on)),
    }
}

/// Whether something is in a state that is asked for.
pub fn has(state: &State, wanted: &str) -> bool {
    match wanted {
        "on" => state.on == Some(true),
        "off" => state.on == Some(false),
        "open" => state.position.is_some_and(|position| position > 0),
        "closed" => state.position == Some(0),
        "locked" => state.locked == Some(true),
        "unlocked" => state.locked == Some(false),
        _ => false,
    }
}

/// A state that follows from a change, in words.
pub fn changed(change: &Change, texts: &Texts) -> String {
    let state = match change {
        Change::On(on) => State { on: Some(*on), ..State::default() },
        Change::Brightness(n) => {
            State { on: Some(*n > 0), brightness: Some(*n), ..State::default() }
        }
        Change::Color(color) => {
            return texts.get(&format!("color-{color}"), []);
        }
        Change::Position(n) => State { position: Some(*n), ..State::default() },
        Change::Locked(locked) => State { locked: Some(*locked), ..State::default() },
        Change::Target(target) => State { target: Some(*target), ..State::default() },
    };
    described(&state, texts)
}

/// What is asked before a change: "unlock".
pub fn asked(change: &Change, texts: &Texts) -> String {
    let id = match change {
        Change::On(true) => "ask-on",
        Change::On(false) => "ask-off",
        Change::Position(0) => "ask-close",
        Change::Position(_) => "ask-open",
        Change::Locked(true) => "ask-lock",
        Change::Locked(false) => "ask-unlock",
        Change::Brightness(_) | Change::Color(_) | Change::Target(_) => "ask-set",
    };
    texts.get(id, [])
}

/// A state in words.
pub fn described(state: &State, texts: &Texts) -> String {
    let plain = |id: &str| texts.get(id, []);
    match state {
        State { value: Some(value), .. } => value.clone(),
        State { locked: Some(true), .. } => plain("state-locked"),
        State { locked: Some(false), .. } => plain("state-unlocked"),
        State { position: Some(100), .. } => plain("state-open"),
        State { position: Some(0), .. } => plain("state-closed"),
        State { position: Some(n), .. } => texts.count("state-partly-open", i64::from(*n)),
        State { target: Some(target), .. } => {
            texts.get("state-target", [("temperature", (*target).into())])
        }
        State { on: Some(false), .. } => plain("state-off"),
        State { brightness: Some(n @ 0..100), .. } => {
            texts.count("state-brightness", i64::from(*n))
        }
        State { on: Some(true), .. } => plain("state-on"),
        _ => plain("state-unknown"),
    }
}

/// The changes that bring a state back.
pub fn back(state: &State, change: &Change) -> Vec<Change> {
    let on = state.on.map(Change::On);
    let before = match change {
        Change::On(_) => None,
        Change::Brightness(_) => state.brightness.map(Change::Brightness),
        Change::Color(_) => state.color.clone().map(Change::Color),
        Change::Position(_) => state.position.map(Change::Position),
        Change::Locked(_) => state.locked.map(Change::Locked),
        Change::Target(_) => return state.target.map(Change::Target).into_iter().collect(),
    };
    before.into_iter().chain(on).collect()
}
