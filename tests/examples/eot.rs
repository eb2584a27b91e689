//! How well Smart Turn distinguishes finished from unfinished utterances, on recorded speech.
//!
//! ```sh
//! cargo run --release -p sayso-tests --example eot -- [SPEECH_FOLDER [POSITIONS [SECONDS]]]
//! ```
//!
//! Asks about each moment in `tests/golden/eot.tsv` a given time after speech ended, as an
//! assistant would. The sound after the moment is the recording while it is quiet, and then the
//! quietest stretch of the recording.
//!
//! Recordings that are not in the folder (`tests/data` holds a part) are left out and counted.
//! `POSITIONS` is how many positions of silence are treated as one (`SmartTurn::grouped`).
//! `SECONDS` is how much of the end is heard (`SmartTurn::hearing`). Both have defaults.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../models/tests/common/moments.rs"]
mod moments;

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use sayso_models::Cancel;
use sayso_models::eot::{EndOfTurn, SmartTurn};

use moments::{Kind, REFERENCE_PAUSE, heard, table};

/// The lengths of silence after the end of speech at which the model is asked, in ms.
const PAUSES: [usize; 8] = [0, 32, 64, 96, 128, 192, 320, 512];
const THRESHOLDS: [f32; 4] = [0.3, 0.5, 0.7, 0.9];
/// Folders with speech to machines; the others hold books read aloud.
const COMMANDS: [&str; 3] = ["commands-misc-en", "s2i-coffee", "asterisk-en"];

fn main() {
    let mut args = std::env::args().skip(1);
    let folder: PathBuf = args
        .next()
        .unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data").into())
        .into();
    let path = sayso_store::default_dir().join("smart-turn-v3").join("smart-turn-v3.2-cpu.onnx");
    let mut eot = SmartTurn::load(&path).expect("the model: `sayso models fetch smart-turn-v3`");
    if let Some(positions) = args.next() {
        eot = eot.grouped(positions.parse().expect("a number of positions"));
    }
    if let Some(seconds) = args.next() {
        eot = eot.hearing(seconds.parse().expect("a number of seconds"));
    }

    let mut recordings: HashMap<&str, Vec<f32>> = HashMap::new();
    let (mut moments, mut missing) = (Vec::new(), 0);
    for moment in table() {
        let file = folder.join(moment.clip);
        if !file.is_file() {
            missing += 1;
            continue;
        }
        recordings.entry(moment.clip).or_insert_with(|| {
            sayso_audio_io::read_all(&file, Duration::from_secs(60)).expect("a recording").samples
        });
        moments.push(moment);
    }
    println!("{} moments; {missing} are not in {}", moments.len(), folder.display());

    let mut scores: Vec<Vec<f32>> = Vec::new();
    let mut times: Vec<(usize, f64)> = Vec::new();
    for pause in PAUSES {
        let asked = moments.iter().map(|moment| {
            let audio = heard(&recordings[moment.clip], moment, pause);
            let start = Instant::now();
            let score = eot.completeness(&audio, 1, &Cancel::new()).expect("a score");
            times.push((audio.len(), start.elapsed().as_secs_f64() * 1000.0));
            score
        });
        scores.push(asked.collect());
    }

    let int8: Vec<f32> = moments.iter().map(|m| m.int8).collect();
    let reference: Vec<f32> = moments.iter().map(|m| m.f32).collect();
    for (name, commands) in [("commands", true), ("read aloud", false)] {
        let chosen: Vec<usize> = (0..moments.len())
            .filter(|&i| COMMANDS.iter().any(|f| moments[i].clip.starts_with(f)) == commands)
            .collect();
        let print = |name: &str, scores: &[f32]| {
            let of = |kind: Kind| -> Vec<f32> {
                let those = chosen.iter().filter(|&&i| moments[i].kind == kind);
                those.map(|&i| scores[i]).collect()
            };
            report(name, &of(Kind::Complete), &of(Kind::Pause), &of(Kind::Word));
        };
        let count = |kind: Kind| chosen.iter().filter(|&&i| moments[i].kind == kind).count();
        println!(
            "\n{name}: {} complete, {} pauses, {} cuts",
            count(Kind::Complete),
            count(Kind::Pause),
            count(Kind::Word)
        );
        print!("{:22} {:12}", "% judged rightly", "  ROC area");
        THRESHOLDS.iter().for_each(|t| print!("{:>14}", format!("at {t:.1}")));
        println!("\n{:22} {:>6}{:>6}{}", "", "pause", "cut", "  comp pau cut".repeat(4));
        print(&format!("reference, int8, {REFERENCE_PAUSE}"), &int8);
        print(&format!("reference, f32, {REFERENCE_PAUSE}"), &reference);
        for (pause, scores) in PAUSES.iter().zip(&scores) {
            print(&format!("after {pause} ms"), scores);
        }
    }
    for (pause, scores) in PAUSES.iter().zip(&scores).filter(|(p, _)| **p == REFERENCE_PAUSE) {
        let off: f32 = scores.iter().zip(&reference).map(|(a, b)| (a - b).abs()).sum();
        println!("\nmean difference to f32 after {pause} ms: {:.3}", off / scores.len() as f32);
    }
    println!("\nmilliseconds a question, by what was said so far:");
    for (from, to) in [(0, 2), (2, 4), (4, 6), (6, 8), (8, 60)] {
        let range = from * 16_000..to * 16_000;
        let mut here: Vec<f64> =
            times.iter().filter(|(len, _)| range.contains(len)).map(|(_, ms)| *ms).collect();
        here.sort_by(f64::total_cmp);
        if let Some(least) = here.first() {
            println!("  {from} to {to} s: least {least:.0}, median {:.0}", here[here.len() / 2]);
        }
    }
}

/// Prints a line: the areas under the ROC curves (how often a complete utterance has a higher score
/// than an incomplete one), and the shares that are judged correctly at each threshold. A complete
/// utterance is judged correctly at or above the threshold, an incomplete one below it.
fn report(name: &str, complete: &[f32], pause: &[f32], word: &[f32]) {
    let percent = |scores: &[f32], right: &dyn Fn(f32) -> bool| {
        100.0 * scores.iter().filter(|s| right(**s)).count() as f32 / scores.len() as f32
    };
    let area = |incomplete: &[f32]| {
        let wins: f32 = complete
            .iter()
            .flat_map(|c| incomplete.iter().map(move |i| (c, i)))
            .map(|(c, i)| if c > i { 1.0 } else { f32::from(u8::from(c == i)) / 2.0 })
            .sum();
        wins / (complete.len() * incomplete.len()) as f32
    };
    print!("{name:22} {:6.3}{:6.3}", area(pause), area(word));
    for threshold in THRESHOLDS {
        let right = percent(complete, &|s| s >= threshold);
        let below = |scores: &[f32]| percent(scores, &|s| s < threshold);
        print!("{right:6.0}{:4.0}{:4.0}", below(pause), below(word));
    }
    println!();
}
