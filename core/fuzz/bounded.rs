//! Runs the fuzz targets' functions on a bounded number of inputs, the same each time, so that
//! they run on every toolchain and with every run of the tests.
//!
//! Shared by `core/tests/link_fuzz.rs` and `core/secure/tests/fuzz.rs`.

/// Xorshift: any cheap, evenly distributed generator will do.
pub struct Dice(u64);

impl Dice {
    /// A number below this one.
    pub fn roll(&mut self, below: usize) -> usize {
        (self.word() >> 16) as usize % below
    }

    /// A number of 64 bits, of which the upper ones are the more random.
    pub fn word(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// Makes so many inputs and passes each, with its number, to `check`. If that panics, the number
/// is printed.
pub fn inputs(
    count: u64,
    mut make: impl FnMut(&mut Dice) -> Vec<u8>,
    mut check: impl FnMut(u64, &[u8]),
) {
    for number in 1..=count {
        let input = make(&mut Dice(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        let told = Told { number, count };
        check(number, &input);
        drop(told);
    }
}

/// Prints the number of the input if a check panics.
struct Told {
    number: u64,
    count: u64,
}

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("at input {} of {}", self.number, self.count);
        }
    }
}
