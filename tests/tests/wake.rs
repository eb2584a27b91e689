//! The wake phrase before, after and over speech: the tests check what is answered, and in which
//! words. They use a virtual clock, and as with headphones there is no echo. Two recorded people say
//! each phrase; other people ask the questions. "Alexa" has a net of its own, "computer" is typed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use sayso::event::{Ending, TurnRecord};
use sayso::internals::engines::Chosen;
use sayso::{Assistant, Config, Engines, Event, Pace, Stop};
use sayso_core::turn::State;
use sayso_frontend::WakePhrase;
use sayso_phonemes::{Acoustic, Phrase, Reader};
use sayso_replay::Replay;
use sayso_tests::wer::Wer;
use sayso_tests::{data, failure, json, sayso};

/// Questions, and the words in them.
const QUESTIONS: [(&str, &str); 4] = [
    ("rh3_what_time_is_it", "what time is it"),
    ("v2j_turn_on_living_room_lamp", "turn on the living room lamp"),
    ("rh3_whats_the_date_today", "what is the date today"),
    ("gdo_hello_gemini_are_you_there", "hello gemini are you there"),
];
const PHRASES: [&str; 2] = ["alexa_131", "alexa_267"];
const TYPED: [&str; 2] = ["computer_1", "computer_2"];
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

/// A recording of a wake phrase.
fn phrase_file(name: &str) -> PathBuf {
    let folder = if TYPED.contains(&name) { "models/phonemes" } else { "core/wake" };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    root.join(folder).join(format!("goldens/{name}.flac"))
}

fn phrase(name: &str) -> Vec<f32> {
    trimmed(&samples(phrase_file(name)))
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
    woken_by(|_| WakePhrase::ready_made("alexa").expect("a net"))
}

/// One that sleeps until "computer".
fn typed_assistant() -> Assistant {
    woken_by(|config| {
        let nets = Chosen::new(config).wake().expect("sayso models fetch hama");
        let phrase = Phrase::typed("computer", &Reader::load(&nets).expect("nets"));
        WakePhrase::typed(phrase.expect("words"), Arc::new(Acoustic::load(&nets).expect("nets")))
    })
}

fn woken_by(phrase: impl Fn(&Config) -> WakePhrase) -> Assistant {
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
    let phrase = phrase(&config);
    Assistant::new(config, engines).wake_on(vec![phrase])
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
    ask_in_the_same_breath(&mut assistant(), PHRASES, "alex");
}

#[test]
fn the_question_follows_a_typed_phrase_in_the_same_breath() {
    ask_in_the_same_breath(&mut typed_assistant(), TYPED, "comput");
}

