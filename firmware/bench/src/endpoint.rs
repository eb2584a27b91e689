//! `sayso bench endpoint`: how many fewer people are cut off if the assistant waits longer?
//!
//! Every pause within an utterance is a chance to cut the speaker off. A policy decides which
//! silence is the end. Two figures rate it: the share of pauses at which it ends the turn too
//! early, and how long after the true end of the speech it ends the turn. A fixed hangover trades
//! one for the other; a policy is good if it lies below the line of the fixed hangovers.

mod policy;
mod simulate;

use std::path::PathBuf;

use clap::Args;
use sayso::internals::hangover::HangoverPolicy;
use sayso::{Engines, Result, Stop};
use sayso_core::audio::Samples;

use super::figures::{Figures, Sheet};
use super::questions::Choice;
use crate::{Host, term};
use policy::{Adaptive, Fixed, Policy, Witnesses};
use simulate::{Outcome, Recording, simulate};

/// The fixed hangovers compared, in ms. No assistant waits longer than a second: the longer ones
/// extend the line down to few cut-offs.
const HANGOVERS_MS: [u32; 11] = [200, 300, 400, 500, 600, 700, 800, 900, 1000, 1250, 1500];

/// How long the assistant's policy waits after an utterance that both sounds and reads complete,
/// in ms; these values give its line. The other two waits are moved by the same amount.
const SHORT_MS: [u32; 6] = [200, 260, 320, 400, 500, 700];

/// How long the end-of-turn model and the recogniser take on two cores, in ms.
const WITNESSES_TAKE: Samples = Samples::from_ms(200);

/// The share of pauses cut off at which latencies are compared.
const SHARE: f64 = 0.05;

/// The latencies at which the share of cut-offs is compared, in ms.
const LATENCIES_MS: [f64; 2] = [300.0, 600.0];

/// Measure how often people are cut off at a pause, and how long the wait at the end is.
///
/// On a virtual clock, for fixed hangovers from 200 ms up, and for the assistant's own policy with
/// the current settings and with others near them. More recordings have more pauses: --data takes
/// any folder, and may be repeated.
#[derive(Args, Default)]
pub struct Endpoint {
    #[command(flatten)]
    choice: Choice,
    /// Print one JSON object per line
    #[arg(long)]
    json: bool,
}

/// A policy with one setting, and its result.
struct Point {
    name: String,
    outcome: Outcome,
}

/// A policy with each of its settings.
struct Line {
    name: &'static str,
    points: Vec<Point>,
}

impl Endpoint {
    /// As without other options, with the recordings of these folders or the usual one.
    pub fn new(data: &[PathBuf], json: bool) -> Self {
        Self { choice: Choice::default().of(data), json }
    }

    pub fn run(&self, host: &Host, stop: &Stop) -> Result<()> {
        let config = host.settings()?;
        let questions = self.choice.load()?;
        let mut vad = Engines::load_vad(&config)?;
        let progress = term::Progress::new(questions.len() as u64, "");
        let mut recordings = Vec::new();
        for (done, question) in questions.iter().enumerate() {
            progress.at(done as u64, &question.name);
            recordings.push(Recording::new(question, vad.as_mut())?);
            if stop.is_stopped() {
                break;
            }
        }
        drop(progress);
        let base = sayso::internals::assistant::endpoint_config(&config.turn);
        let point = |name: String, policy: &mut dyn Policy| -> Result<Point> {
            let mut outcome = Outcome::default();
            for recording in &recordings {
                outcome.add(simulate(recording, policy, base)?, recording);
            }
            Ok(Point { name, outcome })
        };
        let mut fixed = Line { name: "fixed hangover", points: Vec::new() };
        for ms in HANGOVERS_MS {
            let mut policy = Fixed(Samples::from_ms(ms.into()));
            fixed.points.push(point(format!("fixed {ms} ms"), &mut policy)?);
        }
        let mut engines = Engines::load(&config)?;
        let mut witnesses = Witnesses::new(&mut engines);
        let policy = sayso::internals::assistant::hangover_policy(&config.turn);
        let mut adaptive = Line { name: "adaptive", points: Vec::new() };
        let mut shorts = SHORT_MS.map(|ms| Samples::from_ms(ms.into())).to_vec();
        shorts.push(policy.short);
        for (n, short) in shorts.iter().copied().enumerate() {
            let policy = HangoverPolicy {
                short,
                normal: policy.normal + short - policy.short,
                long: policy.long.max(short),
                ..policy
            };
            let mut policy = Adaptive {
                witnesses: &mut witnesses,
                policy,
                asked: base.may_end,
                takes: WITNESSES_TAKE,
            };
            let set = if n == SHORT_MS.len() { " default" } else { "" };
            let name = format!("adaptive {} ms{set}", short.as_ms());
            adaptive.points.push(point(name, &mut policy)?);
        }
        let lines = [fixed, adaptive];
        if self.json {
            self.print_json(&lines, &recordings);
        } else {
            print_table(&lines, &recordings);
        }
        Ok(())
    }

