//! Both ends of the link together, over a wire that loses, repeats, swaps, corrupts and cuts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use sayso_core::link::{
    Codec, Condition, Description, HostCondition, HostEvent, HostLink, HostStatus, MAX_FRAME,
    Message, Mute, PlaybackQueue, Rate, Refused, SatelliteEvent, SatelliteLink, SatelliteStatus,
    Stop, encode,
};
use sayso_core::turn::Shown;

const OUT: usize = 4_096;
const FREE: u16 = 40;

/// What the wire does to a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    Lose,
    Repeat,
    /// It comes after the next one.
    Swap,
    /// This many bytes of garbage come before it.
    Garbage(u8),
    /// This bit of it is flipped.
    Flip(u16),
    /// It is cut off after this many bytes.
    Cut(u16),
}

impl Fault {
    /// Whether the frame does not arrive.
    fn loses(self) -> bool {
        matches!(self, Self::Lose | Self::Flip(_) | Self::Cut(_))
    }
}

/// One direction.
#[derive(Default)]
struct Way {
    held: Vec<u8>,
    seen: Vec<(Fault, usize)>,
}

impl Way {
    fn carry(&mut self, bytes: &[u8], fault: &mut impl FnMut() -> Fault) -> Vec<u8> {
        let mut out = Vec::new();
        for frame in bytes.split(|&byte| byte == 0).filter(|frame| !frame.is_empty()) {
            let mut frame = [&[0], frame, &[0]].concat();
            let fault = fault();
            self.seen.push((fault, frame.len()));
            let held = std::mem::take(&mut self.held);
            match fault {
                Fault::None => out.extend(frame),
                Fault::Lose => {}
                Fault::Repeat => out.extend(frame.repeat(2)),
                Fault::Swap => self.held = frame,
                Fault::Garbage(n) => {
                    out.extend((0..n).map(|i| i.wrapping_mul(37).wrapping_add(n)));
                    out.extend(frame);
                }
                Fault::Flip(place) => {
                    let place = 1 + usize::from(place) % (frame.len() - 2);
                    frame[place] ^= 0x10;
                    out.extend(frame);
                }
                Fault::Cut(place) => {
                    out.extend(&frame[..1 + usize::from(place) % (frame.len() - 2)]);
                }
            }
            out.extend(held);
        }
        out
    }

    fn count(&self, what: impl Fn(Fault) -> bool) -> u32 {
        self.seen.iter().filter(|(fault, _)| what(*fault)).count() as u32
    }
}

/// A satellite whose microphone counts samples, a host, and the wire between them.
struct Pair {
    satellite: SatelliteLink<OUT>,
    host: HostLink<OUT>,
    queue: PlaybackQueue<4_800>,
    up: Way,
    down: Way,
    now: u64,
    clock: u32,
    condition: Condition,
    shown: Shown,
    /// Blocks received by the host, by the clock of their first sample.
    heard: Vec<u32>,
    connected: u32,
    status: Option<HostStatus>,
    /// The last status of the satellite.
    heard_status: Option<SatelliteStatus>,
    /// The orders that the satellite carried out, and its answers.
    orders: Vec<bool>,
    answers: Vec<Mute>,
    events: Vec<&'static str>,
    refused: u32,
}

impl Pair {
    fn new(codec: Codec) -> Self {
        let description = Description { codec, rate: Rate::Hz24000, buffer: 10, name: "test" };
        Self {
            satellite: SatelliteLink::new(description),
            host: HostLink::new(0xfeed_0001),
            queue: PlaybackQueue::new(),
            up: Way::default(),
            down: Way::default(),
            now: 0,
            clock: 0,
            condition: Condition::default(),
            shown: Shown::Listening,
            heard: Vec::new(),
            connected: 0,
            status: None,
            heard_status: None,
            orders: Vec::new(),
            answers: Vec::new(),
            events: Vec::new(),
            refused: 0,
        }
    }

