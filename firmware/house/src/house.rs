//! The devices of all sources as one house.

use std::collections::BTreeMap;
use std::sync::Arc;

use sayso_intents::Home;
use sayso_skills::{Change, Failure, House, Origin, Progress, State};

use crate::exchange::{Exchange, Reach, called};
use crate::names;

/// Where devices come from. What is `None` is not used.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Home Assistant.
    #[cfg(feature = "home-assistant")]
    pub home_assistant: Option<crate::home_assistant::Settings>,
    /// A broker, and the devices that it connects.
    #[cfg(feature = "mqtt")]
    pub mqtt: Option<crate::mqtt::Settings>,
}

/// Whether a source can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The source.
    pub origin: Origin,
    /// How many devices it has, or why it cannot be reached. `None` if that is not known yet.
    pub found: Option<Result<usize, String>>,
}

impl Status {
    /// What the source is, for people.
    pub fn called(&self) -> &'static str {
        called(self.origin)
    }
}

/// The devices of all sources. Its workers end when it is dropped.
pub struct RealHouse {
    sources: Vec<Arc<Exchange>>,
    /// The revision of each source that is in `home`.
    seen: Vec<u64>,
    home: Arc<Home>,
    /// The source and the id of each device, by its name.
    places: BTreeMap<String, (usize, String)>,
}

impl RealHouse {
    /// Connects to all sources. Does not wait for them.
    ///
    /// # Errors
    /// If something in the settings cannot be used.
    pub fn start(settings: Settings) -> Result<Self, String> {
        let mut sources: Vec<Arc<Exchange>> = Vec::new();
        #[cfg(feature = "home-assistant")]
        if let Some(settings) = settings.home_assistant {
            sources.push(crate::home_assistant::start(settings)?);
        }
        #[cfg(feature = "mqtt")]
        if let Some(settings) = settings.mqtt {
            sources.push(crate::mqtt::start(settings)?);
        }
        let seen = vec![0; sources.len()];
        Ok(Self { sources, seen, home: Arc::default(), places: BTreeMap::new() })
    }

    /// Whether each source can be reached.
    pub fn status(&self) -> Vec<Status> {
        let status = |source: &Arc<Exchange>| Status {
            origin: source.origin,
            found: match source.reach() {
                Reach::Connecting => None,
                Reach::Up => Some(Ok(source.known().1.len())),
                Reach::Down(why) => Some(Err(why)),
            },
        };
        self.sources.iter().map(status).collect()
    }

    fn place(&self, name: &str) -> Option<(&Exchange, &str)> {
        let (source, id) = self.places.get(name)?;
        Some((self.sources.get(*source)?, id))
    }
}

impl House for RealHouse {
    fn refresh(&mut self) {
        let now: Vec<u64> = self.sources.iter().map(|source| source.revision()).collect();
        if now == self.seen {
            return;
        }
        let (mut floors, mut areas, mut devices, mut ids) = (vec![], vec![], vec![], vec![]);
        for (number, source) in self.sources.iter().enumerate() {
            let (known, found) = source.known();
            floors.extend(known.floors);
            for area in known.areas {
                let same = |other: &crate::device::Area| {
                    other.name.to_lowercase() == area.name.to_lowercase()
                };
                if !areas.iter().any(same) {
                    areas.push(area);
                }
            }
            ids.extend(found.iter().map(|device| (number, device.id.clone())));
            devices.extend(found);
        }
        let (home, places) = names::home(&floors, &areas, &devices);
        let place = |(name, place): (String, usize)| Some((name, ids.get(place)?.clone()));
        self.places = places.into_iter().filter_map(place).collect();
        self.home = Arc::new(home);
        self.seen = now;
    }

    fn is_connecting(&self) -> bool {
        self.sources.iter().any(|source| source.reach() == Reach::Connecting)
    }

    fn home(&self) -> &Arc<Home> {
        &self.home
    }

    fn state(&self, name: &str) -> Option<State> {
        let (source, id) = self.place(name)?;
        source.state(id)
    }

    fn change(&mut self, name: &str, change: &Change) -> Result<Progress, Failure> {
        let (source, id) = self.places.get(name).ok_or(Failure::Silent)?;
        let exchange = self.sources.get(*source).ok_or(Failure::Silent)?;
        let number = exchange.order(id, change)?;
        // The source is in the number.
        let all = self.sources.len() as u64;
        Ok(Progress::Waits(number * all + *source as u64))
    }

    fn progress(&mut self, waits: u64) -> Result<Progress, Failure> {
        let all = (self.sources.len() as u64).max(1);
        let source = usize::try_from(waits % all).ok().and_then(|source| self.sources.get(source));
        match source.ok_or(Failure::Silent)?.progress(waits / all)? {
            Progress::Waits(_) => Ok(Progress::Waits(waits)),
            other => Ok(other),
        }
    }

    fn unreachable(&self) -> Vec<Origin> {
        let away = self.sources.iter().filter(|source| source.reach() != Reach::Up);
        away.map(|source| source.origin).collect()
    }
}

impl Drop for RealHouse {
    fn drop(&mut self) {
        self.sources.iter().for_each(|source| source.close());
    }
}
