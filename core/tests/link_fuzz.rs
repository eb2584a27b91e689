//! The fuzz target's function on random input, so that every toolchain runs it: a bounded
//! number of inputs that are the same ones every time, and others each time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use sayso_core::link::{Message, Stop, encode};

#[path = "../fuzz/bytes_in.rs"]
mod bytes_in;

/// Bytes that look like frames more often than chance would have it.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let garbage = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..400),
        proptest::collection::vec(prop_oneof![Just(0), Just(1), Just(255), any::<u8>()], 0..400),
        // A giant without an end.
        (1_000..4_000usize, 1..=255u8).prop_map(|(len, byte)| vec![byte; len]),
    ];
    // Whole frames with any bytes for a message, and stops from anywhere to anywhere.
    let frame = (prop_oneof![Just(3), any::<u8>()], 0..80u16, any::<u32>(), any::<u16>()).prop_map(
        |(tag, seq, at, fade)| {
            encode(tag, seq, &Message::Stop(Stop { at, fade })).unwrap().as_bytes().to_vec()
        },
    );
    proptest::collection::vec(prop_oneof![3 => garbage, 1 => frame], 0..12)
        .prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_in(input in noise()) {
        bytes_in::bytes_in(&input);
    }

    #[test]
    fn any_messages_in(
        bodies in proptest::collection::vec(
            (0..9u8, proptest::collection::vec(prop_oneof![0..4u8, any::<u8>()], 0..40)),
            0..60,
        ),
    ) {
        let pieces = bodies.into_iter().map(|(kind, mut body)| {
            body.insert(0, kind);
            body.insert(0, body.len() as u8);
            body
        });
        bytes_in::messages_in(&pieces.collect::<Vec<_>>().concat());
    }
}

/// Xorshift: any cheap and even one will do.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % below
    }

    /// A number of any size, as a varint.
    fn number(&mut self) -> Vec<u8> {
        let bits = 32 + self.roll(32);
        varint((self.0 >> bits) as u32)
    }

    /// The body of a message: mostly well formed.
    fn body(&mut self) -> Vec<u8> {
        let kind = self.roll(9) as u8;
        let mut body = vec![kind];
        if kind < 2 && self.roll(8) > 0 {
            body.push(sayso_core::link::VERSION);
        }
        let numbers = match kind {
            0 | 6 => 2,
            4 | 5 => 3,
            1..4 => 4,
            _ => 6,
        };
        (0..numbers).for_each(|_| body.extend(self.number()));
        match kind {
            // Sound: the codec, a length, and mostly as much.
            4 | 5 => {
                let len = [0, 1, 2, 3, 4, 60, 120, 200][self.roll(8)];
                body.push(self.roll(3) as u8);
                body.extend(varint(len));
                // A state to decode ADPCM from, mostly.
                let index = if self.roll(4) == 0 { self.roll(256) } else { 7 } as u8;
                let mut sound: Vec<u8> = (0..len).map(|_| self.roll(256) as u8).collect();
                sound.iter_mut().skip(2).take(1).for_each(|byte| *byte = index);
                sound.truncate(sound.len() - usize::from(len > 0 && self.roll(8) == 0));
                body.extend(sound);
            }
            _ => body.extend((0..self.roll(5)).map(|_| self.roll(3) as u8)),
        }
        if self.roll(5) == 0 {
            let at = self.roll(body.len());
            body[at] = self.roll(256) as u8;
        }
        body.truncate(255);
        body
    }
}

fn varint(mut value: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

#[test]
fn a_bounded_number_of_inputs() {
    for seed in 1..=INPUTS {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut input = Vec::new();
        for _ in 0..dice.roll(60) {
            let body = dice.body();
            input.push(body.len() as u8);
            input.extend(body);
        }
        if seed % 4 == 0 { bytes_in::bytes_in(&input) } else { bytes_in::messages_in(&input) }
    }
}

/// About 10 s.
const INPUTS: u64 = 40_000;
