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
/// A sound so much softer than the loudest 20 ms (20 dB) is hardly speech: across a room
/// the noise is not much softer.
const SOFT: f32 = 1e-2;
/// What was written twice was said twice only if no more words a second were spoken.
const FASTEST: f32 = 6.0;
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
    /// How long somebody spoke, in s: [`spoken`].
    pub spoken: f32,
}

/// Judges the sound before any model hears it.
pub(super) fn sound(audio: &[f32]) -> Option<Rejection> {
    if audio.len() < SHORTEST {
        return Some(Rejection::TooShort);
    }
    let loudest = powers(audio).fold(0.0, f32::max).sqrt();
    (loudest < SILENCE).then_some(Rejection::Silence)
}

/// How much of the sound is not much softer than the loudest, in s.
pub(super) fn spoken(audio: &[f32]) -> f32 {
    let least = powers(audio).fold(0.0, f32::max) * SOFT;
    powers(audio).filter(|power| *power > least).count() as f32 / 50.0
}

/// The power of each 20 ms.
fn powers(audio: &[f32]) -> impl Iterator<Item = f32> + '_ {
    let frames = audio.chunks(RATE / 50);
    frames.map(|frame| frame.iter().map(|s| s * s).sum::<f32>() / frame.len() as f32)
}

/// Whether a first, cheap pass calls for a second one with all means.
pub(super) fn doubtful(evidence: &Evidence<'_>) -> bool {
    // A described sound is an answer, too.
    if evidence.annotated && !has_words(evidence.text) {
        return false;
    }
    repeats(evidence.text)
        || echoes(evidence)
        || (evidence.avg_logprob < LOGPROB && evidence.no_speech_prob <= NO_SPEECH)
}

/// Judges the final text.
pub(super) fn text(evidence: &Evidence<'_>) -> Option<Rejection> {
    let Evidence { text, annotated, avg_logprob, no_speech_prob, .. } = *evidence;
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

/// Whether words are there again that were spoken once: on short utterances Whisper goes
/// on in what is behind them. Nobody says a thing twice so fast.
pub(super) fn echoes(evidence: &Evidence<'_>) -> bool {
    let words: Vec<String> = plain_words(evidence.text).collect();
    words.len() as f32 > FASTEST * evidence.spoken && again(&words).is_some()
}

/// Where the same two to twelve words stand twice in a row: the second of them.
pub(super) fn again(words: &[impl PartialEq]) -> Option<std::ops::Range<usize>> {
    (2..=12).find_map(|n| {
        let same = |pair: &&[_]| pair[..n] == pair[n..];
        let at = words.windows(2 * n).position(|pair| same(&pair))?;
        Some(at + n..at + 2 * n)
    })
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
    let parted = |c: char| c.is_whitespace() || c == '-';
    text.split(parted).map(plain).filter(|word| !word.is_empty())
}

/// A word in lower case, letters and digits only.
pub(super) fn plain(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
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
        Evidence { text, annotated: true, avg_logprob, no_speech_prob, spoken: 3.0 }
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
        assert_eq!(judged("Ha-ha-ha-ha-ha-ha!", -0.1, 0.1), Some(Rejection::Repetition));
        assert_eq!(judged("No, no, no!", -0.1, 0.1), None);
        let round = "the same thing over and over again ".repeat(9);
        assert_eq!(judged(&round, -0.1, 0.1), Some(Rejection::Repetition));
    }

    #[test]
    fn what_is_written_twice_was_hardly_said_twice_in_a_second() {
        let twice = |text, spoken| echoes(&Evidence { spoken, ..evidence(text, -0.1, 0.1) });
        assert!(twice("Turn on the lamp. Turn on the lamp.", 1.2));
        assert!(!twice("Turn on the lamp. Turn on the lamp.", 2.4));
        assert!(!twice("Turn on the lamp in the hall.", 0.8));
        assert!(!twice("No, no.", 0.2));
        assert!(doubtful(&Evidence {
            spoken: 0.9,
            ..evidence("Play it. Play it, play it.", -0.1, 0.1)
        }));
        assert_eq!(again(&["go", "on", "go", "on", "now"]), Some(2..4));
    }

    #[test]
    fn speech_is_what_is_not_much_softer() {
        let mut audio = vec![1e-3; 3 * RATE];
        audio[RATE..2 * RATE].fill(0.1);
        assert_eq!(spoken(&audio), 1.0);
        assert_eq!(spoken(&[0.0; 320]), 0.0);
    }

    #[test]
    fn doubts_what_a_longer_pass_may_mend() {
        assert!(doubtful(&evidence("Stop! Stop! Stop! Stop! Stop! Stop!", -0.1, 0.1)));
        assert!(doubtful(&evidence("Hm.", -1.5, 0.1)));
        assert!(!doubtful(&evidence("Hm.", -1.5, 0.9)));
        assert!(!doubtful(&evidence("", -1.5, 0.1)), "a described sound");
    }
}
