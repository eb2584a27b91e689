//! Voice-to-voice latency through a real audio server, on a recording of both sides.

#![allow(clippy::expect_used)] // Helpers of tests are tests.

use std::time::Duration;

use sayso_pulse::{Pulse, RECORDING_RATE, find};

use crate::data;
use crate::live::Live;

/// A recorded question and where its speech ends.
#[derive(Clone, Debug)]
pub struct Question {
    /// Its file in `tests/data`.
    pub name: String,
    /// The labelled end of the speech, in ms.
    pub end_ms: f64,
}

/// What came of a question.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The file of the question.
    pub question: String,
    /// From the labelled end of the speech to the first audible sample of the
    /// reply; `None` without a reply.
    pub voice_to_voice_ms: Option<f64>,
    /// How well the question was found in the recording: 1 is the same sound.
    pub fit: f64,
    /// What was understood.
    pub transcript: String,
}

/// The first `few` questions of `tests/data/turns.tsv`.
pub fn questions(few: usize) -> Vec<Question> {
    let list = std::fs::read_to_string(data("turns.tsv")).expect("tests/data/turns.tsv");
    let question = |line: &str| {
        let mut fields = line.split('\t');
        let name = fields.next()?.to_owned();
        Some(Question { name, end_ms: fields.next()?.parse().ok()? })
    };
    list.lines().skip(1).filter_map(question).take(few).collect()
}

/// Asks one question after the other through a PulseAudio server of its own, in
/// one conversation of `sayso run` with these arguments.
///
/// # Errors
/// What the server or its tools said.
pub fn measure(questions: &[Question], arguments: &[&str]) -> Result<Vec<Turn>, String> {
    let mut pulse = Pulse::start()?;
    pulse.join()?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let live = Live::start(&pulse, arguments);
    live.wait("state", |event| event["state"] == "listening");
    // The devices are open a moment after the state is shown.
    std::thread::sleep(Duration::from_secs(1));
    let mut turns = Vec::new();
    for question in questions {
        let sound = sayso_board::read_all(data(&question.name), Duration::from_secs(60))
            .map_err(|error| error.to_string())?
            .samples;
        let wav = folder.path().join("question.wav");
        let mut out = sayso_board::WavWriter::create(&wav, RECORDING_RATE, 1)
            .map_err(|error| error.to_string())?;
        out.write(&sound).and_then(|()| out.finish()).map_err(|error| error.to_string())?;
        let recorder = pulse.record()?;
        std::thread::sleep(Duration::from_millis(500));
        pulse.speak(&wav)?;
        // A question with a pause may have been answered in two turns; the last is the whole one's.
        let turn = live.wait("turn", |turn| turn["ending"] == "complete");
        let both = recorder.stop()?;
        let side = |channel: usize| -> Vec<f32> {
            both.iter().copied().skip(channel).step_by(2).collect()
        };
        let (said, played) = (side(0), side(1));
        let (at, fit) = find(&sound, &said);
        let end = at + (question.end_ms / 1000.0 * f64::from(RECORDING_RATE)) as usize;
        let onset = sayso_replay::onset(played.get(end..).unwrap_or_default(), RECORDING_RATE);
        turns.push(Turn {
            question: question.name.clone(),
            voice_to_voice_ms: onset.map(|n| n as f64 * 1000.0 / f64::from(RECORDING_RATE)),
            fit,
            transcript: turn["transcript"].as_str().unwrap_or_default().to_owned(),
        });
    }
    if live.ctrl_c() { Ok(turns) } else { Err("sayso run did not end well".into()) }
}
