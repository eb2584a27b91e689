//! What a vocabulary file brings for names, and what it costs other words.
//!
//! ```sh
//! SAYSO_TEST_DATA=FOLDER cargo run --release -p sayso-tests --example names [-- --misses]
//! ```
//!
//! The sentences of `tests/data/names`, spoken by Sayso's own voice at three pitches and paces, and
//! recorded speech without these names, are transcribed without and with a vocabulary that has the
//! names of all sentences. A name is right if it is in the transcript, whatever its case.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::{Duration, Instant};

use sayso::internals::vocabulary::Vocabulary;
use sayso::{Config, Engines};
use sayso_audio_io::Resampler;
use sayso_models::Cancel;
use sayso_models::stt::{Stt, SttRequest, Transcript};
use sayso_models::tts::Delivery;
use sayso_tests::wer::Wer;
use sayso_tests::{data, further, recordings};

const RATE: u32 = 16_000;
/// The voice's pitch and pace, both as factors.
const VOICES: [(f32, f32); 3] = [(1.0, 1.0), (0.84, 1.2), (1.12, 1.1)];

fn main() {
    let misses = std::env::args().any(|arg| arg == "--misses");
    let config = Config::load(None, &[]).expect("settings");
    let text = std::fs::read_to_string(data("names/sentences.txt")).expect("the sentences");
    let name = |line: &str| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned());
    let lines: Vec<(String, String)> =
        text.lines().filter_map(|line| Some((line.replace(['[', ']'], ""), name(line)?))).collect();
    let names: Vec<&str> = lines.iter().map(|(_, name)| name.as_str()).collect();
    let vocabulary = Vocabulary::read("names", &names.join("\n")).expect("the names");
    let mut stt = Engines::load_stt(&config).expect("Whisper");
    let mut tts = Engines::load_tts(&config).expect("the voice");

    let ways = ["without", "prompt alone", "correction alone", "both"];
    let (mut right, mut words) = ([0; 4], [Wer::default(); 4]);
    for (sentence, name) in &lines {
        for (pitch, pace) in VOICES {
            let delivery = Delivery { speed: pace / pitch, ..Delivery::default() };
            let mut voice = Vec::new();
            tts.speak(sentence, &delivery, &Cancel::new(), &mut |sound| voice.extend(sound))
                .expect("speaks");
            let rate = (tts.sample_rate() as f32 * pitch / 100.0).round() as u32 * 100;
            let mut sound = vec![0.0; RATE as usize / 4];
            let mut resampler = Resampler::new(rate, RATE).expect("a resampler");
            resampler.process(&voice, &mut sound);
            resampler.finish(&mut sound);
            sound.extend([0.0; RATE as usize / 4]);
            for (way, heard) in heard(stt.as_mut(), &vocabulary, &sound).0.iter().enumerate() {
                let found = heard.text.to_lowercase().contains(&name.to_lowercase());
                right[way] += usize::from(found);
                words[way] += Wer::of(sentence, &heard.text);
                if misses && way == 3 && !found {
                    println!("  {name}: {}", heard.text.trim());
                }
            }
        }
    }
    let all = lines.len() * VOICES.len();
    for (way, name) in ways.iter().enumerate() {
        println!("names, {name}: {} of {all} right; words wrong: {}", right[way], words[way]);
    }

    let (mut words, mut ms) = ([Wer::default(); 4], [0.0; 2]);
    let speech = ["librispeech", "ljspeech", "smoke", "fleurs", "commands-misc-en"];
    let others = recordings().into_iter().chain(further());
    let others = others.filter(|r| r.is_english() && speech.contains(&r.category.as_str()));
    let mut count = 0;
    for recording in others {
        let sound = sayso_audio_io::read_all(&recording.path, Duration::from_secs(60));
        let sound = sound.expect("a recording").samples;
        let (transcripts, took) = heard(stt.as_mut(), &vocabulary, &sound);
        for (way, heard) in transcripts.iter().enumerate() {
            words[way] += Wer::of(&recording.transcript, &heard.text);
        }
        count += 1;
        ms[0] += took[0];
        ms[1] += took[1];
    }
    for (way, name) in ways.iter().enumerate() {
        println!("{count} other recordings, {name}: words wrong: {}", words[way]);
    }
    println!(
        "ms, mean: {:.0} without a prompt, {:.0} with",
        ms[0] / count as f64,
        ms[1] / count as f64
    );
}

/// The transcripts without the vocabulary, with its prompt, with its corrections, and with both;
/// and the times without and with the prompt.
fn heard(stt: &mut dyn Stt, vocabulary: &Vocabulary, sound: &[f32]) -> ([Transcript; 4], [f64; 2]) {
    let prompt = vocabulary.prompt();
    let mut hear = |prompt: &str| {
        let start = Instant::now();
        let request = SttRequest { prompt, language: Some("en"), ..SttRequest::default() };
        let heard = stt.transcribe(sound, &request, &Cancel::new(), &mut |_| {});
        (heard.expect("transcribes"), start.elapsed().as_secs_f64() * 1e3)
    };
    let ((plain, plain_ms), (prompted, prompted_ms)) = (hear(""), hear(&prompt));
    let corrected = |transcript: &Transcript| {
        let mut transcript = transcript.clone();
        vocabulary.correct(&mut transcript);
        transcript
    };
    let (third, fourth) = (corrected(&plain), corrected(&prompted));
    ([plain, prompted, third, fourth], [plain_ms, prompted_ms])
}
