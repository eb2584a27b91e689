use embedded_hal::digital::{InputPin, OutputPin};
use embedded_hal::pwm::SetDutyCycle;
use sayso_core::audio::Samples;
use sayso_core::button::{Button, ButtonConfig, ButtonEvent};
use sayso_core::light::{FULL, Light};
use sayso_core::turn::Shown;

/// What a person sees and presses: an LED, a second one that is lit while nothing
/// is heard, and a button that pulls its pin low.
///
/// A press asks to be heard; held for long, it mutes or ends that.
pub struct Panel<L, M, B> {
    lamp: L,
    mute_led: M,
    contact: B,
    button: Button,
    muted: bool,
    presses: u8,
}

impl<L: SetDutyCycle, M: OutputPin, B: InputPin> Panel<L, M, B> {
    /// A panel that is not muted.
    pub fn new(lamp: L, mut mute_led: M, contact: B, config: ButtonConfig) -> Self {
        // A pin that cannot be driven has no better place to say so.
        let _ = mute_led.set_low();
        Self { lamp, mute_led, contact, button: Button::new(config), muted: false, presses: 0 }
    }

    /// Reads the button and lights the LEDs. To be called every 20 ms or more often.
    ///
    /// A contact that cannot be read counts as not pressed.
    pub fn poll(&mut self, now_ms: u64, shown: Shown, connected: bool) {
        let now = Samples::from_ms(now_ms);
        match self.button.poll(now, self.contact.is_low().unwrap_or(false)) {
            Some(ButtonEvent::Pressed) if !self.muted => {
                self.presses = self.presses.wrapping_add(1)
            }
            Some(ButtonEvent::Held) => self.muted = !self.muted,
            Some(ButtonEvent::Pressed | ButtonEvent::Released) | None => {}
        }
        let _ = self.mute_led.set_state(self.muted.into());
        let light = match (self.muted, connected) {
            (true, _) => Light::Muted,
            (_, false) => Light::Disconnected,
            _ => shown.into(),
        };
        let brightness = light.brightness(now);
        let _ = self.lamp.set_duty_cycle_fraction(brightness.into(), FULL.into());
    }

    /// Whether nothing is to be heard.
    pub fn muted(&self) -> bool {
        self.muted
    }

    /// How often it was pressed to be heard, wrapping.
    pub fn presses(&self) -> u8 {
        self.presses
    }

    /// Whether the button is down.
    pub fn held(&self) -> bool {
        self.button.is_down()
    }
}
