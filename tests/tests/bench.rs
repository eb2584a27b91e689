//! The benchmarks of whole turns, on a few recordings: they must measure what they claim, however
//! fast this machine is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use sayso_tests::{data, failure, json, sayso};
use serde_json::Value;

fn number(line: &Value, key: &str) -> f64 {
    line[key].as_f64().unwrap_or_else(|| panic!("no {key} in {line}"))
}

#[test]
fn turns_are_compared_with_a_cascade() {
    let folder = tempfile::tempdir().expect("folder");
    let plot = folder.path().join("turns.svg");
    let mut command = sayso();
    command.args(["bench", "turns", "--json", "--each", "--profile", "small"]);
    command.args(["--interruptions", "3"]);
    // From within the checkout, the interruptions are found.
    command.current_dir(data(""));
    command.arg("--question").arg(data("commands-misc-en/gdo_audio.flac"));
    command.arg("--question").arg(data("librispeech/2033-164914-0005.flac"));
    let lines = json(command.arg("--plot").arg(&plot));
    let each: Vec<&Value> = lines.iter().filter(|line| line["question"].is_string()).collect();
    assert_eq!(each.len(), 4, "two questions, twice: {lines:?}");
    let of = |name: &str| {
        let mut found = lines.iter().filter(|l| l["pipeline"] == name && l["questions"].is_u64());
        found.next().unwrap_or_else(|| panic!("no {name} in {lines:?}"))
    };
    for name in ["overlapped", "cascade"] {
        let sheet = of(name);
        assert_eq!((&sheet["questions"], &sheet["unanswered"]), (&2.into(), &0.into()), "{sheet}");
        assert_eq!(sheet["profile"], "small");
        for figure in ["voice_to_voice_ms", "stt_ms", "first_clause_ms", "end_to_released_ms"] {
            assert!(number(&sheet[figure], "p50") > 0.0, "{figure}: {sheet}");
        }
        assert_eq!(sheet["dropped_samples"], 0);
        assert!(sheet.get("wrong_order").is_none(), "{sheet}");
    }
    // The reply is released no earlier than the hangover, and heard no earlier than it is
    // released.
    for line in &each {
        let asks = line["transcript"].as_str().is_some_and(|text| text.ends_with('?'));
        // The detector's end of the speech is not the labelled one, but close to it.
        let least = match (line["pipeline"] == "cascade", asks) {
            (true, _) => 600.0,
            (false, true) => 288.0,
            (false, false) => 400.0,
        };
        let (heard, released) = (number(line, "voice_to_voice_ms"), number(line, "released_ms"));
        assert!(released > least, "{line}");
        assert!(heard >= released - 40.0, "{line}");
        assert!(heard >= number(line, "sound_ready_ms") - 40.0, "{line}");
    }
    assert_eq!(of("cascade")["guesses_made"], 0);
    assert!(of("overlapped")["guesses_kept"].as_u64() >= Some(2));
    let mut ratios = lines.iter().filter(|line| line["pipeline"] == "cascade / overlapped");
    let ratio = ratios.next().expect("ratio");
    assert!(number(ratio, "voice_to_voice_p50_ratio") > 0.0);
    assert_eq!(ratio["voice_to_voice_ratio"]["n"], 2);
    let interrupted = lines.last().expect("lines");
    println!("{interrupted}");
    assert_eq!(interrupted["pipeline"], "interrupted");
    assert!(number(interrupted, "replies_spoken_over") >= 1.0, "{interrupted}");
    assert!(number(interrupted, "stopped") >= 1.0, "{interrupted}");
    assert_eq!(interrupted["interrupted_itself"], 0, "{interrupted}");
    let (detected, silent) = ("barge_in_detected_ms", "barge_in_silent_ms");
    assert!(number(&interrupted[detected], "min") > 100.0, "{interrupted}");
    assert!(number(&interrupted[silent], "min") > 100.0, "{interrupted}");
    let drawn = std::fs::read_to_string(&plot).expect("a plot");
    assert!(drawn.starts_with("<svg") && drawn.contains("overlapped: median"));
}

