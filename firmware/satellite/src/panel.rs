use embedded_hal::digital::{InputPin, OutputPin};
use embedded_hal::pwm::SetDutyCycle;
use sayso_core::audio::SampleTime;
use sayso_core::button::{Button, ButtonConfig, ButtonEvent};
use sayso_core::light::{FULL, Light};
use sayso_core::turn::Shown;

/// The words that are kept over a reset. They differ in many bits, so that damage does not turn
/// one into the other.
const MUTED: u32 = 0x6d75_7465;
const HEARING: u32 = !MUTED;

/// What a person sees and presses: an LED, a second one that is lit while the satellite is muted,
/// and a button that pulls its pin low.
///
/// A press asks to be heard; holding the button mutes or unmutes. The host can mute and unmute
/// too, and the latest action counts.
///
/// The mute survives a reset. In doubt the satellite is muted:
///
/// | start | mute |
/// |---|---|
/// | a reset, and the word that was [kept](crate::board::Watchdog::kept) is valid | as before |
/// | a reset, and the word is not valid | muted |
/// | cold: there is no word | muted until the host says how it was, or the button is held |
pub struct Panel<L, M, B> {
    lamp: L,
    mute_led: M,
    contact: B,
    button: Button,
    /// `None` while it is not known.
    muted: Option<bool>,
    /// The word has changed and was not taken yet.
    unkept: bool,
    presses: u8,
}

impl<L: SetDutyCycle, M: OutputPin, B: InputPin> Panel<L, M, B> {
    /// A panel, muted as the kept word says.
    pub fn new(lamp: L, mute_led: M, contact: B, kept: Option<u32>, config: ButtonConfig) -> Self {
        let muted = kept.map(|word| word != HEARING);
        let button = Button::new(config);
        let unkept = kept.is_some();
        let mut panel = Self { lamp, mute_led, contact, button, muted, unkept, presses: 0 };
        panel.show_mute();
        panel
    }

    /// The word to be kept over a reset, if it has changed.
    pub fn take_word(&mut self) -> Option<u32> {
        let word = if self.muted? { MUTED } else { HEARING };
        core::mem::take(&mut self.unkept).then_some(word)
    }

    /// Takes the host's memory of whether this satellite was muted. It counts once, after a cold
    /// start.
    pub fn remembered(&mut self, muted: bool) {
        if self.muted.is_none() {
            self.mute(muted);
        }
    }

    /// Mutes or unmutes, by the button or by the host's order.
    pub fn mute(&mut self, muted: bool) {
        (self.muted, self.unkept) = (Some(muted), true);
        self.show_mute();
    }

    fn show_mute(&mut self) {
        // There is no way to report a pin that cannot be driven.
        let _ = self.mute_led.set_state(self.muted().into());
    }

    /// Reads the button and lights the LEDs. Must be called at least every 20 ms.
    ///
    /// A button that cannot be read counts as not pressed.
    pub fn poll(&mut self, now_ms: u64, shown: Shown, connected: bool) {
        let now = SampleTime::from_ms(now_ms);
        match self.button.poll(now, self.contact.is_low().unwrap_or(false)) {
            Some(ButtonEvent::Pressed) if !self.muted() => {
                self.presses = self.presses.wrapping_add(1)
            }
            Some(ButtonEvent::Held) => self.mute(!self.muted()),
            Some(ButtonEvent::Pressed | ButtonEvent::Released) | None => {}
        }
        self.show_mute();
        let light = match (self.muted, connected) {
            (Some(true), _) => Light::Muted,
            (_, false) => Light::Disconnected,
            _ => shown.into(),
        };
        let brightness = light.brightness(now);
        let _ = self.lamp.set_duty_cycle_fraction(brightness.into(), FULL.into());
    }

    /// Asks to be heard, as the button does.
    #[cfg(feature = "wake")]
    pub fn press(&mut self) {
        if !self.muted() {
            self.presses = self.presses.wrapping_add(1);
        }
    }

    /// Whether the satellite is muted.
    pub fn muted(&self) -> bool {
        self.muted.unwrap_or(true)
    }

    /// How often the button was pressed to be heard, wrapping.
    pub fn presses(&self) -> u8 {
        self.presses
    }

    /// Whether the button is down.
    pub fn held(&self) -> bool {
        self.button.is_down()
    }
}
