//! The weights of the real engines, and the sessions that are made from them.

use std::path::PathBuf;
use std::sync::Arc;

use sayso_models::Cancel;
use sayso_models::eot::{EndOfTurn, SmartTurnWeights};
use sayso_models::llm::{self, Llama, LlamaWeights, Llm, Server};
use sayso_models::stt::{Stt, SttRequest, Whisper, WhisperConfig, WhisperWeights};
use sayso_models::tts::{HibariWeights, Tts};
use sayso_models::vad::{SileroWeights, Vad};
use sayso_phonemes::{Acoustic, Reader};
use sayso_store::catalog::Role;

use super::judged::{calling, doubt};
use super::prompt::prompt;
use super::remote::{server, with_server};
use super::{Chosen, Engines, GPU, Sessions, cores, cpu, gpus, threads};
use crate::config::{Config, Profile};
use crate::error::Result;
use crate::vocabulary::{Corrected, Vocabulary};

/// The most of a doubtful utterance that Whisper sees if memory is short: encoder positions of 20
/// ms, 15.4 s.
const SMALL_WIDEST: u32 = 768;

/// Shared by all conversations: the weights of every engine, loaded and laid out for this CPU
/// once, and the evaluated system prompt. Clones share them too.
#[derive(Clone)]
pub struct Weights {
    vad: SileroWeights,
    stt: WhisperWeights,
    /// Names that are expected.
    vocabulary: Option<Arc<Vocabulary>>,
    eot: Option<SmartTurnWeights>,
    llm: LlamaWeights,
    /// The server that answers in its place.
    server: Option<Arc<Server>>,
    config: Arc<Config>,
    tts: HibariWeights,
}

impl Weights {
    /// Loads the weights that `config` selects, in parallel, and evaluates the system prompt or
    /// loads it from disk.
    ///
    /// # Errors
    /// [`Model`](crate::ErrorKind::Model) when one is missing or damaged,
    /// [`Input`](crate::ErrorKind::Input) when the prompt does not fit its context,
    /// [`Unsupported`](crate::ErrorKind::Unsupported) when this CPU lacks what this build needs.
    pub fn load(config: &Config) -> Result<Self> {
        cpu()?;
        Chosen::new(config).check()?;
        // Most of the time is spent reading files and building plans, so a second core helps.
        std::thread::scope(|scope| {
            let llm = scope.spawn(|| llm(config));
            let stt = scope.spawn(|| stt(config));
            let tts = scope.spawn(|| tts(config));
            let vad = vad(config);
            let eot = if config.turn.end_of_turn { Some(eot(config)?) } else { None };
            let gone = |_| crate::Error::died("loading");
            Ok(Self {
                vad: vad?,
                eot,
                stt: stt.join().map_err(gone)??,
                vocabulary: vocabulary(config)?,
                server: server(config)?,
                config: Arc::new(config.clone()),
                llm: llm.join().map_err(gone)??,
                tts: tts.join().map_err(gone)??,
            })
        })
    }

    /// A new session: the mutable part of every engine.
    ///
    /// # Errors
    /// [`Engine`](crate::ErrorKind::Engine) when memory does not suffice.
    pub fn session(&self) -> Result<Engines> {
        Ok(Engines {
            vad: Box::new(self.vad.session()?),
            stt: corrected(self.stt.session()?, self.vocabulary.as_ref()),
            eot: self.eot.as_ref().map(|eot| Box::new(eot.session()) as _),
            llm: with_server(Box::new(self.llm.session()?), self.server.as_ref(), &self.config),
            tts: Box::new(self.tts.session()),
        })
    }
}

impl Sessions for Weights {
    fn session(&self) -> Result<Engines> {
        self.session()
    }
}

impl Engines {
    /// A session with weights of its own; see [`Weights`] for several.
    ///
    /// # Errors
    /// As [`Weights::load`] and [`Weights::session`].
    pub fn load(config: &Config) -> Result<Self> {
        Weights::load(config)?.session()
    }

    /// The file or folder that `config` selects for `role`, after a check that the engine can load
    /// it: small models are loaded for this, and the headers of the speech and language models are
    /// read.
    ///
    /// # Errors
    /// The errors of loading the engine.
    pub fn check(config: &Config, role: Role) -> Result<PathBuf> {
        let chosen = Chosen::new(config);
        let path = match role {
            Role::Vad => chosen.vad(),
            Role::Eot => chosen.eot(),
            Role::Stt => chosen.stt(),
            Role::Llm => chosen.llm(),
            Role::Tts => chosen.tts(),
            // Their files are checked where they are compiled.
            Role::Intents => return chosen.intents("en"),
            Role::Wake => chosen.wake(),
        }?;
        match role {
            Role::Vad => drop(SileroWeights::load(&path)?),
            Role::Eot => drop(SmartTurnWeights::load(&path)?),
            Role::Stt => Whisper::check(&path)?,
            Role::Llm => drop(Llama::check(&path)?),
            Role::Tts => drop(HibariWeights::load(&path, config.spoken())?),
            Role::Wake => drop((Reader::load(&path)?, Acoustic::load(&path)?)),
            Role::Intents => {}
        }
        Ok(path)
    }

    /// Loads the voice activity detector alone.
    ///
    /// # Errors
    /// When its model is missing or damaged.
    pub fn load_vad(config: &Config) -> Result<Box<dyn Vad>> {
        Ok(Box::new(vad(config)?.session()?))
    }

