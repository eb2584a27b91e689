//! What one LED shows: a state and a time in, a brightness out.
//!
//! Every board that has a light shows the same patterns, so people have to learn them only
//! once. The patterns differ in rhythm, not in colour, so one plain LED can show them all.
//!
//! | shown | pattern |
//! |---|---|
//! | asleep | very faint |
//! | listening | dim |
//! | hearing | fully lit |
//! | thinking | brightens and dims, once in 1.2 s |
//! | speaking | ripples, 2.5 times a second, never dark |
//! | paused | half lit, with a short dark gap twice a second |
//! | muted | two short flashes every 3 s |
//! | disconnected | one short flash every 2 s |
//! | error | blinks fast, 5 times a second |

use crate::audio::SampleTime;
use crate::turn::{Shown, State};

/// Fully lit.
pub const FULL: u8 = 255;

/// Steady brightness while it listens.
const DIM: u8 = 64;

/// Steady brightness while it sleeps: just visible to somebody who looks for it.
const GLOW: u8 = 8;

/// Looks half lit, which takes about a quarter of the power.
const HALF: u8 = 96;

/// What the LED shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Light {
    /// The state of the conversation.
    Turn(State),
    /// The microphone was switched off by the user.
    Muted,
    /// The link has no peer, or the assistant is not running.
    Disconnected,
    /// Something failed.
    Error,
}

impl Light {
    /// Chooses what to show when several things are true at once. A microphone that is off comes
    /// first, because people rely on seeing it. Then come the faults that hide the state, then the
    /// state.
    pub const fn of(state: State, muted: bool, connected: bool, error: bool) -> Self {
        match (muted, connected, error) {
            (true, ..) => Self::Muted,
            (_, false, _) => Self::Disconnected,
            (_, _, true) => Self::Error,
            _ => Self::Turn(state),
        }
    }

    /// The brightness at a time, 0 (dark) to [`FULL`], as a duty cycle of 255.
    ///
    /// It depends only on its arguments: boards that start at the same time blink in step. Call it
    /// at least about 30 times a second.
    pub fn brightness(self, now: SampleTime) -> u8 {
        match self {
            Self::Turn(State::Asleep) => GLOW,
            Self::Turn(State::Listening) => DIM,
            Self::Turn(State::Hearing) => FULL,
            Self::Turn(State::Thinking) => breath(now, 1_200, GLOW),
            Self::Turn(State::Speaking) => breath(now, 400, DIM),
            Self::Turn(State::Paused) => lit(phase(now, 500) < 400, HALF),
            Self::Muted => {
                let phase = phase(now, 3_000);
                lit(phase < 80 || (200..280).contains(&phase), FULL)
            }
            Self::Disconnected => lit(phase(now, 2_000) < 80, FULL),
            Self::Error => lit(phase(now, 200) < 100, FULL),
        }
    }
}

impl From<State> for Light {
    fn from(state: State) -> Self {
        Self::Turn(state)
    }
}

impl From<Shown> for Light {
    fn from(shown: Shown) -> Self {
        Self::Turn(match shown {
            Shown::Asleep => State::Asleep,
            Shown::Listening => State::Listening,
            Shown::Hearing => State::Hearing,
            Shown::Thinking => State::Thinking,
            Shown::Speaking => State::Speaking,
            Shown::Paused => State::Paused,
            Shown::Error => return Self::Error,
        })
    }
}

/// Milliseconds into a pattern that repeats every `period_ms`.
fn phase(now: SampleTime, period_ms: u32) -> u32 {
    (now.as_ms() % u64::from(period_ms)) as u32
}

fn lit(on: bool, brightness: u8) -> u8 {
    if on { brightness } else { 0 }
}

/// From `low` to full and back once in `period_ms`. A squared triangle: the eye's response is
/// logarithmic, so a straight ramp would look lit nearly all the time.
fn breath(now: SampleTime, period_ms: u32, low: u8) -> u8 {
    let phase = phase(now, period_ms);
    let half = period_ms / 2;
    let ramp = if phase < half { phase } else { period_ms - phase };
    let low = u32::from(low);
    (low + (u32::from(FULL) - low) * ramp * ramp / (half * half)) as u8
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    const ALL: [Light; 9] = [
        Light::Turn(State::Asleep),
        Light::Turn(State::Listening),
        Light::Turn(State::Hearing),
        Light::Turn(State::Thinking),
        Light::Turn(State::Speaking),
        Light::Turn(State::Paused),
        Light::Muted,
        Light::Disconnected,
        Light::Error,
    ];

    /// Six seconds of a pattern, one value per millisecond: twice its longest period.
    fn track(light: Light) -> Vec<u8> {
        (0..6_000).map(|ms| light.brightness(SampleTime::from_ms(ms))).collect()
    }

    #[test]
    fn no_two_patterns_are_the_same() {
        for (n, a) in ALL.iter().enumerate() {
            for b in &ALL[n + 1..] {
                assert_ne!(track(*a), track(*b), "{a:?} and {b:?}");
            }
        }
    }

    #[test]
    fn every_pattern_is_visible() {
        for light in ALL {
            assert!(track(light).into_iter().any(|value| value > 0), "{light:?}");
        }
    }

    #[test]
    fn steady_states_are_steady_and_in_order() {
        let steady = [State::Asleep, State::Listening, State::Hearing].map(|state| {
            let track = track(state.into());
            assert!(track.iter().all(|value| *value == track[0]), "{state:?}");
            track[0]
        });
        assert!(steady.is_sorted(), "{steady:?}");
        assert_eq!(steady[2], FULL);
    }

    #[test]
    fn thinking_breathes_without_a_jump() {
        let track = track(State::Thinking.into());
        assert_eq!((track[0], track[600], track[1_200]), (GLOW, FULL, GLOW));
        assert!(track.windows(2).all(|pair| pair[0].abs_diff(pair[1]) <= 2));
    }

    #[test]
    fn speaking_is_never_dark() {
        assert!(track(State::Speaking.into()).into_iter().all(|value| value >= DIM));
    }

    /// Flashes (dark to lit) in six seconds.
    fn flashes(light: Light) -> usize {
        let track = track(light);
        track.windows(2).filter(|pair| pair[0] == 0 && pair[1] > 0).count()
            + usize::from(track[0] > 0)
    }

    #[test]
    fn flashes_are_as_the_table_says() {
        assert_eq!(flashes(Light::Muted), 4);
        assert_eq!(flashes(Light::Disconnected), 3);
        assert_eq!(flashes(Light::Error), 30);
        assert_eq!(flashes(Light::Turn(State::Paused)), 12);
    }

    #[test]
    fn mute_has_priority_and_a_lost_link_comes_before_an_error() {
        let state = State::Hearing;
        assert_eq!(Light::of(state, false, true, false), Light::Turn(state));
        assert_eq!(Light::of(state, false, true, true), Light::Error);
        assert_eq!(Light::of(state, false, false, true), Light::Disconnected);
        assert_eq!(Light::of(state, true, false, true), Light::Muted);
    }

    #[test]
    fn patterns_repeat_up_to_the_maximum_time() {
        let end = SampleTime(u64::MAX);
        for light in ALL {
            // Each repeats within six seconds.
            let same = SampleTime(u64::MAX % (6 * 16_000));
            assert_eq!(light.brightness(end), light.brightness(same), "{light:?}");
        }
    }
}
