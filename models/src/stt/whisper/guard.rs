//! The guards against what Whisper "hears" in silence, noise and music.
//!
//! The thresholds 0.6, −1.0 and 2.4 are those of OpenAI's reference decoder
//! (`whisper/transcribe.py`). The others were chosen by hand and checked on the recordings of
//! `tests/data`: no command there is lost, and one clip without speech in 36 gives text. Of single
//! words of one second (Speech Commands) about 9 in 100 are rejected, most of them as descriptions
//! of a sound.

use std::io::Write;
use std::ops::Range;

use super::super::Rejection;
use super::window::RATE;
use super::words::Spaced;

/// A shorter sound cannot hold a word.
const SHORTEST: usize = RATE / 10;
/// If the loudest 20 ms are below this RMS (−66 dB of full scale), nobody spoke.
const SILENCE: f32 = 5e-4;
const NO_SPEECH: f32 = 0.6;
const LOGPROB: f32 = -1.0;
const COMPRESSION: f64 = 2.4;
/// A sound that is softer than the loudest 20 ms around it by this much (20 dB) is hardly speech. A
/// lower bound would count the noise of a room as speech if the person is far away.
const SOFT: f32 = 1e-2;
/// How many ms before and after it count as around it.
const AROUND_MS: u32 = 500;
/// A sound that is softer than the loudest 20 ms of the whole piece by this much (35 dB) is hardly
/// speech. This bound is lower, because the loudest 20 ms may be in another sentence.
const SOFTEST: f32 = 3e-4;
/// A sound that is hardly louder (3 dB) than the softest tenth of the piece is steady noise.
const STEADY: f32 = 2.0;
/// Quiet of at most this many ms between two sounds of speech is part of the speech: the stop of a
/// "t", a soft syllable, the gap between two words.
const GAP_MS: u32 = 240;
/// Repeated text was really said only if that gives no more words per second than this, and no
/// more bytes of text. Fast speech has 5 words and 20 letters a second.
const FASTEST: f32 = 6.0;
const FASTEST_BYTES: f32 = 25.0;
/// This many equal letters in a row are not a word; "www" is one.
const LETTERS: usize = 4;
/// The longest repeated phrase that is looked for, in words: a long sentence.
const LONGEST: usize = 40;
/// With no more other words than this, a loop of many repetitions is considered the whole text.
const BESIDE: usize = 2;
/// The precision of the decoder's times of a word, in ms.
const ABOUT_MS: u32 = 200;
/// Stock phrases are accepted only if the evidence is better than this.
const WEAK_LOGPROB: f32 = -0.5;
const WEAK_NO_SPEECH: f32 = 0.3;

/// The result of a pass over one piece of sound.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evidence<'a> {
    /// The text without annotations.
    pub text: &'a str,
    /// Its words.
    pub words: &'a [Spaced],
    /// Whether there was any text before annotations were removed.
    pub annotated: bool,
    /// Mean log-probability of the text's tokens.
    pub avg_logprob: f32,
    /// Probability that there is no speech.
    pub no_speech_prob: f32,
    /// Whether the decoder was stopped because it wrote too much.
    pub runaway: bool,
    /// When somebody spoke.
    pub speech: &'a Speech,
    /// What is written where nobody speaks.
    pub stock_phrases: &'a [&'a str],
}

/// When somebody may have spoken in a piece of sound.
#[derive(Clone, Debug, Default)]
pub(super) struct Speech {
    /// When the piece begins, in ms.
    from_ms: u32,
    /// Whether each 20 ms may be speech, or a short gap in it.
    frames: Vec<bool>,
}

impl Speech {
    /// For a piece of sound that begins at `from_ms`.
    pub fn of(audio: &[f32], from_ms: u32) -> Self {
        let powers: Vec<f32> = powers(audio).collect();
        let mut sorted = powers.clone();
        sorted.sort_unstable_by(f32::total_cmp);
        let softest = sorted.get(sorted.len() / 10).copied().unwrap_or_default();
        let loudest = sorted.last().copied().unwrap_or_default();
        let least = (loudest * SOFTEST).max(softest * STEADY);
        let around = (AROUND_MS / FRAME_MS) as usize;
        let spoken = |(at, power): (usize, &f32)| {
            let near = &powers[at.saturating_sub(around)..powers.len().min(at + around + 1)];
            *power > least && *power > near.iter().copied().fold(0.0, f32::max) * SOFT
        };
        let mut frames: Vec<bool> = powers.iter().enumerate().map(spoken).collect();
        bridge(&mut frames);
        Self { from_ms, frames }
    }

