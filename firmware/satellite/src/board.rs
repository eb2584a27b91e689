//! What a board must provide, in addition to the pins of `embedded-hal`.
//!
//! Nothing here waits.

use embedded_hal::digital::{InputPin, OutputPin};
use embedded_hal::pwm::SetDutyCycle;

use crate::{HEARD_BLOCK, PLAYED_BLOCK};

/// The types of the parts that the main loop holds.
pub trait Board {
    /// The wire to the host.
    type Serial: Serial;
    /// The time.
    type Clock: Clock;
    /// The watchdog, which restarts the board.
    type Watchdog: Watchdog;
    /// The LED that shows the state.
    type Lamp: SetDutyCycle;
    /// The LED that is lit while the satellite is muted.
    type MuteLed: OutputPin;
    /// The button; pressed, its pin is low.
    type Button: InputPin;
}

/// The parts that the main loop holds.
pub struct Parts<B: Board> {
    /// The wire to the host.
    pub serial: B::Serial,
    /// The time.
    pub clock: B::Clock,
    /// The watchdog, which restarts the board.
    pub watchdog: B::Watchdog,
    /// The LED that shows the state.
    pub lamp: B::Lamp,
    /// The LED that is lit while the satellite is muted.
    pub mute_led: B::MuteLed,
    /// The button; pressed, its pin is low.
    pub button: B::Button,
}

/// Sound in: I2S by DMA into two alternating blocks. While one is filled, the other can be read.
pub trait AudioIn {
    /// If the DMA has completed a block since the last call, passes it to `take` and gives it back
    /// to the DMA. Returns whether there was one.
    ///
    /// A sample is a 32-bit slot of I2S: two's complement, in the upper bits.
    fn completed(&mut self, take: impl FnOnce(&[u32; HEARD_BLOCK])) -> bool;
}

/// Sound out: I2S by DMA from two alternating blocks. While one is played, the other can be
/// written.
pub trait AudioOut {
    /// If the DMA has begun with the last block that it was given, lets `fill` write the next and
    /// gives it to the DMA. Returns whether there was one to fill.
    fn completed(&mut self, fill: impl FnOnce(&mut [i16; PLAYED_BLOCK])) -> bool;
}

/// The wire to the host: a UART, USB, anything that carries bytes.
pub trait Serial {
    /// Moves received bytes to the front of `bytes`. Returns how many.
    fn read(&mut self, bytes: &mut [u8]) -> usize;

    /// Takes as much of `bytes` as there is room for. Returns how much that was.
    fn write(&mut self, bytes: &[u8]) -> usize;
}

/// A reference is a wire too, so that a large wire can be in a `static`.
impl<S: Serial + ?Sized> Serial for &mut S {
    fn read(&mut self, bytes: &mut [u8]) -> usize {
        (**self).read(bytes)
    }

    fn write(&mut self, bytes: &[u8]) -> usize {
        (**self).write(bytes)
    }
}

/// The time.
pub trait Clock {
    /// Milliseconds since any start. Never goes backwards.
    fn now_ms(&mut self) -> u64;
}

/// The watchdog. It restarts the board if it is not fed for about a second.
///
/// It also keeps one word over that restart, and over every other reset that the word can survive:
/// in a scratch register of the chip, or in memory that is not cleared.
pub trait Watchdog {
    /// Reports that all is well.
    fn feed(&mut self);

    /// The word that was kept before this start. `None` after a cold start, when the power was off
    /// and there is no word. A chip that cannot distinguish that from damaged memory returns
    /// whatever is stored there.
    fn kept(&mut self) -> Option<u32>;

    /// Keeps a new word instead.
    fn keep(&mut self, word: u32);
}
