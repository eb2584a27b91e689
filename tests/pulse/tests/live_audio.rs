//! The desktop board on a real audio server, in real time.

#![allow(clippy::unwrap_used, clippy::panic)] // This file holds test helpers too.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use sayso_audio_io::{WavWriter, read_all};
use sayso_board::CAPTURE_RATE;
use sayso_pulse::{Device, Pulse, RECORDING_RATE, find};
use serde_json::Value;

const MINUTE: Duration = Duration::from_secs(60);

/// A person's question, as samples at 16 kHz and as a WAV file.
fn question(folder: &Path) -> (Vec<f32>, PathBuf) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../data/commands-misc-en/rh3_what_time_is_it.flac");
    let samples = read_all(source, MINUTE).unwrap().samples;
    let path = folder.join("question.wav");
    let mut writer = WavWriter::create(&path, CAPTURE_RATE, 1).unwrap();
    writer.write(&samples).unwrap();
    writer.finish().unwrap();
    (samples, path)
}

/// The program under test, with both its devices open.
struct Loopback {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
    recording: PathBuf,
}

impl Loopback {
    fn start(pulse: &Pulse, folder: &Path, seconds: f64, more: &[&str]) -> Self {
        let recording = folder.join("recording.wav");
        let mut child = pulse
            .command(env!("CARGO_BIN_EXE_loopback"))
            .arg(seconds.to_string())
            .arg(&recording)
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        if !line.contains("ready") {
            let mut error = String::new();
            child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
            panic!("the devices did not open: {line}{error}");
        }
        Self { child, output, recording }
    }

    /// Waits for the end: returns the counts and the recording.
    fn finish(mut self) -> (Value, Vec<f32>) {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(self.child.wait().unwrap().success(), "{said}");
        eprintln!("{line}{said}");
        let counts = serde_json::from_str(&line).unwrap();
        (counts, read_all(&self.recording, MINUTE).unwrap().samples)
    }
}

fn number(counts: &Value, path: &str) -> f64 {
    counts.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("no {path} in {counts}"))
}

/// Asserts that the recorded samples match the wall clock, to 5 %.
fn assert_clock(counts: &Value) {
    let ratio = number(counts, "/heard") / f64::from(CAPTURE_RATE) / number(counts, "/elapsed");
    assert!((0.95..1.05).contains(&ratio), "the sample clock ran at {ratio} of real time");
}

#[test]
fn the_microphone_is_recorded_and_the_loudspeaker_plays() {
    let pulse = Pulse::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (samples, wav) = question(folder.path());
    let recorder = pulse.record().unwrap();
    let play = wav.to_str().unwrap();
    let loopback = Loopback::start(&pulse, folder.path(), 6.0, &["--play", play]);
    pulse.speak(&wav).unwrap();
    let (counts, heard) = loopback.finish();
    let sounded = recorder.stop().unwrap();

    for path in ["/microphone/dropped", "/microphone/missing", "/loudspeaker/missing"] {
        assert_eq!(number(&counts, path), 0.0, "{path}");
    }
    assert_clock(&counts);
    let (at, fit) = find(&samples, &heard);
    assert!(fit >= 0.8, "the question is not in the recording: {fit:.2} at {at}");
    let (at, fit) = find(&samples, &sounded);
    assert!(fit >= 0.8, "the sound did not come out: {fit:.2} at {at}");
    // All samples were played, exactly (at 24 kHz), and reported as played.
    assert_eq!(number(&counts, "/played"), (samples.len() as f64 * 1.5).round());
    assert_eq!(number(&counts, "/queued"), 0.0);
}

#[test]
fn a_stop_is_immediate_and_counted_to_the_sample() {
    let pulse = Pulse::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tone.wav");
    let tone: Vec<f32> = (0..10 * 16_000).map(|n| 0.5 * (n as f32 * 0.3).sin()).collect();
    let mut writer = WavWriter::create(&path, CAPTURE_RATE, 1).unwrap();
    writer.write(&tone).unwrap();
    writer.finish().unwrap();

    let recorder = pulse.record().unwrap();
    let options = ["--play", path.to_str().unwrap(), "--stop-after", "1.5"];
    let (counts, _) = Loopback::start(&pulse, folder.path(), 4.0, &options).finish();
    let sounded = recorder.stop().unwrap();

    let (played, dropped) = (number(&counts, "/played"), number(&counts, "/stopped"));
    assert_eq!(played + dropped, 240_000.0, "every sample is played or dropped");
    assert_eq!(number(&counts, "/queued"), 0.0);
    let loud = sounded.iter().filter(|x| x.abs() > 0.01).count() as f64;
    let seconds = loud / f64::from(RECORDING_RATE);
    // A sine is above 0.01 for all but 1.3 % of the time.
    assert!((seconds - played / 24_000.0).abs() < 0.05, "{seconds} s sounded, {played} played");
    assert!((1.2..1.8).contains(&seconds), "{seconds} s sounded");
}

