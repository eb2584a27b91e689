//! The record beside an installed model: what it is and where it came from.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::disk;
use crate::catalog::Fingerprint;
use crate::error::{Error, ErrorKind, Result};

/// What [`Store`](super::Store) knows about an installed model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    /// The source it came from, in words.
    pub source: String,
    /// Its files.
    pub files: BTreeMap<String, Fingerprint>,
}

impl Record {
    /// The record in a model's folder, or what is wrong with it.
    pub fn read(dir: &Path) -> std::result::Result<Self, &'static str> {
        let path = dir.join(disk::RECORD);
        match fs::metadata(&path) {
            Ok(meta) if meta.len() <= disk::MAX_RECORD => {}
            Ok(_) => return Err("its record is damaged"),
            Err(_) => return Err("it was not put there by `sayso models`"),
        }
        let text = fs::read(&path).map_err(|_| "its record cannot be read")?;
        serde_json::from_slice(&text).map_err(|_| "its record is damaged")
    }

    /// Writes it into a model's folder.
    pub fn write(&self, dir: &Path) -> Result<()> {
        let text = serde_json::to_vec_pretty(self).map_err(|error| {
            Error::new(ErrorKind::Io, "could not write the record").because(error)
        })?;
        disk::write_synced(disk::Folder::Store, &dir.join(disk::RECORD), &text)
    }
}
