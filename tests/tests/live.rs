//! A live conversation through a real audio server: a question goes into the virtual microphone,
//! the answer comes out of the virtual loudspeaker.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::time::Duration;

use sayso_pulse::{Pulse, RECORDING_RATE};
use sayso_tests::live::Live;
use sayso_tests::wer::Wer;
use sayso_tests::{data, json, sayso, turns};
use serde_json::Value;

/// A recording of `tests/data` as a WAV file in `folder`.
fn wav(folder: &Path, path: &str) -> std::path::PathBuf {
    let sound = sayso_audio_io::read_all(data(path), Duration::from_secs(60)).expect("recording");
    let file = folder.join(Path::new(path).with_extension("wav").file_name().expect("name"));
    write(&file, 16_000, &sound.samples);
    file
}

fn write(path: &Path, rate: u32, samples: &[f32]) {
    let mut out = sayso_audio_io::WavWriter::create(path, rate, 1).expect("wav");
    out.write(samples).expect("samples");
    out.finish().expect("wav");
}

const QUESTION: &str = "commands-misc-en/gdo_audio.flac";
const ASKED: &str = "how old is the brooklyn bridge";
const COMMAND: &str = "commands-misc-en/v2j_turn_on_living_room_lamp.flac";

/// The next turn that produced anything: the whole of it must have been heard and answered.
fn answered(live: &Live, said: &str, errors: usize) -> Value {
    let turn = live.wait("turn", |turn| turn["ending"] != "dropped");
    assert_eq!(turn["ending"], "complete", "{turn}");
    let heard = turn["transcript"].as_str().expect("transcript");
    assert!(Wer::of(said, heard).errors <= errors, "{said}: {heard}");
    assert!(!turn["reply"].as_str().expect("reply").is_empty(), "{turn}");
    assert_eq!(turn["reply"], turn["heard"], "{turn}");
    turn
}

#[test]
fn a_question_into_the_microphone_is_answered_by_the_loudspeaker() {
    let pulse = Pulse::start().expect("PulseAudio");
    let folder = tempfile::tempdir().expect("folder");
    let question = wav(folder.path(), QUESTION);

    let live = Live::start(&pulse, &[]);
    live.wait("state", |event| event["state"] == "listening");
    let recorder = pulse.record().expect("recorder");
    // The devices are open a moment after the state is shown.
    std::thread::sleep(Duration::from_secs(1));
    pulse.speak(&question).expect("speaks");
    let turn = answered(&live, ASKED, 1);
    let reply = turn["reply"].as_str().expect("reply");
    assert!(reply.to_lowercase().contains("bridge"), "{reply}");
    assert!(turn["timings_ms"]["voice_to_voice"].as_f64().expect("time") > 0.0, "{turn}");

    // It listens again: a second turn, in the same conversation.
    pulse.speak(&question).expect("speaks");
    let second = answered(&live, ASKED, 1);
    assert!(second["tokens"]["cached"].as_u64() > turn["tokens"]["cached"].as_u64());

    let recorded = recorder.stop().expect("recording");
    assert!(live.ctrl_c(), "Ctrl-C ends it cleanly");
    let answer = folder.path().join("answer.wav");
    write(&answer, RECORDING_RATE, &recorded);
    let lines = json(sayso().arg("transcribe").arg(&answer).arg("--json"));
    let spoken = lines[0]["text"].as_str().expect("text");
    let replies =
        format!("{} {}", turn["reply"].as_str().unwrap(), second["reply"].as_str().unwrap());
    let wer = Wer::of(&replies, spoken);
    println!("replies: {replies}\nheard from the loudspeaker: {spoken}\n{wer}");
    // The recording contains every word of the reply; a number may be written differently.
    assert!(wer.percent() < 20.0, "{replies}\n{spoken}");
}

#[test]
fn a_recorded_voice_interrupts_a_live_reply() {
    let no_canceller = ["--set", "front_end.echo_cancellation=false"];
    interrupt(&Pulse::start().expect("PulseAudio"), &no_canceller, 1);
}

/// The same with an open loudspeaker: the microphone hears what it plays, 50 ms later and equally
/// loud.
#[test]
fn a_recorded_voice_interrupts_on_an_open_loudspeaker() {
    let pulse = Pulse::start().expect("PulseAudio");
    let room = ["module-loopback", "source=speaker.monitor", "sink=mic_sink", "latency_msec=50"];
    pulse.load(&room).expect("a room");
    // The interruption falls into the canceller's first second, before it has adapted to the room:
    // "turn on the", said over the reply, is misheard ("join the", "I'm a").
    interrupt(&pulse, &[], 4);
}

/// At most `errors` words of the interruption may be misheard.
fn interrupt(pulse: &Pulse, settings: &[&str], errors: usize) {
    let folder = tempfile::tempdir().expect("folder");
    let question = wav(folder.path(), QUESTION);
    let command = wav(folder.path(), COMMAND);
    let live = Live::start(pulse, settings);
    live.wait("state", |event| event["state"] == "listening");
    std::thread::sleep(Duration::from_secs(1));
    pulse.speak(&question).expect("speaks");
    live.wait("speaking", |_| true);
    // In the middle of the first sentence.
    std::thread::sleep(Duration::from_millis(400));
    pulse.speak(&command).expect("speaks");
    let cut = live.wait("turn", |turn| turn["ending"] != "dropped");
    assert_eq!(cut["ending"], "interrupted", "{cut}");
    let (reply, heard) = (cut["reply"].as_str().unwrap(), cut["heard"].as_str().unwrap());
    assert!(reply.starts_with(heard) && heard.len() < reply.trim_end().len(), "{cut}");
    assert!(!heard.is_empty(), "it had spoken for a while: {cut}");
    let second = answered(&live, "turn on the living room lamp", errors);
    let said = second["transcript"].as_str().expect("transcript");
    println!("cut after {heard:?} of {reply:?}; then heard {said:?}");
    // By then the reply is silent, so the rest of the request is heard in any case.
    assert!(said.to_lowercase().contains("living room lamp"), "{said}");
    // The conversation continues: the next question is answered.
    pulse.speak(&question).expect("speaks");
    let third = answered(&live, ASKED, 1);
    assert!(third["tokens"]["cached"].as_u64() > second["tokens"]["cached"].as_u64());
    assert!(live.ctrl_c(), "Ctrl-C ends it cleanly");
}

