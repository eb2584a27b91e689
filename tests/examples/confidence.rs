//! How the recogniser's confidence tells its errors: the constant in `firmware/assistant/src/stats.rs`.
//!
//! ```sh
//! SAYSO_TEST_DATA=FOLDER cargo run --release -p sayso-tests --example confidence
//! ```
//!
//! Recorded speech with known words is transcribed, clean and with kitchen noise. For each kind of
//! recording, the doubt (by how much the mean confidence of a word is below 1) and the word error
//! rate are printed. At the end: the doubt at which the line through them reaches no errors, and its
//! slope, by least squares over the kinds, each weighted by its words.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::time::Duration;

use sayso::{Config, Engines};
use sayso_models::Cancel;
use sayso_models::stt::SttRequest;
use sayso_tests::wer::Wer;
use sayso_tests::{Recording, further, recordings};

/// A kind with fewer words says little.
const FEWEST: f64 = 50.0;

/// Signal to noise, in dB; the first is clean.
const NOISE_DB: [Option<f32>; 4] = [None, Some(12.0), Some(6.0), Some(0.0)];

/// What one kind of recording gave.
#[derive(Default)]
struct Kind {
    words: f64,
    confidence: f64,
    errors: Wer,
}

fn main() {
    let config = Config::load(None, &[]).expect("settings");
    let mut stt = Engines::load_stt(&config).expect("Whisper");
    let all: Vec<Recording> = recordings().into_iter().chain(further()).collect();
    let dishes = all.iter().filter(|recording| recording.name.contains("dishes"));
    let dishes: Vec<f32> = dishes.flat_map(samples).collect();
    let mut kinds: BTreeMap<String, Kind> = BTreeMap::new();
    for recording in all.iter().filter(|recording| recording.is_english()) {
        let clean = samples(recording);
        for noise in NOISE_DB {
            let sound = noise.map_or_else(|| clean.clone(), |db| noisy(&clean, &dishes, db));
            let request = SttRequest { language: Some("en"), ..SttRequest::default() };
            let heard = stt.transcribe(&sound, &request, &Cancel::new(), &mut |_| ());
            let heard = heard.expect("transcribes");
            let noise = noise.map_or_else(|| "clean".into(), |db| format!("{db} dB"));
            let kind = kinds.entry(format!("{} {noise}", recording.category)).or_default();
            kind.words += heard.words.len() as f64;
            kind.confidence += heard.words.iter().map(|w| f64::from(w.confidence)).sum::<f64>();
            kind.errors += Wer::of(&recording.transcript, &heard.text);
        }
    }
    let mut points = Vec::new();
    for (name, kind) in kinds.iter().filter(|(_, kind)| kind.words >= FEWEST) {
        let doubt = 1.0 - kind.confidence / kind.words.max(1.0);
        let rate = kind.errors.errors as f64 / kind.errors.words.max(1) as f64;
        println!("{name:<28} doubt {:.3}, word errors {:.3}, {} words", doubt, rate, kind.words);
        points.push((kind.words, doubt, rate));
    }
    let sum = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
        points.iter().map(|(weight, doubt, rate)| weight * of(*doubt, *rate)).sum()
    };
    let all = sum(&|_, _| 1.0);
    let (doubt, rate) = (sum(&|doubt, _| doubt) / all, sum(&|_, rate| rate) / all);
    let slope = sum(&|x, y| (x - doubt) * (y - rate)) / sum(&|x, _| (x - doubt) * (x - doubt));
    println!(
        "no errors up to a doubt of {:.2}, then {slope:.1} for each unit",
        doubt - rate / slope
    );
}

fn samples(recording: &Recording) -> Vec<f32> {
    sayso_audio_io::read_all(&recording.path, Duration::from_secs(60)).expect("recording").samples
}

/// The sound with noise at this level below it, in dB.
fn noisy(sound: &[f32], noise: &[f32], db: f32) -> Vec<f32> {
    let power = |x: &[f32]| x.iter().map(|x| x * x).sum::<f32>() / x.len().max(1) as f32;
    let gain = (power(sound) / power(noise) / 10_f32.powf(db / 10.0)).sqrt();
    sound.iter().zip(noise.iter().cycle()).map(|(sound, noise)| sound + gain * noise).collect()
}
