//! Voice-to-voice latency through a real audio server, on a recording of both sides.

#![allow(clippy::expect_used)] // These are helpers of tests.

use std::ops::Range;
use std::time::{Duration, Instant};

use sayso_pulse::{Pulse, RECORDING_RATE, find};

use crate::data;
use crate::live::Live;

/// The assistant's clock, in samples per second.
const CAPTURE_RATE: f64 = 16_000.0;

/// A recorded question and the time at which its speech ends.
#[derive(Clone, Debug)]
pub struct Question {
    /// Its file in `tests/data`.
    pub name: String,
    /// The labelled end of the speech, in ms.
    pub end_ms: f64,
}

/// The result of a question.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The file of the question.
    pub question: String,
    /// From the labelled end of the speech to the first audible sample of the reply; `None` if
    /// there was no reply, or if the question was cut off.
    pub voice_to_voice_ms: Option<f64>,
    /// The same by the assistant's own clock: from the end of the speech as it detected it to the
    /// moment when it passed the first sound to the loudspeaker. The difference is the audio
    /// server's delay, and the error of that detection.
    pub inside_ms: Option<f64>,
    /// Whether the turn was ended before the question was.
    pub cut_off: bool,
    /// How well the question was found in the recording: 1 is the same sound.
    pub fit: f64,
    /// The transcript, of all turns that the question became.
    pub transcript: String,
}

/// A turn that the assistant took.
#[derive(Clone, Debug, PartialEq)]
struct Taken {
    /// The span of its speech, in s.
    speech: Range<f64>,
    transcript: String,
    inside_ms: Option<f64>,
}

/// A turn whose speech ends this long before the question does, in s, did not hear the whole
/// question. The two clocks agree to about 0.2 s.
const EARLY: f64 = 0.5;

/// If nothing new happens for this long, nothing more will.
const SETTLED: Duration = Duration::from_millis(1_500);

/// The longest that a question and its answer may take.
const LONGEST: Duration = Duration::from_secs(120);

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

/// Asks the questions one after the other through its own PulseAudio server, in one conversation
/// of `sayso run` with these arguments.
///
/// # Errors
/// The message of the server or of its tools.
pub fn measure(questions: &[Question], arguments: &[&str]) -> Result<Vec<Turn>, String> {
    let mut pulse = Pulse::start()?;
    pulse.join()?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let live = Live::start(&pulse, arguments);
    live.wait("state", |event| event["state"] == "listening");
    // The devices are open a moment after the state is shown.
    std::thread::sleep(Duration::from_secs(1));
    let start = Instant::now();
    // All turns, including late ones: their times show which belongs to which question.
    let (mut taken, mut asked) = (Vec::new(), Vec::new());
    for question in questions {
        let sound = sayso_audio_io::read_all(data(&question.name), Duration::from_secs(60))
            .map_err(|error| error.to_string())?
            .samples;
        let wav = folder.path().join("question.wav");
        let mut out = sayso_audio_io::WavWriter::create(&wav, RECORDING_RATE, 1)
            .map_err(|error| error.to_string())?;
        out.write(&sound).and_then(|()| out.finish()).map_err(|error| error.to_string())?;
        let recorder = pulse.record()?;
        std::thread::sleep(Duration::from_millis(500));
        let from = start.elapsed().as_secs_f64();
        pulse.speak(&wav)?;
        // The question ends when its last sample was played, whenever it began.
        let over = start.elapsed().as_secs_f64();
        let behind = sound.len() as f64 / f64::from(RECORDING_RATE) - question.end_ms / 1000.0;
        listen(&live, start, &mut taken);
        let both = recorder.stop()?;
        let side = |channel: usize| -> Vec<f32> {
            both.iter().copied().skip(channel).step_by(2).collect()
        };
        let (said, played) = (side(0), side(1));
        let (at, fit) = find(&sound, &said);
        let end = at + (question.end_ms / 1000.0 * f64::from(RECORDING_RATE)) as usize;
        let onset = sayso_replay::onset(played.get(end..).unwrap_or_default(), RECORDING_RATE);
        let onset = onset.map(|n| n as f64 * 1000.0 / f64::from(RECORDING_RATE));
        asked.push((from..over - behind, fit, onset));
    }
    let turn = |(question, (span, fit, onset)): (&Question, (Range<f64>, f64, Option<f64>))| {
        let (transcript, cut_off, inside_ms) = made_of(&span, &taken);
        Turn {
            question: question.name.clone(),
            // The sound after a question that was cut off may be the answer to its beginning.
            voice_to_voice_ms: onset.filter(|_| !cut_off),
            inside_ms: inside_ms.filter(|_| !cut_off),
            cut_off,
            fit,
            transcript,
        }
    };
    let turns = questions.iter().zip(asked).map(turn).collect();
    if live.ctrl_c() { Ok(turns) } else { Err("sayso run did not end well".into()) }
}

