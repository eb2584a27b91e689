//! The house that the settings describe.

use std::path::Path;
use std::time::{Duration, Instant};

use sayso_house::{RealHouse, Settings, Status};
use sayso_skills::{House, VirtualHouse};

use crate::config::Config;
use crate::error::{Error, Result};

/// The house whose devices are switched; `None` for that of the demonstration. Without a setting it
/// has no devices, so that nothing is claimed to be done that is not.
///
/// # Errors
/// [`Input`](crate::ErrorKind::Input) when the settings describe none;
/// [`Io`](crate::ErrorKind::Io) when the file of a virtual one cannot be read.
pub fn house(config: &Config) -> Result<Option<Box<dyn House>>> {
    match real(config)? {
        Some(house) => Ok(Some(Box::new(house))),
        None => virtual_house(&config.skills.virtual_home),
    }
}

/// Whether each source of devices can be reached, or why not. It is waited for this long.
///
/// # Errors
/// As [`house`].
pub fn look(config: &Config, patience: Duration) -> Result<Vec<Status>> {
    /// How often it is looked.
    const LOOK: Duration = Duration::from_millis(20);

    let Some(house) = real(config)? else { return Ok(Vec::new()) };
    let since = Instant::now();
    while house.is_connecting() && since.elapsed() < patience {
        std::thread::sleep(LOOK);
    }
    Ok(house.status())
}

/// Whether Home Assistant is used in a way that others on the network can read.
pub fn is_open(config: &Config) -> bool {
    #[cfg(feature = "home-assistant")]
    {
        let address = sayso_house::home_assistant::Address::parse(&config.home_assistant.url);
        address.is_ok_and(|address| address.is_open())
    }
    #[cfg(not(feature = "home-assistant"))]
    false
}

/// Home Assistant and the devices over MQTT, if there are any.
fn real(config: &Config) -> Result<Option<RealHouse>> {
    if !config.has_real_house() {
        return Ok(None);
    }
    let house = RealHouse::start(settings(config)?);
    house.map(Some).map_err(Error::input)
}

fn settings(config: &Config) -> Result<Settings> {
    let (home_assistant, mqtt) = (&config.home_assistant, &config.mqtt);
    #[cfg(not(feature = "home-assistant"))]
    absent(&home_assistant.url, "home-assistant")?;
    #[cfg(not(feature = "mqtt"))]
    absent(&mqtt.host, "mqtt")?;
    Ok(Settings {
        #[cfg(feature = "home-assistant")]
        home_assistant: (!home_assistant.url.is_empty()).then(|| home_assistant.into()),
        #[cfg(feature = "mqtt")]
        mqtt: (!mqtt.host.is_empty()).then(|| mqtt.into()),
    })
}

/// Refuses a setting that this build cannot follow.
#[cfg(not(all(feature = "home-assistant", feature = "mqtt")))]
fn absent(setting: &str, feature: &str) -> Result<()> {
    if setting.is_empty() {
        return Ok(());
    }
    Err(Error::input(format!(
        "{setting}: this build cannot connect to it: build it with {feature}"
    )))
}

fn virtual_house(file: &Path) -> Result<Option<Box<dyn House>>> {
    let house = match file.to_str() {
        Some("demo") => return Ok(None),
        Some("") => VirtualHouse::default(),
        _ => {
            let error = |why: String| {
                Error::input(format!("{} (skills.virtual_home): {why}", file.display()))
            };
            let text = std::fs::read_to_string(file);
            let text = text.map_err(|source| Error::io(file.display(), source))?;
            let json = serde_json::from_str(&text).map_err(|why| error(why.to_string()))?;
            VirtualHouse::from_json(&json).map_err(error)?
        }
    };
    Ok(Some(Box::new(house)))
}
