//! The main task: a spoken question in, a spoken answer out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use sayso_tests::wer::Wer;
use sayso_tests::{data, failure, json, output, sayso};

const QUESTION: &str = "commands-misc-en/gdo_audio.flac";

#[test]
fn a_recorded_question_is_answered_aloud() {
    let folder = tempfile::tempdir().expect("folder");
    let answer = folder.path().join("answer.wav");
    let lines = json(sayso().arg("ask").arg(data(QUESTION)).arg("-o").arg(&answer).arg("--json"));
    let [turn] = lines.as_slice() else { panic!("one line: {lines:?}") };
    let heard = turn["transcript"].as_str().expect("transcript");
    let wer = Wer::of("how old is the brooklyn bridge", heard);
    assert_eq!(wer.errors, 0, "{heard}");
    let reply = turn["reply"].as_str().expect("reply");
    assert!(reply.to_lowercase().contains("bridge"), "{reply}");
    for stage in [
        "stt",
        "llm_prefill",
        "llm_first_token",
        "llm_first_clause",
        "tts_first_sound",
        "first_sound",
        "reply",
    ] {
        assert!(turn["timings_ms"][stage].as_f64().expect(stage) > 0.0, "{stage}: {turn}");
    }
    // The file holds the spoken reply, and it is intelligible.
    let lines = json(sayso().arg("transcribe").arg(&answer).arg("--json"));
    let spoken = lines[0]["text"].as_str().expect("text");
    let wer = Wer::of(reply, spoken);
    println!("reply: {reply}\nheard back: {spoken}\n{wer}");
    assert!(wer.percent() < 40.0, "{reply}\n{spoken}");
}

#[test]
fn follow_up_questions_continue_the_conversation() {
    let folder = tempfile::tempdir().expect("folder");
    let answer = folder.path().join("a.wav");
    let lines = json(
        sayso()
            .arg("ask")
            .arg(data(QUESTION))
            .arg(data(QUESTION))
            .arg("-o")
            .arg(&answer)
            .arg("--json"),
    );
    assert_eq!(lines.len(), 2);
    let cached = |n: usize| lines[n]["tokens"]["cached"].as_u64().expect("tokens");
    assert!(cached(1) > cached(0), "the second turn found the first in the cache: {lines:?}");
    assert!(folder.path().join("a-1.wav").is_file());
    assert!(folder.path().join("a-2.wav").is_file());
}

/// Two questions, 11 s apart, in one file.
#[test]
fn speech_after_a_long_pause_is_another_question() {
    let folder = tempfile::tempdir().expect("folder");
    let (question, answer) = (folder.path().join("two.wav"), folder.path().join("a.wav"));
    let read = |path: &str| {
        sayso_audio_io::read_all(data(path), std::time::Duration::from_secs(60)).expect("reads")
    };
    let mut sound = read(QUESTION).samples;
    sound.resize(sound.len() + 11 * 16_000, 0.0);
    sound.extend(read("commands-misc-en/rh3_what_time_is_it.flac").samples);
    let mut file = sayso_audio_io::WavWriter::create(&question, 16_000, 1).expect("wav");
    file.write(&sound).expect("wav");
    file.finish().expect("wav");

    let lines = json(sayso().arg("ask").arg(&question).arg("--json").arg("-o").arg(&answer));
    let [first, second] = lines.as_slice() else { panic!("two lines: {lines:?}") };
    let text = |line: &serde_json::Value, key: &str| line[key].as_str().expect("text").to_owned();
    assert_eq!(Wer::of("how old is the brooklyn bridge", &text(first, "transcript")).errors, 0);
    assert_eq!(Wer::of("what time is it", &text(second, "transcript")).errors, 0);
    assert_eq!((&first["turn"], &second["turn"]), (&1.into(), &2.into()));
    // Each is answered completely, in its own file.
    for (line, name) in [(first, "a-1.wav"), (second, "a-2.wav")] {
        let path = folder.path().join(name);
        assert_eq!(Path::new(&text(line, "output")), path);
        assert!(line["answer_s"].as_f64().expect("length") > 0.8, "{line}");
        assert!(path.is_file(), "{name}");
    }
    assert!(text(second, "reply").starts_with("It is "), "{second}");

    // The output without `--json` has one line for each question and one for each answer.
    let output = output(sayso().arg("ask").arg(&question));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let kinds: Vec<&str> = printed.lines().map(|line| line.get(..6).unwrap_or(line)).collect();
    assert_eq!(kinds, ["you   ", "sayso ", "      ", "you   ", "sayso ", "      "], "{printed}");
    // The help documents this.
    let help = sayso_tests::output(sayso().args(["ask", "--help"]));
    assert!(String::from_utf8_lossy(&help.stdout).contains("next question begins"));
}

#[test]
fn the_small_profile_answers_too() {
    let lines = json(sayso().args(["--profile", "small", "ask"]).arg(data(QUESTION)).arg("--json"));
    assert!(!lines[0]["reply"].as_str().expect("reply").is_empty());
}

#[test]
fn a_recording_without_words_is_an_error() {
    let quiet = data("noise-music-silence/quiet_room.flac");
    assert!(failure(sayso().arg("ask").arg(quiet)).contains("no words were heard"));
}

#[test]
fn plain_output_names_what_was_heard_and_what_it_took() {
    let output = output(sayso().arg("ask").arg(data(QUESTION)));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success());
    assert!(text.to_lowercase().contains("brooklyn bridge"), "{text}");
    assert!(text.contains(" ms"), "{text}");
}

#[test]
fn the_clock_answers_what_time_it_is() {
    let question = data("commands-misc-en/rh3_what_time_is_it.flac");
    let lines = json(sayso().arg("ask").arg(question).arg("--json"));
    let reply = lines[0]["reply"].as_str().expect("reply");
    assert!(reply.starts_with("It is ") && reply.contains(':'), "{reply}");
    assert_eq!(lines[0]["tokens"]["reply"], 0, "the language model wrote nothing: {lines:?}");
    assert!(lines[0]["answer_s"].as_f64().expect("length") > 0.8, "{lines:?}");
}

#[test]
fn a_typed_question_is_answered() {
    let lines = json(sayso().args(["chat", "--json", "What is the capital of France?"]));
    assert!(lines[0]["reply"].as_str().expect("reply").contains("Paris"), "{lines:?}");
}

#[test]
fn the_same_recording_gives_the_same_event_log() {
    let log = || {
        let board = format!("replay:{}", data(QUESTION).display());
        let mut lines = json(sayso().args(["run", "--json", "--board"]).arg(&board));
        for line in &mut lines {
            if let Some(turn) = line.as_object_mut() {
                turn.remove("timings_ms");
            }
        }
        lines
    };
    let first = log();
    assert!(first.iter().any(|line| line["event"] == "turn"), "{first:?}");
    assert_eq!(first, log());
}
