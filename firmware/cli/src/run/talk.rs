//! A conversation at one board: the board first, then the models.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use sayso::internals::boards::Opened;
use sayso::internals::control::Seat;
use sayso::internals::cores::Cores;
use sayso::internals::engines::{Pool, Sessions};
use sayso::{Assistant, Config, ErrorKind, Event, Losses, Pace, Result, Stop};
use sayso_core::audio::Samples;

use super::super::GlobalOptions;

/// How often a board that is not there is looked for.
const LOOK: Duration = Duration::from_secs(5);

/// The models of all conversations, loaded for the first.
pub struct Models<'m> {
    shared: &'m GlobalOptions,
    config: &'m Config,
    cores: Cores,
    loaded: Mutex<Option<Loaded>>,
}

/// Weights, and the sessions on them.
#[derive(Clone)]
struct Loaded {
    sessions: Arc<dyn Sessions>,
    pool: Pool,
}

impl<'m> Models<'m> {
    pub fn new(shared: &'m GlobalOptions, config: &'m Config) -> Self {
        let cores = Cores::following(sayso::internals::engines::cores());
        Self { shared, config, cores, loaded: Mutex::default() }
    }

    /// The settings in force.
    pub fn config(&self) -> &'m Config {
        self.config
    }

    /// An assistant with a session of its own, on the cores and weights of all.
    ///
    /// # Errors
    /// When the models cannot be loaded; [`Busy`](ErrorKind::Busy) when as many sessions as there
    /// may be are in use.
    fn assistant(&self) -> Result<Assistant> {
        let Loaded { sessions, pool } = self.load()?;
        let config = self.config.clone();
        Ok(Assistant::leased(config, pool.lease()?, sessions).share(self.cores.clone()))
    }

    fn load(&self) -> Result<Loaded> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(loaded) = &*loaded {
            return Ok(loaded.clone());
        }
        let sessions: Arc<dyn Sessions> = Arc::new(self.shared.weights(self.config)?);
        let pool = Pool::new(sessions.clone(), self.config.models.sessions as usize);
        Ok(loaded.insert(Loaded { sessions, pool }).clone())
    }
}

/// Where events go, with the board that they are of.
pub type Events = Sender<(String, Event)>;

/// A conversation at one board.
pub struct Talk<'t> {
    pub models: &'t Models<'t>,
    pub seat: Seat,
    pub board: Opened,
    pub pace: Pace,
    /// What people call the board.
    pub device: &'static str,
    /// Whether the board is waited for if it is not there.
    pub waits: bool,
    /// Whether it came by itself: when it goes, the conversation is over.
    pub came: bool,
    pub stop: Stop,
    pub events: Events,
}

impl Talk<'_> {
    /// Holds it. A board that is [`Unavailable`](ErrorKind::Unavailable), and only that, is
    /// looked for again where it [waits](Self::waits). No model is loaded before the board is open: to wait for one costs next to
    /// nothing. The models stay loaded while a board is waited for again.
    pub fn hold(mut self) -> Result<Losses> {
        let mut assistant = None;
        let mut away = None;
        loop {
            self.seat.waiting(away.clone());
            let error = match self.once(&mut assistant, &mut away) {
                Err(error) if self.waits && error.kind() == ErrorKind::Unavailable => error,
                other => return other,
            };
            let reason = error.to_string();
            self.seat.waiting(Some(reason.clone()));
            // Said once, however often it is looked for.
            if away.replace(reason).is_none() {
                let message = format!("{error}. It is waited for");
                self.tell(Event::DeviceLost { at: Samples::ZERO, device: self.device, message });
            }
            let until = Instant::now() + LOOK;
            while Instant::now() < until {
                if self.stop.is_stopped() {
                    return Ok(Losses::default());
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }

    fn tell(&self, event: Event) {
        // The receiver outlives every conversation.
        let _ = self.events.send((self.seat.name().to_owned(), event));
    }

    /// Opens the board, and talks until one of both is over.
    fn once(
        &mut self,
        assistant: &mut Option<Assistant>,
        away: &mut Option<String>,
    ) -> Result<Losses> {
        // A recording would be over before anybody listens.
        if self.pace == Pace::Live {
            self.board.open()?;
        }
        if away.take().is_some() {
            let message = format!("{} is there", self.seat.name());
            self.tell(Event::DeviceBack { at: Samples::ZERO, device: self.device, message });
        }
        let assistant = match assistant {
            Some(assistant) => assistant,
            None => {
                self.seat.loading();
                let begun = self.seat.sound();
                let made = self.models.assistant()?.begin_with(begun.muted, begun.volume);
                self.seat.reached_by(made.handle(), made.health(), begun);
                assistant.insert(made)
            }
        };
        self.seat.talking();
        let name = self.seat.name().to_owned();
        let (came, events, stop) = (self.came, self.events.clone(), self.stop.clone());
        let mut on_event = |event| {
            if came && matches!(event, Event::DeviceLost { .. }) {
                // Nobody is left to hear the rest of an answer.
                stop.stop();
            }
            // The receiver outlives every conversation.
            let _ = events.send((name.clone(), event));
        };
        assistant.converse(&mut self.board, self.pace, &self.stop, &mut on_event)
    }
}
