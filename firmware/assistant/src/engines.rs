//! The engines that a configuration asks for, and where their files are.

use std::path::{Path, PathBuf};

use sayso_models::catalog::{self, Role};
use sayso_models::eot::EndOfTurn;
use sayso_models::llm::Llm;
use sayso_models::store::{self, State, Store};
use sayso_models::stt::Stt;
use sayso_models::tts::Tts;
use sayso_models::vad::Vad;

use crate::config::{Config, Models, Profile};
use crate::error::Result;

/// Whether this build has a GPU back end.
#[cfg(feature = "models")]
const GPU: bool = cfg!(any(feature = "cuda", feature = "vulkan", feature = "metal"));

/// How much Whisper sees at most of an utterance that it has doubts about, where memory
/// is short: encoder positions of 20 ms, 15.4 s.
#[cfg(feature = "models")]
const SMALL_WIDEST: u32 = 768;

/// One engine per role.
pub struct Engines {
    /// Voice activity detection.
    pub vad: Box<dyn Vad>,
    /// Speech to text.
    pub stt: Box<dyn Stt>,
    /// How complete an utterance sounds; without it, the transcript alone decides.
    pub eot: Option<Box<dyn EndOfTurn>>,
    /// The language model, its system prompt evaluated.
    pub llm: Box<dyn Llm>,
    /// Text to speech.
    pub tts: Box<dyn Tts>,
}

#[cfg(feature = "models")]
impl Engines {
    /// Loads the engines that `config` chooses, side by side.
    ///
    /// # Errors
    /// When a model is missing or damaged, or this CPU lacks what this build needs.
    pub fn load(config: &Config) -> Result<Self> {
        cpu()?;
        Chosen::new(config).check()?;
        // Most of the time goes into reading files and building plans, so two
        // cores are worth having.
        std::thread::scope(|scope| {
            let llm = scope.spawn(|| Self::load_llm(config));
            let stt = scope.spawn(|| Self::load_stt(config));
            let tts = scope.spawn(|| Self::load_tts(config));
            let vad = Self::load_vad(config);
            let eot = if config.turn.end_of_turn { Some(Self::load_eot(config)?) } else { None };
            let gone = |_| crate::Error::Worker("loading");
            Ok(Self {
                vad: vad?,
                eot,
                stt: stt.join().map_err(gone)??,
                llm: llm.join().map_err(gone)??,
                tts: tts.join().map_err(gone)??,
            })
        })
    }

    /// The file or folder that `config` chooses for `role`, after a look at whether it is
    /// what the engine loads: the small ones are loaded for it, of the speech and language
    /// models the heads are read.
    ///
    /// # Errors
    /// As the engine's own loading.
    pub fn check(config: &Config, role: Role) -> Result<PathBuf> {
        use sayso_models::{eot::SmartTurn, llm::Llama, stt::Whisper, tts::Hibari, vad::Silero};
        let chosen = Chosen::new(config);
        let path = match role {
            Role::Vad => chosen.vad(),
            Role::Eot => chosen.eot(),
            Role::Stt => chosen.stt(),
            Role::Llm => chosen.llm(),
            Role::Tts => chosen.tts(),
        }?;
        match role {
            Role::Vad => drop(Silero::load(&path)?),
            Role::Eot => drop(SmartTurn::load(&path)?),
            Role::Stt => Whisper::check(&path)?,
            Role::Llm => drop(Llama::check(&path)?),
            Role::Tts => drop(Hibari::load(&path)?),
        }
        Ok(path)
    }

    /// Loads the voice activity detector alone.
    ///
    /// # Errors
    /// When its model is missing or damaged.
    pub fn load_vad(config: &Config) -> Result<Box<dyn Vad>> {
        Ok(Box::new(sayso_models::vad::Silero::load(&Chosen::new(config).vad()?)?))
    }

    /// Loads the judge of whether an utterance is complete, alone.
    ///
    /// # Errors
    /// When its model is missing or damaged.
    pub fn load_eot(config: &Config) -> Result<Box<dyn EndOfTurn>> {
        Ok(Box::new(sayso_models::eot::SmartTurn::load(&Chosen::new(config).eot()?)?))
    }

