//! The engines of conversations: the weights, loaded once for all, and the sessions, one for each
//! conversation.

use sayso_models::eot::EndOfTurn;
use sayso_models::llm::Llm;
use sayso_models::stt::Stt;
use sayso_models::tts::Tts;
use sayso_models::vad::Vad;

use crate::error::Result;

mod chosen;
#[cfg(feature = "models")]
mod judged;
mod pool;
#[cfg(feature = "models")]
mod prompt;
#[cfg(feature = "models")]
mod remote;
#[cfg(feature = "models")]
mod weights;

pub use chosen::Chosen;
pub use pool::{Lease, Pool};
#[cfg(feature = "models")]
pub use weights::Weights;

/// The instructions that the language model has in ordinary conversations.
#[cfg(feature = "models")]
pub fn instructions(config: &crate::Config) -> &str {
    prompt::prompt(config, config.models.profile).0
}

/// Whether this build has a GPU back end.
#[cfg(feature = "models")]
const GPU: bool = cfg!(any(feature = "cuda", feature = "vulkan", feature = "metal"));

/// A session: one engine per role, with everything that changes while one user talks. Each owns
/// its memory, and shares the weights with others.
pub struct Engines {
    /// Voice activity detection.
    pub vad: Box<dyn Vad>,
    /// Speech to text.
    pub stt: Box<dyn Stt>,
    /// Judges how complete an utterance sounds; without it, only the transcript counts.
    pub eot: Option<Box<dyn EndOfTurn>>,
    /// The language model, with its system prompt evaluated.
    pub llm: Box<dyn Llm>,
    /// Text to speech.
    pub tts: Box<dyn Tts>,
}

impl Engines {
    /// Clears what the user has left, for the next user: history, pending reply, caches and
    /// buffers. Afterwards the session behaves like a new one.
    ///
    /// # Errors
    /// [`Engine`](crate::ErrorKind::Engine). The session must then not be used for another user: drop
    /// it.
    pub fn wipe(&mut self) -> Result<()> {
        let Self { vad, stt, eot, llm, tts } = self;
        vad.reset();
        stt.wipe()?;
        if let Some(eot) = eot {
            eot.wipe()?;
        }
        llm.forget()?;
        Ok(tts.wipe()?)
    }
}

/// A source of sessions: [`Weights`], or in tests a closure that makes engines without models.
pub trait Sessions: Send + Sync {
    /// A new session.
    ///
    /// # Errors
    /// [`Engine`](crate::ErrorKind::Engine) when memory does not suffice, or an engine fails.
    fn session(&self) -> Result<Engines>;
}

impl<F: Fn() -> Result<Engines> + Send + Sync> Sessions for F {
    fn session(&self) -> Result<Engines> {
        self()
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
    Ok(if used.is_empty() { "no special instructions are needed".into() } else { used.join(" ") })
}

/// The GPUs that this build will use, for people; `None` for a CPU-only build.
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

/// Cores for the models: at most four, because more hardly make them faster, and no more than this
/// process may use by its CPU quota and its affinity mask.
pub fn cores() -> usize {
    #[cfg(feature = "models")]
    let cores = sayso_models::ggml::physical_cores();
    #[cfg(not(feature = "models"))]
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    cores.clamp(1, 4)
}

/// The most threads for an engine: as requested (0 for all, as the load allows), but at most
/// `cores`.
pub fn threads(asked: u32, cores: usize) -> usize {
    if asked == 0 { cores } else { (asked as usize).min(cores) }
}

/// Limits ggml to `most` threads for the calling thread, from its next token or pass on; 0 removes
/// the limit. Returns the previous limit.
pub(crate) fn limit_threads(most: usize) -> usize {
    #[cfg(feature = "models")]
    return sayso_models::ggml::limit_threads(most);
    #[cfg(not(feature = "models"))]
    {
        let _ = most;
        0
    }
}
