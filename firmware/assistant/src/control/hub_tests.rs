use super::*;
use crate::control::Controls;

struct Fixture {
    hub: Hub,
    _dir: tempfile::TempDir,
}

fn fixture() -> Fixture {
    let dir = tempfile::tempdir().expect("folder");
    Fixture { hub: Hub::new(StateFolder::new(dir.path().join("state"))), _dir: dir }
}

fn ask(hub: &Hub, line: &str) -> Answer {
    hub.answer(&Request::parse(line.as_bytes()).expect(line))
}

/// A board with a conversation, of which the test has the other end.
fn open(hub: &Hub, name: &str) -> (Seat, Controls) {
    let (seat, doubt) = hub.enter(name, "", true);
    assert_eq!(doubt, None);
    let controls = Controls::new(seat.sound().muted, seat.sound().volume);
    seat.reached_by(controls.handle.clone(), Health::new(), seat.sound());
    seat.talking();
    (seat, controls)
}

fn commands(controls: &Controls) -> Vec<Command> {
    controls.commands.try_iter().collect()
}

#[test]
fn operations_become_commands() {
    let Fixture { hub, _dir } = &fixture();
    let (_seat, controls) = open(hub, "kitchen");
    for line in [
        r#"{"op":"say","text":" tea is ready "}"#,
        r#"{"op":"announce","text":"fire","urgent":true,"board":"kitchen"}"#,
        r#"{"op":"ask","text":"what time is it"}"#,
        r#"{"op":"listen"}"#,
        r#"{"op":"stop"}"#,
        r#"{"op":"mute"}"#,
        r#"{"op":"unmute"}"#,
        r#"{"op":"volume","volume":0.5}"#,
    ] {
        assert_eq!(ask(hub, line), Answer::done(), "{line}");
    }
    let say = |text: &str, urgent, chime| {
        Command::Announce(Announcement { text: text.into(), urgent, chime })
    };
    assert_eq!(
        commands(&controls),
        [
            say("tea is ready", false, false),
            say("fire", true, true),
            Command::Ask("what time is it".into()),
            Command::Listen,
            Command::Stop,
            Command::Mute(true),
            Command::Mute(false),
            Command::Volume(0.5),
        ]
    );
}

