//! The boards that this program knows.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sayso::internals::boards::{BoardKind, Guest, Listener, ListenerKind, Registry, Site, Usage};
use sayso::{Config, Error, Pace, Result};
use sayso_board::Board;
use sayso_satellite_board::{Satellite, SatelliteConfig, SatelliteListener, Security};

use crate::{satellite_key, term};

/// All of them.
pub fn registry() -> Registry {
    let mut registry = Registry::default();
    registry.register(Box::new(Desktop));
    registry.register(Box::new(RaspberryPi));
    registry.register(Box::new(Link {
        usage: Usage { form: "satellite:PORT[@BAUD]", about: "a satellite on a serial port" },
        prefix: "",
    }));
    registry.register(Box::new(Link {
        usage: Usage { form: "tcp:HOST:PORT", about: "a satellite on the network" },
        prefix: "tcp:",
    }));
    registry.register(Box::new(Recording::default()));
    registry.register_listener(Box::new(DialIn));
    registry
}

/// This machine's sound card.
struct Desktop;

impl BoardKind for Desktop {
    fn usage(&self) -> Usage {
        Usage { form: "desktop", about: "this machine's sound card" }
    }

    fn device(&self) -> &'static str {
        "sound card"
    }

    #[cfg(feature = "desktop")]
    fn make(&self, _: &str, site: &Site<'_>) -> Result<Box<dyn Board + Send>> {
        Ok(Box::new(sayso_desktop::Desktop::new(super::devices(site.config))))
    }

    #[cfg(not(feature = "desktop"))]
    fn make(&self, _: &str, _: &Site<'_>) -> Result<Box<dyn Board + Send>> {
        Err(Error::input(super::devices::NO_DESKTOP))
    }
}

/// The same, with an LED and a button.
struct RaspberryPi;

impl BoardKind for RaspberryPi {
    fn usage(&self) -> Usage {
        Usage { form: "raspberry-pi", about: "the same, with an LED and a button" }
    }

    fn device(&self) -> &'static str {
        "sound card"
    }

    #[cfg(all(feature = "raspberry-pi", target_os = "linux"))]
    fn make(&self, _: &str, site: &Site<'_>) -> Result<Box<dyn Board + Send>> {
        let pins = &site.config.raspberry_pi;
        let used = |number: u32| Some(number).filter(|number| *number > 0);
        let pins = sayso_raspberry_pi::Pins {
            chip: pins.chip.clone(),
            led: used(pins.led),
            led_active_low: pins.led_active_low,
            button: used(pins.button),
        };
        let (sound, mute) = (super::devices(site.config), site.mute.clone());
        Ok(Box::new(sayso_raspberry_pi::RaspberryPi::new(sound, pins, mute)))
    }

    #[cfg(not(all(feature = "raspberry-pi", target_os = "linux")))]
    fn make(&self, _: &str, _: &Site<'_>) -> Result<Box<dyn Board + Send>> {
        let message = "this build knows no GPIO: it needs Linux and the feature `raspberry-pi`";
        Err(Error::input(message))
    }
}

/// A satellite that is dialled.
struct Link {
    usage: Usage,
    /// What stands before the rest of its address.
    prefix: &'static str,
}

impl BoardKind for Link {
    fn usage(&self) -> Usage {
        self.usage
    }

    fn device(&self) -> &'static str {
        "satellite"
    }

    fn comes_and_goes(&self) -> bool {
        true
    }

    fn make(&self, rest: &str, site: &Site<'_>) -> Result<Box<dyn Board + Send>> {
        let address = format!("{}{rest}", self.prefix).parse()?;
        let config = SatelliteConfig {
            address,
            security: satellite_key::security(&site.config.satellite)?,
            volume: site.config.satellite.volume,
            name: None,
        };
        Ok(Box::new(Satellite::new(config).with_mute(site.mute.clone())))
    }
}

/// A recording as the microphone.
#[derive(Default)]
struct Recording(Outputs);

