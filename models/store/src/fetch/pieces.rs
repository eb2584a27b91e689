//! Pieces in the work folder: `.work/<hash>` after the check, `.work/<hash>.part` before.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Job, Stage};
use crate::catalog::{Model, Piece, Source};
use crate::error::Result;
use crate::store::Store;
use crate::store::disk::{failed, hash_file, own_length, remove_dir, remove_file};

/// What follows the hash in the names of a download's files: the download, and its entity tag.
pub(super) const PARTS: [&str; 2] = [".part", ".tag"];

/// Deletes what earlier fetches left and no fetch can use any more.
pub(super) fn clean(work: &Path, store: &Store) -> Result<()> {
    let mut useful = BTreeSet::new();
    for model in store.catalog().models().iter().filter(|model| store.check(model).is_err()) {
        for piece in model.sources.iter().flat_map(|source| &source.pieces) {
            useful.insert(piece.sha256.to_string());
        }
    }
    let cannot = |error| failed("could not list the work folder", work, error);
    for entry in fs::read_dir(work).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let hash = name.split('.').next().unwrap_or_default();
        if entry.file_type().map_err(cannot)?.is_dir() {
            remove_dir(&entry.path())?;
        } else if !useful.contains(hash) {
            remove_file(&entry.path())?;
        }
    }
    Ok(())
}

/// Deletes the pieces of a model that is installed.
pub(super) fn drop_all(work: &Path, model: &Model) -> Result<()> {
    for piece in model.sources.iter().flat_map(|source| &source.pieces) {
        let name = piece.sha256.to_string();
        remove_file(&work.join(&name))?;
        for part in PARTS {
            remove_file(&work.join(format!("{name}{part}")))?;
        }
    }
    Ok(())
}

impl Job<'_> {
    /// Where a checked piece is kept.
    pub(super) fn kept(&self, piece: &Piece) -> PathBuf {
        self.work.join(piece.sha256.to_string())
    }

    /// Whether a piece of the right length is there.
    pub(super) fn has(&self, piece: &Piece) -> bool {
        piece.size > 0 && own_length(&self.kept(piece)) == piece.size
    }

    /// Gets every piece of `source` that is not there from an earlier try.
    pub(super) fn pieces(&mut self, model: &Model, source: &Source) -> Result<()> {
        for piece in &source.pieces {
            if self.has(piece) {
                self.recheck(model, piece)?;
            }
        }
        for piece in &source.pieces {
            if self.has(piece) {
                continue;
            }
            if let Some(url) = &piece.url {
                self.download(model, piece, url)?;
            } else if let Some(pip) = &piece.pip {
                self.package(model, source, pip)?;
            }
        }
        Ok(())
    }

    /// Deletes a kept piece that has changed, for example after a power cut.
    fn recheck(&mut self, model: &Model, piece: &Piece) -> Result<()> {
        self.step(model, Stage::Check, piece.name(), piece.size);
        let path = self.kept(piece);
        let mut done = 0;
        let found = hash_file(&path, self.cancel, &mut |n| {
            done += n;
            self.progress.bytes(done);
        })?;
        if found != piece.fingerprint() {
            remove_file(&path)?;
        }
        Ok(())
    }
}
