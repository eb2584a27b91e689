//! The whole assistant: engines, and conversations on a board.

use std::sync::Arc;

use sayso_board::{Board, Microphone, StreamStats};
use sayso_core::audio::{SampleTime, Samples};
use sayso_core::endpoint::{EndpointConfig, Endpointer};
use sayso_core::turn::{TurnConfig, TurnMachine};

use crate::Stop;
use crate::arbiter::Contender;
use crate::clock::{Clock, SampleClock, WallClock};
use crate::config::Config;
use crate::control::{Controls, Handle};
use crate::conversation::{AtBoard, Conversation};
use crate::cores::Cores;
use crate::engines::{Engines, Lease, Sessions, cores};
use crate::error::{Error, ErrorKind, Result};
use crate::event::Event;
use crate::events::{Events, Subscription};
use crate::hangover::HangoverPolicy;
use crate::lost::{self, Lost};
use crate::playback::Playback;
use crate::skills::SharedSkills;
use crate::supervisor::{Health, Strikes};
use crate::worker::Tools;
use crate::workers;
use crate::{live, lockstep};
use sayso_frontend::{Attention, BargeIn, Cleaner, FrontEnd, WakeDetector, WakePhrase};

/// How time passes in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// The board's clock is the wall clock; hearing, thinking and speaking overlap.
    Live,
    /// The board's clock is virtual and stops while the responder works: one recording always
    /// gives the same event log.
    Lockstep,
}

/// What the sound streams of a conversation lost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Losses {
    /// Of the microphone, in samples at 16 kHz.
    pub microphone: StreamStats,
    /// Of the loudspeaker, in samples at the voice's rate.
    pub loudspeaker: StreamStats,
    /// Of music: silence because it was read too slowly, in samples at 16 kHz.
    pub music: u64,
}

/// An assistant: hears, understands, answers, and remembers the conversation.
pub struct Assistant {
    config: Config,
    engines: Engines,
    /// The lease to which they are returned.
    lease: Option<Lease>,
    /// Makes new engines to replace those that were lost with a worker.
    sessions: Option<Arc<dyn Sessions>>,
    cores: Cores,
    clock: Arc<dyn Clock>,
    events: Events,
    health: Health,
    controls: Controls,
    /// The wake phrases.
    phrases: Vec<WakePhrase>,
    /// Decides which of several boards answers the phrase.
    contender: Option<Contender>,
    /// The skills, and the board's name and area.
    skills: Option<(SharedSkills, String, String)>,
    /// Whether nobody hears music that is played.
    without_music: bool,
}

impl Assistant {
    /// An assistant with these engines.
    pub fn new(config: Config, engines: Engines) -> Self {
        Self {
            config,
            engines,
            lease: None,
            sessions: None,
            cores: Cores::following(cores()),
            clock: Arc::new(WallClock),
            events: Events::default(),
            health: Health::new(),
            controls: Controls::new(false, 1.0),
            phrases: Vec::new(),
            contender: None,
            skills: None,
            without_music: false,
        }
    }

    /// An assistant with the engines of a [`Pool`](crate::engines::Pool). It returns them when it
    /// is dropped, and replaces engines whose worker failed by others from `sessions`.
    pub fn leased(config: Config, mut lease: Lease, sessions: Arc<dyn Sessions>) -> Self {
        let engines = lease.take().unwrap_or_else(lost::session);
        let mut assistant = Self::new(config, engines).with_sessions(sessions);
        assistant.lease = Some(lease);
        assistant
    }

    /// Replaces engines whose worker failed by others from `sessions`. Without it, such a
    /// failure ends the conversation.
    pub fn with_sessions(mut self, sessions: Arc<dyn Sessions>) -> Self {
        self.sessions = Some(sessions);
        self
    }