    /// How long somebody spoke in total, in s.
    fn seconds(&self) -> f32 {
        self.within(0, u32::MAX)
    }

    /// How long somebody spoke between two times in ms; in s.
    fn within(&self, from_ms: u32, to_ms: u32) -> f32 {
        let frame = |ms: u32| {
            (ms.saturating_sub(self.from_ms) / FRAME_MS).min(self.frames.len() as u32) as usize
        };
        let (from, to) = (frame(from_ms), frame(to_ms));
        let spoken = self.frames.get(from..to).unwrap_or_default().iter().filter(|frame| **frame);
        (spoken.count() as u32 * FRAME_MS) as f32 / 1e3
    }
}

/// Counts short quiet between frames of speech as speech.
fn bridge(frames: &mut [bool]) {
    let most = (GAP_MS / FRAME_MS) as usize;
    let spoken: Vec<usize> = (0..frames.len()).filter(|at| frames[*at]).collect();
    for pair in spoken.windows(2) {
        let quiet = pair[0] + 1..pair[1];
        if quiet.len() <= most {
            frames[quiet].fill(true);
        }
    }
}

/// The length of a frame whose power is measured.
const FRAME_MS: u32 = 20;

/// A loop in which more was written than was spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Overlong {
    /// The words of its last repetition.
    pub last: Range<usize>,
    /// Whether there is hardly anything else, and many repetitions.
    all: bool,
}

/// Judges the sound before any model hears it.
pub(super) fn sound(audio: &[f32]) -> Option<Rejection> {
    if audio.len() < SHORTEST {
        return Some(Rejection::TooShort);
    }
    let loudest = powers(audio).fold(0.0, f32::max).sqrt();
    (loudest < SILENCE).then_some(Rejection::Silence)
}

/// The power of each 20 ms.
fn powers(audio: &[f32]) -> impl Iterator<Item = f32> + '_ {
    let frames = audio.chunks(RATE * FRAME_MS as usize / 1000);
    frames.map(|frame| frame.iter().map(|s| s * s).sum::<f32>() / frame.len() as f32)
}

/// Whether a first, cheap pass needs a second one with full effort.
pub(super) fn doubtful(evidence: &Evidence<'_>) -> bool {
    // A described sound is a result, too.
    if evidence.annotated && !has_words(evidence.text) {
        return false;
    }
    !overlong(evidence).is_empty()
        || circles(evidence)
        || is_one_letter(evidence.text)
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
    // Noise causes repetitions, too.
    let all = overlong(evidence).iter().any(|found| found.all);
    if all || circles(evidence) || is_one_letter(text) {
        return Some(Rejection::Repetition);
    }
    if avg_logprob < LOGPROB {
        return Some(Rejection::LowConfidence);
    }
    if is_stock_phrase(text, evidence.stock_phrases)
        && (avg_logprob < WEAK_LOGPROB || no_speech_prob > WEAK_NO_SPEECH)
    {
        return Some(Rejection::NoSpeech);
    }
    None
}

/// The loops in which more words are written than can have been spoken in that time: Whisper goes
/// on writing in the sound after an utterance.
pub(super) fn overlong(evidence: &Evidence<'_>) -> Vec<Overlong> {
    let Evidence { words, speech, .. } = *evidence;
    // "Ha-ha-ha" is one word in the text but three when spoken; each has its place in the text.
    let parts: Vec<(usize, String)> = words
        .iter()
        .enumerate()
        .flat_map(|(at, spaced)| plain_words(&spaced.word.text).map(move |part| (at, part)))
        .collect();
    let said: Vec<&str> = parts.iter().map(|(_, part)| part.as_str()).collect();
    let judge = |found: Loop| {
        let (first, last) = (parts.get(found.from)?.0, parts.get(found.end() - 1)?.0);
        // Speech before the first word and after the last may belong to them.
        let from = match first {
            0 => 0,
            _ => words.get(first)?.word.start_ms.saturating_sub(ABOUT_MS),
        };
        let to = match last + 1 == words.len() {
            true => u32::MAX,
            false => words.get(last)?.word.end_ms.saturating_add(ABOUT_MS),
        };
        let written = found.end() - found.from;
        if written as f32 <= FASTEST * speech.within(from, to) {
            return None;
        }
        let many = found.times >= if found.words == 1 { 6 } else { 4 };
        let all = many && parts.len() - written <= BESIDE;
        let again = parts.get(found.end() - found.words)?.0;
        let before = parts.get(found.end() - found.words - 1)?.0;
        // A word that also belongs to the one before remains.
        let last = again.max(before + 1)..last + 1;
        (all || !last.is_empty()).then_some(Overlong { last, all })
    };
    loops(&said).into_iter().filter_map(judge).collect()
}

