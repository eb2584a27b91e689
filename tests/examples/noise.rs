//! Measures how noise suppression and gain control change the word error rate: recorded people,
//! unchanged, quieter, and in noise, through the front end's own processing.
//!
//! `cargo run --release -p sayso-tests --example noise` takes some minutes.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use sayso::{Config, Engines};
use sayso_frontend::noise::{DELAY, NoiseSuppressor};
use sayso_models::Cancel;
use sayso_models::stt::SttRequest;
use sayso_tests::wer::Wer;
use sayso_tests::{Recording, further, recordings};

/// How a recording is changed beforehand.
const CONDITIONS: [(&str, f32, Option<f32>); 4] = [
    ("as recorded", 0.0, None),
    ("30 dB quieter", -30.0, None),
    ("noise, 10 dB below", 0.0, Some(10.0)),
    ("noise, 5 dB below", 0.0, Some(5.0)),
];

/// Whether noise suppression and gain control are on.
const WAYS: [(&str, bool, bool); 4] = [
    ("neither", false, false),
    ("noise suppression", true, false),
    ("gain control", false, true),
    ("both", true, true),
];

/// Noise before the recording, in samples, in which the gain control and the suppressor adapt.
const BEFORE: usize = 16_000;

fn samples(recording: &Recording) -> Vec<f32> {
    sayso_audio_io::read_all(&recording.path, Duration::from_secs(60)).expect("recording").samples
}

fn power(samples: &[f32]) -> f32 {
    samples.iter().map(|x| x * x).sum::<f32>() / samples.len().max(1) as f32
}

fn main() {
    let all: Vec<_> = recordings().into_iter().chain(further()).collect();
    let people: Vec<_> = all.iter().filter(|r| r.is_english()).collect();
    let noises: Vec<Vec<f32>> = all
        .iter()
        .filter(|r| r.category == "env-esc10" || r.category == "noise-music-silence")
        .map(samples)
        .filter(|noise| power(noise) > 1e-6)
        .collect();
    let config = Config::load(None, &[]).expect("settings");
    let mut stt = Engines::load_stt(&config).expect("Whisper");
    println!("word error rate of {} recordings, {} noises", people.len(), noises.len());
    for (condition, gain_db, snr_db) in CONDITIONS {
        for (way, noise_suppression, gain_control) in WAYS {
            let mut total = Wer::default();
            for (n, person) in people.iter().enumerate() {
                let gain = 10.0_f32.powf(gain_db / 20.0);
                let mut sound = vec![0.0; BEFORE];
                sound.extend(samples(person).iter().map(|x| x * gain));
                sound.extend([0.0; 5_120]);
                if let Some(snr_db) = snr_db {
                    let noise = &noises[n % noises.len()];
                    let wanted = power(&sound[BEFORE..]) / 10.0_f32.powf(snr_db / 10.0);
                    let gain = (wanted / power(noise)).sqrt();
                    let noise = noise.iter().cycle();
                    sound.iter_mut().zip(noise).for_each(|(x, noise)| *x += gain * noise);
                }
                if let Some(mut noise) = NoiseSuppressor::new(noise_suppression, gain_control) {
                    sound.resize(sound.len() + DELAY, 0.0);
                    noise.process(&mut sound);
                }
                let request = SttRequest { language: Some("en"), ..SttRequest::default() };
                let sound = &sound[BEFORE - 5_120..];
                let heard = stt
                    .transcribe(sound, &request, &Cancel::new(), &mut |_| {})
                    .expect("transcribes");
                total += Wer::of(&person.transcript, &heard.text);
            }
            println!("{condition:<20} {way:<18} {total}");
        }
    }
}