    /// Lets 20 ms pass.
    fn step(&mut self, mut up: impl FnMut() -> Fault, mut down: impl FnMut() -> Fault) {
        self.now += 20;
        let mut played = [0; 480];
        self.queue.take(&mut played);
        let block: Vec<i16> = (0..320).map(|n| (self.clock + n) as i16).collect();
        if self.satellite.is_connected()
            && self.satellite.try_capture(self.clock, self.queue.played(), &block).is_err()
        {
            self.refused += 1;
        }
        self.clock += 320;
        let condition = Condition {
            clock: self.clock,
            played: self.queue.played(),
            free: self.queue.free(480),
            open: true,
            ..self.condition
        };
        self.satellite.poll(self.now, &condition);
        let shown = self.shown;
        self.host.poll(self.now, &HostCondition { free: FREE, shown, volume: 70, muted: false });

        let bytes = self.satellite.outgoing().to_vec();
        self.satellite.written(bytes.len());
        for byte in self.up.carry(&bytes, &mut up) {
            match self.host.push(byte, self.now) {
                Some(HostEvent::Connected(hello)) => {
                    assert_eq!((hello.name, hello.credit), ("test", 10));
                    self.connected += 1;
                }
                Some(HostEvent::Capture(capture)) => {
                    let samples: Vec<i16> = capture.block.samples().collect();
                    let at = capture.at as i16;
                    if capture.block.codec() == Codec::Pcm {
                        assert!(samples.iter().zip(0..).all(|(s, n)| *s == at.wrapping_add(n)));
                    }
                    assert_eq!(samples.len(), 320);
                    self.heard.push(capture.at);
                }
                Some(HostEvent::Mute(answer)) => self.answers.push(answer),
                Some(HostEvent::Status(status)) => self.heard_status = Some(status),
                Some(HostEvent::Restarted) => self.events.push("restarted"),
                _ => {}
            }
        }
        let bytes = self.host.outgoing().to_vec();
        self.host.written(bytes.len());
        for byte in self.down.carry(&bytes, &mut down) {
            match self.satellite.push(byte, self.now) {
                Some(SatelliteEvent::Connected { .. }) => self.queue.clear(),
                Some(SatelliteEvent::Playback(playback)) => self.queue.push(&playback),
                Some(SatelliteEvent::Stop(stop)) => self.queue.stop(stop),
                Some(SatelliteEvent::Status(status)) => self.status = Some(status),
                Some(SatelliteEvent::Mute(muted)) => {
                    self.orders.push(muted);
                    self.condition.muted = muted;
                }
                None => {}
            }
        }
    }

    fn run(&mut self, steps: usize) {
        for _ in 0..steps {
            self.step(|| Fault::None, || Fault::None);
        }
    }
}

#[test]
fn an_order_to_mute_is_carried_out_once_and_answered_each_time() {
    let mut pair = Pair::new(Codec::Pcm);
    let order = |order, muted| Mute { order, muted };
    assert_eq!(pair.host.try_mute(order(1, true)), Err(Refused::NotConnected));
    pair.run(3);
    for _ in 0..3 {
        pair.host.try_mute(order(1, true)).unwrap();
        pair.run(2);
    }
    assert_eq!((&pair.orders[..], &pair.answers[..]), (&[true][..], &[order(1, true); 3][..]));
    // Its button unmutes it; repeating the same order does not mute it again.
    pair.condition.muted = false;
    pair.host.try_mute(order(1, true)).unwrap();
    pair.run(2);
    assert_eq!((pair.orders.len(), pair.answers.last()), (1, Some(&order(1, false))));
    // An order that was overtaken is ignored; numbers wrap.
    for (number, muted) in [(3, true), (2, false), (100, false), (200, true), (4, false)] {
        pair.host.try_mute(order(number, muted)).unwrap();
        pair.run(2);
    }
    assert_eq!(pair.orders, [true, true, false, true, false]);
    assert_eq!(pair.answers.last(), Some(&order(4, false)));
    // In a new session the numbers start again.
    pair.host.reconnect();
    pair.run(60);
    assert_eq!(pair.connected, 2);
    pair.host.try_mute(order(1, true)).unwrap();
    pair.run(2);
    assert_eq!(pair.answers.last(), Some(&order(1, true)));
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        6 => Just(Fault::None),
        1 => Just(Fault::Lose),
        1 => Just(Fault::Repeat),
        1 => Just(Fault::Swap),
        1 => any::<u8>().prop_map(Fault::Garbage),
        1 => any::<u16>().prop_map(Fault::Flip),
        1 => any::<u16>().prop_map(Fault::Cut),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Each damaged block is missing, and the next one is there. Everything is counted.
    #[test]
    fn faults_are_counted_and_hurt_nobody_else(
        up in proptest::collection::vec(fault(), 20..120),
        down in proptest::collection::vec(fault(), 20..120),
        adpcm: bool,
    ) {
        let mut pair = Pair::new(if adpcm { Codec::Adpcm } else { Codec::Pcm });
        pair.run(3);
        prop_assert!(pair.host.is_connected());
        (pair.up, pair.down) = Default::default();
        let (before, heard) = (pair.clock, pair.heard.len());
        let (mut ups, mut downs) = (up.iter().copied(), down.iter().copied());
        while ups.len() + downs.len() > 0 {
            pair.step(
                || ups.next().unwrap_or(Fault::None),
                || downs.next().unwrap_or(Fault::None),
            );
        }
        pair.run(2);
        prop_assert_eq!(pair.connected, 1, "one session all the time");
        prop_assert!(pair.host.is_connected() && pair.satellite.is_connected());
        for (way, counters) in
            [(&pair.up, pair.host.counters()), (&pair.down, pair.satellite.counters())]
        {
            prop_assert_eq!(counters.lost, way.count(Fault::loses));
            prop_assert_eq!(counters.duplicated, way.count(|fault| fault == Fault::Repeat));
            // Consecutive swapped frames overtake each other twice.
            prop_assert!(counters.reordered <= way.count(|fault| fault == Fault::Swap));
            prop_assert!(counters.malformed + counters.stale == 0);
        }
        // Nothing came twice, and everything that was not damaged arrived.
        let mut heard = pair.heard[heard..].to_vec();
        heard.sort_unstable();
        let all = heard.len();
        heard.dedup();
        prop_assert_eq!(heard.len(), all);
        let sent = (pair.clock - before) / 320 - pair.refused;
        let hit = pair.up.seen.iter().filter(|(fault, _)| fault.loses()).count();
        prop_assert!(heard.len() + hit >= sent as usize);
        // The last blocks, over the repaired wire.
        prop_assert!(pair.heard.contains(&(pair.clock - 320)));
        prop_assert_eq!(pair.status.map(|status| status.shown), Some(Shown::Listening));
    }
}

