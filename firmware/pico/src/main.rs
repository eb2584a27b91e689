//! The satellite on a Raspberry Pi Pico (RP2040) or Pico 2 (RP2350).
//!
//! | GPIO | connected to |
//! |---|---|
//! | 10, 11, 12 | microphone: SCK, WS, SD |
//! | 18, 19, 20 | amplifier: BCLK, LRC, DIN |
//! | 13 | button, to ground |
//! | 14 | mute LED |
//! | 15 | state LED |
//!
//! Parts and wiring are in `docs/satellite.md`.

#![no_std]
#![no_main]

#[cfg(all(feature = "rp2040", feature = "rp2350"))]
compile_error!("one chip at a time: the feature rp2040 or rp2350");
#[cfg(all(feature = "rp2350", not(feature = "rp2040")))]
use rp235x_hal as hal;
#[cfg(feature = "rp2040")]
use rp2040_hal as hal;

mod parts;
mod sound;

use core::cell::RefCell;

use critical_section::Mutex;
use hal::clocks::{Clock, init_clocks_and_plls};
use hal::dma::DMAExt;
use hal::gpio::Pins;
use hal::pac::interrupt;
use hal::pio::PIOExt;
use hal::usb::UsbBus;
use hal::{Sio, Watchdog, pac, pwm};
use parts::{Guard, Pico, Time, USB_STORE, Wire};
use sayso_core::link::Codec;
use sayso_satellite::board::Parts;
use sayso_satellite::{AudioInterrupt, Buffers, Config, Satellite};
use sound::{Loudspeaker, Microphone};
use static_cell::{ConstStaticCell, StaticCell};
use usb_device::bus::UsbBusAllocator;
use usb_device::device::{StringDescriptors, UsbDeviceBuilder, UsbVidPid};
use usbd_serial::{SerialPort, USB_CLASS_CDC};

/// Crystal of the board, in Hz.
const CRYSTAL_HZ: u32 = 12_000_000;

/// Identifiers that V-USB offers to everybody for serial ports that are distinguished by name.
const USB_ID: UsbVidPid = UsbVidPid(0x16c0, 0x27dd);

/// Sets up the flash when the chip starts.
#[cfg(feature = "rp2040")]
// SAFETY: the linker puts it, and nothing else, where the boot ROM looks for it.
#[unsafe(link_section = ".boot2")]
#[used]
static BOOT2_FIRMWARE: [u8; 256] = rp2040_boot2::BOOT_LOADER_GENERIC_03H;

/// Describes the image to the boot ROM.
#[cfg(feature = "rp2350")]
// SAFETY: it has the form that the boot ROM expects, in a section of its own in the first 4 KiB.
#[unsafe(link_section = ".start_block")]
#[used]
static IMAGE: hal::block::ImageDef = hal::block::ImageDef::secure_exe();

static BUFFERS: ConstStaticCell<Buffers> = ConstStaticCell::new(Buffers::new());
static USB: StaticCell<UsbBusAllocator<UsbBus>> = StaticCell::new();
/// Buffers for what USB has received, and for what it will send.
static USB_STORES: [ConstStaticCell<[u8; USB_STORE]>; 2] =
    [const { ConstStaticCell::new([0; USB_STORE]) }; 2];

static WIRE: StaticCell<Wire> = StaticCell::new();

/// What the audio interrupt needs, until it runs for the first time.
static SOUND: Mutex<RefCell<Option<SoundWork>>> = Mutex::new(RefCell::new(None));

struct SoundWork {
    interrupt: AudioInterrupt<'static>,
    microphone: Microphone,
    loudspeaker: Loudspeaker,
}

#[hal::entry]
fn main() -> ! {
    // If a part does not work, the watchdog restarts the board, and the LEDs stay dark.
    let mut satellite = start();
    if let Some(satellite) = &mut satellite {
        run(satellite);
    }
    loop {
        cortex_m::asm::wfe();
    }
}

/// Runs the loop. Like [`start`] it is not inlined, so that each can use the stack that the other
/// needed.
#[inline(never)]
fn run(satellite: &mut Satellite<'static, Pico>) -> ! {
    loop {
        satellite.poll();
        // Until the next interrupt, including USB's.
        cortex_m::asm::wfe();
    }
}

