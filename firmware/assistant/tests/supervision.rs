//! Workers that die or hang: each is detected, replaced and reported, and the third time within a
//! minute the conversation closes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sayso::event::Ending;
use sayso::internals::engines::{Engines, Sessions};
use sayso::{Assistant, Event, Pace, Stop};
use sayso_board::{Board, BoardError, Heard, Loudspeaker, Microphone, StreamStats, Streams, Watch};
use sayso_models::eot::EndOfTurn;
use sayso_models::llm::{Exchange, Llm, Primed, Reply};
use sayso_models::stt::{Stt, SttRequest, Transcript};
use sayso_models::tts::{Delivery, Spoken, Tts};
use sayso_models::vad::Vad;
use sayso_models::{Cancel, ErrorKind, Result};

/// How an engine fails.
#[derive(Clone, Copy, Debug, PartialEq)]
enum How {
    Panics,
    Hangs,
    /// Its engine returns an error, although what it was given is good.
    Errs,
    /// It can neither remember nor forget.
    Ruins,
}

fn says_so() -> sayso_models::Error {
    sayso_models::Error::new(ErrorKind::Engine, "the test says so")
}

/// An engine that fails this many times, over all its sessions, and works afterwards.
#[derive(Clone)]
struct Faulty<T> {
    engine: T,
    how: How,
    left: Arc<AtomicUsize>,
}

impl<T> Faulty<T> {
    fn is_due(&self) -> bool {
        let less = |left: usize| left.checked_sub(1);
        self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok()
    }

    fn ruins(&self) -> bool {
        self.how == How::Ruins && self.is_due()
    }

    fn fail(&self) -> Result<()> {
        if self.how == How::Ruins || !self.is_due() {
            return Ok(());
        }
        match self.how {
            How::Ruins => {}
            How::Errs => return Err(says_so()),
            How::Panics => panic!("the test says so"),
            // Without checking any flag. Longer than the test.
            How::Hangs => std::thread::sleep(Duration::from_secs(600)),
        }
        Ok(())
    }
}

impl Vad for Faulty<Box<dyn Vad>> {
    fn frame_len(&self) -> usize {
        self.engine.frame_len()
    }
    fn process(&mut self, frame: &[f32]) -> Result<f32> {
        let speech = self.engine.process(frame)?;
        if speech > 0.5 {
            self.fail()?;
        }
        Ok(speech)
    }
    fn reset(&mut self) {
        self.engine.reset();
    }
}

impl Stt for Faulty<Box<dyn Stt>> {
    fn transcribe(
        &mut self,
        audio: &[f32],
        request: &SttRequest<'_>,
        cancel: &Cancel,
        on_segment: &mut dyn FnMut(&str),
    ) -> Result<Transcript> {
        self.fail()?;
        self.engine.transcribe(audio, request, cancel, on_segment)
    }
}

impl EndOfTurn for Faulty<Box<dyn EndOfTurn>> {
    fn completeness(&mut self, audio: &[f32], threads: usize, cancel: &Cancel) -> Result<f32> {
        self.fail()?;
        self.engine.completeness(audio, threads, cancel)
    }
}