/// The same words again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Loop {
    /// The first word.
    from: usize,
    /// So many words,
    words: usize,
    /// this many times, at least twice.
    times: usize,
}

impl Loop {
    /// The index after its last word.
    fn end(&self) -> usize {
        self.from + self.words * self.times
    }
}

/// Where the same words are repeated in a row: two or more words twice, one word four times.
fn loops(words: &[impl PartialEq]) -> Vec<Loop> {
    let (mut found, mut from) = (Vec::new(), 0);
    while from < words.len() {
        let left = &words[from..];
        let repeated = (1..=LONGEST.min(left.len() / 2)).find_map(|n| {
            let same = left.iter().zip(&left[n..]).take_while(|(a, b)| a == b).count();
            let times = 1 + same / n;
            (times >= if n == 1 { 4 } else { 2 }).then_some(Loop { from, words: n, times })
        });
        from = repeated.map_or(from + 1, |repeated| repeated.end());
        found.extend(repeated);
    }
    found
}

/// Whether a text repeats itself, perhaps in other words, for longer than anybody spoke: OpenAI's
/// compression ratio.
fn circles(evidence: &Evidence<'_>) -> bool {
    let most = FASTEST_BYTES * evidence.speech.seconds();
    let too_long = evidence.runaway || evidence.text.len() as f32 > most;
    too_long && compression_ratio(evidence.text) > COMPRESSION
}

/// Whether it is one letter again and again, however long the sound was: a baby's cry ("A-A-A-A",
/// "Aaaaa"), a hum. In scripts without capitals a letter may be a word.
fn is_one_letter(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    let Some(first) = letters.next() else { return false };
    first.is_lowercase()
        && letters.clone().all(|letter| letter == first)
        && letters.count() + 1 >= LETTERS
}

fn has_words(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// What Whisper has learnt from the ends of videos and writes where nobody speaks.
fn is_stock_phrase(text: &str, phrases: &[&str]) -> bool {
    let words: Vec<String> = plain_words(text).collect();
    phrases.contains(&words.join(" ").as_str())
}

/// The words in lower case, letters and digits only.
fn plain_words(text: &str) -> impl Iterator<Item = String> + '_ {
    let parted = |c: char| c.is_whitespace() || c == '-';
    text.split(parted).map(plain).filter(|word| !word.is_empty())
}

