//! The skills of a program, which all its conversations share.

use std::collections::{BTreeSet, VecDeque};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use sayso_intents::Home;

use sayso_models::Cancel;
use sayso_skills::{Documents, Effect, Now, Plan, Program, Request, Ring, Said, Situation, Skills};

use crate::clock::{Clock, WallClock};
use crate::commands::Commands;
use crate::config::{Config, OwnCommand};
use crate::documents;
use crate::error::{Error, Result};
use crate::house::house;
use crate::music::{self, Collection};
use crate::programs;
use crate::state::StateFolder;

/// The entry in the state folder.
const ENTRY: &str = "skills";
/// The folder with the user's own sentences, beside the settings file.
const SENTENCES: &str = "intents";
/// The skill that switches devices.
const HOME: &str = "home";
/// How long a sentence about devices waits until it is known whether they can be reached.
const CONNECTS: Duration = Duration::from_secs(3);
/// How often it is looked what a device has done.
const LOOK: Duration = Duration::from_millis(20);
/// The skill that is cleared when nobody has spoken for long.
const LISTS: &str = "lists";

/// The skills that conversations share: a timer that was set in one can be asked for in another.
#[derive(Clone)]
pub struct SharedSkills(Arc<Shared>);

struct Shared {
    skills: Mutex<Skills>,
    ringing: Mutex<Ringing>,
    documents: Option<Documents>,
    music: Option<Arc<Collection>>,
    /// The names of the home.
    home: Arc<Mutex<Arc<Home>>>,
    /// Where they are saved.
    folder: Option<StateFolder>,
    /// What is wrong with the user's own sentences, commands and documents.
    faults: Vec<String>,
}