impl Llm for Faulty<Box<dyn Llm>> {
    fn prime(
        &mut self,
        system: &str,
        examples: &[Exchange],
        saved: Option<&std::path::Path>,
    ) -> Result<Primed> {
        self.engine.prime(system, examples, saved)
    }
    fn reply(
        &mut self,
        user: &str,
        cancel: &Cancel,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Reply> {
        self.fail()?;
        self.engine.reply(user, cancel, on_text)
    }
    fn keep(&mut self, heard: Option<&str>) -> Result<()> {
        if self.ruins() {
            return Err(says_so());
        }
        self.engine.keep(heard)
    }
    fn add(&mut self, exchange: &Exchange) -> Result<()> {
        self.engine.add(exchange)
    }
    fn discard(&mut self) -> Result<()> {
        self.engine.discard()
    }
    fn forget(&mut self) -> Result<()> {
        if self.how == How::Ruins {
            return Err(says_so());
        }
        self.engine.forget()
    }
    fn history(&self) -> &[Exchange] {
        self.engine.history()
    }
}

impl Tts for Faulty<Box<dyn Tts>> {
    fn sample_rate(&self) -> u32 {
        self.engine.sample_rate()
    }
    fn speak(
        &mut self,
        clause: &str,
        delivery: &Delivery,
        cancel: &Cancel,
        on_sound: &mut dyn FnMut(&[f32]),
    ) -> Result<Spoken> {
        self.fail()?;
        self.engine.speak(clause, delivery, cancel, on_sound)
    }
}

/// Sessions whose engine for one role fails.
struct FaultySessions {
    role: &'static str,
    how: How,
    left: Arc<AtomicUsize>,
}

impl Sessions for FaultySessions {
    fn session(&self) -> sayso::Result<Engines> {
        let line = "Who wrote Hamlet?";
        let (mut engines, _) = common::engines(&[line; 20]);
        engines.eot = Some(Box::new(common::Sounds(0.9)));
        let (how, left) = (self.how, self.left.clone());
        macro_rules! faulty {
            ($engine:expr) => {
                Box::new(Faulty { engine: $engine, how, left })
            };
        }
        match self.role {
            "front end" => engines.vad = faulty!(engines.vad),
            "transcriber" => engines.stt = faulty!(engines.stt),
            "end-of-turn detector" => {
                engines.eot = engines.eot.take().map(|eot| faulty!(eot) as Box<dyn EndOfTurn>);
            }
            "responder" => engines.llm = faulty!(engines.llm),
            "synthesizer" => engines.tts = faulty!(engines.tts),
            "nobody" | "satellite link" => {}
            other => panic!("{other}"),
        }
        Ok(engines)
    }
}

/// A board where the same question is asked every four seconds, in real time, however often it is
/// started.
struct Room {
    starts: Arc<AtomicUsize>,
    /// A link that dies or hangs this many times.
    link: Option<(How, Arc<AtomicUsize>)>,
}

/// The microphone of the person who asks every four seconds.
struct Asker {
    since: std::time::Instant,
    given: u64,
}

impl Microphone for Asker {
    fn read(&mut self, buffer: &mut [f32], wait: Duration) -> Heard {
        let due = self.since.elapsed().as_millis() as u64 * 16;
        if due < self.given + buffer.len() as u64 {
            std::thread::sleep(wait.min(Duration::from_millis(10)));
            return Heard::Nothing;
        }
        for sample in buffer.iter_mut() {
            let ms = self.given / 16 % 4_000;
            let loud = (300..1_000).contains(&ms);
            *sample = if loud { 0.5 * (self.given as f32 * 0.3).sin() } else { 0.0 };
            self.given += 1;
        }
        Heard::Samples(buffer.len())
    }
    fn stats(&self) -> StreamStats {
        StreamStats::default()
    }
}

/// Plays everything at once.
#[derive(Default)]
struct Sink(u64);

impl Loudspeaker for Sink {
    fn write(&mut self, samples: &[f32]) -> usize {
        self.0 += samples.len() as u64;
        samples.len()
    }
    fn played(&self) -> u64 {
        self.0
    }
    fn queued(&self) -> usize {
        0
    }
    fn stop(&mut self, _: Duration) -> usize {
        0
    }
    fn stats(&self) -> StreamStats {
        StreamStats::default()
    }
}

/// A link that fails from its second second on.
struct Link {
    since: std::time::Instant,
    how: Option<How>,
}

impl Watch for Link {
    fn name(&self) -> &'static str {
        "satellite link"
    }
    fn beats(&self) -> Option<u64> {
        let passed = self.since.elapsed().as_millis() as u64;
        match self.how.filter(|_| passed > 1_000) {
            None => Some(passed),
            Some(How::Panics) => None,
            Some(How::Hangs | How::Errs | How::Ruins) => Some(1_000),
        }
    }
}

impl Board for Room {
    fn start(&mut self, _: u32) -> std::result::Result<Streams, BoardError> {
        self.starts.fetch_add(1, Ordering::SeqCst);
        let since = std::time::Instant::now();
        Ok((Box::new(Asker { since, given: 0 }), Box::new(Sink::default())))
    }

    fn links(&mut self) -> Vec<Box<dyn Watch>> {
        let Some((how, left)) = &self.link else { return Vec::new() };
        let less = |left: usize| left.checked_sub(1);
        let fails = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok();
        let since = std::time::Instant::now();
        vec![Box::new(Link { since, how: fails.then_some(*how) })]
    }
}

/// A recording of a few seconds that is read faster than it can be processed.
struct Recording;

/// Its microphone.
struct Reader {
    frames_left: usize,
}

impl Microphone for Reader {
    fn read(&mut self, buffer: &mut [f32], _: Duration) -> Heard {
        let Some(left) = self.frames_left.checked_sub(1) else { return Heard::End };
        self.frames_left = left;
        buffer.fill(0.0);
        Heard::Samples(buffer.len())
    }
    fn stats(&self) -> StreamStats {
        StreamStats::default()
    }
}

