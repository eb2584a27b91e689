//! Speech to text.

use crate::{Cancel, Result};

#[cfg(feature = "whisper")]
mod whisper;
#[cfg(feature = "whisper")]
pub use whisper::{Whisper, WhisperConfig, WhisperWeights};

/// What to transcribe, and how.
#[derive(Clone, Copy, Default)]
pub struct SttRequest<'a> {
    /// Words that are likely to occur (names, technical terms) or the text just before, as context
    /// for the decoder. May be empty.
    pub prompt: &'a str,
    /// ISO 639-1 code of the language spoken; `None` lets a multilingual model detect it.
    pub language: Option<&'a str>,
    /// Whether the text is to be in English, whatever language is spoken.
    pub translate: bool,
    /// Threads to use; 0 for as many as the engine was loaded with.
    pub threads: usize,
    /// Texts that are expected, which are found even if others are a little likelier.
    pub guide: Option<&'a dyn Guide>,
}

/// Texts that are expected: commands.
pub trait Guide {
    /// Whether they are to be looked for in a sound of this length that was heard as `plain`. This
    /// takes about as long as decoding twice.
    fn wants(&self, plain: &Transcript, length_ms: u32) -> bool;

    /// The least likelihood of a text that counts, in nats a token. The search gives up what falls
    /// far below it.
    fn least(&self, plain: &Transcript) -> f32;

    /// The texts.
    fn paths(&self) -> Box<dyn Paths + '_>;
}

/// The ways through the expected texts.
pub trait Paths {
    /// The place before all texts.
    fn start(&self) -> usize;

    /// The place after `text`, which follows that at the place `at`; `None` if no expected text
    /// goes on so.
    fn step(&mut self, at: usize, text: &str) -> Option<usize>;

    /// Whether a text may end at a place.
    fn may_end(&mut self, at: usize) -> bool;
}

/// An expected text that may have been said.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct Guided {
    /// The text.
    pub text: String,
    /// The logarithm of its probability, the end of the text included.
    pub sum: f32,
    /// The number of its tokens.
    pub tokens: usize,
}

/// The result of a transcription.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct Transcript {
    /// The text; empty when nothing was said (see [`rejected`](Self::rejected)).
    pub text: String,
    /// The words with their times and confidence.
    pub words: Vec<Word>,
    /// ISO 639-1 code of the language.
    pub language: String,
    /// Probability (0…1) that there was no speech at all.
    pub no_speech_prob: f32,
    /// Mean log-probability of the tokens (≤ 0).
    pub avg_logprob: f32,
    /// Why the decoder's text was rejected, if it was.
    pub rejected: Option<Rejection>,
    /// Whether the trimmed encoder pass failed its checks and a full one was run.
    pub full_context: bool,
    /// The [guide's](SttRequest::guide) texts that fit the sound best, the best first. Empty if it
    /// did not want any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guided: Vec<Guided>,
}

impl Transcript {
    /// Appends `more`, which begins `offset_ms` after this, and returns the text that this added.
    /// The lower of the two confidences remains.
    pub fn append(&mut self, mut more: Transcript, offset_ms: u32) -> String {
        let text = more.text.trim().to_owned();
        for word in &mut more.words {
            word.start_ms = word.start_ms.saturating_add(offset_ms);
            word.end_ms = word.end_ms.saturating_add(offset_ms);
        }
        if self.text.is_empty() {
            more.text = text.clone();
            *self = more;
            return text;
        }
        if text.is_empty() {
            return text;
        }
        let added = format!(" {text}");
        self.text.push_str(&added);
        self.words.append(&mut more.words);
        self.avg_logprob = self.avg_logprob.min(more.avg_logprob);
        self.no_speech_prob = self.no_speech_prob.min(more.no_speech_prob);
        self.full_context |= more.full_context;
        added
    }
}

/// Why a decoded text was rejected: the guards against hallucination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rejection {
    /// The recording is empty or too short to hold a word.
    TooShort,
    /// The recording is silent or nearly silent.
    Silence,
    /// The model's no-speech probability is high and its confidence low.
    NoSpeech,
    /// The text repeats itself (high compression ratio).
    Repetition,
    /// The decoder was not confident in any of its attempts.
    LowConfidence,
    /// Only a sound description or annotation (`[MUSIC]`, "(coughs)") was left.
    NotWords,
}

/// One word of a [`Transcript`].
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Word {
    /// The word with its punctuation, without surrounding spaces.
    pub text: String,
    /// Start, in ms from the first sample.
    pub start_ms: u32,
    /// End, in ms from the first sample.
    pub end_ms: u32,
    /// 0…1: the lowest probability among the word's tokens.
    pub confidence: f32,
}

/// A speech recogniser.
pub trait Stt: Send {
    /// Transcribes `audio` (16 kHz mono, any length). Text is passed to `on_segment` as it becomes
    /// certain, piece by piece; joined, the pieces are the transcript's text, unless a guard
    /// rejects it afterwards.
    ///
    /// Silence, noise or music give an `Ok` transcript with empty text and
    /// [`Transcript::rejected`] set.
    ///
    /// # Errors
    /// [`Cancelled`](crate::ErrorKind::Cancelled) within one encoder graph or token after `cancel`
    /// was set; [`Engine`](crate::ErrorKind::Engine) when inference fails.
    fn transcribe(
        &mut self,
        audio: &[f32],
        request: &SttRequest<'_>,
        cancel: &Cancel,
        on_segment: &mut dyn FnMut(&str),
    ) -> Result<Transcript>;

    /// Whether it can write down in English what is said in another language.
    fn can_translate(&self) -> bool {
        false
    }

    /// Clears the sound and text that is left in buffers, for the next user. The recogniser then
    /// behaves as if it had just been made. One that keeps nothing in memory between calls has
    /// nothing to do.
    ///
    /// # Errors
    /// [`Engine`](crate::ErrorKind::Engine) when this fails; the recogniser must then not be used
    /// for another user.
    fn wipe(&mut self) -> Result<()> {
        Ok(())
    }
}