#[test]
fn waiting_longer_cuts_off_fewer_turns() {
    let mut command = sayso();
    let lines = json(command.args(["bench", "endpoint", "--json", "--data"]).arg(data("")));
    let points: Vec<&Value> = lines
        .iter()
        .filter(|line| line["policy"].as_str().is_some_and(|p| p.starts_with("fixed")))
        .collect();
    assert_eq!(points.len(), 11, "{lines:?}");
    let pauses = number(points[0], "pauses");
    assert!(pauses >= 20.0, "{pauses}");
    for pair in points.windows(2) {
        assert!(number(pair[0], "cutoff_share") >= number(pair[1], "cutoff_share"));
        let latency = |line: &Value| number(&line["end_to_ended_ms"], "p50");
        assert!(latency(pair[1]) > latency(pair[0]) + 50.0);
    }
    assert!(number(points[0], "cutoff_share") > 0.3, "{}", points[0]);
    assert!(number(points[8], "cutoff_share") < 0.2, "{}", points[8]);
    // The assistant's own policy ends a turn sooner than the fixed wait that cuts off as few.
    let set = lines
        .iter()
        .find(|l| l["policy"].as_str().is_some_and(|p| p.ends_with(" default")))
        .expect("the default");
    let latency = number(&set["end_to_ended_ms"], "p50");
    let as_quick = points.iter().rfind(|p| number(&p["end_to_ended_ms"], "p50") <= latency);
    let as_quick = as_quick.expect("a fixed hangover as quick");
    println!("as set: {set}\nfixed, as quick: {as_quick}");
    assert!(number(set, "cutoff_share") < number(as_quick, "cutoff_share"), "{set}");
    let fixed = lines.iter().find(|line| line["line"] == "fixed hangover").expect("the line");
    let share = number(fixed, "cutoff_share_at_600_ms");
    assert!((0.0..1.0).contains(&share), "{share}");
}

/// `partials.rs` tests that the text comes sooner if the beginning was transcribed meanwhile.
#[test]
#[ignore = "a minute, and seldom breaks: cargo xtask test --all"]
fn the_wait_for_the_text_is_measured_by_length() {
    let mut command = sayso();
    command.args(["bench", "length", "-n", "1", "--json", "--profile", "small"]);
    let lines = json(command.arg("--data").arg(data("")));
    let lengths: Vec<_> = lines.iter().map(|line| line["speech"].clone()).collect();
    assert_eq!(lengths, ["3 s", "6 s", "12 s", "24 s"]);
    for line in &lines {
        println!("{line}");
        for figure in ["end_to_text_ms", "whole_to_text_ms"] {
            assert!(number(&line[figure], "p50") > 0.0, "{figure}: {line}");
        }
    }
}

/// In simulated rooms, at several levels and delays of the echo.
#[test]
fn its_own_speech_does_not_interrupt_but_people_do() {
    echo(2, 6.0);
}

/// On the whole machine, and confined to one CPU, where only one count is possible.
#[test]
#[ignore = "a minute, and seldom breaks: cargo xtask test --all"]
#[cfg(target_os = "linux")]
fn thread_counts_that_follow_the_load_are_compared_with_fixed_ones() {
    let mut command = sayso();
    command.args(["bench", "load", "--json", "--profile", "small", "--busy", "1"]);
    command.args(["--within", "machine,affinity"]);
    let lines = json(command.arg("--question").arg(data("commands-misc-en/gdo_audio.flac")));
    let [machine, affinity] = lines.as_slice() else { panic!("two lines: {lines:?}") };
    assert_eq!((&machine["within"], &affinity["within"]), (&"machine".into(), &"affinity".into()));
    assert_eq!(affinity["cores"], 1, "{affinity}");
    assert_eq!(affinity.get("fixed_2_first_sound_ms"), None);
    for sheet in [machine, affinity] {
        for way in ["fixed_1", "following"] {
            assert_eq!(sheet[format!("{way}_first_sound_ms")]["n"], 1, "{sheet}");
        }
        assert!(number(sheet, "following_to_best_fixed_ratio") > 0.0, "{sheet}");
    }
}

#[test]
#[ignore = "half an hour of sound: cargo xtask test --all"]
fn long_half_an_hour_of_its_own_speech_does_not_interrupt_but_people_do() {
    echo(10, 30.0);
}

