//! Both ends of a connection: sound in both directions, reports, stops, the end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use sayso_board::{Board, BoardErrorKind, Heard, Loudspeaker, Microphone, Press};
use sayso_remote_board::{Outgoing, Peer, RemoteBoard, connect};

const VOICE: u32 = 24_000;
const WAIT: Duration = Duration::from_secs(10);

fn started(
    hears: u32,
    plays: u32,
) -> (RemoteBoard, Peer, Box<dyn Microphone>, Box<dyn Loudspeaker>) {
    let (mut board, peer) = connect(hears, plays, || {}).unwrap();
    let (microphone, loudspeaker) = board.start(VOICE).unwrap();
    (board, peer, microphone, loudspeaker)
}

/// Reads so many samples.
fn read(microphone: &mut dyn Microphone, samples: usize) -> (Vec<f32>, Vec<f32>) {
    let (mut heard, mut played) = (Vec::new(), Vec::new());
    let until = Instant::now() + WAIT;
    while heard.len() < samples {
        assert!(Instant::now() < until, "only {} samples came", heard.len());
        let mut buffer = [0.0; 512];
        if let Heard::Samples(n) = microphone.read(&mut buffer, Duration::from_millis(100)) {
            let mut reference = [0.0; 512];
            microphone.reference(&mut reference);
            heard.extend(&buffer[..n]);
            played.extend(&reference[..n]);
        }
    }
    (heard, played)
}

/// Everything that there is to send.
fn take(peer: &Peer) -> Vec<Outgoing> {
    std::iter::from_fn(|| peer.take()).collect()
}

fn samples(outgoing: &[Outgoing]) -> usize {
    let length = |outgoing: &Outgoing| match outgoing {
        Outgoing::Sound { samples, .. } => samples.len(),
        Outgoing::Stop { .. } => 0,
    };
    outgoing.iter().map(length).sum()
}

#[test]
fn sound_that_is_fed_is_heard() {
    let (_board, peer, mut microphone, _) = started(16_000, VOICE);
    let sound: Vec<f32> = (0..1_600).map(|n| (n as f32 * 0.05).sin() * 0.5).collect();
    sound.chunks(320).for_each(|piece| peer.hear(piece));
    let (heard, _) = read(&mut *microphone, 1_600);
    // It fades in.
    assert_eq!(heard[100..1_600], sound[100..]);
    assert_eq!(peer.stats().0.dropped, 0);
}

#[test]
fn other_rates_are_converted() {
    let (_board, peer, mut microphone, mut loudspeaker) = started(48_000, 48_000);
    let tone = |rate: f32, n: usize| (n as f32 * 440.0 / rate * std::f32::consts::TAU).sin() * 0.5;
    let sound: Vec<f32> = (0..48_000).map(|n| tone(48_000.0, n)).collect();
    sound.chunks(960).for_each(|piece| peer.hear(piece));
    let (heard, _) = read(&mut *microphone, 12_000);
    let power = |sound: &[f32]| sound.iter().map(|s| s * s).sum::<f32>() / sound.len() as f32;
    assert!((power(&heard[4_000..12_000]) - 0.125).abs() < 0.01);
    assert_eq!(loudspeaker.write(&vec![0.1; 12_000]), 12_000);
    assert!((samples(&take(&peer)) as i64 - 24_000).abs() <= 960);
}

#[test]
fn what_is_written_is_sent_in_blocks_and_not_too_far_ahead() {
    let (_board, peer, _microphone, mut loudspeaker) = started(16_000, VOICE);
    assert_eq!(loudspeaker.write(&vec![0.25; 10 * VOICE as usize]), 240_000);
    peer.played(0, Some(0));
    let sent = take(&peer);
    let mut place = 0;
    for outgoing in &sent {
        let Outgoing::Sound { at, samples } = outgoing else { panic!("{outgoing:?}") };
        assert_eq!((*at, samples.len()), (place, 480));
        place += 480;
    }
    assert!((48_000..50_000).contains(&place), "{place}");
    // When it was played, there is more.
    peer.played(24_000, Some(0));
    assert!((22_000..27_000).contains(&samples(&take(&peer))));
    let played = loudspeaker.played();
    assert!((24_000..26_000).contains(&played), "{played}");
    assert_eq!(loudspeaker.queued() as u64, 240_000 - loudspeaker.played());
}

