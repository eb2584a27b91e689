//! The wake phrase before, after and over speech: the tests check what is answered, and in which
//! words. They use a virtual clock, and as with headphones there is no echo. Two recorded people say
//! the phrase; other people ask the questions.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;
use std::time::Duration;

use sayso::event::{Ending, TurnRecord};
use sayso::{Assistant, Config, Engines, Event, Pace, Stop};
use sayso_core::turn::State;
use sayso_frontend::WakePhrase;
use sayso_replay::Replay;
use sayso_tests::wer::Wer;
use sayso_tests::{data, json, sayso};

/// Questions, and the words in them.
const QUESTIONS: [(&str, &str); 4] = [
    ("rh3_what_time_is_it", "what time is it"),
    ("v2j_turn_on_living_room_lamp", "turn on the living room lamp"),
    ("rh3_whats_the_date_today", "what is the date today"),
    ("gdo_hello_gemini_are_you_there", "hello gemini are you there"),
];
const PHRASES: [&str; 2] = ["alexa_131", "alexa_267"];
const RATE: usize = 16_000;

fn samples(path: PathBuf) -> Vec<f32> {
    sayso_audio_io::read_all(path, Duration::from_secs(60)).expect("recording").samples
}

/// A recording without the quiet around its words: what is softer than its loudest 10 ms by 30 dB.
fn trimmed(samples: &[f32]) -> Vec<f32> {
    let energy = |block: &[f32]| block.iter().map(|s| s * s).sum::<f32>();
    let energies: Vec<f32> = samples.chunks(RATE / 100).map(energy).collect();
    let least = energies.iter().copied().fold(0.0, f32::max) / 1000.0;
    let loud = |e: &&f32| **e > least;
    let first = energies.iter().take_while(|e| !loud(e)).count();
    let last = energies.iter().rev().take_while(|e| !loud(e)).count();
    samples[first * RATE / 100..(energies.len() - last) * RATE / 100.min(samples.len())].to_vec()
}

fn phrase(name: &str) -> Vec<f32> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../core/wake/goldens");
    trimmed(&samples(folder.join(format!("{name}.flac"))))
}

fn question(name: &str) -> Vec<f32> {
    trimmed(&samples(data(&format!("commands-misc-en/{name}.flac"))))
}

fn quiet(seconds: f32) -> Vec<f32> {
    // Faint noise, as every microphone has.
    let mut state = 1_u32;
    let noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state as f32 / u32::MAX as f32 - 0.5) * 2e-4
    };
    std::iter::repeat_with(noise).take((seconds * RATE as f32) as usize).collect()
}

struct Heard {
    woken: usize,
    states: Vec<State>,
    turns: Vec<TurnRecord>,
}

fn assistant() -> Assistant {
    let overrides = [
        "models.profile=small",
        "front_end.echo_cancellation=false",
        "wake.follow_up_s=3",
        "llm.threads=1",
        "stt.threads=1",
    ]
    .map(std::ffi::OsString::from);
    let config = Config::load(None, &overrides).expect("settings");
    let engines = Engines::load(&config).expect("models");
    let alexa = WakePhrase::ready_made("alexa").expect("a net");
    Assistant::new(config, engines).wake_on(vec![alexa])
}

fn hear(assistant: &mut Assistant, parts: &[Vec<f32>]) -> Heard {
    assistant.engines().llm.forget().expect("forgets");
    let mut board = Replay::from_samples(parts.concat()).tail(Duration::from_secs(4));
    let mut heard = Heard { woken: 0, states: Vec::new(), turns: Vec::new() };
    assistant
        .converse(&mut board, Pace::Lockstep, &Stop::new(), &mut |event| match event {
            Event::Woken { .. } => heard.woken += 1,
            Event::State { state, .. } => heard.states.push(state),
            Event::Turn(turn) if turn.ending != Ending::Dropped => heard.turns.push(*turn),
            Event::Trouble { message, .. } => panic!("{message}"),
            _ => {}
        })
        .expect("a conversation");
    heard
}

#[test]
fn it_sleeps_until_the_phrase() {
    let mut assistant = assistant();
    for (name, _) in QUESTIONS {
        let heard = hear(&mut assistant, &[quiet(1.0), question(name), quiet(2.0)]);
        assert_eq!((heard.woken, heard.states, heard.turns.len()), (0, vec![State::Asleep], 0));
    }
}