impl Board for Recording {
    fn start(&mut self, _: u32) -> std::result::Result<Streams, BoardError> {
        Ok((Box::new(Reader { frames_left: 200 }), Box::new(Sink::default())))
    }
}

#[derive(Debug)]
struct Outcome {
    ended: sayso::Result<()>,
    troubles: Vec<String>,
    answers: usize,
    starts: usize,
}

/// Holds a conversation until an answer was heard after all `failures`, or until it closes.
fn talk(role: &'static str, how: How, failures: usize) -> Outcome {
    let left = Arc::new(AtomicUsize::new(failures));
    let sessions = Arc::new(FaultySessions { role, how, left: left.clone() });
    let starts = Arc::new(AtomicUsize::new(0));
    let link = (role == "satellite link").then(|| (how, left.clone()));
    let mut board = Room { starts: starts.clone(), link };
    let stop = Stop::new();
    let mut assistant = Assistant::new(common::config(), sessions.session().expect("engines"))
        .with_sessions(sessions);
    let (mut troubles, mut answers) = (Vec::new(), 0);
    let ended = assistant.converse(&mut board, Pace::Live, &stop, &mut |event| match event {
        Event::Trouble { message, .. } => troubles.push(message),
        Event::Turn(turn) if turn.ending == Ending::Complete => {
            answers += 1;
            let told = failures == 0 || !troubles.is_empty();
            if left.load(Ordering::SeqCst) == 0 && told {
                stop.stop();
            }
        }
        _ => {}
    });
    let starts = starts.load(Ordering::SeqCst);
    Outcome { ended: ended.map(drop), troubles, answers, starts }
}

#[test]
fn a_worker_that_panics_is_replaced_and_reported() {
    for role in ["transcriber", "end-of-turn detector", "responder", "synthesizer"] {
        let outcome = talk(role, How::Panics, 1);
        assert!(outcome.ended.is_ok(), "{role}: {:?}", outcome.ended);
        assert_eq!(outcome.troubles.len(), 1, "{role}: {:?}", outcome.troubles);
        let expected = format!("the {role} ended unexpectedly");
        assert!(outcome.troubles[0].starts_with(&expected), "{:?}", outcome.troubles);
        assert!(outcome.answers >= 1, "{role}");
        assert_eq!(outcome.starts, 1, "{role}: the board need not start again");
    }
}

#[test]
fn a_worker_that_hangs_is_replaced_and_reported() {
    for role in ["transcriber", "end-of-turn detector", "responder", "synthesizer"] {
        let outcome = talk(role, How::Hangs, 1);
        assert!(outcome.ended.is_ok(), "{role}: {:?}", outcome.ended);
        let expected = format!("the {role} has made no progress for 5 s");
        assert_eq!(outcome.troubles.len(), 1, "{role}: {:?}", outcome.troubles);
        assert!(outcome.troubles[0].starts_with(&expected), "{:?}", outcome.troubles);
        assert!(outcome.answers >= 1, "{role}");
    }
}

#[test]
fn a_responder_that_can_neither_remember_nor_forget_is_replaced() {
    let outcome = talk("responder", How::Ruins, 1);
    assert!(outcome.ended.is_ok(), "{:?}", outcome.ended);
    assert_eq!(outcome.troubles.len(), 1, "{:?}", outcome.troubles);
    assert!(outcome.troubles[0].starts_with("the responder "), "{:?}", outcome.troubles);
    assert!(outcome.answers >= 2);
}

/// The next order is the one more try that an engine gets.
#[test]
fn an_engine_that_fails_twice_in_a_row_is_replaced_and_the_cause_is_reported() {
    for role in ["transcriber", "responder", "synthesizer"] {
        let outcome = talk(role, How::Errs, 2);
        assert!(outcome.ended.is_ok(), "{role}: {:?}", outcome.ended);
        let expected = format!("the {role} failed: the test says so. It was restarted");
        let [first, second] = outcome.troubles.as_slice() else { panic!("{outcome:?}") };
        assert_eq!(first, "the test says so", "{role}");
        assert!(second.starts_with(&expected), "{second}");
        assert!(outcome.answers >= 1, "{role}");
    }
}

/// Its errors harm no turn, and are not reported.
#[test]
fn an_end_of_turn_detector_that_fails_twice_in_a_row_is_replaced() {
    let outcome = talk("end-of-turn detector", How::Errs, 2);
    assert!(outcome.ended.is_ok(), "{:?}", outcome.ended);
    let [trouble] = outcome.troubles.as_slice() else { panic!("{outcome:?}") };
    assert!(trouble.starts_with("the end-of-turn detector failed: the test says so."));
}

