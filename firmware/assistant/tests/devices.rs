//! Devices that are lost and found in a conversation, with scripted engines.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::sync::mpsc::{Receiver, channel};

use sayso::{Assistant, Event, Pace, Stop};
use sayso_board::{Board, BoardError, Change, Streams};
use sayso_replay::Replay;

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
fn what_becomes_of_a_device_is_told_while_the_conversation_goes_on() {
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
