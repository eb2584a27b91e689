//! Word error rates of the whole program: for people, and for its own voice.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Command;

use sayso_tests::wer::Wer;
use sayso_tests::{Recording, further, json, recordings, sayso};

fn transcribed(mut command: Command) -> Vec<String> {
    json(&mut command).iter().map(|line| line["text"].as_str().expect("text").to_owned()).collect()
}

#[test]
fn people_are_understood() {
    let total = word_error_rate(recordings());
    assert!(total.words > 800, "{total}");
    // Measured 2026-11 (BENCHMARKS.md), with a margin.
    assert!(total.percent() < 12.0, "{total}");
    // Whatever these recordings are, most of their words are understood.
    let further = word_error_rate(further());
    assert!(further.percent() < 50.0, "{further}");
}

/// The word error rate of the English ones; prints it by category.
fn word_error_rate(mut set: Vec<Recording>) -> Wer {
    set.retain(Recording::is_english);
    if set.is_empty() {
        return Wer::default();
    }
    let mut command = sayso();
    command.args(["transcribe", "--json"]).args(set.iter().map(|r| &r.path));
    let texts = transcribed(command);
    assert_eq!(texts.len(), set.len());
    let mut total = Wer::default();
    let mut folders: Vec<(String, Wer)> = Vec::new();
    for (recording, text) in set.iter().zip(&texts) {
        let wer = Wer::of(&recording.transcript, text);
        total += wer;
        match folders.iter_mut().find(|(name, _)| *name == recording.category) {
            Some((_, sum)) => *sum += wer,
            None => folders.push((recording.category.clone(), wer)),
        }
    }
    for (name, wer) in &folders {
        println!("{name:<20} {wer}");
    }
    println!("{:<20} {total}", "all");
    total
}

/// Sentences as in replies, with numbers, times and units.
const SENTENCES: [&str; 30] = [
    "The Brooklyn Bridge was opened in 1883.",
    "It is half past nine in the morning.",
    "The train leaves at 2:30 pm.",
    "It will be 21 degrees tomorrow, with a little rain.",
    "The capital of France is Paris.",
    "I have set a timer for ten minutes.",
    "You have three appointments today.",
    "The meeting is on May 5, 2026.",
    "That costs $3.50.",
    "The distance is about 42 kilometers.",
    "Dr. Smith will see you on Monday.",
    "The battery is at 85%.",
    "Turn left after the bridge and keep going straight.",
    "I am sorry, I did not understand that.",
    "The kitchen light is on now.",
    "Water boils at one hundred degrees.",
    "The speed limit here is 50 km/h.",
    "There are 365 days in a year.",
    "My favorite color is blue.",
    "The museum opens at ten and closes at six.",
    "Please close the window before you leave.",
    "She was born on the 3rd of March.",
    "The recipe needs 250 grams of flour.",
    "Two plus two is four.",
    "The next bus comes in seven minutes.",
    "He won the race by 1.5 seconds.",
    "The story begins in a small village by the sea.",
    "Your package will arrive on Thursday afternoon.",
    "The tower is 324 meters tall.",
    "Good night, and sleep well.",
];

#[test]
fn its_own_voice_is_understood() {
    let folder = tempfile::tempdir().expect("folder");
    let mut command = sayso();
    command.args(["transcribe", "--json"]);
    for (n, sentence) in SENTENCES.iter().enumerate() {
        let file = folder.path().join(format!("{n:02}.wav"));
        let said = json(sayso().args(["say", "--json", "-o"]).arg(&file).arg(sentence));
        assert!(said[0]["duration_s"].as_f64().expect("duration") > 0.5, "{sentence}");
        command.arg(file);
    }
    let mut total = Wer::default();
    for (sentence, text) in SENTENCES.iter().zip(transcribed(command)) {
        let wer = Wer::of(sentence, &text);
        if wer.errors > 0 {
            println!("{} errors: {sentence} | {text}", wer.errors);
        }
        total += wer;
    }
    println!("round trip: {total}");
    assert!(total.percent() < 8.0, "{total}");
}
