//! Silero per frame of 32 ms, one thread: `cargo bench -p sayso-models --bench vad`.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use criterion::Criterion;
use sayso_models::vad::{Silero, Vad};

fn main() {
    let path = sayso_store::default_dir().join("silero-v6").join("silero_vad.onnx");
    let mut vad = Silero::load(&path).unwrap();
    // The time does not depend on loudness, but silence is slower (denormals): a chirp.
    let sound: Vec<f32> =
        (0..16_000).map(|i| (i as f32 * (0.05 + i as f32 * 2e-6)).sin() * 0.3).collect();
    let mut frames = sound.chunks_exact(vad.frame_len()).cycle();

    let mut criterion =
        Criterion::default().measurement_time(Duration::from_secs(3)).configure_from_args();
    criterion
        .bench_function("vad frame", |b| b.iter(|| vad.process(frames.next().unwrap()).unwrap()));
    criterion.final_summary();

    let mut micros: Vec<f64> = (0..10_000)
        .map(|_| {
            let frame = frames.next().unwrap();
            let start = Instant::now();
            vad.process(frame).unwrap();
            start.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    micros.sort_by(f64::total_cmp);
    let at = |q: f64| micros[((micros.len() - 1) as f64 * q) as usize];
    println!(
        "vad frame µs: min {:.0} p50 {:.0} p99 {:.0} max {:.0}",
        at(0.0),
        at(0.5),
        at(0.99),
        at(1.0)
    );
}
