//! Runs the fuzz target's function on a bounded number of inputs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../fuzz/bounded.rs"]
mod bounded;
#[path = "../../fuzz/sealed_in.rs"]
mod sealed_in;

use bounded::Dice;

/// Random actions of a stranger.
fn acts(dice: &mut Dice) -> Vec<u8> {
    let mut input = Vec::new();
    for _ in 0..dice.roll(40) {
        input.push(dice.roll(256) as u8);
        let len = dice.roll(70);
        input.push(len as u8);
        // The kinds of frames more often than other bytes.
        input.push([1, 2, 3, 3, 4, dice.roll(256)][dice.roll(6)] as u8);
        input.extend((1..len).map(|_| dice.roll(256) as u8));
    }
    input
}

#[test]
fn a_bounded_number_of_inputs() {
    bounded::inputs(20_000, acts, |_, input| sealed_in::sealed_in(input));
}