    /// Loads the recogniser alone.
    ///
    /// # Errors
    /// When its model is missing or damaged.
    pub fn load_stt(config: &Config) -> Result<Box<dyn Stt>> {
        use sayso_models::stt::{Whisper, WhisperConfig};
        cpu()?;
        let path = Chosen::new(config).stt()?;
        let settings = WhisperConfig {
            threads: threads(config.stt.threads, cores()),
            gpu: config.stt.gpu,
            ..Default::default()
        };
        let settings = match config.models.profile {
            Profile::Standard => settings,
            Profile::Small => WhisperConfig { widest: SMALL_WIDEST, ..settings },
        };
        let mut stt = Whisper::load(&path, &settings)?;
        if settings.gpu && on_gpu()? {
            warm_up_stt(&mut stt)?;
        }
        Ok(Box::new(stt))
    }

    /// Loads the language model alone and evaluates its system prompt, or
    /// takes that from the disk.
    ///
    /// # Errors
    /// When the model is missing or damaged, or the prompt does not fit its context.
    pub fn load_llm(config: &Config) -> Result<Box<dyn Llm>> {
        use sayso_models::llm::{self, Llama, prompts};
        cpu()?;
        let chosen = Chosen::new(config);
        let path = chosen.llm()?;
        let count = u32::try_from(threads(config.llm.threads, cores())).unwrap_or(4);
        let settings = llm::Config {
            n_ctx: config.context(),
            exchanges: config.exchanges(),
            threads: count,
            threads_batch: count,
            gpu_layers: if GPU { config.llm.gpu_layers } else { 0 },
            sampling: config.llm.sampling.clone(),
            ..Default::default()
        };
        let (system, examples) = match config.models.profile {
            Profile::Standard => (prompts::STANDARD, prompts::standard_examples()),
            Profile::Small => (prompts::SMALL, prompts::small_examples()),
        };
        // Examples go with our own prompt; another one speaks for itself.
        let (system, examples) = match config.llm.system_prompt.trim() {
            "" => (system, examples),
            own => (own, Vec::new()),
        };
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let saved =
            config.llm.save_prompt.then(|| chosen.store().dir().join(format!(".prompt-{name}.kv")));
        let layers = settings.gpu_layers;
        let mut llm = Llama::load(path, settings)?;
        let primed = llm.prime(system, &examples, saved.as_deref())?;
        log::info!("system prompt: {primed:?}");
        if layers > 0 && on_gpu()? {
            warm_up_llm(&mut llm)?;
        }
        Ok(Box::new(llm))
    }

    /// Loads the voice alone.
    ///
    /// # Errors
    /// When its files are missing or damaged.
    pub fn load_tts(config: &Config) -> Result<Box<dyn Tts>> {
        Ok(Box::new(sayso_models::tts::Hibari::load(&Chosen::new(config).tts()?)?))
    }
}

/// The instruction sets that this build uses, for people.
///
/// # Errors
/// When this CPU lacks one of them.
#[cfg(feature = "models")]
pub fn cpu() -> Result<String> {
    sayso_models::ggml::cpu_check()?;
    let used: Vec<&str> =
        sayso_models::ggml::required().into_iter().map(|(name, _)| name).collect();
    Ok(if used.is_empty() { "nothing special is needed".into() } else { used.join(" ") })
}

/// The GPUs that this build will use, for people; `None` if it is for the CPU alone.
///
/// # Errors
/// When this CPU cannot run this build.
#[cfg(feature = "models")]
pub fn gpus() -> Result<Option<Vec<String>>> {
    if !GPU {
        return Ok(None);
    }
    Ok(Some(sayso_models::ggml::gpus()?))
}

/// Whether the models' work goes to a GPU.
#[cfg(feature = "models")]
fn on_gpu() -> Result<bool> {
    Ok(gpus()?.is_some_and(|gpus| !gpus.is_empty()))
}

/// Transcribes a second of a rising tone, and forgets it. A GPU's programs are compiled
/// at their first use, which takes a second: better now than at the first question.
#[cfg(feature = "models")]
fn warm_up_stt(stt: &mut dyn Stt) -> Result<()> {
    use sayso_models::{Cancel, stt::SttRequest};
    let tone: Vec<f32> = (0..16_000_u16)
        .map(|n| f32::from(n) / 16_000.0)
        .map(|time| 0.1 * (2_000.0 * time * (1.0 + time)).sin())
        .collect();
    stt.transcribe(&tone, &SttRequest::default(), &Cancel::new(), &mut |_| ())?;
    Ok(())
}

