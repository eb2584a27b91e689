//! Whose turn it is: the half-duplex, interruptible turn machine.
//!
//! [`TurnMachine::step`] takes one event and returns what to do about it. It
//! has no clock and does no I/O: time is the sample count that comes with each
//! event. Every transition is in `docs/turns.md`, and a test holds the code to
//! that table.
//!
//! A *turn* is one attempt to answer, which begins with [`Action::Think`], or an
//! *announcement*, something that the assistant says on its own, which begins with
//! [`Action::Announce`]. It ends with exactly one of [`Action::Cancel`],
//! [`Action::StopSound`] and [`Action::Keep`]; there is never more than one at a
//! time. Its sound may be played from [`Action::Release`] on, and only then. A turn
//! that was started before the speech had surely ended is a *guess*: its release
//! comes when the end is confirmed, or never.

use crate::audio::{SampleTime, Samples};
use crate::endpoint::EndpointEvent;

mod machine;
#[cfg(test)]
mod table;

pub use machine::TurnMachine;

/// How the turn machine behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct TurnConfig {
    /// Whether it sleeps until [`Event::Wake`]. If not, it always listens.
    pub wake: bool,
    /// Whether speech interrupts the reply. Needs a microphone that does not
    /// hear the reply itself (echo cancellation, headphones).
    pub barge_in: bool,
    /// Speech over the reply pauses it at once; when it goes on for so much
    /// longer, it is an interruption whatever is said.
    pub interrupt: Samples,
    /// With [`wake`](Self::wake): how long it goes on listening after a wake,
    /// a reply or an announcement before it sleeps. So long after a wake,
    /// announcements that are not urgent wait for the person to speak.
    pub follow_up: Samples,
    /// How far speech that began before it listened (over the reply, or with
    /// the wake word) must go on afterwards to count. Longer than the
    /// endpointer's `may_end` by the echo's tail.
    pub pick_up: Samples,
    /// The longest audio given to one turn; of a longer utterance, its end.
    pub max_audio: Samples,
    /// How long it waits for the front end while somebody seems to speak: longer
    /// than the endpointer's longest utterance.
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

/// What a person is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum State {
    /// Waiting for the wake word or a button.
    Asleep,
    /// Waiting for speech.
    Listening,
    /// Somebody speaks, or has just paused.
    Hearing,
    /// The speech is over, and the reply has no sound yet; nor has an announcement.
    Thinking,
    /// The reply or the announcement is being played.
    Speaking,
    /// It is paused: somebody speaks over it.
    Paused,
}

/// What a board's lamp shows: the [`State`], or that something went wrong.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// [`State::Asleep`]. Also what a board shows at first.
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
    /// Something went wrong: an answer failed, or nobody is there to give one.
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
    /// The wake word was said, or a button pressed. Ends the reply, if any.
    Wake {
        /// Where what is meant for us begins: the end of the wake word, or now.
        from: SampleTime,
    },
    /// A button pressed for peace: ends everything.
    Sleep,
    /// The assistant has something to say on its own. An offer that cannot begin
    /// now changes nothing; it is made again with every frame until
    /// [`Action::Announce`] takes it up.
    Announce {
        /// Whether it interrupts a reply and speaks over a speaker, instead of
        /// waiting for both. It waits for another urgent one.
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
        /// Whose.
        turn: TurnId,
        /// What they are.
        outcome: Outcome,
    },
    /// The responder: what was said over the reply, after [`Action::Overhear`].
    Overheard {
        /// The turn whose reply it was said over.
        turn: TurnId,
        /// What it comes to.
        outcome: Outcome,
    },
    /// Playback: the first sound of the reply is there.
    SoundReady {
        /// Whose.
        turn: TurnId,
    },
    /// Playback: the reply is complete and its last sample has been played.
    /// Or the responder: the reply is complete and has no sound. Likewise for an
    /// announcement.
    Finished {
        /// Whose.
        turn: TurnId,
    },
    /// The responder or playback could not go on.
    Failed {
        /// Whose.
        turn: TurnId,
    },
    /// Time passes. To be sent about once a frame (32 ms), at least every
    /// 100 ms: every time-out is seen here and nowhere else.
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
    /// Words to be answered.
    Words,
    /// Nothing was said: noise, or text that the recogniser's guards rejected.
    /// Over a reply also what only says "go on": "mhm", "yeah".
    Nothing,
    /// "Stop", "cancel", "never mind": no reply.
    Stop,
}

/// Something to do. In the order given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Action {
    /// Begin a turn: understand the audio and prepare the reply, but hold its
    /// sound back until [`Release`](Self::Release).
    Think {
        /// The new turn's number.
        turn: TurnId,
        /// The first sample of the utterance; before `to`.
        from: SampleTime,
        /// The sample after the last of the speech. A little of the quiet that
        /// follows does a recogniser good.
        to: SampleTime,
    },
    /// Begin the turn that was offered by [`Event::Announce`]: prepare its sound.
    /// [`Release`](Self::Release) follows at once.
    Announce {
        /// The new turn's number.
        turn: TurnId,
    },
    /// The turn's sound may be played from now on.
    Release {
        /// Whose.
        turn: TurnId,
    },
    /// Somebody speaks over the reply: fade its sound out, and hold the rest.
    Pause {
        /// Whose.
        turn: TurnId,
    },
    /// It was nothing: the sound goes on where it was paused.
    Resume {
        /// Whose.
        turn: TurnId,
    },
    /// Find out what was said over the reply, which is paused, and answer with
    /// [`Event::Overheard`]. Whatever ends the pause ends this work.
    Overhear {
        /// The turn whose reply it was said over.
        turn: TurnId,
        /// The first sample of what was said; before `to`.
        from: SampleTime,
        /// The sample after the last of the speech.
        to: SampleTime,
    },
    /// The turn has no sound after [`TurnConfig::think_timeout`] and is given up:
    /// the user should be told. [`Cancel`](Self::Cancel) follows.
    Late {
        /// Whose.
        turn: TurnId,
    },
    /// Somebody who was speaking when an urgent announcement cut in has not been
    /// understood, since the microphone hears the loudspeaker: they are to be told.
    Missed,
    /// End the turn without trace: its work stops, nothing of it is heard, nothing remembered.
    Cancel {
        /// Whose.
        turn: TurnId,
    },
    /// End the turn while it is heard: fade the sound out, stop the work; what
    /// was really heard is remembered, and no more.
    StopSound {
        /// Whose.
        turn: TurnId,
    },
    /// The turn is complete: it is remembered whole.
    Keep {
        /// Whose.
        turn: TurnId,
    },
    /// The state has changed. Always the last action.
    Show(State),
}

/// What one event calls for, in order. A step gives at most four; the
/// capacity is one more, so that a test can see that none was ever lost.
pub type Actions = heapless::Vec<Action, 5>;

/// One step of a [`TurnMachine`]: a line of an event log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Step {
    /// When the event happened.
    pub at: SampleTime,
    /// What happened.
    pub event: Event,
    /// What the machine made of it.
    pub actions: Actions,
}
