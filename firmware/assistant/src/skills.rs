//! The skills of a program, which all its conversations share.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use sayso_skills::{House, Now, Plan, Request, Ring, Said, Situation, Skills, VirtualHouse};

use crate::clock::{Clock, WallClock};
use crate::commands::Commands;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::state::StateFolder;

/// The entry in the state folder.
const ENTRY: &str = "skills";

/// The skills that conversations share: a timer that was set in one can be asked for in another.
#[derive(Clone)]
pub struct SharedSkills(Arc<Shared>);

struct Shared {
    skills: Mutex<Skills>,
    ringing: Mutex<Ringing>,
    /// Where they are saved.
    folder: Option<StateFolder>,
}

/// What rings.
#[derive(Default)]
struct Ringing {
    /// The boards that have a conversation.
    boards: BTreeSet<String>,
    /// What they have not taken yet.
    rings: Vec<Ring>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SharedSkills {
    /// The skills of the language and the settings. What was saved in `folder` is restored;
    /// if that fails, the second value says why, and they begin empty.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) when there are no skills in the language, or the virtual
    /// home cannot be used; [`Io`](crate::ErrorKind::Io) when its file cannot be read.
    pub fn load(config: &Config, folder: Option<StateFolder>) -> Result<(Self, Option<String>)> {
        let language = config.spoken().code();
        let made = Skills::new(language, &config.skills.off, house(&config.skills.virtual_home)?);
        let mut skills = made.map_err(|error| Error::input(error.to_string()))?;
        let saved = folder.as_ref().map_or(Ok(None), |folder| folder.load(ENTRY));
        let restored = match saved {
            Ok(None) => Ok(()),
            Ok(Some(snapshot)) => skills.restore(snapshot).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let doubt = restored.err().map(|why| {
            format!("timers, reminders and lists could not be restored, and are empty now: {why}")
        });
        let ringing = Mutex::default();
        let shared = Shared { skills: Mutex::new(skills), ringing, folder };
        Ok((Self(Arc::new(shared)), doubt))
    }

    /// The commands that a recogniser expects.
    pub fn commands(&self) -> Commands {
        let skills = locked(&self.0.skills);
        let home = Arc::new(skills.home().clone());
        Commands::new(skills.grammar(), home, Arc::default())
    }

    /// What is to be done about a sentence. Nothing is done yet.
    pub fn claim(&self, request: &Request<'_>) -> Option<Plan> {
        locked(&self.0.skills).claim(request)
    }

    /// Carries out a plan, and saves what must survive a restart.
    pub fn act(&self, plan: Plan, now: &Now, situation: &Situation) -> Said {
        let mut skills = locked(&self.0.skills);
        let said = skills.act(plan, now, situation);
        self.save(&mut skills);
        said
    }

    /// Ends what rings at a board, and drops the question that waits for an answer there.
    pub fn hush(&self, board: &str, now: &Now) {
        let mut skills = locked(&self.0.skills);
        skills.hush(board, now);
        self.save(&mut skills);
        locked(&self.0.ringing).rings.retain(|ring| ring.board != board);
    }

    /// The board has a conversation, or has none any more: then what was set there rings at the
    /// others.
    pub fn set_present(&self, board: &str, present: bool) {
        let boards = &mut locked(&self.0.ringing).boards;
        if present {
            boards.insert(board.into());
        } else {
            boards.remove(board);
        }
    }

    /// What rings at a board now. Never waits: if a skill is at work, it comes the next time.
    pub fn ring(&self, board: &str, now: &Now) -> Option<Ring> {
        let mut skills = match self.0.skills.try_lock() {
            Ok(skills) => skills,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        let due = skills.due(now);
        self.save(&mut skills);
        drop(skills);
        let mut ringing = locked(&self.0.ringing);
        for ring in due {
            // What rings again while nobody has taken it rings once.
            if !ringing.rings.contains(&ring) {
                ringing.rings.push(ring);
            }
        }
        let Ringing { boards, rings } = &mut *ringing;
        let here = |ring: &Ring| ring.board == board || !boards.contains(&ring.board);
        let place = rings.iter().position(here)?;
        Some(rings.remove(place))
    }

    fn save(&self, skills: &mut Skills) {
        let Some(folder) = &self.0.folder else { return };
        if let Some(snapshot) = skills.unsaved()
            && let Err(error) = folder.save(ENTRY, &snapshot)
        {
            log::error!("timers, reminders and lists could not be saved: {error}");
        }
    }
}

/// The house whose devices are switched; `None` for that of the demonstration. Without a setting it
/// has no devices, so that nothing is claimed to be done that is not.
fn house(file: &Path) -> Result<Option<Box<dyn House>>> {
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

/// The names of all skills in the language of the settings, and whether each is switched on.
///
/// # Errors
/// As [`SharedSkills::load`].
pub fn all(config: &Config) -> Result<Vec<(&'static str, bool)>> {
    let skills = Skills::new(config.spoken().code(), &[], None);
    let skills = skills.map_err(|error| Error::input(error.to_string()))?;
    let is_on = |name: &str| !config.skills.off.iter().any(|off| off == name);
    Ok(skills.names().iter().map(|name| (*name, is_on(name))).collect())
}

/// The time by this machine's clock, as skills see it.
pub fn wall_now() -> Now {
    now(&WallClock)
}

/// The time by `clock`, as skills see it.
pub fn now(clock: &dyn Clock) -> Now {
    Now { wall: clock.now(), steady: clock.steady() }
}
