//! Voice-to-voice latency through PulseAudio, on one recording of both sides.
//!
//! `cargo run --release -p sayso-tests --example turns_by_pulse -- 12 --profile small`: asks the
//! first 12 questions of tests/data/turns.tsv, and starts `sayso run` with the remaining
//! arguments.

use std::process::ExitCode;

use sayso_tests::turns;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (few, rest) = match arguments.split_first() {
        Some((few, rest)) => (few.parse().unwrap_or(0), rest),
        None => (12, &arguments[..]),
    };
    if few == 0 {
        eprintln!("usage: turns_by_pulse [HOW_MANY [ARGUMENTS OF sayso run…]]");
        return ExitCode::FAILURE;
    }
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    let measured = match turns::measure(&turns::questions(few), &rest) {
        Ok(measured) => measured,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    for turn in &measured {
        let ms = match turn.voice_to_voice_ms {
            _ if turn.cut_off => "cut off".into(),
            Some(ms) => format!("{ms:.0} ms"),
            None => "no answer".into(),
        };
        let inside = turn.inside_ms.map_or("-".into(), |ms| format!("{ms:.0} ms"));
        println!("{ms:>10}  {inside:>10}  {:<48} {}", turn.question, turn.transcript);
    }
    let whole = measured.iter().filter(|turn| turn.voice_to_voice_ms.is_some()).count();
    for (name, times) in [
        ("voice to voice", measured.iter().map(|turn| turn.voice_to_voice_ms).collect()),
        ("the same by its own clock", measured.iter().map(|turn| turn.inside_ms).collect()),
    ] {
        let (p50, p95) = percentiles(times);
        println!("{name}: p50 {p50:.0} ms, p95 {p95:.0} ms");
    }
    println!(
        "{whole} of {} answered whole, {} cut off",
        measured.len(),
        measured.iter().filter(|turn| turn.cut_off).count()
    );
    ExitCode::SUCCESS
}

/// The median and the 95th percentile, by nearest rank.
fn percentiles(times: Vec<Option<f64>>) -> (f64, f64) {
    let mut all: Vec<f64> = times.into_iter().flatten().collect();
    all.sort_by(f64::total_cmp);
    let share = |p: f64| {
        let rank = (p * all.len() as f64).ceil() as usize;
        all.get(rank.clamp(1, all.len().max(1)) - 1).copied().unwrap_or(f64::NAN)
    };
    (share(0.5), share(0.95))
}
