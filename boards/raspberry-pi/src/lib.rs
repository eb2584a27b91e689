#![forbid(unsafe_code)]
#![cfg(target_os = "linux")]
//! A Raspberry Pi, or any Linux board with a GPIO header.
//!
//! Sound enters and leaves through the system's sound devices, as on a [desktop](sayso_desktop):
//! an I2S HAT, a USB microphone, HDMI, or whatever else ALSA supports. In addition there may be an
//! LED that shows the state ([`sayso_core::light`]) and a button, at the pins that [`Pins`] names.
//!
//! # The button
//!
//! A press means "listen to me". Holding the button for 1.5 s mutes the microphone: the assistant
//! hears silence, and the LED shows the mute instead of anything else. Holding it again unmutes; a
//! short press while muted does nothing. There is one [`Mute`]: the LED also shows a mute that the
//! program has set, and the button ends it.
//!
//! # How it works
//!
//! ```text
//! Panel::show ──► what is shown ──► front thread ──► LED, 100 periods a second
//! Panel::pressed ◄── presses ◄─── debounce ◄──────── button, read once a period
//! Microphone::read ◄── muted ◄────────┘
//! ```
//!
//! The pins are used through [`embedded_hal`] 1.0, so everything except `gpio` also runs on a
//! mock.

mod front;
mod gpio;
#[cfg(test)]
mod gpio_sim_tests;
mod mute;
mod panel;
mod pwm;

use std::sync::mpsc::Receiver;

use sayso_board::{Board, BoardError, Change, Mute, Panel, Streams};
use sayso_desktop::{Desktop, DesktopConfig};

use crate::mute::MutedMicrophone;
use crate::panel::GpioPanel;

/// The pins of the LED and the button.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pins {
    /// The GPIO chip: a path (`/dev/gpiochip0`) or a label as `gpioinfo` shows it. If it is empty,
    /// the chip at the Raspberry Pi's header.
    pub chip: String,
    /// The LED's line: on a Raspberry Pi the number of the GPIO, not of the pin.
    pub led: Option<u32>,
    /// Whether the LED lights when its line is low.
    pub led_active_low: bool,
    /// The button's line. The button connects it to ground when it is pressed; the chip's pull-up
    /// is switched on.
    pub button: Option<u32>,
}

/// A Raspberry Pi as a [`Board`].
pub struct RaspberryPi {
    sound: Desktop,
    pins: Pins,
    mute: Mute,
    panel: Option<GpioPanel>,
}

impl RaspberryPi {
    /// A board with these sound devices and pins, which [`Board::start`] opens. The LED shows
    /// `mute`, and the button sets and ends it.
    pub fn new(sound: DesktopConfig, pins: Pins, mute: Mute) -> Self {
        Self { sound: Desktop::new(sound), pins, mute, panel: None }
    }
}

impl Board for RaspberryPi {
    /// # Errors
    /// As [`Desktop`], and when a pin does not exist, is in use, or may not be used.
    fn start(&mut self, voice_rate: u32) -> Result<Streams, BoardError> {
        // The old thread, if there is one, must release the pins first.
        self.panel = None;
        let pins = gpio::open(&self.pins)?;
        let (microphone, loudspeaker) = self.sound.start(voice_rate)?;
        if pins.led.is_none() && pins.button.is_none() {
            return Ok((microphone, loudspeaker));
        }
        self.panel = Some(GpioPanel::start(pins.led, pins.button, self.mute.clone())?);
        Ok((Box::new(MutedMicrophone::new(microphone, self.mute.clone())), loudspeaker))
    }

    fn panel(&mut self) -> Option<Box<dyn Panel>> {
        self.panel.take().map(|panel| Box::new(panel) as Box<dyn Panel>)
    }

    fn changes(&mut self) -> Option<Receiver<Change>> {
        self.sound.changes()
    }
}
