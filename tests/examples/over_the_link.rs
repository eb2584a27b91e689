//! Measures how a satellite's link changes the word error rate. Recordings of people are transcribed
//! in three ways: unchanged, through the codec alone, and through the whole path. The path begins
//! with the microphone's DMA and leads through the firmware's filter and gate, the link and the
//! host's jitter buffer. Time is simulated, so every run gives the same result.
//!
//! `cargo run --release -p sayso-tests --example over_the_link` takes some minutes. Parts of names
//! may follow after `--`. Only the recordings with these names are used, and their transcripts are
//! shown.

#![allow(clippy::unwrap_used, clippy::expect_used)]

// Shared with tests, which use more of it.
#[allow(dead_code)]
#[path = "../../firmware/satellite/tests/fake/mod.rs"]
mod fake;

use std::time::Duration;

use fake::Bench;
use sayso::{Config, Engines};
use sayso_core::link::{Block, Codec, MAX_DATA};
use sayso_models::Cancel;
use sayso_models::stt::{Stt, SttRequest};
use sayso_remote_board::JitterBuffer;
use sayso_satellite::{Buffers, Gain};
use sayso_tests::wer::Wer;
use sayso_tests::{Recording, further, recordings};

/// Silence before and after the recording, in samples: in it the gate is closed, and closes again.
const BEFORE: usize = 8_000;
const BEHIND: usize = 40_000;
/// The samples that the front end keeps from before speech begins.
const PRE_ROLL: usize = 5_120;

/// What is done to a recording.
type Way = fn(&[i16]) -> Vec<i16>;

/// The ways that are compared.
const WAYS: [(&str, Way); 4] = [
    ("as recorded", <[i16]>::to_vec),
    ("ADPCM", codec),
    ("the whole way, PCM", |sound| whole_way(sound, Codec::Pcm)),
    ("the whole way, ADPCM", |sound| whole_way(sound, Codec::Adpcm)),
];

fn samples(recording: &Recording) -> Vec<i16> {
    let sound = sayso_audio_io::read_all(&recording.path, Duration::from_secs(60));
    let heard = sound.expect("recording").samples;
    let heard = heard.iter().map(|sample| (sample * 32_767.0) as i16);
    std::iter::repeat_n(0, BEFORE).chain(heard).chain([0; BEHIND]).collect()
}

/// Encoded and decoded, 20 ms at a time.
fn codec(sound: &[i16]) -> Vec<i16> {
    let (mut index, mut data, mut out) = (0, [0; MAX_DATA], Vec::new());
    for block in sound.as_chunks::<320>().0 {
        let block = Block::encode(Codec::Adpcm, block, &mut index, &mut data).expect("a block");
        out.extend(block.samples());
    }
    out
}

/// Into the satellite's microphone and out of the host's receiver.
fn whole_way(sound: &[i16], codec: Codec) -> Vec<i16> {
    let mut buffers = Buffers::new();
    let config =
        sayso_satellite::Config { codec, gain: Gain::UNITY, ..sayso_satellite::Config::default() };
    let mut bench = Bench::new(&mut buffers, config);
    bench.microphone = sound.to_vec();
    let (mut jitter, mut taken, mut out) = (JitterBuffer::default(), 0, Vec::new());
    let (mut heard, mut played) = ([0.0; 512], Vec::new());
    for ms in 1..sound.len() as u64 / 16 {
        bench.run(1);
        let now = Duration::from_millis(ms);
        if ms == 1 {
            jitter.attach(now);
        }
        for (at, _, samples) in &bench.captured[taken..] {
            let samples: Vec<f32> = samples.iter().map(|&x| f32::from(x) / 32_768.0).collect();
            let silence = vec![0.0; samples.len()];
            jitter.push(now, taken as u16, *at, samples, silence);
            taken += 1;
        }
        jitter.shut(bench.status.is_some_and(|status| !status.open));
        jitter.tick(now);
        let n = jitter.read(&mut heard, &mut played);
        out.extend(heard[..n].iter().map(|x| (x * 32_768.0) as i16));
    }
    assert_eq!(jitter.stats().dropped, 0, "nothing was concealed");
    out
}

/// Signal to noise in dB of `got`, which may be shifted by up to a second either way.
fn signal_to_noise(sent: &[i16], got: &[i16]) -> f64 {
    let noise_at = |shift: usize, step: usize| -> f64 {
        let pairs = sent[BEFORE..sent.len() - BEHIND].iter().zip(&got[shift..]);
        pairs.step_by(step).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum()
    };
    let noise = (0..2 * BEFORE)
        .min_by(|&a, &b| noise_at(a, 61).total_cmp(&noise_at(b, 61)))
        .map_or(0.0, |shift| noise_at(shift, 1));
    let signal: f64 = sent.iter().map(|&x| f64::from(x).powi(2)).sum();
    10.0 * (signal / noise.max(1.0)).log10()
}

fn hear(stt: &mut dyn Stt, sound: &[i16]) -> String {
    // Cut as the front end cuts it: the speech, and a little before it.
    let loud = |x: &i16| x.unsigned_abs() > 300;
    let start = sound.iter().position(loud).unwrap_or(0).saturating_sub(PRE_ROLL);
    let end = sound.iter().rposition(loud).unwrap_or(sound.len()) + PRE_ROLL;
    let sound: Vec<f32> = sound[start..end.min(sound.len())]
        .iter()
        .map(|&sample| f32::from(sample) / 32_768.0)
        .collect();
    let request = SttRequest { language: Some("en"), ..SttRequest::default() };
    stt.transcribe(&sound, &request, &Cancel::new(), &mut |_| {}).expect("transcribes").text
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let people: Vec<_> = recordings()
        .into_iter()
        .chain(further())
        .filter(Recording::is_english)
        .filter(|r| {
            let path = r.path.to_string_lossy();
            wanted.is_empty() || wanted.iter().any(|part| path.contains(part))
        })
        .collect();
    let config = Config::load(None, &[]).expect("settings");
    let mut stt = Engines::load_stt(&config).expect("Whisper");
    println!("{} recordings", people.len());
    for (name, way) in WAYS {
        let (mut total, mut ratios) = (Wer::default(), Vec::new());
        for person in &people {
            let sent = samples(person);
            let got = way(&sent);
            ratios.push(signal_to_noise(&sent, &got));
            let heard = hear(stt.as_mut(), &got);
            if !wanted.is_empty() {
                println!("  {:>5.1} dB  {heard}", ratios[ratios.len() - 1]);
            }
            total += Wer::of(&person.transcript, &heard);
        }
        ratios.sort_by(f64::total_cmp);
        let (least, median) = (ratios[0], ratios[ratios.len() / 2]);
        println!("{name:<22} signal to noise {median:.1} dB (least {least:.1}), {total}");
    }
}
