//! The folder of model files on this machine: `<store>/<model name>/<file>`.
//!
//! A model's folder is put in place as a whole, by one rename, with a small record (`.sayso.json`)
//! of where it came from and the hash of each file, and with the text of its licence. That record
//! and the files' lengths show whether a model is installed; [`Store::verify`] also hashes. Work
//! in progress is in `<store>/.work`.

mod bundle;
pub(crate) mod disk;
mod record;

use std::fs;
use std::path::{Path, PathBuf};

use sayso_models::Cancel;

use crate::catalog::{Catalog, Fingerprint, LICENCE, Model};
use crate::error::{Error, ErrorKind, Result};
use disk::{Folder, Lock, failed, hash_file, sync_dir};
pub(crate) use record::Record;

/// The folder of the model store: `$SAYSO_MODELS` if it is set, otherwise `sayso/models` in the
/// user's cache folder (`~/.cache` on Linux), otherwise `sayso-models` in the working folder.
pub fn default_dir() -> PathBuf {
    match std::env::var_os("SAYSO_MODELS").filter(|dir| !dir.is_empty()) {
        Some(dir) => PathBuf::from(dir),
        None => dirs::cache_dir()
            .map(|cache| cache.join("sayso").join("models"))
            .unwrap_or_else(|| PathBuf::from("sayso-models")),
    }
}

/// The folder for fetches and imports in progress.
pub(crate) const WORK: &str = ".work";

/// Models installed in a folder, according to a catalogue.
#[derive(Clone, Debug)]
pub struct Store {
    dir: PathBuf,
    catalog: Catalog,
}

/// Whether a model is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelState {
    /// Its files are there, with the recorded lengths.
    Installed {
        /// The source it came from.
        source: String,
    },
    /// There is nothing.
    Missing,
    /// Something is there that cannot be used; fetching repairs it. Says what is wrong.
    Damaged(String),
}

impl ModelState {
    /// Whether the model can be used.
    pub fn is_installed(&self) -> bool {
        matches!(self, ModelState::Installed { .. })
    }
}

/// A line of [`Store::list`].
#[derive(Clone, Debug)]
pub struct Listed<'a> {
    /// The model.
    pub model: &'a Model,
    /// Whether it is there.
    pub state: ModelState,
    /// Bytes on disk: as installed, or as the catalogue says.
    pub size: u64,
    /// Where the text of its licence is, if it is there.
    pub licence_text: Option<PathBuf>,
}

/// The result of [`Store::verify`] for one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The model's name.
    pub model: String,
    /// The file's name.
    pub file: String,
    /// `None` if it is as it should be, otherwise what is wrong, in words.
    pub problem: Option<String>,
}

impl Store {
    /// The store in `dir`, which need not exist yet, with the catalogue of this build.
    pub fn open(dir: impl Into<PathBuf>) -> Self {
        Self::with_catalog(dir, Catalog::builtin().clone())
    }

    /// The store in [`default_dir`].
    pub fn open_default() -> Self {
        Self::open(default_dir())
    }

    /// The store in `dir` with another catalogue.
    pub fn with_catalog(dir: impl Into<PathBuf>, catalog: Catalog) -> Self {
        Self { dir: dir.into(), catalog }
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Its catalogue.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Every model of the catalogue with its state.
    pub fn list(&self) -> Vec<Listed<'_>> {
        let models = self.catalog.models().iter();
        models
            .map(|model| {
                let licence_text = self.dir.join(&model.name).join(LICENCE);
                let licence_text = licence_text.is_file().then_some(licence_text);
                let (state, size) = match self.check(model) {
                    Ok(record) => {
                        let size = record.files.values().map(|print| print.size).sum();
                        (ModelState::Installed { source: record.source }, size)
                    }
                    Err(state) => (state, model.size()),
                };
                Listed { model, state, size, licence_text }
            })
            .collect()
    }

    /// Whether the model `name` is installed, without hashing.
    ///
    /// # Errors
    /// [`Input`](ErrorKind::Input) when the catalogue has no such model.
    pub fn state(&self, name: &str) -> Result<ModelState> {
        Ok(match self.check(self.catalog.model(name)?) {
            Ok(record) => ModelState::Installed { source: record.source },
            Err(state) => state,
        })
    }