#[test]
fn a_request_is_for_the_named_board_or_for_all() {
    let Fixture { hub, _dir } = &fixture();
    let (_k, kitchen) = open(hub, "kitchen");
    let (_h, hall) = open(hub, "hall");
    assert!(ask(hub, r#"{"op":"say","text":"one","board":"hall"}"#).ok);
    assert_eq!((commands(&kitchen).len(), commands(&hall).len()), (0, 1));
    assert!(ask(hub, r#"{"op":"say","text":"both"}"#).ok);
    assert_eq!((commands(&kitchen).len(), commands(&hall).len()), (1, 1));
    // Two boards would answer at once.
    let answer = ask(hub, r#"{"op":"ask","text":"what time is it"}"#);
    assert_eq!(answer.refusal, Some(Refusal::UnknownBoard));
    assert!(answer.error.expect("why").contains("hall, kitchen"));
    let answer = ask(hub, r#"{"op":"stop","board":"attic"}"#);
    assert_eq!(answer.refusal, Some(Refusal::UnknownBoard));
    assert_eq!((commands(&kitchen).len(), commands(&hall).len()), (0, 0));
}

#[test]
fn without_boards_the_answer_says_so() {
    let Fixture { hub, _dir } = &fixture();
    for request in [r#"{"op":"stop"}"#, r#"{"op":"mute"}"#, r#"{"op":"stop","board":"x"}"#] {
        let answer = ask(hub, request);
        assert_eq!(answer.refusal, Some(Refusal::UnknownBoard));
        assert_eq!(answer.error.as_deref(), Some("there are no boards yet"));
    }
}

#[test]
fn mute_and_volume_survive_a_restart_even_if_set_before_the_board_is_open() {
    let Fixture { hub, _dir } = &fixture();
    let again = || Hub::new(hub.shared.state.clone());
    {
        // The board is missing, so nobody takes the command; it is remembered all the same.
        let (seat, _) = hub.enter("kitchen", "", true);
        seat.waiting(Some("it is unplugged".into()));
        assert!(ask(hub, r#"{"op":"mute"}"#).ok);
        assert!(seat.sound().muted);
        assert_eq!(ask(hub, r#"{"op":"stop"}"#).refusal, Some(Refusal::NotReady));
    }
    {
        let hub = &again();
        let (seat, controls) = open(hub, "kitchen");
        assert_eq!(seat.sound(), Sound { muted: true, volume: 1.0 });
        assert!(hub.status()[0].muted);
        assert!(ask(hub, r#"{"op":"volume","volume":0.25}"#).ok);
        assert!(ask(hub, r#"{"op":"unmute","board":"kitchen"}"#).ok);
        assert_eq!(commands(&controls), [Command::Volume(0.25), Command::Mute(false)]);
    }
    {
        let (seat, _controls) = open(&again(), "kitchen");
        assert_eq!(seat.sound(), Sound { muted: false, volume: 0.25 });
        // Its own button.
        seat.mute().set(true);
    }
    assert!(open(&again(), "kitchen").0.sound().muted);
    // Another board is not affected, nor is a guest without a name.
    assert!(!open(&again(), "hall").0.sound().muted);
    assert!(!again().enter("kitchen", "", false).0.sound().muted);
}

#[test]
fn the_answer_says_what_cannot_be_saved() {
    let dir = tempfile::tempdir().expect("folder");
    let file = dir.path().join("file");
    std::fs::write(&file, "").expect("file");
    // No folder can be created there.
    let hub = Hub::new(StateFolder::new(file.join("state")));
    let (seat, _) = hub.enter("kitchen", "", true);
    // It is muted, because its last state cannot be read.
    assert!(seat.sound().muted);
    let answer = ask(&hub, r#"{"op":"unmute"}"#);
    assert_eq!(answer.refusal, Some(Refusal::NotSaved));
    assert!(!seat.sound().muted, "it is done all the same");
}

#[test]
fn waiting_commands_are_limited_except_stop() {
    let Fixture { hub, _dir } = &fixture();
    let (_seat, controls) = open(hub, "kitchen");
    let refused = (0..1_000)
        .map(|_| ask(hub, r#"{"op":"say","text":"again"}"#))
        .filter(|answer| answer.refusal == Some(Refusal::Busy))
        .count();
    assert_eq!(refused, 1_000 - MOST_WAITING);
    assert!(ask(hub, r#"{"op":"stop"}"#).ok);
    assert_eq!(commands(&controls).len(), MOST_WAITING + 1);
    // Texts that the conversation has taken and that still wait there count as well.
    controls.show(|status| status.waiting = MOST_WAITING);
    assert_eq!(ask(hub, r#"{"op":"say","text":"x"}"#).refusal, Some(Refusal::Busy));
    // For mute and volume, only changes are commands.
    for _ in 0..1_000 {
        assert!(ask(hub, r#"{"op":"mute"}"#).ok);
    }
    assert_eq!(commands(&controls), [Command::Mute(true)]);
    // A conversation that has stopped does not collect an endless queue, but it can be muted.
    let (guest, stuck) = (hub.enter("guest", "", false).0, Controls::new(false, 1.0));
    guest.reached_by(stuck.handle.clone(), Health::new(), guest.sound());
    guest.talking();
    for _ in 0..2_000 {
        for op in ["unmute", "mute", "stop"] {
            ask(hub, &format!(r#"{{"op":"{op}","board":"guest"}}"#));
        }
    }
    assert!(commands(&stuck).len() <= MOST_PENDING + 2);
    assert!(guest.sound().muted);
}

#[test]
fn status_reports_each_board() {
    let Fixture { hub, _dir } = &fixture();
    let (waited, _) = hub.enter("hall", "ground floor", true);
    waited.waiting(Some("no microphone".into()));
    let (_seat, controls) = open(hub, "kitchen");
    controls.show(|status| status.waiting = 2);
    let answer = ask(hub, r#"{"op":"status"}"#);
    assert_eq!(answer.program.expect("program").pid, std::process::id());
    let boards = answer.boards.expect("boards");
    let seen: Vec<_> = boards.iter().map(|b| (b.board.as_str(), b.phase)).collect();
    assert_eq!(seen, [("hall", Phase::Waiting), ("kitchen", Phase::Open)]);
    assert_eq!(boards[0].area, "ground floor");
    assert_eq!(boards[0].reason.as_deref(), Some("no microphone"));
    assert_eq!((boards[1].waiting, boards[1].muted), (2, false));
    assert_eq!(hub.summary(), "hall: waiting: no microphone; kitchen: open");
    let one = ask(hub, r#"{"op":"status","board":"kitchen"}"#).boards.expect("boards");
    assert_eq!(one.len(), 1);
    drop(waited);
    assert_eq!(hub.status().len(), 1);
}

#[test]
fn changes_while_the_models_load_are_not_lost() {
    let Fixture { hub, _dir } = &fixture();
    let (seat, _) = hub.enter("kitchen", "", true);
    let begun = seat.sound();
    seat.loading();
    assert!(!hub.is_ready());
    assert!(ask(hub, r#"{"op":"mute"}"#).ok);
    let controls = Controls::new(begun.muted, begun.volume);
    seat.reached_by(controls.handle.clone(), Health::new(), begun);
    seat.talking();
    assert!(hub.is_ready());
    assert_eq!(commands(&controls), [Command::Mute(true)]);
}

#[test]
fn two_guests_with_the_same_name_get_different_names() {
    let Fixture { hub, _dir } = &fixture();
    let seats: Vec<Seat> = (0..3).map(|_| hub.enter("tcp:a", "", false).0).collect();
    let names: Vec<&str> = seats.iter().map(Seat::name).collect();
    assert_eq!(names, ["tcp:a", "tcp:a#2", "tcp:a#3"]);
}

/// There is only one mute: the latest action counts, no matter who took it.
#[test]
fn the_board_and_the_program_share_one_mute() {
    let Fixture { hub, _dir } = &fixture();
    let (seat, controls) = open(hub, "kitchen");
    let mute = seat.mute();
    for (op, muted) in [("mute", true), ("unmute", false)] {
        // The program changes it and the board knows; the board changes it back and the program
        // knows.
        assert!(ask(hub, &format!(r#"{{"op":"{op}"}}"#)).ok);
        assert_eq!(mute.is_set(), muted);
        mute.set(!muted);
        assert_eq!(commands(&controls), [Command::Mute(muted), Command::Mute(!muted)]);
        assert_eq!((hub.status()[0].muted, seat.sound().muted), (!muted, !muted));
        // And the other way round.
        assert!(ask(hub, &format!(r#"{{"op":"{op}"}}"#)).ok);
        assert_eq!((mute.is_set(), seat.sound().muted), (muted, muted));
        assert_eq!(commands(&controls), [Command::Mute(muted)]);
        let again = Hub::new(hub.shared.state.clone());
        assert_eq!(again.enter("kitchen", "", true).0.sound().muted, muted);
    }
    // Setting the volume does not change the mute, even if the board's change was not noticed yet.
    mute.order(true);
    assert!(ask(hub, r#"{"op":"volume","volume":0.5}"#).ok);
    assert!(mute.is_set() && seat.sound().muted);
}

#[test]
fn two_boards_that_cannot_be_distinguished_are_both_remembered_as_muted() {
    let Fixture { hub, _dir } = &fixture();
    let (one, _) = hub.enter("listen:pico", "", true);
    let (other, _) = hub.enter("listen:pico", "", true);
    one.mute().set(true);
    other.mute().set(true);
    other.mute().set(false);
    let again = || Hub::new(hub.shared.state.clone()).enter("listen:pico", "", true).0;
    assert!(again().sound().muted);
    one.mute().set(false);
    assert!(!again().sound().muted);
}

#[test]
fn in_doubt_it_is_muted_until_somebody_unmutes_it() {
    let Fixture { hub, _dir } = &fixture();
    let (seat, _) = hub.enter("tcp:127.0.0.1", "", false);
    seat.doubt();
    assert!(seat.sound().muted && seat.mute().is_set() && hub.status()[0].muted);
    assert!(ask(hub, r#"{"op":"unmute"}"#).ok);
    assert!(!seat.sound().muted && !seat.mute().is_set());
}

#[test]
fn a_conversation_that_is_over_accepts_nothing() {
    let Fixture { hub, _dir } = &fixture();
    let (_seat, controls) = open(hub, "kitchen");
    let commands = controls.commands;
    drop(commands);
    assert_eq!(ask(hub, r#"{"op":"stop"}"#).refusal, Some(Refusal::NotReady));
    assert!(ask(hub, r#"{"op":"mute"}"#).ok, "for the next one");
}
