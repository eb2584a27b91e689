//! The guards against what Whisper "hears" in silence, noise and music.
//!
//! Thresholds 0.6, −1.0 and 2.4 are those of OpenAI's reference decoder
//! (`whisper/transcribe.py`); the others were set on recordings without speech
//! such that no recorded command is lost.

use std::io::Write;

use super::super::Rejection;
use super::window::RATE;

/// Shorter sound holds no word.
const SHORTEST: usize = RATE / 10;
/// Loudest 20 ms below this RMS (−66 dB of full scale): nobody spoke.
const SILENCE: f32 = 5e-4;
const NO_SPEECH: f32 = 0.6;
const LOGPROB: f32 = -1.0;
const COMPRESSION: f64 = 2.4;

/// What a pass over one piece of sound gave.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evidence<'a> {
    /// The text without annotations.
    pub text: &'a str,
    /// Whether there was any text before annotations were taken out.
    pub annotated: bool,
    /// Mean log-probability of the text's tokens.
    pub avg_logprob: f32,
    /// Probability that there is no speech.
    pub no_speech_prob: f32,
}

/// Judges the sound before any model hears it.
pub(super) fn sound(audio: &[f32]) -> Option<Rejection> {
    if audio.len() < SHORTEST {
        return Some(Rejection::TooShort);
    }
    let loudest = audio
        .chunks(RATE / 50)
        .map(|frame| frame.iter().map(|s| s * s).sum::<f32>() / frame.len() as f32)
        .fold(0.0, f32::max)
        .sqrt();
    (loudest < SILENCE).then_some(Rejection::Silence)
}

/// Whether a first, cheap pass calls for a second one with all means.
pub(super) fn doubtful(evidence: &Evidence<'_>) -> bool {
    repeats(evidence.text)
        || (evidence.avg_logprob < LOGPROB && evidence.no_speech_prob <= NO_SPEECH)
}

/// Judges the final text.
pub(super) fn text(evidence: &Evidence<'_>) -> Option<Rejection> {
    let Evidence { text, annotated, avg_logprob, no_speech_prob } = *evidence;
    if !text.chars().any(char::is_alphanumeric) {
        return Some(if annotated { Rejection::NotWords } else { Rejection::NoSpeech });
    }
    if no_speech_prob > NO_SPEECH && avg_logprob < LOGPROB {
        return Some(Rejection::NoSpeech);
    }
    if repeats(text) {
        return Some(Rejection::Repetition);
    }
    if avg_logprob < LOGPROB {
        return Some(Rejection::LowConfidence);
    }
    None
}

/// Whether a text goes round in circles: OpenAI's compression ratio, and for
/// texts too short to compress, the same words again and again.
fn repeats(text: &str) -> bool {
    compression_ratio(text) > COMPRESSION || stutters(text)
}

fn compression_ratio(text: &str) -> f64 {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    match encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish()) {
        Ok(packed) if !packed.is_empty() => text.len() as f64 / packed.len() as f64,
        _ => 0.0,
    }
}

/// The same one word six times in a row, or the same two to eight words four times.
fn stutters(text: &str) -> bool {
    let words: Vec<String> = text
        .split_whitespace()
        .map(|word| {
            word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        })
        .collect();
    (1..=8).any(|n| {
        let times = if n == 1 { 6 } else { 4 };
        words.windows(n * times).any(|run| run.iter().zip(&run[n..]).all(|(a, b)| a == b))
    })
}