/// The wake phrase and a command in one breath; then it sleeps again, and what is said without the
/// phrase is not answered.
#[test]
fn a_wake_phrase_begins_a_command_and_then_it_sleeps() {
    let pulse = Pulse::start().expect("PulseAudio");
    let folder = tempfile::tempdir().expect("folder");
    let command = wav(folder.path(), COMMAND);
    let phrase = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/wake/goldens/alexa_131.flac");
    let read =
        |file: &Path| sayso_audio_io::read_all(file, Duration::from_secs(60)).expect("sound");
    let both = [read(&phrase).samples, read(&command).samples].concat();
    let breath = folder.path().join("breath.wav");
    write(&breath, 16_000, &both);

    let set = ["--set", "wake.follow_up_s=2", "--set", "skills.virtual_home=demo"];
    let live = Live::start(&pulse, &[&["--wake"][..], &set].concat());
    live.wait("state", |event| event["state"] == "asleep");
    std::thread::sleep(Duration::from_secs(1));
    pulse.speak(&breath).expect("speaks");
    let woken = live.wait("woken", |_| true);
    assert_eq!((&woken["phrase"], &woken["answers"]), (&"alexa".into(), &true.into()), "{woken}");
    let intent = live.wait("intent", |_| true);
    assert_eq!(intent["intent"], "HassTurnOn", "{intent}");
    let name = intent["slots"]["name"].as_str().expect("a name").to_lowercase();
    assert_eq!(name, "living room lamp", "{intent}");
    let turn = live.wait("turn", |turn| turn["ending"] != "dropped");
    assert_eq!(turn["skill"], "home", "{turn}");
    assert!(!turn["transcript"].as_str().expect("text").to_lowercase().contains("alexa"), "{turn}");
    live.wait("state", |event| event["state"] == "asleep");

    pulse.speak(&command).expect("speaks");
    let end = std::time::Instant::now() + Duration::from_secs(6);
    while let Some((_, event)) = live.next(end.saturating_duration_since(std::time::Instant::now()))
    {
        assert!(event["event"] != "transcript" && event["event"] != "intent", "{event}");
    }
    assert!(live.ctrl_c(), "Ctrl-C ends it cleanly");
}

/// Both sides of a conversation in one recording, and the time between them.
#[test]
fn turns_are_measured_through_the_audio_server() {
    let questions = turns::questions(2);
    let turns = turns::measure(&questions, &["--profile", "small"]).expect("measures");
    assert_eq!(turns.len(), 2);
    for turn in &turns {
        println!("{turn:?}");
        // The test asserts only that the reply comes after the question, not how soon.
        assert!(turn.fit > 0.9, "the question is not in the recording: {}", turn.fit);
        assert!(!turn.cut_off, "{}", turn.question);
        assert!(turn.voice_to_voice_ms.expect(&turn.question) > 0.0, "{}", turn.question);
    }
    for (turn, said) in turns.iter().zip([ASKED, "make me a 12 ounce drip coffee with milk"]) {
        assert!(Wer::of(said, &turn.transcript).errors <= 1, "{}", turn.transcript);
    }
}

#[test]
fn the_loss_of_the_sound_server_is_reported_and_so_is_its_return() {
    let mut pulse = Pulse::start().expect("PulseAudio");
    let live = Live::start(&pulse, &["--profile", "small"]);
    live.wait("state", |event| event["state"] == "listening");
    // Both devices, in either order.
    let both = |name: &str| {
        let first = live.wait(name, |_| true);
        let second = live.wait(name, |event| event["device"] != first["device"]);
        for event in [first, second] {
            let message = event["message"].as_str().expect("a message");
            assert!(message.contains(event["device"].as_str().expect("a device")), "{event}");
        }
    };
    pulse.crash().expect("crashes");
    both("device_lost");
    // A loss shorter than two seconds is neither signalled nor announced.
    std::thread::sleep(Duration::from_secs(3));
    pulse.restart().expect("PulseAudio again");
    both("device_back");
    // It reports each device, and hears and is heard again.
    for _ in 0..2 {
        let said = live.wait("turn", |turn| turn["origin"] == "announcement");
        assert!(said["heard"].as_str().expect("text").ends_with("is back."), "{said}");
    }
    let folder = tempfile::tempdir().expect("folder");
    let recorder = pulse.record().expect("recorder");
    pulse.speak(&wav(folder.path(), QUESTION)).expect("speaks");
    answered(&live, ASKED, 1);
    let played = recorder.stop().expect("recording");
    assert!(sayso_replay::onset(&played, RECORDING_RATE).is_some(), "the reply is not heard");
    assert!(live.ctrl_c(), "Ctrl-C ends it cleanly");
}
