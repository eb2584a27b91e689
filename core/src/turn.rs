//! The turn machine: half-duplex and interruptible.
//!
//! [`TurnMachine::step`] takes one event and returns what to do about it. It has no clock and does
//! no I/O: time is the sample count that comes with each event. Every transition is in
//! `docs/turns.md`, and a test compares the code with that table.
//!
//! A *turn* is an attempt to answer, or an *announcement*, which the assistant makes without being
//! asked. It begins with [`Action::Think`] or [`Action::Announce`], and ends with exactly one of
//! [`Action::Cancel`], [`Action::StopSound`] and [`Action::Keep`]. There is never more than one at a
//! time. Its sound may be played only after [`Action::Release`]. A turn that was started before it
//! was certain that the speech had ended is a *guess*: it is released when the end is confirmed, or
//! never.

use crate::audio::{SampleTime, Samples};
use crate::endpoint::EndpointEvent;

mod machine;
#[cfg(test)]
mod table;

pub use machine::TurnMachine;

/// Settings of the turn machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct TurnConfig {
    /// Whether it sleeps until [`Event::Wake`]. If not, it always listens.
    pub wake: bool,
    /// Whether speech interrupts the reply. Needs a microphone that does not hear the reply itself
    /// (echo cancellation, headphones).
    pub barge_in: bool,
    /// Speech over the reply pauses it at once; if the speech continues for this much longer, it
    /// is an interruption whatever is said.
    pub interrupt: Samples,
    /// With [`wake`](Self::wake): how long it listens after a wake, a reply or an announcement
    /// before it sleeps. For the same time after a wake, announcements that are not urgent wait
    /// for the person to speak.
    pub follow_up: Samples,
    /// How long speech that began before it listened (over the reply, or with the wake word) must
    /// continue afterwards to count. Longer than the endpointer's `may_end` by the length of the
    /// echo's tail.
    pub pick_up: Samples,
    /// The longest audio given to one turn; of a longer utterance, only the end is used.
    pub max_audio: Samples,
    /// How long it waits for the front end while somebody seems to speak: longer than the
    /// endpointer's longest utterance.
    pub hear_timeout: Samples,
    /// How long it waits for the first sound of a reply or an announcement.
    pub think_timeout: Samples,
    /// How long a reply may last.
    pub speak_timeout: Samples,
}

impl Default for TurnConfig {
    fn default() -> Self {
        Self {
            wake: false,
            barge_in: false,
            interrupt: Samples::from_ms(640),
            follow_up: Samples::from_ms(8_000),
            pick_up: Samples::from_ms(320),
            max_audio: Samples::from_ms(30_000),
            hear_timeout: Samples::from_ms(35_000),
            think_timeout: Samples::from_ms(30_000),
            speak_timeout: Samples::from_ms(120_000),
        }
    }
}

/// The number of a turn. Numbers grow, and none is used twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct TurnId(pub u32);

/// The state that is shown to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum State {
    /// Waiting for the wake word or a button.
    Asleep,
    /// Waiting for speech.
    Listening,
    /// Somebody is speaking, or has just paused.
    Hearing,
    /// The speech has ended, but the reply has no sound yet; or an announcement has none yet.
    Thinking,
    /// The reply or the announcement is being played.
    Speaking,
    /// The reply or announcement is paused: somebody speaks over it.
    Paused,
}

/// What a board's lamp shows: the [`State`], or that something went wrong.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// [`State::Asleep`]. Also shown at first.
    #[default]
    Asleep,
    /// [`State::Listening`].
    Listening,
    /// [`State::Hearing`].
    Hearing,
    /// [`State::Thinking`].
    Thinking,
    /// [`State::Speaking`].
    Speaking,
    /// [`State::Paused`].
    Paused,
    /// Something went wrong: an answer failed, or no assistant is connected.
    Error,
}

impl From<State> for Shown {
    fn from(state: State) -> Self {
        match state {
            State::Asleep => Self::Asleep,
            State::Listening => Self::Listening,
            State::Hearing => Self::Hearing,
            State::Thinking => Self::Thinking,
            State::Speaking => Self::Speaking,
            State::Paused => Self::Paused,
        }
    }
}

