//! The whole assistant: engines, and conversations on a board.

use std::sync::Arc;

use sayso_board::{Board, StreamStats};
use sayso_core::audio::Samples;
use sayso_core::endpoint::{EndpointConfig, Endpointer};
use sayso_core::turn::{TurnConfig, TurnMachine};
use sayso_models::tts::Delivery;

use crate::Stop;
use crate::config::Config;
use crate::control::{Controls, Handle};
use crate::conversation::Conversation;
use crate::cores::Cores;
use crate::ear::{Attention, Cleaner, Ear, Interrupting};
use crate::engines::{Engines, cores, threads};
use crate::error::Result;
use crate::event::Event;
use crate::judge::Judge;
use crate::mind::Mind;
use crate::mouth::Mouth;
use crate::patience::Patience;
use crate::scribe::Scribe;
use crate::voice::Voice;
use crate::workers::Workers;
use crate::{live, lockstep};

/// How time passes in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// The board's clock is the wall clock; hearing, thinking and speaking overlap.
    Live,
    /// The board's clock is virtual and stands still while the mind thinks:
    /// one recording gives one event log.
    Lockstep,
}

/// What the sound streams of a conversation lost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Losses {
    /// Of the microphone, in samples at 16 kHz.
    pub microphone: StreamStats,
    /// Of the loudspeaker, in samples at the voice's rate.
    pub loudspeaker: StreamStats,
}

/// An assistant: hears, understands, answers, and remembers the conversation.
pub struct Assistant {
    config: Config,
    engines: Engines,
    cores: Cores,
    controls: Controls,
}

impl Assistant {
    /// An assistant with these engines.
    pub fn new(config: Config, engines: Engines) -> Self {
        let controls = Controls::new(false, 1.0);
        Self { config, engines, cores: Cores::new(cores()), controls }
    }

    /// Shares the cores with other assistants in this program, so that together they
    /// never compute on more than there are.
    pub fn share(mut self, cores: Cores) -> Self {
        self.cores = cores;
        self
    }

    /// What others use to ask things of this assistant's conversations, from any thread.
    pub fn handle(&self) -> Handle {
        self.controls.handle.clone()
    }

    /// The settings in force.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Changes how turns are taken, from the next conversation on.
    pub fn set_turn(&mut self, turn: crate::config::Turn) {
        self.config.turn = turn;
    }

    /// The engines, for single tasks.
    pub fn engines(&mut self) -> &mut Engines {
        &mut self.engines
    }

    /// Holds a conversation on `board` until `stop` or, on a recording, until
    /// its end. What was said before is remembered.
    ///
    /// # Errors
    /// When the board cannot be started, or a worker thread ended unexpectedly.
    /// What goes wrong in a turn is told as [`Event::Trouble`], and the
    /// conversation goes on; so it does without a device that is lost
    /// ([`Event::DeviceLost`]).
    pub fn converse(
        &mut self,
        board: &mut dyn Board,
        pace: Pace,
        stop: &Stop,
        on_event: &mut dyn FnMut(Event),
    ) -> Result<Losses> {
        let Engines { vad, stt, eot, llm, tts } = &mut self.engines;
        let rate = tts.sample_rate();
        let (microphone, loudspeaker) = board.start(rate)?;
        let (panel, changes) = (board.panel(), board.changes());
        let turn = &self.config.turn;
        let patience = patience(turn);
        let attention = Arc::new(Attention::new(patience.normal));
        let ear = Ear::new(
            Cleaner::new(&self.config.ear),
            vad.as_mut(),
            Endpointer::new(endpoint_config(turn)),
            Interrupting::new(turn),
            attention.clone(),
        );
        let cores = self.cores.clone();
        // On a virtual clock the mind stands still, its cores in hand, while the voice speaks.
        let voice_cores = if pace == Pace::Live { cores.clone() } else { Cores::new(1) };
        let language = self.config.language().map(str::to_owned);
        let prompt = self.config.stt.prompt.clone();
        let threads = |asked| threads(asked, cores.total());
        let writing = threads(self.config.stt.threads);
        let workers = Workers {
            scribe: Scribe::new(stt.as_mut(), cores.clone(), writing, language, prompt),
            judge: Judge::new(eot.as_deref_mut().map(|eot| eot as _), cores.clone()),
            mind: Mind::new(llm.as_mut(), cores.clone(), threads(self.config.llm.threads)),
            voice: Voice::new(tts.as_mut(), voice_cores, delivery(&self.config)),
        };
        let machine = TurnMachine::new(turn_config(turn));
        let mouth = Mouth::new(loudspeaker, rate);
        let real_time = pace == Pace::Live;
        let mut conversation =
            Conversation::new(machine, mouth, rate, real_time, (attention, patience), on_event)
                .with_panel(panel)
                .with_changes(changes);
        let microphone = match pace {
            Pace::Live => live::run(&mut conversation, ear, workers, microphone, stop)?,
            Pace::Lockstep => lockstep::run(&mut conversation, ear, workers, microphone, stop),
        };
        Ok(Losses { microphone, loudspeaker: conversation.mouth().speaker().stats() })
    }
}

/// How the voice is to speak.
pub fn delivery(config: &Config) -> Delivery {
    Delivery { speed: config.tts.speed, volume: config.tts.volume }
}

/// How the ear finds where speech begins and ends.
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

/// How long to wait at the end of an utterance.
pub fn patience(turn: &crate::config::Turn) -> Patience {
    let ms = |ms: u32| Samples::from_ms(ms.into());
    Patience {
        question: ms(turn.hangover_question_ms),
        short: ms(turn.hangover_short_ms),
        normal: ms(turn.hangover_ms),
        long: ms(turn.hangover_long_ms),
        done: turn.complete,
        quiet: turn.offset,
    }
}

/// How the turn machine behaves.
pub fn turn_config(turn: &crate::config::Turn) -> TurnConfig {
    let seconds = |s: u32| Samples::from_ms(u64::from(s) * 1000);
    let longest = seconds(turn.max_utterance_s);
    TurnConfig {
        barge_in: turn.barge_in,
        max_audio: longest,
        hear_timeout: longest + Samples::from_ms(5_000),
        think_timeout: seconds(turn.think_timeout_s),
        ..TurnConfig::default()
    }
}