/// Asks all questions after recordings of a phrase, whose words begin with `stem`.
fn ask_in_the_same_breath(assistant: &mut Assistant, phrases: [&str; 2], stem: &str) {
    for pause in [0.0, 0.15, 0.6] {
        let (mut words, mut woken) = (Wer::default(), 0);
        for name in phrases {
            for (asked, text) in QUESTIONS {
                let parts = [quiet(1.0), phrase(name), quiet(pause), question(asked), quiet(2.0)];
                let heard = hear(assistant, &parts);
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
                assert!(!said.to_lowercase().contains(stem), "{said}");
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

/// Writes a WAV file.
fn write(path: &Path, sound: &[f32]) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE as u32,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(path, spec).expect("a file");
    for sample in sound {
        file.write_sample((sample * 32_767.0) as i16).expect("writes");
    }
    file.finalize().expect("writes");
}

/// Both boards hear the phrase and the question; one is nearer to the speaker.
#[test]
fn of_two_boards_the_one_that_heard_it_best_answers() {
    let dir = tempfile::tempdir().expect("a folder");
    let parts = [quiet(1.0), phrase(PHRASES[0]), quiet(0.3), question(QUESTIONS[0].0), quiet(2.0)];
    let sound = parts.concat();
    let board = |name: &str, gain: f32| {
        let path = dir.path().join(name);
        let softer: Vec<f32> = sound.iter().map(|sample| sample * gain).collect();
        write(&path, &softer);
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

/// `sayso wake` with its own state folder.
fn wake(state: &Path, args: &[&str]) -> Command {
    let mut command = sayso();
    command.env("SAYSO_STATE", state).arg("wake").args(args);
    command
}

/// The phrases that are heard in a recording.
fn found(state: &Path, recording: &Path) -> Vec<String> {
    let lines = json(wake(state, &["test", "--json"]).arg(recording));
    let detections = lines[0]["detections"].as_array().expect("detections");
    detections.iter().map(|found| found["phrase"].as_str().expect("words").into()).collect()
}

#[test]
fn a_phrase_that_is_typed_is_used_from_then_on() {
    let dir = tempfile::tempdir().expect("a folder");
    let state = dir.path().join("state");
    let added = &json(&mut wake(&state, &["add", "Computer!", "--json"]))[0];
    assert_eq!((&added["phrase"], &added["kind"]), (&"computer".into(), &"typed".into()));
    assert_eq!((&added["new"], &added["recordings"]), (&true.into(), &0.into()));
    // One that has a net uses it.
    let added = &json(&mut wake(&state, &["add", "hey jarvis", "--json"]))[0];
    assert_eq!(added["kind"], "ready-made");
    let listed = json(&mut wake(&state, &["list", "--json"]));
    let used: Vec<_> = listed.iter().filter(|line| line["active"] == true).collect();
    let used: Vec<_> = used.iter().map(|line| line["phrase"].as_str().expect("words")).collect();
    assert_eq!(used, ["alexa", "computer", "hey jarvis"]);
    for name in TYPED {
        assert_eq!(found(&state, &phrase_file(name)), ["computer"], "{name}");
    }
    assert_eq!(found(&state, &phrase_file("alexa_131")), ["alexa"]);
    let other = data("commands-misc-en/rh3_what_time_is_it.flac");
    assert!(found(&state, &other).is_empty());

    let (asked, text) = QUESTIONS[0];
    let parts = [quiet(1.0), phrase(TYPED[0]), quiet(0.2), question(asked), quiet(2.0)];
    let recording = dir.path().join("asked.wav");
    write(&recording, &parts.concat());
    let mut command = sayso();
    command.env("SAYSO_STATE", &state);
    command.args(["--profile", "small", "run", "--wake", "--json", "--board"]);
    let lines = json(command.arg(format!("replay:{}", recording.display())));
    let woken: Vec<_> = lines.iter().filter(|line| line["event"] == "woken").collect();
    assert!(woken.len() == 1 && woken[0]["phrase"] == "computer", "{woken:?}");
    let turns: Vec<_> = lines.iter().filter(|line| line["event"] == "turn").collect();
    assert_eq!(turns.len(), 1, "{turns:?}");
    let said = turns[0]["transcript"].as_str().expect("words");
    assert_eq!(Wer::of(text, said).errors, 0, "{said}");

    json(&mut wake(&state, &["remove", "computer"]));
    assert!(found(&state, &phrase_file(TYPED[0])).is_empty());
}

/// From files, and from a microphone. Only pronunciations and the threshold are kept.
#[test]
fn recordings_enrol_a_typed_phrase() {
    let dir = tempfile::tempdir().expect("a folder");
    let state = dir.path().join("state");
    let plain = json(&mut wake(&state, &["add", "computer", "--json"])).remove(0);
    let files = TYPED.map(|name| phrase_file(name).display().to_string());
    let named = ["add", "computer", "--json", "--recording", &files[0], "--recording", &files[1]];
    let enrolled = json(&mut wake(&state, &named)).remove(0);
    assert_eq!((&enrolled["new"], &enrolled["recordings"]), (&true.into(), &2.into()));
    let ways = |phrase: &serde_json::Value| phrase["pronunciations"].as_array().unwrap().len();
    assert!(ways(&enrolled) >= ways(&plain), "{enrolled}");
    let kept = std::fs::read_to_string(state.join("wake-phrases.json")).expect("an entry");
    let kept: serde_json::Value = serde_json::from_str(&kept).expect("JSON");
    let typed = kept[1].as_object().expect("a typed phrase");
    let keys: Vec<&str> = typed.keys().map(String::as_str).collect();
    assert_eq!(keys, ["kind", "pronunciations", "recordings", "text", "threshold"]);
    // Adding it once more loses nothing.
    let again = json(&mut wake(&state, &["add", "computer", "--json"])).remove(0);
    assert_eq!((&again["new"], &again["recordings"]), (&false.into(), &2.into()));

    let said = [quiet(1.0), phrase(TYPED[0]), quiet(2.0), phrase("alexa_131"), quiet(2.0)].concat();
    let spoken = dir.path().join("spoken.wav");
    write(&spoken, &[said.clone(), said.clone(), said.clone()].concat());
    let board = format!("replay:{}", spoken.display());
    let record = ["add", "computer", "--json", "--record", "--board", &board];
    let recorded = json(&mut wake(&state, &record)).remove(0);
    assert_eq!(recorded["recordings"], 3, "what else was said does not count");
    for name in TYPED {
        assert_eq!(found(&state, &phrase_file(name)), ["computer"], "{name}");
    }
    write(&spoken, &said);
    let error = failure(&mut wake(&state, &record));
    assert!(error.contains("after 1 of 3"), "{error}");
}

#[test]
fn what_cannot_be_added_says_why_and_what_to_do() {
    let dir = tempfile::tempdir().expect("a folder");
    let state = dir.path().join("state");
    let (other, silence) = (phrase_file("alexa_131"), dir.path().join("silence.wav"));
    write(&silence, &quiet(3.0));
    let other = other.display().to_string();
    let silence = format!("replay:{}", silence.display());
    let microphone = ["--set", "audio.input='No Such Microphone'"];
    for (args, parts) in [
        (&["add", "hal 9000"][..], &["9"][..]),
        (&["add", "..."], &["\"\""]),
        (&["add", "computer", "--recording", &other], &["alexa_131.flac", "not heard"]),
        (&["add", "alexa", "--recording", &other], &["a net of its own", "--typed"]),
        (&["add", "computer", "--record", "--board", &silence], &["after 0 of 3"]),
        (&["add", "computer", "--record", microphone[0], microphone[1]], &["--recording"]),
        (
            &["add", "computer", "--models", "/no/such/folder"],
            &["sayso models fetch hama", "hey jarvis"],
        ),
    ] {
        let error = failure(&mut wake(&state, args));
        for part in parts {
            assert!(error.contains(part), "{args:?}: {error}");
        }
    }
    assert!(!state.exists(), "nothing was added");
    let warnings = |text: &str| {
        let added = json(&mut wake(&state, &["add", text, "--json"])).remove(0);
        added["warnings"].as_array().expect("warnings").len()
    };
    assert_eq!(warnings("okay computer"), 0);
    assert_eq!(warnings("good morning"), 1);
    assert_eq!(warnings("hello"), 2);
}
