//! One user after the other, with real models: nothing the first said affects the second.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::time::Duration;

use sayso::internals::engines::Pool;
use sayso::{Config, Engines, ErrorKind, Weights};
use sayso_models::Cancel;
use sayso_models::stt::{SttRequest, Transcript};
use sayso_models::tts::Delivery;
use sayso_tests::data;

const QUESTION: &str = "commands-misc-en/gdo_audio.flac";
const OTHER: &str = "smoke/jfk.flac";

/// Everything that a user gets: the transcript, how complete it sounds, the reply, its sound.
#[derive(Debug, PartialEq)]
struct Turn {
    speech: Vec<f32>,
    transcript: Transcript,
    complete: f32,
    reply: String,
    sound: Vec<f32>,
}

fn turn(engines: &mut Engines, clip: &str) -> Turn {
    let samples = sayso_audio_io::read_all(data(clip), Duration::from_secs(60)).unwrap().samples;
    let cancel = Cancel::new();
    let Engines { vad, stt, eot, llm, tts } = engines;
    let speech = samples.chunks_exact(512).map(|frame| vad.process(frame).unwrap()).collect();
    let complete = eot.as_mut().unwrap().completeness(&samples, 1, &cancel).unwrap();
    let transcript =
        stt.transcribe(&samples, &SttRequest::default(), &cancel, &mut |_| ()).unwrap();
    let reply = llm.reply(&transcript.text, &cancel, &mut |_| ()).unwrap().text;
    llm.keep(None).unwrap();
    let mut sound = Vec::new();
    let mut take = |block: &[f32]| sound.extend_from_slice(block);
    tts.speak(&reply, &Delivery::default(), &cancel, &mut take).unwrap();
    Turn { speech, transcript, complete, reply, sound }
}

#[test]
fn the_next_user_gets_the_same_as_a_first_user() {
    let overrides = ["models.profile=small", "llm.threads=1", "stt.threads=1"];
    let overrides = overrides.map(std::ffi::OsString::from);
    let config = Config::load(None, &overrides).unwrap();
    let weights = Weights::load(&config).expect("models");
    let expected = turn(&mut weights.session().unwrap(), QUESTION);
    assert!(!expected.reply.is_empty() && !expected.sound.is_empty());

    let pool = Pool::new(Arc::new(weights), 1);
    let mut lease = pool.lease().unwrap();
    let mut engines = lease.take().unwrap();
    assert_ne!(turn(&mut engines, OTHER).transcript, expected.transcript);
    turn(&mut engines, QUESTION);
    assert_eq!(engines.llm.history().len(), 2);
    assert_eq!(pool.lease().err().map(|error| error.kind()), Some(ErrorKind::Busy));
    lease.put(engines);
    drop(lease);

    let mut lease = pool.lease().unwrap();
    let mut engines = lease.take().unwrap();
    assert!(engines.llm.history().is_empty());
    assert_eq!(turn(&mut engines, QUESTION), expected, "to the bit");
}
