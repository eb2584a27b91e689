//! The parts of the main loop. The wire is USB, a serial port to the host.

use hal::gpio::bank0::{Gpio13, Gpio14};
use hal::gpio::{FunctionSio, Pin, PullDown, PullUp, SioInput, SioOutput};
use hal::pac;
use hal::pwm::{B, Channel, FreeRunning, Pwm7, Slice};
use hal::usb::UsbBus;
use hal::watchdog::ScratchRegister;
use sayso_satellite::board::{Board, Clock, Serial, Watchdog};
use usb_device::device::UsbDevice;
use usbd_serial::SerialPort;

use crate::hal;

/// The types of this board's parts.
pub struct Pico;

impl Board for Pico {
    /// It is in a `static`, because it is too large to be moved on the stack.
    type Serial = &'static mut Wire;
    type Clock = Time;
    type Watchdog = Guard;
    type Lamp = Channel<Slice<Pwm7, FreeRunning>, B>;
    type MuteLed = Pin<Gpio14, FunctionSio<SioOutput>, PullDown>;
    type Button = Pin<Gpio13, FunctionSio<SioInput>, PullUp>;
}

/// Bytes that USB may hold in each direction, in addition to the link's own: a few packets of 64.
pub const USB_STORE: usize = 512;

/// A buffer of that size.
type UsbStore = &'static mut [u8];

/// A serial port by USB.
pub struct Wire {
    /// The USB device, which must be polled.
    pub device: UsbDevice<'static, UsbBus>,
    /// Its only function.
    pub port: SerialPort<'static, UsbBus, UsbStore, UsbStore>,
}

impl Wire {
    fn poll(&mut self) {
        // The interrupt only wakes the loop. It comes again while there is more to do.
        cortex_m::peripheral::NVIC::unpend(USB_INTERRUPT);
        self.device.poll(&mut [&mut self.port]);
    }
}

const USB_INTERRUPT: pac::Interrupt = pac::Interrupt::USBCTRL_IRQ;

impl Serial for Wire {
    fn read(&mut self, bytes: &mut [u8]) -> usize {
        self.poll();
        self.port.read(bytes).unwrap_or(0)
    }

    fn write(&mut self, bytes: &[u8]) -> usize {
        // If nobody is connected or there is no room, the link keeps the bytes.
        let taken = self.port.write(bytes).unwrap_or(0);
        self.poll();
        taken
    }
}

#[cfg(feature = "rp2040")]
type HardwareTimer = hal::Timer;
#[cfg(feature = "rp2350")]
type HardwareTimer = hal::Timer<hal::timer::CopyableTimer0>;

/// The time since the start.
pub struct Time(pub HardwareTimer);

impl Clock for Time {
    fn now_ms(&mut self) -> u64 {
        self.0.get_counter().ticks() / 1_000
    }
}

/// The chip's watchdog.
pub struct Guard(pub hal::Watchdog);

impl Watchdog for Guard {
    fn feed(&mut self) {
        self.0.feed();
    }

    /// The first scratch register. It survives every reset except a power-on, a brown-out and the
    /// RUN pin, which clear it.
    fn kept(&mut self) -> Option<u32> {
        Some(self.0.read_scratch(ScratchRegister::Scratch0)).filter(|&word| word != 0)
    }

    fn keep(&mut self, word: u32) {
        self.0.write_scratch(ScratchRegister::Scratch0, word);
    }
}