#[inline(never)]
fn start() -> Option<Satellite<'static, Pico>> {
    let mut chip = pac::Peripherals::take()?;
    let mut core = cortex_m::Peripherals::take()?;
    let mut watchdog = Watchdog::new(chip.WATCHDOG);
    let clocks = init_clocks_and_plls(
        CRYSTAL_HZ,
        chip.XOSC,
        chip.CLOCKS,
        chip.PLL_SYS,
        chip.PLL_USB,
        &mut chip.RESETS,
        &mut watchdog,
    )
    .ok()?;
    watchdog.start(hal::fugit::MicrosDurationU32::secs(1));
    #[cfg(feature = "rp2040")]
    let timer = hal::Timer::new(chip.TIMER, &mut chip.RESETS, &clocks);
    #[cfg(feature = "rp2350")]
    let timer = hal::Timer::new_timer0(chip.TIMER0, &mut chip.RESETS, &clocks);
    let clock_hz = clocks.system_clock.freq().to_Hz();
    let sio = Sio::new(chip.SIO);
    let pins = Pins::new(chip.IO_BANK0, chip.PADS_BANK0, sio.gpio_bank0, &mut chip.RESETS);

    #[cfg(feature = "rp2040")]
    let (registers, memory) = (chip.USBCTRL_REGS, chip.USBCTRL_DPRAM);
    #[cfg(feature = "rp2350")]
    let (registers, memory) = (chip.USB, chip.USB_DPRAM);
    let bus = UsbBus::new(registers, memory, clocks.usb_clock, true, &mut chip.RESETS);
    let bus = USB.try_init(UsbBusAllocator::new(bus))?;
    let [received, to_send] = &USB_STORES;
    let (received, to_send) = (received.try_take()?, to_send.try_take()?);
    let port = SerialPort::new_with_store(bus, received.as_mut_slice(), to_send.as_mut_slice());
    let names = StringDescriptors::default()
        .manufacturer("Sayso")
        .product("Sayso satellite")
        .serial_number("1");
    let device = UsbDeviceBuilder::new(bus, USB_ID)
        .strings(&[names])
        .ok()?
        .device_class(USB_CLASS_CDC)
        .max_packet_size_0(64)
        .ok()?
        .build();

    let mut slice = pwm::Slices::new(chip.PWM, &mut chip.RESETS).pwm7;
    slice.enable();
    let mut lamp = slice.channel_b;
    lamp.output_to(pins.gpio15);
    let parts = Parts::<Pico> {
        serial: WIRE.try_init(Wire { device, port })?,
        clock: Time(timer),
        watchdog: Guard(watchdog),
        lamp,
        mute_led: pins.gpio14.reconfigure(),
        button: pins.gpio13.reconfigure(),
    };
    let config = Config { name: "pico", codec: Codec::Pcm, ..Config::default() };
    let (satellite, interrupt) = Satellite::new(parts, BUFFERS.try_take()?, config);

    let (mut pio, machine_in, machine_out, ..) = chip.PIO0.split(&mut chip.RESETS);
    let dma = chip.DMA.split(&mut chip.RESETS);
    let microphone = Microphone::start(
        &mut pio,
        machine_in,
        (pins.gpio10.reconfigure(), pins.gpio11.reconfigure(), pins.gpio12.reconfigure()),
        clock_hz,
        (dma.ch0, dma.ch1),
    )?;
    let loudspeaker = Loudspeaker::start(
        &mut pio,
        machine_out,
        (pins.gpio18.reconfigure(), pins.gpio19.reconfigure(), pins.gpio20.reconfigure()),
        clock_hz,
        (dma.ch2, dma.ch3),
    )?;
    let work = SoundWork { interrupt, microphone, loudspeaker };
    critical_section::with(|cs| SOUND.replace(cs, Some(work)));
    // An interrupt without a handler (USB's) must also wake the loop.
    core.SCB.set_sevonpend();
    // SAFETY: nothing of this program relies on this interrupt being masked.
    unsafe { cortex_m::peripheral::NVIC::unmask(pac::Interrupt::DMA_IRQ_0) };
    Some(satellite)
}

/// A block of the microphone or for the loudspeaker is complete.
#[interrupt]
fn DMA_IRQ_0() {
    static mut WORK: Option<SoundWork> = None;
    if WORK.is_none() {
        *WORK = critical_section::with(|cs| SOUND.take(cs));
    }
    if let Some(SoundWork { interrupt, microphone, loudspeaker }) = WORK {
        interrupt.serve(microphone, loudspeaker);
    }
}

/// The watchdog restarts the board.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        cortex_m::asm::nop();
    }
}