#[test]
fn the_reference_is_aligned_with_its_echo() {
    let pulse = Pulse::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (samples, wav) = question(folder.path());
    // Said twice, with a pause between.
    let twice = [samples.clone(), vec![0.0; 16_000], samples.clone()].concat();
    let mut writer = WavWriter::create(&wav, CAPTURE_RATE, 1).unwrap();
    writer.write(&[vec![0.0; 32_000], twice].concat()).unwrap();
    writer.finish().unwrap();
    let reference = folder.path().join("reference.wav");
    // The microphone hears the loudspeaker, and nothing else.
    let options = [
        ["--play", wav.to_str().unwrap()],
        ["--reference", reference.to_str().unwrap()],
        ["--input", "speaker.monitor"],
    ];
    let loopback = Loopback::start(&pulse, folder.path(), 9.0, &options.concat());
    let (counts, heard) = loopback.finish();
    let played = read_all(&reference, MINUTE).unwrap().samples;
    assert_eq!(heard.len(), played.len(), "sample for sample");

    let places = |sound: &[f32]| {
        let (at, fit) = find(&samples, &sound[..sound.len().min(80_000)]);
        let rest = at + samples.len();
        let (again, fit_again) = find(&samples, &sound[rest..]);
        assert!(fit.min(fit_again) > 0.8, "not found: {fit:.2}, {fit_again:.2}");
        [at, rest + again]
    };
    let (heard, played) = (places(&heard), places(&played));
    eprintln!("heard at {heard:?}, played at {played:?}");
    for (heard, played) in heard.iter().zip(played) {
        // The echo is never early, and not later than a canceller can handle.
        assert!((played..played + 6_400).contains(heard), "{heard} for {played}");
    }
    // Its place changes only by the clocks' drift and a late callback.
    let moved = (heard[1] - played[1]).abs_diff(heard[0] - played[0]);
    assert!(moved < 800, "the echo moved by {moved} samples: {counts}");
}

#[test]
fn after_devices_vanish_and_return_the_clock_is_still_right() {
    let pulse = Pulse::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (samples, wav) = question(folder.path());
    let options = ["--input", "mic", "--output", "Virtual loudspeaker"];
    let loopback = Loopback::start(&pulse, folder.path(), 12.0, &options);
    std::thread::sleep(Duration::from_secs(1));
    pulse.disconnect(Device::Microphone).unwrap();
    pulse.disconnect(Device::Loudspeaker).unwrap();
    std::thread::sleep(Duration::from_secs(2));
    pulse.connect(Device::Loudspeaker).unwrap();
    pulse.connect(Device::Microphone).unwrap();
    std::thread::sleep(Duration::from_secs(4));
    pulse.speak(&wav).unwrap();
    let (counts, heard) = loopback.finish();

    assert!(number(&counts, "/microphone/reopened") >= 1.0);
    assert!(number(&counts, "/loudspeaker/reopened") >= 1.0);
    let missing = number(&counts, "/microphone/missing") / f64::from(CAPTURE_RATE);
    assert!((1.5..8.0).contains(&missing), "{missing} s missing");
    assert_clock(&counts);
    let (at, fit) = find(&samples, &heard);
    assert!(fit >= 0.8, "nothing is heard after the return: {fit:.2} at {at}");
}

#[test]
fn devices_are_listed_and_a_wrong_name_is_refused() {
    let pulse = Pulse::start().unwrap();
    let run = |arguments: &[&str]| {
        pulse.command(env!("CARGO_BIN_EXE_loopback")).args(arguments).output().unwrap()
    };
    let output = run(&["--list"]);
    let list = String::from_utf8(output.stdout).unwrap();
    let devices: Vec<Value> =
        list.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let device = |id: &str| devices.iter().find(|device| device["id"] == id).unwrap();
    assert_eq!(device("mic")["default_input"], true, "{list}");
    assert_eq!(device("speaker")["default_output"], true, "{list}");
    assert_eq!(device("speaker")["name"], "Virtual loudspeaker", "{list}");
    assert!(device("mic")["input"][0].as_u64().unwrap() >= 8_000, "{list}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "the sound library is kept quiet");

    let output = run(&["1", "/dev/null", "--input", "no such thing"]);
    assert!(!output.status.success());
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("no such thing") && error.contains("mic_sink.monitor"), "{error}");
}
