//! Announcements, and requests to a running conversation, on the replay board with scripted
//! engines.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use sayso::event::{Ending, Origin, TurnRecord};
use sayso::internals::control::{Announcement, Command};
use sayso::{Assistant, Config, Event, Pace, Stop};
use sayso_replay::{Layout, Output, Replay, Tracks};

const TEXT: &str = "The soup in the kitchen is ready now.";

struct Run {
    turns: Vec<TurnRecord>,
    troubles: Vec<String>,
    history: Vec<(String, String)>,
    tracks: Tracks,
}

/// A conversation with `commands` at these times of the sample clock, in ms.
fn run(
    lines: &[&'static str],
    parts: &[(bool, usize)],
    pace: Pace,
    commands: &[(u64, Command)],
) -> Run {
    run_with(common::config(), lines, parts, pace, commands)
}

fn run_with(
    config: Config,
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
    let mut assistant = Assistant::new(config, engines);
    let handle = assistant.handle();
    let mut commands: Vec<_> = commands.iter().rev().collect();
    let (mut turns, mut troubles) = (Vec::new(), Vec::new());
    assistant
        .converse(&mut board, pace, &Stop::new(), &mut |event| match event {
            Event::Level { at, .. } => {
                while commands.last().is_some_and(|(ms, _)| *ms <= at.as_ms()) {
                    let (_, command) = commands.pop().expect("a command");
                    handle.send(command.clone()).expect("taken");
                }
            }
            Event::Turn(turn) => turns.push(*turn),
            Event::Trouble { message, .. } => troubles.push(message),
            _ => {}
        })
        .expect("a conversation");
    assert!(!handle.status().open);
    let history = seen.lock().expect("seen");
    let history = history.iter().map(|e| (e.user.clone(), e.assistant.clone())).collect();
    let tracks = tracks.finish().expect("tracks").expect("in memory");
    Run { turns, troubles, history, tracks }
}

fn announce(text: &str, urgent: bool, chime: bool) -> Command {
    Command::Announce(Announcement { text: text.into(), urgent, chime })
}

/// When something is played, in s: (from, to). Pauses under 0.3 s are included.
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
fn a_chime_comes_first_if_requested() {
    let run = run(&[], &[(false, 3_000)], Pace::Lockstep, &[(500, announce(TEXT, false, true))]);
    assert_eq!(run.turns[0].heard, TEXT);
    let spans = played(&run.tracks);
    let length: f64 = spans.iter().map(|(from, to)| to - from).sum();
    assert!(length > 0.85, "more than the words: {spans:?}");
    // The chime has a peak of 0.13 and takes 0.25 s; the words, at 0.3, follow.
    let first = |least: f32| {
        let mut right = run.tracks.samples.iter().skip(1).step_by(2);
        right.position(|sample| sample.abs() > least).expect("sound")
    };
    let chimes = (first(0.2) - first(0.02)) as f64 / f64::from(run.tracks.rate);
    assert!((0.2..0.5).contains(&chimes), "{chimes} s before the first word");
}

#[test]
fn it_waits_for_a_person_and_for_the_answer() {
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
fn an_urgent_one_is_spoken_over_a_person_and_ends_a_reply() {
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

/// The turns that left a trace.
fn heard(run: &Run) -> Vec<&TurnRecord> {
    run.turns.iter().filter(|turn| turn.ending != Ending::Dropped).collect()
}

#[test]
fn a_person_who_spoke_when_an_urgent_one_began_is_answered_after_it() {
    let question = "Who wrote Hamlet?";
    let parts = [(false, 500), (true, 1_500), (false, 6_000)];
    let thrice = [TEXT; 3].join(" ");
    // They go on after it; they finish during it; they had just finished.
    for (at, text) in [(1_000, TEXT), (1_000, &thrice), (2_300, &thrice)] {
        for pace in [Pace::Lockstep, Pace::Live] {
            let run = run(&[question; 4], &parts, pace, &[(at, announce(text, true, false))]);
            let case = format!("at {at} ms, {pace:?}: {:?}", run.turns);
            let [announced, answered] = heard(&run)[..] else { panic!("{case}") };
            assert_eq!(
                (announced.origin, announced.ending),
                (Origin::Announcement, Ending::Complete)
            );
            assert_eq!(
                (answered.origin, answered.ending),
                (Origin::Speech, Ending::Complete),
                "{case}"
            );
            assert!(announced.begun.as_ms() < at + 100, "{case}");
            // The whole utterance, from before the announcement on.
            assert!(answered.speech_from.as_ms() < 520, "{case}");
            assert!((1_950..2_100).contains(&answered.speech_end.as_ms()), "{case}");
            assert!(answered.begun > announced.begun, "{case}");
            assert_eq!(run.history[0], (String::new(), text.to_owned()), "{case}");
            assert_eq!(run.history[1], (question.to_owned(), answered.heard.clone()), "{case}");
            assert_eq!(run.history.len(), 2, "{case}");
            assert!(run.troubles.is_empty(), "{:?}", run.troubles);
        }
    }
}

#[test]
fn an_announcement_may_last_longer_than_the_recorder_remembers() {
    // 20 s and 12 s: the scripted recogniser refuses silence.
    let mut config = common::config();
    config.turn.max_utterance_s = 2;
    let text = [TEXT; 25].join(" ");
    let parts = [(false, 500), (true, 1_500), (false, 25_000)];
    let commands = [(1_000, announce(&text, true, false))];
    let run = run_with(config, &["Who wrote Hamlet?"; 3], &parts, Pace::Lockstep, &commands);
    let [announced, answered] = heard(&run)[..] else { panic!("{:?}", run.turns) };
    assert_eq!(announced.heard, text);
    assert_eq!((answered.origin, answered.ending), (Origin::Speech, Ending::Complete));
    assert_eq!(answered.transcript, "Who wrote Hamlet?");
    assert!(answered.begun.as_ms() > 20_000);
}

#[test]
fn the_transcript_is_not_that_of_the_announcement() {
    let parts = [(false, 500), (true, 1_500), (false, 6_000)];
    let text = [TEXT; 3].join(" ");
    let lines = ["The soup in the kitchen is ready now."; 3];
    let run = run(&lines, &parts, Pace::Lockstep, &[(1_000, announce(&text, true, false))]);
    let [announced] = heard(&run)[..] else { panic!("{:?}", run.turns) };
    assert_eq!((announced.origin, announced.ending), (Origin::Announcement, Ending::Complete));
    assert_eq!(run.history, [(String::new(), text)]);
}

#[test]
fn a_person_who_cannot_be_separated_from_the_loudspeaker_is_asked_to_repeat() {
    let mut config = common::config();
    config.turn.barge_in = false;
    let parts = [(false, 500), (true, 1_500), (false, 4_000)];
    for pace in [Pace::Lockstep, Pace::Live] {
        let commands = [(1_000, announce(TEXT, true, false))];
        let run = run_with(config.clone(), &["Who wrote Hamlet?"; 3], &parts, pace, &commands);
        let [announced] = heard(&run)[..] else { panic!("{:?}", run.turns) };
        assert_eq!((announced.origin, announced.ending), (Origin::Announcement, Ending::Complete));
        let [trouble] = &run.troubles[..] else { panic!("{:?}", run.troubles) };
        assert!(trouble.contains("Please say that again"), "{trouble}");
    }
}

#[test]
fn a_turn_that_an_urgent_one_cancelled_begins_again_and_is_given_up_when_late() {
    let mut config = common::config();
    config.turn.think_timeout_s = 2;
    let commands =
        [(300, Command::Ask(common::NO_ANSWER.into())), (800, announce(TEXT, true, false))];
    let run = run_with(config, &[], &[(false, 5_000)], Pace::Live, &commands);
    let expected = [
        (Origin::Typed, Ending::Dropped),
        (Origin::Announcement, Ending::Complete),
        (Origin::Typed, Ending::Dropped),
    ];
    assert_eq!(endings(&run), expected);
    let [trouble] = &run.troubles[..] else { panic!("{:?}", run.troubles) };
    assert!(trouble.contains("no answer within 2 s"), "{trouble}");
}

#[test]
fn one_that_is_not_urgent_does_not_wait_for_ever() {
    let mut config = common::config();
    config.announcements.max_wait_s = 2;
    config.turn.think_timeout_s = 2;
    // Speech that never pauses, like a television's: it begins after twice the longest wait.
    let talk = [(false, 500), (true, 8_000), (false, 3_000)];
    let commands = [(700, announce(TEXT, false, false))];
    let run = run_with(config.clone(), &["And so on."; 9], &talk, Pace::Lockstep, &commands);
    let first = heard(&run)[0];
    assert_eq!((first.origin, first.ending), (Origin::Announcement, Ending::Complete));
    assert!((4_700..4_800).contains(&first.begun.as_ms()), "{:?}", first.begun);

    // Speech with a pause: it begins between two utterances, and the answer to the first follows.
    let talk = [(false, 500), (true, 1_000), (false, 2_500), (true, 1_000), (false, 3_000)];
    let run = run_with(config, &[common::NO_ANSWER; 9], &talk, Pace::Live, &commands);
    let [first] = heard(&run)[..] else { panic!("{:?}", run.turns) };
    assert_eq!((first.origin, first.ending), (Origin::Announcement, Ending::Complete));
    assert!((2_650..2_900).contains(&first.begun.as_ms()), "{:?}", first.begun);
    let answered = run.turns.iter().find(|turn| turn.begun > first.begun).expect("a turn");
    assert_eq!(answered.transcript, common::NO_ANSWER);
    assert_eq!(answered.speech_end.as_ms() / 100, 15);
}

#[test]
fn an_interrupted_announcement_is_remembered_to_the_word() {
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
fn listening_on_request_ends_what_is_said() {
    let run = run(
        &[],
        &[(false, 4_000)],
        Pace::Lockstep,
        &[(300, announce(TEXT, false, false)), (700, Command::Listen)],
    );
    assert_eq!(endings(&run), [(Origin::Announcement, Ending::Interrupted)]);
    let to = played(&run.tracks).last().expect("sound").1;
    assert!(to < 0.85, "{to}");
}

#[test]
fn stop_ends_the_present_announcement_and_drops_the_waiting_ones() {
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
