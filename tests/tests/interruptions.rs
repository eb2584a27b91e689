//! Recorded people speak over real replies. The tests check what stops, what continues, and what is
//! remembered. They use a virtual clock, so that every offset is exact. As with headphones, the
//! microphone does not hear the loudspeaker, and no canceller works.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use sayso::event::{Ending, TurnRecord};
use sayso::{Assistant, Config, Engines, Event, Pace, Stop};
use sayso_core::turn::State;
use sayso_models::Cancel;
use sayso_models::llm::Exchange;
use sayso_models::stt::SttRequest;
use sayso_replay::{Layout, Output, Replay, Tracks};
use sayso_tests::data;
use sayso_tests::wer::Wer;

const QUESTION: &str = "commands-misc-en/gdo_audio.flac";
/// The words begin after 0.06 s.
const COMMAND: &str = "commands-misc-en/v2j_turn_on_living_room_lamp.flac";
const EAR: usize = 16_000;

fn samples(path: &str) -> Vec<f32> {
    sayso_audio_io::read_all(data(path), Duration::from_secs(60)).expect("recording").samples
}

struct Talk {
    /// When the state changed, in samples at 16 kHz.
    states: Vec<(u64, State)>,
    turns: Vec<TurnRecord>,
    history: Vec<Exchange>,
    tracks: Tracks,
}

impl Talk {
    /// Whether the reply's track sounds between these samples at 16 kHz.
    fn sounds(&self, from: u64, to: u64) -> bool {
        self.reply(from, to).iter().any(|s| s.abs() > 0.003)
    }

    fn reply(&self, from: u64, to: u64) -> Vec<f32> {
        let place = |at: u64| (at * u64::from(self.tracks.rate) / EAR as u64) as usize;
        let right: Vec<f32> = self.tracks.samples.iter().skip(1).step_by(2).copied().collect();
        let (from, to) = (place(from).min(right.len()), place(to).min(right.len()));
        right[from..to].to_vec()
    }

    fn first(&self, wanted: State) -> u64 {
        let found = self.states.iter().find(|(_, state)| *state == wanted);
        found.unwrap_or_else(|| panic!("never {wanted:?}: {:?}", self.states)).0
    }
}

fn assistant() -> Assistant {
    let overrides = [
        "models.profile=small",
        "front_end.echo_cancellation=false",
        "llm.threads=1",
        "stt.threads=1",
    ]
    .map(std::ffi::OsString::from);
    let config = Config::load(None, &overrides).expect("settings");
    let engines = Engines::load(&config).expect("models");
    Assistant::new(config, engines)
}

/// Asks the question, and plays `over` after this many samples of the recording.
fn talk(assistant: &mut Assistant, over: Option<(u64, &[f32])>) -> Talk {
    assistant.engines().llm.forget().expect("forgets");
    let mut sound = samples(QUESTION);
    if let Some((at, said)) = over {
        sound.resize(at as usize, 0.0);
        sound.extend_from_slice(said);
    }
    let mut board = Replay::from_samples(sound)
        .output(Output::Memory(Layout::Stereo))
        .tail(Duration::from_secs(4));
    let handle = board.handle();
    let (mut states, mut turns) = (Vec::new(), Vec::new());
    assistant
        .converse(&mut board, Pace::Lockstep, &Stop::new(), &mut |event| match event {
            Event::State { at, state } => states.push((at.0, state)),
            Event::Turn(turn) if turn.ending != Ending::Dropped => turns.push(*turn),
            Event::Trouble { message, .. } => panic!("{message}"),
            _ => {}
        })
        .expect("a conversation");
    let history = assistant.engines().llm.history().to_vec();
    let tracks = handle.finish().expect("tracks").expect("in memory");
    Talk { states, turns, history, tracks }
}

#[test]
fn a_command_over_the_reply_stops_it_and_is_answered() {
    let mut assistant = assistant();
    let whole = talk(&mut assistant, None);
    let (start, end) = (whole.first(State::Speaking), whole.states.last().expect("states").0);
    assert_eq!(whole.turns.len(), 1);
    let command = samples(COMMAND);
    let (mut interrupted, mut words) = (0, Wer::default());
    // Not in the first 0.1 s, where it might still belong to the question, and not in the last
    // second, which a command may outlast.
    let offsets: Vec<u64> = (start + EAR as u64 / 10..end - EAR as u64).step_by(EAR / 4).collect();
    assert!(offsets.len() >= 4, "the reply is too short to interrupt: {start} to {end}");
    for &at in &offsets {
        let talk = talk(&mut assistant, Some((at, &command)));
        let cut = &talk.turns[0];
        if cut.ending != Ending::Interrupted {
            println!("{at}: not interrupted: {:?}", talk.states);
            continue;
        }
        interrupted += 1;
        // The sound fades within 100 ms of the detection, and stays silent until the next reply.
        let paused = talk.first(State::Paused);
        let again = talk.states.iter().find(|(when, s)| *when > paused && *s == State::Speaking);
        let again = again.expect("the command is answered").0;
        assert!(talk.sounds(at, paused));
        assert!(!talk.sounds(paused + EAR as u64 / 10, again));
        // Only the part that was heard is remembered, marked as interrupted.
        assert!(cut.reply.starts_with(&cut.heard) && cut.heard.len() < cut.reply.trim_end().len());
        assert_eq!(talk.history.len(), 2, "{:?}", talk.history);
        if cut.heard.is_empty() {
            continue;
        }
        assert_eq!(talk.history[0].assistant, format!("{}…", cut.heard));
        let second = Wer::of("turn on the living room lamp", &talk.history[1].user);
        assert!(second.errors <= 2, "{}", talk.history[1].user);
        // The turn before was still in the cache.
        assert!(talk.turns[1].tokens.cached > cut.tokens.cached, "{:?}", talk.turns[1].tokens);
        // The text that is reported as heard is the text in the sound.
        let sound = at_ear_rate(&talk.reply(talk.first(State::Speaking), again), talk.tracks.rate);
        let heard = assistant
            .engines()
            .stt
            .transcribe(&sound, &SttRequest::default(), &Cancel::new(), &mut |_| {})
            .expect("transcribes");
        println!("{at}: {:?} heard as {:?}", cut.heard, heard.text);
        words += Wer::of(&cut.heard, &heard.text);
    }
    println!(
        "{interrupted} of {} interrupted; heard and remembered differ by {words}",
        offsets.len()
    );
    assert!(interrupted * 10 >= offsets.len() * 9);
    // In most of them a word is cut, and Whisper guesses at the rest of it.
    assert!(words.errors <= 2 * offsets.len(), "{words}");
}

