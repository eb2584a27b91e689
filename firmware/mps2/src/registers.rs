//! The devices of the board: those of Arm's Cortex-M System Design Kit (ARM
//! DDI0479C), at the addresses of application note AN386. The clock is 25 MHz.

use core::ptr::{read_volatile, write_volatile};

/// The clock of the core and of all devices, in Hz.
pub const CLOCK_HZ: u32 = 25_000_000;

/// A device's registers from an address on.
#[derive(Clone, Copy)]
struct Registers(usize);

impl Registers {
    fn read(self, offset: usize) -> u32 {
        // SAFETY: every `Registers` in this file is a device's 4 KiB of 32-bit registers, used at
        // the offsets in its manual, or memory that nothing else uses. Reading has no effect on
        // other memory.
        unsafe { read_volatile((self.0 + offset) as *const u32) }
    }

    fn write(self, offset: usize, value: u32) {
        // SAFETY: as in `read`; none of these devices writes to memory.
        unsafe { write_volatile((self.0 + offset) as *mut u32, value) }
    }
}

/// One of the UARTs.
#[derive(Clone, Copy)]
pub struct Uart(Registers);

impl Uart {
    /// The wire to the host; its receive interrupt is number 0.
    pub const LINK: Self = Self(Registers(0x4000_4000));
    /// What a person sees and presses.
    pub const PANEL: Self = Self(Registers(0x4000_5000));

    const DATA: usize = 0x0;
    const STATE: usize = 0x4;
    const CTRL: usize = 0x8;
    const INT_CLEAR: usize = 0xc;
    const BAUD_DIVIDER: usize = 0x10;

    /// Switches it on, at 921600 baud. With `interrupt`, a received byte requests one.
    pub fn start(self, interrupt: bool) {
        self.0.write(Self::BAUD_DIVIDER, CLOCK_HZ / 921_600);
        self.0.write(Self::CTRL, if interrupt { 0b1011 } else { 0b0011 });
    }

    /// A received byte, if there is one.
    pub fn read(self) -> Option<u8> {
        self.0.write(Self::INT_CLEAR, 0b10);
        (self.0.read(Self::STATE) & 0b10 != 0).then(|| self.0.read(Self::DATA) as u8)
    }

    /// Sends a byte, if there is room for it now. Returns whether there was.
    pub fn write(self, byte: u8) -> bool {
        let free = self.0.read(Self::STATE) & 0b01 == 0;
        if free {
            self.0.write(Self::DATA, byte.into());
        }
        free
    }
}

/// A counter that counts down for ever at [`CLOCK_HZ`].
#[derive(Clone, Copy)]
pub struct Counter(Registers);

impl Counter {
    /// The first half of the dual timer.
    pub const FREE: Self = Self(Registers(0x4000_2000));

    /// Starts it: 32 bits, without an interrupt.
    pub fn start(self) {
        self.0.write(0x8, 0b1000_0010);
    }

    /// The ticks since the start, wrapping.
    pub fn ticks(self) -> u32 {
        !self.0.read(0x4)
    }
}

/// The watchdog, which resets the board after the second period in which it is not fed.
#[derive(Clone, Copy)]
pub struct Watchdog(Registers);

impl Watchdog {
    /// The only one.
    pub const ONLY: Self = Self(Registers(0x4000_8000));

    const LOAD: usize = 0x0;
    const CTRL: usize = 0x8;
    const INT_CLEAR: usize = 0xc;
    const LOCK: usize = 0xc00;
    const KEY: u32 = 0x1acc_e551;

    /// Starts it, with a period of half a second.
    pub fn start(self) {
        self.0.write(Self::LOCK, Self::KEY);
        self.0.write(Self::LOAD, CLOCK_HZ / 2);
        self.0.write(Self::CTRL, 0b11);
    }
}

/// A word that nothing clears, and before it whether it was written since power-on: QEMU's memory
/// is zero then. The board has 4 MiB, and the program ends at 48 KiB. At a reset QEMU loads the
/// program again, but does not touch this word.
const KEPT: Registers = Registers(0x2010_0000);

/// Stored before the word if there is one.
const WRITTEN: u32 = 0x6b65_7074;

impl sayso_satellite::board::Watchdog for Watchdog {
    fn feed(&mut self) {
        self.0.write(Self::INT_CLEAR, 1);
    }

    fn kept(&mut self) -> Option<u32> {
        (KEPT.read(0) == WRITTEN).then(|| KEPT.read(4))
    }

    fn keep(&mut self, kept: u32) {
        KEPT.write(4, kept);
        KEPT.write(0, WRITTEN);
    }
}
