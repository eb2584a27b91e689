//! Measures how many instructions the encryption takes on a Cortex-M4. Run it under QEMU with
//! `-icount shift=0`, where an instruction takes a nanosecond; it prints the figures and ends.

#![no_std]
#![no_main]

// For its critical sections.
use cortex_m as _;
use cortex_m_rt::entry;
use sayso_secure::{Engine, Entropy, HANDSHAKE, Key, Noise, Session};
use semihosting::{println, process};

// Only the counter is used.
#[path = "registers.rs"]
#[allow(dead_code)]
mod registers;

use registers::{CLOCK_HZ, Counter};

/// Not secret: only the time is measured.
struct Counted(u8);

impl Entropy for Counted {
    fn secret(&mut self) -> Option<[u8; 32]> {
        self.0 += 1;
        Some([self.0; 32])
    }
}

/// The instructions that `work` takes: nanoseconds, measured by a clock of 40 ns.
fn instructions<T>(work: impl FnOnce() -> T) -> (T, u32) {
    let before = Counter::FREE.ticks();
    let done = work();
    let ticks = Counter::FREE.ticks().wrapping_sub(before);
    (done, ticks * (1_000_000_000 / CLOCK_HZ))
}

#[entry]
fn main() -> ! {
    Counter::FREE.start();
    let key = Key::new([7; 32]);
    let (mut host, mut board) =
        (Noise::new(key.clone(), Counted(0)), Noise::new(key, Counted(100)));
    let Some((begun, first)) = host.begin() else { process::exit(1) };
    let (answer, taken) = instructions(|| board.answer(&first));
    let Some((session, second)) = answer else { process::exit(1) };
    println!("handshake {taken}");
    let Ok(theirs) = host.finish(begun, &second) else { process::exit(1) };
    // A message from somebody with another key.
    let mut forged = first;
    forged[HANDSHAKE - 1] ^= 1;
    let (refused, taken) = instructions(|| board.answer(&forged).is_none());
    println!("stranger {taken}");
    let plain = [0x5a; 670];
    let mut sealed = [0; 700];
    let (len, taken) = instructions(|| session.seal(0, &plain, &mut sealed));
    println!("seal {taken}");
    let mut opened = [0; 700];
    let len = len.and_then(|len| theirs.open(0, sealed.get(..len)?, &mut opened));
    let whole = len.is_some_and(|len| opened.get(..len) == Some(&plain));
    process::exit(i32::from(!(refused && whole)))
}
