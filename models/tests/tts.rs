//! The voice, with its real model: sound, timing, cancel, bad files, bad text.
#![cfg(feature = "hibari")]
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::io::Write;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use sayso_language::Language;
use sayso_models::tts::{Delivery, Hibari, Spoken, Tts};
use sayso_models::{Cancel, ErrorKind};

fn folder() -> PathBuf {
    common::model("hibari", "hibari.onnx").parent().unwrap().to_path_buf()
}

fn voice() -> Hibari {
    Hibari::load(&folder(), Language::english()).unwrap()
}

/// `sayso say --print` shows the words that the voice reads.
#[test]
fn what_is_printed_is_what_is_spoken() {
    let (mut voice, english) = (voice(), Language::english());
    for text in [
        "It is due Jan. 5.",
        "It costs $3.50.",
        "Henry VIII had six wives.",
        "It takes 5 - 7 days.",
        "It is –5 °C outside.",
        "Wait 5m 30s.",
        "Dr. Smith lives at 123 Maple Dr. in town.",
        "Add 1⅜ cups of milk.",
    ] {
        let printed = english.reader().spoken(text);
        assert_eq!(voice.phonemes(text).unwrap(), voice.phonemes(&printed).unwrap(), "{printed}");
    }
}

/// Speaks and checks what must always hold.
fn speak(voice: &mut Hibari, text: &str, delivery: &Delivery) -> (Vec<f32>, Spoken) {
    let mut sound = Vec::new();
    let spoken = voice
        .speak(text, delivery, &Cancel::new(), &mut |block| sound.extend_from_slice(block))
        .unwrap();
    assert_eq!(spoken.samples, sound.len(), "{text}");
    assert!(sound.iter().all(|v| v.is_finite() && v.abs() <= 1.0), "{text}");
    let mut end = (0, 0);
    for word in &spoken.words {
        assert!(
            text.get(word.text.clone()).is_some_and(|w| !w.trim().is_empty()),
            "{text}: {word:?}"
        );
        assert!(word.text.start >= end.0 && word.samples.start >= end.1, "{text}: {word:?}");
        assert!(
            word.samples.start <= word.samples.end && word.samples.end <= sound.len(),
            "{text}: {word:?}"
        );
        end = (word.text.end, word.samples.end);
    }
    (sound, spoken)
}

fn rms(sound: &[f32]) -> f32 {
    (sound.iter().map(|v| v * v).sum::<f32>() / sound.len().max(1) as f32).sqrt()
}

const QUESTION: &str = "Hello, how can I help you today?";

#[test]
fn speech_has_a_sane_level_and_clean_edges() {
    let mut voice = voice();
    assert_eq!(voice.sample_rate(), 24_000);
    for text in [
        QUESTION,
        "Let me see.",
        "She said the meeting is at 2:30 pm.",
        "Yes.",
        "Fish, sheep and mice!",
    ] {
        let (sound, _) = speak(&mut voice, text, &Delivery::default());
        let peak = sound.iter().fold(0f32, |a, b| a.max(b.abs()));
        assert!(
            (0.02..0.2).contains(&rms(&sound)) && (0.1..0.95).contains(&peak),
            "{text}: peak {peak}"
        );
        // No clicks: both ends are near zero.
        assert!(sound[0].abs() < 1e-3 && sound[sound.len() - 1].abs() < 1e-3, "{text}");
        // Nothing to wait for at the start: a sound within 50 ms; no long silence at the end.
        assert!(rms(&sound[..1200]) > 0.0015, "{text}: {}", rms(&sound[..1200]));
        assert!(rms(&sound[sound.len() - 24_000 * 35 / 100..]) > 0.001, "{text}");
        // Most of the energy of speech lies below 4 kHz: differences of neighbours are small.
        let slope: Vec<f32> = sound.windows(2).map(|w| w[1] - w[0]).collect();
        assert!(rms(&slope) < 0.5 * rms(&sound), "{text}");
    }
}

#[test]
fn the_same_text_gives_the_same_samples() {
    let mut voice = voice();
    let (first, spoken) = speak(&mut voice, QUESTION, &Delivery::default());
    speak(&mut voice, "Something else in between.", &Delivery::default());
    assert_eq!(speak(&mut voice, QUESTION, &Delivery::default()), (first, spoken));
}

#[test]
fn sound_comes_in_blocks() {
    let mut voice = voice();
    let mut blocks = Vec::new();
    let text = "This sentence is long enough to come in several blocks, one after the other.";
    voice.speak(text, &Delivery::default(), &Cancel::new(), &mut |b| blocks.push(b.len())).unwrap();
    assert!(blocks.len() > 4, "{blocks:?}");
    assert!(blocks.iter().all(|&n| n > 0 && n <= 24_000));
}