    /// The path of a file of an installed model.
    ///
    /// Only this file is checked, so that files put there by hand work too.
    ///
    /// # Errors
    /// [`Input`](ErrorKind::Input) when the catalogue has no such model or file,
    /// [`Missing`](ErrorKind::Missing) when it is not installed,
    /// [`Damaged`](ErrorKind::Damaged) when its length is wrong.
    pub fn path(&self, name: &str, file: &str) -> Result<PathBuf> {
        let model = self.catalog.model(name)?;
        let path = self.dir.join(name).join(file);
        let mut sizes = model.expected(file).map(|expected| expected.size).peekable();
        if sizes.peek().is_none() {
            return Err(Error::new(ErrorKind::Input, format!("{name} has no file {file:?}")));
        }
        let next = format!("run `sayso models fetch {name}`");
        match fs::metadata(&path) {
            Ok(meta) if meta.is_file() && sizes.any(|size| size == meta.len()) => Ok(path),
            Ok(_) => {
                Err(Error::new(ErrorKind::Damaged, format!("not the file it should be: {next}"))
                    .with_path(path))
            }
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                Err(failed("could not access the model file", &path, error))
            }
            Err(_) => Err(Error::new(
                ErrorKind::Missing,
                format!("the model {name} is not installed: {next}"),
            )
            .with_path(path)),
        }
    }

    /// Hashes the files of `names` (if empty, of every installed model) and reports on each.
    /// Models that are not installed are left out unless they are named.
    ///
    /// `progress` gets the bytes done and the total.
    ///
    /// # Errors
    /// [`Input`](ErrorKind::Input) for an unknown name, [`Cancelled`](ErrorKind::Cancelled).
    pub fn verify(
        &self,
        names: &[&str],
        progress: &mut dyn FnMut(u64, u64),
        cancel: &Cancel,
    ) -> Result<Vec<Verified>> {
        let mut models = Vec::new();
        for model in self.catalog.models() {
            let there = self.dir.join(&model.name).is_dir();
            if names.contains(&model.name.as_str()) || names.is_empty() && there {
                models.push(model);
            }
        }
        for name in names {
            self.catalog.model(name)?;
        }
        let total = models.iter().map(|model| model.size()).sum();
        let mut done = 0;
        let mut report = Vec::new();
        for model in models {
            let record = Record::read(&self.dir.join(&model.name));
            for file in model.files() {
                let problem =
                    self.verify_file(model, file, record.as_ref().ok(), cancel, &mut |n| {
                        done += n;
                        progress(done.min(total), total);
                    })?;
                report.push(Verified { model: model.name.clone(), file: file.to_owned(), problem });
            }
        }
        Ok(report)
    }

    fn verify_file(
        &self,
        model: &Model,
        file: &str,
        record: Option<&Record>,
        cancel: &Cancel,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Option<String>> {
        let path = self.dir.join(&model.name).join(file);
        let found = match hash_file(&path, cancel, progress) {
            Ok(found) => found,
            Err(error) if error.is_cancelled() => return Err(error),
            Err(_) if !path.exists() => return Ok(Some("it is missing".into())),
            Err(error) => return Ok(Some(error.to_string())),
        };
        let recorded = record.and_then(|record| record.files.get(file)).copied();
        Ok(problem(model, file, found, recorded).map(str::to_owned))
    }

    /// Deletes an installed model; `false` if it was not installed.
    ///
    /// Only what the catalogue put there is deleted.
    ///
    /// # Errors
    /// [`Input`](ErrorKind::Input) for an unknown name, [`Io`](ErrorKind::Io).
    pub fn remove(&self, name: &str, cancel: &Cancel) -> Result<bool> {
        let model = self.catalog.model(name)?;
        let dir = self.dir.join(name);
        if !dir.exists() {
            return Ok(false);
        }
        let _lock = Lock::take(&self.dir, cancel, &mut || ())?;
        // The record is deleted first, so that a partly deleted model does not count as installed.
        for file in std::iter::once(disk::RECORD).chain(model.installed()) {
            disk::remove_file(&dir.join(file))?;
        }
        // The folder is not empty if somebody keeps other files in it; those stay.
        let _ = fs::remove_dir(&dir);
        Ok(true)
    }

    /// The record of an installed model, or its state if it is not installed.
    pub(crate) fn check(&self, model: &Model) -> std::result::Result<Record, ModelState> {
        let dir = self.dir.join(&model.name);
        if !dir.is_dir() {
            return Err(ModelState::Missing);
        }
        let record = Record::read(&dir).map_err(|why| ModelState::Damaged(why.into()))?;
        for file in model.files() {
            let wrong = |what: &str| ModelState::Damaged(format!("{file} {what}"));
            let Some(recorded) = record.files.get(file) else {
                return Err(wrong("is not in its record"));
            };
            if !model.expected(file).any(|expected| expected.accepts(*recorded)) {
                return Err(wrong("is not the version in the catalogue"));
            }
            match fs::metadata(dir.join(file)) {
                Ok(meta) if meta.is_file() && meta.len() == recorded.size => {}
                Ok(_) => return Err(wrong("has the wrong length")),
                Err(_) => return Err(wrong("is missing")),
            }
        }
        Ok(record)
    }

    /// Where a model's replaced folder is while the new one is put in place.
    fn old(&self, model: &Model) -> PathBuf {
        self.dir.join(WORK).join(format!("old-{}", model.name))
    }

    /// Completes a [`put`](Self::put) that a power cut interrupted.
    pub(crate) fn recover(&self) -> Result<()> {
        for model in self.catalog.models() {
            let (old, place) = (self.old(model), self.dir.join(&model.name));
            if !old.is_dir() {
                continue;
            }
            if place.exists() {
                disk::rescue(&old, &place, &model.installed())?;
                disk::remove_dir(&old)?;
            } else {
                fs::rename(&old, &place)
                    .map_err(|error| failed("could not bring the old model back", &place, error))?;
            }
        }
        Ok(())
    }

    /// Puts the finished folder `new` in place of the model's, and keeps other files in it.
    pub(crate) fn put(&self, model: &Model, new: &Path) -> Result<()> {
        let place = self.dir.join(&model.name);
        let old = self.old(model);
        lay_licence(Folder::Store, model, new)?;
        sync_dir(new);
        let replaced = place.exists();
        let moved = |what, error| failed(what, &place, error);
        if replaced {
            disk::remove_dir(&old)?;
            fs::rename(&place, &old).map_err(|e| moved("could not move the old model away", e))?;
        }
        if let Err(error) = fs::rename(new, &place) {
            if replaced {
                let _ = fs::rename(&old, &place);
            }
            return Err(moved("could not put the model in place", error));
        }
        sync_dir(&self.dir);
        if replaced {
            disk::rescue(&old, &place, &model.installed())?;
            disk::remove_dir(&old)?;
        }
        Ok(())
    }

    /// Writes the licence text beside an installed model that lacks it, such as one from an
    /// earlier version. Best effort: a store that cannot be written can still be used.
    #[cfg(feature = "fetch")]
    pub(crate) fn add_licence(&self, model: &Model) {
        let dir = self.dir.join(&model.name);
        if dir.join(LICENCE).exists() {
            return;
        }
        if let Err(error) = lay_licence(Folder::Store, model, &dir) {
            log::warn!("the licence text of {} could not be written: {error}", model.name);
        }
    }
}

/// Writes the licence text of `model` into `dir`, unless it is one of the model's files.
fn lay_licence(folder: Folder, model: &Model, dir: &Path) -> Result<()> {
    match model.licence_text() {
        Some(text) => disk::write_synced(folder, &dir.join(LICENCE), text.as_bytes()),
        None => Ok(()),
    }
}

/// What is wrong with a file whose fingerprint is `found`.
fn problem(
    model: &Model,
    file: &str,
    found: Fingerprint,
    recorded: Option<Fingerprint>,
) -> Option<&'static str> {
    let mut expected = model.expected(file).filter(|expected| expected.accepts(found));
    match recorded {
        Some(recorded) if recorded != found => Some("it has changed since it was installed"),
        Some(_) if expected.next().is_some() => None,
        // Without a record, only a hash of the catalogue identifies the file.
        None if expected.any(|expected| expected.sha256.is_some()) => None,
        _ => Some("it is not the file of the catalogue"),
    }
}
