//! Choosing one of as many tokens as Qwen knows, with the sampler and with the plain search.
#![allow(missing_docs)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use sayso_models::llm::Sampling;
use sayso_test_support::channels::noise;

// The sampler is not public.
#[path = "../src/llm/plain.rs"]
mod plain;
#[path = "../src/llm/sample.rs"]
#[allow(dead_code)] // Of what it has, only the choice is measured.
mod sample;

const VOCABULARY: usize = 151_936;

fn choice(c: &mut Criterion) {
    let logits = noise(4.0, VOCABULARY, 1);
    // Long enough that the penalty looks back on as many tokens as it can.
    let reply: Vec<i32> = (0..100).map(|n| n * 1_500).collect();
    let greedy = Sampling::default();
    let drawn = Sampling { temperature: 0.8, ..Sampling::default() };
    for (name, sampling) in [("greedy", &greedy), ("drawn", &drawn)] {
        let mut group = c.benchmark_group(format!("sample/{name}"));
        let mut sampler = sample::Sampler::new(sampling);
        group.bench_function("sampler", |b| {
            b.iter(|| sampler.choose(black_box(&logits), black_box(&reply), |_| false));
        });
        let mut sampler = sample::Sampler::new(sampling);
        group.bench_function("plain search", |b| {
            b.iter(|| {
                let (logits, reply) = (black_box(&logits), black_box(&reply));
                plain::plainly(&mut sampler, logits, reply, |_| false)
            });
        });
        group.finish();
    }
}

criterion_group!(benches, choice);
criterion_main!(benches);
