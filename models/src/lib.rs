//! The models of Sayso: one trait per role, made for streaming and cancellation, and the engines
//! that implement them.
//!
//! | role | trait | engine |
//! |---|---|---|
//! | voice activity detection | [`vad::Vad`] | Silero v6 on tract |
//! | end of turn | [`eot::EndOfTurn`] | Smart Turn v3.2 on tract's kernels |
//! | speech to text | [`stt::Stt`] | Whisper by whisper.cpp |
//! | language model | [`llm::Llm`] | any GGUF by llama.cpp |
//! | text to speech | [`tts::Tts`] | Hibari on tract |
//!
//! The weights of an engine are loaded once and shared (`…Weights`, such as `llm::LlamaWeights`).
//! A *session* of an engine implements the role's trait and owns everything that changes, for one
//! user at a time.
//!
//! Model files come from the store (`sayso-store`). Every loader treats them as untrusted input: a
//! damaged file is an [`Error`], never a panic.
//!
//! Audio is mono `f32` in −1…1 throughout; sample rates are in Hz.

mod cancel;
mod error;
mod file;
#[cfg(any(feature = "hibari", feature = "smart-turn"))]
mod nn;

pub mod eot;
#[cfg(any(feature = "llama", feature = "whisper"))]
pub mod ggml;
pub mod llm;
pub mod mel;
pub mod stt;
pub mod tts;
pub mod vad;

pub use cancel::Cancel;
pub use error::{Error, ErrorKind, Result};
