//! A conversation at one board: the board first, then the models.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use sayso::internals::arbiter::{Arbiter, Contender};
use sayso::internals::boards::{Opened, Surroundings};
use sayso::internals::control::{Hub, Seat};
use sayso::internals::cores::Cores;
use sayso::internals::engines::{Pool, Sessions};
use sayso::internals::skills::SharedSkills;
use sayso::{Assistant, Config, ErrorKind, Event, Losses, Pace, Result, Stop};
use sayso_core::audio::SampleTime;
use sayso_frontend::WakePhrase;

/// How often an absent board is looked for.
const LOOK: Duration = Duration::from_secs(5);

/// The models of all conversations, and what else they share.
pub struct Models {
    around: Surroundings,
    phrases: Vec<WakePhrase>,
    arbiter: Arbiter,
}

impl Models {
    /// The models for the settings, loaded when the first conversation needs them. Conversations
    /// sleep until one of the `phrases` is heard.
    pub fn new(
        config: &Config,
        hub: Hub,
        phrases: Vec<WakePhrase>,
        skills: SharedSkills,
        stop: Stop,
    ) -> Self {
        let config = Arc::new(config.clone());
        let theirs = Arc::clone(&config);
        let load = move || Ok(Arc::new(crate::weights(&theirs)?) as Arc<dyn Sessions>);
        let pool = Pool::loading(load, config.models.sessions as usize);
        let cores = Cores::following(sayso::internals::engines::cores());
        let words = phrases.iter().map(|phrase| phrase.text().to_owned()).collect();
        let around = Surroundings { config, hub, skills, phrases: words, pool, cores, stop };
        Self { around, phrases, arbiter: Arbiter::default() }
    }

    /// What a listener may use.
    pub fn around(&self) -> &Surroundings {
        &self.around
    }

    /// A conversation among all; see [`Arbiter`].
    pub fn contender(&self, pace: Pace) -> Contender {
        self.arbiter.contender(pace == Pace::Lockstep)
    }

    /// The settings in force.
    pub fn config(&self) -> &Config {
        &self.around.config
    }

    /// An assistant for a board, with a session of its own, on the cores and weights of all.
    ///
    /// # Errors
    /// When the models cannot be loaded; [`Busy`](ErrorKind::Busy) when the allowed number of
    /// sessions is in use.
    pub fn assistant(&self, seat: &Seat) -> Result<Assistant> {
        let Surroundings { config, pool, cores, skills, .. } = &self.around;
        let assistant = Assistant::leased((**config).clone(), pool.lease()?, pool.sessions()?);
        let assistant = assistant.share(cores.clone()).wake_on(self.phrases.clone());
        Ok(assistant.use_skills(skills.clone(), seat.name(), &seat.area()))
    }
}

/// Where events go, each with its board's name.
pub type Events = Sender<(String, Event)>;

/// A conversation at one board.
pub struct Talk<'t> {
    pub models: &'t Models,
    pub seat: Seat,
    pub board: Opened,
    pub pace: Pace,
    /// The board's name for people.
    pub device: &'static str,
    /// Decides with the other boards which of them answers a wake phrase.
    pub contender: Contender,
    /// Whether to wait for the board if it is absent.
    pub waits: bool,
    /// Whether it connected by itself; if it is lost, the conversation is over.
    pub came: bool,
    /// The assistant, if it was made before the board is opened.
    pub assistant: Option<Assistant>,
    pub stop: Stop,
    pub events: Events,
}

impl Talk<'_> {
    /// Holds the conversation. If it [waits](Self::waits), a board that is
    /// [`Unavailable`](ErrorKind::Unavailable) is looked for again; any other error ends it. No
    /// model is loaded before the board is open, so waiting for a board costs almost nothing. The
    /// models stay loaded while the program waits for a lost board.
    pub fn hold(mut self) -> Result<Losses> {
        self.seat.metered_by(self.board.meter());
        let mut assistant = self.assistant.take().map(|made| self.begin(made));
        let mut away = None;
        loop {
            self.seat.waiting(away.clone());
            let error = match self.once(&mut assistant, &mut away) {
                Err(error) if self.waits && error.kind() == ErrorKind::Unavailable => error,
                other => return other,
            };
            let reason = error.to_string();
            self.seat.waiting(Some(reason.clone()));
            // Reported once, however often the board is looked for.
            if away.replace(reason).is_none() {
                let message = format!("{error}. Sayso waits for it");
                self.tell(Event::DeviceLost { at: SampleTime::ZERO, device: self.device, message });
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

    /// Lets others reach an assistant, which begins with the mute and the volume of its board.
    fn begin(&self, made: Assistant) -> Assistant {
        let begun = self.seat.sound();
        let made = made.begin_with(begun.muted, begun.volume).contend(self.contender.clone());
        self.seat.reached_by(made.handle(), made.health(), begun);
        made
    }

    fn tell(&self, event: Event) {
        self.seat.tell(&event);
        // The receiver outlives every conversation.
        let _ = self.events.send((self.seat.name().to_owned(), event));
    }

    /// Opens the board, and holds a conversation until the board or the program ends it.
    fn once(
        &mut self,
        assistant: &mut Option<Assistant>,
        away: &mut Option<String>,
    ) -> Result<Losses> {
        // Otherwise a recording would be over before anybody listens.
        if self.pace == Pace::Live {
            self.board.open()?;
        }
        if away.take().is_some() {
            let message = format!("{} is connected", self.seat.name());
            self.tell(Event::DeviceBack { at: SampleTime::ZERO, device: self.device, message });
        }
        let assistant = match assistant {
            Some(assistant) => assistant,
            None => {
                self.seat.loading();
                let made = self.models.assistant(&self.seat)?;
                assistant.insert(self.begin(made))
            }
        };
        self.seat.talking();
        let name = self.seat.name().to_owned();
        let (came, events, stop) = (self.came, self.events.clone(), self.stop.clone());
        let seat = &self.seat;
        let mut on_event = |event| {
            seat.tell(&event);
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