#[test]
#[ignore = "two minutes in real time: cargo xtask test --all"]
fn long_conversation_loses_nothing() {
    let mut command = sayso();
    command.args(["bench", "soak", "--minutes", "2", "--load", "--json", "--profile", "small"]);
    let lines = json(command.arg("--data").arg(data("")));
    let [sheet] = lines.as_slice() else { panic!("one line: {lines:?}") };
    assert_eq!((&sheet["lost_samples"], &sheet["stuck_states"]), (&0.into(), &0.into()));
    assert_eq!(sheet["troubles"], 0);
    assert!(sheet.get("wrong_order").is_none(), "{sheet}");
    assert_eq!(sheet["load"], "another process keeps a core busy");
    assert!(number(sheet, "turns_answered") >= 4.0, "{sheet}");
    assert!(number(sheet, "conversation_min") >= 2.0, "{sheet}");
}

/// Runs the benchmark this often, which must give at least this many minutes of its own speech.
fn echo(runs: u32, minutes: f64) {
    let mut command = sayso();
    command.args(["bench", "echo", "--json", "-n", &runs.to_string()]);
    let lines = json(command.arg("--data").arg(data("")));
    let [sheet] = lines.as_slice() else { panic!("one line: {lines:?}") };
    println!("{sheet}");
    assert!(number(sheet, "own_speech_min") >= minutes, "{sheet}");
    assert_eq!(sheet["interrupted_itself"], 0);
    // Without the canceller it does interrupt itself: the rooms are loud enough.
    assert!(number(sheet, "uncancelled_interrupted_itself") >= minutes / 6.0, "{sheet}");
    let caught = |of: &str| {
        let levels = [0, 6, 12];
        let share = |level| number(sheet, &format!("{of}caught_at_{level}_db_percent"));
        levels.map(share).iter().sum::<f64>() / levels.len() as f64
    };
    // With few interruptions at each level the figure is less certain.
    let least = if runs < 10 { 80.0 } else { 90.0 };
    assert!(caught("") >= least, "{}", caught(""));
    assert!(caught("headphones_") >= least, "{}", caught("headphones_"));
    assert!(number(&sheet["erle_converged_db"], "p50") > 20.0);
}

#[test]
fn bad_data_is_named() {
    let folder = tempfile::tempdir().expect("folder");
    let run = |folder: &std::path::Path| {
        failure(sayso().args(["bench", "endpoint", "--data"]).arg(folder))
    };
    assert!(run(folder.path()).contains("no recordings of speech"));
    std::fs::write(folder.path().join("turns.tsv"), "path\tend_ms\tpauses_ms\tby\nx.flac\tsoon\n")
        .expect("list");
    assert!(run(folder.path()).contains("turns.tsv, line 2"));
    std::fs::write(folder.path().join("turns.tsv"), "path\tend_ms\tpauses_ms\tby\nx.flac\t9\t\t\n")
        .expect("list");
    assert!(run(folder.path()).contains("x.flac"));
}

#[cfg(unix)]
#[test]
fn recordings_are_read_at_run_time_and_are_not_in_the_program() {
    use std::process::Command;

    // Outside of any checkout.
    let folder = tempfile::tempdir().expect("folder");
    let (here, program) = (sayso(), folder.path().join("sayso"));
    // Copied by another process: if this one had the file open for writing while it starts a
    // program, that program would inherit it, and the copy could not be executed.
    let copied = Command::new("cp").arg(here.get_program()).arg(&program).status();
    assert!(copied.expect("cp").success());
    let run = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command.args(here.get_args()).args(arguments).current_dir(folder.path());
        for (name, value) in here.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.env_remove("SAYSO_TEST_DATA");
        command
    };
    for what in ["vad", "echo", "endpoint", "turns"] {
        let error = failure(&mut run(&["bench", what]));
        for part in ["no checkout of Sayso's source", "tests/data", "--data DIR"] {
            assert!(error.contains(part), "{what}: {error}");
        }
    }
    let vad = ["bench", "vad", "-n", "1", "--json"];
    let measured = |command: &mut Command| {
        let lines = json(command);
        assert!(number(&lines[0]["frame_us"], "p50") > 0.0, "{lines:?}");
    };
    measured(run(&vad).arg("--data").arg(data("")));
    measured(run(&vad).env("SAYSO_TEST_DATA", data("")));
    measured(run(&vad).current_dir(data("smoke")));
    // A folder without them is skipped, and a message says so.
    let empty = tempfile::tempdir().expect("folder");
    let mut command = run(&vad);
    command.arg("--data").arg(empty.path()).env("SAYSO_TEST_DATA", data(""));
    let output = sayso_tests::output(&mut command);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("has no smoke/jfk.flac"), "{said}");
}
