//! Whether a device is in the state that was asked for.

use sayso_skills::{Change, Progress, State};

use crate::colour::{colour, is_near};
use crate::device::{Confirms, Device};

/// Levels are rounded on their way.
const ROUNDED: u8 = 2;
const HARDLY: f64 = 0.05;

/// How far a device is with a change that its origin has accepted. `None` if it does not show yet.
pub fn reached(device: &Device, change: &Change) -> Option<Progress> {
    match device.confirms {
        Confirms::Never => return Some(Progress::Sent),
        Confirms::Accepting => return Some(Progress::Done),
        Confirms::State => {}
    }
    let state = device.state.as_ref()?;
    if shows(device, state, change) {
        return Some(Progress::Done);
    }
    match change {
        Change::Position(wanted) if device.moves_to == Some(way(*wanted, state)) => {
            Some(Progress::Moving)
        }
        _ => None,
    }
}

/// Where a cover moves to that shall be opened this far: wide open, or shut.
fn way(wanted: u8, state: &State) -> u8 {
    if wanted >= state.position.unwrap_or(50).max(1) { 100 } else { 0 }
}

fn shows(device: &Device, state: &State, change: &Change) -> bool {
    match change {
        Change::On(on) => state.on == Some(*on),
        Change::Brightness(0) => state.on == Some(false),
        Change::Brightness(wanted) => {
            let near = |is: u8| is.abs_diff(*wanted) <= ROUNDED;
            state.on == Some(true) && state.brightness.is_some_and(near)
        }
        Change::Color(name) => {
            let near = || device.colour.zip(colour(name)).is_some_and(|(a, b)| is_near(a, b));
            state.on == Some(true) && near()
        }
        // A cover that is still moving has not arrived.
        Change::Position(wanted) => {
            device.moves_to.is_none()
                && state.position.is_some_and(|is| is.abs_diff(*wanted) <= ROUNDED)
        }
        Change::Locked(locked) => state.locked == Some(*locked),
        Change::Target(wanted) => state.target.is_some_and(|is| (is - wanted).abs() <= HARDLY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lamp(state: State) -> Device {
        Device { kind: "light".into(), state: Some(state), ..Device::default() }
    }

    #[test]
    fn only_the_state_that_was_asked_for_counts() {
        let on = State { on: Some(true), brightness: Some(41), ..State::default() };
        let device = lamp(on);
        let done = |change| reached(&device, &change) == Some(Progress::Done);
        assert!(done(Change::On(true)) && !done(Change::On(false)));
        assert!(done(Change::Brightness(40)) && !done(Change::Brightness(50)));
        assert!(!done(Change::Brightness(0)) && !done(Change::Color("red".into())));
        assert!(!done(Change::Locked(true)) && !done(Change::Target(20.0)));
        let red = Device { colour: Some((1.0, 99.0)), ..device.clone() };
        assert_eq!(reached(&red, &Change::Color("red".into())), Some(Progress::Done));
        assert_eq!(reached(&red, &Change::Color("blue".into())), None);
        let away = Device { state: None, ..device };
        assert_eq!(reached(&away, &Change::On(true)), None);
    }

    #[test]
    fn a_cover_that_moves_is_not_there_yet() {
        let at = |position, moves_to| Device {
            moves_to,
            ..lamp(State { position: Some(position), ..State::default() })
        };
        let open = Change::Position(100);
        assert_eq!(reached(&at(0, None), &open), None);
        assert_eq!(reached(&at(40, Some(100)), &open), Some(Progress::Moving));
        assert_eq!(reached(&at(40, Some(0)), &open), None, "it moves the other way");
        assert_eq!(reached(&at(100, None), &open), Some(Progress::Done));
        assert_eq!(reached(&at(80, Some(0)), &Change::Position(30)), Some(Progress::Moving));
        assert_eq!(reached(&at(30, Some(0)), &Change::Position(30)), None);
    }

    #[test]
    fn what_never_reports_is_not_done() {
        let mut device = lamp(State::default());
        device.confirms = Confirms::Never;
        assert_eq!(reached(&device, &Change::On(true)), Some(Progress::Sent));
        device.confirms = Confirms::Accepting;
        assert_eq!(reached(&device, &Change::On(true)), Some(Progress::Done));
    }
}
