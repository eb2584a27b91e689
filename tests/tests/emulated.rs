//! The whole way: a recorded question into the microphone of a satellite under QEMU,
//! over its link to the assistant with the real models, and the answer out of the
//! satellite's loudspeaker.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use sayso_emulated::{Emulator, Wire};
use sayso_tests::wer::Wer;
use sayso_tests::{data, json, sayso};
use serde_json::Value;

const QUESTION: &str = "commands-misc-en/gdo_audio.flac";
const PATIENCE: Duration = Duration::from_secs(180);

/// Where the lamp is while the assistant listens, of 15.
const LISTENING: u8 = 3;

/// The satellite, the assistant, and the wire between them.
struct Bench {
    satellite: Emulator,
    wire: Wire,
    program: Child,
    events: Receiver<Value>,
}

impl Bench {
    fn start() -> Self {
        let satellite = Emulator::start().unwrap_or_else(|error| panic!("{error}"));
        let wire = Wire::to(satellite.link()).expect("a wire");
        let mut program = sayso()
            .args(["run", "--json", "--board", &format!("satellite:tcp:{}", wire.address())])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("sayso starts");
        let out = program.stdout.take().expect("its output");
        let (send, events) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let event = serde_json::from_str(&line).expect("JSON");
                if send.send(event).is_err() {
                    break;
                }
            }
        });
        Self { satellite, wire, program, events }
    }

    /// Waits for an event of this name that `is` likes.
    fn wait(&self, name: &str, is: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        let mut seen = Vec::new();
        while let Ok(event) =
            self.events.recv_timeout(end.saturating_duration_since(Instant::now()))
        {
            if event["event"] == name && is(&event) {
                return event;
            }
            seen.push(event);
        }
        panic!("no {name} came; only {seen:?}");
    }

    /// Waits until the satellite shows that it listens.
    fn listens(&self) {
        let end = Instant::now() + PATIENCE;
        while self.satellite.lamp() != LISTENING {
            assert!(Instant::now() < end, "its lamp is at {}", self.satellite.lamp());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Asks the question at the microphone, and holds the answer at the loudspeaker
    /// against what the assistant says it said.
    fn ask(&self, percent: f64) {
        self.listens();
        let question = sayso_board::read_all(data(QUESTION), PATIENCE).expect("recording");
        let question: Vec<i16> =
            question.samples.iter().map(|sample| (sample * 32_767.0) as i16).collect();
        let before = self.satellite.played().expect("it plays").len();
        self.satellite.say(&question).expect("it hears");
        let turn = self.wait("turn", |turn| turn["ending"] != "dropped");
        assert_eq!(turn["ending"], "complete", "{turn}");
        let heard = turn["transcript"].as_str().expect("transcript");
        assert!(Wer::of("how old is the brooklyn bridge", heard).errors <= 1, "{heard}");
        // What the satellite still has to play, and a little silence.
        self.listens();
        std::thread::sleep(Duration::from_millis(500));
        let played = self.satellite.played().expect("it plays");
        let answer: Vec<f32> =
            played[before..].iter().map(|&sample| f32::from(sample) / 32_768.0).collect();
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("answer.wav");
        let mut out = sayso_board::WavWriter::create(&file, 24_000, 1).expect("wav");
        out.write(&answer).expect("samples");
        out.finish().expect("wav");
        let lines = json(sayso().arg("transcribe").arg(&file).arg("--json"));
        let spoken = lines[0]["text"].as_str().expect("text");
        let reply = turn["reply"].as_str().expect("reply");
        let wer = Wer::of(reply, spoken);
        println!("reply: {reply}\nheard from the satellite: {spoken}\n{wer}");
        println!(
            "{} of {} bytes lost on the wire so far",
            self.wire.lost(),
            self.wire.lost() + self.wire.carried()
        );
        assert!(wer.percent() < percent, "{reply}\n{spoken}");
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

#[test]
fn a_question_at_the_satellite_is_answered_there_whatever_the_wire_does() {
    let bench = Bench::start();
    bench.ask(40.0);

    // One frame in fifty has lost a byte, and is lost with it.
    bench.wire.lose_one_of(10_000);
    bench.ask(50.0);
    assert!(bench.wire.lost() > 0);
    bench.wire.lose_one_of(0);

    bench.wire.cut(true);
    let end = Instant::now() + PATIENCE;
    bench.satellite.take_lamps();
    // A flash, which it shows when nobody is there.
    while !bench.satellite.take_lamps().windows(2).any(|lamps| lamps == [0, 15]) {
        assert!(Instant::now() < end, "it does not show that the wire is cut");
        std::thread::sleep(Duration::from_millis(100));
    }
    bench.wire.cut(false);
    bench.ask(40.0);
}
