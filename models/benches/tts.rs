//! The voice: loading, the first clause, a longer passage. Needs the installed
//! model. Besides criterion's times it prints the time to the first block of
//! sound and the real-time factor.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(missing_docs)]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use sayso_language::{Language, Reader};
use sayso_models::Cancel;
use sayso_models::tts::{Delivery, Hibari, Tts};

const FIRST: &str = "Your timer is set now.";
const PASSAGE: &str = "Mix the batter, pour it into the pan, bake for 25-30 minutes at 180 degrees, \
                       and let it cool before you slice it.";

fn folder() -> PathBuf {
    sayso_store::default_dir().join("hibari")
}

fn load() -> Hibari {
    match Hibari::load(&folder(), Language::english()) {
        Ok(voice) => voice,
        Err(e) => {
            eprintln!("{e}");
            std::process::exit(1);
        }
    }
}

/// Time to the first block, time to the last, samples.
fn speak(voice: &mut Hibari, text: &str) -> (Duration, Duration, usize) {
    let start = Instant::now();
    let mut first = None;
    let spoken = voice.speak(text, &Delivery::default(), &Cancel::new(), &mut |block| {
        first.get_or_insert_with(|| start.elapsed());
        black_box(block);
    });
    let samples = spoken.map_or(0, |s| s.samples);
    (first.unwrap_or_default(), start.elapsed(), samples)
}

fn tts(c: &mut Criterion) {
    let mut group = c.benchmark_group("tts");
    group.sample_size(10);
    group.bench_function("load", |b| b.iter(|| black_box(load())));
    let mut voice = load();
    for (name, text) in [("first clause", FIRST), ("8 s passage", PASSAGE)] {
        let runs: Vec<_> = (0..10).map(|_| speak(&mut voice, text)).collect();
        let best = |time: fn(&(Duration, Duration, usize)) -> Duration| {
            runs.iter().map(time).min().unwrap_or_default().as_secs_f64()
        };
        let seconds = runs[0].2 as f64 / f64::from(voice.sample_rate());
        println!(
            "{name}: {seconds:.2} s of sound, first block after {:.1} ms, all after {:.1} ms, real-time factor {:.4}",
            1e3 * best(|r| r.0),
            1e3 * best(|r| r.1),
            best(|r| r.1) / seconds
        );
        group.bench_function(name, |b| b.iter(|| speak(&mut voice, text)));
    }
    group.bench_function("normalise", |b| {
        b.iter(|| Reader::english().normalize(black_box(PASSAGE)))
    });
    group.bench_function("phonemes", |b| b.iter(|| voice.phonemes(black_box(PASSAGE))));
    group.finish();
}

criterion_group!(benches, tts);
criterion_main!(benches);
