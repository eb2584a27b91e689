use std::io::ErrorKind;

use embedded_hal_mock::eh1::MockError;
use embedded_hal_mock::eh1::delay::{CheckedDelay, NoopDelay, Transaction as Wait};
use embedded_hal_mock::eh1::digital::{Mock, State as Level, Transaction as Pin};
use proptest::prelude::*;
use sayso_core::light::FULL;

use super::*;
use crate::pwm::PERIOD;

type Fronts = Front<Mock, Mock>;

fn muted() -> Mute {
    Mute::new(true, || {})
}

/// A button that is down in the periods for which `down` says so.
fn contact(down: &[bool]) -> Mock {
    let level = |down: &bool| Pin::get(if *down { Level::Low } else { Level::High });
    Mock::new(&down.iter().map(level).collect::<Vec<_>>())
}

/// The results of one period after another: what the person asks for, and whether the board is
/// muted from then on.
fn play(front: &mut Fronts, periods: usize, shown: Shown) -> Vec<(Option<Press>, bool)> {
    (0..periods)
        .map(|n| {
            let now = SampleTime::from_ms(n as u64 * PERIOD.as_millis() as u64);
            let press = front.period(now, shown, &mut NoopDelay).unwrap();
            (press, front.mute.is_set())
        })
        .collect()
}

#[test]
fn the_led_is_lit_for_its_share_of_the_period() {
    // Listening is dim: 64 of 255.
    let mut pin = Mock::new(&[Pin::set(Level::High), Pin::set(Level::Low)]);
    let (lit, dark) = split(Light::from(Shown::Listening).brightness(SampleTime(0)));
    let mut delay = CheckedDelay::new(&[
        Wait::delay_ns(lit.as_nanos() as u32),
        Wait::delay_ns(dark.as_nanos() as u32),
    ]);
    let mut front = Fronts::new(Some(Led::new(pin.clone(), false)), None, Mute::default());
    front.period(SampleTime(0), Shown::Listening, &mut delay).unwrap();
    assert!(lit.as_micros() == 2509 && lit + dark == PERIOD);
    delay.done();
    pin.done();
}

#[test]
fn a_steady_led_is_switched_once() {
    let mut pin = Mock::new(&[Pin::set(Level::High)]);
    let mut front = Fronts::new(Some(Led::new(pin.clone(), false)), None, Mute::default());
    play(&mut front, 50, Shown::Hearing);
    pin.done();
}

#[test]
fn an_active_low_led_lights_when_its_pin_is_low() {
    let mut pin = Mock::new(&[Pin::set(Level::Low), Pin::set(Level::High)]);
    let mut front = Fronts::new(Some(Led::new(pin.clone(), true)), None, Mute::default());
    play(&mut front, 3, Shown::Hearing);
    front.off();
    pin.done();
}

#[test]
fn a_press_is_reported_once() {
    let mut down = vec![false; 5];
    down.extend([true, false, true]);
    down.extend([true; 20]);
    down.extend([false; 20]);
    let mut pin = contact(&down);
    let mut front = Fronts::new(None, Some(Contact(pin.clone())), Mute::default());
    let presses: Vec<Press> = play(&mut front, down.len(), Shown::Asleep)
        .into_iter()
        .filter_map(|(press, _)| press)
        .collect();
    assert_eq!(presses, [Press::Talk]);
    pin.done();
}

#[test]
fn holding_the_button_mutes_and_holding_it_again_unmutes() {
    let hold = [vec![true; 200], vec![false; 20]].concat();
    let tap = [vec![true; 20], vec![false; 20]].concat();
    let down = [hold.clone(), tap, hold].concat();
    let mut pin = contact(&down);
    let mut front = Fronts::new(None, Some(Contact(pin.clone())), Mute::default());
    let all = play(&mut front, down.len(), Shown::Listening);
    let presses: Vec<Press> = all.iter().filter_map(|(press, _)| *press).collect();
    // A short press while muted does nothing, nor does the press that ends the mute.
    assert_eq!(presses, [Press::Talk, Press::Dismiss]);
    let changes: Vec<usize> = (1..all.len()).filter(|n| all[*n].1 != all[*n - 1].1).collect();
    assert_eq!(changes, [150, 220 + 40 + 150]);
    pin.done();
}

#[test]
fn a_front_that_starts_muted_stays_muted_until_the_button_is_held() {
    let tap = [vec![true; 20], vec![false; 20]].concat();
    let down = [tap, vec![true; 200], vec![false; 5]].concat();
    let mut pin = contact(&down);
    let mut front = Fronts::new(None, Some(Contact(pin.clone())), muted());
    let all = play(&mut front, down.len(), Shown::Listening);
    // Muted from the first period on; a short press does nothing; the user ends the mute.
    let muted: Vec<bool> = all.iter().map(|(_, muted)| *muted).collect();
    assert_eq!(muted, [vec![true; 40 + 150], vec![false; 55]].concat());
    assert!(all.iter().all(|(press, _)| press.is_none()));
    pin.done();
}

