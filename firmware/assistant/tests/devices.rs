//! Devices that are lost and return during a conversation, with scripted engines.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use sayso::event::Ending;
use sayso::{Assistant, Event, Pace, Stop};
use sayso_board::{Board, BoardError, Change, Heard, Microphone, StreamStats, Streams};
use sayso_core::audio::SampleTime;
use sayso_replay::{Layout, Output, Replay};

/// A recording as the microphone, and changes of devices.
struct Unsteady {
    replay: Replay,
    changes: Option<Receiver<Change>>,
}

impl Board for Unsteady {
    fn start(&mut self, voice_rate: u32) -> Result<Streams, BoardError> {
        self.replay.start(voice_rate)
    }

    fn changes(&mut self) -> Option<Receiver<Change>> {
        self.changes.take()
    }
}

#[test]
fn changes_of_devices_are_reported_while_the_conversation_goes_on() {
    let (tell, changes) = channel();
    for (device, back) in [("microphone", false), ("satellite", false), ("microphone", true)] {
        tell.send(Change { device, back, message: "so it is".into() }).unwrap();
    }
    let replay = Replay::from_samples(common::sound(&[(false, 500), (true, 1500), (false, 1500)]));
    let mut board =
        Unsteady { replay: replay.pace(sayso_replay::Pace::RealTime), changes: Some(changes) };
    let (engines, _) = common::engines(&["Who wrote Hamlet?"]);
    let (mut told, mut turns) = (Vec::new(), 0);
    Assistant::new(common::config(), engines)
        .converse(&mut board, Pace::Live, &Stop::new(), &mut |event| match event {
            Event::DeviceLost { .. } | Event::DeviceBack { .. } => {
                told.push(serde_json::json!(event));
            }
            Event::Turn(_) => turns += 1,
            _ => {}
        })
        .expect("a conversation");
    let told: Vec<(&str, &str)> = told
        .iter()
        .map(|event| (event["event"].as_str().unwrap(), event["device"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("device_lost", "microphone"),
            ("device_lost", "satellite"),
            ("device_back", "microphone"),
        ]
    );
    assert!(turns > 0, "the conversation goes on");
}

#[test]
fn a_brief_loss_is_not_signalled_and_a_return_is_spoken_once_a_minute() {
    // When the loudspeaker is lost, and for how long, in ms.
    let losses = [(1_000, 1_500), (5_000, 3_000), (12_000, 3_000), (70_000, 3_000)];
    let mut changes: Vec<(SampleTime, bool)> = losses
        .iter()
        .flat_map(|&(at, length)| [(at, false), (at + length, true)])
        .map(|(at, back)| (SampleTime::from_ms(at), back))
        .rev()
        .collect();
    let replay = Replay::from_samples(common::sound(&[(false, 76_000)]))
        .output(Output::Memory(Layout::Reply));
    let handle = replay.handle();
    let (tell, receiver) = channel();
    let mut board = Unsteady { replay, changes: Some(receiver) };
    let (engines, _) = common::engines(&[]);
    let (mut told, mut said) = (0, Vec::new());
    Assistant::new(common::config(), engines)
        .converse(&mut board, Pace::Lockstep, &Stop::new(), &mut |event| match event {
            Event::Level { at: now, .. } => {
                while let Some((_, back)) = changes.pop_if(|(at, _)| *at <= now) {
                    let (device, message) = ("loudspeaker", "so it is".into());
                    tell.send(Change { device, back, message }).unwrap();
                }
            }
            Event::DeviceLost { .. } | Event::DeviceBack { .. } => told += 1,
            Event::Turn(turn) => said.push((turn.begun.as_ms() / 1_000, turn.heard)),
            _ => {}
        })
        .expect("a conversation");
    assert_eq!(told, 8, "each is reported");
    let back = "The loudspeaker is back.".to_owned();
    assert_eq!(said, [(8, back.clone()), (73, back)]);
    // In which seconds something is heard: each sound of a longer loss, and the words.
    let tracks = handle.finish().expect("tracks").expect("in memory");
    let seconds = tracks.samples.chunks(tracks.rate as usize).enumerate();
    let heard = seconds.filter(|(_, sound)| sound.iter().any(|s| s.abs() > 0.02));
    let heard: Vec<usize> = heard.map(|(second, _)| second).collect();
    assert_eq!(heard, [7, 8, 14, 15, 72, 73]);
}

/// A connection whose other end leaves after so many samples.
struct Leaving {
    replay: Replay,
    after: usize,
}

struct Line {
    microphone: Box<dyn Microphone>,
    left: usize,
}

impl Board for Leaving {
    fn start(&mut self, voice_rate: u32) -> Result<Streams, BoardError> {
        let (microphone, loudspeaker) = self.replay.start(voice_rate)?;
        Ok((Box::new(Line { microphone, left: self.after }), loudspeaker))
    }
}

impl Microphone for Line {
    fn read(&mut self, buffer: &mut [f32], wait: Duration) -> Heard {
        if self.left == 0 {
            return Heard::Left;
        }
        let heard = self.microphone.read(buffer, wait);
        if let Heard::Samples(count) = heard {
            self.left = self.left.saturating_sub(count);
        }
        heard
    }

    fn stats(&self) -> StreamStats {
        self.microphone.stats()
    }
}

#[test]
fn when_the_other_end_leaves_the_conversation_ends_without_the_rest_of_the_answer() {
    const LONG: &str = "Repeat: one two three four five six seven eight nine ten one two three \
                        four five six seven eight nine ten one two three four five six seven.";
    let sound = common::sound(&[(false, 500), (true, 800), (false, 2_000)]);
    let after = sound.len() - 8_000;
    let replay = Replay::from_samples(sound).pace(sayso_replay::Pace::RealTime);
    let (engines, _) = common::engines(&[LONG]);
    let (mut endings, mut wrong) = (Vec::new(), Vec::new());
    Assistant::new(common::config(), engines)
        .converse(
            &mut Leaving { replay, after },
            Pace::Live,
            &Stop::new(),
            &mut |event| match event {
                Event::Turn(record) => endings.push(record.ending),
                Event::DeviceLost { .. } | Event::Trouble { .. } => wrong.push(event),
                _ => {}
            },
        )
        .expect("a conversation");
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(endings.last(), Some(&Ending::Interrupted), "{endings:?}");
}