#[test]
fn a_session_begins_within_two_steps_and_continues() {
    let mut pair = Pair::new(Codec::Pcm);
    pair.run(2);
    assert!(pair.host.is_connected() && pair.satellite.is_connected());
    pair.run(200);
    assert_eq!(pair.connected, 1);
    // The first is refused: the answer to the host's hello has to go first.
    assert_eq!((pair.heard.len(), pair.refused), (200, 1));
    let counters = pair.host.counters();
    assert_eq!((counters.lost, counters.resyncs, counters.stale), (0, 0, 0));
}

#[test]
fn a_satellite_that_restarts_gets_a_session_at_once() {
    let mut pair = Pair::new(Codec::Pcm);
    pair.run(50);
    pair.satellite = Pair::new(Codec::Pcm).satellite;
    pair.run(4);
    assert_eq!((pair.connected, pair.events.as_slice()), (2, &["restarted"][..]));
    pair.run(2);
    assert_eq!(pair.heard.last(), Some(&(pair.clock - 320)));
}

#[test]
fn a_host_that_restarts_gets_a_session_at_once() {
    let mut pair = Pair::new(Codec::Pcm);
    pair.run(50);
    pair.host = HostLink::new(77);
    pair.run(3);
    assert!(pair.host.is_connected());
    assert_eq!(pair.satellite.counters().sessions, 2);
    assert_eq!(pair.heard.last(), Some(&(pair.clock - 320)));
}

#[test]
fn a_cut_wire_is_noticed_and_the_session_restored() {
    let mut pair = Pair::new(Codec::Pcm);
    pair.run(50);
    for _ in 0..100 {
        pair.step(|| Fault::Lose, || Fault::Lose);
    }
    assert!(!pair.host.is_connected() && !pair.satellite.is_connected());
    pair.run(15);
    assert!(pair.host.is_connected() && pair.satellite.is_connected());
    assert_eq!(pair.heard.last(), Some(&(pair.clock - 320)));
}

/// A stalled peer: nothing is read, and nothing blocks or grows.
#[test]
fn a_stalled_host_causes_no_blocking_and_no_growth() {
    let mut pair = Pair::new(Codec::Pcm);
    pair.run(10);
    let (mut sent, mut refused) = (0, Vec::new());
    for n in 0..100 {
        match pair.satellite.try_capture(pair.clock, 0, &[0; 320]) {
            Ok(()) => sent += 1,
            Err(why) => refused.push(why),
        }
        pair.satellite.poll(pair.now + n, &pair.condition);
        assert!(pair.satellite.outgoing().len() <= OUT);
    }
    assert!((4..=OUT / 640).contains(&sent));
    assert!(refused.iter().all(|&why| why == Refused::NoRoom));
}