    /// Takes the time from `clock` instead of this machine's clock. In lockstep it gives the start
    /// of the conversation; from then on the time advances with the sound.
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Shares the cores with other assistants in this program, so that together they never use
    /// more than there are.
    pub fn share(mut self, cores: Cores) -> Self {
        self.cores = cores;
        self
    }

    /// Sleeps until one of these phrases is heard. With none it always listens.
    pub fn wake_on(mut self, phrases: Vec<WakePhrase>) -> Self {
        self.phrases = phrases;
        self
    }

    /// Answers a wake phrase only if no other of the contenders' conversations heard it better.
    pub fn contend(mut self, contender: Contender) -> Self {
        self.contender = Some(contender);
        self
    }

    /// Answers with skills what they can answer, at a board with this name, in this area ("" if
    /// it is not known). Without them the language model answers everything.
    pub fn use_skills(mut self, skills: SharedSkills, board: &str, area: &str) -> Self {
        self.skills = Some((skills, board.into(), area.into()));
        self
    }

    /// Plays no music, and says so when asked: nobody hears it.
    pub fn without_music(mut self) -> Self {
        self.without_music = true;
        self
    }

    /// Sets whether its conversations begin muted, and their volume: a factor, 0 to 2.
    pub fn begin_with(mut self, muted: bool, volume: f32) -> Self {
        self.controls = Controls::new(muted, volume);
        self
    }

    /// A handle with which others can control this assistant's conversations, from any thread.
    pub fn handle(&self) -> Handle {
        self.controls.handle.clone()
    }

    /// Its events, to which others than the caller of [`converse`](Self::converse) can subscribe.
    pub fn events(&self) -> Events {
        self.events.clone()
    }

    /// Whether the present conversation is alive, for a watchdog.
    pub fn health(&self) -> Health {
        self.health.clone()
    }

    /// The settings in force.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Changes the settings of turn-taking, from the next conversation on.
    pub fn set_turn(&mut self, turn: crate::config::Turn) {
        self.config.turn = turn;
    }

    /// Changes how many threads the recogniser and the language model use (0 follows the load),
    /// from the next conversation on.
    pub fn set_threads(&mut self, threads: u32) {
        self.config.stt.threads = threads;
        self.config.llm.threads = threads;
    }

    /// Its engines, for another assistant.
    pub fn into_engines(mut self) -> Engines {
        std::mem::replace(&mut self.engines, lost::session())
    }

    /// The engines, for single tasks.
    pub fn engines(&mut self) -> &mut Engines {
        &mut self.engines
    }

    /// Holds a conversation on `board` until `stop`, until the end of a recording, or until the
    /// other end of a connection has left. What was said before is remembered.
    ///
    /// Events are passed to `on_event` on this thread. It may be slow; if it is too slow for too
    /// long it gets no more events, and the conversation goes on.
    ///
    /// # Errors
    /// When the board cannot be started: [`Unavailable`](ErrorKind::Unavailable) if it may be
    /// there later. [`Failing`](ErrorKind::Failing) when a worker could not be replaced, or failed
    /// for the third time within a minute; on a virtual clock [`Worker`](ErrorKind::Worker) when
    /// one failed at all. A problem within a turn is reported as [`Event::Trouble`], and a lost
    /// device as [`Event::DeviceLost`]; in both cases the conversation goes on.
    pub fn converse(
        &mut self,
        board: &mut dyn Board,
        pace: Pace,
        stop: &Stop,
        on_event: &mut dyn FnMut(Event),
    ) -> Result<Losses> {
        let subscription = self.events.subscribe();
        let listener = (&subscription, on_event);
        self.health.show();
        match pace {
            Pace::Live => self.live(board, stop, listener),
            Pace::Lockstep => self.lockstep(board, stop, listener),
        }
    }

