//! The model files that a configuration chooses, and where they are.

use std::path::{Path, PathBuf};

use sayso_store::catalog::{self, Role};
use sayso_store::{ModelState, Store};

use crate::config::{Config, Models, Profile};
use crate::error::{Error, ErrorKind, Result};

/// The model files that a configuration chooses.
pub struct Chosen<'c> {
    config: &'c Config,
    store: Store,
}

impl<'c> Chosen<'c> {
    /// The files that `config` chooses.
    pub fn new(config: &'c Config) -> Self {
        let dir = &config.models.dir;
        let dir = if dir.as_os_str().is_empty() { sayso_store::default_dir() } else { dir.clone() };
        Self { config, store: Store::open(dir) }
    }

    /// The store that holds those that are not files of the user's own.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The catalogue names of the models that come from the store.
    pub fn names(&self) -> Vec<&str> {
        let Models { vad, eot, whisper, llm, voice, .. } = &self.config.models;
        let named = [
            (vad, Role::Vad),
            (eot, Role::Eot),
            (whisper, Role::Stt),
            (llm, Role::Llm),
            (voice, Role::Tts),
        ];
        let used = |role| role != Role::Eot || self.config.turn.end_of_turn;
        let named = named.into_iter().filter(|(_, role)| used(*role));
        named.filter_map(|(asked, role)| self.name(asked, role)).collect()
    }

    /// Checks early that the models are installed.
    ///
    /// # Errors
    /// [`Model`](ErrorKind::Model) when more than one of them is missing: the message names them all.
    pub(super) fn check(&self) -> Result<()> {
        let absent = |name: &&str| matches!(self.store.state(name), Ok(ModelState::Missing));
        let missing: Vec<&str> = self.names().into_iter().filter(absent).collect();
        if missing.len() < 2 {
            return Ok(());
        }
        let message = format!(
            "{}: these models are not installed: {}. Run `sayso models fetch`",
            self.store.dir().display(),
            missing.join(", ")
        );
        Err(Error::new(ErrorKind::Model, message))
    }

    /// The catalogue name of the requested model; `None` if it is a file.
    fn name<'a>(&'a self, asked: &'a Path, role: Role) -> Option<&'a str> {
        let asked = asked.to_str()?;
        let asked = if asked.is_empty() { self.default(role) } else { asked };
        self.store.catalog().model(asked).is_ok().then_some(asked)
    }

    /// The model for `role` in the selected profile.
    fn default(&self, role: Role) -> &str {
        let profile = match self.config.models.profile {
            Profile::Large => catalog::Profile::Large,
            Profile::Standard => catalog::Profile::Standard,
            Profile::Small => catalog::Profile::Small,
        };
        self.store.catalog().of(profile, role).map_or("", |model| model.name.as_str())
    }

    /// The only file, or the named one, of the requested model.
    fn file(&self, asked: &Path, role: Role) -> Result<PathBuf> {
        match self.name(asked, role) {
            None => self.own(asked),
            Some(name) => {
                let model = self.store.catalog().model(name)?;
                let file = model.files().into_iter().next().unwrap_or_default();
                Ok(self.store.path(name, file)?)
            }
        }
    }

    /// A file or folder of the user's own.
    fn own(&self, asked: &Path) -> Result<PathBuf> {
        // If this cannot be determined, the path is assumed to exist; opening it will show.
        if asked.try_exists().unwrap_or(true) {
            return Ok(asked.to_owned());
        }
        // A single word may be a misspelt catalogue name.
        let word = asked.components().count() == 1;
        let shown = asked.display();
        Err(Error::input(if word {
            let hint = self.store.catalog().hint(&asked.to_string_lossy());
            format!("{shown}: there is no such file, and no model of that name: {hint}")
        } else {
            format!("{shown}: there is no such file or folder: check the path")
        }))
    }

    /// The Silero file.
    ///
    /// # Errors
    /// When it is not installed, or not where the settings say.
    pub fn vad(&self) -> Result<PathBuf> {
        self.file(&self.config.models.vad, Role::Vad)
    }

    /// The Smart Turn file.
    ///
    /// # Errors
    /// When it is not installed, or not where the settings say.
    pub fn eot(&self) -> Result<PathBuf> {
        self.file(&self.config.models.eot, Role::Eot)
    }

    /// The Whisper file.
    ///
    /// # Errors
    /// When it is not installed, or not where the settings say.
    pub fn stt(&self) -> Result<PathBuf> {
        self.file(&self.config.models.whisper, Role::Stt)
    }

    /// The language model's file.
    ///
    /// # Errors
    /// When it is not installed, or not where the settings say.
    pub fn llm(&self) -> Result<PathBuf> {
        self.file(&self.config.models.llm, Role::Llm)
    }

    /// The sentences of commands in a language, by its ISO code.
    ///
    /// # Errors
    /// When they are not installed, or there are none in the language.
    pub fn intents(&self, language: &str) -> Result<PathBuf> {
        Ok(self.store.path("home-assistant-intents", &format!("{language}.json"))?)
    }

    /// The folder of the nets for typed wake phrases.
    ///
    /// # Errors
    /// When they are not installed.
    pub fn wake(&self) -> Result<PathBuf> {
        const NETS: &str = "hama";
        for file in self.store.catalog().model(NETS)?.files() {
            self.store.path(NETS, file)?;
        }
        Ok(self.store.dir().join(NETS))
    }

    /// The voice's folder.
    ///
    /// # Errors
    /// When it is not installed, or not where the settings say.
    pub fn tts(&self) -> Result<PathBuf> {
        let folder = &self.config.models.voice;
        let model = folder.to_str().and_then(|name| self.store.catalog().model(name).ok());
        let named = model.is_some_and(|model| model.role == Role::Tts);
        if !folder.as_os_str().is_empty() && !named {
            return self.own(folder);
        }
        let file = self.file(folder, Role::Tts)?;
        Ok(file.parent().unwrap_or(Path::new(".")).to_path_buf())
    }
}
