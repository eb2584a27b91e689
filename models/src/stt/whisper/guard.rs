//! The guards against what Whisper "hears" in silence, noise and music.
//!
//! Thresholds 0.6, −1.0 and 2.4 are those of OpenAI's reference decoder
//! (`whisper/transcribe.py`). The others are judgement, checked on the
//! recordings of `tests/data`: no command there is lost and one clip without
//! speech in 36 gives text. On single words of one second (Speech Commands)
//! about 9 in 100 are rejected, most as descriptions of a sound.

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
/// Stock phrases are believed only when the evidence is better than this.
const WEAK_LOGPROB: f32 = -0.5;
const WEAK_NO_SPEECH: f32 = 0.3;

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
    // A described sound is an answer, too.
    if evidence.annotated && !has_words(evidence.text) {
        return false;
    }
    repeats(evidence.text)
        || (evidence.avg_logprob < LOGPROB && evidence.no_speech_prob <= NO_SPEECH)
}

/// Judges the final text.
pub(super) fn text(evidence: &Evidence<'_>) -> Option<Rejection> {
    let Evidence { text, annotated, avg_logprob, no_speech_prob } = *evidence;
    if !has_words(text) {
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
    if is_stock_phrase(text) && (avg_logprob < WEAK_LOGPROB || no_speech_prob > WEAK_NO_SPEECH) {
        return Some(Rejection::NoSpeech);
    }
    None
}

fn has_words(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// What Whisper learnt from the ends of videos and says where nobody speaks.
fn is_stock_phrase(text: &str) -> bool {
    const PHRASES: [&str; 14] = [
        "you",
        "bye",
        "bye bye",
        "thank you",
        "thank you very much",
        "thank you so much",
        "thanks for watching",
        "thank you for watching",
        "thank you so much for watching",
        "see you next time",
        "see you in the next video",
        "please subscribe",
        "subtitles by the amaraorg community",
        "ill see you next time",
    ];
    let words: Vec<String> = plain_words(text).collect();
    PHRASES.contains(&words.join(" ").as_str())
}

/// The words in lower case, letters and digits only.
fn plain_words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split_whitespace()
        .map(|word| {
            word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        })
        .filter(|word: &String| !word.is_empty())
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
    let words: Vec<String> = plain_words(text).collect();
    (1..=8).any(|n| {
        let times = if n == 1 { 6 } else { 4 };
        words.windows(n * times).any(|run| run.iter().zip(&run[n..]).all(|(a, b)| a == b))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(text: &str, avg_logprob: f32, no_speech_prob: f32) -> Evidence<'_> {
        Evidence { text, annotated: true, avg_logprob, no_speech_prob }
    }

    #[test]
    fn judges_sound() {
        assert_eq!(sound(&[]), Some(Rejection::TooShort));
        assert_eq!(sound(&[0.5; 1599]), Some(Rejection::TooShort));
        assert_eq!(sound(&[0.0; 16_000]), Some(Rejection::Silence));
        assert_eq!(sound(&[1e-4; 16_000]), Some(Rejection::Silence));
        let mut word = [0.0; 16_000];
        word[8000..9000].fill(0.01);
        assert_eq!(sound(&word), None);
    }

    #[test]
    fn judges_text() {
        let judged = |t, l, n| text(&evidence(t, l, n));
        assert_eq!(judged("Turn on the lamp.", -0.3, 0.1), None);
        assert_eq!(judged("Turn on the lamp.", -0.3, 0.9), None);
        assert_eq!(judged("Turn on the lamp.", -1.2, 0.9), Some(Rejection::NoSpeech));
        assert_eq!(judged("Turn on the lamp.", -1.2, 0.1), Some(Rejection::LowConfidence));
        assert_eq!(judged("...", -0.3, 0.1), Some(Rejection::NotWords));
        assert_eq!(judged("Thank you.", -0.2, 0.1), None);
        assert_eq!(judged("Thank you.", -0.8, 0.1), Some(Rejection::NoSpeech));
        assert_eq!(judged("Thank you!", -0.2, 0.5), Some(Rejection::NoSpeech));
        assert_eq!(judged("no no no no no no no", -0.1, 0.1), Some(Rejection::Repetition));
        assert_eq!(judged("go on. Go on! go on, go on", -0.1, 0.1), Some(Rejection::Repetition));
        assert_eq!(judged("No, no, no!", -0.1, 0.1), None);
        let round = "the same thing over and over again ".repeat(9);
        assert_eq!(judged(&round, -0.1, 0.1), Some(Rejection::Repetition));
    }

    #[test]
    fn doubts_what_a_longer_pass_may_mend() {
        assert!(doubtful(&evidence("Stop! Stop! Stop! Stop! Stop! Stop!", -0.1, 0.1)));
        assert!(doubtful(&evidence("Hm.", -1.5, 0.1)));
        assert!(!doubtful(&evidence("Hm.", -1.5, 0.9)));
        assert!(!doubtful(&evidence("", -1.5, 0.1)), "a described sound");
    }
}