#[test]
fn stop_over_the_reply_stops_it_for_good() {
    let mut assistant = assistant();
    let start = talk(&mut assistant, None).first(State::Speaking);
    let mut stopped = 0;
    let stops: Vec<_> = sayso_tests::recordings()
        .into_iter()
        .chain(sayso_tests::further())
        .filter(|r| r.category == "speech-commands" && r.transcript == "stop")
        .collect();
    assert!(!stops.is_empty());
    for stop in &stops {
        let said = sayso_audio_io::read_all(&stop.path, Duration::from_secs(5))
            .expect("recording")
            .samples;
        let talk = talk(&mut assistant, Some((start + EAR as u64, &said)));
        println!("{}: {:?}", stop.path.display(), talk.states);
        let silent = talk.turns.len() == 1 && talk.turns[0].ending == Ending::Interrupted;
        stopped += usize::from(silent);
    }
    // Whisper-tiny does not understand every single word.
    assert!(stopped * 3 >= stops.len() * 2, "{stopped} of {}", stops.len());
}

#[test]
fn after_a_yes_the_reply_continues() {
    let mut assistant = assistant();
    let start = talk(&mut assistant, None).first(State::Speaking);
    let (mut whole, mut all) = (0, 0);
    for yes in sayso_tests::recordings()
        .into_iter()
        .chain(sayso_tests::further())
        .filter(|r| r.category == "speech-commands" && r.transcript == "yes")
    {
        let said =
            sayso_audio_io::read_all(&yes.path, Duration::from_secs(5)).expect("recording").samples;
        let talk = talk(&mut assistant, Some((start + EAR as u64, &said)));
        println!("{}: {:?}", yes.path.display(), talk.states);
        all += 1;
        whole += usize::from(talk.turns.len() == 1 && talk.turns[0].ending == Ending::Complete);
    }
    assert!(all > 0 && whole * 3 >= all * 2, "{whole} of {all}");
}

/// A radio is also a human voice, but quieter than the user.
#[test]
fn a_radio_in_the_background_does_not_interrupt() {
    let mut assistant = assistant();
    let whole = talk(&mut assistant, None);
    let (start, end) = (whole.first(State::Speaking), whole.states.last().expect("states").0);
    let user = power(&samples(QUESTION));
    let mut paused = std::collections::BTreeMap::<i32, usize>::new();
    let radios = ["librispeech/1998-15444-0004", "librispeech/2033-164914-0000", "smoke/jfk"];
    for radio in radios {
        let radio = samples(&format!("{radio}.flac"));
        for db in [0, -10, -20, -30] {
            let gain = (user / power(&radio) * 10.0_f32.powf(db as f32 / 10.0)).sqrt();
            let length = (end - start) as usize;
            let heard: Vec<f32> = radio.iter().take(length).map(|sample| sample * gain).collect();
            assert_eq!(heard.len(), length, "the radio plays on to the end of the reply");
            let talk = talk(&mut assistant, Some((start, &heard)));
            let pauses = talk.states.iter().any(|(_, state)| *state == State::Paused);
            println!("radio at {db} dB: {:?}", talk.states);
            *paused.entry(db).or_default() += usize::from(pauses);
        }
    }
    println!("of {} radios, these make the reply pause, by dB: {paused:?}", radios.len());
    assert_eq!((paused[&-20], paused[&-30]), (0, 0));
    // Another voice as loud as the user is taken for the user.
    assert_eq!(paused[&0], radios.len());
}

/// Mean square of the speech, over all that is within 30 dB of the loudest 10 ms.
fn power(samples: &[f32]) -> f32 {
    let powers = samples.chunks(160).map(|ms| ms.iter().map(|s| s * s).sum::<f32>() / 160.0);
    let loudest = powers.clone().fold(0.0, f32::max);
    let active: Vec<f32> = powers.filter(|power| *power > loudest * 1e-3).collect();
    active.iter().sum::<f32>() / active.len() as f32
}

/// The voice's sound at the capture rate.
fn at_ear_rate(sound: &[f32], rate: u32) -> Vec<f32> {
    let mut resampler = sayso_audio_io::Resampler::new(rate, EAR as u32).expect("rates");
    let mut out = Vec::new();
    resampler.process(sound, &mut out);
    resampler.finish(&mut out);
    out
}