/// A fast wire, and two ends that do not process what they receive.
#[test]
fn nobody_sends_more_than_was_granted() {
    let description = Description { buffer: 10, ..Description::default() };
    let mut satellite: SatelliteLink<OUT> = SatelliteLink::new(description);
    let mut host: HostLink<OUT> = HostLink::new(5);
    let (mut heard, mut played) = (0, 0);
    for now in 0..500 {
        host.poll(now, &HostCondition { free: 12 - heard, ..Default::default() });
        satellite.poll(now, &Condition { free: 10 - played, ..Default::default() });
        let _ = satellite.try_capture(0, 0, &[0; 320]);
        let _ = host.try_playback(0, &[0; 320]);
        let up = satellite.outgoing().to_vec();
        satellite.written(up.len());
        for byte in up {
            if let Some(HostEvent::Capture(_)) = host.push(byte, now) {
                heard += 1;
            }
        }
        let down = host.outgoing().to_vec();
        host.written(down.len());
        for byte in down {
            if let Some(SatelliteEvent::Playback(_)) = satellite.push(byte, now) {
                played += 1;
            }
        }
    }
    assert_eq!((heard, played), (12, 10));
    assert_eq!(host.try_playback(0, &[0; 320]), Err(Refused::NoCredit));
    assert_eq!(satellite.try_capture(0, 0, &[0; 320]), Err(Refused::NoCredit));
    assert_eq!(satellite.try_capture(0, 0, &[]), Err(Refused::NoCredit));
}

/// Credit that was spent on lost blocks is restored.
#[test]
fn lost_blocks_do_not_use_up_the_credit() {
    let mut pair = Pair::new(Codec::Pcm);
    pair.run(5);
    let mut lost = 0;
    let mut at = 0;
    let mut through = 0;
    for step in 0..400 {
        while pair.host.try_playback(at, &[1; 480]).is_ok() {
            at += 480;
            through += 1;
        }
        pair.step(
            || Fault::None,
            || {
                lost += 1;
                if step < 300 && lost % 3 == 0 { Fault::Lose } else { Fault::None }
            },
        );
    }
    // 400 steps of 20 ms play 400 blocks, including those filled with silence.
    assert!(through >= 380, "{through}");
    assert!(pair.queue.dry() < 20, "{}", pair.queue.dry());
}

#[test]
fn presses_and_states_survive_loss() {
    let mut pair = Pair::new(Codec::Pcm);
    pair.run(5);
    pair.shown = Shown::Speaking;
    pair.condition.presses += 3;
    pair.step(|| Fault::Lose, || Fault::Lose);
    assert_eq!(pair.heard_status.map(|status| status.presses), Some(0));
    pair.run(6);
    assert_eq!(pair.heard_status.map(|status| status.presses), Some(3));
    assert_eq!(
        pair.status.map(|status| (status.shown, status.volume)),
        Some((Shown::Speaking, 70))
    );
}

#[test]
fn a_stop_arrives() {
    let mut pair = Pair::new(Codec::Adpcm);
    pair.run(5);
    for n in 0..6 {
        pair.host.try_playback(n * 480, &[900; 480]).unwrap();
    }
    pair.run(2);
    pair.host.try_stop(Stop { at: 1_000, fade: 100 }).unwrap();
    pair.run(5);
    assert_eq!(pair.queue.played(), 1_000);
}

#[test]
fn another_version_is_reported_and_ignored() {
    let mut host: HostLink<OUT> = HostLink::new(5);
    host.poll(0, &HostCondition::default());
    // A hello of version 9, with arbitrary bytes after the version.
    let mut frame = Vec::new();
    for version in [1, 9] {
        let hello = Message::HostHello(sayso_core::link::HostHello {
            version,
            session: 4,
            credit: 1,
            muted: false,
        });
        frame = encode(4, 0, &hello).unwrap().as_bytes().to_vec();
    }
    let told: Vec<_> =
        frame.iter().filter_map(|&byte| host.push(byte, 1).map(|e| format!("{e:?}"))).collect();
    assert_eq!(told, ["Version(9)"]);
    let mut satellite: SatelliteLink<OUT> = SatelliteLink::new(Description::default());
    satellite.poll(0, &Condition::default());
    satellite.written(MAX_FRAME);
    assert!(frame.iter().all(|&byte| satellite.push(byte, 1).is_none()));
    satellite.poll(2, &Condition::default());
    assert!(!satellite.is_connected());
    assert!(!satellite.outgoing().is_empty(), "it says which version it speaks");
}
