//! Smart Turn per question, one thread: `cargo bench -p sayso-models --bench eot`.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use criterion::{BenchmarkId, Criterion};
use sayso_models::Cancel;
use sayso_models::eot::{EndOfTurn, SmartTurn};

fn main() {
    let path = sayso_store::default_dir().join("smart-turn-v3").join("smart-turn-v3.2-cpu.onnx");
    // The time depends on the length of the sound, not on its content: a chirp.
    let sound: Vec<f32> =
        (0..8 * 16_000).map(|i| (i as f32 * (0.05 + i as f32 * 2e-7)).sin() * 0.3).collect();

    let mut criterion = Criterion::default()
        .sample_size(20)
        .measurement_time(Duration::from_secs(5))
        .configure_from_args();
    let mut eot = SmartTurn::load(&path).unwrap();
    let mut group = criterion.benchmark_group("eot");
    for seconds in [1, 2, 4, 8] {
        group.bench_function(BenchmarkId::new("utterance", format!("{seconds} s")), |b| {
            b.iter(|| eot.completeness(&sound[..seconds * 16_000], 1, &Cancel::new()).unwrap())
        });
    }
    group.bench_function("features", |b| b.iter(|| eot.features(&sound)[0]));
    let mut exact = eot.hearing(8.0).grouped(1);
    group.bench_function("exact", |b| {
        b.iter(|| exact.completeness(&sound[..2 * 16_000], 1, &Cancel::new()).unwrap())
    });
    group.finish();
    criterion.final_summary();
}
