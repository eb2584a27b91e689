//! Transcripts of recordings that differ from those of a good microphone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::time::Duration;

use sayso_tests::channels::{KINDS, Kind, interleaved, scaled};
use sayso_tests::wer::Wer;
use sayso_tests::{data, json, sayso};

/// The samples of a recording of `tests/data`, 16 kHz mono.
fn samples(path: &str) -> Vec<f32> {
    sayso_audio_io::read_all(data(path), Duration::from_secs(60)).expect("reads").samples
}

/// What is said in it.
fn transcript(path: &str) -> String {
    let all = sayso_tests::recordings();
    let found = all.into_iter().find(|recording| recording.path == data(path));
    found.expect("in the manifest").transcript
}

fn wav(path: &Path, channels: &[Vec<f32>]) {
    let spec = hound::WavSpec {
        channels: channels.len() as u16,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut out = hound::WavWriter::create(path, spec).expect("wav");
    for sample in interleaved(channels) {
        out.write_sample((sample * 32_767.0) as i16).expect("sample");
    }
    out.finalize().expect("wav");
}

/// The voice is made this much quieter, so that noise louder than it does not clip.
const QUIET: f32 = 0.25;

#[test]
fn channels_of_any_kind_are_mixed_to_one_voice() {
    const CLIPS: [&str; 6] = [
        "commands-misc-en/gdo_audio.flac",
        "commands-misc-en/rh3_what_time_is_it.flac",
        "commands-misc-en/rh3_turn_on_the_lamp.flac",
        "ljspeech/LJ001-0002.flac",
        "ljspeech/LJ001-0005.flac",
        "librispeech/1998-15444-0003.flac",
    ];
    let folder = tempfile::tempdir().expect("folder");
    let mut command = sayso();
    command.args(["transcribe", "--json"]);
    for (number_of_kind, kind) in KINDS.iter().enumerate() {
        for (number, clip) in CLIPS.iter().enumerate() {
            let path = folder.path().join(format!("{number_of_kind}-{number}.wav"));
            wav(&path, &(kind.make)(&scaled(&samples(clip), QUIET), number as u64 + 1));
            command.arg(path);
        }
    }
    let lines = json(&mut command);
    assert_eq!(lines.len(), KINDS.len() * CLIPS.len());
    let texts: Vec<String> = CLIPS.iter().map(|clip| transcript(clip)).collect();
    let mut rates = Vec::new();
    for (kind, lines) in KINDS.iter().zip(lines.chunks(CLIPS.len())) {
        let mut wer = Wer::default();
        for (line, text) in lines.iter().zip(&texts) {
            wer += Wer::of(text, line["text"].as_str().expect("text"));
        }
        println!("{}: {wer}", kind.name);
        rates.push(wer);
    }
    for (Kind { name, .. }, wer) in KINDS.iter().zip(&rates) {
        let more = if name.starts_with("hiss") { 8.0 } else { 4.0 };
        assert!(wer.percent() <= rates[0].percent() + more, "{name}: {wer}, mono {}", rates[0]);
    }
}

/// The clips joined, with this much quiet between them (in s), and all but the first amplified.
fn joined(clips: &[&str], quiet: f32, gain: f32) -> Vec<f32> {
    let between = vec![0.0; (quiet * 16_000.0) as usize];
    let gains = std::iter::once(1.0).chain(std::iter::repeat(gain));
    let sounds = clips.iter().zip(gains).map(|(clip, gain)| scaled(&samples(clip), gain));
    sounds.flat_map(|sound| [sound, between.clone()].concat()).collect()
}

#[test]
fn words_said_again_are_transcribed_again() {
    const A: &str = "ljspeech/LJ001-0002.flac";
    const B: &str = "commands-misc-en/rh3_turn_on_the_lamp.flac";
    const C: &str = "commands-misc-en/gdo_audio.flac";
    const D: &str = "commands-misc-en/rh3_what_time_is_it.flac";
    // Recordings, the quiet between them, and how much louder all but the first are.
    let joints: [(&[&str], f32, f32); 18] = [
        (&[A, A, A], 0.3, 1.0),
        (&[B, B, B, B, B, B], 0.2, 1.0),
        // One and then another several times, or the other way round.
        (&[C, B, B, B], 0.3, 1.0),
        (&[A, C, C, C, C], 0.5, 1.0),
        (&[A, D, D, D], 0.4, 1.0),
        (&[C, D, D, D], 0.4, 1.0),
        (&[D, D, D, A], 0.4, 1.0),
        (&[D, D, D, B], 0.4, 1.0),
        (&[D, D, D, C], 0.4, 1.0),
        (&[C, C, C, A], 0.4, 1.0),
        (&[C, B, B, B], 0.4, 0.2),
        (&[C, D, D, D], 0.4, 0.3),
        // Two in turn.
        (&[B, C, B, C, B, C], 0.2, 1.0),
        (&[B, C, B, C, B, C], 0.3, 1.0),
        (&[B, C, B, C, B, C], 0.8, 1.0),
        (&[C, B, C, B, C, B], 0.4, 1.0),
        (&[A, D, A, D, A, D], 0.4, 1.0),
        (&[C, D, C, D, C, D], 0.4, 1.0),
    ];
    let counted = [
        "One. Two. Three. Four. Five. Six. Seven. Eight.",
        "One two, one two, one two, one two.",
        "Ten, nine, eight, seven, six, five, four, three, two, one, zero.",
        "Twenty one, twenty two, twenty three, twenty four, twenty five, twenty six.",
        "The kettle is on. Please close the window. Please close the window. \
         Please close the window.",
    ];
    let folder = tempfile::tempdir().expect("folder");
    let mut command = sayso();
    command.args(["transcribe", "--json"]);
    let mut due = Vec::new();
    let mut hear = |text: String| {
        due.push(text);
        let path = folder.path().join(format!("{}.wav", due.len()));
        command.arg(&path);
        path
    };
    for (clips, quiet, gain) in joints {
        let text = clips.iter().map(|clip| transcript(clip)).collect::<Vec<_>>().join(" ");
        wav(&hear(text), &[joined(clips, quiet, gain)]);
    }
    for text in counted {
        json(sayso().args(["say", "--json", text, "-o"]).arg(hear(text.to_owned())));
    }
    let mut all = Wer::default();
    for (line, due) in json(&mut command).iter().zip(&due) {
        let text = line["text"].as_str().expect("text");
        let wer = Wer::of(due, text);
        println!("{wer}: {text}");
        assert_eq!(line["rejected"], serde_json::Value::Null, "{line}");
        // The bridge is misheard each time; a repetition that was dropped would cost half.
        assert!(wer.percent() <= 35.0, "{wer}: {text}");
        all += wer;
    }
    println!("all: {all}");
    assert!(all.percent() <= 15.0, "{all}");
}