    fn live(
        &mut self,
        board: &mut dyn Board,
        stop: &Stop,
        (subscription, on_event): (&Subscription, &mut dyn FnMut(Event)),
    ) -> Result<Losses> {
        let mut strikes = Strikes::default();
        loop {
            let (mut conversation, attention, microphone) =
                self.begin(board, self.clock.clone(), true)?;
            let front_end = self.front_end(attention)?;
            let tools = self.tools(self.clock.clone(), true);
            let posts = workers::hire(&mut self.engines, &tools);
            let sessions = self.sessions.clone();
            let left = live::run(
                &mut conversation,
                live::Needs {
                    front_end,
                    microphone,
                    posts,
                    links: board.links(),
                    replace: &mut |worker| {
                        let sessions = sessions.as_ref().ok_or_else(no_sessions)?;
                        let posts = workers::hire(&mut sessions.session()?, &tools);
                        let post = posts.into_iter().find(|post| post.name() == worker);
                        post.ok_or_else(|| Error::died(worker))
                    },
                    strikes: &mut strikes,
                    health: &self.health,
                },
                stop,
                subscription,
                on_event,
            )?;
            let loudspeaker = conversation.playback().speaker().stats();
            let music = conversation.music_lost();
            let losses = Losses { microphone: left.microphone, loudspeaker, music };
            workers::give_back(left.posts, &mut self.engines);
            match left.front_end {
                Some(front_end) => self.engines.vad = front_end.into_engine(),
                None => {
                    let sessions = self.sessions.as_ref();
                    let sessions = sessions.ok_or_else(|| Error::died(live::FRONT_END))?;
                    self.engines.vad = sessions.session()?.vad;
                }
            }
            match left.end {
                None => return Ok(losses),
                Some(live::End::Closed(error)) => return Err(error),
                Some(live::End::Again(failure)) => {
                    let message = format!("{failure}. The conversation begins again");
                    on_event(Event::Trouble { at: SampleTime::ZERO, message });
                }
            }
        }
    }

    fn lockstep(
        &mut self,
        board: &mut dyn Board,
        stop: &Stop,
        listener: (&Subscription, &mut dyn FnMut(Event)),
    ) -> Result<Losses> {
        let clock = Arc::new(SampleClock::new(self.clock.now()));
        let (mut conversation, attention, microphone) = self.begin(board, clock.clone(), false)?;
        let mut front_end = self.front_end(attention)?;
        let tools = self.tools(clock.clone(), false);
        let mut posts = workers::hire(&mut self.engines, &tools);
        let microphone = lockstep::run(
            &mut conversation,
            &mut front_end,
            &mut posts,
            microphone,
            &clock,
            stop,
            (listener.0, &mut |event| {
                self.health.show();
                listener.1(event);
            }),
        );
        workers::give_back(posts, &mut self.engines);
        self.engines.vad = front_end.into_engine();
        Ok(Losses {
            microphone: microphone?,
            loudspeaker: conversation.playback().speaker().stats(),
            music: conversation.music_lost(),
        })
    }

    /// A conversation on `board`, at its beginning, together with what the front end needs.
    fn begin(
        &mut self,
        board: &mut dyn Board,
        clock: Arc<dyn Clock>,
        real_time: bool,
    ) -> Result<(Conversation, Arc<Attention>, Box<dyn Microphone>)> {
        let rate = self.engines.tts.sample_rate();
        let (microphone, loudspeaker) = board.start(rate)?;
        let (panel, changes) = (board.panel(), board.changes());
        let turn = &self.config.turn;
        let policy = hangover_policy(turn);
        let attention = Arc::new(Attention::new(policy.normal));
        let wake = (!self.phrases.is_empty()).then_some(self.config.wake.follow_up_s);
        let machine = TurnMachine::new(turn_config(turn, wake));
        let playback = Playback::new(loudspeaker, rate);
        let watched = (attention.clone(), policy);
        let outside = (self.events.clone(), self.controls.clone());
        let words = self.config.spoken();
        let conversation =
            Conversation::new(machine, playback, rate, real_time, words, watched, outside)
                .with_settings(&self.config)
                .with_contender(self.contender.clone().filter(|_| wake.is_some()))
                .with_skills(self.skills.as_ref().map(|(skills, board, area)| {
                    AtBoard::new(skills.clone(), clock.clone(), board, area)
                        .forgetting_after(self.config.skills.forget_after_s)
                        .without_music(self.without_music)
                }))
                .with_panel(panel)
                .with_changes(changes);
        Ok((conversation, attention, microphone))
    }

