//! Reading a prompt, writing a reply, and the time to the first text with the system prompt
//! cached, for each installed language model.
#![allow(missing_docs, clippy::unwrap_used)]

use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sayso_language::Language;
use sayso_models::Cancel;
use sayso_models::llm::{Config, Exchange, Llama, Llm, Sampling};

const MODELS: [(&str, &str); 2] = [("standard", "qwen2.5-coder-0.5b"), ("small", "smollm2-135m")];

fn llm(c: &mut Criterion) {
    for (profile, name) in MODELS {
        let folder = sayso_store::default_dir().join(name);
        let files = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let Some(file) =
            files.map(|f| f.path()).find(|f| f.extension().is_some_and(|e| e == "gguf"))
        else {
            eprintln!("{profile}: nothing in {}, skipped", folder.display());
            continue;
        };
        let sampling = Sampling { max_tokens: 32, ..Sampling::default() };
        let config = Config { sampling, ..Config::default() };
        let mut llama = Llama::load(file, config).unwrap();
        let prompt = Language::english().prompts().standard;
        let examples = Exchange::examples(&prompt);
        let primed = llama.prime(prompt.system, &examples, None).unwrap();

        let mut group = c.benchmark_group(format!("llm/{profile}"));
        group.sample_size(10).measurement_time(Duration::from_secs(10));
        group.throughput(Throughput::Elements(primed.tokens as u64));
        group.bench_function("prefill", |b| {
            b.iter(|| {
                llama.clear_cache();
                llama.prime(prompt.system, &examples, None).unwrap()
            });
        });
        group.throughput(Throughput::Elements(1));
        group.bench_function("token", |b| {
            b.iter_custom(|tokens| {
                let (mut spent, mut done) = (Duration::ZERO, 0);
                while done < tokens {
                    let reply =
                        llama.reply("Tell me a story.", &Cancel::new(), &mut |_| {}).unwrap();
                    spent += Duration::from_secs_f64((reply.total_ms - reply.prefill_ms) / 1e3);
                    done += reply.reply_tokens as u64;
                }
                spent.mul_f64(tokens as f64 / done as f64)
            });
        });
        group.bench_function("ttft, prefix cached", |b| {
            b.iter_custom(|times| {
                let mut spent = Duration::ZERO;
                for _ in 0..times {
                    let cancel = Cancel::new();
                    let started = Instant::now();
                    let mut first = None;
                    let question = "How far is it from London to New York?";
                    let _ = llama.reply(question, &cancel, &mut |_| {
                        first.get_or_insert_with(|| started.elapsed());
                        cancel.cancel();
                    });
                    llama.discard().unwrap();
                    spent += first.unwrap_or_else(|| started.elapsed());
                }
                spent
            });
        });
        group.finish();
    }
}

criterion_group!(benches, llm);
criterion_main!(benches);
