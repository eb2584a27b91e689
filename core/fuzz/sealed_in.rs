//! Arbitrary bytes, and earlier frames repeated and changed, into both ends of a sealed wire, and
//! what must hold in any case.
//!
//! Shared by the fuzz target and by `core/secure/tests/fuzz.rs`. It tests the framing and the
//! state machine; the cryptography is replaced by a quick toy.

use std::collections::HashSet;

use sayso_secure::{
    Engine, HANDSHAKE, MAX_SEALED, REFUSED_RETRY_MS, RETRY_MS, Role, SILENT_MS, Session, TAG,
    TRY_MS, Tunnel,
};

/// Room for four frames.
const OUT: usize = 4 * MAX_SEALED;

/// A checksum of 64 bits, which no input matches by chance.
fn hash(parts: &[&[u8]]) -> [u8; 8] {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for &byte in part.iter().chain(&[0xa5]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            hash ^= hash >> 29;
        }
    }
    hash.to_le_bytes()
}

/// Numbers take the place of ephemeral keys, and their sum that of the shared key.
pub struct Toy(u64);

pub struct TestSession {
    ours: [u8; 8],
    theirs: [u8; 8],
}

fn message(ephemeral: u64, hashed: &[&[u8]]) -> [u8; HANDSHAKE] {
    let mut message = [0; HANDSHAKE];
    message[..8].copy_from_slice(&ephemeral.to_le_bytes());
    message[40..].copy_from_slice(&hash(hashed));
    message
}

fn ephemeral(message: &[u8; HANDSHAKE]) -> [u8; 8] {
    message.first_chunk().copied().unwrap_or_default()
}

impl Engine for Toy {
    type Handshake = u64;
    type Session = TestSession;

    fn begin(&mut self) -> Option<(u64, [u8; HANDSHAKE])> {
        self.0 += 1;
        Some((self.0, message(self.0, &[&self.0.to_le_bytes()])))
    }

    fn answer(&mut self, first: &[u8; HANDSHAKE]) -> Option<(TestSession, [u8; HANDSHAKE])> {
        let theirs = ephemeral(first);
        if *first != message(u64::from_le_bytes(theirs), &[&theirs]) {
            return None;
        }
        self.0 += 1;
        let ours = self.0.to_le_bytes();
        let second = message(self.0, &[&theirs, &ours]);
        let (down, up) = (hash(&[b"down", &theirs, &ours]), hash(&[b"up", &theirs, &ours]));
        Some((TestSession { ours: up, theirs: down }, second))
    }

    fn finish(&mut self, begun: u64, second: &[u8; HANDSHAKE]) -> Result<TestSession, Option<u64>> {
        let (ours, theirs) = (begun.to_le_bytes(), ephemeral(second));
        if *second != message(u64::from_le_bytes(theirs), &[&ours, &theirs]) {
            return Err(Some(begun));
        }
        let (down, up) = (hash(&[b"down", &ours, &theirs]), hash(&[b"up", &ours, &theirs]));
        Ok(TestSession { ours: down, theirs: up })
    }
}

impl Session for TestSession {
    fn seal(&self, nonce: u64, plain: &[u8], sealed: &mut [u8]) -> Option<usize> {
        let len = plain.len();
        let (body, tag) = sealed.get_mut(..len + TAG)?.split_at_mut(len);
        body.copy_from_slice(plain);
        tag[..8].fill(0);
        tag[8..TAG].copy_from_slice(&hash(&[&self.ours, &nonce.to_le_bytes(), plain]));
        Some(len + TAG)
    }

    fn open(&self, nonce: u64, sealed: &[u8], plain: &mut [u8]) -> Option<usize> {
        let (body, tag) = sealed.split_at_checked(sealed.len().checked_sub(TAG)?)?;
        let wanted = hash(&[&self.theirs, &nonce.to_le_bytes(), body]);
        if tag[..8] != [0; 8] || tag[8..] != wanted {
            return None;
        }
        plain.get_mut(..body.len())?.copy_from_slice(body);
        Some(body.len())
    }
}

type End = Tunnel<Toy, OUT>;

struct Pair {
    host: End,
    satellite: End,
    now: u64,
    /// Frames sent down and up that have not arrived yet.
    sent: [HashSet<Vec<u8>>; 2],
    /// Every frame that was on the wire, down and up.
    old: Vec<Vec<u8>>,
    number: u32,
}

impl Pair {
    fn new() -> Self {
        Self {
            host: Tunnel::new(Toy(0), Role::Caller),
            satellite: Tunnel::new(Toy(1 << 40), Role::Answerer),
            now: 0,
            sent: [HashSet::new(), HashSet::new()],
            old: Vec::new(),
            number: 0,
        }
    }

    fn hears(&mut self, host: bool, bytes: &[u8]) {
        let end = if host { &mut self.host } else { &mut self.satellite };
        for &byte in bytes {
            if let Some(frame) = end.push(byte, self.now) {
                assert!(!frame.is_empty() && !frame.contains(&0));
                // No frame is invented, and none arrives twice.
                let known = self.sent[usize::from(host)].remove(frame);
                assert!(known, "{frame:02x?} was never sent");
            }
        }
        assert!(end.outgoing().len() <= OUT);
    }