/// Adds the turns that come until it listens again and nothing more happens.
fn listen(live: &Live, start: Instant, taken: &mut Vec<Taken>) {
    let began = Instant::now();
    let (mut listens, mut clock) = (true, f64::INFINITY);
    while began.elapsed() < LONGEST {
        let Some((came, event)) = live.next(SETTLED) else {
            if listens {
                return;
            }
            continue;
        };
        let seconds = |field: &str| event[field].as_f64().unwrap_or_default() / CAPTURE_RATE;
        match event["event"].as_str() {
            Some("state") => listens = event["state"] == "listening",
            // The front end reports these without delay, so the quickest of them shows when its
            // clock began.
            Some("speech_started" | "may_have_ended" | "speech_resumed" | "speech_ended") => {
                let came = came.saturating_duration_since(start).as_secs_f64();
                clock = clock.min(came - seconds("at"));
            }
            Some("turn") if event["ending"] != "dropped" => taken.push(Taken {
                speech: clock + seconds("speech_from")..clock + seconds("speech_end"),
                transcript: event["transcript"].as_str().unwrap_or_default().to_owned(),
                inside_ms: event["timings_ms"]["voice_to_voice"].as_f64(),
            }),
            _ => {}
        }
    }
}

/// The transcript of the question with this span (in s), and whether it was cut off, that is,
/// whether it became more than one turn, or one that ended too early. The third value is how long
/// the last of these turns took by the assistant's own clock, in ms.
fn made_of(question: &Range<f64>, taken: &[Taken]) -> (String, bool, Option<f64>) {
    let its = |turn: &&Taken| turn.speech.start < question.end && turn.speech.end > question.start;
    let turns: Vec<&Taken> = taken.iter().filter(its).collect();
    let early = |turn: &&Taken| turn.speech.end + EARLY < question.end;
    let cut_off = turns.len() > 1 || turns.iter().any(early);
    let words: Vec<&str> = turns.iter().map(|turn| turn.transcript.as_str()).collect();
    (words.join(" | "), cut_off, turns.last().and_then(|turn| turn.inside_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(speech: Range<f64>, words: &str) -> Taken {
        Taken { speech, transcript: words.to_owned(), inside_ms: Some(500.0) }
    }

    #[test]
    fn a_split_question_is_cut_off_and_the_next_is_still_matched() {
        let questions = [1.0..3.0, 11.0..16.0, 22.0..24.0, 31.0..35.0, 41.0..43.0];
        let taken = [
            taken(1.2..2.9, "one"),
            taken(11.1..13.0, "two,"),
            taken(14.0..16.1, "and more"),
            taken(22.1..24.2, "three"),
            taken(31.1..33.0, "four"),
        ];
        let made: Vec<_> = questions.iter().map(|span| made_of(span, &taken)).collect();
        let expected = [
            ("one", false, Some(500.0)),
            ("two, | and more", true, Some(500.0)),
            ("three", false, Some(500.0)),
            ("four", true, Some(500.0)),
            ("", false, None),
        ];
        assert_eq!(made, expected.map(|(words, cut, inside)| (words.to_owned(), cut, inside)));
    }
}
