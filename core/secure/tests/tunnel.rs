//! Both ends of a tunnel over a wire that loses, repeats, swaps and changes frames, and attacks by
//! strangers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use sayso_core::link::{HostStatus, Message, encode};
use sayso_secure::{
    ANSWER_MS, Entropy, Key, Noise, RETRY_MS, Refusal, ReplayWindow, Role, SILENT_MS, Tunnel,
};

/// Different bytes at each call; nothing is secret in a test.
struct Counted(u64);

impl Entropy for Counted {
    fn secret(&mut self) -> Option<[u8; 32]> {
        self.0 += 1;
        let mut secret = [0x5a; 32];
        // Not at the start: X25519 takes the lowest three bits for zeros.
        secret[8..16].copy_from_slice(&self.0.to_le_bytes());
        Some(secret)
    }
}

type End = Tunnel<Noise<Counted>, 8_192>;

fn end(key: u8, seed: u64, role: Role) -> End {
    Tunnel::new(Noise::new(Key::new([key; 32]), Counted(seed)), role)
}

/// A frame of the link that says which it is.
fn frame(n: u16) -> Vec<u8> {
    encode(3, n, &Message::HostStatus(HostStatus::default())).unwrap().as_bytes().to_vec()
}

struct Pair {
    host: End,
    satellite: End,
    now: u64,
    /// Numbers of the frames that arrived at each end.
    up: Vec<u16>,
    down: Vec<u16>,
    sent: u16,
}

/// The number in an opened frame.
fn number(plain: &[u8]) -> u16 {
    let mut decoder = sayso_core::link::Decoder::new();
    let mut bytes = plain.to_vec();
    bytes.push(0);
    let seqs: Vec<u16> =
        bytes.iter().filter_map(|&b| decoder.push(b).map(|f| f.unwrap().seq)).collect();
    assert_eq!(seqs.len(), 1);
    seqs[0]
}

fn take(end: &mut End) -> Vec<u8> {
    let bytes = end.outgoing().to_vec();
    end.written(bytes.len());
    bytes
}

fn give(end: &mut End, bytes: &[u8], now: u64, came: &mut Vec<u16>) {
    for &byte in bytes {
        if let Some(plain) = end.push(byte, now) {
            came.push(number(plain));
        }
    }
}

/// The frames in these bytes.
fn split(bytes: &[u8]) -> Vec<Vec<u8>> {
    let parts = bytes.split(|&byte| byte == 0).filter(|part| !part.is_empty());
    parts.map(|part| [&[0], part, &[0]].concat()).collect()
}

impl Pair {
    fn new(host_key: u8, key: u8) -> Self {
        Self {
            host: end(host_key, 0, Role::Caller),
            satellite: end(key, 1_000_000, Role::Answerer),
            now: 0,
            up: Vec::new(),
            down: Vec::new(),
            sent: 0,
        }
    }

    /// Simulates 10 ms: each side sends a frame, and `up` and `down` are applied to the bytes on
    /// the wire.
    fn step(
        &mut self,
        mut up: impl FnMut(Vec<u8>) -> Vec<u8>,
        mut down: impl FnMut(Vec<u8>) -> Vec<u8>,
    ) {
        self.now += 10;
        self.host.poll(self.now);
        self.satellite.poll(self.now);
        let frame = frame(self.sent);
        self.sent += 1;
        assert_eq!(self.host.send(&frame, self.now), frame.len());
        assert_eq!(self.satellite.send(&frame, self.now), frame.len());
        let bytes = down(take(&mut self.host));
        give(&mut self.satellite, &bytes, self.now, &mut self.down);
        let bytes = up(take(&mut self.satellite));
        give(&mut self.host, &bytes, self.now, &mut self.up);
    }

    fn run(&mut self, steps: usize) {
        for _ in 0..steps {
            self.step(|up| up, |down| down);
        }
    }

    fn is_open(&self) -> bool {
        self.host.is_open(self.now) && self.satellite.is_open(self.now)
    }
}

#[test]
fn frames_arrive_and_no_part_of_them_is_readable_on_the_wire() {
    let mut pair = Pair::new(1, 1);
    let mut wire = Vec::<u8>::new();
    for _ in 0..100 {
        let mut seen = |bytes: Vec<u8>| {
            wire.extend(&bytes);
            bytes
        };
        let mut also = Vec::<u8>::new();
        pair.step(&mut seen, |bytes| {
            also.extend(&bytes);
            bytes
        });
        wire.extend(also);
    }
    // The first frame was sent before there was a session, and up and down are one step apart.
    assert_eq!(pair.down, (1..100).collect::<Vec<u16>>());
    let first = pair.up[0];
    assert!(first <= 1);
    assert_eq!(pair.up, (first..100).collect::<Vec<u16>>());
    for n in 0..100 {
        let plain = frame(n);
        let plain = &plain[1..plain.len() - 1];
        assert!(!wire.windows(plain.len()).any(|bytes| bytes == plain));
    }
    let counters = pair.satellite.counters();
    assert_eq!((counters.forged, counters.replayed, counters.unreadable), (0, 0, 0));
    assert_eq!(counters.handshakes, 1);
}