    fn print_json(&self, lines: &[Line], recordings: &[Recording<'_>]) {
        for line in lines {
            for Point { name, outcome } in &line.points {
                let sheet = Sheet::new("endpoint")
                    .label("policy", name)
                    .count("recordings", recordings.len() as u64)
                    .count("pauses", outcome.pauses)
                    .count("cutoffs", outcome.cut_off)
                    .value("cutoff_share", outcome.share())
                    .count("cutoffs_elsewhere", outcome.elsewhere)
                    .count("never_ended", outcome.never)
                    .with(outcome.latency.clone());
                println!("{}", sheet.json());
            }
            if line.points.len() > 1 {
                let mut sheet = Sheet::new("endpoint").label("line", line.name);
                if let Some(ms) = line.latency_at(SHARE) {
                    sheet = sheet.value("latency_at_5_percent_cutoffs_ms", ms);
                }
                for ms in LATENCIES_MS {
                    if let Some(share) = line.share_at(ms) {
                        sheet = sheet.value(format!("cutoff_share_at_{ms:.0}_ms"), share);
                    }
                }
                println!("{}", sheet.json());
            }
        }
    }
}

fn print_table(lines: &[Line], recordings: &[Recording<'_>]) {
    let pauses: usize = recordings.iter().map(|recording| recording.pauses()).sum();
    println!(
        "endpoint: {} recordings, {pauses} pauses of 200 ms and more within the speech",
        recordings.len()
    );
    let (share, latency) = ("pauses cut off", "true end to ended, ms");
    println!("  {:<22}{share:>15}{:>11}  {latency}", "", "");
    println!(
        "  {:<22}{:>7}{:>8}{:>11}{:>7}{:>7}{:>7}{:>7}",
        "policy", "count", "share", "elsewhere", "p50", "p95", "p99", "never"
    );
    for Point { name, outcome } in lines.iter().flat_map(|line| &line.points) {
        print!(
            "  {name:<22}{:>7}{:>7.1}%{:>11}",
            outcome.cut_off,
            outcome.share() * 100.0,
            outcome.elsewhere
        );
        for p in [0.5, 0.95, 0.99] {
            print!("{:>7.0}", outcome.latency.percentile(p).unwrap_or(f64::NAN));
        }
        println!("{:>7}", outcome.never);
    }
    println!();
    for line in lines.iter().filter(|line| line.points.len() > 1) {
        println!("  {}, interpolated:", line.name);
        match line.latency_at(SHARE) {
            Some(ms) => println!("    latency at 5 % cut-offs{ms:>12.0} ms"),
            None => println!("    latency at 5 % cut-offs   out of range"),
        }
        for ms in LATENCIES_MS {
            match line.share_at(ms) {
                Some(share) => println!("    cut-offs at {ms:.0} ms{:>17.1} %", share * 100.0),
                None => println!("    cut-offs at {ms:.0} ms     out of range"),
            }
        }
    }
    println!();
}

impl Line {
    /// Pairs of median latency in ms and share of pauses cut off, by latency.
    fn curve(&self) -> Vec<(f64, f64)> {
        let point =
            |point: &Point| Some((point.outcome.latency.percentile(0.5)?, point.outcome.share()));
        let mut curve: Vec<(f64, f64)> = self.points.iter().filter_map(point).collect();
        curve.sort_by(|a, b| a.0.total_cmp(&b.0));
        curve
    }

    /// The share of pauses cut off at a median latency of `ms`.
    fn share_at(&self, ms: f64) -> Option<f64> {
        interpolate(&self.curve(), ms)
    }

    /// The median latency at which this share of pauses is cut off.
    fn latency_at(&self, share: f64) -> Option<f64> {
        let mut turned: Vec<(f64, f64)> = self.curve().into_iter().map(|(a, b)| (b, a)).collect();
        turned.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)));
        interpolate(&turned, share)
    }
}

/// The value at `x` of the line through `points`, which are sorted by x.
fn interpolate(points: &[(f64, f64)], x: f64) -> Option<f64> {
    points.windows(2).find_map(|pair| {
        let ((x0, y0), (x1, y1)) = (*pair.first()?, *pair.last()?);
        let share = if x1 > x0 { (x - x0) / (x1 - x0) } else { 0.0 };
        (x0..=x1).contains(&x).then_some(y0 + share * (y1 - y0))
    })
}

impl Default for Outcome {
    fn default() -> Self {
        Self {
            pauses: 0,
            cut_off: 0,
            elsewhere: 0,
            never: 0,
            latency: Figures::new("end_to_ended_ms"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_interpolated_between_points() {
        let point = |latency: f64, cut_off: u64| {
            let mut outcome = Outcome { pauses: 100, cut_off, ..Outcome::default() };
            outcome.latency.push(latency);
            Point { name: String::new(), outcome }
        };
        let line =
            Line { name: "x", points: vec![point(800.0, 2), point(200.0, 40), point(500.0, 8)] };
        let share = line.share_at(350.0).expect("between 200 and 500 ms");
        assert!((share - 0.24).abs() < 1e-9, "{share}");
        assert_eq!(line.share_at(100.0), None);
        let latency = line.latency_at(0.05).expect("between 2 and 8 %");
        assert!((latency - 650.0).abs() < 1e-9, "{latency}");
        assert_eq!(line.latency_at(0.01), None);
    }
}
