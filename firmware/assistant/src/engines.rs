//! The engines that a configuration asks for, and where their files are.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sayso_models::llm::Llm;
use sayso_models::store::{self, Store};
use sayso_models::stt::Stt;
use sayso_models::tts::Tts;
use sayso_models::vad::Vad;

use crate::config::{Config, Profile};
use crate::error::{Error, Result};

/// One engine per role.
pub struct Engines {
    /// Voice activity detection.
    pub vad: Box<dyn Vad>,
    /// Speech to text.
    pub stt: Box<dyn Stt>,
    /// The language model, its system prompt evaluated.
    pub llm: Box<dyn Llm>,
    /// Text to speech.
    pub tts: Box<dyn Tts>,
}

/// The model files that a configuration chooses.
pub struct Chosen<'c> {
    config: &'c Config,
    store: Store,
}

impl<'c> Chosen<'c> {
    /// The files that `config` chooses.
    pub fn new(config: &'c Config) -> Self {
        let dir = &config.models.dir;
        let dir = if dir.as_os_str().is_empty() { store::default_dir() } else { dir.clone() };
        Self { config, store: Store::open(dir) }
    }

    /// The store they come from, unless they are named.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The names in the catalogue of the models that are taken from the store.
    pub fn names(&self) -> Vec<&str> {
        let models = &self.config.models;
        let mut names = Vec::new();
        if models.vad.as_os_str().is_empty() {
            names.push("silero-v6");
        }
        names.extend(self.name(&models.whisper, "whisper-tiny.en"));
        names.extend(self.name(&models.llm, self.default_llm()));
        if models.voice.as_os_str().is_empty() {
            names.push("hibari");
        }
        names
    }

    fn default_llm(&self) -> &'static str {
        match self.config.models.profile {
            Profile::Standard => "qwen2.5-coder-0.5b",
            Profile::Small => "smollm2-135m",
        }
    }

    /// The catalogue's name for what is asked for; `None` when that is a file.
    fn name<'a>(&self, asked: &'a str, default: &'a str) -> Option<&'a str> {
        let asked = if asked.is_empty() { default } else { asked };
        self.store.catalog().model(asked).is_ok().then_some(asked)
    }

    /// The only file, or the named one, of the model asked for.
    fn file(&self, asked: &str, default: &str) -> Result<PathBuf> {
        match self.name(asked, default) {
            None => Ok(PathBuf::from(asked)),
            Some(name) => {
                let model = self.store.catalog().model(name)?;
                let file = model.files().into_iter().next().unwrap_or_default();
                Ok(self.store.path(name, file)?)
            }
        }
    }

    /// The Silero file.
    ///
    /// # Errors
    /// When it is not installed.
    pub fn vad(&self) -> Result<PathBuf> {
        self.file(&self.config.models.vad.to_string_lossy(), "silero-v6")
    }

    /// The Whisper file.
    ///
    /// # Errors
    /// When it is not installed.
    pub fn stt(&self) -> Result<PathBuf> {
        self.file(&self.config.models.whisper, "whisper-tiny.en")
    }

    /// The language model's file.
    ///
    /// # Errors
    /// When it is not installed.
    pub fn llm(&self) -> Result<PathBuf> {
        self.file(&self.config.models.llm, self.default_llm())
    }

    /// The voice's folder.
    ///
    /// # Errors
    /// When it is not installed.
    pub fn tts(&self) -> Result<PathBuf> {
        let folder = &self.config.models.voice;
        if !folder.as_os_str().is_empty() {
            return Ok(folder.clone());
        }
        let file = self.store.path("hibari", "hibari.onnx")?;
        Ok(file.parent().unwrap_or(Path::new(".")).to_path_buf())
    }
}

/// Threads for an engine: as asked, or one per core up to four.
fn threads(asked: u32) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    if asked == 0 { cores.min(4) } else { asked as usize }
}
