//! A failure within a conversation is reported once, and affects no other.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sayso::event::Ending;
use sayso::internals::cores::Cores;
use sayso::{Assistant, Event, Pace, Stop};
use sayso_models::llm::{Exchange, Llm, Primed, Reply};
use sayso_models::vad::Vad;
use sayso_models::{Cancel, Error, ErrorKind, Result};
use sayso_replay::Replay;

const QUESTION: [(bool, usize); 3] = [(false, 500), (true, 1_500), (false, 2_500)];

fn fail<T>() -> Result<T> {
    Err(Error::new(ErrorKind::Engine, "the test says so"))
}

/// Answers, but cannot keep anything.
struct Forgetful {
    engine: Box<dyn Llm>,
    forgot: Arc<Mutex<usize>>,
    /// Whether it can forget.
    can_forget: bool,
}

impl Llm for Forgetful {
    fn prime(&mut self, _: &str, _: &[Exchange], _: Option<&Path>) -> Result<Primed> {
        fail()
    }
    fn reply(
        &mut self,
        user: &str,
        cancel: &Cancel,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Reply> {
        self.engine.reply(user, cancel, on_text)
    }
    fn keep(&mut self, _: Option<&str>) -> Result<()> {
        fail()
    }
    fn add(&mut self, _: &Exchange) -> Result<()> {
        fail()
    }
    fn discard(&mut self) -> Result<()> {
        fail()
    }
    fn forget(&mut self) -> Result<()> {
        *self.forgot.lock().expect("forgot") += 1;
        if self.can_forget { Ok(()) } else { fail() }
    }
    fn history(&self) -> &[Exchange] {
        &[]
    }
}

#[test]
fn if_a_reply_cannot_be_remembered_that_is_reported_and_all_is_forgotten() {
    let (mut engines, _) = common::engines(&["Who wrote Hamlet?"]);
    let forgot = Arc::new(Mutex::new(0));
    engines.llm =
        Box::new(Forgetful { engine: engines.llm, forgot: forgot.clone(), can_forget: true });
    let mut board = Replay::from_samples(common::sound(&QUESTION));
    let (mut troubles, mut endings) = (Vec::new(), Vec::new());
    Assistant::new(common::config(), engines)
        .converse(&mut board, Pace::Lockstep, &Stop::new(), &mut |event| match event {
            Event::Trouble { message, .. } => troubles.push(message),
            Event::Turn(turn) => endings.push(turn.ending),
            _ => {}
        })
        .expect("a conversation");
    assert_eq!(endings, [Ending::Complete]);
    assert_eq!(*forgot.lock().expect("forgot"), 1);
    assert_eq!(troubles.len(), 1, "{troubles:?}");
    assert!(troubles[0].contains("could not be remembered"), "{troubles:?}");
}

/// Fails at every frame except those from `well` on.
struct Deaf {
    frames: usize,
    well: std::ops::Range<usize>,
}

impl Vad for Deaf {
    fn frame_len(&self) -> usize {
        512
    }
    fn process(&mut self, _: &[f32]) -> Result<f32> {
        self.frames += 1;
        if self.well.contains(&self.frames) { Ok(0.0) } else { fail() }
    }
    fn reset(&mut self) {}
}

#[test]
fn a_detector_that_fails_is_reported_once_until_it_works_again() {
    let (mut engines, _) = common::engines(&[]);
    engines.vad = Box::new(Deaf { frames: 0, well: 40..50 });
    let mut board = Replay::from_samples(common::sound(&[(false, 3_000)]));
    let mut troubles = Vec::new();
    Assistant::new(common::config(), engines)
        .converse(&mut board, Pace::Lockstep, &Stop::new(), &mut |event| {
            if let Event::Trouble { message, .. } = event {
                troubles.push(message);
            }
        })
        .expect("a conversation");
    assert_eq!(troubles.len(), 2, "{troubles:?}");
}

#[test]
fn a_listener_that_blocks_delays_no_conversation() {
    let cores = Cores::new(1);
    let (free, blocked) = channel::<()>();
    let talk = |cores: Cores, on_event: &mut dyn FnMut(Event)| {
        let (engines, _) = common::engines(&["Who wrote Hamlet?"]);
        let mut board =
            Replay::from_samples(common::sound(&QUESTION)).pace(sayso_replay::Pace::RealTime);
        Assistant::new(common::config(), engines)
            .share(cores)
            .converse(&mut board, Pace::Live, &Stop::new(), on_event)
            .expect("a conversation");
    };
    std::thread::scope(|scope| {
        let shared = cores.clone();
        let slow = scope.spawn(move || {
            let mut turns = 0;
            talk(shared, &mut |event| {
                // Until the other has its answer; for ever, if that waits for this one.
                if matches!(event, Event::Token { .. }) {
                    let _ = blocked.recv_timeout(Duration::from_secs(60));
                }
                turns += usize::from(matches!(event, Event::Turn(_)));
            });
            turns
        });
        let mut turns = 0;
        talk(cores, &mut |event| turns += usize::from(matches!(event, Event::Turn(_))));
        assert_eq!(turns, 1);
        drop(free);
        assert_eq!(slow.join().expect("the slow one"), 1, "nothing that matters is lost to it");
    });
}
