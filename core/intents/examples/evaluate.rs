//! Counts the sentences whose intent and slots are right, and measures time and memory.
//!
//! ```text
//! cargo run --release --example evaluate -- SENTENCES.json CASES.json
//!     [--exact] [--garble] [--misses] [--slow] [--heard FILE] [--chat FILE]
//! ```
//!
//! - `--exact` forgives nothing.
//! - `--garble` makes a mistake in each sentence first.
//! - `--misses` lists the sentences that are not right, and `--slow` those above 1 ms.
//! - `--heard` replaces the cases by those of a table.
//! - `--chat` counts the sentences of a file that are taken for a command.
//!
//! The language is the name of the file of sentences. Times are CPU times.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::time::Duration;

use peak_alloc::PeakAlloc;
use sayso_intents::{Context, Grammar, Source};
use support::{Cases, Verdict, garble, judge};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The CPU time of this thread.
fn cpu() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.try_into().unwrap_or(0), now.tv_nsec.try_into().unwrap_or(0))
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let flag = |name: &str| args.iter().position(|arg| arg == name);
    let (sentences, cases) = (args[1].as_ref(), args[2].as_ref());
    let language = support::language(sentences);
    let before = MEMORY.current_usage();
    let begin = cpu();
    let source = Source::open(sentences, false).unwrap();
    let grammar = Grammar::compile(&language, &[source]).unwrap_or_else(|errors| {
        errors.iter().for_each(|error| eprintln!("{error}"));
        std::process::exit(1);
    });
    let loading = cpu() - begin;
    let (memory, peak) = (MEMORY.current_usage() - before, MEMORY.peak_usage() - before);
    let mut cases = Cases::open(cases);
    if let Some(at) = flag("--heard") {
        cases.replace(args[at + 1].as_ref());
    }
    let mut times = Vec::new();
    let mut counts = [0; 5];
    for case in &cases.cases {
        let home = &cases.homes[case.env];
        let context = case.area.clone().map(Context::area).unwrap_or_default();
        let text = match flag("--garble") {
            Some(_) => garble(case),
            None => case.sentence.clone(),
        };
        let begin = cpu();
        let matches = match flag("--exact") {
            Some(_) => grammar.exact_matches(home, &context, &text),
            None => grammar.matches(home, &context, &text),
        };
        let time = cpu() - begin;
        times.push(time);
        if flag("--slow").is_some() && time > Duration::from_millis(1) {
            println!("{time:?}: {text:?}");
        }
        let sure = !sayso_intents::is_unsure(&matches);
        let verdict = judge(case, matches.first().filter(|_| sure));
        counts[verdict as usize] += 1;
        if verdict != Verdict::Right && flag("--misses").is_some() {
            println!("{verdict:?}: {text:?} is {} {:?}", case.intent, case.slots);
            for m in matches.iter().take(3) {
                println!("    {} {:?} {} {}", m.intent, m.slots, m.score, m.template);
            }
        }
    }
    times.sort();
    let total = cases.cases.len();
    #[allow(clippy::cast_precision_loss)]
    let share = 100.0 * f64::from(counts[0]) / total as f64;
    #[allow(clippy::cast_precision_loss)]
    let mega = |bytes: usize| bytes as f64 / 1e6;
    println!(
        "{language}: {} of {total} right ({share:.1} %); no match {}, intent {}, slots {}, \
         further slots {}; p50 {:?}, p99 {:?}, most {:?}; loading {loading:?}, {:.1} MB (at most \
         {:.1}), {} templates",
        counts[0],
        counts[1],
        counts[2],
        counts[3],
        counts[4],
        times[total / 2],
        times[total * 99 / 100],
        times[total - 1],
        mega(memory),
        mega(peak),
        grammar.len(),
    );
    if let Some(at) = flag("--chat") {
        let text = std::fs::read_to_string(&args[at + 1]).unwrap();
        let (mut taken, mut times) = (0, Vec::new());
        for line in text.lines() {
            let begin = cpu();
            let found = grammar.parse(&cases.homes[0], &Context::default(), line);
            times.push(cpu() - begin);
            if let Some(found) = found {
                taken += 1;
                println!(
                    "{line} → {} {:?} {} {}",
                    found.intent, found.slots, found.score, found.template
                );
            }
        }
        times.sort();
        let n = times.len();
        println!(
            "chit-chat: {taken} of {n} taken; p50 {:?}, p99 {:?}",
            times[n / 2],
            times[n * 99 / 100]
        );
    }
}