/// No pause is needed, no word is lost, and the phrase is not among the words.
#[test]
fn the_question_follows_in_the_same_breath() {
    let mut assistant = assistant();
    for pause in [0.0, 0.15, 0.6] {
        let (mut words, mut woken) = (Wer::default(), 0);
        for name in PHRASES {
            for (asked, text) in QUESTIONS {
                let parts = [quiet(1.0), phrase(name), quiet(pause), question(asked), quiet(2.0)];
                let heard = hear(&mut assistant, &parts);
                // Without a pause, the first sounds of the question may hide the phrase.
                if heard.woken == 0 && pause == 0.0 {
                    println!("{name}, {text:?}: not woken");
                    continue;
                }
                woken += 1;
                let said: Vec<&str> =
                    heard.turns.iter().map(|turn| turn.transcript.as_str()).collect();
                let said = said.join(" ");
                println!("{pause} s, {name}, {text:?}: {said:?}");
                assert!(!said.to_lowercase().contains("alex"), "{said}");
                words += Wer::of(text, &said);
            }
        }
        println!("after {pause} s: {woken} of 8 woken, {words}");
        assert!(woken >= 7, "{woken} of 8 are woken after {pause} s");
        assert!(words.percent() <= 20.0, "{words}");
    }
}

#[test]
fn it_listens_for_a_while_and_sleeps_again() {
    let mut assistant = assistant();
    let [(first, _), (second, _), ..] = QUESTIONS;
    // Four seconds pass between them, of which the reply takes more than one; then too many.
    let parts = [
        quiet(1.0),
        phrase(PHRASES[0]),
        quiet(1.5),
        question(first),
        quiet(4.0),
        question(second),
        quiet(25.0),
        question(second),
        quiet(2.0),
    ];
    let heard = hear(&mut assistant, &parts);
    println!("{:?}", heard.states);
    let said: Vec<&str> = heard.turns.iter().map(|turn| turn.transcript.as_str()).collect();
    assert_eq!((heard.woken, said.len()), (1, 2), "{said:?}");
    assert_eq!(heard.states.first(), Some(&State::Asleep));
    assert_eq!(heard.states.last(), Some(&State::Asleep));
}

#[test]
fn the_phrase_over_the_reply_ends_it() {
    let mut assistant = assistant();
    let [(first, _), (second, text), ..] = QUESTIONS;
    let asked = [quiet(1.0), phrase(PHRASES[0]), question(first)];
    let whole = hear(&mut assistant, &[asked.concat(), quiet(2.0)]);
    assert_eq!(whole.turns.len(), 1);
    let over = [asked.concat(), quiet(1.2), phrase(PHRASES[0]), question(second), quiet(2.0)];
    let heard = hear(&mut assistant, &over);
    let turns: Vec<(Ending, &str)> =
        heard.turns.iter().map(|turn| (turn.ending, turn.transcript.as_str())).collect();
    println!("{turns:?}");
    assert_eq!((heard.woken, turns.len()), (2, 2));
    assert_eq!(turns[0].0, Ending::Interrupted);
    assert!(Wer::of(text, turns[1].1).errors <= 1, "{turns:?}");
}

/// Both boards hear the phrase and the question; one is nearer to the speaker.
#[test]
fn of_two_boards_the_one_that_heard_it_best_answers() {
    let dir = tempfile::tempdir().expect("a folder");
    let parts = [quiet(1.0), phrase(PHRASES[0]), quiet(0.3), question(QUESTIONS[0].0), quiet(2.0)];
    let sound = parts.concat();
    let board = |name: &str, gain: f32| {
        let path = dir.path().join(name);
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: RATE as u32,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut file = hound::WavWriter::create(&path, spec).expect("a file");
        for sample in &sound {
            file.write_sample((sample * gain * 32_767.0) as i16).expect("writes");
        }
        file.finalize().expect("writes");
        format!("replay:{}", path.display())
    };
    for (first, second) in [(1.0, 0.3), (0.3, 1.0)] {
        let boards = [board("first.wav", first), board("second.wav", second)];
        let mut command = sayso();
        command.args(["--profile", "small", "run", "--wake", "--json"]);
        command.args(boards.iter().flat_map(|board| ["--board", board]));
        let lines = json(&mut command);
        let nearer = &boards[usize::from(second > first)];
        let woken: Vec<_> = lines.iter().filter(|line| line["event"] == "woken").collect();
        let answers = |answers: bool| -> Vec<&str> {
            let those = woken.iter().filter(|line| line["answers"] == answers);
            those.map(|line| line["board"].as_str().expect("a board")).collect()
        };
        assert_eq!(answers(true), [nearer.as_str()], "{woken:?}");
        assert_eq!(answers(false).len(), 1, "{woken:?}");
        let turns = lines.iter().filter(|line| line["event"] == "turn");
        let turns: Vec<_> = turns.filter(|line| line["ending"] != "dropped").collect();
        assert_eq!(turns.len(), 1, "{turns:?}");
        assert_eq!(turns[0]["board"], **nearer, "{turns:?}");
    }
}
