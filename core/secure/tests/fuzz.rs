//! The fuzz target's function on a bounded number of inputs, the same ones every time, so that
//! every toolchain and every run of the tests has them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../fuzz/sealed_in.rs"]
mod sealed_in;

/// Xorshift: any cheap and even one will do.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % below
    }
}

#[test]
fn a_bounded_number_of_inputs() {
    for seed in 1..=INPUTS {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut input = Vec::new();
        for _ in 0..dice.roll(40) {
            input.push(dice.roll(256) as u8);
            let len = dice.roll(70);
            input.push(len as u8);
            // The kinds of frames more often than chance would have it.
            input.push([1, 2, 3, 3, 4, dice.roll(256)][dice.roll(6)] as u8);
            input.extend((1..len).map(|_| dice.roll(256) as u8));
        }
        sealed_in::sealed_in(&input);
    }
}

const INPUTS: u64 = 20_000;
