//! The engines of conversations: their weights, loaded once for all, and the sessions that
//! each conversation has of its own.

use sayso_models::eot::EndOfTurn;
use sayso_models::llm::Llm;
use sayso_models::stt::Stt;
use sayso_models::tts::Tts;
use sayso_models::vad::Vad;

use crate::error::Result;

mod chosen;
mod pool;
#[cfg(feature = "models")]
mod weights;

pub use chosen::Chosen;
pub use pool::{Lease, Pool};
#[cfg(feature = "models")]
pub use weights::Weights;

/// Whether this build has a GPU back end.
#[cfg(feature = "models")]
const GPU: bool = cfg!(any(feature = "cuda", feature = "vulkan", feature = "metal"));

/// A session: one engine per role, with all that changes while one user talks. Each owns
/// its memory, and shares the weights with others.
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

impl Engines {
    /// Clears what the user has left, for the next one: history, pending reply, caches and
    /// buffers. The session is afterwards as if it had just been made.
    ///
    /// # Errors
    /// [`Engine`](crate::ErrorKind::Engine). The session is then not fit for another user: drop
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

/// Where sessions come from: [`Weights`], or in tests a closure that makes engines without
/// models.
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

/// Cores for the models, at most four: more make them hardly faster. No more than this
/// process may use, by its processor quota and its affinity mask.
pub fn cores() -> usize {
    #[cfg(feature = "models")]
    let cores = sayso_models::ggml::physical_cores();
    #[cfg(not(feature = "models"))]
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    cores.clamp(1, 4)
}

/// Threads for an engine at most: as asked (0 for all, as the load allows), but no more
/// than `cores`.
pub fn threads(asked: u32, cores: usize) -> usize {
    if asked == 0 { cores } else { (asked as usize).min(cores) }
}

/// Has ggml run on `most` threads at most for the calling thread, from its next token or
/// pass on; 0 ends the limit. Returns the limit before.
pub(crate) fn limit_threads(most: usize) -> usize {
    #[cfg(feature = "models")]
    return sayso_models::ggml::limit_threads(most);
    #[cfg(not(feature = "models"))]
    {
        let _ = most;
        0
    }
}
