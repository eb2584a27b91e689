use embedded_hal::digital::{InputPin, OutputPin};
use embedded_hal::pwm::SetDutyCycle;
use sayso_core::audio::SampleTime;
use sayso_core::button::{Button, ButtonConfig, ButtonEvent};
use sayso_core::light::{FULL, Light};
use sayso_core::turn::Shown;

/// What is kept over a reset. Far apart, so that no flipped bits make one of the other.
const MUTED: u32 = 0x6d75_7465;
const HEARING: u32 = !MUTED;

/// What a person sees and presses: an LED, a second one that is lit while nothing
/// is heard, and a button that pulls its pin low.
///
/// A press asks to be heard; held for long, it mutes or ends that. So does the host, and
/// whoever did it last counts.
///
/// Mute outlives a reset. What is not known for sure is muted:
///
/// | start | mute |
/// |---|---|
/// | a reset, and the word that was [kept](crate::board::Watchdog::kept) says | as it was |
/// | a reset, and it says neither | muted |
/// | cold: there is no word | muted until a host says how it was, or the button |
pub struct Panel<L, M, B> {
    lamp: L,
    mute_led: M,
    contact: B,
    button: Button,
    /// `None` until somebody says.
    muted: Option<bool>,
    /// It was said, and the word was not taken yet.
    unkept: bool,
    presses: u8,
}

impl<L: SetDutyCycle, M: OutputPin, B: InputPin> Panel<L, M, B> {
    /// A panel, muted as the word says that was kept.
    pub fn new(lamp: L, mute_led: M, contact: B, kept: Option<u32>, config: ButtonConfig) -> Self {
        let muted = kept.map(|word| word != HEARING);
        let button = Button::new(config);
        let unkept = kept.is_some();
        let mut panel = Self { lamp, mute_led, contact, button, muted, unkept, presses: 0 };
        panel.show_mute();
        panel
    }

    /// The word to be kept over a reset, when it is another one than before.
    pub fn take_word(&mut self) -> Option<u32> {
        let word = if self.muted? { MUTED } else { HEARING };
        core::mem::take(&mut self.unkept).then_some(word)
    }

    /// The host says whether this satellite was muted when it last saw it. That counts once,
    /// after a cold start.
    pub fn remembered(&mut self, muted: bool) {
        if self.muted.is_none() {
            self.mute(muted);
        }
    }

    /// Mutes, or ends that: by the button, or because the host says so.
    pub fn mute(&mut self, muted: bool) {
        (self.muted, self.unkept) = (Some(muted), true);
        self.show_mute();
    }

    fn show_mute(&mut self) {
        // A pin that cannot be driven has no better place to say so.
        let _ = self.mute_led.set_state(self.muted().into());
    }

    /// Reads the button and lights the LEDs. To be called every 20 ms or more often.
    ///
    /// A contact that cannot be read counts as not pressed.
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

    /// Whether nothing is to be heard.
    pub fn muted(&self) -> bool {
        self.muted.unwrap_or(true)
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