    /// Loads the end-of-turn detector alone.
    ///
    /// # Errors
    /// When its model is missing or damaged.
    pub fn load_eot(config: &Config) -> Result<Box<dyn EndOfTurn>> {
        Ok(Box::new(eot(config)?.session()))
    }

    /// Loads the recogniser alone.
    ///
    /// # Errors
    /// When its model is missing or damaged.
    pub fn load_stt(config: &Config) -> Result<Box<dyn Stt>> {
        let vocabulary = vocabulary(config)?;
        Ok(corrected(stt(config)?.session()?, vocabulary.as_ref()))
    }

    /// Loads the language model alone and evaluates its system prompt, or loads that from disk.
    ///
    /// # Errors
    /// When the model is missing or damaged, or the prompt does not fit its context.
    pub fn load_llm(config: &Config) -> Result<Box<dyn Llm>> {
        let server = server(config)?;
        Ok(with_server(Box::new(llm(config)?.session()?), server.as_ref(), config))
    }

    /// Loads the voice alone.
    ///
    /// # Errors
    /// When its files are missing or damaged.
    pub fn load_tts(config: &Config) -> Result<Box<dyn Tts>> {
        Ok(Box::new(tts(config)?.session()))
    }
}

fn vad(config: &Config) -> Result<SileroWeights> {
    Ok(SileroWeights::load(&Chosen::new(config).vad()?)?)
}

fn eot(config: &Config) -> Result<SmartTurnWeights> {
    Ok(SmartTurnWeights::load(&Chosen::new(config).eot()?)?)
}

/// The user's vocabulary, if there is one.
fn vocabulary(config: &Config) -> Result<Option<Arc<Vocabulary>>> {
    let path = &config.stt.vocabulary;
    if path.as_os_str().is_empty() {
        return Ok(None);
    }
    Ok(Some(Arc::new(Vocabulary::open(path)?)))
}

/// The recogniser, with the vocabulary if there is one.
fn corrected(stt: Whisper, vocabulary: Option<&Arc<Vocabulary>>) -> Box<dyn Stt> {
    match vocabulary {
        Some(vocabulary) => Box::new(Corrected::new(stt, Arc::clone(vocabulary))),
        None => Box::new(stt),
    }
}

fn stt(config: &Config) -> Result<WhisperWeights> {
    cpu()?;
    let path = Chosen::new(config).stt()?;
    let settings = WhisperConfig {
        threads: threads(config.stt.threads, cores()),
        gpu: config.stt.gpu,
        language: config.spoken(),
        ..Default::default()
    };
    let settings = match config.models.profile {
        Profile::Large | Profile::Standard => settings,
        Profile::Small => WhisperConfig { widest: SMALL_WIDEST, ..settings },
    };
    let weights = WhisperWeights::load(&path, &settings)?;
    if settings.gpu && on_gpu()? {
        warm_up_stt(&weights)?;
    }
    Ok(weights)
}

fn llm(config: &Config) -> Result<LlamaWeights> {
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
        sampling: (&config.llm.sampling).into(),
        language: config.spoken(),
        doubt: doubt(config),
        ..Default::default()
    };
    let (system, examples) = prompt(config, config.models.profile);
    let mut system = system.to_owned();
    let mut examples = examples;
    let calling = calling(config)?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let saved =
        config.llm.save_prompt.then(|| chosen.store().dir().join(format!(".prompt-{name}.kv")));
    let layers = settings.gpu_layers;
    let mut weights = LlamaWeights::load(path, settings)?;
    if let Some(calling) = calling {
        (system, examples) = (calling.system, calling.examples);
        weights.use_calls(calling.calls);
    }
    let primed = weights.prime(&system, &examples, saved.as_deref())?;
    log::info!("system prompt: {primed:?}");
    if layers > 0 && on_gpu()? {
        warm_up_llm(&weights, config.spoken().prompts().first_question)?;
    }
    Ok(weights)
}

fn tts(config: &Config) -> Result<HibariWeights> {
    Ok(HibariWeights::load(&Chosen::new(config).tts()?, config.spoken())?)
}

/// Whether the models compute on a GPU.
fn on_gpu() -> Result<bool> {
    Ok(gpus()?.is_some_and(|gpus| !gpus.is_empty()))
}

/// Transcribes a second of a rising tone. A GPU's programs are compiled at their first use, which
/// takes a second: better now than at the first question.
fn warm_up_stt(weights: &WhisperWeights) -> Result<()> {
    let tone: Vec<f32> = (0..16_000_u16)
        .map(|n| f32::from(n) / 16_000.0)
        .map(|time| 0.1 * (2_000.0 * time * (1.0 + time)).sin())
        .collect();
    let (request, cancel) = (SttRequest::default(), Cancel::new());
    weights.session()?.transcribe(&tone, &request, &cancel, &mut |_| ())?;
    Ok(())
}

/// Writes the first word of a reply, for the same reason as [`warm_up_stt`].
fn warm_up_llm(weights: &LlamaWeights, question: &str) -> Result<()> {
    let cancel = Cancel::new();
    let mut llm = weights.session()?;
    match llm.reply(question, &cancel, &mut |_| cancel.cancel()) {
        Err(error) if !error.is_cancelled() => Err(error.into()),
        _ => Ok(()),
    }
}