#[test]
fn every_word_has_its_place() {
    let mut voice = voice();
    let text = "At 2:30 pm, 3 cats   paid $4.50 —  for 20 °C 😀 of well-known e-mail.";
    let (_, spoken) = speak(&mut voice, text, &Delivery::default());
    let words: Vec<&str> = spoken.words.iter().map(|w| &text[w.text.clone()]).collect();
    assert_eq!(
        words,
        [
            "At",
            "2:30",
            "pm,",
            "3",
            "cats",
            "paid",
            "$4.50",
            "for",
            "20",
            "°C",
            "of",
            "well-known",
            "e-mail."
        ]
    );
    assert!(spoken.words.iter().all(|w| w.samples.len() >= 600), "{:?}", spoken.words);
    let (first, last) = (&spoken.words[0], &spoken.words[12]);
    assert!(first.samples.start < 2_400 && last.samples.end + 24_000 > spoken.samples);

    // Read in another order than it is written.
    let text = "On 2026-11-22 it was fine";
    let (_, spoken) = speak(&mut voice, text, &Delivery::default());
    let words: Vec<&str> = spoken.words.iter().map(|w| &text[w.text.clone()]).collect();
    assert_eq!(words, ["On", "2026-11-22", "it", "was", "fine"]);
}

#[test]
fn words_are_where_their_sound_is() {
    let mut voice = voice();
    for text in ["Wait, wait.", "One. Two. Three.", "Yes — no — maybe; perhaps: never!"] {
        let (sound, spoken) = speak(&mut voice, text, &Delivery::default());
        let energy = |sound: &[f32]| sound.iter().map(|v| v * v).sum::<f32>();
        let within: f32 = spoken.words.iter().map(|w| energy(&sound[w.samples.clone()])).sum();
        assert!(within > 0.8 * energy(&sound), "{text}: {} of {}", within, energy(&sound));
        let covered: usize = spoken.words.iter().map(|w| w.samples.len()).sum();
        assert!(covered < sound.len() * 97 / 100, "{text}: {covered} of {}", sound.len());
    }
}

#[test]
fn speed_and_volume() {
    let mut voice = voice();
    let at =
        |voice: &mut Hibari, speed, volume| speak(voice, QUESTION, &Delivery { speed, volume }).0;
    let plain = at(&mut voice, 1.0, 1.0);
    let ratio = |sound: &[f32]| sound.len() as f32 / plain.len() as f32;
    assert!((0.42..0.65).contains(&ratio(&at(&mut voice, 2.0, 1.0))));
    assert!((1.6..2.2).contains(&ratio(&at(&mut voice, 0.5, 1.0))));
    // Values out of range are limited to the range.
    assert_eq!(at(&mut voice, 9.0, 1.0), at(&mut voice, 2.0, 1.0));
    let half = at(&mut voice, 1.0, 0.5);
    assert_eq!(half.len(), plain.len());
    assert!(half.iter().zip(&plain).all(|(h, p)| (h - p / 2.0).abs() < 1e-6));
    assert!(at(&mut voice, 1.0, 0.0).iter().all(|v| *v == 0.0));
    let loud = at(&mut voice, 1.0, 2.0);
    assert!(rms(&loud) > 1.8 * rms(&plain) && loud.iter().all(|v| v.abs() < 1.0));
    for delivery in
        [Delivery { speed: f32::NAN, volume: 1.0 }, Delivery { speed: 1.0, volume: f32::INFINITY }]
    {
        let e = voice.speak(QUESTION, &delivery, &Cancel::new(), &mut |_| {}).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Input);
    }
}

#[test]
fn cancel_stops_at_the_next_block() {
    let mut voice = voice();
    let text =
        "This is a rather long sentence, which nobody wants to hear to its end, least of all now.";
    let whole = speak(&mut voice, text, &Delivery::default()).0.len();
    let cancel = Cancel::new();
    let mut blocks = 0;
    let mut samples = 0;
    let e = voice
        .speak(text, &Delivery::default(), &cancel, &mut |block| {
            blocks += 1;
            samples += block.len();
            if blocks == 2 {
                cancel.cancel();
            }
        })
        .unwrap_err();
    assert!(e.is_cancelled());
    assert_eq!(blocks, 2);
    assert!(samples < whole / 2);
    let e = voice
        .speak(text, &Delivery::default(), &cancel, &mut |_| panic!("sound after cancel"))
        .unwrap_err();
    assert!(e.is_cancelled());
    // The voice still works.
    speak(&mut voice, QUESTION, &Delivery::default());
}

#[test]
fn nothing_to_say_gives_no_sound() {
    let mut voice = voice();
    for text in ["", " \n\t ", "...", "***", "—", "\u{0}\u{200b}"] {
        let (sound, spoken) = speak(&mut voice, text, &Delivery::default());
        assert!(sound.is_empty() && spoken.words.is_empty(), "{text:?}");
    }
    // What it cannot say, it names.
    let (sound, spoken) = speak(&mut voice, "日本語", &Delivery::default());
    assert!(!sound.is_empty() && spoken.words.len() == 1);
}

