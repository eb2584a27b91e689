//! Replays recorded conversations: the machine must still do what the log says, and the recording
//! must give the same log again.
//!
//! The first line of a log holds the machine's settings, every other one a [`Step`]. The ignored
//! test below recorded the logs, by running real probability tracks (`tracks/`, made by
//! `tracks/tracks.py`) through the endpointer; then they were checked by hand:
//!
//! ```text
//! cargo test --release -p sayso-core --test turn_logs -- --ignored
//! ```

#![allow(clippy::unwrap_used, reason = "a log that cannot be read fails the test")]

use std::fs;
use std::path::{Path, PathBuf};

use sayso_core::audio::{SampleTime, Samples};
use sayso_core::endpoint::{EndpointConfig, Endpointer};
use sayso_core::turn::{Action, Event, Outcome, State, Step, TurnConfig, TurnId, TurnMachine};

fn dir(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn logs() -> Vec<PathBuf> {
    let entries = fs::read_dir(dir("logs")).unwrap().map(|entry| entry.unwrap().path());
    let mut logs: Vec<_> =
        entries.filter(|p| p.extension().is_some_and(|e| e == "jsonl")).collect();
    logs.sort();
    logs
}

#[test]
fn recorded_conversations_are_replayed_identically() {
    let (logs, conversations) = (logs(), conversations());
    assert_eq!(logs.len(), conversations.len());
    for path in logs {
        let text = fs::read_to_string(&path).unwrap();
        let mut lines = text.lines();
        let config: TurnConfig = serde_json::from_str(lines.next().unwrap()).unwrap();
        let mut machine = TurnMachine::new(config);
        for (n, line) in lines.enumerate() {
            let step: Step = serde_json::from_str(line).unwrap();
            let actions = machine.step(step.at, step.event);
            assert_eq!(actions, step.actions, "{} line {}", path.display(), n + 2);
        }
        // From the sound on: the endpointer, too.
        let named = |c: &&Conversation| Some(c.name.as_ref()) == path.file_stem();
        let conversation = conversations.iter().find(named).unwrap();
        assert_eq!(conversation.record(), text, "{}", path.display());
    }
}

/// The probabilities of a recorded track, one per frame.
fn track(name: &str) -> Vec<f32> {
    let text = fs::read_to_string(dir("tracks").join(name).with_extension("txt")).unwrap();
    let values = text.lines().filter(|line| !line.starts_with('#'));
    values.flat_map(str::split_whitespace).map(|p| p.parse().unwrap()).collect()
}

/// What happens in a conversation besides the sound at the microphone.
enum Then {
    /// At this time (ms).
    At(u64, Event),
    /// So many ms after the latest turn began (for `Finished`, after its release if that is
    /// later); its number is filled in.
    After(u64, fn(TurnId) -> Event),
}

struct Conversation {
    name: &'static str,
    config: TurnConfig,
    /// Tracks, and silence in frames.
    sound: Vec<Result<&'static str, usize>>,
    /// What the responder and playback do in every turn, and the buttons.
    then: Vec<Then>,
}

fn conversations() -> Vec<Conversation> {
    use Then::{After, At};
    let plain = TurnConfig::default();
    let barge_in = TurnConfig { barge_in: true, ..plain };
    let wake = TurnConfig { wake: true, ..plain };
    let words = |ms| After(ms, |turn| Event::Understood { turn, outcome: Outcome::Words });
    let nothing = |ms| After(ms, |turn| Event::Understood { turn, outcome: Outcome::Nothing });
    let sound = |ms| After(ms, |turn| Event::SoundReady { turn });
    let finished = |ms| After(ms, |turn| Event::Finished { turn });
    let ms = Samples::from_ms;
    vec![
        Conversation {
            name: "question",
            config: plain,
            sound: vec![Ok("what_time_is_it"), Err(160)],
            then: vec![words(180), sound(700), finished(2_600)],
        },
        Conversation {
            name: "guess-dropped",
            config: plain,
            sound: vec![Ok("sentence_with_pause"), Err(160)],
            then: vec![words(180), sound(900), finished(2_600)],
        },
        Conversation {
            name: "goes-on-while-thinking",
            config: plain,
            sound: vec![Ok("set_timer"), Err(14), Ok("what_time_is_it"), Err(200)],
            then: vec![words(180), sound(2_500), finished(4_500)],
        },
        Conversation {
            name: "barge-in",
            config: barge_in,
            sound: vec![Ok("what_time_is_it"), Err(50), Ok("set_timer"), Err(200)],
            then: vec![words(180), sound(700), finished(4_000)],
        },
        Conversation {
            name: "barge-in-by-a-word",
            config: TurnConfig { interrupt: ms(5_000), ..barge_in },
            sound: vec![Ok("what_time_is_it"), Err(50), Ok("set_timer"), Err(200)],
            then: vec![
                words(180),
                sound(700),
                After(4_300, |turn| Event::Overheard { turn, outcome: Outcome::Words }),
                finished(9_000),
            ],
        },
        Conversation {
            name: "mhm-over-the-reply",
            config: TurnConfig { interrupt: ms(5_000), ..barge_in },
            sound: vec![Ok("what_time_is_it"), Err(50), Ok("set_timer"), Err(400)],
            then: vec![
                words(180),
                sound(700),
                After(4_300, |turn| Event::Overheard { turn, outcome: Outcome::Nothing }),
                finished(9_000),
            ],
        },
        Conversation {
            name: "announcement",
            config: wake,
            sound: vec![Err(400)],
            then: vec![At(600, Event::Announce { urgent: false }), sound(300), finished(2_600)],
        },
        // Offered while somebody speaks and while they are answered.
        Conversation {
            name: "announcement-waits",
            config: barge_in,
            sound: vec![Ok("what_time_is_it"), Err(300)],
            then: (0..6)
                .map(|n| At(500 + 1_000 * n, Event::Announce { urgent: false }))
                .chain([words(180), sound(700), finished(2_600)])
                .collect(),
        },
        Conversation {
            name: "urgent-announcement-over-speech",
            config: barge_in,
            sound: vec![Ok("sentence_with_pause"), Err(100), Ok("set_timer"), Err(200)],
            then: vec![
                At(1_200, Event::Announce { urgent: true }),
                words(180),
                sound(300),
                finished(2_600),
            ],
        },
        // It ends during the announcement, and is answered after it.
        Conversation {
            name: "urgent-announcement-over-a-question",
            config: barge_in,
            sound: vec![Ok("what_time_is_it"), Err(300)],
            then: vec![
                At(900, Event::Announce { urgent: true }),
                words(180),
                sound(300),
                finished(2_600),
            ],
        },
        Conversation {
            name: "no-reply",
            config: plain,
            sound: vec![Ok("what_time_is_it"), Err(1_000)],
            then: vec![words(180)],
        },
        Conversation {
            name: "nothing-said",
            config: plain,
            sound: vec![Ok("noise"), Err(100)],
            then: vec![nothing(250)],
        },
        Conversation {
            name: "wake-and-follow-up",
            config: wake,
            sound: vec![Err(30), Ok("what_time_is_it"), Err(130), Ok("set_timer"), Err(450)],
            then: vec![
                At(600, Event::Wake { from: SampleTime::from_ms(600) }),
                words(180),
                sound(700),
                finished(2_000),
            ],
        },
    ]
}

impl Conversation {
    fn record(&self) -> String {
        let mut ear = Endpointer::new(EndpointConfig::default());
        let mut machine = TurnMachine::new(self.config);
        let mut log = serde_json::to_string(&self.config).unwrap() + "\n";
        let quiet = |n| vec![0.01; n];
        let sound = self.sound.iter().flat_map(|s| s.map_or_else(quiet, track));
        let (mut began, mut released) = (None, SampleTime::ZERO);
        for probability in sound {
            let last = ear.now();
            let heard = ear.push(probability).map(Event::from);
            let now = ear.now();
            let due = |time: SampleTime| last < time && time <= now;
            let mut events: Vec<Event> = heard.into_iter().collect();
            for then in &self.then {
                events.extend(match *then {
                    Then::At(ms, event) => due(SampleTime::from_ms(ms)).then_some(event),
                    Then::After(ms, event) => began
                        .map(|(turn, began): (_, SampleTime)| (event(turn), began))
                        .filter(|&(event, began)| {
                            let played = matches!(event, Event::Finished { .. });
                            let since = if played { began.max(released) } else { began };
                            due(since + Samples::from_ms(ms))
                        })
                        .map(|(event, _)| event),
                });
            }
            events.push(Event::Tick);
            for event in events {
                let actions = machine.step(now, event);
                for &action in &actions {
                    match action {
                        Action::Think { turn, .. } | Action::Announce { turn } => {
                            began = Some((turn, now));
                        }
                        Action::Release { .. } => released = now,
                        Action::Cancel { .. } | Action::StopSound { .. } | Action::Keep { .. } => {
                            began = None;
                        }
                        Action::Pause { .. }
                        | Action::Resume { .. }
                        | Action::Overhear { .. }
                        | Action::Late { .. }
                        | Action::Missed => {}
                        // A cough must not interrupt.
                        Action::Show(State::Speaking) => ear.set_min_speech(Samples::from_ms(250)),
                        Action::Show(_) => {
                            ear.set_min_speech(EndpointConfig::default().min_speech);
                        }
                    }
                }
                // A tick without consequence is left out.
                if event != Event::Tick || !actions.is_empty() {
                    let step = Step { at: now, event, actions };
                    log += &serde_json::to_string(&step).unwrap();
                    log.push('\n');
                }
            }
        }
        log
    }
}

#[test]
#[ignore = "rewrites the logs; check them by hand afterwards"]
fn record_the_logs() {
    for conversation in conversations() {
        let path = dir("logs").join(conversation.name).with_extension("jsonl");
        fs::write(path, conversation.record()).unwrap();
    }
}
