//! The time that a text takes on its way to the voice: for a sentence of 200 characters, and
//! whether the time grows in proportion to the length.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sayso_language::Reader;

/// 200 characters with many classes.
const DENSE: &str = "On Jan. 5, 2026 at 2:30 p.m., Dr. Smith paid $3.50 for 5-7 kg of CO2 \
    (about 20 °C), read https://example.com/a_b twice, and called 555-123-4567; Henry VIII \
    left St. Paul at 60 mph, x <= 5, 3/4 cup.";

/// 200 characters of ordinary text.
const PLAIN: &str = "The capital of France is Paris, and it has been that for many hundreds of \
    years. People who live there like to walk along the river in the evening, and they seldom \
    want to live in any other city, ever.";

fn reading(c: &mut Criterion) {
    let english = Reader::english();
    for (name, text) in [("dense", DENSE), ("plain", PLAIN)] {
        c.bench_function(&format!("read/{name}_{}", text.chars().count()), |b| {
            b.iter(|| english.normalize(black_box(text)));
        });
        c.bench_function(&format!("text_to_words/{name}"), |b| {
            b.iter(|| english.spoken(black_box(text)));
        });
    }
    let mut group = c.benchmark_group("length");
    for times in [10, 100, 1000] {
        let text = DENSE.repeat(times);
        group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(10);
        group.bench_function(format!("{times}_sentences"), |b| {
            b.iter(|| english.spoken(black_box(&text)));
        });
    }
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
