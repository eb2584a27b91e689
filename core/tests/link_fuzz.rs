//! The fuzz target's function on random input, so that every toolchain runs it: a bounded number
//! of inputs that are the same each time, and others that are different each time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use sayso_core::link::{Message, Stop, encode};

#[path = "../fuzz/bounded.rs"]
mod bounded;
#[path = "../fuzz/bytes_in.rs"]
mod bytes_in;

use bounded::Dice;

/// Bytes that look like frames more often than random ones do.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let garbage = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..400),
        proptest::collection::vec(prop_oneof![Just(0), Just(1), Just(255), any::<u8>()], 0..400),
        // A very long run without an end of frame.
        (1_000..4_000usize, 1..=255u8).prop_map(|(len, byte)| vec![byte; len]),
    ];
    // Whole frames with arbitrary bytes as the message, and stops at arbitrary positions.
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
            (0..10u8, proptest::collection::vec(prop_oneof![0..4u8, any::<u8>()], 0..40)),
            0..60,
        ),
    ) {
        let pieces = bodies.into_iter().map(|(kind, mut body)| {
            body.insert(0, kind);
            piece(body)
        });
        bytes_in::messages_in(&pieces.collect::<Vec<_>>().concat());
    }
}

/// A number of any size, as a varint.
fn number(dice: &mut Dice) -> Vec<u8> {
    let bits = 32 + dice.roll(32);
    varint((dice.word() >> bits) as u32)
}

/// The body of a message, usually well-formed.
fn body(dice: &mut Dice) -> Vec<u8> {
    let kind = dice.roll(10) as u8;
    let mut body = vec![kind];
    if kind < 2 && dice.roll(8) > 0 {
        body.push(sayso_core::link::VERSION);
    }
    // A block that is granted, in most cases.
    let granted = matches!(kind, 4 | 5) && dice.roll(4) > 0;
    if granted {
        body.extend(varint(dice.roll(50) as u32));
    }
    let numbers = match kind {
        8 => 0,
        0 | 6 => 2,
        4 => 3,
        5 => 2,
        1..4 => 4,
        _ => 6,
    };
    let numbers = numbers - usize::from(granted);
    (0..numbers).for_each(|_| body.extend(number(dice)));
    match kind {
        // Sound: the codec, a length, and in most cases as many bytes.
        4 | 5 => {
            let len =
                [0, 1, 2, 3, 4, 60, 120, 200, 242, 243, 244, 640, 642, 960, 962][dice.roll(15)];
            body.push(dice.roll(3) as u8);
            body.extend(varint(len));
            // A state for decoding ADPCM, in most cases.
            let index = if dice.roll(4) == 0 { dice.roll(256) } else { 7 } as u8;
            let mut sound: Vec<u8> = (0..len).map(|_| dice.roll(256) as u8).collect();
            sound.iter_mut().skip(2).take(1).for_each(|byte| *byte = index);
            sound.truncate(sound.len() - usize::from(len > 0 && dice.roll(8) == 0));
            body.extend(sound);
        }
        // An order to mute.
        8 => body.extend([dice.roll(256) as u8, dice.roll(3) as u8]),
        _ => body.extend((0..dice.roll(5)).map(|_| dice.roll(3) as u8)),
    }
    if dice.roll(5) == 0 {
        let at = dice.roll(body.len());
        body[at] = dice.roll(256) as u8;
    }
    body
}

/// The body, preceded by its length.
fn piece(mut body: Vec<u8>) -> Vec<u8> {
    body.splice(0..0, (body.len() as u16).to_le_bytes());
    body
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

fn bodies(dice: &mut Dice) -> Vec<u8> {
    let mut input = Vec::new();
    if dice.roll(8) == 0 {
        // More blocks than are granted.
        for number in 0..70 {
            let block = [&varint(number)[..], &[0, 0, 0, 2, 1, 2]].concat();
            input.extend(piece([&[4], &block[..]].concat()));
        }
    }
    for _ in 0..dice.roll(60) {
        // In most cases a message, sometimes a very long run without an end.
        let giant = dice.roll(100) == 0;
        input.extend(piece(if giant { vec![7; 1_500] } else { body(dice) }));
    }
    input
}

/// Takes about 10 s.
#[test]
fn a_bounded_number_of_inputs_keeps_the_rules() {
    bounded::inputs(20_000, bodies, |number, input| match number % 4 {
        0 => bytes_in::bytes_in(input),
        _ => bytes_in::messages_in(input),
    });
}
