//! The parts of the main loop: the wire, the time, and a panel that is another UART.
//!
//! The panel prints what a person would see, one line for each change: `lamp 0` to `lamp 15`, `mute
//! 0`, `mute 1`. It reads what a person would press, one letter each: `d` and `u` for the button down
//! and up. The letter `h` hangs the program, to test the watchdog.

use core::cell::Cell;
use core::convert::Infallible;

use embedded_hal::digital::{self, InputPin, OutputPin};
use embedded_hal::pwm::{self, SetDutyCycle};
use heapless::spsc::Consumer;
use sayso_satellite::board::{Clock, Serial};

use crate::LinkReceived;
use crate::registers::{CLOCK_HZ, Counter, Uart};

/// The wire to the host: the bytes that the interrupt has received, and the UART to send.
pub struct Wire {
    /// Bytes from the interrupt.
    pub received: Consumer<'static, u8>,
}

impl Serial for Wire {
    fn read(&mut self, bytes: &mut [u8]) -> usize {
        let mut came = 0;
        for place in bytes {
            let Some(byte) = self.received.dequeue() else { break };
            *place = byte;
            came += 1;
        }
        LinkReceived::unmask();
        came
    }

    fn write(&mut self, bytes: &[u8]) -> usize {
        bytes.iter().take_while(|&&byte| Uart::LINK.write(byte)).count()
    }
}

/// The time since this was made.
pub struct Time {
    last: u32,
    ticks: u64,
}

impl Time {
    /// Starts now.
    pub fn new() -> Self {
        Self { last: Counter::FREE.ticks(), ticks: 0 }
    }
}

impl Clock for Time {
    fn now_ms(&mut self) -> u64 {
        let now = Counter::FREE.ticks();
        self.ticks += u64::from(now.wrapping_sub(self.last));
        self.last = now;
        self.ticks / u64::from(CLOCK_HZ / 1_000)
    }
}

/// Writes a line to the panel: a number below 20.
fn tell(what: &str, number: u8) {
    let tens = (number >= 10).then_some(b'1');
    for byte in what.bytes().chain(tens).chain([b'0' + number % 10, b'\n']) {
        // If the panel does not take it by then, the byte is dropped.
        let _ = (0..1_000).any(|_| Uart::PANEL.write(byte));
    }
}

/// The LED that shows the state.
#[derive(Default)]
pub struct Lamp {
    told: Option<u8>,
}

impl pwm::ErrorType for Lamp {
    type Error = Infallible;
}

impl SetDutyCycle for Lamp {
    fn max_duty_cycle(&self) -> u16 {
        15
    }

    fn set_duty_cycle(&mut self, duty: u16) -> Result<(), Infallible> {
        let duty = duty.min(15) as u8;
        if self.told != Some(duty) {
            self.told = Some(duty);
            tell("lamp ", duty);
        }
        Ok(())
    }
}

/// The LED that is lit while the satellite is muted.
#[derive(Default)]
pub struct MuteLed {
    told: Option<bool>,
}

impl MuteLed {
    fn set(&mut self, lit: bool) {
        if self.told != Some(lit) {
            self.told = Some(lit);
            tell("mute ", lit.into());
        }
    }
}

impl digital::ErrorType for MuteLed {
    type Error = Infallible;
}

impl OutputPin for MuteLed {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.set(false);
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.set(true);
        Ok(())
    }
}

/// The button.
#[derive(Default)]
pub struct Button {
    down: Cell<bool>,
}

impl digital::ErrorType for Button {
    type Error = Infallible;
}

impl InputPin for Button {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        self.is_low().map(|low| !low)
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        while let Some(letter) = Uart::PANEL.read() {
            match letter {
                b'd' => self.down.set(true),
                b'u' => self.down.set(false),
                b'h' => loop {
                    cortex_m::asm::nop();
                },
                _ => {}
            }
        }
        Ok(self.down.get())
    }
}