#[test]
fn without_its_front_end_or_link_a_conversation_begins_again() {
    for role in ["front end", "satellite link"] {
        for how in [How::Panics, How::Hangs] {
            let outcome = talk(role, how, 1);
            assert!(outcome.ended.is_ok(), "{role}: {:?}", outcome.ended);
            assert_eq!(outcome.troubles.len(), 1, "{role}: {:?}", outcome.troubles);
            assert!(outcome.troubles[0].starts_with(&format!("the {role} ")));
            assert_eq!(outcome.starts, 2, "{role}, {how:?}");
            assert!(outcome.answers >= 1, "{role}");
        }
    }
}

#[test]
fn the_third_failure_within_a_minute_closes_the_conversation() {
    for role in [
        "front end",
        "transcriber",
        "end-of-turn detector",
        "responder",
        "synthesizer",
        "satellite link",
    ] {
        let outcome = talk(role, How::Panics, usize::MAX);
        let error = outcome.ended.expect_err(role);
        assert_eq!(error.kind(), sayso::ErrorKind::Failing, "{error}");
        let expected = format!("the {role} ended unexpectedly, and starting it again did not help");
        assert!(error.to_string().starts_with(&expected), "{error}");
        assert!(std::error::Error::source(&error).is_some(), "{error}");
        assert_eq!(outcome.troubles.len(), 2, "{role}: {:?}", outcome.troubles);
    }
}

/// The front end ends with the recording, while what it heard still waits.
#[test]
fn the_end_of_a_recording_is_no_failure_of_the_front_end() {
    let mut assistant = Assistant::new(common::config(), common::engines(&["Hm."]).0);
    let mut troubles = Vec::new();
    let ended = assistant.converse(&mut Recording, Pace::Live, &Stop::new(), &mut |event| {
        if let Event::Trouble { message, .. } = event {
            troubles.push(message);
        }
    });
    assert!(ended.is_ok(), "{:?}", ended.err());
    assert_eq!(troubles, Vec::<String>::new());
}

#[test]
fn another_conversation_goes_on() {
    let done = Arc::new(Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for (role, failures) in [("transcriber", usize::MAX), ("nobody", 0)] {
            let done = done.clone();
            scope.spawn(move || {
                let outcome = talk(role, How::Panics, failures);
                done.lock().expect("done").push((role, outcome.ended.is_ok(), outcome.answers));
            });
        }
    });
    let done = done.lock().expect("done");
    let of = |role| done.iter().find(|done| done.0 == role).copied().expect("done");
    assert!(!of("transcriber").1);
    let (_, went_on, answers) = of("nobody");
    assert!(went_on && answers >= 1);
}

#[test]
fn a_panic_on_the_virtual_clock_is_an_error_that_names_the_worker() {
    let left = Arc::new(AtomicUsize::new(1));
    let sessions = FaultySessions { role: "transcriber", how: How::Panics, left };
    let engines = sessions.session().expect("engines");
    let mut assistant = Assistant::new(common::config(), engines);
    let parts = [(false, 500), (true, 1500), (false, 1500)];
    let mut board = sayso_replay::Replay::from_samples(common::sound(&parts));
    let ended = assistant.converse(&mut board, Pace::Lockstep, &Stop::new(), &mut |_| {});
    let error = ended.expect_err("it panicked");
    assert_eq!(error.kind(), sayso::ErrorKind::Worker);
    assert_eq!(error.to_string(), "the transcriber ended unexpectedly; start again");
}

#[test]
fn an_engine_that_fails_twice_on_the_virtual_clock_is_the_cause_of_the_error() {
    let left = Arc::new(AtomicUsize::new(2));
    let sessions = FaultySessions { role: "transcriber", how: How::Errs, left };
    let engines = sessions.session().expect("engines");
    let mut assistant = Assistant::new(common::config(), engines);
    let parts = [(false, 500), (true, 1500), (false, 3000), (true, 1500), (false, 3000)];
    let mut board = sayso_replay::Replay::from_samples(common::sound(&parts));
    let ended = assistant.converse(&mut board, Pace::Lockstep, &Stop::new(), &mut |_| {});
    let error = ended.expect_err("nobody replaces it");
    assert_eq!(error.kind(), sayso::ErrorKind::Worker);
    let chain = std::iter::successors(std::error::Error::source(&error), |error| error.source());
    let mut causes = chain.filter_map(|error| error.downcast_ref::<sayso_models::Error>());
    assert_eq!(causes.next().map(|cause| cause.kind()), Some(ErrorKind::Engine));
}