#[test]
fn after_a_stop_both_sides_agree_on_what_was_played() {
    let (_board, peer, _microphone, mut loudspeaker) = started(16_000, VOICE);
    loudspeaker.write(&vec![0.25; VOICE as usize]);
    peer.played(0, Some(0));
    take(&peer);
    peer.played(4_800, Some(0));
    let dropped = loudspeaker.stop(Duration::from_millis(10));
    let sent = take(&peer);
    let [Outgoing::Stop { at, fade }] = sent[..] else { panic!("{sent:?}") };
    assert_eq!(fade, 240);
    assert!((4_800..8_000).contains(&at), "{at}");
    // A report from before the order says nothing.
    peer.played(20_000, Some(0));
    peer.played(at, Some(1));
    assert_eq!(loudspeaker.played(), at);
    assert_eq!(dropped as u64 + at, 24_000);
    assert_eq!(loudspeaker.queued(), 0);
    // What is said next begins there.
    loudspeaker.write(&[0.25; 480]);
    let next = take(&peer);
    assert!(matches!(next[0], Outgoing::Sound { at: next, .. } if next == at), "{next:?}");
}

#[test]
fn a_peer_that_reports_nothing_is_assumed_to_play() {
    let (_board, peer, _microphone, mut loudspeaker) = started(16_000, VOICE);
    loudspeaker.write(&vec![0.25; 4_800]);
    let began = Instant::now();
    assert_eq!(samples(&take(&peer)), 4_800);
    while loudspeaker.played() < 4_800 {
        assert!(began.elapsed() < WAIT, "{} played", loudspeaker.played());
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(began.elapsed() > Duration::from_millis(180), "{:?}", began.elapsed());
}

#[test]
fn the_reference_is_what_the_peer_was_playing() {
    let (_board, peer, mut microphone, mut loudspeaker) = started(16_000, VOICE);
    let tone: Vec<f32> = (0..24_000).map(|n| (n as f32 * 0.1).sin() * 0.5).collect();
    loudspeaker.write(&tone);
    peer.played(0, Some(0));
    take(&peer);
    // It plays silence, and then from the beginning.
    peer.hear(&[0.0; 320]);
    for n in 0..20_u64 {
        peer.played(n * 480, Some(0));
        peer.hear(&[0.0; 320]);
    }
    let (_, played) = read(&mut *microphone, 320 + 20 * 320);
    let loud = |piece: &[f32]| piece.iter().any(|sample| sample.abs() > 0.1);
    assert!(loud(&played[640..6_400]), "nothing was played");
    // Sample n at 16 kHz is sample 1.5 n of the voice.
    let at = 3_200;
    let due = (((at - 320) as f32 * 1.5) * 0.1).sin() * 0.5;
    assert!((played[at] - due).abs() < 0.1, "{} for {due}", played[at]);
}

#[test]
fn the_end_of_the_connection_is_reported_and_ends_the_microphone() {
    let woken = Arc::new(AtomicUsize::new(0));
    let wakes = Arc::clone(&woken);
    let (mut board, peer) = connect(16_000, VOICE, move || {
        wakes.fetch_add(1, Ordering::Relaxed);
    })
    .unwrap();
    let (mut microphone, loudspeaker) = board.start(VOICE).unwrap();
    let changes = board.changes().unwrap();
    peer.close("the page was closed");
    peer.close("again");
    assert_eq!(changes.try_recv().unwrap().message, "the page was closed");
    assert!(changes.try_recv().is_err());
    assert_eq!(microphone.read(&mut [0.0; 16], WAIT), Heard::End);
    assert_eq!(board.start(VOICE).err().unwrap().kind(), BoardErrorKind::Spent);
    let before = woken.load(Ordering::Relaxed);
    drop((board, loudspeaker));
    assert!(peer.is_left() && woken.load(Ordering::Relaxed) > before);
}

#[test]
fn a_peer_that_hangs_up_ends_the_microphone_and_is_not_reported_as_lost() {
    let (mut board, peer, mut microphone, _) = started(16_000, VOICE);
    let changes = board.changes().unwrap();
    peer.hang_up();
    peer.close("the connection is lost");
    assert_eq!(microphone.read(&mut [0.0; 16], WAIT), Heard::Left);
    assert!(changes.try_recv().is_err());
    // It may also hang up before the conversation begins.
    let (mut board, peer) = connect(16_000, VOICE, || {}).unwrap();
    peer.hang_up();
    let (mut microphone, _) = board.start(VOICE).unwrap();
    assert_eq!(microphone.read(&mut [0.0; 16], WAIT), Heard::Left);
    // What was lost before stays lost.
    let (_board, peer, mut microphone, _) = started(16_000, VOICE);
    peer.close("the connection is lost");
    peer.hang_up();
    assert_eq!(microphone.read(&mut [0.0; 16], WAIT), Heard::End);
}

#[test]
fn a_second_start_abandons_the_streams_of_the_first() {
    let (mut board, peer, mut old, mut before) = started(16_000, VOICE);
    before.write(&vec![0.25; 4_800]);
    peer.played(0, Some(0));
    take(&peer);
    peer.played(2_400, Some(0));
    let (_microphone, mut loudspeaker) = board.start(16_000).unwrap();
    assert_eq!(old.read(&mut [0.0; 16], WAIT), Heard::End);
    assert_eq!(before.write(&[0.25; 480]), 0);
    // The peer drops what it has, and the numbers go on.
    loudspeaker.write(&[0.25; 320]);
    let sent = take(&peer);
    let Outgoing::Stop { at, .. } = sent[0] else { panic!("{sent:?}") };
    assert!((2_400..4_000).contains(&at), "{at}");
    assert!(matches!(sent[1], Outgoing::Sound { at: next, .. } if next == at), "{sent:?}");
    peer.played(at + 480, Some(1));
    assert_eq!(loudspeaker.played(), 320);
}

#[test]
fn presses_are_limited_to_what_a_person_can_do() {
    let (mut board, peer, _microphone, _loudspeaker) = started(16_000, VOICE);
    let mut panel = board.panel().unwrap();
    assert!(board.panel().is_none());
    for _ in 0..100 {
        peer.press(Press::Talk);
    }
    assert_eq!(std::iter::from_fn(|| panel.pressed()).count(), 8);
}

#[test]
fn before_the_conversation_nothing_is_kept() {
    let (mut board, peer) = connect(16_000, VOICE, || {}).unwrap();
    for _ in 0..1_000 {
        peer.hear(&[0.5; 320]);
    }
    assert_eq!(peer.take(), None);
    let (mut microphone, _) = board.start(VOICE).unwrap();
    let mut buffer = [1.0; 64];
    if let Heard::Samples(n) = microphone.read(&mut buffer, Duration::ZERO) {
        assert!(buffer[..n].iter().all(|sample| *sample == 0.0));
    }
}

#[derive(Clone, Debug)]
enum Act {
    Write(usize),
    Stop,
    Take,
    Played(u64, Option<u64>),
    Hear(usize),
    Listens(bool),
    Start,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0..60_000_usize).prop_map(Act::Write),
        Just(Act::Stop),
        Just(Act::Take),
        (any::<u64>(), proptest::option::of(0..9_u64)).prop_map(|(n, k)| Act::Played(n, k)),
        (0..60_000_u64, Just(None)).prop_map(|(n, k)| Act::Played(n, k)),
        (0..100_000_usize).prop_map(Act::Hear),
        any::<bool>().prop_map(Act::Listens),
        Just(Act::Start),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever a peer does, every sample that was written is played, queued, dropped or missing,
    /// and what is sent is in order.
    #[test]
    fn no_sample_is_lost_without_being_counted(acts in proptest::collection::vec(act(), 1..60)) {
        let (mut board, peer, _microphone, mut loudspeaker) = started(16_000, VOICE);
        let (mut written, mut dropped, mut next) = (0_u64, 0_u64, 0_u64);
        for act in acts {
            match act {
                Act::Write(n) => written += loudspeaker.write(&vec![0.1; n]) as u64,
                Act::Stop => dropped += loudspeaker.stop(Duration::from_millis(10)) as u64,
                Act::Take => {
                    for outgoing in take(&peer) {
                        match outgoing {
                            Outgoing::Stop { at, .. } => next = at,
                            Outgoing::Sound { at, samples } => {
                                prop_assert_eq!(at, next);
                                prop_assert!(samples.len() <= 480);
                                next = at + samples.len() as u64;
                            }
                        }
                    }
                }
                Act::Played(place, stops) => peer.played(place, stops),
                Act::Hear(n) => peer.hear(&vec![0.2; n]),
                Act::Listens(on) => peer.listens(on),
                Act::Start => {
                    loudspeaker = board.start(VOICE).unwrap().1;
                    (written, dropped) = (0, 0);
                }
            }
            let missing = loudspeaker.stats().missing;
            let (played, queued) = (loudspeaker.played(), loudspeaker.queued() as u64);
            // Time passes between the two.
            let all = played + queued + dropped + missing;
            prop_assert!(all.abs_diff(written) <= 480, "{all} of {written}");
        }
    }
}
