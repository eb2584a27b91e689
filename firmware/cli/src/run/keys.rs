//! Buttons to talk: Enter in the terminal, and keys of an input device such as a foot switch.

use std::io::IsTerminal;
use std::path::Path;

use sayso::internals::control::Hub;
use sayso::internals::control::operation::{Operation, Request};
use sayso::{Error, ErrorKind, Result};

use crate::term;

/// Listens whenever Enter is pressed in the terminal, if there is one. The thread ends with the
/// program.
pub fn enter(hub: Hub) {
    if !std::io::stdin().is_terminal() {
        return;
    }
    term::note("Enter is a button to talk");
    let pressed = move || {
        for _ in std::io::stdin().lines().map_while(std::result::Result::ok) {
            listen(&hub);
        }
    };
    if let Err(error) = std::thread::Builder::new().name("keys".into()).spawn(pressed) {
        term::note(format!("Enter is no button to talk: cannot start a thread: {error}"));
    }
}

/// Listens whenever a key of the input device (evdev) is pressed. If it is unplugged, it is looked
/// for until it is back. The thread ends with the program.
///
/// # Errors
/// [`Input`](ErrorKind::Input) when there is no such device, or it has no keys;
/// [`Unsupported`](ErrorKind::Unsupported) on a system without such devices.
#[cfg(target_os = "linux")]
pub fn device(path: &Path, hub: Hub) -> Result<()> {
    use std::time::Duration;

    use evdev::{Device, EventSummary, InputEvent};

    /// How often a missing device is looked for.
    const LOOK: Duration = Duration::from_secs(2);

    let mut device = Device::open(path).map_err(|error| {
        let message = format!(
            "wake.key: cannot open {}: {error}. The input devices are in /dev/input/by-id; the \
             user must be in the group \"input\"",
            path.display()
        );
        Error::new(ErrorKind::Input, message).with_source(error)
    })?;
    if device.supported_keys().is_none() {
        return Err(Error::input(format!("wake.key: {} has no keys", path.display())));
    }
    let path = path.to_owned();
    let pressed = move || {
        loop {
            // 1 is a press, 0 a release, 2 a repetition while it is held.
            let is_press =
                |event: InputEvent| matches!(event.destructure(), EventSummary::Key(_, _, 1));
            let pressed = device.fetch_events().map(|mut events| events.any(is_press));
            match pressed {
                Ok(true) => listen(&hub),
                Ok(false) => {}
                Err(error) => {
                    term::note(format!("{} is lost: {error}. Sayso waits for it", path.display()));
                    device = loop {
                        std::thread::sleep(LOOK);
                        if let Ok(device) = Device::open(&path) {
                            break device;
                        }
                    };
                    term::note(format!("{} is back", path.display()));
                }
            }
        }
    };
    let started = std::thread::Builder::new().name("keys".into()).spawn(pressed);
    started.map(drop).map_err(Error::no_thread)
}

#[cfg(not(target_os = "linux"))]
pub fn device(_: &Path, _: Hub) -> Result<()> {
    let message = "wake.key: only Linux has such input devices; use `sayso ctl listen`";
    Err(Error::new(ErrorKind::Unsupported, message))
}

/// All boards listen, as after the wake phrase.
fn listen(hub: &Hub) {
    let request = Request { board: None, operation: Operation::Listen {} };
    if let Some(error) = hub.answer(&request).error {
        term::note(error);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use sayso::internals::state::StateFolder;

    use super::*;

    #[test]
    fn what_is_no_input_device_is_refused_with_advice() {
        let hub = || Hub::new(StateFolder::new("/nonexistent"));
        for path in ["/nonexistent", "/dev/null"] {
            let error = device(Path::new(path), hub()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input);
            let text = error.to_string();
            assert!(text.contains(path) && text.contains("/dev/input/by-id"), "{text}");
        }
    }
}