/// Something that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Event {
    /// The wake word was said, or a button was pressed. Ends the reply, if any.
    Wake {
        /// Where the speech meant for the assistant begins: the end of the wake word, or now.
        from: SampleTime,
    },
    /// A button was pressed to end everything.
    Sleep,
    /// The assistant has something to say unasked. An offer that cannot begin now changes nothing;
    /// it is repeated with every frame until [`Action::Announce`] accepts it.
    Announce {
        /// Whether it interrupts a reply and a person who is speaking, instead of waiting for
        /// both. It does wait for another urgent one.
        urgent: bool,
    },
    /// The front end: [`EndpointEvent::SpeechStarted`].
    SpeechStarted {
        /// Where the speech begins, pre-roll included.
        from: SampleTime,
    },
    /// The front end: [`EndpointEvent::MayHaveEnded`].
    MayHaveEnded {
        /// The end of the last frame of speech.
        speech_end: SampleTime,
    },
    /// The front end: [`EndpointEvent::Resumed`].
    SpeechResumed,
    /// The front end: [`EndpointEvent::Ended`].
    SpeechEnded {
        /// The end of the last frame of speech.
        speech_end: SampleTime,
    },
    /// The responder: the words of this turn are known.
    Understood {
        /// Which turn.
        turn: TurnId,
        /// What they are.
        outcome: Outcome,
    },
    /// The responder: what was said during the reply, after [`Action::Overhear`].
    Overheard {
        /// The turn during whose reply it was said.
        turn: TurnId,
        /// What the words mean for the turn.
        outcome: Outcome,
    },
    /// Playback: the first sound of the reply is ready.
    SoundReady {
        /// Which turn.
        turn: TurnId,
    },
    /// Playback: the reply is complete and its last sample has been played. Or the responder: the
    /// reply is complete and has no sound. The same applies to an announcement.
    Finished {
        /// Which turn.
        turn: TurnId,
    },
    /// The responder or playback failed.
    Failed {
        /// Which turn.
        turn: TurnId,
    },
    /// Time has passed. Send it about once a frame (32 ms), and at least every 100 ms: time-outs
    /// are checked only here.
    Tick,
}

impl From<EndpointEvent> for Event {
    fn from(event: EndpointEvent) -> Self {
        match event {
            EndpointEvent::SpeechStarted { from, .. } => Self::SpeechStarted { from },
            EndpointEvent::MayHaveEnded { speech_end, .. } => Self::MayHaveEnded { speech_end },
            EndpointEvent::Resumed { .. } => Self::SpeechResumed,
            EndpointEvent::Ended { speech_end, .. } => Self::SpeechEnded { speech_end },
        }
    }
}

/// What an utterance turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Outcome {
    /// Words that need an answer.
    Words,
    /// No words: noise, or text that the recogniser's guards rejected. Over a reply also words
    /// that only mean "go on": "mhm", "yeah".
    Nothing,
    /// "Stop", "cancel", "never mind": no reply.
    Stop,
}

/// Something to do. Actions are carried out in the order given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Action {
    /// Begin a turn: recognise the audio and prepare the reply, but hold its sound back until
    /// [`Release`](Self::Release).
    Think {
        /// The new turn's number.
        turn: TurnId,
        /// The first sample of the utterance; before `to`.
        from: SampleTime,
        /// The sample after the last of the speech. A recogniser works better if it gets a little
        /// of the silence that follows, too.
        to: SampleTime,
    },
    /// Begin the turn that [`Event::Announce`] offered: prepare its sound.
    /// [`Release`](Self::Release) follows at once.
    Announce {
        /// The new turn's number.
        turn: TurnId,
    },
    /// The turn's sound may be played from now on.
    Release {
        /// Which turn.
        turn: TurnId,
    },
    /// Somebody speaks over the reply: fade its sound out, and hold the rest.
    Pause {
        /// Which turn.
        turn: TurnId,
    },
    /// It was no interruption: continue the sound where it was paused.
    Resume {
        /// Which turn.
        turn: TurnId,
    },
    /// Find out what was said over the paused reply, and answer with [`Event::Overheard`].
    /// Anything that ends the pause ends this work too.
    Overhear {
        /// The turn whose reply it was said over.
        turn: TurnId,
        /// The first sample of what was said; before `to`.
        from: SampleTime,
        /// The sample after the last of the speech.
        to: SampleTime,
    },
    /// The turn has no sound after [`TurnConfig::think_timeout`] and is given up: tell the user.
    /// [`Cancel`](Self::Cancel) follows.
    Late {
        /// Which turn.
        turn: TurnId,
    },
    /// Somebody was speaking when an urgent announcement began, and was not understood, because
    /// the microphone hears the loudspeaker: tell them.
    Missed,
    /// End the turn without a trace: its work stops, none of it is heard, none of it is
    /// remembered.
    Cancel {
        /// Which turn.
        turn: TurnId,
    },
    /// End the turn while it is heard: fade the sound out, stop the work, and remember only the
    /// part that was heard.
    StopSound {
        /// Which turn.
        turn: TurnId,
    },
    /// The turn is complete: remember all of it.
    Keep {
        /// Which turn.
        turn: TurnId,
    },
    /// The state has changed. Always the last action.
    Show(State),
}

/// The actions for one event, in order. A step gives at most four; the capacity is one more, so
/// that a test can show that none is ever lost.
pub type Actions = heapless::Vec<Action, 5>;

/// One step of a [`TurnMachine`]; one line of an event log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Step {
    /// When the event happened.
    pub at: SampleTime,
    /// What happened.
    pub event: Event,
    /// The machine's actions.
    pub actions: Actions,
}
