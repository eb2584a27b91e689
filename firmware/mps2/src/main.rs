//! The satellite on an emulated Cortex-M4: QEMU's `mps2-an386`.
//!
//! The firmware is that of the real boards. The link is the first UART, the panel the second
//! ([`parts`]), and the microphone and the loudspeaker are files ([`sound`]).

#![no_std]
#![no_main]

mod board;
mod parts;
mod registers;
#[cfg(feature = "secure")]
mod secure;
mod sound;

use core::cell::RefCell;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

use board::Mps2;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m::peripheral::{NVIC, Peripherals};
use cortex_m_rt::{entry, exception};
use critical_section::Mutex;
use heapless::spsc::{Producer, Queue};
use parts::{Button, Lamp, MuteLed, Time, Wire};
use registers::{CLOCK_HZ, Counter, Uart, Watchdog};
use sayso_core::link::Codec;
use sayso_satellite::board::Parts;
use sayso_satellite::{AudioInterrupt, Buffers, Config, Gain, Satellite};
// For its panic handler, which ends QEMU.
use semihosting as _;
use sound::{Loudspeaker, Microphone};
use static_cell::ConstStaticCell;

/// How often the sound's interrupt comes and the loop runs: 1000 times a second.
///
/// The loop does not run for every byte of the link: each of its accesses to a device makes QEMU's
/// threads wait for each other, thousands of times a second.
const TICK_HZ: u32 = 1_000;

/// A tick for which the loop has not run yet.
static TICK: AtomicBool = AtomicBool::new(true);

static BUFFERS: ConstStaticCell<Buffers> = ConstStaticCell::new(Buffers::new());
/// Bytes from the host that wait for the loop: 5 ms of them at 921600 baud.
static RECEIVED: ConstStaticCell<Queue<u8, 512>> = ConstStaticCell::new(Queue::new());

/// What an interrupt needs.
struct Handover<T>(Mutex<RefCell<Option<T>>>);

impl<T> Handover<T> {
    const fn new() -> Self {
        Self(Mutex::new(RefCell::new(None)))
    }

    fn give(&self, value: T) {
        critical_section::with(|cs| self.0.replace(cs, Some(value)));
    }

    fn take(&self) -> Option<T> {
        critical_section::with(|cs| self.0.take(cs))
    }
}

struct SoundWork {
    interrupt: AudioInterrupt<'static>,
    microphone: Microphone,
    loudspeaker: Loudspeaker,
}

static SOUND: Handover<SoundWork> = Handover::new();
static RECEIVER: Handover<Producer<'static, u8>> = Handover::new();

#[entry]
fn main() -> ! {
    let mut satellite = start();
    run(&mut satellite)
}

/// Runs the loop. Like [`start`] it is not inlined, so that each can use the stack that the other
/// needed.
#[inline(never)]
fn run(satellite: &mut Satellite<'static, Mps2>) -> ! {
    loop {
        if TICK.swap(false, Relaxed) {
            satellite.poll();
        }
        cortex_m::asm::wfi();
    }
}

#[inline(never)]
fn start() -> Satellite<'static, Mps2> {
    Counter::FREE.start();
    Uart::LINK.start(true);
    Uart::PANEL.start(false);
    let (receiver, received) = RECEIVED.take().split();
    RECEIVER.give(receiver);
    let parts = Parts::<Mps2> {
        serial: wire(Wire { received }),
        clock: Time::new(),
        watchdog: Watchdog::ONLY,
        lamp: Lamp::default(),
        mute_led: MuteLed::default(),
        button: Button::default(),
    };
    let config =
        Config { name: "mps2-an386", codec: Codec::Adpcm, gain: Gain::UNITY, ..Config::default() };
    let (satellite, interrupt) = Satellite::new(parts, BUFFERS.take(), config);
    SOUND.give(SoundWork {
        interrupt,
        microphone: Microphone::new(),
        loudspeaker: Loudspeaker::new(),
    });
    if let Some(mut peripherals) = Peripherals::take() {
        let syst = &mut peripherals.SYST;
        syst.set_clock_source(SystClkSource::Core);
        syst.set_reload(CLOCK_HZ / TICK_HZ - 1);
        syst.clear_current();
        syst.enable_counter();
        syst.enable_interrupt();
    }
    LinkReceived::unmask();
    Watchdog::ONLY.start();
    satellite
}

#[cfg(not(feature = "secure"))]
use core::convert::identity as wire;
#[cfg(feature = "secure")]
use secure::wire;

/// Replaces the interrupt of the I2S's DMA.
#[exception]
fn SysTick() {
    static mut WORK: Option<SoundWork> = None;
    TICK.store(true, Relaxed);
    if WORK.is_none() {
        *WORK = SOUND.take();
    }
    if let Some(SoundWork { interrupt, microphone, loudspeaker }) = WORK {
        interrupt.serve(microphone, loudspeaker);
    }
}

/// The interrupt of a byte on the link.
#[derive(Clone, Copy)]
struct LinkReceived;

impl LinkReceived {
    const NUMBER: u16 = 0;

    /// Enables it, at first and after it has masked itself.
    fn unmask() {
        // SAFETY: nothing of this program relies on this interrupt being masked.
        unsafe { NVIC::unmask(Self) };
    }
}

// SAFETY: it is the number of this interrupt on the board, below the limit of 32.
unsafe impl cortex_m::interrupt::InterruptNumber for LinkReceived {
    fn number(self) -> u16 {
        Self::NUMBER
    }
}

/// Handles all interrupts without a handler of their own. The link's is the only one.
// SAFETY: it touches nothing that the interrupted code may be changing.
#[exception]
unsafe fn DefaultHandler(number: i16) {
    if number != LinkReceived::NUMBER as i16 {
        // For example the watchdog's warning, which comes only once.
        return;
    }
    critical_section::with(|cs| {
        let mut receiver = RECEIVER.0.borrow_ref_mut(cs);
        let Some(receiver) = receiver.as_mut() else { return };
        while receiver.ready() {
            let Some(byte) = Uart::LINK.read() else { return };
            // There is room.
            let _ = receiver.enqueue(byte);
        }
        // As with flow control by a wire, the rest waits until the loop has made room.
        NVIC::mask(LinkReceived);
    });
}
