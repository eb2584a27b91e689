//! The kinds of boards that this program knows.

use std::ffi::{OsStr, OsString};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use clap_lex::OsStrExt as _;
use sayso::internals::boards::{
    BoardKind, Guest, Listener, ListenerKind, Registry, Site, Surroundings, Usage,
};
use sayso::{Error, Pace, Result};
use sayso_board::Board;
use sayso_satellite_board::{Satellite, SatelliteConfig, SatelliteListener, Security};

use crate::ask::is_same_file;
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
    #[cfg(feature = "server")]
    for kind in sayso_server::kinds() {
        registry.register_listener(kind);
    }
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
    fn make(&self, _: &OsStr, site: &Site<'_>) -> Result<Box<dyn Board + Send>> {
        Ok(Box::new(sayso_desktop::Desktop::new(super::devices(site.config))))
    }

    #[cfg(not(feature = "desktop"))]
    fn make(&self, _: &OsStr, _: &Site<'_>) -> Result<Box<dyn Board + Send>> {
        Err(Error::input(super::devices::NO_DESKTOP))
    }
}

/// The same with an LED and a button.
struct RaspberryPi;

impl BoardKind for RaspberryPi {
    fn usage(&self) -> Usage {
        Usage { form: "raspberry-pi", about: "this machine's sound card, with an LED and a button" }
    }

    fn device(&self) -> &'static str {
        "sound card"
    }

    #[cfg(all(feature = "raspberry-pi", target_os = "linux"))]
    fn make(&self, _: &OsStr, site: &Site<'_>) -> Result<Box<dyn Board + Send>> {
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
    fn make(&self, _: &OsStr, _: &Site<'_>) -> Result<Box<dyn Board + Send>> {
        let message = "this build cannot use GPIO: that needs Linux and the feature `raspberry-pi`";
        Err(Error::input(message))
    }
}

/// A satellite to which the program connects.
struct Link {
    usage: Usage,
    /// What precedes the rest of its address.
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

    fn make(&self, rest: &OsStr, site: &Site<'_>) -> Result<Box<dyn Board + Send>> {
        let mut address = OsString::from(self.prefix);
        address.push(rest);
        let address = address.as_os_str().try_into()?;
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
struct Recording(Files);

impl BoardKind for Recording {
    fn usage(&self) -> Usage {
        let about = "a recording as the microphone, on a virtual clock; OUT records both sides";
        Usage { form: "replay:IN[:OUT]", about }
    }

    fn device(&self) -> &'static str {
        "recording"
    }

    fn pace(&self) -> Pace {
        Pace::Lockstep
    }

    fn make(&self, files: &OsStr, _: &Site<'_>) -> Result<Box<dyn Board + Send>> {
        let (input, output) = match files.split_once(":") {
            Some((input, output)) => (Path::new(input), Some(Path::new(output))),
            None => (Path::new(files), None),
        };
        self.0.claim(input, output)?;
        crate::ask::replay(input, output)
    }
}

/// The files that recordings are read from and written to.
#[derive(Default)]
struct Files(Mutex<Vec<Claim>>);

/// One of them.
struct Claim {
    place: PathBuf,
    written: bool,
}

impl Files {
    /// Claims the files of a board, whose own must differ (`crate::ask::replay`).
    ///
    /// # Errors
    /// When it would write to a file of another board, or another board to one of its own.
    fn claim(&self, input: &Path, output: Option<&Path>) -> Result<()> {
        // Several boards may write to a device.
        let is_file = |place: &PathBuf| place.is_file() || !place.exists();
        let mut own = vec![Claim { place: place(input), written: false }];
        let output = output.map(place).filter(is_file);
        own.extend(output.map(|place| Claim { place, written: true }));
        let mut claimed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for mine in &own {
            let same = |other: &&Claim| {
                let one = mine.place == other.place || is_same_file(&mine.place, &other.place);
                one && (mine.written || other.written)
            };
            if let Some(other) = claimed.iter().find(same) {
                let conflict = match mine.written && other.written {
                    true => "two boards would write to this file",
                    false => "one board would write to the recording that another hears",
                };
                let file = mine.place.display();
                return Err(Error::input(format!("{file}: {conflict}: name another OUT")));
            }
        }
        claimed.extend(own);
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

/// Satellites that connect by themselves.
struct DialIn;

impl ListenerKind for DialIn {
    fn usage(&self) -> Usage {
        let about = "satellites that connect; without satellite.key only from this machine";
        Usage { form: "tcp:ADDRESS:PORT", about }
    }

    fn listen(&self, rest: &str, around: &Surroundings) -> Result<Box<dyn Listener>> {
        let config = &around.config;
        let security = satellite_key::security(&config.satellite)?;
        let open = security == Security::None;
        let listener = SatelliteListener::bind(rest, security, config.satellite.volume)?;
        if open && !listener.address().ip().to_canonical().is_loopback() {
            term::note(format!(
                "tcp:{}: there is no key (satellite.insecure = true), so anyone on the network can \
                 listen in and speak for you",
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

/// A satellite that has connected.
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
    fn no_board_writes_to_a_file_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        std::fs::write(file("in.wav"), "").unwrap();
        std::fs::create_dir(file("sub")).unwrap();
        let claim = |files: &Files, input: &str, output: &str| {
            let done = files.claim(&file(input), Some(&file(output)));
            done.map_err(|error| error.to_string())
        };
        let files = Files::default();
        // Two boards may read the same file.
        claim(&files, "in.wav", "a.wav").unwrap();
        claim(&files, "in.wav", "b.wav").unwrap();
        files.claim(&file("in.wav"), None).unwrap();
        std::fs::write(file("b.wav"), "").unwrap();
        let refused = |input: &str, output: &str, conflict: &str| {
            let error = claim(&files, input, output).unwrap_err();
            assert!(error.contains(conflict), "{input}:{output}: {error}");
        };
        // Whether the file exists or not, and however its path is written.
        for again in ["a.wav", "./a.wav", "sub/../a.wav", "b.wav", "sub/../b.wav"] {
            refused("other.wav", again, "two boards would write");
            refused(again, "c.wav", "one board would write to the recording");
        }
        for heard in ["in.wav", "./in.wav", "sub/../in.wav"] {
            refused("other.wav", heard, "one board would write to the recording");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(file("in.wav"), file("link.wav")).unwrap();
            std::fs::hard_link(file("in.wav"), file("hard.wav")).unwrap();
            for heard in ["link.wav", "hard.wav"] {
                refused("other.wav", heard, "one board would write to the recording");
            }
        }
        // A refused claim claims nothing.
        claim(&files, "other.wav", "c.wav").unwrap();
        // A device cannot be overwritten.
        for _ in 0..2 {
            claim(&files, "in.wav", "sub").unwrap();
        }
    }
}
