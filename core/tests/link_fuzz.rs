//! The fuzz target's function on random input, so that every toolchain runs it.

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
