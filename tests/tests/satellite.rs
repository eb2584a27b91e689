//! A conversation with a satellite: a question goes into its microphone, the answer comes out of
//! its loudspeaker. The satellite is simulated in Rust, over TCP.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

// Shared with the tests of the board, which use more of it.
#[allow(dead_code)]
#[path = "../../boards/satellite/tests/support/mod.rs"]
mod support;

use std::collections::HashSet;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use sayso_core::link::Codec;
use sayso_core::turn::Shown;
use sayso_tests::live::Live;
use sayso_tests::wer::Wer;
use sayso_tests::{data, json, sayso};
use serde_json::Value;
use support::{Satellite, description};

const QUESTION: &str = "commands-misc-en/gdo_audio.flac";

fn accept(listener: &TcpListener) -> TcpStream {
    let (stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Plays the question into the satellite's microphone.
fn ask(satellite: &Satellite) {
    let sound =
        sayso_audio_io::read_all(data(QUESTION), Duration::from_secs(60)).expect("recording");
    let samples = sound.samples.iter().map(|sample| (sample * 32_767.0) as i16);
    let mut body = satellite.body.lock().unwrap();
    body.played.clear();
    body.hears.extend(samples);
}

/// How much may be misheard on a wire that loses nothing: words of the question, and percent of
/// the words of the answer.
const WHOLE: (usize, f64) = (1, 40.0);
const LOSSY: (usize, f64) = (2, 60.0);

/// Compares what came out of its loudspeaker with the reply.
fn check_answer(satellite: &Satellite, turn: &Value, (errors, percent): (usize, f64)) {
    let heard = turn["transcript"].as_str().expect("transcript");
    assert!(Wer::of("how old is the brooklyn bridge", heard).errors <= errors, "{heard}");
    let folder = tempfile::tempdir().expect("folder");
    let answer = folder.path().join("answer.wav");
    // Its last block is in its loudspeaker's queue when the turn is over.
    std::thread::sleep(Duration::from_millis(200));
    let played: Vec<f32> = {
        let body = satellite.body.lock().unwrap();
        body.played.iter().map(|&sample| f32::from(sample) / 32_768.0).collect()
    };
    let mut out = sayso_audio_io::WavWriter::create(&answer, 24_000, 1).expect("wav");
    out.write(&played).expect("samples");
    out.finish().expect("wav");
    let lines = json(sayso().arg("transcribe").arg(&answer).arg("--json"));
    let spoken = lines[0]["text"].as_str().expect("text");
    let reply = turn["reply"].as_str().expect("reply");
    let wer = Wer::of(reply, spoken);
    println!("reply: {reply}\nheard from the loudspeaker: {spoken}\n{wer}");
    assert!(wer.percent() < percent, "{reply}\n{spoken}");
}

#[test]
fn a_satellite_is_answered_even_after_losses_and_a_cut() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let board = format!("satellite:tcp:{}", listener.local_addr().unwrap());
    let live = Live::on(&[&board]);
    let mut satellite =
        Satellite::start(accept(&listener), description(Codec::Pcm), Arc::default());
    live.wait("state", |event| event["state"] == "listening");
    ask(&satellite);
    live.wait("state", |event| event["state"] == "hearing");
    support::wait_until("the lamp shows that it hears", || {
        let shown = satellite.body.lock().unwrap().status.map(|status| status.shown);
        !matches!(shown, None | Some(Shown::Asleep | Shown::Listening))
    });
    let first = live.wait("turn", |turn| turn["ending"] == "complete");
    check_answer(&satellite, &first, WHOLE);

    // The wire is cut and comes back; from then on it loses one byte in 10,000.
    let body = Arc::clone(&satellite.body);
    satellite.pause();
    body.lock().unwrap().loss = 1;
    satellite = Satellite::start(accept(&listener), description(Codec::Adpcm), body);
    support::wait_until("a second session", || satellite.body.lock().unwrap().sessions == 2);
    ask(&satellite);
    let second = live.wait("turn", |turn| turn["ending"] == "complete");
    check_answer(&satellite, &second, LOSSY);
    assert!(second["tokens"]["cached"].as_u64() > first["tokens"]["cached"].as_u64());
    let counters = satellite.body.lock().unwrap().counters;
    println!("{counters:?}");
    assert!(live.ctrl_c(), "Ctrl-C ends it cleanly");
}

#[test]
fn two_satellites_have_separate_conversations() {
    let kitchen = TcpListener::bind("127.0.0.1:0").unwrap();
    let hall = TcpListener::bind("127.0.0.1:0").unwrap();
    let boards = [&kitchen, &hall].map(|l| format!("tcp:{}", l.local_addr().unwrap()));
    let live = Live::on(&[&boards[0], &boards[1]]);
    let [kitchen, hall] = [kitchen, hall].map(|listener| {
        Satellite::start(accept(&listener), description(Codec::Pcm), Arc::default())
    });
    // Either may be the first to listen.
    let mut ready = HashSet::new();
    live.wait("state", |event| {
        if event["state"] == "listening" {
            ready.insert(event["board"].to_string());
        }
        ready.len() == boards.len()
    });
    ask(&kitchen);
    let first = live.wait("turn", |turn| turn["ending"] == "complete");
    assert_eq!(first["board"], *boards[0]);
    check_answer(&kitchen, &first, WHOLE);
    assert!(hall.body.lock().unwrap().played.iter().all(|&sample| sample == 0));
    // The other is independent of it: the same question evaluates as many tokens.
    ask(&hall);
    let second = live.wait("turn", |turn| turn["ending"] == "complete");
    assert_eq!(second["board"], *boards[1]);
    check_answer(&hall, &second, WHOLE);
    assert_eq!(second["tokens"]["cached"], first["tokens"]["cached"]);
    assert!(live.ctrl_c(), "Ctrl-C ends it cleanly");
}