/// There is only one mute: the latest action counts, no matter who took it.
#[test]
fn the_program_and_the_button_set_and_end_the_same_mute() {
    let hold = [vec![true; 200], vec![false; 20]].concat();
    let mut pin = contact(&[&hold[..]; 3].concat());
    let mute = Mute::default();
    let mut front = Fronts::new(None, Some(Contact(pin.clone())), mute.clone());
    let mut ms = 0;
    // How many of its periods are muted, and whether the last one is.
    let mut held = || {
        let muted: Vec<bool> = (0..hold.len())
            .map(|_| {
                ms += PERIOD.as_millis() as u64;
                front.period(SampleTime::from_ms(ms), Shown::Listening, &mut NoopDelay).unwrap();
                front.mute.is_set()
            })
            .collect();
        (muted.iter().filter(|muted| **muted).count(), muted.last() == Some(&true))
    };
    // The button sets it, the program ends it, and the button sets it again.
    assert_eq!(held(), (70, true));
    mute.order(false);
    assert_eq!(held(), (70, true));
    // The program ends it and sets it, and the button ends it.
    mute.order(false);
    mute.order(true);
    assert_eq!(held(), (150, false));
    pin.done();
}

#[test]
fn mute_is_shown_instead_of_anything_else() {
    // The pattern for muted begins with a flash of 80 ms, then is dark. The LED follows at once.
    let levels = [Pin::set(Level::High), Pin::set(Level::Low)];
    let mut led = Mock::new(&levels);
    let mut front = Fronts::new(Some(Led::new(led.clone(), false)), None, muted());
    for ms in (0..200).step_by(10) {
        front.period(SampleTime::from_ms(ms), Shown::Hearing, &mut NoopDelay).unwrap();
    }
    led.done();
}

#[test]
fn a_failing_pin_is_named_and_the_other_one_still_works() {
    let broken = MockError::Io(ErrorKind::PermissionDenied);
    let mut led = Mock::new(&[Pin::set(Level::High).with_error(broken.clone())]);
    let mut pin = contact(&[false; 11]);
    let mut front = Fronts::new(
        Some(Led::new(led.clone(), false)),
        Some(Contact(pin.clone())),
        Mute::default(),
    );
    let failure = front.period(SampleTime(0), Shown::Hearing, &mut NoopDelay).unwrap_err();
    assert_eq!(failure, Failure::Led(broken));
    front.without(&failure);
    assert!(!front.is_empty() && !front.has_led());
    play(&mut front, 10, Shown::Hearing);
    led.done();
    pin.done();

    let broken = MockError::Io(ErrorKind::NotFound);
    let mut led = Mock::new(&[Pin::set(Level::High)]);
    let mut pin = Mock::new(&[Pin::get(Level::Low).with_error(broken.clone())]);
    let mut front = Fronts::new(
        Some(Led::new(led.clone(), false)),
        Some(Contact(pin.clone())),
        Mute::default(),
    );
    let failure = front.period(SampleTime(0), Shown::Hearing, &mut NoopDelay).unwrap_err();
    assert_eq!(failure, Failure::Button(broken));
    front.without(&failure);
    play(&mut front, 10, Shown::Hearing);
    led.done();
    pin.done();
}

proptest! {
    /// In every state and at every time, the light of a period is that of core's patterns, to
    /// within a 255th.
    #[test]
    fn the_light_is_the_pattern(ms in 0u64..100_000, n in 0usize..7) {
        let all = [
            Shown::Asleep, Shown::Listening, Shown::Hearing, Shown::Thinking,
            Shown::Speaking, Shown::Paused, Shown::Error,
        ];
        let now = SampleTime::from_ms(ms);
        let brightness = Light::from(all[n]).brightness(now);
        let (lit, _) = split(brightness);
        let mut levels = Vec::new();
        if brightness > 0 { levels.push(Pin::set(Level::High)); }
        if brightness < FULL { levels.push(Pin::set(Level::Low)); }
        let mut pin = Mock::new(&levels);
        let mut front = Fronts::new(Some(Led::new(pin.clone(), false)), None, Mute::default());
        let mut slept = Slept::default();
        front.period(now, all[n], &mut slept).unwrap();
        prop_assert_eq!(slept.0.iter().sum::<u128>(), PERIOD.as_nanos());
        if brightness > 0 {
            prop_assert_eq!(slept.0[0], lit.as_nanos());
        }
        pin.done();
    }
}

/// A delay that records how long it was asked to wait.
#[derive(Default)]
struct Slept(Vec<u128>);

impl DelayNs for Slept {
    fn delay_ns(&mut self, ns: u32) {
        self.0.push(u128::from(ns));
    }
}