/// Writes the first word of a reply, and forgets it: as [`warm_up_stt`].
#[cfg(feature = "models")]
fn warm_up_llm(llm: &mut dyn Llm) -> Result<()> {
    let cancel = sayso_models::Cancel::new();
    match llm.reply("What can you do for me?", &cancel, &mut |_| cancel.cancel()) {
        Err(error) if !error.is_cancelled() => Err(error.into()),
        _ => Ok(llm.discard()?),
    }
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
        let Models { vad, eot, whisper, llm, voice, .. } = &self.config.models;
        let named = [
            (vad.to_str().unwrap_or("."), Role::Vad),
            (eot.to_str().unwrap_or("."), Role::Eot),
            (whisper, Role::Stt),
            (llm, Role::Llm),
            (voice.to_str().unwrap_or("."), Role::Tts),
        ];
        let used = |role| role != Role::Eot || self.config.turn.end_of_turn;
        let named = named.into_iter().filter(|(_, role)| used(*role));
        named.filter_map(|(asked, role)| self.name(asked, role)).collect()
    }

    /// Makes sure that there is something to load at all.
    ///
    /// # Errors
    /// When more than one of the models is not installed: names them all.
    fn check(&self) -> Result<()> {
        let absent = |name: &&str| matches!(self.store.state(name), Ok(State::Missing));
        let missing: Vec<&str> = self.names().into_iter().filter(absent).collect();
        if missing.len() < 2 {
            return Ok(());
        }
        Err(crate::Error::Usage(format!(
            "{}: these models are not installed: {}. Run `sayso models fetch`",
            self.store.dir().display(),
            missing.join(", ")
        )))
    }

    /// The catalogue's name for what is asked for; `None` when that is a file.
    fn name<'a>(&'a self, asked: &'a str, role: Role) -> Option<&'a str> {
        let asked = if asked.is_empty() { self.default(role) } else { asked };
        self.store.catalog().model(asked).is_ok().then_some(asked)
    }

    /// The model for `role` in the profile chosen.
    fn default(&self, role: Role) -> &str {
        let profile = match self.config.models.profile {
            Profile::Standard => catalog::Profile::Standard,
            Profile::Small => catalog::Profile::Small,
        };
        self.store.catalog().of(profile, role).map_or("", |model| model.name.as_str())
    }

    /// The only file, or the named one, of the model asked for.
    fn file(&self, asked: &str, role: Role) -> Result<PathBuf> {
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
    fn own(&self, asked: &str) -> Result<PathBuf> {
        let path = PathBuf::from(asked);
        // What cannot be looked at is there, for all that is known: opening it will tell.
        if path.try_exists().unwrap_or(true) {
            return Ok(path);
        }
        // A word alone may be a name of the catalogue, mistyped.
        let word = path.components().count() == 1;
        Err(crate::Error::Usage(if word {
            let hint = self.store.catalog().hint(asked);
            format!("{asked}: there is no such file, and no model of that name: {hint}")
        } else {
            format!("{asked}: there is no such file or folder: check the path")
        }))
    }

    /// The Silero file.
    ///
    /// # Errors
    /// When it is not installed, or not where the settings say.
    pub fn vad(&self) -> Result<PathBuf> {
        self.file(&self.config.models.vad.to_string_lossy(), Role::Vad)
    }

    /// The Smart Turn file.
    ///
    /// # Errors
    /// When it is not installed, or not where the settings say.
    pub fn eot(&self) -> Result<PathBuf> {
        self.file(&self.config.models.eot.to_string_lossy(), Role::Eot)
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

    /// The voice's folder.
    ///
    /// # Errors
    /// When it is not installed, or not where the settings say.
    pub fn tts(&self) -> Result<PathBuf> {
        let folder = self.config.models.voice.to_string_lossy();
        let named = self.store.catalog().model(&folder).is_ok_and(|model| model.role == Role::Tts);
        if !folder.is_empty() && !named {
            return self.own(&folder);
        }
        let file = self.file(&folder, Role::Tts)?;
        Ok(file.parent().unwrap_or(Path::new(".")).to_path_buf())
    }
}

/// Cores for the models, at most four: more make them hardly faster.
pub fn cores() -> usize {
    #[cfg(feature = "models")]
    let cores = sayso_models::ggml::physical_cores();
    #[cfg(not(feature = "models"))]
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    cores.clamp(1, 4)
}

/// Threads for an engine: as asked (0 for all), but no more than `cores`.
pub fn threads(asked: u32, cores: usize) -> usize {
    if asked == 0 { cores } else { (asked as usize).min(cores) }
}
