//! The whole path: a recorded question into the microphone of a satellite under QEMU, over its
//! link to the assistant with the real models, and the answer out of the satellite's loudspeaker.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::{Duration, Instant};

use sayso_emulated::{Emulator, Wire, with_satellite};
use sayso_tests::live::Live;
use sayso_tests::wer::Wer;
use sayso_tests::{data, json, sayso};
use serde_json::Value;

/// Recordings that the small model transcribes correctly through ADPCM too (`docs/link.md`), and
/// their words.
const QUESTION: (&str, &str) = ("commands-misc-en/rh3_what_time_is_it.flac", "what time is it");
const REQUEST: (&str, &str) = ("commands-misc-en/rh3_turn_on_the_lamp.flac", "turn on the lamp");
const DEADLINE: Duration = Duration::from_secs(180);

/// How often the question is asked at most.
const TRIES: usize = 4;

/// The lamp's brightness while the assistant listens, of 15.
const LISTENING: u8 = 3;

/// The satellite, the assistant, and the wire between them.
struct Bench<'a> {
    live: Live,
    wire: Wire,
    satellite: &'a Emulator,
}

impl<'a> Bench<'a> {
    fn start(satellite: &'a Emulator) -> Self {
        let wire = Wire::to(satellite.link()).expect("a wire");
        let live = Live::on(&[&format!("satellite:tcp:{}", wire.address())]);
        Self { live, wire, satellite }
    }

    /// Waits until the satellite shows that it listens.
    fn listens(&self) {
        let end = Instant::now() + DEADLINE;
        while self.satellite.lamp() != LISTENING {
            assert!(Instant::now() < end, "its lamp is at {}", self.satellite.lamp());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Speaks into the microphone, waits for the turn for which `due` is true, and until its
    /// answer was played. Returns the turn, and the loudspeaker's sound from its first audible
    /// sample on.
    fn ask(&self, file: &str, due: impl Fn(&Value) -> bool) -> (Value, Vec<f32>) {
        self.listens();
        let question = sayso_audio_io::read_all(data(file), DEADLINE).expect("recording");
        let question: Vec<i16> =
            question.samples.iter().map(|sample| (sample * 32_767.0) as i16).collect();
        let before = self.satellite.played().expect("it plays").len();
        self.satellite.say(&question).expect("it hears");
        let turn = self.live.wait("turn", due);
        // Waits for what the satellite still has to play, and a little silence.
        self.listens();
        std::thread::sleep(Duration::from_millis(500));
        let played = self.satellite.played().expect("it plays");
        let answer: Vec<f32> =
            played[before..].iter().map(|&sample| f32::from(sample) / 32_768.0).collect();
        // After seconds of silence Whisper may write a sentence twice.
        let loud = |sample: &f32| sample.abs() > 0.01;
        let from = answer.iter().position(loud).unwrap_or(answer.len()).saturating_sub(2_400);
        println!(
            "{} of {} bytes lost on the wire so far",
            self.wire.lost(),
            self.wire.lost() + self.wire.carried()
        );
        (turn, answer[from..].to_vec())
    }

    /// Asks, and checks the words at both ends. Returns the turn.
    fn understands(&self, (file, words): (&str, &str)) -> Value {
        let (turn, answer) = self.ask(file, |turn| is_answer(turn) && turn["ending"] != "dropped");
        assert_eq!(turn["ending"], "complete", "{turn}");
        assert!(errors(&turn, words) <= 1, "{turn}");
        let wer = misheard(&turn, &answer);
        assert!(wer.percent() < 40.0, "{wer}: {turn}");
        turn
    }

    /// Asks again, as a person would, until the words are right at both ends.
    fn understands_in_the_end(&self, (file, words): (&str, &str)) {
        let understood = (0..TRIES).any(|_| {
            let (turn, answer) = self.ask(file, is_answer);
            println!("heard: {}", turn["transcript"]);
            errors(&turn, words) <= 1 && misheard(&turn, &answer).percent() < 50.0
        });
        assert!(understood, "not once in {TRIES} tries");
    }
}

/// Whether a turn answers somebody; the others are announcements.
fn is_answer(turn: &Value) -> bool {
    turn["origin"] != "announcement"
}

/// How many words of the question were misheard.
fn errors(turn: &Value, words: &str) -> usize {
    Wer::of(words, turn["transcript"].as_str().unwrap_or_default()).errors
}

/// The word error rate of the reply as it came out of the loudspeaker.
fn misheard(turn: &Value, answer: &[f32]) -> Wer {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("answer.wav");
    let mut out = sayso_audio_io::WavWriter::create(&file, 24_000, 1).expect("wav");
    out.write(answer).expect("samples");
    out.finish().expect("wav");
    let lines = json(sayso().arg("transcribe").arg(&file).arg("--json"));
    let spoken = lines[0]["text"].as_str().expect("text");
    let reply = turn["reply"].as_str().expect("reply");
    let wer = Wer::of(reply, spoken);
    println!("reply: {reply}\nheard from the satellite: {spoken}\n{wer}");
    wer
}

#[test]
#[ignore = "an emulator in real time wants the machine for itself: cargo xtask test"]
fn a_question_at_the_satellite_is_answered_there_even_after_losses_and_a_cut() {
    with_satellite(|satellite| answered(Bench::start(satellite)));
}

fn answered(bench: Bench<'_>) {
    let turn = bench.understands(QUESTION);
    // "It is 8:47 PM."
    let reply = turn["reply"].as_str().expect("a reply");
    assert!(reply.starts_with("It is ") && reply.contains(':'), "{reply}");
    // There is no lamp here, and nothing claims that there is.
    let turn = bench.understands(REQUEST);
    assert_eq!(turn["skill"], "home", "{turn}");

    // One frame in fifty has a lost byte and is dropped. Which words that costs is chance.
    bench.wire.lose_one_of(10_000);
    bench.understands_in_the_end(QUESTION);
    assert!(bench.wire.lost() > 0);
    bench.wire.lose_one_of(0);

    bench.wire.cut(true);
    let end = Instant::now() + DEADLINE;
    bench.satellite.take_lamps();
    let mut lamps = Vec::new();
    // The flash that it shows while it has no host.
    while !lamps.windows(2).any(|lamps| lamps == [0, 15]) {
        assert!(Instant::now() < end, "it does not show that the wire is cut: {lamps:?}");
        std::thread::sleep(Duration::from_millis(100));
        lamps.extend(bench.satellite.take_lamps());
    }
    bench.wire.cut(false);
    // It also announces that the connection is back, possibly over the question.
    bench.understands_in_the_end(QUESTION);
    assert!(bench.live.ctrl_c(), "Ctrl-C ends it cleanly");
}