    fn tools(&self, clock: Arc<dyn Clock>, live: bool) -> Tools {
        let skills = self.skills.as_ref().map(|(skills, ..)| skills.clone());
        Tools { config: self.config.clone(), cores: self.cores.clone(), clock, skills, live }
    }

    fn front_end(&mut self, attention: Arc<Attention>) -> Result<FrontEnd<'static>> {
        let wake = match self.phrases.as_slice() {
            [] => None,
            phrases => Some(
                WakeDetector::new(phrases).map_err(|error| Error::of(ErrorKind::Model, error))?,
            ),
        };
        let turn = &self.config.turn;
        let front_end = FrontEnd::new(
            Cleaner::new(&(&self.config.front_end).into()),
            std::mem::replace(&mut self.engines.vad, Box::new(Lost)),
            Endpointer::new(endpoint_config(turn)),
            barge_in(turn),
            attention,
        );
        Ok(front_end.with_wake(wake))
    }
}

/// The error if no other worker can be made, because there is no source of engines; see
/// [`Assistant::with_sessions`].
fn no_sessions() -> Error {
    Error::new(ErrorKind::Unsupported, "this assistant has only one session")
}

impl Drop for Assistant {
    fn drop(&mut self) {
        if let Some(lease) = &mut self.lease {
            lease.put(std::mem::replace(&mut self.engines, lost::session()));
        }
    }
}

/// The endpointer's configuration.
pub fn endpoint_config(turn: &crate::config::Turn) -> EndpointConfig {
    EndpointConfig {
        onset: turn.onset,
        offset: turn.offset,
        min_speech: Samples::from_ms(turn.min_speech_ms.into()),
        may_end: Samples::from_ms(turn.may_end_ms.into()),
        hangover: Samples::from_ms(turn.hangover_ms.into()),
        pre_roll: Samples::from_ms(turn.pre_roll_ms.into()),
        max_utterance: Samples::from_ms(u64::from(turn.max_utterance_s) * 1000),
    }
}

/// The properties that speech over the reply must have to interrupt it.
pub fn barge_in(turn: &crate::config::Turn) -> BargeIn {
    BargeIn { lasts: Samples::from_ms(turn.barge_in_ms.into()), range_db: turn.barge_in_range_db }
}

/// How long to wait at the end of an utterance.
pub fn hangover_policy(turn: &crate::config::Turn) -> HangoverPolicy {
    let ms = |ms: u32| Samples::from_ms(ms.into());
    HangoverPolicy {
        question: ms(turn.hangover_question_ms),
        short: ms(turn.hangover_short_ms),
        normal: ms(turn.hangover_ms),
        long: ms(turn.hangover_long_ms),
        done: turn.complete,
        quiet: turn.offset,
    }
}

/// The turn machine's configuration. `wake` is how long it listens after a wake phrase, in s, if
/// it needs one.
pub fn turn_config(turn: &crate::config::Turn, wake: Option<u32>) -> TurnConfig {
    let seconds = |s: u32| Samples::from_ms(u64::from(s) * 1000);
    let longest = seconds(turn.max_utterance_s);
    let defaults = TurnConfig::default();
    TurnConfig {
        wake: wake.is_some(),
        follow_up: wake.map_or(defaults.follow_up, seconds),
        barge_in: turn.barge_in,
        max_audio: longest,
        hear_timeout: longest + Samples::from_ms(5_000),
        think_timeout: seconds(turn.think_timeout_s),
        ..defaults
    }
}
