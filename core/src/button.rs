//! A button: contact levels in, presses out.
//!
//! A press means "listen to me" (push to talk: [`crate::turn::Event::Wake`]), so it is reported as
//! soon as the contact is steady, without waiting to see whether it becomes a long one. A long
//! press means "mute"; the board then also cancels what the press began. No button is needed to
//! end the talk, because the endpointer finds its end. If people hold the button while they speak,
//! switch the long press off and use a second button to mute.

use crate::audio::{SampleTime, Samples};

/// Settings of a [`Button`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ButtonConfig {
    /// How long a new level must last to count. Small switches bounce for
    /// less than 10 ms.
    pub debounce: Samples,
    /// How long a press must last to be a long one; `None`: there are no long presses.
    pub long_press: Option<Samples>,
}

impl Default for ButtonConfig {
    fn default() -> Self {
        Self { debounce: Samples::from_ms(20), long_press: Some(Samples::from_ms(1_500)) }
    }
}

/// What a person did with a button.
///
/// Always `Pressed`, then at most one `Held`, then `Released`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum ButtonEvent {
    /// It went down.
    Pressed,
    /// It has been down for [`ButtonConfig::long_press`], and still is.
    Held,
    /// It came up.
    Released,
}

/// One debounced button.
///
/// ```
/// use sayso_core::audio::SampleTime;
/// use sayso_core::button::{Button, ButtonConfig, ButtonEvent};
///
/// let mut button = Button::new(ButtonConfig::default());
/// let events: Vec<_> = (0..2_000)
///     .filter_map(|ms| button.poll(SampleTime::from_ms(ms), (100..1_900).contains(&ms)))
///     .collect();
/// assert_eq!(events, [ButtonEvent::Pressed, ButtonEvent::Held, ButtonEvent::Released]);
/// ```
#[derive(Clone, Debug)]
pub struct Button {
    config: ButtonConfig,
    down: bool,
    /// Since when the contact has differed from `down`.
    changed: Option<SampleTime>,
    /// When the press becomes a long one; `None` when it has, or cannot.
    long_at: Option<SampleTime>,
}

impl Button {
    /// A button that is up.
    pub const fn new(config: ButtonConfig) -> Self {
        Self { config, down: false, changed: None, long_at: None }
    }

    /// Whether it is down, ignoring bounces.
    pub const fn is_down(&self) -> bool {
        self.down
    }

    /// Takes the contact's level at a time that does not go backwards. Call it every few
    /// milliseconds, at least every [`ButtonConfig::debounce`].
    pub fn poll(&mut self, now: SampleTime, down: bool) -> Option<ButtonEvent> {
        if down == self.down {
            self.changed = None;
        } else {
            let since = *self.changed.get_or_insert(now);
            if now - since >= self.config.debounce {
                self.changed = None;
                self.down = down;
                self.long_at =
                    if down { self.config.long_press.map(|long| since + long) } else { None };
                return Some(if down { ButtonEvent::Pressed } else { ButtonEvent::Released });
            }
        }
        if self.down && self.long_at.is_some_and(|at| now >= at) {
            self.long_at = None;
            return Some(ButtonEvent::Held);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    /// The events for a sequence of levels, each held for the given milliseconds, read once a
    /// millisecond.
    fn play(config: ButtonConfig, levels: &[(bool, u64)]) -> Vec<(u64, ButtonEvent)> {
        let mut button = Button::new(config);
        let mut events = Vec::new();
        let mut ms = 0;
        for &(down, length) in levels {
            for _ in 0..length {
                events.extend(button.poll(SampleTime::from_ms(ms), down).map(|event| (ms, event)));
                ms += 1;
            }
        }
        events
    }

    #[test]
    fn a_press_is_reported_when_the_contact_is_steady() {
        let events = play(ButtonConfig::default(), &[(false, 100), (true, 200), (false, 100)]);
        assert_eq!(events, [(120, ButtonEvent::Pressed), (320, ButtonEvent::Released)]);
    }

    #[test]
    fn a_bouncing_contact_is_one_press() {
        let bounce = [(true, 3), (false, 2), (true, 1), (false, 4), (true, 300)];
        let release = [(false, 2), (true, 5), (false, 3), (true, 1), (false, 100)];
        let events = play(ButtonConfig::default(), &[&bounce[..], &release[..]].concat());
        let kinds: Vec<_> = events.iter().map(|(_, event)| *event).collect();
        assert_eq!(kinds, [ButtonEvent::Pressed, ButtonEvent::Released]);
    }

    #[test]
    fn a_spike_is_no_press() {
        assert_eq!(play(ButtonConfig::default(), &[(true, 19), (false, 100)]), []);
    }

    #[test]
    fn a_long_press_is_reported_once_while_it_lasts() {
        let events = play(ButtonConfig::default(), &[(true, 5_000), (false, 100)]);
        assert_eq!(
            events,
            [
                (20, ButtonEvent::Pressed),
                (1_500, ButtonEvent::Held),
                (5_020, ButtonEvent::Released)
            ]
        );
    }

    #[test]
    fn without_a_long_press_none_is_reported() {
        let config = ButtonConfig { long_press: None, ..ButtonConfig::default() };
        let events = play(config, &[(true, 60_000), (false, 100)]);
        assert_eq!(events, [(20, ButtonEvent::Pressed), (60_020, ButtonEvent::Released)]);
    }

    #[test]
    fn a_press_seen_in_two_readings_counts_however_rare_the_readings() {
        let mut button = Button::new(ButtonConfig::default());
        assert_eq!(button.poll(SampleTime::from_ms(0), true), None);
        assert_eq!(button.poll(SampleTime::from_ms(20), true), Some(ButtonEvent::Pressed));
        assert!(button.is_down());
    }

    proptest! {
        /// Whatever the contact does, each press is pressed, held at most once, and released.
        #[test]
        fn events_come_in_order(levels in prop::collection::vec((any::<bool>(), 1u64..2_000), 0..40)) {
            let mut last = ButtonEvent::Released;
            for (_, event) in play(ButtonConfig::default(), &levels) {
                let follows = match event {
                    ButtonEvent::Pressed => last == ButtonEvent::Released,
                    ButtonEvent::Held => last == ButtonEvent::Pressed,
                    ButtonEvent::Released => last != ButtonEvent::Released,
                };
                prop_assert!(follows, "{event:?} after {last:?}");
                last = event;
            }
        }
    }
}