#[test]
fn a_host_with_another_key_gets_nothing_through_reports_it_and_tries_seldom() {
    let mut pair = Pair::new(1, 2);
    let mut said = 0;
    for _ in 0..1_000 {
        pair.step(
            |up| up,
            |down| {
                said += usize::from(!down.is_empty());
                down
            },
        );
    }
    assert!(pair.up.is_empty() && pair.down.is_empty() && !pair.is_open());
    assert_eq!(pair.host.refusal(), Some(Refusal::OtherKey));
    // 10 s: every 2 s.
    assert!((5..=6).contains(&said), "{said}");
    // The same satellite accepts the right key.
    pair.host = end(2, 77, Role::Caller);
    pair.run(10);
    assert!(pair.is_open() && !pair.up.is_empty() && !pair.down.is_empty());
    assert_eq!(pair.host.refusal(), None);
}

#[test]
fn a_satellite_that_does_not_encrypt_is_reported() {
    let mut host = end(1, 0, Role::Caller);
    let hello = sayso_core::link::SatelliteHello {
        version: sayso_core::link::VERSION,
        session: 0,
        credit: 1,
        codec: Default::default(),
        rate: Default::default(),
        name: "plain",
    };
    let bytes = encode(0, 0, &Message::SatelliteHello(hello)).unwrap();
    let mut came = Vec::new();
    give(&mut host, bytes.as_bytes(), 5, &mut came);
    assert_eq!((came.len(), host.refusal()), (0, Some(Refusal::Plain)));
}

#[test]
fn either_side_may_restart() {
    let mut pair = Pair::new(1, 1);
    pair.run(50);
    pair.satellite = end(1, 5_000_000, Role::Answerer);
    pair.up.clear();
    // Half a second of silence, a message and its answer.
    pair.run((SILENT_MS + RETRY_MS) as usize / 10 + 3);
    assert!(pair.is_open() && !pair.up.is_empty());
    pair.host = end(1, 9_000_000, Role::Caller);
    pair.down.clear();
    pair.run((SILENT_MS + 2 * RETRY_MS) as usize / 10 + 3);
    assert!(pair.is_open() && !pair.down.is_empty());
}

#[test]
fn a_delay_longer_than_the_wait_for_an_answer_does_no_harm() {
    let mut pair = Pair::new(1, 1);
    // 0.4 s each way, longer than the wait for an answer.
    let (mut ups, mut downs) = (vec![Vec::new(); 40], vec![Vec::new(); 40]);
    for _ in 0..500 {
        pair.step(
            |up| {
                ups.push(up);
                ups.remove(0)
            },
            |down| {
                downs.push(down);
                downs.remove(0)
            },
        );
    }
    assert!(pair.up.len() > 350 && pair.down.len() > 350, "{} {}", pair.up.len(), pair.down.len());
}

#[test]
fn an_old_first_message_neither_ends_a_session_nor_opens_one() {
    let mut pair = Pair::new(1, 1);
    let mut first = Vec::new();
    pair.step(
        |up| up,
        |down| {
            first.clone_from(&down);
            down
        },
    );
    pair.run(50);
    let (before, computed) = (pair.up.len(), pair.satellite.counters().handshakes);
    let mut sealed = Vec::new();
    for _ in 0..100 {
        let keep = |down: Vec<u8>| {
            sealed.extend(&down);
            [down, first.clone()].concat()
        };
        pair.step(|up| up, keep);
    }
    assert!(pair.is_open());
    assert_eq!(pair.up.len() - before, 100);
    assert_eq!(pair.satellite.counters().handshakes, computed, "it costs nothing");
    // The host is gone. Somebody who repeats its messages has no keys, and causes no work.
    pair.now += 10_000;
    let (came, mut answers) = (pair.down.len(), 0);
    for n in 0..10_000 {
        let now = pair.now + n;
        give(&mut pair.satellite, &first, now, &mut pair.down);
        answers += take(&mut pair.satellite).len();
        assert!(!pair.satellite.is_open(now), "{now}");
    }
    let worked = pair.satellite.counters().handshakes - computed;
    assert!((1..=1 + (10_000 / ANSWER_MS) as u32).contains(&worked) && answers > 0, "{worked}");
    // Nothing that was sealed before opens with the keys of the new session. The host that comes
    // back is answered.
    pair.now += 10_000;
    give(&mut pair.satellite, &sealed, pair.now, &mut pair.down);
    assert_eq!(pair.down.len(), came);
    assert!(!pair.satellite.is_open(pair.now));
    pair.host = end(1, 3_333, Role::Caller);
    pair.run(2 * RETRY_MS as usize / 10);
    assert!(pair.is_open());
}

#[test]
fn a_flood_of_first_messages_costs_bounded_work() {
    let mut satellite = end(1, 0, Role::Answerer);
    for now in 0..5_000 {
        // Three new ones a millisecond, with the right key or with another.
        for n in 0..3 {
            let mut host = end(1 + (n % 2) as u8, now * 3 + n, Role::Caller);
            host.poll(0);
            give(&mut satellite, &take(&mut host), now, &mut Vec::new());
        }
        take(&mut satellite);
    }
    let handshakes = satellite.counters().handshakes;
    assert!(handshakes <= 5_000 / sayso_secure::TRY_MS as u32 + 1, "{handshakes}");
}

