//! The microphone and the loudspeaker. They are two files on the machine that emulates the board,
//! `microphone.raw` (16-bit samples at 16 kHz) and `loudspeaker.raw` (16-bit samples at 24 kHz),
//! in the folder in which QEMU was started.
//!
//! A timer replaces the DMA: at its time it reads and writes what is due, one block at a time
//! ([`Pace`]). After the end of the microphone's file there is silence until something is appended
//! to the file.

use sayso_satellite::board::{AudioIn, AudioOut};
use sayso_satellite::{HEARD_BLOCK, PLAYED_BLOCK};
use semihosting::fs::{File, OpenOptions};
use semihosting::io::{Read, Write};

use crate::registers::{CLOCK_HZ, Counter};

/// The shortest time between two blocks, so that the loop can run in between.
const APART: u32 = CLOCK_HZ / 500;
/// How late the sound may be for the board to catch up: 100 ms.
const BEHIND: u32 = CLOCK_HZ / 10;

/// Decides when the next block is due.
///
/// On a busy machine, the emulated processor sometimes stops while its timer goes on; a real one
/// never does. Several blocks are due then, and follow one another. After a longer stop the sound
/// does not catch up, as if it had stopped too.
struct Pace {
    ticks: u32,
    /// When the last block was due, and when it was processed.
    last: u32,
    came: u32,
}

impl Pace {
    fn new(samples: usize, rate: u32) -> Self {
        let ticks = (u64::from(CLOCK_HZ) * samples as u64 / u64::from(rate)) as u32;
        let now = Counter::FREE.ticks();
        Self { ticks, last: now, came: now }
    }

    fn is_due(&mut self) -> bool {
        let now = Counter::FREE.ticks();
        let late = now.wrapping_sub(self.last);
        if late < self.ticks || now.wrapping_sub(self.came) < APART {
            return false;
        }
        let next = self.last.wrapping_add(self.ticks);
        self.last = if late > BEHIND { now } else { next };
        self.came = now;
        true
    }
}

/// The microphone. It is silent if its file is missing.
pub struct Microphone {
    file: Option<File>,
    pace: Pace,
    /// The first byte of a sample: the file may end in the middle of one for a while.
    half: Option<u8>,
}

impl Microphone {
    /// Begins at the present end of the file.
    pub fn new() -> Self {
        let file = File::open(c"microphone.raw").ok();
        Self { file, pace: Pace::new(HEARD_BLOCK, 16_000), half: None }
    }

    /// Reads the next samples of the file and returns their number.
    fn read(&mut self, block: &mut [u32; HEARD_BLOCK]) -> usize {
        let mut bytes = [0; 2 * HEARD_BLOCK];
        let start = match self.half.take() {
            Some(half) => {
                bytes[0] = half;
                1
            }
            None => 0,
        };
        let (Some(file), Some(rest)) = (&mut self.file, bytes.get_mut(start..)) else { return 0 };
        let came = start + file.read(rest).unwrap_or(0);
        let (samples, left) = bytes.get(..came).unwrap_or_default().as_chunks::<2>();
        for (slot, sample) in block.iter_mut().zip(samples) {
            *slot = u32::from(u16::from_le_bytes(*sample)) << 16;
        }
        self.half = left.first().copied();
        samples.len()
    }
}

impl AudioIn for Microphone {
    fn completed(&mut self, take: impl FnOnce(&[u32; HEARD_BLOCK])) -> bool {
        if !self.pace.is_due() {
            return false;
        }
        let mut block = [0; HEARD_BLOCK];
        self.read(&mut block);
        take(&block);
        true
    }
}

/// The loudspeaker. If its file cannot be written, the sound is dropped.
pub struct Loudspeaker {
    file: Option<File>,
    pace: Pace,
}

impl Loudspeaker {
    /// Starts to play now.
    pub fn new() -> Self {
        let file =
            OpenOptions::new().write(true).append(true).create(true).open(c"loudspeaker.raw").ok();
        Self { file, pace: Pace::new(PLAYED_BLOCK, 24_000) }
    }
}

impl AudioOut for Loudspeaker {
    fn completed(&mut self, fill: impl FnOnce(&mut [i16; PLAYED_BLOCK])) -> bool {
        if !self.pace.is_due() {
            return false;
        }
        let mut block = [0; PLAYED_BLOCK];
        fill(&mut block);
        let mut bytes = [0; 2 * PLAYED_BLOCK];
        for (place, sample) in bytes.as_chunks_mut::<2>().0.iter_mut().zip(block) {
            *place = sample.to_le_bytes();
        }
        if let Some(file) = &mut self.file {
            // If the emulating machine's disk is full, the sound is dropped.
            let _ = file.write_all(&bytes);
        }
        true
    }
}