    /// Each side sends a frame that was never sent before, unless `mute`.
    fn say(&mut self, mute: bool) {
        self.now += 10;
        self.host.poll(self.now);
        self.satellite.poll(self.now);
        for up in [false, true] {
            let end = if up { &mut self.satellite } else { &mut self.host };
            if !mute {
                self.number += 1;
                let len = 4 + self.number as usize % 40 * 24;
                let mut frame: Vec<u8> =
                    self.number.to_le_bytes().iter().map(|byte| byte | 1).collect();
                frame.extend(self.number.to_string().bytes());
                frame.resize(len.max(frame.len()), 0x77);
                let bytes = [&[0], &frame[..], &[0]].concat();
                let before = end.counters().dropped;
                let mut taken = end.send(&bytes, self.now);
                if taken < bytes.len() {
                    // No room: the waiting bytes are lost, as on a wire that nobody reads.
                    let out = end.outgoing().len();
                    end.written(out);
                    taken += end.send(&bytes[taken..], self.now);
                }
                assert_eq!(taken, bytes.len());
                if end.counters().dropped == before {
                    self.sent[usize::from(up)].insert(frame);
                }
            }
        }
    }

    /// The whole frames that wait for the wire.
    fn take(&mut self, up: bool) -> Vec<Vec<u8>> {
        let end = if up { &mut self.satellite } else { &mut self.host };
        let bytes = end.outgoing().to_vec();
        end.written(bytes.len());
        let frames: Vec<Vec<u8>> = bytes
            .split(|&byte| byte == 0)
            .filter(|part| !part.is_empty())
            .map(|part| [&[0], part, &[0]].concat())
            .collect();
        self.old.extend(frames.iter().take(200 - self.old.len().min(200)).cloned());
        frames
    }

    fn carry(&mut self) {
        for up in [false, true] {
            for frame in self.take(up) {
                self.hears(up, &frame);
            }
        }
    }
}

/// Interprets `input` as the actions of an attacker on the wire, and checks that neither side
/// accepts a forged or repeated frame, that memory and work stay bounded, and that the two connect
/// again.
pub fn sealed_in(input: &[u8]) {
    let mut pair = Pair::new();
    for _ in 0..4 {
        pair.say(false);
        pair.carry();
    }
    assert!(pair.host.is_open(pair.now) && pair.satellite.is_open(pair.now));
    let mut rest = input;
    while let [what, len, after @ ..] = rest {
        let (bytes, after) = after.split_at(after.len().min(usize::from(*len)));
        rest = after;
        let host = what & 1 == 0;
        match what / 2 % 8 {
            0 => pair.hears(host, bytes),
            // Any bytes as a frame, of each kind.
            1 => {
                let mut frame = [0; MAX_SEALED];
                let framed = sayso_core::link::stuff(bytes, &mut frame).unwrap_or(0);
                pair.hears(host, &frame[..framed]);
            }
            // An earlier frame, unchanged or changed.
            2 | 3 => {
                let n = usize::from(*len) % pair.old.len().max(1);
                let Some(mut frame) = pair.old.get(n).cloned() else { continue };
                if what / 2 % 8 == 3 {
                    for (n, &byte) in bytes.iter().enumerate() {
                        let at = (usize::from(byte) * 5 + n) % frame.len();
                        frame[at] = frame[at].wrapping_add(1 + n as u8 % 250);
                    }
                }
                pair.hears(host, &frame);
            }
            // Sometimes so many that earlier frames fall outside the window.
            4 => {
                for _ in 0..if *len % 64 == 5 { 70 } else { 1 } {
                    pair.say(false);
                    pair.carry();
                }
            }
            // Lost frames.
            5 => {
                pair.say(false);
                for up in [false, true] {
                    pair.take(up);
                }
            }
            // Frames in reverse order.
            6 => {
                for _ in 0..3 {
                    pair.say(false);
                }
                for up in [false, true] {
                    for frame in pair.take(up).into_iter().rev() {
                        pair.hears(up, &frame);
                    }
                }
            }
            _ => pair.now += u64::from(*len) * 3,
        }
    }
    // The work is bounded: first messages examined, and answers sent.
    let tries = 2 + pair.now / TRY_MS;
    assert!(u64::from(pair.satellite.counters().handshakes) <= tries);
    let tries = 8 + 6 * (pair.now / RETRY_MS);
    assert!(u64::from(pair.host.counters().handshakes) <= tries);
    // After the end of the attacker's last frame the two connect again.
    for up in [false, true] {
        pair.hears(up, &[0]);
    }
    let end = pair.now + SILENT_MS + 2 * REFUSED_RETRY_MS + 1_000;
    let mut step = 0;
    while !(pair.now > end && pair.host.is_open(pair.now) && pair.satellite.is_open(pair.now)) {
        assert!(pair.now < end + 200, "they do not find each other");
        pair.say(step % 8 != 0);
        step += 1;
        pair.carry();
    }
}