#[test]
fn long_clauses_are_cut_inside_and_far_too_long_ones_refused() {
    let mut voice = voice();
    let text = "One, two, three, four, five, six, seven, eight, nine and ten, ".repeat(8);
    let (sound, spoken) = speak(&mut voice, &text, &Delivery::default());
    assert_eq!(spoken.words.len(), 8 * 11);
    assert!(sound.len() > 24_000 * 30);
    // There is no place to cut at all.
    let (_, spoken) = speak(&mut voice, &"dada".repeat(300), &Delivery::default());
    assert_eq!(spoken.words.len(), 1);
    let e = voice
        .speak(&"a ".repeat(6_000), &Delivery::default(), &Cancel::new(), &mut |_| {})
        .unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Input);
}

#[test]
fn single_words_letters_and_names_are_spoken() {
    let mut voice = voice();
    for text in [
        "a",
        "I",
        "No",
        "x",
        "USB",
        "Zyxel",
        "Kowalczyk",
        "hmm",
        "naïve",
        "Привет",
        "7",
        "1/2",
        "%",
    ] {
        let (sound, spoken) = speak(&mut voice, text, &Delivery::default());
        assert!(sound.len() > 2_400 && spoken.words.len() == 1, "{text}: {}", sound.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_text_is_spoken_or_refused(texts in proptest::collection::vec("\\PC{0,40}", 4)) {
        thread_local!(static VOICE: std::cell::RefCell<Hibari> = std::cell::RefCell::new(voice()));
        VOICE.with_borrow_mut(|voice| {
            for text in &texts {
                speak(voice, text, &Delivery { speed: 2.0, volume: 1.0 });
            }
        });
    }
}

const FILES: [&str; 7] = [
    "hibari.onnx",
    "vocab.json",
    "oov.onnx",
    "oov.json",
    "lexicon_us_gold.json.gz",
    "lexicon_us_silver.json.gz",
    "tagger.json.gz",
];

/// A copy of the voice whose `file` holds `bytes`, or is not there.
fn with_file(file: &str, bytes: Option<&[u8]>) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for name in FILES {
        if name != file {
            std::os::unix::fs::symlink(folder().join(name), dir.path().join(name)).unwrap();
        }
    }
    if let Some(bytes) = bytes {
        std::fs::write(dir.path().join(file), bytes).unwrap();
    }
    dir
}

fn fails(dir: &Path, file: &str, kind: ErrorKind) {
    let Err(e) = Hibari::load(dir, Language::english()) else { panic!("{file}: loaded") };
    assert_eq!(e.kind(), kind, "{e}");
    let text = e.to_string();
    assert!(text.contains(file) && text.contains("sayso models fetch hibari"), "{text}");
}

#[test]
fn missing_files_are_named() {
    for file in FILES {
        fails(with_file(file, None).path(), file, ErrorKind::Missing);
    }
    fails(Path::new("/nonexistent/hibari"), "vocab.json", ErrorKind::Missing);
}

#[test]
fn damaged_files_are_named() {
    for file in FILES {
        let good = std::fs::read(folder().join(file)).unwrap();
        let other = if file.ends_with(".onnx") { "vocab.json" } else { "oov.onnx" };
        let foreign = std::fs::read(folder().join(other)).unwrap();
        let n = good.len();
        for bytes in
            [&good[..0], &good[..1], &good[..n / 3], &good[..n / 2], &good[..n - 20], &foreign[..]]
        {
            fails(with_file(file, Some(bytes)).path(), file, ErrorKind::Damaged);
        }
    }
    for file in &FILES[4..] {
        for json in ["{}", "[]", "{\"a\": 1}", "{\"a\": \"b\""] {
            let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gz.write_all(json.as_bytes()).unwrap();
            fails(with_file(file, Some(&gz.finish().unwrap())).path(), file, ErrorKind::Damaged);
        }
    }
    // The right kind of file, but another model.
    let oov = std::fs::read(folder().join("oov.onnx")).unwrap();
    fails(with_file("hibari.onnx", Some(&oov)).path(), "hibari.onnx", ErrorKind::Damaged);
    let voice = std::fs::read(folder().join("hibari.onnx")).unwrap();
    fails(with_file("oov.onnx", Some(&voice)).path(), "oov.onnx", ErrorKind::Damaged);
}

#[test]
fn flipped_bytes_never_panic() {
    // A byte may be only a weight, so loading may succeed; what it must not do is panic.
    for file in FILES {
        let good = std::fs::read(folder().join(file)).unwrap();
        for step in 0..6 {
            let mut bytes = good.clone();
            let at = bytes.len() * step / 6 + step;
            bytes[at] ^= 0xff;
            match Hibari::load(with_file(file, Some(&bytes)).path(), Language::english()) {
                Ok(mut voice) => {
                    let _ = voice.speak(
                        "Hello zyxel.",
                        &Delivery::default(),
                        &Cancel::new(),
                        &mut |_| {},
                    );
                }
                Err(e) => assert_eq!(e.kind(), ErrorKind::Damaged, "{file}: {e}"),
            }
        }
    }
}
