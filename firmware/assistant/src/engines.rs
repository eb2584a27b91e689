//! The engines that a configuration asks for, and where their files are.

use sayso_models::llm::Llm;
use sayso_models::stt::Stt;
use sayso_models::tts::Tts;
use sayso_models::vad::Vad;


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

