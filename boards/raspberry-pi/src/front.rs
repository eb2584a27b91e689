//! The LED and the button of the device, one period at a time.

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{InputPin, OutputPin};
use sayso_board::{Mute, Press};
use sayso_core::audio::SampleTime;
use sayso_core::button::{Button, ButtonConfig, ButtonEvent};
use sayso_core::light::Light;
use sayso_core::turn::Shown;

use crate::pwm::split;

/// An LED at a pin.
pub struct Led<P> {
    pin: P,
    active_low: bool,
    /// The level to which the pin was set last.
    lit: Option<bool>,
}

impl<P: OutputPin> Led<P> {
    pub fn new(pin: P, active_low: bool) -> Self {
        Self { pin, active_low, lit: None }
    }

    /// Switches it, if that changes anything.
    fn set(&mut self, lit: bool) -> Result<(), P::Error> {
        if self.lit == Some(lit) {
            return Ok(());
        }
        self.lit = Some(lit);
        if lit != self.active_low { self.pin.set_high() } else { self.pin.set_low() }
    }

    /// Lights it for one period, and waits until the period is over.
    fn period(&mut self, brightness: u8, delay: &mut impl DelayNs) -> Result<(), P::Error> {
        let (lit, dark) = split(brightness);
        for (on, time) in [(true, lit), (false, dark)] {
            if !time.is_zero() {
                self.set(on)?;
                delay.delay_ns(time.as_nanos() as u32);
            }
        }
        Ok(())
    }
}

/// A button that connects its pin to ground.
pub struct Contact<P>(pub P);

/// What a [`Front`] failed to do. The caller gives that pin up ([`Front::without`]) and goes on
/// with the other.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure<L, B> {
    /// The LED's pin could not be set.
    Led(L),
    /// The button's pin could not be read.
    Button(B),
}

/// LED and button, either of which may be missing.
pub struct Front<L, B> {
    led: Option<Led<L>>,
    contact: Option<Contact<B>>,
    button: Button,
    mute: Mute,
}

impl<L: OutputPin, B: InputPin> Front<L, B> {
    /// A front that shows `mute`, and whose button sets and ends it.
    pub fn new(led: Option<Led<L>>, contact: Option<Contact<B>>, mute: Mute) -> Self {
        Self { led, contact, button: Button::new(ButtonConfig::default()), mute }
    }

    /// Reads the button and lights the LED for one [period](crate::pwm::PERIOD), at a time that
    /// never goes backwards. Takes that long if there is an LED. Returns what the person asks for.
    ///
    /// # Errors
    /// When a pin fails. The other pin was served nevertheless.
    pub fn period(
        &mut self,
        now: SampleTime,
        shown: Shown,
        delay: &mut impl DelayNs,
    ) -> Result<Option<Press>, Failure<L::Error, B::Error>> {
        let down = self.contact.as_mut().map(|contact| contact.0.is_low()).transpose();
        let press = match &down {
            Ok(Some(down)) => self.button.poll(now, *down).and_then(|event| self.press(event)),
            _ => None,
        };
        let light = if self.mute.is_set() { Light::Muted } else { Light::from(shown) };
        if let Some(led) = &mut self.led {
            led.period(light.brightness(now), delay).map_err(Failure::Led)?;
        }
        down.map_err(Failure::Button)?;
        Ok(press)
    }

    /// Handles an event of the button, and returns what is meant for the assistant.
    fn press(&mut self, event: ButtonEvent) -> Option<Press> {
        match event {
            ButtonEvent::Pressed => (!self.mute.is_set()).then_some(Press::Talk),
            ButtonEvent::Held => {
                let muted = !self.mute.is_set();
                self.mute.set(muted);
                // Ends what the press has begun.
                muted.then_some(Press::Dismiss)
            }
            ButtonEvent::Released => None,
        }
    }

    /// Stops using a pin that fails.
    pub fn without(&mut self, failure: &Failure<L::Error, B::Error>) {
        match failure {
            Failure::Led(_) => self.led = None,
            Failure::Button(_) => self.contact = None,
        }
    }

    /// Whether any pin is left.
    pub fn is_empty(&self) -> bool {
        self.led.is_none() && self.contact.is_none()
    }

    /// Whether there is an LED; if so, a call takes the time of a period.
    pub fn has_led(&self) -> bool {
        self.led.is_some()
    }

    /// Switches the LED off.
    pub fn off(&mut self) {
        if let Some(led) = &mut self.led {
            // This may be the pin that failed.
            let _ = led.set(false);
        }
    }
}

#[cfg(test)]
#[path = "front_tests.rs"]
mod tests;
