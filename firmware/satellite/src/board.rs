//! What a board has to bring, beside the pins of `embedded-hal`.
//!
//! Nothing here waits.

use embedded_hal::digital::{InputPin, OutputPin};
use embedded_hal::pwm::SetDutyCycle;

use crate::{HEARD_BLOCK, PLAYED_BLOCK};

/// The kinds of the parts that the main loop holds.
pub trait Board {
    /// The wire to the host.
    type Serial: Serial;
    /// The time.
    type Clock: Clock;
    /// What restarts the board.
    type Watchdog: Watchdog;
    /// The LED that shows the state.
    type Lamp: SetDutyCycle;
    /// The LED that is lit while nothing is heard.
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
    /// What restarts the board.
    pub watchdog: B::Watchdog,
    /// The LED that shows the state.
    pub lamp: B::Lamp,
    /// The LED that is lit while nothing is heard.
    pub mute_led: B::MuteLed,
    /// The button; pressed, its pin is low.
    pub button: B::Button,
}

/// Sound in: I2S by DMA into two blocks in turn. While one is filled, the other
/// is ours.
pub trait AudioIn {
    /// If the DMA has completed a block since the last call: hands it to `take` and
    /// gives it back to the DMA. Returns whether there was one.
    ///
    /// A sample is what I2S brings in a slot of 32 bits: in two's complement, in the
    /// upper bits.
    fn completed(&mut self, take: impl FnOnce(&[u32; HEARD_BLOCK])) -> bool;
}

/// Sound out: I2S by DMA from two blocks in turn. While one is played, the other
/// is ours.
pub trait AudioOut {
    /// If the DMA has begun with the last block it was given: lets `fill` write the
    /// next and gives it to the DMA. Returns whether there was one to fill.
    fn completed(&mut self, fill: impl FnOnce(&mut [i16; PLAYED_BLOCK])) -> bool;
}

/// The wire to the host: a UART, USB, anything that carries bytes.
pub trait Serial {
    /// Moves bytes that came to the front of `bytes`; returns how many.
    fn read(&mut self, bytes: &mut [u8]) -> usize;

    /// Takes as much of `bytes` as there is room for; returns how much that was.
    fn write(&mut self, bytes: &[u8]) -> usize;
}

/// So that a large one can lie in a `static`.
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
    /// Milliseconds since any start. Never runs backwards.
    fn now_ms(&mut self) -> u64;
}

/// What restarts the board when it was not fed for a second or so, and one word that
/// outlives that start, and every other reset that the chip can keep a word over: a scratch
/// register, or memory that nobody clears.
pub trait Watchdog {
    /// All is well.
    fn feed(&mut self);

    /// The word that was kept before this start. `None` when there is none because the power
    /// was off: a cold start. Where a chip cannot tell that from a memory that was spoilt:
    /// whatever stands there.
    fn kept(&mut self) -> Option<u32>;

    /// Keeps another in its place.
    fn keep(&mut self, word: u32);
}