#[test]
fn a_forged_answer_is_refused_and_the_true_one_accepted() {
    let mut pair = Pair::new(1, 1);
    pair.host.poll(0);
    let first = take(&mut pair.host);
    give(&mut pair.satellite, &first, 0, &mut pair.down);
    let second = take(&mut pair.satellite);
    // It has the form of a second message.
    let raw = [[2].as_slice(), &[0x11; 48]].concat();
    let mut forged = [0; 60];
    let len = sayso_core::link::stuff(&raw, &mut forged).unwrap();
    let forged = &forged[..len];
    give(&mut pair.host, forged, 1, &mut pair.up);
    assert!(!pair.host.is_open(1));
    give(&mut pair.host, &second, 2, &mut pair.up);
    assert!(pair.host.is_open(2));
    // Each costs an elliptic curve: the caller looks at four, then it repeats its message.
    let mut host = end(1, 5, Role::Caller);
    host.poll(0);
    for _ in 0..100 {
        give(&mut host, forged, 1, &mut pair.up);
    }
    assert_eq!(host.counters().handshakes, 1 + 4);
}

#[test]
fn without_entropy_there_is_no_handshake() {
    struct Empty;
    impl Entropy for Empty {
        fn secret(&mut self) -> Option<[u8; 32]> {
            None
        }
    }
    let mut host = end(1, 0, Role::Caller);
    let mut satellite: Tunnel<_, 4_096> =
        Tunnel::new(Noise::new(Key::new([1; 32]), Empty), Role::Answerer);
    for now in 0..2_000 {
        host.poll(now);
        for byte in take(&mut host) {
            satellite.push(byte, now);
        }
    }
    assert!(!host.is_open(2_000) && !satellite.is_open(2_000));
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    Lose,
    Repeat,
    Swap,
    Flip(usize),
    Again(usize),
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        8 => Just(Fault::None),
        1 => Just(Fault::Lose),
        1 => Just(Fault::Repeat),
        1 => Just(Fault::Swap),
        1 => any::<usize>().prop_map(Fault::Flip),
        1 => any::<usize>().prop_map(Fault::Again),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Frames are lost, repeated, swapped, changed and sent again much later. Each that arrives
    /// arrives once, and none that was changed does.
    #[test]
    fn each_frame_comes_once_or_not_at_all(
        faults in proptest::collection::vec(fault(), 10..200),
    ) {
        let mut pair = Pair::new(1, 1);
        pair.run(5);
        let (mut held, mut old) = (Vec::new(), Vec::<Vec<u8>>::new());
        let (start, mut broken) = (pair.up.len(), 0);
        for fault in faults {
            pair.step(
                |up| {
                    let mut out = Vec::new();
                    for frame in split(&up) {
                        // A frame that was lost at first would arrive when it is sent again.
                        if matches!(fault, Fault::None | Fault::Repeat | Fault::Again(_)) {
                            old.push(frame.clone());
                        }
                        let waited = std::mem::take(&mut held);
                        match fault {
                            Fault::None => out.extend(frame),
                            Fault::Lose => broken += 1,
                            Fault::Repeat => out.extend(frame.repeat(2)),
                            Fault::Swap => held = frame,
                            Fault::Flip(at) => {
                                let mut frame = frame;
                                let at = 1 + at % (frame.len() - 2);
                                frame[at] = frame[at] % 255 + 1;
                                broken += 1;
                                out.extend(frame);
                            }
                            Fault::Again(n) => {
                                out.extend(frame);
                                out.extend(&old[n % old.len()]);
                            }
                        }
                        out.extend(waited);
                    }
                    out
                },
                |down| down,
            );
        }
        // A frame that was to be overtaken still waits.
        broken += usize::from(!held.is_empty());
        pair.run(3);
        let mut came = pair.up[start..].to_vec();
        came.sort_unstable();
        let all = came.len();
        came.dedup();
        prop_assert_eq!(came.len(), all, "none twice");
        prop_assert_eq!(all + broken, usize::from(pair.sent) - 5);
    }

    #[test]
    fn the_window_takes_each_number_once(
        numbers in proptest::collection::vec(
            prop_oneof![0..200_u64, any::<u32>().prop_map(u64::from)], 1..300,
        ),
    ) {
        let mut window = ReplayWindow::default();
        let mut seen = std::collections::HashSet::new();
        let mut highest = 0;
        for number in numbers {
            let new = window.is_new(number);
            let known = seen.contains(&number);
            prop_assert!(!(new && known));
            // Within the window, a number that has not arrived is accepted.
            prop_assert!(new || known || number + 64 <= highest);
            if new {
                window.mark(number);
                seen.insert(number);
                highest = highest.max(number);
            }
            prop_assert!(!window.is_new(number));
        }
    }
}