/// What rings.
#[derive(Default)]
struct Ringing {
    /// The boards that have a conversation.
    boards: BTreeSet<String>,
    /// What they have not taken yet.
    rings: Vec<Ring>,
    /// The boards where nobody has spoken for long.
    idle: BTreeSet<String>,
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
        let made = Skills::new(language, &config.skills.off, house(config)?);
        let mut skills = made.map_err(|error| Error::input(error.to_string()))?;
        let music = music::open(config)?;
        if let Some(music) = &music {
            let used = skills.use_music(music.library().clone());
            used.map_err(|error| Error::input(error.to_string()))?;
        }
        let mut faults = add_own(&mut skills, config);
        let documents = documents::open(config, &mut faults)?;
        if let Some(documents) = documents.clone() {
            skills.use_documents(documents);
        }
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
        let home = Arc::new(Mutex::new(Arc::clone(skills.home())));
        let skills = Mutex::new(skills);
        let shared = Shared { skills, ringing, documents, music, home, folder, faults };
        Ok((Self(Arc::new(shared)), doubt))
    }

    /// What is wrong with the user's own sentences, commands and documents. The others are used.
    pub fn faults(&self) -> &[String] {
        &self.0.faults
    }

    /// Reads the documents that have changed. It happens by itself as well.
    pub fn read_documents(&self) {
        self.0.documents.iter().for_each(documents::refresh);
    }

    /// Reads the titles of all music that is new. It happens by itself as well, in the background.
    pub fn read_music(&self) {
        if let Some(music) = &self.0.music {
            music.refresh(&|| false);
        }
    }

    /// How many pieces of music there are so far, and what is wrong with the others; `None` if the
    /// settings name no folder.
    pub fn music(&self) -> Option<(usize, Vec<String>)> {
        self.0.music.as_ref().map(|music| music.state())
    }

    /// Whether there is a folder of music.
    pub fn has_music(&self) -> bool {
        self.0.music.is_some()
    }

    /// The commands that a recogniser expects.
    pub fn commands(&self) -> Commands {
        let grammar = locked(&self.0.skills).grammar();
        let home = Arc::clone(&locked(&self.0.home));
        Commands::new(grammar, home, Arc::default()).following(Arc::clone(&self.0.home))
    }

    /// Takes up what is known of the home.
    fn refresh(&self, skills: &mut Skills) {
        skills.refresh();
        let home = &mut *locked(&self.0.home);
        if !Arc::ptr_eq(home, skills.home()) {
            *home = Arc::clone(skills.home());
        }
    }

    /// What a language model reads of them: see [`Skills::orders`].
    #[cfg(feature = "models")]
    pub fn orders(&self) -> (Vec<String>, Vec<String>) {
        locked(&self.0.skills).orders()
    }

    /// What is to be done about a sentence. Nothing is done yet. May wait for a few seconds if the
    /// program has just been started and the sentence is about devices.
    pub fn claim(&self, request: &Request<'_>) -> Option<Plan> {
        locked(&self.0.ringing).idle.remove(&request.situation.board);
        let since = Instant::now();
        loop {
            let mut skills = locked(&self.0.skills);
            self.refresh(&mut skills);
            let plan = skills.claim(request);
            let others = plan.as_ref().is_some_and(|plan| plan.skill != HOME);
            if others || !skills.is_connecting() || since.elapsed() >= CONNECTS {
                return plan;
            }
            drop(skills);
            std::thread::sleep(LOOK);
        }
    }

    /// Carries out a plan, and saves what must survive a restart. `cancel` stops what takes long,
    /// and is checked often.
    pub fn act(&self, plan: Plan, now: &Now, situation: &Situation, cancel: &Cancel) -> Said {
        let mut skills = locked(&self.0.skills);
        let mut said = skills.act(plan, now, situation);
        self.save(&mut skills);
        // The other boards need wait neither for a program nor for a device.
        drop(skills);
        let mut rest: VecDeque<Effect> = std::mem::take(&mut said.effects).into();
        while let Some(effect) = rest.pop_front() {
            let mut later = match effect {
                Effect::Run(run) => {
                    let printed = programs::run(&run, cancel);
                    locked(&self.0.skills).ran(&run, printed)
                }
                Effect::Again(again) => {
                    if cancel.is_cancelled() {
                        // Its result is not known.
                        said.otherwise = None;
                        continue;
                    }
                    std::thread::sleep(LOOK);
                    locked(&self.0.skills).go_on(*again, now, situation)
                }
                effect => {
                    said.effects.push(effect);
                    continue;
                }
            };
            rest.extend(std::mem::take(&mut later.effects));
            said = said.then(later);
        }
        said.in_the_end()
    }

    /// Nobody has spoken at a board for long: what was said there is forgotten. If that is so at
    /// all boards, the lists are cleared.
    pub fn forget(&self, board: &str) {
        let mut skills = locked(&self.0.skills);
        skills.forget(board);
        let ringing = &mut *locked(&self.0.ringing);
        ringing.idle.insert(board.into());
        if ringing.boards.is_subset(&ringing.idle) {
            skills.erase(LISTS);
            self.save(&mut skills);
        }
    }

    /// Ends what rings at a board, and drops the question that waits for an answer there. Returns
    /// whether anything rang.
    pub fn hush(&self, board: &str, now: &Now) -> bool {
        let mut skills = locked(&self.0.skills);
        let rang = skills.hush(board, now);
        self.save(&mut skills);
        let rings = &mut locked(&self.0.ringing).rings;
        let before = rings.len();
        rings.retain(|ring| ring.board != board);
        rang || rings.len() < before
    }

    /// The board has a conversation, or has none any more: then what was set there rings at the
    /// others.
    pub fn set_present(&self, board: &str, present: bool) {
        let Ringing { boards, idle, .. } = &mut *locked(&self.0.ringing);
        idle.remove(board);
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
        // The recogniser expects the names of devices before any of them is said.
        self.refresh(&mut skills);
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
        let Ringing { boards, rings, .. } = &mut *ringing;
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

/// Adds the user's own sentences and commands. Returns what is wrong with them.
fn add_own(skills: &mut Skills, config: &Config) -> Vec<String> {
    let mut faults = Vec::new();
    let folder = config.folder.join(SENTENCES);
    if !config.folder.as_os_str().is_empty() {
        faults.extend(skills.use_sentences(&folder).iter().map(ToString::to_string));
    }
    let grammar = skills.grammar();
    let (own, others) = (grammar.own_intents(), grammar.other_intents());
    for intent in own.difference(&others) {
        if !config.commands.values().any(|command| command.intent == *intent) {
            faults.push(format!(
                "the sentences of the intent {intent} do nothing: no section [commands.NAME] names it"
            ));
        }
    }
    for (name, command) in &config.commands {
        let intent = command.intent.as_str();
        if !own.contains(intent) && !others.contains(intent) {
            let folder = folder.display();
            faults.push(format!(
                "commands.{name}: no file in {folder} has sentences of the intent {intent}"
            ));
        }
        if let Some(program) = command.run.first().filter(|program| !Path::new(program).is_file()) {
            faults.push(format!("commands.{name}: there is no program {program}"));
        }
    }
    skills.use_commands(programs_of(config));
    faults
}

/// The programs of the settings.
fn programs_of(config: &Config) -> Vec<Program> {
    let program = |(name, command): (&String, &OwnCommand)| Program {
        name: name.clone(),
        intent: command.intent.clone(),
        run: command.run.clone(),
        time_limit_s: command.time_limit_s,
        confirm: command.confirm,
        say: command.say.clone(),
    };
    config.commands.iter().map(program).collect()
}

/// The names of all skills in the language of the settings, and whether each is switched on.
///
/// # Errors
/// As [`SharedSkills::load`].
pub fn all(config: &Config) -> Result<Vec<(&'static str, bool)>> {
    let skills = Skills::new(config.spoken().code(), &[], None);
    skills.map_err(|error| Error::input(error.to_string()))?;
    Ok(Skills::all().into_iter().map(|name| (name, config.has_skill(name))).collect())
}

/// The time by this machine's clock, as skills see it.
pub fn wall_now() -> Now {
    now(&WallClock)
}

/// The time by `clock`, as skills see it.
pub fn now(clock: &dyn Clock) -> Now {
    Now { wall: clock.now(), steady: clock.steady() }
}
