//! Skills, by spoken sentences through a real audio server: a timer that rings, a lamp, a list,
//! documents, a confirmation and a correction. There are no recordings of such a dialogue, so Sayso's own voice
//! speaks for the user.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use sayso_pulse::Pulse;
use sayso_tests::live::Live;
use sayso_tests::{output, sayso};
use serde_json::Value;

/// A dialogue at one microphone.
struct Dialogue {
    pulse: Pulse,
    live: Live,
    folder: tempfile::TempDir,
    said: usize,
}

impl Dialogue {
    fn begin(settings: &[&str]) -> Self {
        let pulse = Pulse::start().expect("PulseAudio");
        let live = Live::start(&pulse, settings);
        live.wait("state", |event| event["state"] == "listening");
        // The devices are open a moment after the state is shown.
        std::thread::sleep(Duration::from_secs(1));
        Self { pulse, live, folder: tempfile::tempdir().expect("a folder"), said: 0 }
    }

    /// Speaks a sentence, and waits for the turn that answers it.
    fn say(&mut self, text: &str) -> Value {
        self.said += 1;
        let file = spoken(self.folder.path(), self.said, text);
        self.pulse.speak(&file).expect("speaks");
        let turn = self
            .live
            .wait("turn", |turn| turn["ending"] != "dropped" && turn["origin"] != "announcement");
        assert_eq!(turn["ending"], "complete", "{text}: {turn}");
        turn
    }

    /// As [`say`](Self::say); the reply must contain each of `parts`.
    fn answers(&mut self, text: &str, parts: &[&str]) -> Value {
        let turn = self.say(text);
        let reply = turn["heard"].as_str().expect("text").to_lowercase();
        assert!(parts.iter().all(|part| reply.contains(part)), "{text}: {parts:?} in {turn}");
        turn
    }
}

/// A file with a spoken sentence.
fn spoken(folder: &Path, n: usize, text: &str) -> PathBuf {
    let file = folder.join(format!("{n}.wav"));
    let said = output(sayso().args(["say", "--speed", "0.9", "-o"]).arg(&file).arg(text));
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    file
}

const HOME: [&str; 4] = ["--profile", "small", "--set", "skills.virtual_home=demo"];

/// The documents of the example.
const DOCUMENTS: &str =
    concat!("skills.documents=", env!("CARGO_MANIFEST_DIR"), "/../examples/kiosk/documents");

#[test]
fn lamps_lists_documents_confirmations_and_corrections() {
    let mut dialogue = Dialogue::begin(&[HOME.as_slice(), &["--set", DOCUMENTS]].concat());
    let turn = dialogue.answers("Turn on the kitchen light.", &["kitchen light is on"]);
    assert_eq!(turn["changed"]["Kitchen Light"], "on", "{turn}");
    let turn = dialogue.answers("No, I said the bedroom lamp.", &["bedroom lamp is on"]);
    assert_eq!(turn["step"], "repaired", "{turn}");
    assert_eq!(turn["changed"]["Kitchen Light"], "off", "it is taken back: {turn}");
    assert_eq!(turn["changed"]["Bedroom Lamp"], "on", "{turn}");

    dialogue.answers("Add milk to the shopping list.", &["milk"]);
    dialogue.answers("What is on my shopping list?", &["milk"]);

    let turn = dialogue.answers("When do you open on Sunday?", &["sunday", "9 am to 7 pm"]);
    assert_eq!(turn["skill"], "knowledge", "{turn}");

    let turn = dialogue.answers("Unlock the front door.", &["unlock the front door"]);
    assert_eq!((&turn["step"], &turn["changed"]), (&"asks_to_confirm".into(), &Value::Null));
    let turn = dialogue.answers("Yes.", &["unlocked"]);
    assert_eq!(turn["step"], "confirmed", "{turn}");
    assert_eq!(turn["changed"]["Front Door"], "unlocked", "{turn}");
    assert!(dialogue.live.ctrl_c(), "Ctrl-C ends it cleanly");
}

#[test]
fn a_timer_rings_until_somebody_says_stop() {
    let mut dialogue = Dialogue::begin(&HOME);
    let turn = dialogue.answers("Set a timer for five seconds.", &["5 seconds"]);
    assert_eq!(turn["skill"], "timers", "{turn}");
    let announced = |live: &Live| live.wait("turn", |turn| turn["origin"] == "announcement");
    for _ in 0..2 {
        let ring = announced(&dialogue.live);
        assert!(ring["heard"].as_str().expect("text").contains("timer"), "{ring}");
    }
    let file = spoken(dialogue.folder.path(), 9, "Stop.");
    dialogue.pulse.speak(&file).expect("speaks");
    dialogue.live.wait("turn", |turn| turn["transcript"] == "Stop.");
    // What rang has ended: nothing more is announced.
    let end = std::time::Instant::now() + Duration::from_secs(12);
    while let Some((_, event)) =
        dialogue.live.next(end.saturating_duration_since(std::time::Instant::now()))
    {
        assert_ne!(event["origin"], "announcement", "{event}");
    }
    dialogue.answers("How long is left on my timer?", &["no timer"]);
    assert!(dialogue.live.ctrl_c(), "Ctrl-C ends it cleanly");
}
