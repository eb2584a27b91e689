//! What survives a restart.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Skills;
use crate::error::Error;

/// What must survive a restart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The version of the format.
    pub version: u32,
    /// What each skill saved, by its name.
    pub skills: BTreeMap<String, Value>,
}

/// The version of [`Snapshot`].
const VERSION: u32 = 1;

impl Skills {
    /// What must survive a restart, if it has changed since this was called last.
    pub fn unsaved(&mut self) -> Option<Snapshot> {
        if !std::mem::take(&mut self.touched) {
            return None;
        }
        let snapshot = self.snapshot();
        let changed = self.saved.as_ref() != Some(&snapshot);
        changed.then(|| {
            self.saved = Some(snapshot.clone());
            snapshot
        })
    }

    /// What must survive a restart.
    pub fn snapshot(&self) -> Snapshot {
        let saved =
            self.skills.iter().filter_map(|skill| Some((skill.name().to_owned(), skill.save()?)));
        let mut skills: BTreeMap<String, Value> = saved.collect();
        // What a skill saved that is switched off now stays.
        for (name, value) in self.saved.iter().flat_map(|saved| &saved.skills) {
            if !self.names.contains(&name.as_str()) {
                skills.insert(name.clone(), value.clone());
            }
        }
        Snapshot { version: VERSION, skills }
    }

    /// Takes up what was saved.
    ///
    /// # Errors
    /// If its version is unknown, or a part is damaged. The skills whose parts are good have
    /// taken them up.
    pub fn restore(&mut self, snapshot: Snapshot) -> Result<(), Error> {
        if snapshot.version != VERSION {
            return Err(Error::Snapshot(format!("its version is {}", snapshot.version)));
        }
        let mut damaged = Vec::new();
        for skill in &mut self.skills {
            let Some(saved) = snapshot.skills.get(skill.name()) else { continue };
            if let Err(error) = skill.load(saved.clone()) {
                damaged.push(format!("{}: {error}", skill.name()));
            }
        }
        self.saved = Some(snapshot);
        if damaged.is_empty() { Ok(()) } else { Err(Error::Snapshot(damaged.join("; "))) }
    }
}
