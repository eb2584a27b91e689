//! What the assistant says on its own, and what others ask of a running conversation,
//! on the replay board with scripted engines.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use sayso::event::{Ending, Origin, TurnRecord};
use sayso::internals::control::{Announcement, Command};
use sayso::{Assistant, Event, Pace, Stop};
use sayso_replay::{Layout, Output, Replay, Tracks};

const TEXT: &str = "The soup in the kitchen is ready now.";

struct Run {
    turns: Vec<TurnRecord>,
    history: Vec<(String, String)>,
    tracks: Tracks,
}

/// A conversation in which `commands` are given at these times of the sample clock, in ms.
fn run(
    lines: &[&'static str],
    parts: &[(bool, usize)],
    pace: Pace,
    commands: &[(u64, Command)],
) -> Run {
    let (engines, seen) = common::engines(lines);
    let mut board =
        Replay::from_samples(common::sound(parts)).output(Output::Memory(Layout::Stereo));
    if pace == Pace::Live {
        board = board.pace(sayso_replay::Pace::RealTime);
    }
    let tracks = board.handle();
    let mut assistant = Assistant::new(common::config(), engines);
    let handle = assistant.handle();
    let mut commands: Vec<_> = commands.iter().rev().collect();
    let mut turns = Vec::new();
    assistant
        .converse(&mut board, pace, &Stop::new(), &mut |event| match event {
            Event::Level { at, .. } => {
                while commands.last().is_some_and(|(ms, _)| *ms <= at.as_ms()) {
                    let (_, command) = commands.pop().expect("a command");
                    handle.send(command.clone()).expect("taken");
                }
            }
            Event::Turn(turn) => turns.push(*turn),
            _ => {}
        })
        .expect("a conversation");
    assert!(!handle.status().open);
    let history = seen.lock().expect("seen");
    let history = history.iter().map(|e| (e.user.clone(), e.assistant.clone())).collect();
    let tracks = tracks.finish().expect("tracks").expect("in memory");
    Run { turns, history, tracks }
}

fn announce(text: &str, urgent: bool, chime: bool) -> Command {
    Command::Announce(Announcement { text: text.into(), urgent, chime })
}

/// Where something is played, in s: (from, to), pauses of under 0.3 s included.
fn played(tracks: &Tracks) -> Vec<(f64, f64)> {
    let rate = f64::from(tracks.rate);
    let mut spans: Vec<(f64, f64)> = Vec::new();
    for (n, sample) in tracks.samples.iter().skip(1).step_by(2).enumerate() {
        if sample.abs() > 0.02 {
            let at = n as f64 / rate;
            match spans.last_mut() {
                Some(span) if at - span.1 < 0.3 => span.1 = at,
                _ => spans.push((at, at)),
            }
        }
    }
    spans
}

fn endings(run: &Run) -> Vec<(Origin, Ending)> {
    run.turns.iter().map(|turn| (turn.origin, turn.ending)).collect()
}

#[test]
fn an_announcement_is_said_when_nobody_speaks_and_remembered() {
    for pace in [Pace::Lockstep, Pace::Live] {
        let run = run(&[], &[(false, 3_000)], pace, &[(500, announce(TEXT, false, false))]);
        assert_eq!(endings(&run), [(Origin::Announcement, Ending::Complete)], "{pace:?}");
        assert_eq!(run.turns[0].heard, TEXT);
        assert_eq!(run.history, [(String::new(), TEXT.to_owned())], "{pace:?}");
        let spans = played(&run.tracks);
        let [(from, to)] = spans[..] else { panic!("{spans:?}") };
        // Each word is a tenth of a second.
        assert!(from > 0.45 && from < 1.2, "{from}");
        assert!((to - from - 0.8).abs() < 0.05, "{from} {to}");
    }
}

#[test]
fn a_chime_comes_first_if_it_is_asked_for() {
    let run = run(&[], &[(false, 3_000)], Pace::Lockstep, &[(500, announce(TEXT, false, true))]);
    assert_eq!(run.turns[0].heard, TEXT);
    let spans = played(&run.tracks);
    let length: f64 = spans.iter().map(|(from, to)| to - from).sum();
    assert!(length > 0.85, "more than the words: {spans:?}");
    assert!(run.tracks.samples.iter().any(|s| *s != 0.0));
}

#[test]
fn it_waits_for_a_speaker_and_for_the_answer() {
    let parts = [(false, 500), (true, 1_500), (false, 4_000)];
    let run = run(
        &["Who wrote Hamlet?"],
        &parts,
        Pace::Lockstep,
        &[(1_000, announce(TEXT, false, false))],
    );
    let expected = [(Origin::Speech, Ending::Complete), (Origin::Announcement, Ending::Complete)];
    assert_eq!(endings(&run), expected);
    assert_eq!(run.history.len(), 2);
    assert_eq!(run.history[1], (String::new(), TEXT.to_owned()));
}

#[test]
fn an_urgent_one_speaks_over_a_speaker_and_ends_a_reply() {
    let parts = [(false, 500), (true, 1_500), (false, 4_000)];
    let over = run(
        &["Who wrote Hamlet?", "Who wrote Hamlet?"],
        &parts,
        Pace::Lockstep,
        &[(1_000, announce(TEXT, true, false))],
    );
    let first = over.turns.iter().find(|turn| turn.ending != Ending::Dropped).expect("a turn");
    assert_eq!((first.origin, first.begun.as_ms() / 100), (Origin::Announcement, 10));
    let from = played(&over.tracks).first().expect("sound").0;
    assert!((0.95..1.2).contains(&from), "{from}");

    // The reply begins at 2.8 s and lasts longer than a second.
    let reply = run(
        &["Who wrote Hamlet?"],
        &parts,
        Pace::Lockstep,
        &[(3_200, announce(TEXT, true, false))],
    );
    let expected =
        [(Origin::Speech, Ending::Interrupted), (Origin::Announcement, Ending::Complete)];
    assert_eq!(endings(&reply), expected);
    assert_eq!(reply.turns[1].heard, TEXT);
}

#[test]
fn an_interrupted_one_is_remembered_to_the_word() {
    let parts = [(false, 900), (true, 900), (false, 4_000)];
    let run = run(
        &["What was that?", "What was that?"],
        &parts,
        Pace::Lockstep,
        &[(300, announce(&format!("{TEXT} {TEXT}"), false, false))],
    );
    let turn = &run.turns[0];
    assert_eq!((turn.origin, turn.ending), (Origin::Announcement, Ending::Interrupted));
    assert!(turn.heard.starts_with("The soup in the") && turn.heard.len() < turn.reply.len());
    assert_eq!(run.history[0], (String::new(), turn.heard.clone()));
    assert_eq!(run.history[1].0, "What was that?");
}

#[test]
fn a_typed_question_is_answered_aloud() {
    for pace in [Pace::Lockstep, Pace::Live] {
        let ask = Command::Ask("Who wrote Hamlet?".into());
        let run = run(&[], &[(false, 3_500)], pace, &[(300, ask)]);
        assert_eq!(endings(&run), [(Origin::Typed, Ending::Complete)], "{pace:?}");
        let [(user, assistant)] = &run.history[..] else { panic!("{:?}", run.history) };
        assert_eq!(user, "Who wrote Hamlet?");
        assert_eq!(*assistant, run.turns[0].heard);
        assert!(!played(&run.tracks).is_empty());
    }
}

#[test]
fn stop_ends_what_is_said_and_what_waits() {
    let run = run(
        &[],
        &[(false, 4_000)],
        Pace::Lockstep,
        &[
            (300, announce(TEXT, false, false)),
            (300, announce("And the bread.", false, false)),
            (700, Command::Stop),
        ],
    );
    assert_eq!(endings(&run), [(Origin::Announcement, Ending::Interrupted)]);
    let to = played(&run.tracks).last().expect("sound").1;
    assert!(to < 0.85, "{to}");
}

#[test]
fn nothing_is_heard_while_muted() {
    let parts = [(false, 500), (true, 1_000), (false, 3_500), (true, 1_000), (false, 4_000)];
    let run = run(
        &["Who wrote Hamlet?"],
        &parts,
        Pace::Lockstep,
        &[(100, Command::Mute(true)), (3_000, Command::Mute(false))],
    );
    assert_eq!(endings(&run), [(Origin::Speech, Ending::Complete)]);
    assert!(run.turns[0].speech_from.as_ms() > 4_000, "{:?}", run.turns[0].speech_from);
}

#[test]
fn the_volume_is_a_factor() {
    let loudest = |volume| {
        let run = run(
            &[],
            &[(false, 3_000)],
            Pace::Lockstep,
            &[(100, Command::Volume(volume)), (500, announce(TEXT, false, false))],
        );
        run.tracks.samples.iter().skip(1).step_by(2).fold(0.0_f32, |most, s| most.max(s.abs()))
    };
    let (half, whole) = (loudest(0.5), loudest(1.0));
    assert!((half / whole - 0.5).abs() < 0.02, "{half} {whole}");
    assert!(loudest(0.0) < 1e-3);
}
