//! Measures how many instructions a wake phrase takes on a Cortex-M4. Run it under QEMU with
//! `-icount shift=0`, where an instruction takes a nanosecond; it prints the figures and ends.

#![no_std]
#![no_main]

// For its critical sections.
use cortex_m as _;
use cortex_m_rt::entry;
use sayso_wake::{FeatureExtractor, ReadyMade, SAMPLE_RATE, Spotter};
use semihosting::{println, process};
use static_cell::ConstStaticCell;

// Only the counter is used.
#[path = "registers.rs"]
#[allow(dead_code)]
mod registers;

use registers::{CLOCK_HZ, Counter};

static ARENA: ConstStaticCell<[u8; 12_288]> = ConstStaticCell::new([0; 12_288]);

/// The instructions that `work` takes: nanoseconds, measured by a clock of 40 ns.
fn instructions(work: impl FnOnce()) -> u32 {
    let before = Counter::FREE.ticks();
    work();
    let ticks = Counter::FREE.ticks().wrapping_sub(before);
    ticks.wrapping_mul(1_000_000_000 / CLOCK_HZ)
}

#[entry]
fn main() -> ! {
    Counter::FREE.start();
    let arena = ARENA.take();
    // A second of noise in pieces of 10 ms.
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 20) as i16
    };
    let alexa = ReadyMade::ALEXA;
    let Ok(mut spotter) = Spotter::new(alexa.net, &mut arena[..], alexa.phrase) else {
        process::exit(1)
    };
    let mut extractor = FeatureExtractor::new();
    let (mut features, mut net) = (0, 0);
    for _ in 0..100 {
        let block: [i16; SAMPLE_RATE as usize / 100] = core::array::from_fn(|_| noise());
        let mut samples = &block[..];
        let mut frame = None;
        features += instructions(|| frame = extractor.push(&mut samples));
        if let Some(frame) = frame {
            net += instructions(|| _ = spotter.push(&frame));
        }
    }
    println!("features {features}");
    println!("net {net}");
    process::exit(0)
}