impl BoardKind for Recording {
    fn usage(&self) -> Usage {
        let about = "a recording as the microphone, on a virtual clock; OUT gets both sides";
        Usage { form: "replay:IN[:OUT]", about }
    }

    fn device(&self) -> &'static str {
        "recording"
    }

    fn pace(&self) -> Pace {
        Pace::Lockstep
    }

    fn make(&self, files: &str, _: &Site<'_>) -> Result<Box<dyn Board + Send>> {
        let (input, output) = match files.split_once(':') {
            Some((input, output)) => (input, Some(output)),
            None => (files, None),
        };
        if let Some(output) = output {
            self.0.claim(Path::new(output))?;
        }
        crate::ask::replay(Path::new(input), output.map(Path::new))
    }
}

/// The files that recordings write to.
#[derive(Default)]
struct Outputs(Mutex<Vec<PathBuf>>);

impl Outputs {
    /// # Errors
    /// When another recording writes to that file.
    fn claim(&self, output: &Path) -> Result<()> {
        let place = place(output);
        if place.exists() && !place.is_file() {
            // A device takes what several write.
            return Ok(());
        }
        let mut claimed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if claimed.contains(&place) {
            let message = format!("{}: two boards would write to this file", output.display());
            return Err(Error::input(message));
        }
        claimed.push(place);
        Ok(())
    }
}

/// Where a file is, links followed, or where it will be.
fn place(file: &Path) -> PathBuf {
    file.canonicalize()
        .ok()
        .or_else(|| {
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok()?;
            Some(folder.join(file.file_name()?))
        })
        .unwrap_or_else(|| file.to_owned())
}

/// Satellites that dial in.
struct DialIn;

impl ListenerKind for DialIn {
    fn usage(&self) -> Usage {
        let about = "satellites that dial in; without satellite.key from this machine alone";
        Usage { form: "tcp:ADDRESS:PORT", about }
    }

    fn listen(&self, rest: &str, config: &Config) -> Result<Box<dyn Listener>> {
        let security = satellite_key::security(&config.satellite)?;
        let open = security == Security::None;
        let listener = SatelliteListener::bind(rest, security, config.satellite.volume)?;
        if open && !listener.address().ip().to_canonical().is_loopback() {
            term::note(format!(
                "tcp:{}: without a key (satellite.insecure = true), anyone on the network can \
                 listen to the room and speak in it",
                listener.address()
            ));
        }
        Ok(Box::new(Satellites(listener)))
    }
}

struct Satellites(SatelliteListener);

impl Listener for Satellites {
    fn address(&self) -> String {
        format!("tcp:{}", self.0.address())
    }

    fn accept(&mut self, wait: Duration) -> Result<Option<Box<dyn Guest>>> {
        let came = self.0.accept(wait)?;
        Ok(came.map(|(peer, satellite)| Box::new(Caller { peer, satellite }) as _))
    }
}

/// A satellite that has dialled in.
struct Caller {
    peer: IpAddr,
    satellite: Satellite,
}

impl Guest for Caller {
    fn origin(&self) -> String {
        format!("tcp:{}", self.peer)
    }

    fn identify(&mut self) -> Result<Option<String>> {
        Ok(self.satellite.identify()?)
    }

    fn board(self: Box<Self>, site: &Site<'_>) -> Box<dyn Board + Send> {
        Box::new(self.satellite.with_mute(site.mute.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_recordings_do_not_write_to_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let outputs = Outputs::default();
        outputs.claim(&file("a.wav")).unwrap();
        outputs.claim(&file("b.wav")).unwrap();
        let error = outputs.claim(&file("./a.wav")).unwrap_err().to_string();
        assert!(error.contains("two boards"), "{error}");
        std::fs::write(file("b.wav"), "").unwrap();
        assert!(outputs.claim(&file("b.wav")).is_err(), "whether it is there or not");
        // What is no file cannot be overwritten.
        for _ in 0..2 {
            outputs.claim(folder.path()).unwrap();
        }
    }
}