/// A word in lower case, letters and digits only.
fn plain(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn compression_ratio(text: &str) -> f64 {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    match encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish()) {
        Ok(packed) if !packed.is_empty() => text.len() as f64 / packed.len() as f64,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Word;
    use super::*;

    const STOCK: &[&str] = &["thank you"];

    /// These words, spread evenly over the piece of sound.
    fn words(text: &str, seconds: f32) -> Vec<Spaced> {
        let texts: Vec<&str> = text.split_whitespace().collect();
        let at = |n: usize| (seconds * 1e3 * n as f32 / texts.len() as f32) as u32;
        let word = |(n, text): (usize, &&str)| Word {
            text: (*text).to_owned(),
            start_ms: at(n),
            end_ms: at(n + 1),
            confidence: 1.0,
        };
        let spaced = |word| Spaced { word, space: true };
        texts.iter().enumerate().map(word).map(spaced).collect()
    }

    fn speech(seconds: f32) -> Speech {
        Speech { from_ms: 0, frames: vec![true; (seconds * 50.0) as usize] }
    }

    /// Judges a text whose speech lasted this many seconds.
    fn with<T>(
        (text, seconds): (&str, f32),
        (avg_logprob, no_speech_prob): (f32, f32),
        judge: impl Fn(&Evidence<'_>) -> T,
    ) -> T {
        judge(&Evidence {
            text,
            words: &words(text, seconds),
            annotated: true,
            avg_logprob,
            no_speech_prob,
            runaway: false,
            speech: &speech(seconds),
            stock_phrases: STOCK,
        })
    }

    #[test]
    fn silent_and_too_short_sound_is_rejected() {
        assert_eq!(sound(&[]), Some(Rejection::TooShort));
        assert_eq!(sound(&[0.5; 1599]), Some(Rejection::TooShort));
        assert_eq!(sound(&[0.0; 16_000]), Some(Rejection::Silence));
        assert_eq!(sound(&[1e-4; 16_000]), Some(Rejection::Silence));
        let mut word = [0.0; 16_000];
        word[8000..9000].fill(0.01);
        assert_eq!(sound(&word), None);
    }

    #[test]
    fn text_is_judged_by_its_evidence() {
        let judged = |t, l, n| with((t, 3.0), (l, n), text);
        assert_eq!(judged("Turn on the lamp.", -0.3, 0.1), None);
        assert_eq!(judged("Turn on the lamp.", -0.3, 0.9), None);
        assert_eq!(judged("Turn on the lamp.", -1.2, 0.9), Some(Rejection::NoSpeech));
        assert_eq!(judged("Turn on the lamp.", -1.2, 0.1), Some(Rejection::LowConfidence));
        assert_eq!(judged("...", -0.3, 0.1), Some(Rejection::NotWords));
        assert_eq!(judged("Thank you.", -0.2, 0.1), None);
        assert_eq!(judged("Thank you.", -0.8, 0.1), Some(Rejection::NoSpeech));
        assert_eq!(judged("Thank you!", -0.2, 0.5), Some(Rejection::NoSpeech));
        assert_eq!(judged("No, no, no!", -0.1, 0.1), None);
    }

    #[test]
    fn a_loop_is_rejected_only_when_it_is_longer_than_what_was_spoken() {
        let judged = |t: &str, seconds| with((t, seconds), (-0.1, 0.1), text);
        let round = "the same thing over and over again ".repeat(9);
        for (text, short, long) in [
            ("no no no no no no no", 1.0, 2.0),
            ("go on. Go on! go on, go on", 1.0, 2.5),
            ("Ha-ha-ha-ha-ha-ha!", 0.9, 2.0),
            (round.as_str(), 8.0, 20.0),
        ] {
            assert_eq!(judged(text, short), Some(Rejection::Repetition), "{text}");
            assert_eq!(judged(text, long), None, "{text}");
        }
        // Nearly the same again and again, as in loops at higher temperatures.
        let nearly: String =
            (0..20).map(|n| format!("I went to the shop on day {n} of it. ")).collect();
        assert_eq!(judged(&nearly, 10.0), Some(Rejection::Repetition));
        assert_eq!(judged(&nearly, 60.0), None);
        let stopped = |evidence: &Evidence<'_>| text(&Evidence { runaway: true, ..*evidence });
        assert_eq!(with((&nearly, 60.0), (-0.1, 0.1), stopped), Some(Rejection::Repetition));
    }

    #[test]
    fn one_letter_again_and_again_does_not_count_as_a_word() {
        let judged = |text_: &str| with((text_, 9.0), (-0.1, 0.1), text);
        for cry in ["A-A-A-A-A-A-A-A!", "Aaaaa", "a, a. A a", "Mmmm."] {
            assert_eq!(judged(cry), Some(Rejection::Repetition), "{cry}");
            assert!(with((cry, 9.0), (-0.1, 0.1), doubtful), "{cry}");
        }
        for words in ["Ha-ha-ha-ha!", "No, no, no, no.", "www", "1 1 1 1", "Aaaah, no", "对对对对"]
        {
            assert_eq!(judged(words), None, "{words}");
        }
    }

    #[test]
    fn words_written_twice_within_a_second_were_hardly_said_twice() {
        let twice = |text, seconds| with((text, seconds), (-0.1, 0.1), |e| !overlong(e).is_empty());
        assert!(twice("Turn on the lamp. Turn on the lamp.", 1.2));
        assert!(!twice("Turn on the lamp. Turn on the lamp.", 2.4));
        assert!(!twice("Turn on the lamp in the hall.", 0.8));
        assert!(!twice("No, no.", 0.2));
        assert!(with(("Play it. Play it, play it.", 0.9), (-0.1, 0.1), doubtful));
    }

    /// A sentence, and another one four times in the time that it takes once.
    #[test]
    fn only_the_time_of_the_loop_counts() {
        let text =
            "I am going home now and then I will cook. It rains. It rains. It rains. It rains.";
        let mut said = words(text, 6.0);
        for (n, spaced) in said.iter_mut().enumerate() {
            let at = if n < 10 { n as u32 * 500 } else { 5_000 + (n as u32 - 10) * 100 };
            (spaced.word.start_ms, spaced.word.end_ms) = (at, at + 100);
        }
        let evidence = |speech| Evidence {
            text,
            words: &said,
            annotated: true,
            avg_logprob: -0.1,
            no_speech_prob: 0.1,
            runaway: false,
            speech,
            stock_phrases: STOCK,
        };
        let (short, long) = (speech(5.8), speech(8.0));
        let found = overlong(&evidence(&short));
        assert_eq!(found, [Overlong { last: 16..18, all: false }]);
        assert_eq!(super::text(&evidence(&short)), None, "it can be repaired");
        assert!(overlong(&evidence(&long)).is_empty());
    }

    #[test]
    fn loops_are_found_wherever_they_are() {
        let found = |text: &str| loops(&plain_words(text).collect::<Vec<_>>());
        assert_eq!(found("go on go on now"), [Loop { from: 0, words: 2, times: 2 }]);
        assert_eq!(found("well no no no no"), [Loop { from: 1, words: 1, times: 4 }]);
        assert!(found("that that very very long").is_empty());
        let two = "a b c a b c x d e d e d e y";
        let due = [Loop { from: 0, words: 3, times: 2 }, Loop { from: 7, words: 2, times: 3 }];
        assert_eq!(found(two), due);
        assert!(found("").is_empty());
    }

    #[test]
    fn sound_that_is_not_much_softer_counts_as_speech() {
        let mut audio = vec![1e-3; 3 * RATE];
        audio[RATE..2 * RATE].fill(0.1);
        let speech = Speech::of(&audio, 5_000);
        assert_eq!(speech.seconds(), 1.0);
        assert_eq!(speech.within(6_500, 9_000), 0.5);
        assert_eq!(speech.within(9_000, 6_000), 0.0);
        // Another sentence, 10 dB softer.
        audio[2 * RATE + RATE / 2..].fill(0.03);
        assert_eq!(Speech::of(&audio, 0).seconds(), 1.5);
        assert_eq!(Speech::of(&[0.0; 320], 0).seconds(), 0.0);
        assert_eq!(Speech::of(&vec![0.1; RATE], 0).seconds(), 0.0, "steady noise");
    }

    /// Stops and soft syllables belong to a sentence as much as its loud vowels.
    #[test]
    fn short_gaps_within_speech_count_as_speech() {
        let sound = |gap_ms: usize| {
            let mut audio = vec![0.0; 3 * RATE];
            let gap = gap_ms * RATE / 1000;
            audio[RATE..RATE + RATE / 2].fill(0.1);
            audio[RATE + RATE / 2 + gap..2 * RATE + gap].fill(0.1);
            Speech::of(&audio, 0).seconds()
        };
        assert_eq!(sound(0), 1.0);
        assert_eq!(sound(200), 1.2);
        assert_eq!(sound(400), 1.0);
    }

    #[test]
    fn text_that_a_longer_pass_may_correct_is_doubtful() {
        let doubts = |text, seconds, logprob, no_speech| {
            with((text, seconds), (logprob, no_speech), doubtful)
        };
        assert!(doubts("Stop! Stop! Stop! Stop! Stop! Stop!", 0.8, -0.1, 0.1));
        assert!(doubts("Hm.", 3.0, -1.5, 0.1));
        assert!(!doubts("Hm.", 3.0, -1.5, 0.9));
        assert!(!doubts("", 3.0, -1.5, 0.1), "a described sound");
    }
}
